"""The values of expressions, beside a reference that looks at one frame after the other."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.edit.expressions import evaluate, read_condition, read_number
from otio_autoedit.edit.signal import Call, Signal, Values

NAN = float("nan")
SIGNALS = {
    "x": Signal("x", "number", "", "LUFS", ""),
    "y": Signal("y", "number", "", "0 to 1", ""),
    "c": Signal("c", "condition", "", "0 to 1", ""),
    "age": Signal("age", "number", "", "s", ""),
}


class Recorded:
    """A scope of signals written by hand, which counts what it is asked for."""

    def __init__(self, rate: int = 10, **signals: list[float]) -> None:
        self.rate = Fraction(rate)
        self._signals = {name: np.array(one, np.float32) for name, one in signals.items()}
        self.length = len(next(iter(self._signals.values())))
        self.asked: Counter[str] = Counter()

    def values(self, call: Call) -> Values:
        self.asked[call.name] += 1
        return self._signals[call.name]


def held(text: str, scope: Recorded) -> list[int]:
    """The frames in which a condition holds."""
    values = evaluate(read_condition(text, SIGNALS), scope)
    assert values.dtype == np.bool_
    assert values.shape == (scope.length,)
    return np.flatnonzero(values).tolist()


def number(text: str, scope: Recorded) -> list[float]:
    values = evaluate(read_number(text, SIGNALS), scope)
    assert values.dtype == np.float32
    assert values.shape == (scope.length,)
    return values.tolist()


def test_what_is_unknown_compares_false() -> None:
    scope = Recorded(x=[1, NAN, 3])
    assert held("x > 2", scope) == [2]
    assert held("x < 2", scope) == [0]
    assert held("x != 1", scope) == [2]
    assert held("x == x", scope) == [0, 2]
    assert held("not (x > 2)", scope) == [0, 1]
    assert held("1 / (x - 1) < 9", scope) == [2]


def test_comparisons_in_a_row_must_all_hold() -> None:
    assert held("1 < x <= 3 != y", Recorded(x=[1, 2, 3, 3], y=[0, 0, 0, 3])) == [1, 2]


def test_a_condition_holds_from_one_half() -> None:
    scope = Recorded(c=[0, 0.4, 0.5, 1, NAN])
    assert held("c", scope) == [2, 3]
    assert held("not c", scope) == [0, 1, 4]
    assert held("c > 0.3", scope) == [1, 2, 3]
    assert number("1 + 2 * (c > 0.3)", scope) == [1, 3, 3, 3, 1]


def test_a_length_beside_seconds_is_seconds() -> None:
    scope = Recorded(age=[0, 0.1, 0.2, 0.3])
    assert held("age >= 0.2s", scope) == [2, 3]
    assert held("age >= 2f", scope) == [2, 3]
    assert held("age >= 00:00:00:02", scope) == [2, 3]


def test_rising_is_how_far_above_the_lowest_of_before() -> None:
    scope = Recorded(x=[5, 1, 4, NAN, 4, 9, 2])
    expected = [0, 0, 3, NAN, 0, 5, 0]
    np.testing.assert_array_equal(number("rising(x, 2f)", scope), expected)
    assert number("falling(x, 2f)", scope)[-1] == 7


def test_a_condition_rises_where_it_begins_to_hold() -> None:
    scope = Recorded(c=[1, 1, 0, 0, 1, 1, 1, 1, 0, 1])
    assert held("rising(c, 2f)", scope) == [4, 5, 9]
    assert held("falling(c, 1f)", scope) == [2, 8]


def test_within_reaches_both_ways_and_lasting_drops_the_short() -> None:
    scope = Recorded(c=[0, 0, 0, 1, 0, 0, 0, 1, 1, 1])
    assert held("within(c, 0.2s)", scope) == [1, 2, 3, 4, 5, 6, 7, 8, 9]
    assert held("within(c, 1f)", scope) == [2, 3, 4, 6, 7, 8, 9]
    assert held("lasting(c, 2f)", scope) == [7, 8, 9]
    assert held("lasting(true, 1s)", scope) == list(range(10))
    assert held("lasting(true, 2s)", scope) == []


def test_windows_are_cut_off_at_the_ends() -> None:
    scope = Recorded(x=[0, 6, 0, NAN, 12])
    assert number("smooth(x, 3f)", scope) == [3, 2, 3, 6, 12]
    assert number("peak(x, 3f)", scope) == [6, 6, 6, 12, 12]
    assert number("smooth(x, 1h)", scope) == [4.5] * 5
    assert number("smooth(x, 0s)", scope)[:2] == [0, 6]


def test_one_number_for_the_whole() -> None:
    scope = Recorded(x=[4, 0, NAN, 2])
    assert number("percentile(x, 50)", scope) == [2] * 4
    assert number("mean(x)", scope) == [2] * 4
    assert held("x > percentile(x, 50)", scope) == [0]
    assert np.isnan(number("percentile(x, 50)", Recorded(x=[NAN, NAN]))).all()


def test_the_lower_and_the_higher_do_without_what_is_unknown() -> None:
    scope = Recorded(x=[1, NAN, 3], y=[2, 2, NAN])
    assert number("min(x, y)", scope) == [1, 2, 3]
    assert number("max(x, y, 2.5)", scope) == [2.5, 2.5, 3]
    assert number("abs(-x)", scope)[0] == 1


def test_what_stands_twice_is_computed_once() -> None:
    scope = Recorded(x=[1, 2, 3])
    assert held("smooth(x, 3f) > 1.5 and smooth(x, 3f) < 2.5 or x > 9 or x + x < 0", scope) == [1]
    assert scope.asked["x"] == 1


def test_the_values_are_nobody_elses() -> None:
    scope = Recorded(x=[1, 2])
    evaluate(read_number("x", SIGNALS), scope)[0] = 7
    assert number("x", scope) == [1, 2]


WITH_WINDOWS = ["x", "smooth(x, 1s)", "peak(x, 1s)", "percentile(x, 5)", "rising(x, 1s)", "mean(x)"]


@pytest.mark.parametrize("text", WITH_WINDOWS)
def test_of_no_frames_there_are_no_values(text: str) -> None:
    assert number(text, Recorded(x=[])) == []
    assert held(f"lasting(within({text} > 1, 1s), 1s)", Recorded(x=[])) == []


eighths = st.one_of(st.just(NAN), st.integers(-800, 800).map(lambda n: n / 8))


@settings(deadline=None, max_examples=150)
@given(st.lists(eighths, min_size=1, max_size=60), st.integers(0, 70))
def test_windows_equal_those_of_a_slow_reference(values: list[float], frames: int) -> None:
    scope = Recorded(x=values)
    around, before = (frames // 2, frames // 2), (frames, 0)
    expected = {
        "smooth": [_mean(w) for w in _windows(values, *around)],
        "peak": [max(w, default=NAN) for w in _windows(values, *around)],
        "rising": [v - min(w, default=NAN) for v, w in zip(values, _windows(values, *before))],  # noqa: B905
        "falling": [max(w, default=NAN) - v for v, w in zip(values, _windows(values, *before))],  # noqa: B905
    }  # fmt: skip
    for name, wanted in expected.items():
        found = number(f"{name}(x, {frames}f)", scope)
        np.testing.assert_array_equal(found, np.array(wanted, np.float32), name)


@settings(deadline=None, max_examples=150)
@given(st.lists(st.booleans(), min_size=1, max_size=60), st.integers(0, 70))
def test_conditions_equal_those_of_a_slow_reference(flags: list[bool], frames: int) -> None:
    scope = Recorded(c=[float(one) for one in flags])
    places = range(len(flags))
    on = {at for at in places if flags[at]}
    assert held(f"within(c, {frames}f)", scope) == [
        at for at in places if any(abs(at - one) <= frames for one in on)
    ]
    runs = [set(range(at, at + max(frames, 1))) for at in places]
    assert held(f"lasting(c, {frames}f)", scope) == sorted(
        set().union(*(run for run in runs if run <= on))
    )
    before = [flags[max(at - frames, 0) : at + 1] for at in places]
    assert held(f"rising(c, {frames}f)", scope) == [
        at for at in places if flags[at] and not all(before[at])
    ]
    assert held(f"falling(c, {frames}f)", scope) == [
        at for at in places if not flags[at] and any(before[at])
    ]


def _windows(values: list[float], before: int, after: int) -> list[list[float]]:
    """For each place the known values around it."""
    cut = [values[max(at - before, 0) : at + after + 1] for at in range(len(values))]
    return [[one for one in window if one == one] for window in cut]


def _mean(window: list[float]) -> float:
    return sum(window) / len(window) if window else NAN
