"""What goes into an edit of a given length, and what is named beside it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.edit.selection import Candidate, Selection, select
from otio_autoedit.edit.windows import split_long, windows


def piece(
    start: int,
    values: list[float],
    *,
    core: tuple[int, int] | None = None,
    look: list[float] | None = None,
    source: int = 0,
) -> Candidate:
    """A candidate from ``start``; nothing of it is sure to stay unless ``core`` says so."""
    stop = start + len(values)
    looks = None if look is None else np.array(look, np.float32)
    array = np.array(values, np.float32)
    return Candidate(source, start, stop, core or (start, start), array, looks)


def spans(selection: Selection) -> list[tuple[int, int, int]]:
    return [(one.index, one.start, one.stop) for one in selection.kept]


def total(selection: Selection) -> int:
    return sum(one.stop - one.start for one in selection.kept)


def test_without_a_target_everything_is_kept_whole_in_order() -> None:
    both = [piece(50, [1] * 10), piece(0, [0] * 10)]
    assert spans(select(both, None)) == [(1, 0, 10), (0, 50, 60)]


def test_a_piece_is_shortened_to_its_best_part_and_no_further_than_its_core() -> None:
    rising = piece(100, list(range(100)))
    assert spans(select([rising], 20)) == [(0, 180, 200)]
    assert spans(select([replace(rising, core=(110, 120))], 20)) == [(0, 110, 130)]
    assert spans(select([replace(rising, core=(110, 140))], 20)) == []


def test_the_better_piece_keeps_more_of_itself() -> None:
    good, poor = piece(0, [0.5] * 50 + [1] * 50), piece(200, [0.2] * 50 + [0.7] * 50)
    assert spans(select([good, poor], 150, min_clip=10)) == [(0, 0, 100), (1, 250, 300)]
    assert spans(select([good, poor], 120, min_clip=10)) == [(0, 30, 100), (1, 250, 300)]


def test_two_that_look_alike_do_not_both_go_in_while_others_fill_the_target() -> None:
    views = [[1, 0, 0], [1, 0.02, 0], [0, 1, 0], [0, 0, 1]]
    goods = [1.0, 0.9, 0.3, 0.2]
    four = [
        piece(100 * k, [good] * 50, look=view, core=(100 * k, 100 * k + 50))
        for k, (good, view) in enumerate(zip(goods, views, strict=True))
    ]
    assert [one.index for one in select(four, 100, variety=0.0).kept] == [0, 1]
    varied = select(four, 100, variety=0.3)
    assert [one.index for one in varied.kept] == [0, 2]
    assert dict(varied.alike) == {1: 0}
    # Nothing else is left to fill two hundred frames with.
    assert [one.index for one in select(four, 200, variety=0.3).kept] == [0, 1, 2, 3]


def test_alike_is_meant_within_the_range_of_looks_of_a_file() -> None:
    """In an even film a small difference tells pieces apart; beside a varied film it does not."""
    even = [piece(100 * k, [1] * 50, look=[1, 0.01 * k]) for k in range(4)]
    varied = [piece(100 * k, [1] * 50, look=look) for k, look in enumerate([[1, 0], [1, 0.01]])]
    others = enumerate([[0, 1], [-1, 0], [0, -1]], 2)
    varied += [piece(100 * k, [1] * 50, look=look) for k, look in others]
    assert not select(even, 100, variety=0.05).alike
    assert dict(select(varied, 100, variety=0.05).alike) == {1: 0}


def test_alternates_are_the_best_left_out_and_no_two_alike() -> None:
    views = [[1, 0, 0], [0, 1, 0], [0, 1, 0.01], [0, 0, 1], [-1, 0, 0]]
    goods = [1.0, 0.8, 0.9, 0.5, 0.1]
    five = [
        piece(100 * k, [good] * 50, look=view)
        for k, (good, view) in enumerate(zip(goods, views, strict=True))
    ]
    found = select(five, 50, variety=0.3, min_clip=20, alternates=3)
    assert [one.index for one in found.kept] == [0]
    assert [one.index for one in found.alternates] == [2, 3, 4]


def test_two_sources_are_one_choice() -> None:
    found = select([piece(0, [0.1] * 50), piece(0, [1] * 50, source=1)], 50, min_clip=50)
    assert spans(found) == [(1, 0, 50)]


@pytest.mark.parametrize(
    "wrong",
    [
        [piece(0, [1] * 50), piece(49, [1] * 50)],
        [replace(piece(0, [1] * 50), stop=49)],
        [piece(0, [1] * 50, core=(10, 60))],
        [piece(0, [1, float("nan")])],
        [piece(0, [1, -1])],
    ],
)
def test_candidates_out_of_shape_are_refused(wrong: list[Candidate]) -> None:
    with pytest.raises(ValueError, match=r"overlap|values|core|not 0"):
        select(wrong, 10)


@st.composite
def some_candidates(draw: st.DrawFn) -> list[Candidate]:
    found, at = [], 0
    for _ in range(draw(st.integers(0, 8))):
        at += draw(st.integers(0, 5))
        length = draw(st.integers(1, 60))
        grain = st.sampled_from([0.0, 0.1, 0.5, 1.0, 7.0])
        values = draw(st.lists(grain, min_size=length, max_size=length))
        first = draw(st.integers(0, length))
        core = (at + first, at + draw(st.integers(first, length)))
        look = draw(st.none() | st.lists(st.floats(-1, 1), min_size=3, max_size=3))
        found.append(piece(at, values, core=core, look=look))
        at += length
    return found


@settings(max_examples=120, deadline=None)
@given(
    some_candidates(),
    st.integers(0, 200),
    st.integers(1, 20),
    st.sampled_from([0.0, 0.3, 1.0]),
)
def test_a_selection_keeps_its_promises(
    candidates: list[Candidate], target: int, min_clip: int, variety: float
) -> None:
    found = select(candidates, target, min_clip=min_clip, variety=variety, alternates=3)
    assert found.exact
    assert total(found) <= target
    assert found == select(candidates, target, min_clip=min_clip, variety=variety, alternates=3)
    for one in found.kept:
        candidate = candidates[one.index]
        assert candidate.start <= one.start < one.stop <= candidate.stop
        assert one.stop - one.start >= min(min_clip, candidate.stop - candidate.start)
        if candidate.core[0] < candidate.core[1]:
            assert one.start <= candidate.core[0] < candidate.core[1] <= one.stop
        inside = slice(one.start - candidate.start, one.stop - candidate.start)
        assert one.worth == pytest.approx(float(candidate.values[inside].sum()), abs=1e-4)
    kept = {one.index for one in found.kept}
    assert not kept & {one.index for one in found.alternates}


@settings(max_examples=120, deadline=None)
@given(some_candidates(), st.integers(1, 200), st.integers(1, 20))
def test_the_target_is_met_where_pieces_can_give_way(
    candidates: list[Candidate], target: int, min_clip: int
) -> None:
    """Without cores, and no shorter than the least clip, an edit is as long as was asked."""
    free = [replace(one, core=(one.start, one.start)) for one in candidates]
    free = [one for one in free if one.stop - one.start >= min_clip]
    found = select(free, target, min_clip=min_clip)
    available = sum(one.stop - one.start for one in free)
    if target >= 2 * min_clip and available:
        longest = min(target, available)
        worth = sum(one.worth for one in found.kept)
        assert longest - total(found) <= 1 or can_only_miss(free, target, min_clip, worth)


def can_only_miss(free: list[Candidate], target: int, min_clip: int, worth: float) -> bool:
    """Whether no set of the pieces reaches the target."""
    reach = {(0, 0)}
    for one in free:
        length = one.stop - one.start
        reach |= {(low + min_clip, high + length) for low, high in reach}
    return not any(low <= target and high >= target - 1 for low, high in reach)


def test_windows_of_a_long_take_are_its_best_parts_and_do_not_touch() -> None:
    values = np.zeros(1000, np.float32)
    values[300:340], values[700:740] = 1, 2
    found = windows(values, 50, 100, apart=10)
    assert (300, 340) in [(max(a, 300), min(b, 340)) for a, b in found]
    assert all(b - a <= 100 for a, b in found)
    assert all(after[0] - before[1] >= 10 for before, after in pairwise(found))
    long = replace(piece(0, [0.0]), stop=1000, values=values, core=(310, 320))
    parts = list(split_long(long, 50, 100, apart=10))
    assert [(part.start, part.stop) for part in parts] == windows(
        values, 50, 100, apart=10, holding=(310, 320)
    )
    assert sum(part.core == (310, 320) for part in parts) == 1
    assert list(split_long(long, 50, None)) == [long]
