"""ONNX models: the YOLO family's forms, segmenters, and the real files on real pictures."""

from __future__ import annotations

import builtins
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from otio_autoedit.errors import MissingExtraError, OptionError, WeightsError
from otio_autoedit.models import zoo
from otio_autoedit.models.threads import one_thread
from otio_autoedit.models.zoo import yolo
from otio_autoedit.models.zoo.detections import Detections
from otio_autoedit.models.zoo.onnx_nets import OnnxDetector, OnnxSegmenter
from otio_autoedit.models.zoo.onnx_session import OnnxModel
from tests.support.networks import constant_model, echo_model

CELLS = 8 * 8 + 4 * 4 + 2 * 2  # of an input of 64 x 64
NAMES = "{0: 'ball', 1: 'player', 2: \"goal keeper's glove\"}"
WIDE = np.full((1, 30, 60, 3), 200, np.uint8)  # scaled by 64/60, 16 rows of padding above and below


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    with one_thread():
        yield


def yolox_rows(*objects: tuple[int, float, float, float, float, int, float]) -> NDArray[Any]:
    """YOLOX's raw output with objects (row, cx, cy, w, h, class, score) in pixels of the input."""
    grid = [(x, y, s) for s in (8, 16, 32) for y in range(64 // s) for x in range(64 // s)]
    rows = np.zeros((1, CELLS, 8), np.float32)
    for row, cx, cy, w, h, number, score in objects:
        x, y, stride = grid[row]
        rows[0, row, :4] = cx / stride - x, cy / stride - y, np.log(w / stride), np.log(h / stride)
        rows[0, row, 4] = 0.8
        rows[0, row, 5 + number] = score / 0.8
    return rows


def test_yolox_cells_become_boxes(tmp_path: Path) -> None:
    objects = (
        (9, 16.0, 12.0, 16.0, 8.0, 1, 0.5),  # of stride 8
        (83, 32.0, 16.0, 64.0, 32.0, 0, 0.6),  # of stride 32: the whole picture
        (70, 17.0, 12.0, 16.0, 8.0, 1, 0.4),  # of stride 16: the first again, less sure
        (71, 17.0, 12.0, 16.0, 8.0, 2, 0.35),  # the same place, another class
        (5, 40.0, 10.0, 9.0, 9.0, 0, 0.2),  # too unsure
        (60, 40.0, 60.0, 9.0, 9.0, 0, 0.9),  # in the padding
    )
    path = constant_model(tmp_path / "x.onnx", yolox_rows(*objects), metadata={"names": NAMES})
    (found,) = zoo.detector(str(path))(WIDE)
    assert found.labels == ("ball", "player", "goal keeper's glove")
    np.testing.assert_allclose(found.scores, [0.6, 0.5, 0.35], atol=1e-6)
    player = np.array([8, 8, 24, 16]) / [64, 32, 64, 32]  # the picture stands top left
    np.testing.assert_allclose(found.boxes[:2], [[0, 0, 1, 1], player], atol=1e-6)


def test_yolov8_rows_become_boxes(tmp_path: Path) -> None:
    output = np.zeros((1, 4 + 3, 100), np.float32)
    output[0, :4, 3], output[0, 4 + 1, 3] = (32, 32, 16, 8), 0.7
    output[0, :4, 4], output[0, 4 + 1, 4] = (33, 32, 16, 8), 0.6
    path = constant_model(tmp_path / "v8.onnx", output, metadata={"names": NAMES})
    (found,) = zoo.detector(str(path))(WIDE)
    assert found.labels == ("player",)
    middle = np.array([24, 28 - 16, 40, 36 - 16]) / [64, 32, 64, 32]  # the picture stands between
    np.testing.assert_allclose(found.boxes, [middle], atol=1e-6)


def test_coefficients_of_masks_are_no_classes(tmp_path: Path) -> None:
    output = np.zeros((1, 4 + 3 + 32, 100), np.float32)
    output[0, :4, 3], output[0, 4 + 1, 3], output[0, 20, 3] = (32, 32, 16, 8), 0.7, 9.0
    path = constant_model(tmp_path / "seg.onnx", output, metadata={"names": NAMES})
    (found,) = zoo.detector(str(path))(WIDE)
    assert found.labels == ("player",)


def test_end_to_end_rows_are_taken_as_they_are(tmp_path: Path) -> None:
    output = np.zeros((1, 300, 6), np.float32)
    output[0, 0] = 8, 24, 24, 32, 0.4, 2
    output[0, 1] = 9, 24, 24, 32, 0.9, 2  # overlaps; the model has decided
    output[0, 2] = 9, 24, 24, 32, 0.8, 7
    path = constant_model(tmp_path / "e2e.onnx", output, metadata={"names": NAMES})
    (found,) = zoo.detector(str(path))(WIDE)
    assert found.labels == ("goal keeper's glove", "class 7", "goal keeper's glove")
    np.testing.assert_allclose(found.boxes[2], np.array([8, 8, 24, 16]) / [64, 32, 64, 32])


def test_how_pictures_stand_in_the_square() -> None:
    batch = torch.from_numpy(np.stack([np.full((30, 60), v, np.uint8) for v in (10, 20, 30)]))[None]
    square, placed = yolo.letterboxed(batch, (64, 64), "yolox")
    assert square.shape == (1, 3, 64, 64)
    assert square[0, :, 0, 0].tolist() == [30, 20, 10]  # BGR, 0..255
    assert square[0, :, 31, 63].tolist() == [30, 20, 10]
    assert square[0, :, 32, 0].tolist() == [114, 114, 114]
    assert placed.offset == (0, 0)
    square, placed = yolo.letterboxed(batch, (64, 64), "yolov8")
    assert placed.offset == (0, 16)
    np.testing.assert_allclose(square[0, :, 16, 0] * 255, [10, 20, 30], rtol=1e-5)  # RGB, 0..1
    np.testing.assert_allclose(square[0, :, 15, 0] * 255, [114] * 3, rtol=1e-5)
    thin, placed = yolo.letterboxed(torch.zeros(1, 3, 1, 900, dtype=torch.uint8), (64, 64), "yolox")
    assert thin.shape == (1, 3, 64, 64)
    boxes = yolo.Boxes(torch.tensor([[0.0, 0, 64, 1]]), torch.ones(1), torch.zeros(1).long())
    assert yolo.in_picture(boxes, placed).places.tolist() == [[0, 0, 1, 1]]


def test_the_decoding_is_that_of_the_authors() -> None:
    """YOLOX's `demo_postprocess`, written out again with loops."""
    output = torch.randn(1, CELLS, 8, generator=torch.Generator().manual_seed(3))
    decoded = yolo.decoded(output, "yolox", (64, 64), None)[0]
    row = 0
    for stride in (8, 16, 32):
        for y in range(64 // stride):
            for x in range(64 // stride):
                o = output[0, row].double()
                cx, cy = (o[0] + x) * stride, (o[1] + y) * stride
                w, h = o[2].exp() * stride, o[3].exp() * stride
                corners = [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2]
                expected = torch.stack([*corners, *(o[4] * o[5:])]).float()
                torch.testing.assert_close(decoded[row], expected, atol=1e-4, rtol=1e-4)
                row += 1
    assert row == CELLS


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        (onnx.TensorProto.FLOAT, 1.0),
        (onnx.TensorProto.FLOAT16, 1.0),
        (onnx.TensorProto.UINT8, 255.0),
    ],
)
def test_the_range_of_what_a_model_sees(tmp_path: Path, kind: int, most: float) -> None:
    """The model's scores are a share of the mean of its input, of a white square."""
    output = np.zeros((1, 300, 6), np.float32)
    output[..., 2:4] = 64
    path = constant_model(tmp_path / "e2e.onnx", output, kind=kind, sums=0.9 / most)
    (found,) = zoo.detector(str(path))(np.full((1, 64, 64, 3), 255, np.uint8))
    np.testing.assert_allclose(found.scores[:1], 0.9, rtol=1e-3)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (json.dumps({"10": "b", "9": "a"}), ("a", "b")),
        ("['a', 'b']", ("a", "b")),
        ('["a", "b"]', ("a", "b")),
    ],
)
def test_names_of_classes(tmp_path: Path, names: str, expected: tuple[str, ...]) -> None:
    path = constant_model(tmp_path / "m.onnx", np.zeros((1, 9)), metadata={"names": names})
    assert OnnxModel(path).classes == expected


@pytest.mark.parametrize(
    "names",
    [
        "__import__('os').mkdir('MARK')",
        "{0: __import__('os').mkdir('MARK')}",
        "(" * 5000,
        "{'a': 'b'}",
        "7",
        "[]",
        "['x'" + ", 'y'" * 100_000 + "]",
    ],
)
def test_names_are_never_evaluated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = constant_model(tmp_path / "m.onnx", np.zeros((1, 9)), metadata={"names": names})
    with pytest.raises(WeightsError, match="names of its classes cannot be read") as told:
        OnnxModel(path)
    assert len(str(told.value).splitlines()) == 1
    assert not (tmp_path / "MARK").exists()


def test_without_names_coco_where_there_are_80(tmp_path: Path) -> None:
    for count, first in ((80, "person"), (3, None)):
        output = np.zeros((1, 4 + count, 336))
        path = constant_model(tmp_path / "v8.onnx", output, size=(128, 128))
        classes = zoo.detector(str(path)).classes
        assert classes[:1] == ((first,) if first else ())
        assert len(classes) == (80 if first else 0)


def test_sizes_of_models_that_take_any(tmp_path: Path) -> None:
    output = np.zeros((1, 4 + 3, 100), np.float32)
    output[0, :4, 3], output[0, 4 + 1, 3] = (48, 24, 96, 48), 0.7
    stated = {"names": NAMES, "imgsz": "[48, 96]"}
    path = constant_model(tmp_path / "v8.onnx", output, size=("h", "w"), metadata=stated)
    (found,) = zoo.detector(str(path))(WIDE)
    np.testing.assert_allclose(found.boxes, [[0, 0, 1, 1]])
    output[0, :4, 3] = 48, 72, 96, 48  # of 192 x 192 the picture takes rows 48 to 144
    constant_model(path, output, size=("h", "w"), metadata=stated)
    (found,) = zoo.detector(str(path), short_side=192)(WIDE)
    np.testing.assert_allclose(found.boxes, [[0, 0, 0.5, 0.5]])
    with pytest.raises(OptionError, match="multiples of 32"):
        zoo.detector(str(path), short_side=100)
    fixed = constant_model(tmp_path / "fixed.onnx", output)
    with pytest.raises(OptionError, match="64x64 only"):
        zoo.detector(str(fixed), short_side=96)


@pytest.mark.parametrize("batch", [1, 2, "n"])
def test_batches_of_models_that_take_one_some_or_any(tmp_path: Path, batch: int | str) -> None:
    path = echo_model(tmp_path / "echo.onnx", batch=batch)
    pictures = np.random.default_rng(0).random((5, 3, 32, 48), np.float32)
    np.testing.assert_array_equal(OnnxModel(path)(pictures)[0], pictures)


def test_no_frames(tmp_path: Path) -> None:
    path = constant_model(tmp_path / "v8.onnx", np.zeros((1, 84, 100)))
    assert zoo.detector(str(path))(WIDE[:0]) == []
    assert zoo.segmenter(str(echo_model(tmp_path / "echo.onnx")))(WIDE[:0]) == []


@pytest.mark.parametrize("kept", [0, 10, -50])
def test_a_file_cut_short_is_named(tmp_path: Path, kept: int) -> None:
    path = constant_model(tmp_path / "v8.onnx", np.ones((1, 84, 100)))
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(WeightsError, match=r"v8\.onnx") as told:
        zoo.detector(str(path))
    assert len(str(told.value).splitlines()) == 1


def test_models_of_something_else_are_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"cannot read the model .*none\.onnx"):
        zoo.detector(str(tmp_path / "none.onnx"))
    classifier = constant_model(tmp_path / "c.onnx", np.zeros((1, 1000)))
    with pytest.raises(WeightsError, match=r"no detector of the YOLO family.*\[1, 1000\]"):
        zoo.detector(str(classifier))
    with pytest.raises(WeightsError, match="is no segmenter"):
        zoo.segmenter(str(classifier))
    mismatch = constant_model(tmp_path / "m.onnx", np.zeros((1, 6, 100)), metadata={"names": NAMES})
    with pytest.raises(WeightsError, match="names 3 classes and scores 2"):
        zoo.detector(str(mismatch))
    model = onnx.load(str(mismatch))
    model.graph.input[0].type.tensor_type.shape.dim[1].dim_value = 4
    onnx.save(model, str(mismatch))
    with pytest.raises(WeightsError, match="not pictures of three colours"):
        zoo.detector(str(mismatch))


def test_without_onnxruntime_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *words: Any, **named: Any) -> Any:
        if name == "onnxruntime":
            raise ImportError("not here")
        return real(name, *words, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    for which in ("yolox_nano", "film.onnx"):
        with pytest.raises(MissingExtraError, match=r"pip install 'otio-autoedit\[onnx\]'"):
            zoo.detector(which)
    assert not list(tmp_path.iterdir())  # nothing was downloaded for nothing


@pytest.mark.parametrize(
    ("nhwc", "kind", "values", "expected"),
    [
        (True, onnx.TensorProto.FLOAT, "symmetric", (-1.0, 0.0, 1.0)),
        (False, onnx.TensorProto.FLOAT, "imagenet", (-2.1179, 0.2052, 2.64)),
        (True, onnx.TensorProto.UINT8, "bytes", (0.0, 128.0, 255.0)),
        (False, onnx.TensorProto.FLOAT, "unit", (0.0, 0.5, 1.0)),
    ],
)
def test_what_a_segmenters_input_holds(
    tmp_path: Path, nhwc: bool, kind: int, values: str, expected: tuple[float, ...]
) -> None:
    """The model gives its input back as logits; their differences show in the softmax."""
    path = echo_model(tmp_path / "echo.onnx", nhwc=nhwc, kind=kind)
    asked: Any = values if values == "unit" else None  # the others are the rule's
    segmenter = OnnxSegmenter(path, values=asked)
    assert segmenter.made_by["values"] == values
    frame = np.full((1, 64, 96, 3), (0, 128, 255), np.uint8)
    (seen,) = segmenter(frame)
    assert seen.index.shape == (64, 96)
    assert seen.probabilities.shape == (3, 32, 48)
    softmax = np.exp(np.array(expected) - max(expected))
    np.testing.assert_allclose(seen.probabilities[:, 5, 5], softmax / softmax.sum(), atol=5e-3)
    assert (seen.index == 2).all()


def test_a_segmenter_that_gives_numbers_of_classes(tmp_path: Path) -> None:
    segmenter = OnnxSegmenter(echo_model(tmp_path / "echo.onnx", nhwc=True, output="index"))
    frame = np.zeros((1, 32, 48, 3), np.uint8)
    frame[:, :, :24, 1] = 255
    frame[:, :, 24:, 2] = 255
    (seen,) = segmenter(frame)
    assert (seen.index[:, :24] == 1).all()
    assert (seen.index[:, 24:] == 2).all()
    assert seen.classes[15] == "person"


# The real files on real pictures.


def pictures(data_dir: Path, archive: str, folder: str) -> dict[str, bytes]:
    """The files of coco128's training half, by name without suffix."""
    with tarfile.open(data_dir / "coco128" / archive) as tar:
        members = [one for one in tar if one.isfile() and one.name.startswith(folder)]
        return {Path(one.name).stem: tar.extractfile(one).read() for one in members}  # type: ignore[union-attr]


def decoded(data: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"))


def hits(found: Detections, boxes: NDArray[Any], labels: list[str]) -> int:
    """How many detections hit a label of their class, one to one, at IoU .5, the surest first."""
    taken: set[int] = set()
    for box, label in zip(found.boxes, found.labels, strict=True):
        sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
        both = sides.clip(0).prod(1)
        union = (box[2:] - box[:2]).prod() + (boxes[:, 2:] - boxes[:, :2]).prod(1) - both
        for at in np.argsort(-both / union):
            if both[at] / union[at] >= 0.5 and labels[at] == label and at not in taken:
                taken.add(int(at))
                break
    return len(taken)


def test_yolox_finds_what_is_in_pictures(data_dir: Path) -> None:
    """The whole training half: precision .704, recall .374; these 30 .705 and .402."""
    detector = OnnxDetector(data_dir / "weights" / "yolox_nano.onnx")
    shown = pictures(data_dir, "images.tar.gz", "images/train2017/")
    written = pictures(data_dir, "labels_yolo_boxes.tar.gz", "labels_yolo_boxes/train2017/")
    found = right = wanted = 0
    for name in sorted(shown)[:30]:
        rows = np.array(written.get(name, b"").split(), float).reshape(-1, 5)
        boxes = np.concatenate([rows[:, 1:3] - rows[:, 3:] / 2, rows[:, 1:3] + rows[:, 3:] / 2], 1)
        labels = [detector.classes[int(number)] for number in rows[:, 0]]
        (seen,) = detector(decoded(shown[name])[None])
        right += hits(seen, boxes, labels)
        found += len(seen)
        wanted += len(labels)
    assert wanted > 100
    assert 0.67 < right / found < 0.75
    assert 0.37 < right / wanted < 0.44


def test_deeplab_finds_people(data_dir: Path) -> None:
    segmenter = OnnxSegmenter(data_dir / "weights" / "deeplab_v3_1_default_1.onnx")
    person = segmenter.classes.index("person")
    shown = pictures(data_dir, "images.tar.gz", "images/train2017/")
    maps = pictures(data_dir, "semantic.tar.gz", "semantic/train2017/")
    both = either = used = 0
    for name in sorted(maps):
        labelled = Image.open(io.BytesIO(maps[name]))
        frame = decoded(shown[name])
        height, width = frame.shape[:2]
        truth = np.asarray(labelled.resize((width, height), Image.Resampling.NEAREST)) == 1
        if used == 8 or truth.mean() < 0.1:
            continue
        (seen,) = segmenter(frame[None])
        assert seen.index.shape == (height, width)
        both += int((truth & (seen.index == person)).sum())
        either += int((truth | (seen.index == person)).sum())
        used += 1
    assert used == 8
    assert both / either > 0.6
