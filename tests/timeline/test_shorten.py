"""An editor's timeline, shortened to some of its frames."""

from __future__ import annotations

from itertools import chain

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.errors import AutoEditError
from otio_autoedit.timeline.flat import Kind, Span, flatten, playing
from otio_autoedit.timeline.shorten import shorten

R = 25.0


def time(frames: float, rate: float = R) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, rate)


def span(start: float, frames: float, rate: float = R) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(time(start, rate), time(frames, rate))


def clip(
    name: str, start: float, frames: float, *effects: object, rate: float = R
) -> otio.schema.Clip:
    """A clip of media that begins at 01:00:00:00."""
    head = 3600 * round(rate)
    reference = otio.schema.ExternalReference(f"{name}.mov", span(head, 5000, rate))
    return otio.schema.Clip(
        name, reference, span(head + start, frames, rate), effects=list(effects)
    )


def gap(frames: float) -> object:
    return otio.schema.Gap(source_range=span(0, frames))


def dissolve(before: float, after: float) -> object:
    return otio.schema.Transition("", "SMPTE_Dissolve", time(before), time(after))


def track(*items: object, kind: str = "Video") -> otio.schema.Track:
    return otio.schema.Track("", items, kind=kind)


def timeline(*tracks: object) -> otio.schema.Timeline:
    result = otio.schema.Timeline("cut 3", global_start_time=time(90000))
    result.tracks.extend(tracks)
    return result


def laid_out(one: otio.schema.Track) -> list[str]:
    """A track's children: a clip with its first frame and length, a gap, a dissolve's offsets."""
    texts = []
    for child in one:
        if isinstance(child, otio.schema.Transition):
            texts.append(f"x{child.in_offset.value:g}/{child.out_offset.value:g}")
        elif isinstance(child, otio.schema.Gap):
            texts.append(f"-{child.duration().value:g}")
        else:
            range_ = child.trimmed_range()
            first = range_.start_time.value - 3600 * round(range_.start_time.rate)
            texts.append(f"{child.name}{first:g}+{range_.duration.value:g}")
    return texts


def test_only_the_spans_stay_on_every_track() -> None:
    picture = track(clip("a", 0, 50), clip("b", 100, 50))
    music = track(gap(20), clip("m", 0, 60), kind="Audio")
    result = shorten(timeline(picture, music), [(10, 30), (70, 95)])
    assert laid_out(result.tracks[0]) == ["a10+20", "b120+25"]
    assert laid_out(result.tracks[1]) == ["-10", "m0+10", "m50+10"]
    assert result.name == "cut 3"
    assert result.global_start_time == time(90000)


def test_a_track_that_ends_early_keeps_the_place_of_what_comes_later() -> None:
    picture = track(clip("a", 0, 100))
    music = track(clip("m", 0, 40), kind="Audio")
    result = shorten(timeline(picture, music), [(30, 60), (10, 20)])
    assert laid_out(result.tracks[1]) == ["m30+10", "-20", "m10+10"]


def test_spans_that_touch_are_one_and_the_whole_changes_nothing() -> None:
    whole = timeline(track(clip("a", 0, 50), dissolve(5, 5), clip("b", 100, 50)))
    assert shorten(whole, [(0, 40), (40, 100)]).is_equivalent_to(whole)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(10, 90)], ["a10+40", "x6/4", "b100+40"]),
        ([(10, 52)], ["a10+40", "x6/2", "b100+2"]),
        ([(47, 90)], ["a47+3", "x3/4", "b100+40"]),
        ([(10, 50)], ["a10+40"]),
        ([(10, 48)], ["a10+38"]),
        ([(52, 90)], ["b102+38"]),
        ([(10, 45), (50, 60)], ["a10+35", "b100+10"]),
    ],
)
def test_a_transition_keeps_what_is_left_around_its_cut(
    spans: list[tuple[int, int]], expected: list[str]
) -> None:
    whole = timeline(track(clip("a", 0, 50), dissolve(6, 4), clip("b", 100, 50)))
    assert laid_out(shorten(whole, spans).tracks[0]) == expected


def test_fades_stay_at_the_head_and_the_end_alone() -> None:
    faded = track(gap(10), dissolve(0, 5), clip("a", 0, 40), dissolve(5, 0), gap(10))
    assert laid_out(shorten(timeline(faded), [(10, 50)]).tracks[0]) == ["x0/5", "a0+40", "x5/0"]
    assert laid_out(shorten(timeline(faded), [(20, 50), (10, 30)]).tracks[0]) == [
        "a10+30", "a0+20",
    ]  # fmt: skip


def test_what_an_editor_wrote_is_kept() -> None:
    marked = clip("a", 0, 50, otio.schema.LinearTimeWarp(time_scalar=2.0))
    marked.metadata["grade"] = {"look": "warm"}
    marked.enabled = False
    whole = timeline(track(marked))
    whole.metadata["studio"] = {"job": 7}
    kept = shorten(whole, [(10, 20)])
    assert laid_out(kept.tracks[0]) == ["a20+10"]
    assert kept.tracks[0][0].metadata["grade"]["look"] == "warm"
    assert kept.tracks[0][0].effects[0].time_scalar == 2.0
    assert not kept.tracks[0][0].enabled
    assert kept.metadata["studio"]["job"] == 7


def test_markers_go_with_their_frames() -> None:
    noted = clip("a", 0, 100)
    noted.markers.extend(
        otio.schema.Marker(name, span(90000 + at, 0)) for name, at in (("in", 12), ("out", 40))
    )
    whole = timeline(track(noted))
    whole.tracks.markers.extend(
        otio.schema.Marker(name, span(at, length))
        for name, at, length in (("x", 5, 10), ("y", 40, 5), ("z", 72, 2))
    )
    result = shorten(whole, [(10, 20), (70, 80)])
    assert [[one.name for one in part.markers] for part in result.tracks[0]] == [["in"], []]
    assert [
        (one.name, one.marked_range.start_time.value, one.marked_range.duration.value)
        for one in result.tracks.markers
    ] == [("x", 0, 5), ("z", 12, 2)]


def test_a_clip_in_two_spans_is_linked_to_its_sound_part_by_part() -> None:
    tracks = []
    for kind in ("Video", "Audio"):
        linked = [clip("a", 0, 50), clip("b", 0, 50)]
        for number, one in enumerate(linked, 1):
            one.metadata["autoedit"] = {"link": number}
            one.metadata["Resolve_OTIO"] = {"Link Group ID": number}
        tracks.append(track(*linked, kind=kind))
    result = shorten(timeline(*tracks), [(5, 10), (20, 60)])
    for one in result.tracks:
        assert [part.metadata["autoedit"]["link"] for part in one] == [1, 3, 2]
        assert [part.metadata["Resolve_OTIO"]["Link Group ID"] for part in one] == [1, 3, 2]


@pytest.mark.parametrize("spans", [[], [(5, 5)], [(-1, 5)], [(0, 51)], [(60, 70)]])
def test_spans_outside_the_timeline_are_refused(spans: list[tuple[int, int]]) -> None:
    with pytest.raises(AutoEditError):
        shorten(timeline(track(clip("a", 0, 50))), spans)


def test_the_timeline_given_is_not_changed() -> None:
    whole = timeline(track(clip("a", 0, 50), dissolve(5, 5), clip("b", 100, 50)))
    before = whole.to_json_string()
    shorten(whole, [(47, 60)])
    assert whole.to_json_string() == before


speeds = st.sampled_from([None, 0.5, 2.0, 3.0, -1.0, -2.0, 0.0])


@st.composite
def items(draw: st.DrawFn, deep: int = 1) -> object:
    kind = draw(st.sampled_from(["clip", "clip", "clip", "other rate", "gap", *["nested"] * deep]))
    frames, start = draw(st.integers(8, 30)), draw(st.integers(1000, 3000))
    if kind == "gap":
        return gap(frames)
    speed = draw(speeds)
    warp = [] if speed is None else [otio.schema.LinearTimeWarp(time_scalar=speed)]
    name = draw(st.sampled_from("abcd"))
    if kind == "other rate":
        return clip(name, start, 2 * frames, *warp, rate=50.0)
    if kind == "clip":
        return clip(name, start, frames, *warp)
    inner = [track(*draw(st.lists(items(deep=0), min_size=2, max_size=4))) for _ in range(2)]
    stack = otio.schema.Stack("nest", inner, effects=warp)
    stack.source_range = span(draw(st.integers(0, 4)), draw(st.integers(8, 12)))
    return stack


@st.composite
def timelines(draw: st.DrawFn, transitions: bool) -> otio.schema.Timeline:
    tracks = []
    for kind in ("Video", "Video", "Audio"):
        row: list[object] = []
        for one in draw(st.lists(items(), min_size=1, max_size=5)):
            if row and transitions and draw(st.booleans()):
                row.append(dissolve(draw(st.integers(0, 3)), draw(st.integers(1, 3))))
            row.append(one)
        tracks.append(track(*row, kind=kind))
    return timeline(*tracks)


def shown(spans: list[Span], frame: int) -> list[tuple[str, int]]:
    """The clips that play at a frame, each with its media's frame."""
    at = playing(spans, frame)
    layers = at.layers if at else ()
    return [(one.clip.name, at.media_frame(one, frame)) for one in layers if at]


def chosen(data: st.DataObject, whole: otio.schema.Timeline) -> list[tuple[int, int]]:
    length = max(int(one.duration().rescaled_to(R).value) for one in whole.tracks)
    pairs = st.tuples(st.integers(0, length - 1), st.integers(1, 30))
    drawn = data.draw(st.lists(pairs, min_size=1, max_size=4))
    return [(start, min(start + count, length)) for start, count in drawn]


KINDS: tuple[Kind, ...] = ("Video", "Audio")


@settings(deadline=None, max_examples=50)
@given(timelines(transitions=False), st.data())
def test_every_frame_shows_what_it_showed(whole: otio.schema.Timeline, data: st.DataObject) -> None:
    spans = chosen(data, whole)
    result = shorten(whole, spans)
    frames = list(chain.from_iterable(range(*one) for one in spans))
    assert result.duration().rescaled_to(R).value <= len(frames)
    for kind in KINDS:
        before, after = flatten(whole, kind), flatten(result, kind)
        for frame, source in enumerate(frames):
            assert shown(after, frame) == shown(before, source)


@settings(deadline=None, max_examples=50)
@given(timelines(transitions=True), st.data())
def test_transitions_show_nothing_that_was_not_there(
    whole: otio.schema.Timeline, data: st.DataObject
) -> None:
    spans = chosen(data, whole)
    result = shorten(whole, spans)
    frames = list(chain.from_iterable(range(*one) for one in spans))
    for kind in KINDS:
        before, after = flatten(whole, kind), flatten(result, kind)
        for frame, source in enumerate(frames):
            seen, was = shown(after, frame), shown(before, source)
            assert set(seen) <= set(was)
            assert bool(seen) == bool(was) or len(was) == 1
