"""The exact knapsack over pieces that may be shortened.

    pack([Item(length, worth, before, after), ...], room) -> Packing(taken, exact)

Each item has frames that it always shows, and may grow by frames before and after them. Every
worth is a whole number, so sums are exact and ties are ties.

A price per frame splits the problem (Lagrange): at the price where what is worth more than it costs
just fits, each item is settled by itself, and what any other choice loses against that is known
(Dembo & Hammer 1980). A choice that loses more than the whole edit need lose is out of the
question; what is left, few choices as a rule, is settled by dynamic programming over frames.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Grown = tuple[int, int]  # frames before and after those that an item always shows

_NEVER = np.int64(2**62)
_WORK = 100_000_000  # sums of a dynamic programme: about half a second
_CELLS = 10_000_000  # choices that it remembers: 40 MB
_TRIED = 12  # items that may go in beside what the price settles, one at a time


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """What may be taken: ``length`` frames worth ``worth`` in all, and the worth of each frame that
    it may grow by, outwards: int64, 0 or more."""

    length: int
    worth: int
    before: Ints
    after: Ints


@dataclass(frozen=True, slots=True)
class Packing:
    """How far each item is grown, None for one left out. ``by_itself`` is how far each would be
    grown, in or out, where a frame costs what it costs at the margin. ``exact``: nothing that fits
    is worth more; otherwise at most ``missed`` more."""

    taken: tuple[Grown | None, ...]
    by_itself: tuple[Grown, ...]
    exact: bool = True
    missed: int = 0


def pack(items: Sequence[Item], room: int) -> Packing:
    """The choice of most worth in ``room`` frames; of choices worth the same, one with earlier
    items. Exact, unless so many choices are nearly as good that it would take over a second."""
    sides = _Sides.of(items)
    settled = sides.at(_price(sides, room))
    by_itself = tuple((int(a), int(b)) for a, b in settled.sides)
    best, lost = _best_rounded(sides, settled, room)
    # Few choices lose little: look among those first. The last round finds whatever is better.
    for allowed in sorted({lost // 64, lost // 16, lost // 4, lost - 1}) if lost else ():
        choices = _open_choices(sides, settled, allowed)
        found = None if choices is None else _programme(settled, sides, choices, room, allowed)
        if choices is None or found is None:
            return Packing(tuple(best), by_itself, exact=False, missed=lost)
        if found:
            return Packing(tuple(_with(settled, choices, found)), by_itself)
    return Packing(tuple(best), by_itself)


@dataclass(frozen=True, slots=True, eq=False)
class _Sides:
    """All items' ways to grow in one array: cumulated worths of item ``i``'s side ``s`` from
    ``starts[2 * i + s]``, the first 0."""

    items: Sequence[Item]
    lengths: Ints
    worths: Ints
    grown: Ints
    steps: Ints
    starts: Ints
    sizes: Ints

    @classmethod
    def of(cls, items: Sequence[Item]) -> _Sides:
        sides = [side for item in items for side in (item.before, item.after)]
        sizes = np.array([len(side) + 1 for side in sides], np.int64)
        starts = np.concatenate([[0], np.cumsum(sizes)])[:-1].astype(np.int64)
        grown = np.concatenate([np.zeros(0, np.int64), *map(_cumulated, sides)])
        steps = np.arange(len(grown), dtype=np.int64) - np.repeat(starts, sizes)
        lengths = np.array([item.length for item in items], np.int64)
        worths = np.array([item.worth for item in items], np.int64)
        return cls(items, lengths, worths, grown, steps, starts, sizes)

    def at(self, price: int) -> _Settled:
        """What each item does by itself where a frame costs ``price``: the shortest such."""
        if not len(self.items):
            nothing = np.zeros(0, np.int64)
            return _Settled(price, nothing.reshape(0, 2), nothing, nothing)
        kept = self.grown - price * self.steps
        best = np.maximum.reduceat(kept, self.starts)
        losses = np.repeat(best, self.sizes) - kept
        first = np.minimum.reduceat(np.where(losses == 0, self.steps, _NEVER), self.starts)
        gains = self.worths - price * self.lengths + best.reshape(-1, 2).sum(1)
        return _Settled(price, first.reshape(-1, 2), gains, losses)

    def losses(self, settled: _Settled, item: int, side: int) -> Ints:
        """What each length of a side loses."""
        start = self.starts[2 * item + side]
        return settled.losses[start : start + self.sizes[2 * item + side]]


@dataclass(frozen=True, slots=True, eq=False)
class _Settled:
    """Each item by itself at a price: how far its sides grow, what taking it so gains over leaving
    it, and what other lengths lose."""

    price: int
    sides: Ints
    gains: Ints
    losses: Ints

    def taken(self) -> list[Grown | None]:
        pairs = zip(self.sides.tolist(), self.gains.tolist(), strict=True)
        return [(int(a), int(b)) if gain > 0 else None for (a, b), gain in pairs]


def _cumulated(side: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(side)]).astype(np.int64)


def _price(sides: _Sides, room: int) -> int:
    """The least price at which what is taken fits."""
    per_frame = [item.worth // max(item.length, 1) + 1 for item in sides.items]
    per_frame += [int(s.max(initial=0)) for item in sides.items for s in (item.before, item.after)]
    low, high = -1, max(per_frame, default=0) + 1
    while high - low > 1:
        middle = (low + high) // 2
        settled = sides.at(middle)
        used = int(((sides.lengths + settled.sides.sum(1)) * (settled.gains > 0)).sum())
        low, high = (low, middle) if used <= room else (middle, high)
    return high


def _best_rounded(sides: _Sides, settled: _Settled, room: int) -> tuple[list[Grown | None], int]:
    """A choice that fits, near what the price settles, and what it loses against the bound."""
    near = np.argsort(np.abs(settled.gains), kind="stable")
    out = [int(i) for i in near if settled.gains[i] <= 0][:_TRIED]
    inside = [int(i) for i in near if settled.gains[i] > 0][:_TRIED]
    best = _fitted(sides, settled, settled.taken(), room)
    assert best is not None  # the price is one at which it fits
    lost = _lost(sides, settled, best, room)
    starts = [_all_that_fit(sides, settled, room)]
    starts += [_toggled(settled, [i]) for i in out]
    starts += [_toggled(settled, [i, j]) for i in inside for j in [None, *out[:4]]]
    for start in starts:
        if not lost:
            break
        tried = _fitted(sides, settled, start, room)
        if tried is None:
            continue
        loses = _lost(sides, settled, tried, room)
        if loses < lost:
            best, lost = tried, loses
    return best, lost


def _all_that_fit(sides: _Sides, settled: _Settled, room: int) -> list[Grown | None]:
    taken = settled.taken()
    used = _used(sides, taken)
    for i in np.argsort(-settled.gains, kind="stable").tolist():
        length = int(sides.lengths[i] + settled.sides[i].sum())
        if taken[i] is None and used + length <= room:
            taken[i] = (int(settled.sides[i, 0]), int(settled.sides[i, 1]))
            used += length
    return taken


def _toggled(settled: _Settled, which: Iterable[int | None]) -> list[Grown | None]:
    taken = settled.taken()
    for i in which:
        if i is not None:
            grown = (int(settled.sides[i, 0]), int(settled.sides[i, 1]))
            taken[i] = grown if taken[i] is None else None
    return taken


def _fitted(
    sides: _Sides, settled: _Settled, start: list[Grown | None], room: int
) -> list[Grown | None] | None:
    """``start`` grown or shortened to the room, at each step by the end frame that tells least;
    None where it cannot be."""
    taken = {(i, s): g[s] for i, g in enumerate(start) if g is not None for s in (0, 1)}
    spare = room - _used(sides, start)
    sign = 1 if spare >= 0 else -1
    waiting: list[tuple[int, int, int]] = []

    def offer(i: int, s: int) -> None:
        side = sides.items[i].before if s == 0 else sides.items[i].after
        at = taken[i, s] if sign > 0 else taken[i, s] - 1
        if 0 <= at < len(side):
            heapq.heappush(waiting, (-sign * int(side[at]), i, s))

    for i, s in taken:
        offer(i, s)
    while spare and waiting:
        _, i, s = heapq.heappop(waiting)
        taken[i, s] += sign
        spare -= sign
        offer(i, s)
    if spare < 0:
        return None
    return [None if g is None else (taken[i, 0], taken[i, 1]) for i, g in enumerate(start)]


def _used(sides: _Sides, taken: Sequence[Grown | None]) -> int:
    return sum(int(n) + sum(g) for n, g in zip(sides.lengths, taken, strict=True) if g is not None)


def _lost(sides: _Sides, settled: _Settled, taken: Sequence[Grown | None], room: int) -> int:
    """What a choice loses against the price's bound: what it leaves free costs too."""
    lost = settled.price * (room - _used(sides, taken))
    for i, (grown, gain) in enumerate(zip(taken, settled.gains.tolist(), strict=True)):
        if grown is None:
            lost += max(gain, 0)
        else:
            lost += max(-gain, 0)
            lost += sum(int(sides.losses(settled, i, s)[grown[s]]) for s in (0, 1))
    return int(lost)


@dataclass(frozen=True, slots=True, eq=False)
class _Choice:
    """What is open of an item: lengths, falling, and what each loses; ``side`` is 0 or 1 where the
    item is in and one side open, else -1, with how far each grows (-1: left out)."""

    item: int
    side: int
    lengths: Ints
    losses: Ints
    grown: Ints  # [n, 2]


def _open_choices(sides: _Sides, settled: _Settled, allowed: int) -> list[_Choice] | None:
    """The choices that lose no more than ``allowed``, of items with more than one; None where they
    are too many."""
    choices: list[_Choice] = []
    work = 0
    within = np.add.reduceat(settled.losses <= allowed, sides.starts).reshape(-1, 2)
    for i in np.flatnonzero(settled.gains >= -allowed).tolist():
        gain = int(settled.gains[i])
        if gain <= allowed:
            work += int(within[i].prod())
            if work > _CELLS:
                return None
            choices.append(_swinging(sides, settled, i, gain, allowed))
            continue
        for s in (0, 1):
            if within[i, s] > 1:
                losses = sides.losses(settled, i, s)
                steps = np.flatnonzero(losses <= allowed)[::-1]
                choices.append(_Choice(i, s, steps, losses[steps], np.zeros((0, 2), np.int64)))
    return choices


def _swinging(sides: _Sides, settled: _Settled, i: int, gain: int, allowed: int) -> _Choice:
    """In or out, and if in, of each length the split between the sides that loses least."""
    before, after = (sides.losses(settled, i, s) for s in (0, 1))
    left, right = np.flatnonzero(before <= allowed), np.flatnonzero(after <= allowed)
    losses = (before[left][:, None] + after[right][None, :]).ravel() + max(-gain, 0)
    pairs = np.stack(np.meshgrid(left, right, indexing="ij"), axis=-1).reshape(-1, 2)
    lengths = sides.lengths[i] + pairs.sum(1)
    order = np.lexsort((losses, -lengths))
    order = order[losses[order] <= allowed]
    order = order[np.diff(lengths[order], prepend=-1) != 0]
    return _Choice(
        i,
        -1,
        np.append(lengths[order], 0),
        np.append(losses[order], max(gain, 0)),
        np.concatenate([pairs[order], [[-1, -1]]]),
    )


def _programme(
    settled: _Settled, sides: _Sides, choices: Sequence[_Choice], room: int, allowed: int
) -> list[int] | None:
    """Which of each choice's lengths lose least in all, if no more than ``allowed``; [] if none do,
    None where it would take too long. Of two as good, the earlier item is the longer."""
    room -= _length_of_the_rest(settled, sides, choices)
    if room < 0 or not choices:
        return []
    least, low, work, cells = np.zeros(1, np.int64), 0, 0, 0
    steps: list[tuple[int, npt.NDArray[np.uint32]]] = []
    for choice in reversed(choices):
        grown_low = low + int(choice.lengths[-1])
        high = min(low + len(least) - 1 + int(choice.lengths[0]), room)
        work += len(choice.lengths) * len(least)
        cells += max(high - grown_low + 1, 0)
        if work > _WORK or cells > _CELLS:
            return None
        if high < grown_low:
            return []
        least, which = _one_more(least, low, choice, grown_low, high, allowed)
        low = grown_low
        steps.append((low, which))
    total = least + settled.price * (room - low - np.arange(len(least)))
    at = low + int(np.argmin(total))
    if total.min() > allowed:
        return []
    picked = []
    for choice, (first, which) in zip(choices, reversed(steps), strict=True):
        picked.append(int(which[at - first]))
        at -= int(choice.lengths[picked[-1]])
    return picked


def _one_more(
    least: Ints, low: int, choice: _Choice, first: int, last: int, allowed: int
) -> tuple[Ints, npt.NDArray[np.uint32]]:
    """What is lost at least with lengths ``first`` to ``last`` once ``choice`` is made too."""
    result = np.full(last - first + 1, _NEVER, np.int64)
    which = np.zeros(len(result), np.uint32)
    for k, (length, loss) in enumerate(zip(choice.lengths, choice.losses, strict=True)):
        at = low + int(length) - first
        over = min(len(least), len(result) - at)
        if over <= 0:
            continue
        there = result[at : at + over]
        lost = least[:over] + loss
        better = (lost < there) & (lost <= allowed)
        np.copyto(there, lost, where=better)
        which[at : at + over][better] = k
    return result, which


def _length_of_the_rest(settled: _Settled, sides: _Sides, choices: Sequence[_Choice]) -> int:
    """The frames of all that is not open."""
    used = _used(sides, settled.taken())
    for choice in choices:
        if choice.side >= 0:
            used -= int(settled.sides[choice.item, choice.side])
        elif settled.gains[choice.item] > 0:
            used -= int(sides.lengths[choice.item] + settled.sides[choice.item].sum())
    return used


def _with(
    settled: _Settled, choices: Sequence[_Choice], picked: Sequence[int]
) -> list[Grown | None]:
    """What the price settles, with the open choices made."""
    taken = settled.taken()
    for choice, k in zip(choices, picked, strict=True):
        grown = taken[choice.item]
        if choice.side < 0:
            a, b = choice.grown[k].tolist()
            taken[choice.item] = None if a < 0 else (a, b)
        elif grown is not None:
            length = int(choice.lengths[k])
            taken[choice.item] = (length, grown[1]) if choice.side == 0 else (grown[0], length)
    return taken
