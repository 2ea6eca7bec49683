"""Drawings: what stops the stock adapter does not, and no drawing grows without end."""

from __future__ import annotations

import warnings
from pathlib import Path
from xml.etree import ElementTree

import opentimelineio as otio
import pytest

from otio_autoedit.adapters.conform import conform
from otio_autoedit.errors import AutoEditLossWarning, ExportError
from tests.support.edits import File, dissolve, edit


def drawn(timeline: otio.schema.Timeline, folder: Path) -> list[str]:
    """The texts of the drawing."""
    path = folder / "out.svg"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AutoEditLossWarning)
        otio.adapters.write_to_file(timeline, str(path))
    root = ElementTree.parse(path).getroot()
    return [t.text or "" for t in root.iter("{http://www.w3.org/2000/svg}text")]


def test_a_plain_edit_is_drawn_with_its_times(tmp_path: Path) -> None:
    texts = drawn(edit([(10, 20), (100, 30)], File(frames=200), sound=False), tmp_path)

    assert "source_range: 10.0, 20.0" in [t.replace("trimmed", "source") for t in texts] or any(
        "10.0, 20.0" in t for t in texts
    )
    assert any("100.0, 30.0" in t for t in texts)
    assert any("0.0, 200.0" in t for t in texts)


@pytest.mark.parametrize("place", ["head", "tail"])
def test_row_68_a_fade_at_an_end_does_not_stop_it(tmp_path: Path, place: str) -> None:
    timeline = edit([(10, 20), (100, 30)], File(frames=200), sound=False)
    if place == "head":
        timeline.tracks[0].insert(0, dissolve(0, 7))
    else:
        timeline.tracks[0].append(dissolve(7, 0))

    assert drawn(timeline, tmp_path)
    said = {loss.what: loss.count for loss in conform(timeline, "svg")[1]}
    assert said["fades at the ends of a track"] == 1


def test_row_68_missing_media_does_not_stop_it(tmp_path: Path) -> None:
    timeline = edit([(10, 20), (100, 30)], File(frames=200), sound=False)
    timeline.tracks[0][0].media_reference = otio.schema.MissingReference()

    assert any("10.0, 20.0" in t for t in drawn(timeline, tmp_path))


def test_row_68_an_empty_track_is_left_out(tmp_path: Path) -> None:
    timeline = edit([(10, 20)], File(frames=200), sound=False)
    timeline.tracks.append(otio.schema.Track("V2", kind="Video"))

    assert drawn(timeline, tmp_path)


def test_row_68_an_empty_timeline_is_refused_in_words(tmp_path: Path) -> None:
    timeline = edit([(10, 20)], sound=False)
    del timeline.tracks[0][:]
    path = tmp_path / "out.svg"

    with pytest.raises(ExportError, match="nothing to draw"):
        otio.adapters.write_to_file(timeline, str(path))

    assert not path.exists()


def test_row_70_control_characters_do_not_break_the_drawing(tmp_path: Path) -> None:
    timeline = edit([(10, 20)], File(frames=200), sound=False)
    timeline.tracks[0][0].name = "bell\x07"

    assert any("bell" in t for t in drawn(timeline, tmp_path))


def test_an_hour_of_footage_is_still_a_drawing(tmp_path: Path) -> None:
    timeline = edit([(1000 * n, 40) for n in range(20)], File(frames=90000), sound=False)

    drawn(timeline, tmp_path)

    assert (tmp_path / "out.svg").stat().st_size < 10_000_000
    said = {loss.what: loss.count for loss in conform(timeline, "svg")[1]}
    assert said["clips drawn without the rest of their media, for size"] == 20


def test_hls_is_refused_with_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"render it with melt"):
        conform(edit([(10, 20)]), "m3u8")
