"""FCPXML: what the stock adapter gets wrong, row by row, read by a parser of our own."""

from __future__ import annotations

import os
import subprocess
import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import opentimelineio as otio
import pytest

from otio_autoedit.adapters.conform import conform
from tests.support.edits import File, at, dissolve, edit, marker, span

S = otio.schema
R25, R23, R29, R59 = (Fraction(25), *(Fraction(n * 1000, 1001) for n in (24, 30, 60)))
DTD = os.environ.get("OTIO_AUTOEDIT_FCPXML_DTD", "")
"""Apple's DTD of FCPXML 1.8, where a person has it; it may not be shipped."""


def write(timeline: otio.schema.Timeline, folder: Path) -> Element:
    path = folder / "out.fcpxml"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        otio.adapters.write_to_file(timeline, str(path), adapter_name="fcpx_xml")
    if DTD:
        subprocess.run(["xmllint", "--noout", "--dtdvalid", DTD, str(path)], check=True)
    root = ElementTree.parse(path).getroot()
    well_formed(root)
    return root


def well_formed(root: Element) -> None:
    """What the DTD cannot say: references lead somewhere, and every time lies on the frame grid."""
    named = {e.get("id") for e in root.iterfind("resources/*")}
    formats = root.findall("resources/format")
    frame = seconds(formats[0].attrib["frameDuration"]) if formats else Fraction(1, 25)
    for element in root.iter():
        for name in ("ref", "format"):
            assert element.get(name, next(iter(named))) in named
        for name in ("offset", "start", "duration", "tcStart"):
            if name in element.attrib:
                assert (seconds(element.attrib[name]) / frame).denominator == 1


def seconds(text: str) -> Fraction:
    return Fraction(text.rstrip("s"))


def losses(timeline: otio.schema.Timeline) -> dict[str, int]:
    return {loss.what: loss.count for loss in conform(timeline, "fcpx_xml")[1]}


def placed(element: Element, rate: Fraction) -> tuple[str, str, int, int, int]:
    """tag, name, offset, start and duration in frames."""
    numbers = [seconds(element.get(n, "0s")) * rate for n in ("offset", "start", "duration")]
    assert all(n.denominator == 1 for n in numbers)
    return (element.tag, element.get("name", ""), *(int(n) for n in numbers))  # type: ignore[return-value]


def spine(root: Element, rate: Fraction = R25) -> list[tuple[Any, ...]]:
    return [placed(e, rate) for e in root.findall("project/sequence/spine/*")]


def absolute(root: Element, lane: str, rate: Fraction = R25) -> list[tuple[str, int, int]]:
    """name, record start, duration of the clips of a lane: the clock of a parent starts at its
    ``start``."""
    found = []
    for parent in root.findall("project/sequence/spine/*"):
        zero = seconds(parent.get("offset", "0s")) - seconds(parent.get("start", "0s"))
        for child in parent.findall(f"clip[@lane='{lane}']"):
            at_frame = (zero + seconds(child.get("offset", "0s"))) * rate
            length = seconds(child.get("duration", "0s")) * rate
            found.append((child.get("name", ""), int(at_frame), int(length)))
    return found


@pytest.mark.parametrize(
    "rate", [R23, Fraction(24), R25, R29, Fraction(30), Fraction(50), R59, Fraction(60)]
)
def test_every_rate_is_exact(rate: Fraction, tmp_path: Path) -> None:
    """Rows 34 and 35: frameDuration, and every time on its grid, connected clips too."""
    start = round(3600 * rate)
    timeline = edit([(100, 48), (211, 7), (7, 31)], File(rate=rate, start=start))
    timeline.global_start_time = at(start, rate)
    root = write(timeline, tmp_path)
    assert seconds(root.find("resources/format").get("frameDuration")) == 1 / rate  # type: ignore
    assert spine(root, rate) == [
        ("clip", "shot 001", 0, start + 100, 48),
        ("clip", "shot 002", 48, start + 211, 7),
        ("clip", "shot 003", 55, start + 7, 31),
    ]
    assert absolute(root, "-1", rate) == [
        ("shot 001", 0, 48),
        ("shot 002", 48, 7),
        ("shot 003", 55, 31),
    ]
    sequence = root.find("project/sequence")
    assert sequence is not None
    assert seconds(sequence.get("tcStart", "")) * rate == start
    assert seconds(sequence.get("duration", "")) * rate == 86


def test_what_is_said_of_time_and_picture(tmp_path: Path) -> None:
    file = File(rate=R29, start=107892, start_timecode="01:00:00;00", size=(1920, 1080))
    root = write(edit([(0, 30)], file, sound=False), tmp_path)
    sequence, picture = root.find("project/sequence"), root.find("resources/format")
    assert sequence is not None
    assert picture is not None
    assert (sequence.get("tcFormat"), sequence.get("audioRate")) == ("DF", "48k")
    assert (picture.get("width"), picture.get("height"), picture.get("name")) == (
        "1920",
        "1080",
        None,
    )


def test_media_lies_at_its_own_time_inside_a_clip(tmp_path: Path) -> None:
    """A file at 01:00:00:00 plays from there: inside the clip it starts where its clock does."""
    root = write(edit([(100, 48)], File(start=90000)), tmp_path)
    video, audio = root.find(".//spine/clip/video"), root.find(".//clip/gap/audio")
    assert video is not None
    assert audio is not None
    assert placed(video, R25)[2:] == (90000, 90000, 3000)
    assert placed(audio, R25)[2:] == (0, 90000, 3000)
    assert placed(root.find(".//clip/gap"), R25)[2] == 90000  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "name", ["it's", "a & <b> \"q\" 'é' 日本", "ctl\x0b", "two\nlines", "\u2019"]
)
def test_names(name: str, tmp_path: Path) -> None:
    """Rows 36 and 70."""
    timeline = edit([(0, 10)], File(Path("/media/it's a#b.mov")), sound=False)
    timeline.tracks[0][0].name = name
    root = write(timeline, tmp_path)
    assert spine(root)[0][1] == name.replace("\x0b", "").replace("\n", " ")
    asset = root.find("resources/asset")
    assert asset is not None
    assert asset.get("src") == "file:///media/it%27s%20a%23b.mov"
    assert asset.get("name") == "it's a#b.mov"


def test_other_tracks_may_be_longer_than_the_first(tmp_path: Path) -> None:
    """Row 37; the storyline is as long as the longest, to the frame."""
    timeline = edit([(0, 10)], sound=False)
    timeline.tracks.append(edit([(-1, 25), (100, 50)], sound=False).tracks[0].deepcopy())
    root = write(timeline, tmp_path)
    assert spine(root)[0][2:] == (0, 0, 10)
    assert spine(root)[1][2] == 10
    assert spine(root)[1][4] == 65
    assert absolute(root, "1") == [("shot 002", 25, 50)]
    assert root.find("project/sequence").get("duration") == "3s"  # type: ignore[union-attr]


def test_sound_alone(tmp_path: Path) -> None:
    """Row 37."""
    timeline = edit([(0, 10), (50, 10)])
    del timeline.tracks[0]
    root = write(timeline, tmp_path)
    assert [row[0] for row in spine(root)] == ["gap"]
    assert absolute(root, "-1") == [("shot 001", 0, 10), ("shot 002", 10, 10)]


def test_sound_comes_apart_and_is_said(tmp_path: Path) -> None:
    """Row 38: what no hook mends is counted; one browser clip a file, not one a clip name."""
    timeline = edit([(0, 10), (50, 10)])
    assert losses(timeline) == {"sounds that come as clips apart from their picture": 2}
    root = write(timeline, tmp_path)
    assert [c.get("name") for c in root.findall("asset-clip")] == ["A001.mov"]
    (asset,) = root.findall("resources/asset")
    said = ("hasVideo", "hasAudio", "audioSources", "audioChannels", "audioRate")
    assert [asset.get(n) for n in said] == ["1", "1", "1", "1", "48000"]


def test_missing_media_is_a_gap(tmp_path: Path) -> None:
    """Row 39, and references the adapter cannot write."""
    timeline = edit([(0, 10)], sound=False)
    there = span(0, 99, R25)
    for reference in (
        S.MissingReference(),
        S.GeneratorReference("g", "SolidColor", there),
        S.ImageSequenceReference("file:///s/", "a.", ".exr", 1001, 1, 25, 4, available_range=there),
    ):
        timeline.tracks[0].append(S.Clip("c", reference, span(3, 10, R25)))
    root = write(timeline, tmp_path)
    assert [row[0] for row in spine(root)] == ["clip", "gap", "gap", "gap"]
    assert losses(timeline) == {"clips without a media file left as gaps": 3}
    assert "/tmp" not in ElementTree.tostring(root, encoding="unicode")


def test_dissolves_of_the_storyline(tmp_path: Path) -> None:
    timeline = edit([(100, 48), (200, 48)])
    timeline.tracks[0].insert(1, dissolve(5, 7))
    timeline.tracks[1].insert(1, dissolve(5, 7))
    root = write(timeline, tmp_path)
    assert spine(root) == [
        ("clip", "shot 001", 0, 100, 48),
        ("transition", "Cross Dissolve", 43, 0, 12),
        ("clip", "shot 002", 48, 200, 48),
    ]
    assert losses(timeline)["dissolves beside the first picture track made cuts"] == 1


def test_disabled_clips(tmp_path: Path) -> None:
    timeline = edit([(0, 10), (50, 10)])
    timeline.tracks[0][1].enabled = False
    timeline.tracks[1][0].enabled = False
    root = write(timeline, tmp_path)
    assert [c.get("enabled") for c in root.findall(".//spine/clip")] == [None, "0"]
    assert [c.get("enabled") for c in root.findall(".//spine/clip/clip")] == ["0", None]


def test_markers(tmp_path: Path) -> None:
    timeline = edit([(20, 60), (-1, 10), (100, 5)], File(rate=R29, start=107892), sound=False)
    clip = timeline.tracks[0][0]
    clip.markers.append(marker("todo", 107892 + 30, 0, R29, color="RED", comment="why"))
    timeline.tracks.markers.append(marker("seq", 72, 3, R29, color="GREEN", comment="there"))
    timeline.tracks[0].markers.append(marker("gap", 63, 0, R29, color="PURPLE"))
    root = write(timeline, tmp_path)
    found = {
        m.get("value"): (
            parent.tag,
            int((seconds(m.get("start", "")) - seconds(parent.get("start", "0s"))) * R29),
            int(seconds(m.get("duration", "")) * R29), m.get("completed"), m.get("note"),
        )
        for parent in root.iter() for m in parent.findall("marker")
    }  # fmt: skip
    assert found == {
        "todo": ("clip", 10, 1, "0", "why"),
        "seq": ("clip", 2, 3, "1", "there"),
        "gap": ("gap", 3, 1, None, None),
    }
    assert losses(timeline) == {"frame rate that OTIO reads back as 29 (programs read it right)": 1}


def test_retimes_and_layers_of_nests_are_said(tmp_path: Path) -> None:
    timeline = edit([(100, 48)], sound=False)
    timeline.tracks[0][0].effects.append(S.LinearTimeWarp(time_scalar=2.0))
    timeline.tracks[0].append(S.Stack("nest", [edit([(5, 7)], sound=False).tracks[0].deepcopy()]))
    root = write(timeline, tmp_path)
    assert [row[2:] for row in spine(root)] == [(0, 100, 48), (48, 5, 7)]
    assert losses(timeline) == {
        "nested sequences laid out flat": 1,
        "retimed clips played at normal speed": 1,
    }


@pytest.mark.parametrize(
    ("rate", "legal"), [(Fraction(120), 60), (Fraction(25, 2), 25), (Fraction(10), 30)]
)
def test_rates_that_final_cut_has_not(rate: Fraction, legal: int, tmp_path: Path) -> None:
    timeline = edit([(10, 40), (100, 24)], File(rate=rate), sound=False)
    root = write(timeline, tmp_path)
    factor = Fraction(legal) / rate
    assert [row[2:] for row in spine(root, Fraction(legal))] == [
        tuple(int(n * factor) for n in row) for row in [(0, 10, 40), (40, 100, 24)]
    ]


def test_the_stock_reader_reads_it_back(tmp_path: Path) -> None:
    timeline = edit([(100, 48), (211, 7), (-1, 10), (7, 31)], File(start=90000))
    write(timeline, tmp_path)
    back = otio.adapters.read_from_file(str(tmp_path / "out.fcpxml"), adapter_name="fcpx_xml")
    tracks = {t.kind: t for t in back.tracks}
    for kind in ("Video", "Audio"):
        clips = [c for c in tracks[kind] if isinstance(c, S.Clip)]
        assert [c.source_range for c in clips] == [
            span(90100, 48, R25), span(90211, 7, R25), span(90007, 31, R25),
        ]  # fmt: skip
        assert [c.range_in_parent().start_time.value for c in clips] == [0, 48, 65]
