"""Measuring the scene network: figures of contenders that are known, a whole run, its tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from otio_autoedit.errors import AutoEditError, WeightsError
from otio_autoedit.models.evaluate.average_precision import Detected, Objects
from otio_autoedit.models.evaluate.contenders import OURS, Contender
from otio_autoedit.models.evaluate.cost import parameters
from otio_autoedit.models.evaluate.kept import Kept
from otio_autoedit.models.evaluate.scene import (
    SceneOptions,
    evaluate_scene,
    large_only,
    measure_foreground,
    measure_masks,
    measure_objects,
    measure_scenes,
)
from otio_autoedit.models.evaluate.scene_cost import our_multiply_adds
from otio_autoedit.models.evaluate.scene_ours import our_contender
from otio_autoedit.models.evaluate.scene_report import SceneReport, read_report, write_report
from otio_autoedit.models.evaluate.scene_sets import (
    coco_pictures,
    masked_films,
    street_pictures,
)
from otio_autoedit.models.evaluate.scene_sheets import MOST, mistakes, write_sheets
from otio_autoedit.models.evaluate.scene_tables import short_text, whole_text
from otio_autoedit.models.scene import SceneNet, SceneNetConfig, network_from
from otio_autoedit.models.scene_reader import SceneReader
from otio_autoedit.models.weight_files import load_weights, save_weights
from tests.support.scene_data import COCO, make_scene_data, moving_square

SMALL = SceneNetConfig(
    widths=(8, 8, 12, 16, 24), depths=(1, 1, 1, 1), neck=16, states=8, hidden=16, decoder=8
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_scene_data(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that has learnt nothing."""
    path = tmp_path_factory.mktemp("weights") / "scene.safetensors"
    torch.manual_seed(0)
    net = SceneNet(SMALL)
    save_weights(path, "scene", asdict(SMALL), net.state_dict())
    return path


def knowing(data: Path) -> Contender:
    """One that has seen the labels."""
    pictures = [*coco_pictures(data), *street_pictures(data)]
    known = {picture.frame.tobytes(): picture for picture in pictures}

    def detect(frame: NDArray[np.uint8]) -> Detected:
        objects = known[frame.tobytes()].objects
        assert objects is not None
        return Detected(objects.boxes, objects.classes, np.full(len(objects.boxes), 0.9))

    def segment(frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        groups = known[frame.tobytes()].groups
        assert groups is not None
        return np.where(groups == 255, 1, groups).astype(np.uint8)

    def foreground(frames: NDArray[np.uint8]) -> NDArray[np.bool_]:
        return np.stack([moving_square(at) for at in range(len(frames))])

    return Contender("knowing", detect, segment, foreground=foreground, scene=lambda _: "town")


def blind(data: Path) -> Contender:
    """One that sees nothing anywhere."""
    return Contender(
        "blind",
        lambda _: Detected(np.zeros((0, 4)), np.zeros(0, int), np.zeros(0)),
        lambda frame: np.zeros(frame.shape[:2], np.uint8),
        knows=("person",),
        foreground=lambda frames: np.zeros(frames.shape[:3], bool),
    )


def silent(_: str) -> None:
    """Says nothing."""


def test_who_knows_all_has_one_and_who_is_blind_nought(data: Path) -> None:
    both = [knowing(data), blind(data)]
    known, unseen = measure_objects(coco_pictures(data), both, silent)
    assert known.objects == {"person": 1, "car": 1, "dog": 1}
    assert set(known.of_kind.values()) == {1.0} == {known.mean, known.large, known.large_person}
    assert (unseen.mean, unseen.large) == (0.0, 0.0)
    coco, blind_coco = measure_masks({"coco128": coco_pictures(data)}, both, silent)
    assert coco.pictures == 2
    assert set(coco.iou.values()) == {1.0} == {coco.mean}
    assert blind_coco.iou.keys() == {"other", "person"}
    assert (blind_coco.iou["person"], blind_coco.mean) == (0.0, None)
    films, blind_films = measure_foreground(masked_films(data), both, silent)
    assert (films.mean, films.found, films.of_film) == (1.0, 1.0, {"square": 1.0})
    assert (blind_films.mean, blind_films.found) == (0.0, 0.0)


def test_a_mean_of_masks_needs_more_than_persons(data: Path) -> None:
    (street,) = measure_masks({"CamVid": street_pictures(data)}, [knowing(data)], silent)
    assert street.mean == 1.0
    assert street.iou["animal"] is None


def test_kinds_of_scene_are_counted_by_kind(data: Path) -> None:
    frame = coco_pictures(data)[0].frame
    frames = [(frame, "town"), (frame, "town"), (frame, "sport")]
    (row,) = measure_scenes(frames, [knowing(data), blind(data)], silent)
    assert (row.frames, row.right) == ({"town": 2, "sport": 1}, {"town": 2, "sport": 0})
    assert row.accuracy == pytest.approx(2 / 3)


def test_small_objects_are_ignored_where_large_ones_are_asked_for() -> None:
    objects = Objects(np.array([[0, 0, 0.05, 0.05], [0, 0, 0.5, 0.5]]), np.array([0, 0]))
    assert large_only(objects).ignored is not None
    assert large_only(objects).ignored.tolist() == [True, False]  # type: ignore[union-attr]


def test_ours_says_of_a_picture_what_its_reader_says(data: Path, weights: Path) -> None:
    """Boxes, masks and foreground of one frame, against the reader that an analysis uses."""
    frame = np.random.default_rng(0).integers(0, 256, (144, 256, 3)).astype(np.uint8)
    ours, reader = our_contender(weights), SceneReader(weights)
    reader.push(frame[None], np.zeros(1, np.int64))
    found = reader.finish()
    assert ours.detect is not None
    said = ours.detect(frame)
    sure = said.scores >= 0.1  # the reader leaves out the rest
    np.testing.assert_allclose(said.boxes[sure], found.objects[0].boxes, atol=1e-5)
    assert said.classes[sure].tolist() == found.objects[0].classes.tolist()
    assert ours.foreground is not None
    assert ours.foreground(frame[None]).shape == (1, 144, 256)
    assert ours.scene is not None
    assert ours.scene(frame) == reader.scenes[int(found.scene[0].argmax())]


def test_every_frame_of_a_film_is_a_sample_of_one_reading(weights: Path) -> None:
    """Frames 1, 7, 13 are read as one film; so their masks are those of that film alone."""
    rng = np.random.default_rng(1)
    frames = rng.integers(0, 256, (14, 48, 64, 3)).astype(np.uint8)
    ours = our_contender(weights)
    assert ours.foreground is not None
    whole = ours.foreground(frames)
    assert whole.shape == (14, 48, 64)
    others = np.zeros((13, 48, 64, 3), np.uint8)
    others[::6] = frames[[1, 7, 13]]
    np.testing.assert_array_equal(ours.foreground(others)[::6], whole[[1, 7, 13]])


@pytest.fixture(scope="module")
def measured(
    data: Path, weights: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[SceneReport, Path]:
    """A whole run of ours, and its sheets."""
    sheets = tmp_path_factory.mktemp("sheets")
    options = SceneOptions(weights=weights, areas=(96 * 64,), peers=False, sheets=sheets)
    return evaluate_scene(data, options), sheets


def test_a_run_measures_every_part(measured: tuple[SceneReport, Path], weights: Path) -> None:
    report, _ = measured
    loaded = load_weights("scene", weights)
    assert report.weights == loaded.sha256
    assert {row.contender for row in report.objects} == {OURS, f"{OURS} at 112x64"}
    assert [row.set for row in report.masks[::2]] == ["coco128", "human300", "CamVid"]
    assert report.films[0].of_film.keys() == {"square"}
    ours, smaller = report.costs
    assert ours.parameters == parameters(SceneNet(SMALL))
    assert ours.multiply_adds == pytest.approx(our_multiply_adds(network_from(loaded)))
    assert smaller.multiply_adds is not None
    assert 3 < ours.multiply_adds / smaller.multiply_adds < 7
    assert ours.alone > 0


def test_its_sheets_are_pictures_with_the_truth_and_the_answer(
    measured: tuple[SceneReport, Path],
) -> None:
    _, sheets = measured
    names = {path.name for path in sheets.iterdir()}
    assert names == {"objects.png", "masks.png", "foreground.png"}
    for name in names:
        assert np.asarray(Image.open(sheets / name)).std() > 10


def test_a_report_is_read_as_it_was_written_and_keeps_what_was_not_measured_anew(
    measured: tuple[SceneReport, Path], tmp_path: Path
) -> None:
    report, _ = measured
    path = tmp_path / "measured.json"
    write_report(path, report)
    assert read_report(path) == report
    costs = (replace(report.costs[0], alone=1.0),)
    write_report(path, SceneReport(report.weights, report.versions, costs=costs))
    assert read_report(path) == replace(report, costs=costs)
    write_report(path, SceneReport("b" * 64, report.versions, costs=costs))
    assert read_report(path).objects == ()
    path.write_text("{}")
    with pytest.raises(AutoEditError, match=r"measured\.json: no report"):
        read_report(path)


def test_tables_are_whole(measured: tuple[SceneReport, Path]) -> None:
    report, _ = measured
    tables = [*whole_text(report).split("\n\n")[1::2], short_text(report)]
    assert len(tables) == 7
    for table in tables:
        lines = table.splitlines()
        assert len({line.count("|") for line in lines}) == 1, lines[0]
    assert f"| {OURS} | {report.objects[0].mean:.3f} |" in short_text(report)


@pytest.mark.parametrize("what", ["frames", "network"])
def test_what_was_kept_is_of_the_same_frames_and_network(tmp_path: Path, what: str) -> None:
    frames = np.zeros((2, 4, 4, 3), np.uint8)
    kept = Kept(tmp_path)
    asked: list[str] = []

    def ask(answer: int) -> Callable[[], dict[str, NDArray[np.int64]]]:
        def answered() -> dict[str, NDArray[np.int64]]:
            asked.append("once more")
            return {"said": np.array([answer])}

        return answered

    assert kept.answer("net-1", frames, ask(1))["said"].tolist() == [1]
    assert kept.answer("net-1", frames, ask(2))["said"].tolist() == [1]
    other = ("net-1", frames + 1) if what == "frames" else ("net-2", frames)
    assert kept.answer(*other, ask(3))["said"].tolist() == [3]
    assert Kept(tmp_path, fresh=True).answer("net-1", frames, ask(4))["said"].tolist() == [4]
    assert kept.answer("net-1", frames, ask(5))["said"].tolist() == [4]
    assert len(asked) == 3


def test_mistakes_are_objects_without_detections_and_the_other_way_round() -> None:
    boxes = np.array([[0, 0, 0.4, 0.4], [0.5, 0.5, 1, 1]])
    said = np.array([[0, 0, 0.4, 0.4], [0.5, 0.5, 1, 1], [0, 0.8, 0.2, 1], [0.9, 0, 1, 0.1]])
    found = Detected(said, np.array([0, 2, 0, 0]), np.array([0.9, 0.8, 0.5, 0.1]))
    missed, alarms = mistakes(Objects(boxes, np.array([0, 0])), found)
    assert missed == [1]
    assert sorted(alarms) == [1, 2]  # a person that is called a car, and one of nothing


def test_a_sheet_shows_the_worst(data: Path, tmp_path: Path) -> None:
    """Ten times the same pictures: more than a sheet holds."""
    pictures = coco_pictures(data) * 10
    written = write_sheets(tmp_path, blind(data), pictures, [])
    assert [path.name for path in written] == ["objects.png", "masks.png"]
    assert len(pictures) > MOST
    sheet = Image.open(tmp_path / "objects.png")
    assert sheet.height == MOST // 4 * (156 + 16)


def test_no_weights_and_no_teachers_are_told(data: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="cannot read the weights"):
        evaluate_scene(data, SceneOptions(weights=tmp_path / "none.safetensors"))
    with pytest.raises(WeightsError, match=r"yolox_nano\.onnx.*--no-peers"):
        evaluate_scene(data, SceneOptions(ours=False))


def test_names_of_pictures_are_those_of_the_archive(data: Path) -> None:
    assert [picture.name for picture in coco_pictures(data)] == list(COCO)
