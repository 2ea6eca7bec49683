"""FCPXML by the lite adapter: rows 40 to 43."""

from __future__ import annotations

import warnings
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import opentimelineio as otio
import pytest

from otio_autoedit.adapters.conform import conform
from tests.support.edits import File, dissolve, edit, marker, span

S = otio.schema
NAME = "otio_fcpx_xml_lite_adapter"
R29 = Fraction(30000, 1001)
pytest.importorskip(NAME, reason="pip install otio-fcpx-xml-lite-adapter")


def write(timeline: otio.schema.Timeline, path: Path) -> Element:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        otio.adapters.write_to_file(timeline, str(path), adapter_name=NAME)
    return ElementTree.parse(path).getroot()


def losses(timeline: otio.schema.Timeline) -> dict[str, int]:
    found = {loss.what: loss.count for loss in conform(timeline, NAME)[1]}
    assert found.pop("main storylines: all clips hang on one gap") == 1
    return found


@pytest.mark.parametrize("name", ["out.fcpxml", "out.txt"])
def test_times_and_files(name: str, tmp_path: Path) -> None:
    """Rows 40 and 41, whichever of the two adapters the suffix stands for on this machine."""
    file = File(Path("/media/it's.mov"), R29, start=107892, start_timecode="01:00:00;00")
    timeline = edit([(10, 40), (-1, 5), (100, 7)], file)
    if name == "out.fcpxml":  # else the adapter fails before the hook can see what it is
        timeline.global_start_time = None
    root = write(timeline, tmp_path / name)
    times = ("offset", "start", "duration")
    clips = [
        [e.get("lane"), *(Fraction(e.get(n, "").rstrip("s")) * R29 for n in times)]
        for e in root.iter("asset-clip")
    ]
    assert clips == [
        [lane, *row] for lane in ("1", "-1") for row in [(0, 107902, 40), (45, 107992, 7)]
    ]
    (asset,) = root.iter("asset")
    said = [asset.get(n) for n in ("name", "hasVideo", "hasAudio", "audioSources", "audioChannels")]
    assert said == ["it's.mov", "1", "1", "1", "1"]
    picture, sequence = root.find(".//format"), root.find(".//sequence")
    assert picture is not None
    assert sequence is not None
    assert (picture.get("width"), picture.get("frameDuration")) == ("640", "1001/30000s")
    assert (sequence.get("tcFormat"), sequence.get("tcStart")) == ("DF", "0s")


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    """Row 43: nothing goes silently, and names stay legal."""
    timeline = edit([(10, 40), (100, 40)], sound=False)
    track = timeline.tracks[0]
    track[0].name = "ctl\x0b & <b>"
    track[0].markers.append(marker("kept", 20, 0))
    track.markers.append(marker("gone", 3, 0))
    track.insert(1, dissolve(5, 5))
    track.append(S.Clip("m", S.MissingReference(), span(0, 10, Fraction(25))))
    track.append(S.Stack("nest", [edit([(5, 7)], sound=False).tracks[0].deepcopy()]))
    root = write(timeline, tmp_path / "out.fcpxml")
    offsets = [Fraction(e.get("offset", "").rstrip("s")) * 25 for e in root.iter("asset-clip")]
    assert offsets == [0, 40, 90]
    assert next(root.iter("asset-clip")).get("name") == "ctl & <b>"
    assert [m.get("value") for m in root.iter("marker")] == ["kept"]
    assert losses(timeline) == {
        "nested sequences laid out flat": 1,
        "clips without a media file left out": 1,
        "dissolves made cuts": 1,
        "markers of the sequence, its tracks and gaps left out": 1,
    }
