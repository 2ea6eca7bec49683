"""The teachers on real pictures, and what they leave in a set's folder."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray
from onnx.utils import Extractor
from PIL import Image

from otio_autoedit.errors import WeightsError
from otio_autoedit.models.scene_labels import MASKS
from otio_autoedit.models.threads import one_thread
from otio_autoedit.models.train.scene.levels import with_levels
from otio_autoedit.models.train.scene.sets import Box, SetError, SetWriter
from otio_autoedit.models.train.scene.taught_masks import Support, near_person, taught_mask
from otio_autoedit.models.train.scene.teach import Taught, teach
from otio_autoedit.models.train.scene.teachers import FaceTeacher, doubted
from otio_autoedit.models.zoo.detections import Detections
from otio_autoedit.models.zoo.onnx_session import onnxruntime
from otio_autoedit.progress import Progress
from tests.support.networks import constant_model

PERSON, ANIMAL = MASKS.index("person"), MASKS.index("animal")
WALKER, SHEEP = "FudanPed00030", "000000187334"
STREETS, COCO = "train_images/pennfudan_320.tar.gz", "train_images/coco_small_sets_320.tar.gz"


def packed(archive: Path, name: str) -> NDArray[np.uint8]:
    with tarfile.open(archive) as tar:
        file = tar.extractfile(name)
        assert file is not None
        return np.array(Image.open(io.BytesIO(file.read())))


@pytest.fixture(scope="module")
def walker(data_dir: Path) -> NDArray[np.uint8]:
    return packed(data_dir / STREETS, f"images/{WALKER}.jpg")


@pytest.fixture(scope="module")
def taught(
    data_dir: Path, walker: NDArray[np.uint8], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[Progress]]:
    """A set of two pictures, labelled."""
    folder = tmp_path_factory.mktemp("sets") / "two"
    with SetWriter(folder, licence="CC-BY-4.0", source="test") as pictures:
        pictures.add("walker", walker)
        pictures.add("second", packed(data_dir / COCO, f"images/{SHEEP}.jpg"))
    said: list[Progress] = []
    (result,) = teach([folder], data_dir / "weights", progress=said.append)
    assert result.pictures == 2
    assert result.boxes["person"] >= 1
    assert result.seconds > 0
    return folder, said


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "taught.jsonl").read_text().splitlines()]


def taught_png(folder: Path, name: str) -> NDArray[np.uint8]:
    return np.array(Image.open(folder / "taught_masks" / f"{name}.png"))


def test_people_are_found_and_masked(taught: tuple[Path, list[Progress]], data_dir: Path) -> None:
    folder, said = taught
    first, second = lines(folder)
    assert (first["picture"], second["picture"]) == ("walker.jpg", "second.jpg")
    mask = taught_png(folder, "walker")
    true = packed(data_dir / STREETS, f"masks/{WALKER}.png")
    true = np.array(Image.fromarray(true).resize(mask.shape[::-1], Image.Resampling.NEAREST)) > 0
    people = [box for box in first["boxes"] if box[0] == "person" and box[5] > 0.5]
    rows, columns = np.nonzero(true)
    height, width = mask.shape
    around = [
        columns.min() / width,
        rows.min() / height,
        columns.max() / width,
        rows.max() / height,
    ]
    least, most = np.min([b[1:3] for b in people], 0), np.max([b[3:5] for b in people], 0)
    np.testing.assert_allclose([*least, *most], around, atol=0.06)
    known = mask != 255
    assert max(mask.shape) <= 256
    assert (mask == PERSON)[known & true].mean() > 0.9
    assert (mask == PERSON)[known & ~true].mean() < 0.02
    assert known.mean() > 0.8
    assert [(one.done, one.total) for one in said] == [(2, 2)]


def test_animals_are_no_people(taught: tuple[Path, list[Progress]]) -> None:
    folder, _ = taught
    mask = taught_png(folder, "second")
    names = {box[0] for box in lines(folder)[1]["boxes"] if box[5] > 0.5}
    assert "sheep" in names
    assert (mask == ANIMAL).mean() > 0.02
    assert not (mask == PERSON).any()


def test_the_heads_give_the_same_boxes_from_what_was_stored(
    taught: tuple[Path, list[Progress]], data_dir: Path, walker: NDArray[np.uint8]
) -> None:
    """The parts of the graph behind the maps alone: fed with them, they give the output."""
    path = data_dir / "weights" / "yolox_nano.onnx"
    data, names = with_levels(path)
    assert len(names) == 3
    session = _session(data)
    square = np.full((416, 416, 3), 114, np.uint8)
    scale = 416 / max(walker.shape[:2])
    small = cv2.resize(walker, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
    square[: small.shape[0], : small.shape[1]] = small
    picture = square[None, :, :, ::-1].transpose(0, 3, 1, 2).astype(np.float32)
    output, *maps = session.run(None, {"images": picture})
    (plain,) = _session(path.read_bytes()).run(None, {"images": picture})
    np.testing.assert_array_equal(output, plain)

    shaped = onnx.shape_inference.infer_shapes(onnx.load_from_string(data))
    heads = _session(Extractor(shaped).extract_model(list(names), ["output"]).SerializeToString())
    (again,) = heads.run(None, dict(zip(names, maps, strict=True)))
    np.testing.assert_allclose(again, output, rtol=1e-3, atol=1e-4)

    folder, _ = taught
    for name, values, side in (("p3", maps[0], 52), ("p4", maps[1], 26)):
        stored = np.load(folder / f"taught_{name}.npy", mmap_mode="r")
        assert stored.shape == (2, 64, side, side)
        assert stored.dtype == np.float16
        # JPEG and another way to scale lie between.
        assert np.corrcoef(stored[0].ravel(), values.ravel())[0, 1] > 0.97
        assert np.corrcoef(stored[1].ravel(), values.ravel())[0, 1] < 0.8


def _session(data: bytes) -> Any:
    options = onnxruntime().SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 3
    return onnxruntime().InferenceSession(data, options, providers=["CPUExecutionProvider"])


def test_classes_are_logits_not_probabilities(
    taught: tuple[Path, list[Progress]], data_dir: Path
) -> None:
    folder, _ = taught
    logits = np.load(folder / "taught_logits.npy")
    assert logits.shape == (2, 1001)
    assert logits.dtype == np.float16
    assert len(np.unique(logits[1])) > 50  # the softmax has few steps above nought
    names = (data_dir / "weights" / "imagenet_labels.txt").read_text().splitlines()
    best = " ".join(names[at] for at in np.argsort(-logits[1])[:5])
    assert "ram" in best or "bighorn" in best


def test_a_labelled_set_is_passed_over(taught: tuple[Path, list[Progress]], data_dir: Path) -> None:
    folder, _ = taught
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    told: list[Taught] = []
    result = teach([folder], data_dir / "no weights are needed", done=told.append)
    assert result == told == [Taught(folder, 2, {}, 0.0)]
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_half_a_set_is_labelled_again(
    taught: tuple[Path, list[Progress]], data_dir: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "half"
    shutil.copytree(taught[0], folder)
    labels = folder / "taught.jsonl"
    whole = labels.read_text()
    labels.write_text(whole.splitlines()[0] + "\n")
    (result,) = teach([folder], data_dir / "weights")
    assert result.seconds > 0
    assert labels.read_text() == whole


def test_a_broken_picture_leaves_nothing_behind(
    taught: tuple[Path, list[Progress]], data_dir: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(taught[0], folder, ignore=shutil.ignore_patterns("taught*"))
    (folder / "pictures" / "second.jpg").write_bytes(b"no picture")
    with pytest.raises(SetError, match=r"second\.jpg: no picture can be read"):
        teach([folder], data_dir / "weights")
    assert not [path.name for path in folder.iterdir() if path.suffix != ".lock"][3:]
    assert not list(folder.glob("taught.[!l]*"))


def test_another_network_is_no_teacher(tmp_path: Path) -> None:
    path = constant_model(tmp_path / "other.onnx", np.zeros((1, 3549, 85), np.float32))
    with pytest.raises(WeightsError, match=r"other\.onnx is no YOLOX as its authors export it"):
        with_levels(path)
    with pytest.raises(WeightsError, match=r"cannot read the model .*none\.onnx"):
        with_levels(tmp_path / "none.onnx")


def test_faces_are_those_that_opencv_finds(data_dir: Path) -> None:
    path = data_dir / "weights" / "yunet_n_dynamic.onnx"
    picture = packed(data_dir / COCO, "images/000000368212.jpg")
    with one_thread(), torch.inference_mode():
        ours = FaceTeacher(path)(picture)
    height, width = picture.shape[:2]
    oracle = cv2.FaceDetectorYN.create(str(path), "", (width, height), 0.8, 0.3)
    _, rows = oracle.detect(np.ascontiguousarray(picture[..., ::-1]))
    assert len(rows) >= 1
    for x, y, w, h in rows[:, :4]:
        place = np.array([x / width, y / height, (x + w) / width, (y + h) / height])
        assert np.abs(ours.boxes - place).max(1).min() < 0.05


def test_a_face_without_a_person_counts_little() -> None:
    faces = Detections(
        np.array([[0.1, 0.1, 0.2, 0.2], [0.6, 0.1, 0.7, 0.2]], np.float32),
        ("face", "face"),
        np.array([0.9, 0.75], np.float32),
    )
    person = Detections(
        np.array([[0.5, 0.0, 0.8, 0.9]], np.float32), ("person",), np.array([0.7], np.float32)
    )
    found = doubted(faces, person)
    np.testing.assert_allclose(found.scores, [0.75, 0.3], atol=1e-6)
    np.testing.assert_allclose(found.boxes[0], faces.boxes[1])


def test_where_pixels_are_known_no_teacher_is_asked(
    data_dir: Path, walker: NDArray[np.uint8], tmp_path: Path
) -> None:
    folder = tmp_path / "known"
    known = np.zeros(walker.shape[:2], np.uint8)
    with SetWriter(folder, licence="MIT", source="test") as pictures:
        pictures.add("known", walker, mask=known)
        pictures.add("unknown", walker)
    teach([folder], data_dir / "weights")
    assert [path.name for path in (folder / "taught_masks").iterdir()] == ["unknown.png"]
    assert lines(folder)[0]["boxes"] == lines(folder)[1]["boxes"]


def planes(labels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Sure probabilities of four groups."""
    return np.eye(4, dtype=np.float32)[labels].transpose(2, 0, 1)


def test_a_pixel_needs_a_box_of_its_class() -> None:
    labels = np.zeros((100, 100), np.uint8)
    labels[20:60, 10:30] = labels[20:60, 70:90] = PERSON
    boxes = [
        Support("person", (0.1, 0.2, 0.3, 0.6), 0.6),
        Support("dog", (0.7, 0.2, 0.9, 0.6), 0.9),
    ]
    mask = taught_mask(planes(labels), (100, 100), boxes)
    assert (mask[20:60, 10:30] == PERSON).all()
    assert (mask[20:60, 70:90] == 255).all()  # a dog's box supports no person
    assert (mask[70:] == 0).all()


def test_what_the_segmenter_missed_is_unknown() -> None:
    nothing = planes(np.zeros((100, 100), np.uint8))
    sure, faint = (0.2, 0.2, 0.4, 0.8), (0.6, 0.2, 0.8, 0.8)
    boxes = [Support("person", sure, 0.6), Support("horse", faint, 0.15)]
    mask = taught_mask(nothing, (100, 100), [*boxes, Support("?", (0, 0.9, 1, 1), 1.0)])
    assert (mask[20:80, 20:40] == 255).all()
    assert (mask[20:80, 60:80] == 0).all()  # hardly a horse
    assert (mask[90:] == 255).all()


def test_one_near_person_is_cut_where_both_agree() -> None:
    labels = np.zeros((100, 100), np.uint8)
    labels[10:90, 30:70] = PERSON
    box = Support("person", (0.3, 0.1, 0.7, 0.9), 0.9)

    def narrower(edges: tuple[int, int, int, int]) -> NDArray[np.float32]:
        whole = np.zeros((100, 100), np.float32)
        whole[10:90, 35:65] = 1
        return whole[edges[1] : edges[3], edges[0] : edges[2]]

    face = Support("face", (0.45, 0.1, 0.55, 0.25), 0.8)
    mask = taught_mask(planes(labels), (100, 100), [box, face], narrower)
    assert (mask[10:90, 35:65] == PERSON).all()
    assert (mask[10:90, 30:35] == 255).all()
    assert (mask[:, :25] == 0).all()
    assert near_person([box, face]) == box
    assert near_person([box]) is None  # seen from behind, or a part of a body
    beside = Support("person", (0.5, 0.1, 0.9, 0.9), 0.9)
    assert near_person([box, beside, face]) is None  # a group: the second network knows one
    far = Support("person", (0.42, 0.1, 0.56, 0.9), 0.9)
    assert near_person([far, face]) is None


def test_the_portrait_model_settles_what_the_segmenter_is_unsure_of() -> None:
    labels = np.zeros((100, 100), np.uint8)
    labels[10:90, 30:60] = PERSON
    groups = planes(labels)
    groups[:, 10:90, 60:70] = np.array([0.6, 0.4, 0, 0], np.float32)[:, None, None]
    boxes = [Support("person", (0.3, 0.1, 0.7, 0.9), 0.9)]
    assert (taught_mask(groups, (100, 100), boxes)[10:90, 60:70] == 255).all()

    def certain(edges: tuple[int, int, int, int]) -> NDArray[np.float32]:
        return (labels == PERSON).astype(np.float32)[edges[1] : edges[3], edges[0] : edges[2]]

    boxes.append(Support("face", (0.4, 0.1, 0.5, 0.25), 0.8))
    assert (taught_mask(groups, (100, 100), boxes, certain)[10:90, 61:70] == 0).all()


def test_true_boxes_support_as_taught_ones_do(data_dir: Path, tmp_path: Path) -> None:
    """A person that no detector finds in a blurred picture, boxed by hand."""
    picture = packed(data_dir / STREETS, f"images/{WALKER}.jpg")
    folder = tmp_path / "boxed"
    with SetWriter(folder, licence="MIT", source="test") as pictures:
        pictures.add("none", np.full_like(picture, 90), boxes=[Box("person", 0.4, 0.2, 0.6, 0.8)])
    teach([folder], data_dir / "weights")
    mask = taught_png(folder, "none")
    height, width = mask.shape
    assert mask[height // 2, width // 2] == 255
    assert mask[height // 2, 2] == 0
