"""EDLs: what the stock adapter gets wrong, row by row, read by a parser of our own."""

from __future__ import annotations

import re
import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from otio_autoedit.adapters.conform import conform
from otio_autoedit.adapters.conform.edl_events import timecode
from tests.support import edl
from tests.support.edits import File, at, dissolve, edit, marker, span

S = otio.schema
R25, R24, R23, R29 = Fraction(25), Fraction(24), Fraction(24000, 1001), Fraction(30000, 1001)
R59 = Fraction(60000, 1001)
HOUR = 90000  # 01:00:00:00 at 25


def write(timeline: otio.schema.Timeline, folder: Path, **arguments: Any) -> str:
    path = folder / "out.edl"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        otio.adapters.write_to_file(timeline, str(path), **arguments)
    return path.read_text("utf-8")


def events(
    timeline: otio.schema.Timeline, folder: Path, count: Fraction = R25, **arguments: Any
) -> list[edl.Event]:
    return edl.parse(write(timeline, folder, **arguments), count)


def read(folder: Path, rate: float = 25) -> otio.schema.Timeline:
    return otio.adapters.read_from_file(str(folder / "out.edl"), rate=rate)


def losses(timeline: otio.schema.Timeline) -> dict[str, int]:
    return {loss.what: loss.count for loss in conform(timeline, "edl")[1]}


def spans(found: list[edl.Event]) -> list[tuple[int, int, int, int]]:
    return [(e.source_in, e.source_out, e.record_in, e.record_out) for e in found]


def test_a_plain_cut_list(tmp_path: Path) -> None:
    """Out points are exclusive: an event ends where the next begins, as long as its source."""
    timeline = edit([(10, 40), (100, 24), (200, 1)], File(start=HOUR), sound=False)
    text = write(timeline, tmp_path)
    assert text == (
        "TITLE: edit\n"
        "FCM: NON-DROP FRAME\n"
        "\n"
        "001  A001     V     C        01:00:00:10 01:00:02:00 00:00:00:00 00:00:01:15\n"
        "* FROM CLIP NAME:  shot 001\n"
        "* FROM CLIP: file:///media/A001.mov\n"
        "* SOURCE FILE: A001.mov\n"
        "002  A001     V     C        01:00:04:00 01:00:04:24 00:00:01:15 00:00:02:14\n"
        "* FROM CLIP NAME:  shot 002\n"
        "* FROM CLIP: file:///media/A001.mov\n"
        "* SOURCE FILE: A001.mov\n"
        "003  A001     V     C        01:00:08:00 01:00:08:01 00:00:02:14 00:00:02:15\n"
        "* FROM CLIP NAME:  shot 003\n"
        "* FROM CLIP: file:///media/A001.mov\n"
        "* SOURCE FILE: A001.mov\n"
    )
    back = list(read(tmp_path).find_clips())
    assert [c.source_range for c in back] == [c.source_range for c in timeline.find_clips()]
    assert [c.name for c in back] == ["shot 001", "shot 002", "shot 003"]
    assert [c.metadata["cmx_3600"]["reel"] for c in back] == ["A001"] * 3


@pytest.mark.parametrize(
    ("start", "first"), [(HOUR, HOUR), (0, 0), (250, 250), (None, HOUR)], ids=str
)
def test_record_times_begin_where_the_programme_does(
    start: int | None, first: int, tmp_path: Path
) -> None:
    """Row 18; a timeline that says nothing begins at 01:00:00:00."""
    timeline = edit([(10, 40), (-1, 5), (100, 20)], sound=False)
    timeline.global_start_time = None if start is None else at(start, R25)
    found = [(e.record_in, e.record_out) for e in events(timeline, tmp_path)]
    assert found == [(first, first + 40), (first + 45, first + 65)]


@pytest.mark.parametrize(
    ("rate", "start", "label", "source", "record", "fcm"),
    [
        (R29, 108000, "01:00:00:00", "01:00:03:10", "01:00:00:00", "NON-DROP FRAME"),
        (R29, 107892, "01:00:00;00", "01:00:03;10", "01:00:00;00", "DROP FRAME"),
        (R59, 215784, "01:00:00;00", "01:00:01;40", "01:00:00;00", "DROP FRAME"),
        (R59, 216000, "01:00:00:00", "01:00:01:40", "01:00:00:00", "NON-DROP FRAME"),
        (R23, 86400, "01:00:00:00", "01:00:04:04", "01:00:00:00", "NON-DROP FRAME"),
        (R24, 86400, "01:00:00:00", "01:00:04:04", "01:00:00:00", "NON-DROP FRAME"),
        (Fraction(30), 108000, "", "01:00:03:10", "01:00:00:00", "NON-DROP FRAME"),
        (Fraction(50), 180000, "", "01:00:02:00", "01:00:00:00", "NON-DROP FRAME"),
        (Fraction(60), 216000, "", "01:00:01:40", "01:00:00:00", "NON-DROP FRAME"),
    ],
)  # fmt: skip
def test_source_and_record_timecode(
    rate: Fraction, start: int, label: str, source: str, record: str, fcm: str, tmp_path: Path
) -> None:
    """Row 19: each in its own count, named in FCM; read back to the same frames."""
    file = File(rate=rate, start=start, start_timecode=label, frames=40000)
    timeline = edit([(100, 48), (20000, 10)], file, sound=False)
    timeline.global_start_time = at(start, rate)
    text = write(timeline, tmp_path)
    assert f"\nFCM: {fcm}\n" in text
    one, two = edl.parse(text, rate)
    assert (one.source[0], one.record[0]) == (source, record)
    assert spans([one, two]) == [
        (start + 100, start + 148, start, start + 48),
        (start + 20000, start + 20010, start + 48, start + 58),
    ]
    back = read(tmp_path, float(rate)).find_clips()
    assert [c.source_range for c in back] == [c.source_range for c in timeline.find_clips()]


def test_a_fractional_rate_is_said_with_the_way_to_read_it() -> None:
    """Row 20: no hook runs before OTIO reads."""
    timeline = edit([(0, 10)], File(rate=R29), sound=False)
    (loss,) = conform(timeline, "cmx_3600")[1]
    assert loss.what == "frame rate that an EDL does not name"
    assert "-a rate=29.97002997002997" in loss.instead
    assert losses(edit([(0, 10)], sound=False)) == {}


@pytest.mark.parametrize(
    ("scalar", "source", "m2"),
    [
        (2.0, (50, 146), "050.0"),
        (0.5, (50, 74), "012.5"),
        (-1.0, (50, 98), "-025.0"),
        (-2.0, (50, 146), "-050.0"),
    ],
)
def test_retimes(scalar: float, source: tuple[int, int], m2: str, tmp_path: Path) -> None:
    """Rows 21 to 23: the source as long as it is, lower first, and its speed in M2."""
    timeline = edit([(50, 48)], sound=False)
    warp = S.LinearTimeWarp(time_scalar=scalar)
    warp.effect_name = "Speed"
    timeline.tracks[0][0].effects.append(warp)
    (event,) = events(timeline, tmp_path)
    assert spans([event]) == [(*source, 0, 48)]
    assert event.comments[0].split() == ["M2", "A001", m2, "00:00:02:00"]
    clip = next(iter(read(tmp_path).find_clips()))
    assert clip.source_range == span(50, 48, R25)
    if abs(scalar) != 1:  # OTIO's reader looks for a speed where the lengths differ
        assert [e.time_scalar for e in clip.effects] == [scalar]


def test_the_speed_at_29_97_has_one_decimal(tmp_path: Path) -> None:
    """Row 24."""
    timeline = edit([(50, 48)], File(rate=R29), sound=False)
    timeline.tracks[0][0].effects.append(S.LinearTimeWarp(time_scalar=2.0))
    (event,) = events(timeline, tmp_path, R29)
    assert event.comments[0].split()[2] == "059.9"
    assert spans([event]) == [(50, 146, 0, 48)]


def test_a_freeze_frame(tmp_path: Path) -> None:
    timeline = edit([(50, 48)], sound=False)
    timeline.tracks[0][0].effects.append(S.FreezeFrame())
    (event,) = events(timeline, tmp_path)
    assert spans([event]) == [(50, 51, 0, 48)]
    assert event.comments[0].split()[:3] == ["M2", "A001", "000.0"]
    clip = next(iter(read(tmp_path).find_clips()))
    assert isinstance(clip.effects[0], S.FreezeFrame)
    assert clip.source_range == span(50, 48, R25)


def test_a_dissolve(tmp_path: Path) -> None:
    timeline = edit([(100, 48), (200, 48), (300, 10)], sound=False)
    timeline.tracks[0].insert(1, dissolve(5, 7))
    found = events(timeline, tmp_path)
    assert spans(found) == [(100, 143, 0, 43), (195, 248, 43, 96), (300, 310, 96, 106)]
    assert (found[1].dissolve, found[1].out_of) == (12, ("A001", 143))
    items = list(read(tmp_path).tracks[0])
    assert [i.source_range for i in items if isinstance(i, S.Clip)] == [
        span(100, 43, R25), span(195, 53, R25), span(300, 10, R25),
    ]  # fmt: skip
    assert (items[1].in_offset, items[1].out_offset) == (at(0, R25), at(12, R25))


def test_a_dissolve_into_a_retimed_clip(tmp_path: Path) -> None:
    """Row 25: the lead-in runs at the clip's speed too."""
    timeline = edit([(100, 48), (200, 48)], sound=False)
    timeline.tracks[0].insert(1, dissolve(5, 7))
    timeline.tracks[0][2].effects.append(S.LinearTimeWarp(time_scalar=2.0))
    found = events(timeline, tmp_path)
    assert spans(found) == [(100, 143, 0, 43), (190, 296, 43, 96)]


def test_two_dissolves_about_one_clip(tmp_path: Path) -> None:
    timeline = edit([(100, 48), (200, 20), (300, 48)], sound=False)
    timeline.tracks[0].insert(2, dissolve(6, 6))
    timeline.tracks[0].insert(1, dissolve(4, 8))
    found = events(timeline, tmp_path)
    assert spans(found) == [(100, 144, 0, 44), (196, 214, 44, 62), (294, 348, 62, 116)]
    assert [e.out_of for e in found] == [None, ("A001", 144), ("A001", 214)]


def test_layers_become_one(tmp_path: Path) -> None:
    """Row 26: the topmost picture, cut where it covers the other."""
    timeline = edit([(100, 48)], sound=False)
    upper = edit([(-1, 10), (500, 20)], sound=False).tracks[0].deepcopy()
    timeline.tracks.append(upper)
    found = events(timeline, tmp_path)
    assert spans(found) == [(100, 110, 0, 10), (500, 520, 10, 30), (130, 148, 30, 48)]
    assert losses(timeline)["picture tracks flattened into one"] == 2


def test_sound_is_left_out_and_counted_wherever_it_stands(tmp_path: Path) -> None:
    """Row 27."""
    timeline = edit([(100, 48), (200, 10)])
    sound = timeline.tracks[1].deepcopy()
    del timeline.tracks[1]
    timeline.tracks.insert(0, sound)
    found = events(timeline, tmp_path)
    assert [e.channel for e in found] == ["V", "V"]
    assert losses(timeline) == {"clips on sound tracks left out": 2}
    off = edit([(900, 5)], sound=False).tracks[0].deepcopy()
    off.enabled = False
    timeline.tracks.insert(0, off)
    assert spans(events(timeline, tmp_path / "..")) == spans(found)


def test_fades_from_and_to_black(tmp_path: Path) -> None:
    """Rows 28 and 29: BL at the record time of the fade."""
    timeline = edit([(100, 48), (-1, 24), (200, 48)], sound=False)
    track = timeline.tracks[0]
    track.insert(3, dissolve(12, 0))  # to black at the tail
    track.insert(4, S.Gap(source_range=span(0, 6, R25)))
    track.insert(2, dissolve(0, 10))  # from black
    track.insert(1, dissolve(8, 0))  # to black
    found = events(timeline, tmp_path)
    assert [(e.reel, e.dissolve, e.record_in, e.record_out) for e in found] == [
        ("A001", 0, 0, 40), ("BL", 8, 40, 72), ("A001", 10, 72, 108), ("BL", 12, 108, 126),
    ]  # fmt: skip
    assert [e.out_of for e in found] == [None, ("A001", 140), ("BL", 0), ("A001", 236)]
    assert spans(found)[2][:2] == (200, 236)


def test_fades_at_head_and_tail(tmp_path: Path) -> None:
    timeline = edit([(100, 48)], sound=False)
    timeline.tracks[0].insert(0, dissolve(0, 12))
    timeline.tracks[0].append(dissolve(10, 0))
    found = events(timeline, tmp_path)
    assert [(e.reel, e.dissolve, e.record_in, e.record_out) for e in found] == [
        ("A001", 12, 0, 38), ("BL", 10, 38, 48),
    ]  # fmt: skip
    assert spans(found)[0][:2] == (100, 138)


def test_no_dissolve_out_of_a_disabled_clip(tmp_path: Path) -> None:
    """Row 30: nothing plays there, and the rest stays in place."""
    timeline = edit([(100, 48), (200, 48)], sound=False)
    timeline.tracks[0].insert(1, dissolve(5, 7))
    timeline.tracks[0][0].enabled = False
    found = events(timeline, tmp_path)
    assert spans(found)[-1][3] == 96
    assert losses(timeline)["disabled clips left out"] == 1
    assert all(e.out_of is None or e.out_of[0] == "BL" for e in found)


def test_reels_are_legal_and_distinct(tmp_path: Path) -> None:
    """Row 31; a file's own reel first, a clip's own before that."""
    paths = ["/m/camera_A_001.mov", "/n/camera_A_002.mov", "/m/日本.mov", "/m/ö ä.mov", "/m/BL.mov"]
    files = [File(Path(p)) for p in paths] + [File(Path("/m/x.mov"), reel="A001C002_240101_R1AB")]
    timeline = edit([(0, 10, n) for n in range(6)], *files, sound=False)
    extra = timeline.tracks[0][0].deepcopy()
    extra.metadata["cmx_3600"] = {"reel": "TAPE07", "comments": ["MINE"]}
    timeline.tracks[0].append(extra)
    found = events(timeline, tmp_path)
    reels = [e.reel for e in found]
    assert reels[0] == "camera_A"
    assert (reels[5], reels[6]) == ("A001C002", "TAPE07")
    assert len(set(reels)) == 7
    assert all(re.fullmatch(r"[A-Za-z0-9_]{1,8}", reel) for reel in reels)
    assert not {"BL", "AX", "BLACK"} & set(reels)
    assert found[2].comment("SOURCE FILE") == ["日本.mov"]
    assert "* MINE" in found[6].comments


def test_names_stay_on_one_line(tmp_path: Path) -> None:
    """Row 32."""
    timeline = edit([(0, 10)], sound=False)
    timeline.name, timeline.tracks[0][0].name = "one\ntwo", "a & <b>\r\n\t'é'\u2028日本"
    text = write(timeline, tmp_path)
    assert text.startswith("TITLE: one two\n")
    (event,) = edl.parse(text, R25)
    assert event.comment("FROM CLIP NAME") == ["a & <b> 'é' 日本"]


@pytest.mark.parametrize("style", ["avid", "nucoda", "premiere"])
def test_the_styles_of_the_adapter_stay(style: str, tmp_path: Path) -> None:
    """Row 33, among them a missing medium in Premiere's style."""
    timeline = edit([(0, 10), (50, 10)], sound=False)
    timeline.tracks[0][1].media_reference = S.MissingReference()
    found = events(timeline, tmp_path, style=style)
    assert spans(found) == [(0, 10, 0, 10), (50, 60, 10, 20)]
    if style == "nucoda":
        assert found[0].comment("FROM FILE") == ["file:///media/A001.mov"]
    if style == "premiere":
        assert [e.reel for e in found] == ["AX", "AX"]


def test_nests_empty_tracks_and_ramps_are_written(tmp_path: Path) -> None:
    """Row 33."""
    timeline = edit([(0, 10)], sound=False)
    inner = edit([(300, 20)], sound=False).tracks[0].deepcopy()
    nest = S.Stack("nest", [inner])
    nest.source_range = span(5, 10, R25)
    timeline.tracks[0].append(nest)
    timeline.tracks[0][0].effects.append(S.TimeEffect("ramp"))
    timeline.tracks.append(S.Track("empty"))
    assert spans(events(timeline, tmp_path)) == [(0, 10, 0, 10), (305, 315, 10, 20)]
    said = losses(timeline)
    assert said["nested sequences laid out flat"] == 1
    assert said["speed ramps played at normal speed"] == 1
    assert write(edit([], sound=False), tmp_path).startswith("TITLE: edit\n")


@pytest.mark.parametrize(
    ("rate", "legal"),
    [(Fraction(120), 60), (Fraction(25, 2), 25), (Fraction(10), 30), (Fraction(15), 30)],
)
def test_rates_an_edl_has_not(rate: Fraction, legal: int, tmp_path: Path) -> None:
    timeline = edit([(12, 40), (100, 24)], File(rate=rate), sound=False)
    factor = Fraction(legal) / rate
    found = spans(events(timeline, tmp_path, Fraction(legal)))
    expected = [(12, 52, 0, 40), (100, 124, 40, 64)]
    assert found == [tuple(int(n * factor) for n in row) for row in expected]
    assert list(losses(timeline).values()) == [2]


def test_half_frames_and_sample_counts_become_whole_frames(tmp_path: Path) -> None:
    timeline = edit([(10, 47), (11, 47)], sound=False)
    for clip in timeline.find_clips():
        start = clip.source_range.start_time.value
        clip.source_range = otio.opentime.TimeRange(
            otio.opentime.RationalTime(start + 0.5, 25), otio.opentime.RationalTime(47.5, 25)
        )
    assert spans(events(timeline, tmp_path)) == [(11, 59, 0, 48), (12, 59, 48, 95)]


def test_media_of_another_rate_keeps_its_label(tmp_path: Path) -> None:
    """A file at 01:00:00;00 of 29.97 begins at 01:00:00:00 in an EDL at 25."""
    timeline = edit([(0, 10)], File(start_timecode="01:00:00;00"), sound=False)
    there = span(107892, 3000, R29)
    reference = S.ExternalReference("file:///m/other.mov", there)
    timeline.tracks[0].append(S.Clip("other", reference, span(107892 + 60, 30, R29)))
    timeline.tracks[0][1].metadata["autoedit"] = {"source": 0}
    found = events(timeline, tmp_path)[1]
    assert found.source == ("01:00:02:00", "01:00:03:00")
    assert (found.record_in, found.record_out) == (10, 35)


def test_markers_are_locators(tmp_path: Path) -> None:
    timeline = edit([(20, 60), (-1, 10), (100, 5)], File(start=HOUR), sound=False)
    clip = timeline.tracks[0][0]
    clip.markers.append(marker("Why lower case", HOUR + 70, 9, color="PINK", comment="text"))
    timeline.tracks[0].markers.append(marker("track", 5, 0, color="RED"))
    timeline.tracks.markers.append(marker("seq", 72, 0, color="BLUE"))
    timeline.tracks.markers.append(marker("nowhere", 65, 0, color="BLUE"))
    found = events(timeline, tmp_path)
    assert found[0].comment("LOC") == [
        "01:00:02:20 PINK    Why lower case",
        "01:00:01:00 RED     track",
    ]
    assert found[1].comment("LOC") == ["01:00:04:02 BLUE    seq"]
    said = losses(timeline)
    assert said == {
        "markers where no clip plays left out": 1,
        "comments of markers left out": 1,
        "lengths of markers left out": 1,
    }
    back = [
        (m.name, m.marked_range.start_time, m.color)
        for c in read(tmp_path).find_clips()
        for m in c.markers
    ]
    assert back == [
        ("Why lower case", at(HOUR + 70, R25), "PINK"),
        ("track", at(HOUR + 25, R25), "RED"),
        ("seq", at(HOUR + 102, R25), "BLUE"),
    ]


def test_markers_of_a_dissolve_are_written_once(tmp_path: Path) -> None:
    timeline = edit([(100, 48), (200, 48)], sound=False)
    timeline.tracks[0][0].markers.append(marker("one", 110, 0, color="RED"))
    timeline.tracks[0][1].markers.append(marker("two", 210, 0, color="RED"))
    timeline.tracks[0].insert(1, dissolve(5, 7))
    assert write(timeline, tmp_path).count("* LOC:") == 2


def test_the_rate_argument(tmp_path: Path) -> None:
    """``rate=30`` on a 29.97 timeline names the same frames; another rate moves the cuts to it."""
    timeline = edit([(30, 60)], File(rate=R29), sound=False)
    assert spans(events(timeline, tmp_path, Fraction(30), rate=30.0)) == [(30, 90, 0, 60)]
    timeline = edit([(50, 100)], File(rate=Fraction(50)), sound=False)
    assert spans(events(timeline, tmp_path, R25, rate=25)) == [(25, 75, 0, 50)]


def test_a_thousand_events(tmp_path: Path) -> None:
    timeline = edit([(2 * n, 2) for n in range(1001)], sound=False)
    found = events(timeline, tmp_path)
    assert len(found) == 1001
    assert found[-1].number == 1001
    assert losses(timeline) == {"events beyond 999, where some programs stop": 2}


@pytest.mark.parametrize("rate", [R29, R59])
def test_drop_frame_counts_every_label_once(rate: Fraction) -> None:
    """The dropped labels are those that SMPTE 12M drops, over a whole hour and a day's end."""
    count, seen = round(rate), set()
    for frame in range(0, 36000 * (count // 30), 7):
        text = timecode(frame, rate, True)
        assert edl.frames(text, rate) == frame
        minute, second, part = int(text[3:5]), int(text[6:8]), int(text[9:])
        assert not (second == 0 and minute % 10 and part < count // 15)
        seen.add(text)
    assert timecode(2589408 * (count // 30), rate, True) == "00:00:00;00"
