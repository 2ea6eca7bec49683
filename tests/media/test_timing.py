from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_autoedit.media import timing
from otio_autoedit.media.cadence import find_cadence
from otio_autoedit.media.info import FrameIndex

RATES = [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(60)]


def variable_index(steps: list[int], base: Fraction, rate: Fraction, end: int = 0) -> FrameIndex:
    pts = np.cumsum([0, *steps]).astype(np.int64)
    return FrameIndex(pts, base, rate, variable_rate=True, end=end)


indexes = st.builds(
    variable_index,
    st.lists(st.integers(1, 400), max_size=60),
    st.sampled_from([Fraction(1, 1000), Fraction(1, 90_000), Fraction(1001, 30_000)]),
    st.sampled_from(RATES),
)  # fmt: skip


@given(indexes)
def test_source_frames_come_on_in_order(index: FrameIndex) -> None:
    places = [timing.edit_frame(index, k) for k in range(len(index.pts) + 1)]
    assert places[0] == 0
    assert all(a <= b for a, b in pairwise(places))
    assert places[-1] == timing.duration_frames(index)
    assert places[-1] > places[-2]


@given(indexes)
def test_every_edit_frame_shows_the_frame_nearest_before_it(index: FrameIndex) -> None:
    """Against a plain search with fractions: the last source frame not after the edit frame's
    middle."""
    count = min(timing.duration_frames(index), 200)
    for edit in range(count):
        shown = timing.source_frame(index, edit)
        limit = (edit + Fraction(1, 2)) / index.edit_rate
        slow = max(
            k for k, pts in enumerate(index.pts) if k == 0 or int(pts) * index.time_base < limit
        )
        assert shown == slow


@given(indexes)
def test_a_frame_that_is_shown_is_shown_where_it_says(index: FrameIndex) -> None:
    for k in range(len(index.pts)):
        place = timing.edit_frame(index, k)
        if k + 1 == len(index.pts) or timing.edit_frame(index, k + 1) > place:
            assert timing.source_frame(index, place) == k
            if place:
                assert timing.source_frame(index, place - 1) < k


@given(st.integers(1, 200), st.sampled_from(RATES))
def test_a_constant_rate_changes_nothing(count: int, rate: Fraction) -> None:
    pts = np.array([round(k * 1000 / rate) for k in range(count)], np.int64)
    index = FrameIndex(pts, Fraction(1, 1000), rate, variable_rate=False)
    for k in range(count):
        assert timing.edit_frame(index, k) == timing.source_frame(index, k) == k
    assert timing.edit_frame(index, count) == timing.duration_frames(index) == count


@pytest.mark.parametrize("base", [Fraction(1, 1000), Fraction(1, 90_000)])
def test_three_hours_of_a_varying_recording_stay_in_sync(base: Fraction) -> None:
    """A screen recorder: 60 a second in bursts, with rests."""
    draw = random.Random(11)
    tick = 1 / base
    now, times = Fraction(0), [0]
    while now < 3 * 3600:
        rest = Fraction(draw.randint(40, 900), 1000)
        now += draw.choices([Fraction(1, 60), Fraction(1, 30), rest], [80, 15, 5])[0]
        times.append(round(now * tick))
    pts = np.array(times, np.int64)
    cadence = find_cadence(pts, base, [Fraction(len(pts), 3 * 3600)])
    assert cadence.variable
    assert cadence.edit_rate == 60
    index = FrameIndex(pts, base, cadence.edit_rate, cadence.variable)
    for k in (*range(0, len(pts), 997), len(pts) - 1):
        drift = timing.edit_frame(index, k) - int(pts[k]) * base * cadence.edit_rate
        assert abs(drift) <= Fraction(1, 2)
    end = timing.duration_frames(index) / cadence.edit_rate
    assert abs(end - now) <= 2 / cadence.edit_rate


def test_the_last_frame_lasts_as_long_as_the_file_says_or_as_most_do() -> None:
    base = Fraction(1, 1000)
    index = variable_index([40, 40, 400, 40], base, Fraction(25))
    assert timing.seconds(index, 5) == Fraction(560, 1000)
    told = variable_index([40, 40, 400, 40], base, Fraction(25), end=3520)
    assert timing.seconds(told, 5) == Fraction(3520, 1000)
    assert timing.duration_frames(told) == 88


def test_no_float_stands_between_a_frame_and_its_place() -> None:
    """Ticks so many that floats of 53 bits would miss the frame."""
    base = Fraction(1, 705_600_000)
    pts = np.array([0, 3 * 10**16 + 1, 3 * 10**16 + 14_112_001], np.int64)
    index = FrameIndex(pts, base, Fraction(50), variable_rate=True)
    for k in range(3):
        exact = int(pts[k]) * base * 50
        assert timing.edit_frame(index, k) == (exact + Fraction(1, 2)).__floor__()


def test_frames_that_are_not_there_are_refused() -> None:
    index = variable_index([40, 60], Fraction(1, 1000), Fraction(25))
    for call, frame in ((timing.edit_frame, 4), (timing.edit_frame, -1), (timing.source_frame, 99),
                        (timing.seconds, 4)):  # fmt: skip
        with pytest.raises(IndexError, match="is not one of"):
            call(index, frame)
