"""What plays at each frame of timelines that editors make."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.timeline.flat import Span, flatten, playing

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
    reference = otio.schema.ExternalReference(f"{name}.mov", span(head, 1000, rate))
    return otio.schema.Clip(
        name, reference, span(head + start, frames, rate), effects=list(effects)
    )


def gap(frames: float) -> object:
    return otio.schema.Gap(source_range=span(0, frames))


def dissolve(before: float, after: float) -> object:
    return otio.schema.Transition("", "SMPTE_Dissolve", time(before), time(after))


def track(*items: object, kind: str = "Video", name: str = "") -> otio.schema.Track:
    return otio.schema.Track(name, items, kind=kind)


def timeline(*tracks: object) -> otio.schema.Timeline:
    result = otio.schema.Timeline()
    result.tracks.extend(tracks)
    return result


def seen(spans: list[Span]) -> list[str]:
    """What each frame of a timeline shows: clip and media frame, with its share where it mixes."""
    result = []
    for frame in range(spans[-1].stop if spans else 0):
        at = playing(spans, frame)
        assert at is not None
        texts = []
        for layer in at.layers:
            share = at.opacity(layer, frame)
            text = f"{layer.clip.name}{at.media_frame(layer, frame)}"
            texts.append(text if share == 1 else f"{text}*{share}")
        result.append("+".join(texts))
    return result


def test_clips_and_gaps_one_after_the_other() -> None:
    flat = flatten(timeline(track(clip("a", 10, 3), gap(2), clip("b", 0, 2))))
    assert seen(flat) == ["a10", "a11", "a12", "", "", "b0", "b1"]


def test_the_topmost_is_seen_and_holes_show_what_lies_below() -> None:
    lower = track(clip("a", 0, 6))
    upper = track(gap(2), clip("b", 50, 2))
    assert seen(flatten(timeline(lower, upper))) == ["a0", "a1", "b50", "b51", "a4", "a5"]


def test_all_sound_is_heard() -> None:
    sound = [track(clip(name, 0, 2), kind="Audio") for name in "ab"]
    flat = flatten(timeline(track(clip("v", 0, 3)), *sound), "Audio")
    assert seen(flat) == ["a0+b0", "a1+b1"]


def test_a_dissolve_mixes_around_its_cut() -> None:
    flat = flatten(timeline(track(clip("a", 0, 4), dissolve(2, 2), clip("b", 20, 4))))
    assert seen(flat) == [
        "a0", "a1", "a2+b18*0", "a3+b19*1/4", "a4+b20*1/2", "a5+b21*3/4", "b22", "b23",
    ]  # fmt: skip


def test_a_dissolve_need_not_be_even() -> None:
    flat = flatten(timeline(track(clip("a", 0, 3), dissolve(1, 2), clip("b", 20, 3))))
    assert seen(flat) == ["a0", "a1", "a2+b19*0", "a3+b20*1/3", "a4+b21*2/3", "b22"]


def test_fades_from_and_to_nothing_show_what_lies_below() -> None:
    upper = track(gap(1), dissolve(0, 2), clip("b", 0, 4), dissolve(2, 0), gap(1))
    flat = flatten(timeline(track(clip("a", 0, 6)), upper))
    assert seen(flat) == ["a0", "a1+b0*0", "a2+b1*1/2", "a3+b2", "a4+b3*1/2", "a5"]


@pytest.mark.parametrize(
    ("effect", "frames"),
    [
        (otio.schema.LinearTimeWarp(time_scalar=2), ["a40", "a42", "a44", "a46"]),
        (otio.schema.LinearTimeWarp(time_scalar=0.5), ["a40", "a40", "a41", "a41"]),
        (otio.schema.LinearTimeWarp(time_scalar=-1), ["a43", "a42", "a41", "a40"]),
        (otio.schema.FreezeFrame(), ["a40", "a40", "a40", "a40"]),
    ],
)
def test_linear_and_frozen_time(effect: object, frames: list[str]) -> None:
    # At 2x, 1/2x and -1x these are the frames that melt is to show (its adapter's own are not).
    assert seen(flatten(timeline(track(clip("a", 40, 4, effect))))) == frames


def test_a_nested_sequence_is_trimmed_and_warped() -> None:
    inner = otio.schema.Stack("inner", [track(clip("a", 0, 4), clip("b", 50, 4))])
    inner.source_range = span(2, 4)
    assert seen(flatten(timeline(track(inner)))) == ["a2", "a3", "b50", "b51"]
    inner.effects.append(otio.schema.LinearTimeWarp(time_scalar=2))
    inner.source_range = span(0, 4)
    assert seen(flatten(timeline(track(inner.clone())))) == ["a0", "a2", "b50", "b52"]
    inner.effects[0] = otio.schema.LinearTimeWarp(time_scalar=-1)
    inner.source_range = span(2, 4)
    assert seen(flatten(timeline(track(inner.clone())))) == ["b51", "b50", "a3", "a2"]
    inner.effects[0] = otio.schema.FreezeFrame()
    assert seen(flatten(timeline(track(inner.clone())))) == ["a2"] * 4


def test_a_dissolve_out_of_a_nested_sequence_takes_what_goes_on_inside() -> None:
    inner = track(clip("a", 0, 2), clip("b", 50, 2))
    inner.source_range = span(0, 2)
    flat = flatten(timeline(track(inner, dissolve(1, 1), clip("c", 10, 3))))
    assert seen(flat) == ["a0", "a1+c9*0", "b50+c10*1/2", "c11", "c12"]


def test_what_is_switched_off_does_not_play() -> None:
    off = clip("b", 0, 2)
    off.enabled = False
    lower, upper = track(clip("a", 0, 4)), track(off, clip("c", 0, 2))
    assert seen(flatten(timeline(lower, upper))) == ["a0", "a1", "c0", "c1"]
    upper.enabled = False
    assert seen(flatten(timeline(lower.clone(), upper.clone()))) == ["a0", "a1", "a2", "a3"]


@pytest.mark.parametrize("rate", [24000 / 1001, 30000 / 1001, 60000 / 1001, 12.5, 120.0, 23.976])
def test_frames_are_exact_at_any_rate(rate: float) -> None:
    items = [clip("a", n * 7, 7, rate=rate) for n in range(100)]
    flat = flatten(timeline(track(*items)))
    assert [(one.start, one.stop) for one in flat] == [(n * 7, n * 7 + 7) for n in range(100)]
    assert seen(flat) == [f"a{n}" for n in range(700)]


def test_media_of_another_rate_plays_by_time() -> None:
    flat = flatten(timeline(track(clip("a", 0, 4, rate=25.0), clip("b", 0, 10, rate=50.0))))
    assert [(one.start, one.stop) for one in flat] == [(0, 4), (4, 9)]
    assert [one.split("b")[-1] for one in seen(flat)][4:] == ["0", "2", "4", "6", "8"]


def test_an_empty_timeline_has_no_spans() -> None:
    assert flatten(timeline()) == []
    assert flatten(timeline(track())) == []
    assert playing([], 0) is None


lengths = st.lists(
    st.tuples(st.sampled_from("abc-"), st.integers(0, 500), st.integers(1, 20)),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(lengths, min_size=1, max_size=3))
def test_a_stack_plays_what_otio_finds_there(rows: list[list[tuple[str, int, int]]]) -> None:
    tracks = [
        track(*(gap(n) if name == "-" else clip(name, start, n) for name, start, n in row))
        for row in rows
    ]
    whole = timeline(*tracks)
    flat = flatten(whole)
    assert [one.start for one in flat[1:]] == [one.stop for one in flat[:-1]]
    assert flat[-1].stop == int(whole.duration().value)
    for frame, text in enumerate(seen(flat)):
        assert text == _found_by_otio(tracks, frame)


def _found_by_otio(tracks: list[otio.schema.Track], frame: int) -> str:
    for one in reversed(tracks):
        if frame < one.duration().value:
            item = one.child_at_time(time(frame))
            if isinstance(item, otio.schema.Clip):
                media = one.transformed_time(time(frame), item) - item.available_range().start_time
                return f"{item.name}{int(media.value)}"
    return ""


def test_the_timeline_is_not_changed() -> None:
    whole = timeline(track(clip("a", 0, 4), dissolve(2, 2), clip("b", 20, 4)))
    before = whole.to_json_string()
    flatten(whole)
    assert whole.to_json_string() == before


def test_shares_may_be_asked_for_any_rate() -> None:
    flat = flatten(timeline(track(clip("a", 0, 25))), rate=Fraction(50))
    assert flat[0].stop == 50
    assert flat[0].media_frame(flat[0].layers[0], 3) == 1
