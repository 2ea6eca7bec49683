"""The ground that pieces lie on: what of a file may play, and where its shots change.

All in frames of the timeline's rate, from the file's head.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from otio_autoedit.edit.believed import Believed
from otio_autoedit.edit.clock import Clock

Span = tuple[int, int]  # half-open


@dataclass(frozen=True, slots=True)
class Change:
    """A change of shot: the frames ``[first, stop)`` are of neither shot (none in a cut), ``cut``
    in their middle is where one ends and the other begins."""

    first: int
    cut: int
    stop: int
    sure: float


@dataclass(frozen=True, slots=True)
class Ground:
    """What may play of one file, ``[start, stop)``, and its changes of shot there, rising."""

    start: int
    stop: int
    changes: tuple[Change, ...] = ()

    @property
    def shots(self) -> list[Span]:
        """The frames that show one shot alone; some may be empty."""
        heads = [self.start, *(change.stop for change in self.changes)]
        ends = [*(change.first for change in self.changes), self.stop]
        return list(zip(heads, ends, strict=True))

    def clean(self, span: Span, flash: int, *, head: bool = True, end: bool = True) -> Span:
        """``span`` without the part of a transition, or the few frames (``flash``, at most) of
        another shot, at its head and its end; of each only where that is asked for."""
        start, stop = span
        if head:
            start = self._clean_head(start, flash)
        if end:
            stop = self._clean_end(stop, flash)
        return start, stop

    def shot_around(self, span: Span) -> Span:
        """As far as the shots go in which ``span`` begins and ends; never less than ``span``."""
        start, stop = span
        after = bisect_right(self.changes, start, key=lambda one: one.stop)
        before = bisect_left(self.changes, stop, key=lambda one: one.first)
        first = self.changes[after - 1].stop if after else self.start
        last = self.changes[before].first if before < len(self.changes) else self.stop
        return min(first, start), max(last, stop)

    def _clean_head(self, start: int, flash: int) -> int:
        at = bisect_right(self.changes, start, key=lambda one: one.stop)
        if start == self.start or at == len(self.changes):
            return start
        change = self.changes[at]  # the first that ends behind the start
        begins_shot = at > 0 and self.changes[at - 1].stop == start
        if change.first <= start or (not begins_shot and change.first - start <= flash):
            return change.stop
        return start

    def _clean_end(self, stop: int, flash: int) -> int:
        at = bisect_left(self.changes, stop, key=lambda one: one.first) - 1
        if stop == self.stop or at < 0:
            return stop
        change = self.changes[at]  # the last that begins before the stop
        ends_shot = at + 1 < len(self.changes) and self.changes[at + 1].first == stop
        if stop <= change.stop or (not ends_shot and stop - change.stop <= flash):
            return change.first
        return stop


def ground(believed: Iterable[Believed], clock: Clock, part: Span) -> Ground:
    """The ground of a file of which ``part`` may play: of transitions at one place of the timeline
    the surest, and none that overlaps another."""
    start, stop = part
    best: dict[int, Change] = {}
    for one in believed:
        change = _change(one, clock)
        if change.cut in part and change.first == change.stop:
            continue
        if change.stop <= start or stop <= change.first:
            continue
        rival = best.get(change.cut)
        if rival is None or rival.sure < change.sure:
            best[change.cut] = change
    rising = [best[cut] for cut in sorted(best)]
    return Ground(start, stop, tuple(_apart(rising, start, stop)))


def _change(one: Believed, clock: Clock) -> Change:
    first, stop = (clock.frame(frame) for frame in one.mixed)
    cut = clock.frame(one.cut)
    return Change(min(first, cut), cut, max(stop, cut), one.transition.confidence)


def _within(change: Change, start: int, stop: int) -> Change:
    """The part of a change on the ground, its cut at an end if it lies beyond."""
    first, cut, last = (min(max(x, start), stop) for x in (change.first, change.cut, change.stop))
    return Change(first, cut, last, change.sure)


def _apart(changes: list[Change], start: int, stop: int) -> Iterable[Change]:
    """The changes, each ending before the next begins: where two overlap they meet at the middle
    between their cuts."""
    for at, change in enumerate(changes):
        low, high = start, stop
        change = _within(change, start, stop)
        if at:
            low = (changes[at - 1].cut + change.cut + 1) // 2
        if at + 1 < len(changes):
            high = (change.cut + changes[at + 1].cut) // 2
        first, last = (
            max(change.first, min(low, change.cut)),
            min(change.stop, max(high, change.cut)),
        )
        yield Change(first, change.cut, last, change.sure)
