"""GES projects: row by row, read by a parser of our own and by the stock reader."""

from __future__ import annotations

import re
import warnings
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import opentimelineio as otio
import pytest

from otio_autoedit.adapters.conform import conform
from otio_autoedit.errors import AutoEditLossWarning
from tests.support.edits import File, dissolve, edit, marker, span

R23, R29, R59 = Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)
RATES = [R23, Fraction(24), Fraction(25), R29, Fraction(50), R59, Fraction(25, 2)]


def write(timeline: otio.schema.Timeline, folder: Path) -> ElementTree.Element:
    path = folder / "out.xges"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AutoEditLossWarning)
        otio.adapters.write_to_file(timeline, str(path))
    return ElementTree.parse(path).getroot()


def clips(root: ElementTree.Element, kind: int) -> list[tuple[int, int, int]]:
    """(start, inpoint, duration) in ns of each clip of a track type: 4 picture, 2 sound."""
    return [
        (int(c.attrib["start"]), int(c.attrib["inpoint"]), int(c.attrib["duration"]))
        for c in root.iter("clip")
        if int(c.attrib["track-types"]) & kind and c.get("type-name") == "GESUriClip"
    ]


def ns(frame: int, rate: Fraction) -> int:
    return int(frame * 10**9 / rate)


@pytest.mark.parametrize("rate", RATES, ids=[f"{float(r):.5g}" for r in RATES])
def test_row_67_the_true_rate_and_whole_frames(tmp_path: Path, rate: Fraction) -> None:
    lengths = [20, 30, 7, 11] * 20  # long enough for cut-off nanoseconds to add up
    timeline = edit([(13 * n, length) for n, length in enumerate(lengths)], File(rate=rate))

    root = write(timeline, tmp_path)

    caps = root.find("project/timeline/track[@track-type='4']")
    assert caps is not None
    said = caps.attrib["properties"].replace("\\", "")
    assert f"framerate=(fraction){rate.numerator}/{rate.denominator}" in said.replace(" ", "")
    assert re.search(r"width=\(int\)640, +height=\(int\)360", said)
    at, expected = 0, []
    for n, length in enumerate(lengths):
        start = ns(at, rate)
        at += length
        expected.append((start, ns(13 * n, rate), ns(at, rate) - start))
    assert clips(root, 4) == expected
    assert clips(root, 2) == expected


@pytest.mark.parametrize("rate", RATES, ids=[f"{float(r):.5g}" for r in RATES])
def test_row_67_the_stock_reader_reads_back_frames_of_the_rate(
    tmp_path: Path, rate: Fraction
) -> None:
    write(edit([(10, 20), (-1, 5), (100, 30)], File(rate=rate, start=round(3600 * rate))), tmp_path)

    back = otio.adapters.read_from_file(str(tmp_path / "out.xges"))

    track = back.video_tracks()[0]
    assert [type(item).__name__ for item in track] == ["Clip", "Gap", "Clip"]
    spans = [(item.source_range.start_time, item.source_range.duration) for item in track]
    for (start, length), (first, count) in zip(spans, [(10, 20), (0, 5), (100, 30)], strict=True):
        assert length.rate == pytest.approx(float(rate))
        assert start.value == pytest.approx(first, abs=1e-5)
        assert length.value == pytest.approx(count, abs=1e-5)
    urls = {c.media_reference.target_url for c in track.find_clips()}
    assert urls == {"file:///media/A001.mov"}


def test_media_timecode_is_taken_off(tmp_path: Path) -> None:
    root = write(edit([(100, 25)], File(start=90000)), tmp_path)

    assert clips(root, 4) == [(0, 4 * 10**9, 10**9)]


def test_a_dissolve_between_two_clips_is_written(tmp_path: Path) -> None:
    timeline = edit([(100, 50), (200, 50)], sound=False)
    timeline.tracks[0].insert(1, dissolve(5, 7))

    root = write(timeline, tmp_path)

    transitions = [c for c in root.iter("clip") if c.get("type-name") == "GESTransitionClip"]
    assert [(c.get("start"), c.get("duration")) for c in transitions] == [
        ("1800000000", "480000000")
    ]
    assert clips(root, 4) == [
        (0, 4_000_000_000, 2_280_000_000), (1_800_000_000, 7_800_000_000, 2_200_000_000),
    ]  # fmt: skip


def test_row_67_a_fade_in_is_left_out_and_said(tmp_path: Path) -> None:
    timeline = edit([(100, 50)], sound=False)
    timeline.tracks[0].insert(0, dissolve(0, 7))

    write(timeline, tmp_path)

    back = otio.adapters.read_from_file(str(tmp_path / "out.xges"))
    assert len(back.find_clips()) == 1
    assert losses(timeline)["fades without a clip on either side"] == 1


def test_names_with_quotes_are_read_back(tmp_path: Path) -> None:
    timeline = edit([(100, 50)], sound=False)
    reference = timeline.tracks[0][0].media_reference
    reference.target_url = "file:///media/it's.mov"

    write(timeline, tmp_path)

    back = otio.adapters.read_from_file(str(tmp_path / "out.xges"))
    assert back.find_clips()[0].media_reference.target_url == "file:///media/it%27s.mov"


def test_what_is_lost_is_counted() -> None:
    timeline = edit([(10, 20), (100, 30), (200, 10), (300, 5)], File(streams=2))
    first, second, third, fourth = timeline.tracks[0]
    first.markers.append(marker("m", 12, 1))
    second.effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    third.enabled = False
    fourth.media_reference = otio.schema.MissingReference()
    timeline.global_start_time = span(90000, 1, Fraction(25)).start_time

    assert losses(timeline) == {
        "start timecode of the timeline": 1,
        "markers": 1,
        "disabled clips left as gaps": 1,
        "clips without a media file left as gaps": 1,
        "clips of further sound streams left out": 4,
        "retimed clips played at normal speed": 1,
    }


def losses(timeline: otio.schema.Timeline) -> dict[str, int]:
    return {loss.what: loss.count for loss in conform(timeline, "xges")[1]}
