"""From wanted frames to spans: gaps, margins, shots, lengths, clean ends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.edit.ground import Change, Ground, Span
from otio_autoedit.edit.runs import runs
from otio_autoedit.edit.spans import Shape, spans_of

CUT = Ground(0, 300, (Change(100, 100, 100, 0.9), Change(200, 200, 200, 0.6)))
MIXED = Ground(0, 300, (Change(100, 110, 120, 0.9),))


def spans(
    wanted: list[Span], ground: Ground = CUT, avoided: Sequence[Span] = (), **shape: object
) -> list[Span]:
    return spans_of(_flags(wanted), _flags(avoided), ground, Shape(**shape))  # type: ignore[arg-type]


def _flags(of: Sequence[Span], length: int = 300) -> np.ndarray:
    flags = np.zeros(length, bool)
    for start, stop in of:
        flags[start:stop] = True
    return flags


def test_short_gaps_close_unless_something_is_to_be_avoided_in_them() -> None:
    wanted = [(10, 20), (24, 40), (50, 60)]
    assert spans(wanted, min_gap=5) == [(10, 40), (50, 60)]
    assert spans(wanted, min_gap=11) == [(10, 60)]
    assert spans(wanted, avoided=[(21, 22)], min_gap=11) == [(10, 20), (24, 60)]


def test_margins_widen_as_far_as_is_free_and_overlaps_are_one() -> None:
    assert spans([(20, 30), (60, 70)], before=10, after=5) == [(10, 35), (50, 75)]
    assert spans([(20, 30), (40, 50)], before=10, after=5) == [(10, 55)]
    assert spans([(20, 30)], avoided=[(0, 15), (32, 40)], before=10, after=5) == [(15, 32)]
    assert spans([(2, 4)], before=10) == [(0, 4)]


def test_shots_divide_and_short_ones_join_across_the_less_sure_cut() -> None:
    assert spans([(0, 300)], split=True) == [(0, 100), (100, 200), (200, 300)]
    assert spans([(90, 300)], split=True, min_clip=20) == [(90, 200), (200, 300)]
    assert spans([(150, 206)], split=True, min_clip=20) == [(150, 206)]


def test_a_short_span_grows_within_its_shot_or_is_left_out() -> None:
    assert spans([(50, 52)], min_clip=20) == [(41, 61)]
    assert spans([(101, 103)], min_clip=20) == [(100, 120)]
    assert spans([(50, 52)], avoided=[(40, 49), (60, 70)], min_clip=20) == []
    assert spans([(50, 52)], avoided=[(40, 45), (60, 70)], min_clip=15) == [(45, 60)]


def test_a_long_span_is_several_that_touch() -> None:
    assert spans([(0, 90)], max_clip=40, min_clip=10) == [(0, 40), (40, 80), (80, 90)]
    weight = np.zeros(300, np.float32)
    weight[50:60] = 1
    (first, *_, last) = spans_of(
        _flags([(0, 90)]), _flags([]), CUT, Shape(min_clip=10, max_clip=20), weight=weight
    )
    assert (first[0], last[1]) == (0, 90)
    assert spans([(0, 45)], max_clip=40, min_clip=30) == [(0, 40)]


def test_no_end_lies_in_a_transition_or_shows_a_flash_of_another_shot() -> None:
    assert spans([(50, 110)], MIXED) == [(50, 100)]
    assert spans([(110, 200)], MIXED) == [(120, 200)]
    assert spans([(50, 200)], MIXED, split=True) == [(50, 110), (110, 200)]  # played on
    assert spans([(50, 200)], MIXED, split=True, apart=True) == [(50, 100), (120, 200)]
    assert spans([(98, 150)], flash=3) == [(100, 150)]
    assert spans([(50, 101)], flash=3) == [(50, 100)]
    assert spans([(96, 150)], flash=3) == [(96, 150)]


def test_ends_come_to_rest_on_units() -> None:
    wanted, none = _flags([(40, 160)]), _flags([])
    units = [(0, 60), (60, 130), (140, 200), (200, 300)]
    assert spans_of(wanted, none, CUT, Shape(), units=units) == [(60, 130)]
    within = _flags([(210, 220)])
    assert spans_of(within, none, CUT, Shape(), units=units) == [(210, 220)]


@st.composite
def grounds(draw: st.DrawFn) -> Ground:
    edges = sorted(draw(st.sets(st.integers(10, 290), max_size=8)))
    changes = []
    for at, cut in enumerate(edges):
        room = min(
            cut - (edges[at - 1] if at else 0),
            (edges[at + 1] if at + 1 < len(edges) else 300) - cut,
        )
        half = draw(st.integers(0, max(0, (room - 1) // 2)))
        changes.append(Change(cut - half, cut, cut + half, draw(st.floats(0, 1))))
    return Ground(0, 300, tuple(changes))


flag_lists = st.lists(st.tuples(st.integers(0, 299), st.integers(1, 60)), max_size=8).map(
    lambda found: [(start, min(start + count, 300)) for start, count in found]
)
shapes = st.builds(
    Shape, before=st.integers(0, 20), after=st.integers(0, 20), min_gap=st.integers(0, 30),
    split=st.booleans(), min_clip=st.integers(0, 40), max_clip=st.sampled_from([0, 40, 90]),
    flash=st.integers(1, 3), apart=st.booleans(),
)  # fmt: skip


@settings(deadline=None)
@given(flag_lists, flag_lists, grounds(), shapes)
def test_spans_are_in_order_long_enough_free_and_clean(
    wanted: list[Span], avoided: list[Span], ground: Ground, shape: Shape
) -> None:
    found = spans_of(_flags(wanted), _flags(avoided), ground, shape)
    barred = _flags(avoided)
    ends = [(0, 0), *found]
    for (_, before), (start, stop) in zip(ends, found, strict=False):
        assert before <= start < stop <= 300
        assert not barred[start:stop].any()
        assert stop - start >= shape.min_clip or (start, stop) == (0, 300)
        assert not shape.max_clip or stop - start <= max(shape.max_clip, shape.min_clip)
    touched = {start for start, _ in found} & {stop for _, stop in found}
    free = set() if shape.apart else touched
    for change in ground.changes:
        for start, stop in found:
            assert start in free | {0} or not change.first <= start < change.stop
            assert stop in free | {300} or not change.first < stop <= change.stop
            assert start in free or change.first - start != 1 or _is_a_shot(ground, start)


def _is_a_shot(ground: Ground, start: int) -> bool:
    return start == 0 or any(change.stop == start for change in ground.changes)


def test_runs() -> None:
    assert runs(np.array([1, 1, 0, 1], bool)) == [(0, 2), (3, 4)]
    assert runs(np.zeros(0, bool)) == []
    with pytest.raises(TypeError):
        Shape(nothing=1)  # type: ignore[call-arg]
