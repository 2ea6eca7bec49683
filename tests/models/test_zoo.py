"""Networks by name: torchvision's families, weights from a folder, one form of result."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torchvision.models import get_model, get_model_weights, list_models

from otio_autoedit.errors import OptionError, WeightsError
from otio_autoedit.models import zoo
from otio_autoedit.models.threads import one_thread
from otio_autoedit.models.zoo import networks
from otio_autoedit.models.zoo.detections import Instances
from tests.support.networks import drawn_weights

SMALL = 64


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    with one_thread():
        yield


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that OTIO_AUTOEDIT_WEIGHTS names; no downloads besides."""
    named = tmp_path / "weights"
    named.mkdir()
    monkeypatch.setenv("OTIO_AUTOEDIT_WEIGHTS", str(named))
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    return named


def noise(frames: int, height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    shape = (frames, height, width, 3)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def put(folder: Path, name: str) -> Path:
    """Drawn weights under the name that torchvision publishes them by."""
    path = folder / zoo.describe(name).weights.name
    torch.save(drawn_weights(name), path)
    return path


@pytest.mark.parametrize(
    ("name", "threshold", "short_side"),
    [
        ("ssdlite320_mobilenet_v3_large", 0.0, None),
        ("ssd300_vgg16", 0.0, None),
        ("fasterrcnn_mobilenet_v3_large_320_fpn", 0.0, SMALL),
        ("retinanet_resnet50_fpn", 0.0, SMALL),
        ("fcos_resnet50_fpn", 0.0, SMALL),
        ("maskrcnn_resnet50_fpn", 0.036, SMALL),
    ],
)
def test_one_of_each_family_of_detectors_runs(
    folder: Path, name: str, threshold: float, short_side: int | None
) -> None:
    path = put(folder, name)
    detector = zoo.detector(name, threshold=threshold, short_side=short_side)
    path.unlink()
    assert detector(noise(0, 40, 70)) == []
    frames = noise(1, 9, 70)  # lower than the lowest that networks take
    (found,) = detector(frames)
    assert len(found) == len(found.boxes) == len(found.scores) > 0
    assert found.boxes.dtype == found.scores.dtype == np.float32
    assert (found.boxes >= 0).all()
    assert (found.boxes <= 1).all()
    assert (found.boxes[:, 2:] > found.boxes[:, :2]).all()
    assert (np.diff(found.scores) <= 0).all()
    assert set(found.labels) <= set(detector.classes)
    assert len(detector.classes) == 80
    if "mask" in name:
        assert isinstance(found, Instances)
        assert found.masks.shape == (len(found), 9, 70)
        assert found.masks.dtype == bool


@pytest.mark.parametrize(
    "name", ["fcn_resnet50", "deeplabv3_mobilenet_v3_large", "lraspp_mobilenet_v3_large"]
)
def test_one_of_each_family_of_segmenters_runs(folder: Path, name: str) -> None:
    path = put(folder, name)
    segmenter = zoo.segmenter(name, short_side=SMALL)
    path.unlink()
    assert segmenter(noise(0, 40, 70)) == []
    seen = segmenter(torch.from_numpy(noise(2, 9, 70)))
    assert len(seen) == 2
    assert seen[0].classes[0] == "background"
    assert seen[0].classes[15] == "person"
    assert seen[0].index.shape == (9, 70)
    assert seen[0].index.dtype == np.uint8
    assert seen[0].probabilities.shape[0] == 21
    np.testing.assert_allclose(seen[0].probabilities.sum(0), 1, atol=1e-4)


def test_a_detector_sees_what_torchvisions_own_loading_makes_it_see(
    folder: Path, tmp_path: Path
) -> None:
    """RetinaNet was trained with frozen batch norms without epsilon: ours must be the same."""
    name = "retinanet_resnet50_fpn"
    path = put(folder, name)
    cache = tmp_path / "hub" / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    detector = zoo.detector(name, threshold=0.0, short_side=SMALL)
    path.rename(cache / path.name)
    theirs = get_model(name, weights="DEFAULT", min_size=SMALL, max_size=2 * SMALL, score_thresh=0)
    frames = noise(1, 48, 64)
    with torch.inference_mode():
        seen = theirs.eval()([torch.from_numpy(frames[0]).permute(2, 0, 1) / 255])[0]
    names = get_model_weights(name).DEFAULT.meta["categories"]
    named = torch.tensor([names[number] != "N/A" for number in seen["labels"]])
    expected = {key: value[named] for key, value in seen.items()}
    (found,) = detector(frames)
    np.testing.assert_allclose(found.scores[:20], expected["scores"][:20], atol=1e-5)
    scale = np.array([64, 48, 64, 48])
    np.testing.assert_allclose(found.boxes[:20] * scale, expected["boxes"][:20], atol=1e-2)
    assert found.labels[:20] == tuple(names[number] for number in expected["labels"][:20])


def test_a_segmenter_sees_what_torchvisions_own_preset_shows_it(folder: Path) -> None:
    name = "lraspp_mobilenet_v3_large"
    path = put(folder, name)
    theirs = get_model(name, weights=None, weights_backbone=None, num_classes=21).eval()
    theirs.load_state_dict(torch.load(path, weights_only=True))
    frames = noise(1, 60, 100)
    preset = get_model_weights(name).DEFAULT.transforms()
    with torch.inference_mode():
        shown = preset(torch.from_numpy(frames).permute(0, 3, 1, 2))
        expected = theirs(shown)["out"].softmax(1)[0]
    (seen,) = zoo.segmenter(name)(frames)
    np.testing.assert_allclose(seen.probabilities, expected, atol=0.02)


def test_frames_one_by_one_are_frames_together(folder: Path) -> None:
    put(folder, "lraspp_mobilenet_v3_large")
    segmenter = zoo.segmenter("lraspp_mobilenet_v3_large", short_side=SMALL, batch=2)
    frames = noise(3, 40, 56)
    together = segmenter(frames)
    for frame, seen in zip(frames, together, strict=True):
        (alone,) = segmenter(frame[None])
        np.testing.assert_allclose(alone.probabilities, seen.probabilities, atol=1e-5)


def test_safetensors_by_the_networks_name_go_first(folder: Path) -> None:
    name = "lraspp_mobilenet_v3_large"
    (folder / zoo.describe(name).weights.name).write_bytes(b"never read")
    save_file(drawn_weights(name), folder / f"{name}.safetensors")
    segmenter = zoo.segmenter(name, short_side=SMALL)
    assert segmenter.made_by["network"] == name
    assert len(segmenter.made_by["weights"]) == 64


def test_weights_of_another_network_are_told_by_their_first_differences(folder: Path) -> None:
    name = "lraspp_mobilenet_v3_large"
    state = drawn_weights(name)
    state["classifier.cbr.0.weight"] = torch.zeros(3, 3)
    state["backbone.none.such"] = state.pop("backbone.0.0.weight")
    torch.save(state, folder / zoo.describe(name).weights.name)
    with pytest.raises(WeightsError, match=r"does not fit lraspp") as told:
        zoo.segmenter(name)
    assert "lacks backbone.0.0.weight" in str(told.value)
    assert "has besides backbone.none.such" in str(told.value)
    assert "classifier.cbr.0.weight is (3, 3), not (128, 960, 1, 1)" in str(told.value)
    assert len(str(told.value).splitlines()) == 1


def test_several_at_once(folder: Path) -> None:
    put(folder, "lraspp_mobilenet_v3_large")
    loaded = zoo.load(segmenter="lraspp_mobilenet_v3_large", backbone="small")
    assert loaded.detector is None
    assert loaded.segmenter is not None
    assert loaded.backbone is not None
    assert loaded.backbone.features(torch.zeros(2, 3, 27, 48, dtype=torch.uint8)).shape[0] == 2


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"detector": "ssdlite320_mobilenet"}, "did you mean 'ssdlite320_mobilenet_v3_large'"),
        ({"detector": "ssdlite320_mobilenet"}, "yolox_nano, yolox_tiny"),
        ({"detector": "fcn_resnet50"}, "that is a segmenter"),
        ({"segmenter": "weights.pth"}, r"or an \.onnx file"),
        ({"backbone": "resnet19"}, "did you mean 'resnet18'"),
        ({"backbone": "vit_b_16"}, "there is: small, alexnet"),
        ({"segmenter": "fcn_resnet50", "detector": "x"}, "no detector 'x'"),
    ],
)
def test_wrong_names_are_told_before_anything_is_loaded(
    folder: Path, asked: dict[str, str], says: str
) -> None:
    with pytest.raises(OptionError, match=says):
        zoo.load(**asked)


def test_sizes_that_a_network_does_not_take(folder: Path) -> None:
    with pytest.raises(OptionError, match="scales every picture to a size of its own"):
        zoo.detector("ssdlite320_mobilenet_v3_large", short_side=320)
    with pytest.raises(OptionError, match="64 or more"):
        zoo.detector("fcos_resnet50_fpn", short_side=10)


@pytest.mark.parametrize(
    "frames",
    [
        np.zeros((2, 9, 9, 3), np.float32),
        np.zeros((2, 3, 9, 9), np.uint8),
        np.zeros((9, 9, 3), np.uint8),
        np.zeros((1, 0, 9, 3), np.uint8),
    ],
)
def test_what_is_no_frames_is_refused(folder: Path, frames: NDArray[np.uint8]) -> None:
    put(folder, "lraspp_mobilenet_v3_large")
    segmenter = zoo.segmenter("lraspp_mobilenet_v3_large", short_side=SMALL)
    with pytest.raises(ValueError, match="frames"):
        segmenter(frames)


def test_every_name_is_known_and_described() -> None:
    theirs = set(list_models())
    elsewhere = {"shots", "scene", "small", "transnetv2", "yolox_nano", "yolox_tiny", "yolox_s"}
    elsewhere |= {"deeplabv3_mobilenet_v2_257"}
    for task in networks.TASKS:
        for name in zoo.names(task):
            assert (name in theirs) != (name in elsewhere), name
            known = zoo.describe(name)
            assert (known.name, known.task) == (name, task)
            assert known.parameters > 0
            assert known.weights.bytes > known.parameters  # more than a byte each
            if name in theirs:
                assert len(known.weights.sha256) >= 8
                assert f"-{known.weights.sha256}." in known.weights.name
    with pytest.raises(OptionError, match="did you mean 'fcn_resnet50'"):
        zoo.describe("fcn_resnet500")


def test_names_cost_no_torch() -> None:
    code = (
        "import sys; from otio_autoedit.models import zoo; zoo.names('detector');"
        "assert not {'torch', 'torchvision', 'onnxruntime'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
