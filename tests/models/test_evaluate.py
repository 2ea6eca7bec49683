"""Measuring on labelled films made here: every detector, every set, sheets of the mistakes."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from otio_autoedit.models.evaluate.detectors import (
    ADAPTIVE,
    CONTENT,
    OURS,
    OURS_ONCE,
    DetectorOptions,
    Found,
    detectors_of,
)
from otio_autoedit.models.evaluate.everything import EvaluateOptions, evaluate_shots
from otio_autoedit.models.evaluate.films import Film, LabelledFilm, labelled_films
from otio_autoedit.models.evaluate.held_out import held_out_footage
from otio_autoedit.models.evaluate.sheets import MOST, write_hard, write_mistakes
from otio_autoedit.models.evaluate.shots import Measured, leads, measure, rows_of
from otio_autoedit.models.train.footage import load_clip
from otio_autoedit.models.transition import BoundaryScores, Transition


def write_film(path: Path, seeds: list[int]) -> None:
    """Writes 40 frames a shot, and labels: the last cut is doubtful."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.bit_rate = 96, 54, 4_000_000
        for seed in seeds:
            coarse = np.random.default_rng(seed).integers(0, 255, (6, 12, 3), np.uint8)
            picture = coarse.repeat(9, 0).repeat(8, 1)
            for _ in range(40):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "rgb24")))
        container.mux(stream.encode())
    cuts = [40 * i for i in range(1, len(seeds))]
    labels = [{"last_before": c - 1, "first_after": c, "type": "cut", "by": "both"} for c in cuts]
    labels[-1]["by"] = "one"
    stored = {"frames": 40 * len(seeds), "transitions": labels}
    path.with_suffix(".json").write_text(json.dumps(stored), "utf-8")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("data")
    folder = root / "shots" / "eval"
    folder.mkdir(parents=True)
    write_film(folder / "short01.mp4", [1, 2, 3, 4])
    write_film(folder / "film02.mp4", [5, 6, 7])
    write_film(folder / "course3.mp4", [8, 9, 10])  # not among the measured sets
    return root


@pytest.fixture(scope="module")
def films(data: Path) -> list[LabelledFilm]:
    return labelled_films(data / "shots" / "eval")


def test_every_detector_is_measured_on_every_set(films: list[LabelledFilm]) -> None:
    pytest.importorskip("scenedetect")
    detectors = detectors_of(DetectorOptions(transnet=False, once=True))
    assert list(detectors) == [OURS, OURS_ONCE, ADAPTIVE, CONTENT]
    rows = rows_of(measure(films, detectors), (0, 1))
    assert [(r.set, r.tolerance) for r in rows[:6]] == [
        *(("short", 0), ("film", 0), ("all", 0)),
        *(("short", 1), ("film", 1), ("all", 1)),
    ]
    assert list(dict.fromkeys(row.detector for row in rows)) == list(detectors)
    for row in rows:
        if row.set == "all":
            assert row.frames == 280
            assert row.counts.cuts == 3
            assert row.counts.cuts_found == 3
            assert row.counts.false_alarms == 0


def cut(last_before: int, confidence: float = 0.9) -> Transition:
    return Transition(last_before, last_before + 1, "cut", confidence)


def scores(high: dict[int, float]) -> BoundaryScores:
    middle = np.zeros(160, np.float32)
    for at, score in high.items():
        middle[at] = score
    return BoundaryScores(middle, middle, np.zeros((160, 4), np.float32), middle)


def test_a_lead_is_taken_over_the_same_films(films: list[LabelledFilm]) -> None:
    all_of_it = (Found((cut(39), cut(79))), Found((cut(39),)))
    measured = Measured(tuple(films), {OURS: all_of_it, ADAPTIVE: (Found(()), Found((cut(39),)))})
    by_figure = {lead.figure: lead for lead in leads(measured)}
    assert set(by_figure) == {"F1", "gradual recall"}
    assert by_figure["F1"].difference == pytest.approx(1 - 0.5)
    assert by_figure["F1"].low == pytest.approx(0, abs=1e-6)  # only the second film drawn
    assert by_figure["F1"].other == ADAPTIVE


def test_the_surest_false_alarm_and_the_blindest_miss_come_first(
    films: list[LabelledFilm], tmp_path: Path
) -> None:
    first = Found((cut(20, 0.7), cut(60, 0.99)), (), scores({39: 0.3, 79: 0.1}))
    second = Found((cut(39),), (), scores({}))
    drawn = write_mistakes(tmp_path, Measured(tuple(films), {OURS: (first, second)}))
    assert [path.name for path in drawn] == ["misses.png", "false-alarms.png"]
    misses, alarms = (np.asarray(Image.open(path)) for path in drawn)
    assert misses.shape == alarms.shape
    row = len(alarms) // 2
    # Frame 60 is of the second shot in all eight columns, frame 20 of the first.
    assert_shows(alarms[:row], films[0], [57, 58, 59, 60, 61, 62, 63, 64])
    assert_shows(alarms[row:], films[0], [17, 18, 19, 20, 21, 22, 23, 24])
    assert_shows(misses[:row], films[0], [76, 77, 78, 79, 80, 81, 82, 83])  # .1 before .3


def assert_shows(row: np.ndarray, labelled: LabelledFilm, numbers: list[int]) -> None:
    """The row of a sheet shows these frames, compared by their mean colour."""
    thumbnails = labelled.film().thumbnails()
    cells = np.split(row[16:], len(numbers), axis=1)
    for cell, number in zip(cells, numbers, strict=True):
        shown = cell[6:-6, 6:-6].reshape(-1, 3).mean(0)
        assert np.abs(shown - thumbnails[number].reshape(-1, 3).mean(0)).max() < 8


def test_a_sheet_has_no_more_rows_than_can_be_looked_at(
    films: list[LabelledFilm], tmp_path: Path
) -> None:
    found = Found(tuple(cut(2 * i) for i in range(MOST + 5)), (), scores({}))
    drawn = write_mistakes(tmp_path, Measured((films[0],), {OURS: (found,)}))
    heights = [Image.open(path).height for path in drawn]
    assert heights[0] == heights[1] / MOST * 2  # both sure labels were missed


def test_drawn_shots_are_shown_kind_by_kind(tmp_path: Path) -> None:
    frames = np.zeros((30, 54, 96, 3), np.uint8)
    frames[20:] = 200
    shots = [("flashes", Film("flashes 0", frames=frames)), ("strobe", Film("s", frames=frames))]
    drawn = write_hard(tmp_path / "new", shots)
    assert [path.name for path in drawn] == ["flashes.png", "strobe.png"]
    sheet = np.asarray(Image.open(drawn[0]))
    assert sheet[50, 132 * 3 + 60].max() == 0  # the frame before the change
    assert sheet[50, 132 * 4 + 60].min() == 200  # the one after


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no labelled films"):
        labelled_films(tmp_path)


def test_what_is_held_out_is_every_sixth_clip(data_dir: Path) -> None:
    held_out = held_out_footage(data_dir)
    paths = sorted((data_dir / "shots" / "train").glob("*.m[pk][4v]"))
    assert len(held_out.clips) == len(paths) // 6
    for number in (0, -1):
        assert np.array_equal(held_out.clips[number], load_clip(paths[5::6][number]))


def test_a_run_over_drawn_films(data_dir: Path) -> None:
    alone = DetectorOptions(peers=False, transnet=False)
    options = EvaluateOptions(("generated", "hard"), alone, windows=1, shots=1)
    said: list[str] = []
    report = evaluate_shots(data_dir, options, said.append)
    assert said
    assert len(report.weights) == 64
    (generated,) = report.generated
    assert (generated.detector, generated.frames) == (OURS, 240)
    assert {each.kind for each in report.alarms} >= {"flashes", "whip pans", "captions"}
    assert not report.rows
    assert not report.costs
