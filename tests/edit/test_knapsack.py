"""The knapsack finds what trying everything finds."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.edit.knapsack import Item, Packing, pack


@st.composite
def some_items(draw: st.DrawFn) -> list[Item]:
    most = draw(st.sampled_from([1, 4, 10**6]))  # many ties, some, hardly any
    worths = st.lists(st.integers(0, most), max_size=5).map(lambda v: np.array(v, np.int64))
    one = st.builds(Item, st.integers(1, 8), st.integers(0, 8 * most), worths, worths)
    return draw(st.lists(one, max_size=6))


@settings(max_examples=250, deadline=None)
@given(some_items(), st.integers(0, 40))
def test_nothing_that_fits_is_worth_more(items: list[Item], room: int) -> None:
    packing = pack(items, room)
    assert packing.exact
    assert length(items, packing) <= room
    assert worth(items, packing) == most_worth(items, room)


def test_of_equals_the_earlier_go_in() -> None:
    none = np.zeros(0, np.int64)
    items = [Item(10, 50, none, none) for _ in range(5)]
    assert pack(items, 29).taken == ((0, 0), (0, 0), None, None, None)


@pytest.mark.parametrize("footage", ["smooth", "noise", "flat", "whole"])
def test_thousands_of_pieces_take_no_time(footage: str) -> None:
    """Ten minutes at 60 out of 5000 pieces. Two seconds of processor time is the promise."""
    random = np.random.default_rng(1)
    items = [long_item(random, footage) for _ in range(5000)]
    begun = time.process_time()
    packing = pack(items, 36_000)
    assert time.process_time() - begun < 2
    assert packing.exact
    assert length(items, packing) == 36_000


def long_item(random: np.random.Generator, footage: str) -> Item:
    frames = int(random.integers(60, 500))
    points = random.gamma(1, 1, frames // 60 + 2)
    values = {
        "smooth": lambda: np.interp(np.arange(frames) / 60, np.arange(len(points)), points),
        "noise": lambda: random.random(frames),
        "flat": lambda: np.ones(frames),
        "whole": lambda: np.full(frames, random.random()),
    }[footage]()
    worths = 10**6 + np.rint(values * 10**5).astype(np.int64)
    start = int(random.integers(0, frames - 59))
    stop = start + 60
    if footage == "whole":
        start, stop = 0, frames
    return Item(stop - start, int(worths[start:stop].sum()), worths[:start][::-1], worths[stop:])


def length(items: list[Item], packing: Packing) -> int:
    taken = zip(items, packing.taken, strict=True)
    return sum(item.length + sum(grown) for item, grown in taken if grown is not None)


def worth(items: list[Item], packing: Packing) -> int:
    return sum(
        item.worth + int(item.before[: grown[0]].sum() + item.after[: grown[1]].sum())
        for item, grown in zip(items, packing.taken, strict=True)
        if grown is not None
    )


def most_worth(items: list[Item], room: int) -> int:
    """By trying every length of every item."""
    best = {0: 0}
    for item in items:
        grown = dict(best)
        for a in range(len(item.before) + 1):
            for b in range(len(item.after) + 1):
                more = item.worth + int(item.before[:a].sum() + item.after[:b].sum())
                for used, had in best.items():
                    now = used + item.length + a + b
                    if now <= room:
                        grown[now] = max(grown.get(now, 0), had + more)
        best = grown
    return max(best.values())
