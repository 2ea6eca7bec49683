"""Avid log exchange lists: row by row, read as text and by the stock reader."""

from __future__ import annotations

import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from otio_autoedit.adapters.conform import conform
from otio_autoedit.errors import AutoEditLossWarning
from tests.support.edits import File, dissolve, edit, marker

R23, R29, R59 = Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)


def write(timeline: otio.schema.Timeline, folder: Path, **arguments: Any) -> list[dict[str, str]]:
    """The rows of the written list, each by column."""
    path = folder / "out.ale"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AutoEditLossWarning)
        otio.adapters.write_to_file(timeline, str(path), **arguments)
    lines = path.read_text("utf-8").split("\n")
    columns = lines[lines.index("Column") + 1].split("\t")
    cells = [line.split("\t") for line in lines[lines.index("Data") + 1 :] if line]
    assert all(len(row) == len(columns) for row in cells)
    return [dict(zip(columns, row, strict=True)) for row in cells]


def heading(folder: Path) -> dict[str, str]:
    lines = (folder / "out.ale").read_text("utf-8").split("\n")
    return dict(line.split("\t") for line in lines[1 : lines.index("")])


@pytest.mark.parametrize(
    ("rate", "start", "timecode", "fps", "times"),
    [
        (R23, 86400, "01:00:00:00", "23.976", ("01:00:04:04", "01:00:06:04", "00:00:02:00")),
        (Fraction(24), 86400, "01:00:00:00", "24", ("01:00:04:04", "01:00:06:04", "00:00:02:00")),
        (Fraction(25), 90000, "01:00:00:00", "25", ("01:00:04:00", "01:00:05:23", "00:00:01:23")),
        (R29, 108000, "01:00:00:00", "29.97", ("01:00:03:10", "01:00:04:28", "00:00:01:18")),
        (R29, 107892, "01:00:00;00", "29.97", ("01:00:03;10", "01:00:04;28", "00:00:01;18")),
        (Fraction(30), 108000, "", "30", ("01:00:03:10", "01:00:04:28", "00:00:01:18")),
        (Fraction(50), 180000, "", "50", ("01:00:02:00", "01:00:02:48", "00:00:00:48")),
        (R59, 216000, "", "59.94", ("01:00:01:40", "01:00:02:28", "00:00:00:48")),
    ],
)
def test_row_65_timecode_counts_as_the_media_does(
    tmp_path: Path, rate: Fraction, start: int, timecode: str, fps: str, times: tuple[str, ...]
) -> None:
    file = File(rate=rate, start=start, start_timecode=timecode)

    rows = write(edit([(100, 48)], file), tmp_path)

    assert [(r["Start"], r["End"], r["Duration"]) for r in rows] == [times]
    assert heading(tmp_path)["FPS"] == fps
    clip = otio.adapters.read_from_file(str(tmp_path / "out.ale"))[0]
    assert clip.source_range.start_time.value == start + 100
    assert clip.source_range.duration.value == 48
    assert clip.source_range.duration.rate == pytest.approx(float(rate))


def test_a_row_says_name_file_tape_size_and_tracks(tmp_path: Path) -> None:
    file = File(path=Path("/media/A 1.mov"), reel="A001", size=(1280, 720), streams=2)

    rows = write(edit([(100, 48), (-1, 9), (10, 20)], file), tmp_path)

    assert [r["Name"] for r in rows] == ["shot 001", "shot 003"]
    for row in rows:
        assert row["Source File"] == "file:///media/A%201.mov"
        assert row["Tape"] == "A001"
        assert row["Image Size"] == "1280x720"
        assert row["Tracks"] == "VA12"
    assert heading(tmp_path)["VIDEO_FORMAT"] == "720"


def test_sound_without_its_picture_has_a_row_of_its_own(tmp_path: Path) -> None:
    timeline = edit([(100, 48), (10, 20)])
    del timeline.tracks[0][1]

    rows = write(timeline, tmp_path)

    assert [(r["Name"], r["Tracks"]) for r in rows] == [("shot 001", "VA1"), ("shot 002", "A1")]


def test_row_66_tabs_and_newlines_do_not_shift_a_row(tmp_path: Path) -> None:
    timeline = edit([(100, 48), (10, 20)], sound=False)
    timeline.tracks[0][0].name = "two\twords"
    timeline.tracks[0][1].name = "two\nlines"

    rows = write(timeline, tmp_path)

    assert [r["Name"] for r in rows] == ["two words", "two lines"]
    back = otio.adapters.read_from_file(str(tmp_path / "out.ale"))
    assert [c.name for c in back] == ["two words", "two lines"]


def test_row_66_missing_media_in_the_last_column_is_read_back(tmp_path: Path) -> None:
    timeline = edit([(100, 48)], sound=False)
    timeline.tracks[0][0].media_reference = otio.schema.MissingReference()

    rows = write(timeline, tmp_path, columns=["Name", "Start", "End", "Duration", "Source File"])

    assert rows[0]["Source File"] == "shot 001"
    assert len(otio.adapters.read_from_file(str(tmp_path / "out.ale"))) == 1


def test_a_rate_asked_for_stays(tmp_path: Path) -> None:
    write(edit([(100, 48)]), tmp_path, fps=50.0)

    assert heading(tmp_path)["FPS"] == "50.0"


def test_a_rate_without_timecode_is_written_at_a_multiple(tmp_path: Path) -> None:
    timeline = edit([(100, 48)], File(rate=Fraction(25, 2)))

    rows = write(timeline, tmp_path)

    assert (rows[0]["Start"], rows[0]["Duration"]) == ("00:00:08:00", "00:00:03:21")
    said = {loss.what: loss.count for loss in conform(timeline, "ale")[1]}
    assert said["frame rate without timecode, written at another"] == 1


def test_what_a_list_cannot_hold_is_counted() -> None:
    timeline = edit([(10, 20), (100, 30), (200, 10)], sound=False)
    first, second, third = timeline.tracks[0]
    first.markers.append(marker("m", 12, 1))
    second.effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    third.enabled = False
    timeline.tracks[0].insert(1, dissolve(5, 5))

    said = {loss.what: loss.count for loss in conform(timeline, "ale")[1]}

    assert said == {
        "dissolves": 1, "markers": 1, "effects and retimes": 1, "disabled clips left out": 1,
    }  # fmt: skip


def test_a_name_that_looks_like_another_format_stays_a_name(tmp_path: Path) -> None:
    timeline = edit([(100, 48)], sound=False)
    timeline.tracks[0][0].name = '<svg <mlt <xmeml version="1">'

    rows = write(timeline, tmp_path)

    assert rows[0]["Name"] == '<svg <mlt <xmeml version="1">'
    assert heading(tmp_path)["FPS"] == "25"
