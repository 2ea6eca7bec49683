"""Shot changes and missed cuts as markers on clips, from analyses made by hand."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from otio_autoedit.adapters.link.fit import Span, fit
from otio_autoedit.adapters.link.shots import Marked, is_marked, mark
from otio_autoedit.analysis.record import Analysis, FrameIndex, MediaInfo, Transition
from otio_autoedit.media.timing import edit_frame

START = 86400  # 01:00:00:00
CUT = Transition(99, 100, "cut", 0.934)
DISSOLVE = Transition(99, 112, "dissolve", 0.8)


def seen(
    *transitions: Transition, rate: int = 24, pts: list[int] | None = None, timecode: str = ""
) -> Analysis:
    """A file of 240 frames, or of pictures at ``pts`` (in edit frames)."""
    times = np.array(pts if pts is not None else range(240), np.int64)
    index = FrameIndex(times, Fraction(1, rate), Fraction(rate), pts is not None)
    info = MediaInfo(
        path="/a.mov",
        fingerprint="f",
        kind="video",
        container="mov",
        codec="h264",
        edit_rate=Fraction(rate),
        frame_count=len(times),
        duration_frames=edit_frame(index, len(times)),
        variable_rate=pts is not None,
        start_timecode=timecode,
        start_frame=3600 * rate if timecode else 0,
    )
    return Analysis(info, index, transitions)


def clip(start: int, length: int, *effects: Any, rate: float = 24) -> otio.schema.Clip:
    span = TimeRange(RationalTime(start, rate), RationalTime(length, rate))
    return otio.schema.Clip("c", source_range=span, effects=list(effects))


def marked(item: otio.schema.Clip, analysis: Analysis, *, retimed: bool = False) -> Marked:
    span = Span.of(item.source_range)
    lies = fit(span, analysis.media, None, clip_rate=span.rate, retimed=retimed)
    return mark(item, analysis, lies, retimed=retimed)


def marks(item: otio.schema.Clip) -> list[tuple[str, float, float]]:
    return [
        (m.name, m.marked_range.start_time.value, m.marked_range.duration.value)
        for m in item.markers
    ]


def test_a_cut_inside_is_marked_on_the_first_frame_of_the_new_shot() -> None:
    item = clip(START + 50, 100)
    assert marked(item, seen(CUT, timecode="01:00:00:00")) == Marked(1, 0)
    assert marks(item) == [("shot change", START + 100, 1)]
    (marker,) = item.markers
    assert marker.comment == "Another shot begins here, 93% sure"
    assert dict(marker.metadata["Resolve_OTIO"]) == {"Note": marker.comment}
    assert dict(marker.metadata["autoedit"])["kind"] == "cut"
    assert dict(marker.metadata["autoedit"])["confidence"] == 0.934


def test_a_dissolve_is_marked_over_its_extent_as_far_as_the_clip_shows_it() -> None:
    item = clip(50, 100)
    marked(item, seen(DISSOLVE))
    assert marks(item) == [("dissolve, 12 frames", 100, 12)]
    item = clip(50, 56)
    marked(item, seen(DISSOLVE))
    assert marks(item) == [("dissolve, 6 frames", 100, 6)]


def test_fades_at_the_ends_of_the_file() -> None:
    fades = (Transition(-1, 10, "fade", 0.9), Transition(229, 240, "fade", 0.9))
    item = clip(0, 240)
    assert marked(item, seen(*fades)) == Marked(2, 0)
    assert marks(item) == [("fade, 10 frames", 0, 10), ("fade, 10 frames", 230, 10)]


@pytest.mark.parametrize(
    ("start", "stop", "name", "at", "comment"),
    [
        (102, 200, "cut 2 frames late", 102, "beginning of this clip lacks 2 frames of its shot"),
        (99, 200, "cut 1 frame early", 99, "beginning of this clip shows 1 frame of another shot"),
        (20, 103, "cut 3 frames late", 102, "end of this clip shows 3 frames of another shot"),
        (20, 98, "cut 2 frames early", 97, "end of this clip lacks 2 frames of its shot"),
    ],
)
def test_an_end_beside_a_boundary_is_flagged_once(
    start: int, stop: int, name: str, at: int, comment: str
) -> None:
    item = clip(start, stop - start)
    assert marked(item, seen(CUT)) == Marked(0, 1)
    assert marks(item) == [(name, at, 1)]
    (marker,) = item.markers
    assert comment in marker.comment
    assert marker.color == otio.schema.MarkerColor.RED
    edge = "in" if at == start else "out"
    frames = {"late": 1, "early": -1}[name.split()[-1]] * int(name.split()[1])
    assert dict(item.metadata["autoedit"]["missed"]) == {edge: frames}
    assert marker.metadata["autoedit"]["frames"] == frames


def test_ends_under_a_dissolve_of_the_timeline_are_no_cuts() -> None:
    track = otio.schema.Track("V1")
    offset = RationalTime(6, 24)
    first, second = clip(20, 78), clip(102, 50)
    track.extend([first, otio.schema.Transition(in_offset=offset, out_offset=offset), second])
    assert marked(first, seen(CUT)) == marked(second, seen(CUT)) == Marked(0, 0)
    alone = clip(102, 50)
    track.append(alone)
    assert marked(alone, seen(CUT)) == Marked(0, 1)


def test_a_retimed_clip_is_flagged_at_its_head_only() -> None:
    fast = otio.schema.LinearTimeWarp(time_scalar=2.0)
    item = clip(98, 100, fast)
    assert marked(item, seen(CUT, Transition(149, 150, "cut", 0.9)), retimed=True) == Marked(0, 1)
    assert marks(item) == [("cut 2 frames early", 98, 1)]
    for effect in (otio.schema.LinearTimeWarp(time_scalar=-1.0), otio.schema.FreezeFrame()):
        item = clip(98, 100, effect)
        assert marked(item, seen(CUT), retimed=True) == Marked(0, 0)


def test_at_another_rate_the_marker_is_on_the_first_clip_frame_of_the_new_shot() -> None:
    item = clip(0, 96)
    marked(item, seen(Transition(50, 51, "cut", 0.9), rate=25))
    # Frame 51 at 25 begins at 2.04 s; the clip's frame 48 (2.000 s) is before it, 49 (2.042) not.
    assert marks(item) == [("shot change", 49, 1)]


def test_variable_rate_media_is_counted_in_edit_frames() -> None:
    slow_half = [*range(100), *range(100, 300, 2)]  # the second half is on screen twice as long
    item = clip(0, 300)
    marked(item, seen(Transition(149, 150, "cut", 0.9), pts=slow_half))
    assert marks(item) == [("shot change", 200, 1)]


def test_what_others_marked_stays_and_what_we_marked_is_replaced() -> None:
    item = clip(50, 100)
    item.markers.append(otio.schema.Marker("theirs", item.source_range))
    marked(item, seen(CUT))
    marked(item, seen(replace(CUT, last_before=119, first_after=120)))
    assert [name for name, *_ in marks(item)] == ["theirs", "shot change"]
    assert marks(item)[1][1] == 120


def test_a_clip_is_marked_until_it_plays_another_part() -> None:
    item = clip(50, 100)
    assert not is_marked(item)
    marked(item, seen(CUT))
    assert is_marked(item)
    item.markers.clear()
    assert is_marked(item)  # somebody took them off: they stay off
    item.source_range = clip(50, 99).source_range
    assert not is_marked(item)
