"""The teachers on real pictures, three of each set; what they cost as their authors say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from otio_autoedit.errors import WeightsError
from otio_autoedit.models.evaluate.average_precision import average_precisions, overlaps
from otio_autoedit.models.evaluate.contenders import Contender
from otio_autoedit.models.evaluate.counted import counted
from otio_autoedit.models.evaluate.kept import Kept
from otio_autoedit.models.evaluate.masks import Confusion, film_j
from otio_autoedit.models.evaluate.scene_peers import (
    DEEPLAB,
    DEEPLAB_FINE,
    FILES,
    SELFIE,
    YOLOX,
    YOLOX_SMALL,
    peer_contenders,
)
from otio_autoedit.models.evaluate.scene_sets import (
    LabelledPicture,
    coco_pictures,
    masked_films,
    people_pictures,
)
from otio_autoedit.models.scene_labels import OBJECTS

pytest.importorskip("onnxruntime", reason="pip install 'otio-autoedit[onnx]'")
pytest.importorskip("ai_edge_litert", reason="pip install ai-edge-litert")


@pytest.fixture(scope="module")
def peers(data_dir: Path) -> dict[str, Contender]:
    return {peer.name: peer for peer in peer_contenders(data_dir / "weights", Kept())}


@pytest.fixture(scope="module")
def three(data_dir: Path) -> list[LabelledPicture]:
    """The pictures of coco128 with the largest person each."""

    def size(picture: LabelledPicture) -> float:
        assert picture.objects is not None
        boxes = picture.objects.boxes[picture.objects.classes == OBJECTS.index("person")]
        return float((boxes[:, 2:] - boxes[:, :2]).prod(1).max(initial=0))

    return sorted(coco_pictures(data_dir), key=size)[-3:]


@pytest.mark.parametrize("name", [YOLOX, YOLOX_SMALL])
def test_the_detector_finds_large_persons(
    peers: dict[str, Contender], three: list[LabelledPicture], name: str
) -> None:
    detect = peers[name].detect
    assert detect is not None
    truths = [picture.objects for picture in three if picture.objects is not None]
    found = [detect(picture.frame) for picture in three]
    assert average_precisions(truths, found)[OBJECTS.index("person")] > 0.8
    assert all(((one.boxes >= 0) & (one.boxes <= 1)).all() for one in found)


def test_the_detector_says_the_same_of_a_smaller_picture(
    peers: dict[str, Contender], three: list[LabelledPicture]
) -> None:
    whole, small = peers[YOLOX].detect, peers[YOLOX_SMALL].detect
    assert whole is not None
    assert small is not None
    for picture in three:
        boxes = [detect(picture.frame).boxes[:1] for detect in (whole, small)]
        assert overlaps(*boxes)[0, 0] > 0.75


@pytest.mark.parametrize(("name", "least"), [(DEEPLAB, 0.6), (DEEPLAB_FINE, 0.7), (SELFIE, 0.7)])
def test_segmenters_find_people(
    peers: dict[str, Contender], data_dir: Path, name: str, least: float
) -> None:
    segment = peers[name].segment
    assert segment is not None
    pairs = [(p.groups, segment(p.frame)) for p in people_pictures(data_dir)[:3]]
    confusion = Confusion.of((groups, said) for groups, said in pairs if groups is not None)
    person = confusion.iou("person")
    assert person is not None
    assert person > least


def test_the_foreground_is_whatever_is_no_background(
    peers: dict[str, Contender], data_dir: Path
) -> None:
    film = next(film for film in masked_films(data_dir) if film.name == "blackswan")
    foreground = peers[DEEPLAB].foreground
    assert foreground is not None
    assert film_j(film.masks[:3], foreground(film.frames()[:3])) > 0.5


def test_answers_are_kept_and_no_network_is_opened_for_them(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from otio_autoedit.models.evaluate import scene_peers

    frame = coco_pictures(data_dir)[0].frame
    asked = []
    for _ in range(2):
        peer = peer_contenders(data_dir / "weights", Kept(tmp_path))[0]
        assert peer.detect is not None
        asked.append(peer.detect(frame))
        monkeypatch.setattr(scene_peers, "open_yolox", None)
    for part in ("boxes", "classes", "scores"):
        np.testing.assert_array_equal(getattr(asked[0], part), getattr(asked[1], part))


def test_what_they_cost_is_what_their_authors_say(data_dir: Path) -> None:
    """YOLOX-nano: .91 M, 1.08 G operations; DeepLab on MobileNetV2: 2.1 M, 2.75 G multiply-adds."""
    weights = data_dir / "weights"
    nano = counted(weights / FILES[YOLOX])
    assert nano == pytest.approx((0.91e6, 0.54e9), rel=0.04)
    fine = counted(weights / FILES[DEEPLAB_FINE])
    assert fine == pytest.approx((2.11e6, 2.75e9), rel=0.02)


@pytest.mark.parametrize("name", ["torn.onnx", "torn.tflite"])
def test_what_is_no_model_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"no model at all")
    with pytest.raises(WeightsError, match="cannot read the model"):
        counted(tmp_path / name)
