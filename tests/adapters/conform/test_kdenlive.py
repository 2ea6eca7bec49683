"""Kdenlive projects: what the stock adapter gets wrong, row by row, read back twice."""

from __future__ import annotations

import json
import re
import warnings
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import opentimelineio as otio
import pytest

from otio_autoedit.adapters.conform import conform
from otio_autoedit.adapters.conform.kdenlive_file import clock
from otio_autoedit.errors import AutoEditLossWarning
from tests.support.edits import File, dissolve, edit, marker, span

R23, R29 = Fraction(24000, 1001), Fraction(30000, 1001)


def write(timeline: otio.schema.Timeline, folder: Path) -> ElementTree.Element:
    path = folder / "out.kdenlive"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AutoEditLossWarning)
        otio.adapters.write_to_file(timeline, str(path))
    return ElementTree.parse(path).getroot()


def frame(said: str, rate: Fraction) -> int:
    """The frame that melt makes of a clock value."""
    hours, minutes, seconds = said.split(":")
    return round((int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)) * rate)


def rows(root: ElementTree.Element, name: str, rate: Fraction) -> list[tuple[str, int, int]]:
    """(file, in, out) of each entry of the track of that name, ("", 0, length) for a blank."""
    for tractor in root.iterfind("tractor"):
        if tractor.findtext("property[@name='kdenlive:track_name']") == name:
            break
    else:
        raise AssertionError(f"no track {name}")
    first = tractor.find("track")
    assert first is not None
    found = []
    for item in root.iterfind(f"playlist[@id='{first.get('producer')}']/*"):
        if item.tag == "blank":
            found.append(("", 0, frame(item.attrib["length"], rate)))
        elif item.tag == "entry":
            producer = root.find(f"producer[@id='{item.get('producer')}']")
            assert producer is not None
            file = producer.findtext("property[@name='resource']") or ""
            span = frame(item.attrib["in"], rate), frame(item.attrib["out"], rate)
            found.append((Path(file).name, *span))
    return found


def losses(timeline: otio.schema.Timeline) -> dict[str, int]:
    return {loss.what: loss.count for loss in conform(timeline, "kdenlive")[1]}


@pytest.mark.parametrize("rate", [R23, Fraction(24), Fraction(25), R29, Fraction(50)])
def test_frames_count_from_the_files_first_even_hours_in(tmp_path: Path, rate: Fraction) -> None:
    frames = round(7500 * rate)
    timecode = File(rate=rate, start=round(3600 * rate), frames=frames)
    # Minutes and hours in, where the adapter's clock loses part of a frame at 23.976 and 29.97.
    firsts = [10, round(245 * rate), round(3725 * rate)]
    timeline = edit([(firsts[0], 20), (-1, 5), (firsts[1], 30), (firsts[2], 9)], timecode)

    root = write(timeline, tmp_path)

    expected = [
        ("A001.mov", 10, 29),
        ("", 0, 5),
        ("A001.mov", firsts[1], firsts[1] + 29),
        ("A001.mov", firsts[2], firsts[2] + 8),
    ]
    assert rows(root, "V1", rate) == expected
    assert rows(root, "A1", rate) == expected


@pytest.mark.parametrize("rate", [R23, R29, Fraction(60000, 1001)])
def test_a_clock_value_names_its_frame_only(rate: Fraction) -> None:
    for number in (0, 1, 1798, 1799, 7193, 17982, 107892, 215999):
        assert frame(clock(number, rate), rate) == number


def test_the_profile_is_that_of_the_edit(tmp_path: Path) -> None:
    profile = write(edit([(0, 20)], File(rate=R29, size=(720, 480))), tmp_path).find("profile")

    assert profile is not None
    said = {k: profile.get(k) for k in ("width", "height", "frame_rate_num", "frame_rate_den")}
    assert said == {
        "width": "720", "height": "480", "frame_rate_num": "30000", "frame_rate_den": "1001",
    }  # fmt: skip
    assert (profile.get("display_aspect_num"), profile.get("display_aspect_den")) == ("3", "2")


def test_sound_lies_below_picture_and_every_track_is_mixed(tmp_path: Path) -> None:
    root = write(edit([(0, 20)]), tmp_path)

    main = root.find("tractor[@global_feed]")
    assert main is not None
    producers = [t.get("producer") for t in main.iterfind("track")]
    names = [
        root.findtext(f"tractor[@id='{p}']/property[@name='kdenlive:track_name']")
        for p in producers[1:]
    ]
    assert names == ["A1", "V1"]
    services = {
        names[int(t.findtext("property[@name='b_track']") or 0) - 1]: t.findtext(
            "property[@name='mlt_service']"
        )
        for t in main.iterfind("transition")
    }
    assert services == {"A1": "mix", "V1": "qtblend"}


def test_row_54_a_reversed_clip_is_played_forwards_and_said(tmp_path: Path) -> None:
    timeline = edit([(40, 20), (80, 20)], sound=False)
    timeline.tracks[0][0].effects.append(otio.schema.LinearTimeWarp(time_scalar=-1.0))
    timeline.tracks[0][1].effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))

    root = write(timeline, tmp_path)

    # The second clip, at double speed, counts as it plays.
    assert [row[1:] for row in rows(root, "V1", Fraction(25))] == [(40, 59), (40, 59)]
    assert losses(timeline)["reversed or frozen clips played forwards"] == 1
    assert not re.search(r"[:.]-|=\"-", (tmp_path / "out.kdenlive").read_text("utf-8"))


def test_row_55_a_colour_without_its_colour_and_a_clip_without_range(tmp_path: Path) -> None:
    timeline = edit([(0, 20), (50, 10)], File(frames=100), sound=False)
    timeline.tracks[0][0].media_reference = otio.schema.GeneratorReference("g", "SolidColor")
    timeline.tracks[0][1].source_range = None

    root = write(timeline, tmp_path)

    assert [row[1:] for row in rows(root, "V1", Fraction(25))] == [(0, 19), (0, 99)]
    colour = root.find("producer[@id='producer0']/property[@name='resource']")
    assert colour is not None
    assert colour.text == "black"


def test_row_56_the_better_way_is_named() -> None:
    _, said = conform(edit([(0, 20)]), "kdenlive")

    assert said[0].instead == "write .otio, which Kdenlive 25.04 and later reads"


def test_markers_of_clips_become_guides(tmp_path: Path) -> None:
    timeline = edit([(10, 20), (-1, 5), (100, 30)], File(start=90000), sound=False)
    timeline.tracks[0][2].markers.append(
        marker("dissolve", 90103, 6, color="PURPLE", comment="80% sure")
    )
    timeline.tracks[0][0].markers.append(marker("outside", 90500, 1))
    timeline.tracks.markers.append(marker("note", 7, 1, color="RED"))

    root = write(timeline, tmp_path)

    text = root.findtext("playlist[@id='main_bin']/property[@name='kdenlive:docproperties.guides']")
    guides = [(g["pos"], g["comment"]) for g in json.loads(text or "")]
    assert guides == [(7, "note"), (28, "dissolve - 80% sure")]
    assert losses(timeline)["marker durations"] == 1


def test_what_is_lost_is_counted(tmp_path: Path) -> None:
    timeline = edit([(10, 20), (100, 30), (200, 10)], File(streams=2))
    timeline.tracks[0].insert(1, dissolve(5, 5))
    timeline.tracks[0][3].enabled = False
    timeline.global_start_time = span(90000, 1, Fraction(25)).start_time

    said = losses(timeline)

    del said["OTIO's Kdenlive adapter is no longer looked after"]
    assert said == {
        "start timecode of the timeline": 1,
        "clip names": 9,
        "disabled clips left as gaps": 1,
        "clips of further sound streams left out": 3,
        "dissolves made cuts": 1,
    }


def test_the_stock_reader_reads_it_back(tmp_path: Path) -> None:
    timeline = edit([(10, 20), (-1, 5), (100, 30)], File(path=Path("/media/ä b.mov"), start=90000))
    write(timeline, tmp_path)

    back = otio.adapters.read_from_file(str(tmp_path / "out.kdenlive"))

    for track in (back.video_tracks()[0], back.audio_tracks()[0]):
        items = [(type(i).__name__, i.trimmed_range()) for i in track]
        assert [(kind, r.start_time.value, r.duration.value) for kind, r in items] == [
            ("Clip", 10, 20), ("Gap", 0, 5), ("Clip", 100, 30),
        ]  # fmt: skip
        assert {c.media_reference.target_url for c in track.find_clips()} == {"/media/ä b.mov"}


def test_row_70_control_characters_do_not_break_the_file(tmp_path: Path) -> None:
    timeline = edit([(0, 20)])
    timeline.name = "bell\x07"
    timeline.tracks[0].name = "V\x0b1"

    root = write(timeline, tmp_path)

    assert root.get("title") == "bell"
    assert len(rows(root, "V1", Fraction(25))) == 1
