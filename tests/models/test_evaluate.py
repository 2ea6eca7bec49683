"""The measuring command, on two films made here."""

from __future__ import annotations

import json
from pathlib import Path

import av
import numpy as np
import pytest

from otio_autoedit.models.evaluate.shots import evaluate_shots, format_table, labelled_films


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


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "shots" / "eval"
    folder.mkdir(parents=True)
    write_film(folder / "short01.mp4", [1, 2, 3, 4])
    write_film(folder / "film02.mp4", [5, 6, 7])
    write_film(folder / "course3.mp4", [8, 9, 10])  # not among the measured sets
    return tmp_path


def test_every_detector_is_measured_on_every_set(data: Path) -> None:
    pytest.importorskip("scenedetect")
    rows = evaluate_shots(data, peers=True, tolerances=(0, 1))
    assert [(r.set, r.tolerance) for r in rows[:6]] == [
        *(("short", 0), ("film", 0), ("all", 0)),
        *(("short", 1), ("film", 1), ("all", 1)),
    ]
    assert len({row.detector for row in rows}) == 3
    for row in rows:
        if row.set == "all":
            assert row.frames == 280
            assert row.counts.cuts == 3
            assert row.counts.cuts_found == 3
            assert row.counts.false_alarms == 0
    table = format_table(rows).splitlines()
    assert len(table) == 2 + len(rows)
    assert len({line.count("|") for line in table}) == 1


def test_an_empty_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no labelled films"):
        labelled_films(tmp_path)
