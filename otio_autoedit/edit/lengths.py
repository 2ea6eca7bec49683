"""Spans made as long as they must be, and no longer than they may be."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from otio_autoedit.edit.ground import Ground, Span

_BLOCK = 32  # a span of more pieces than this is divided evenly first: the search is quadratic


def long_enough(
    spans: Sequence[Span], free: npt.NDArray[np.bool_], ground: Ground, shortest: int
) -> list[Span]:
    """Spans shorter than ``shortest`` join the neighbour that they touch, across the less sure cut;
    those that touch none grow within their shot; what is short even so is left out, unless it is
    all there is of the file."""
    joined = _Row(spans, ground).joined(shortest)
    if joined == [(ground.start, ground.stop)]:
        return joined
    grown = _grown(joined, free, ground, shortest)
    return [span for span in grown if span[1] - span[0] >= shortest]


def short_enough(
    spans: Sequence[Span],
    weight: npt.NDArray[np.floating] | None,
    shortest: int,
    longest: int,
) -> list[Span]:
    """Spans longer than ``longest`` (0: any) become several, which touch: each time the stretch of
    most weight is cut out whole. What cannot be divided into pieces of ``shortest`` and more
    loses its weaker end."""
    if longest <= 0:
        return list(spans)
    shortest = max(1, min(shortest, longest))
    stop = max((span[1] for span in spans), default=0)
    worth = np.ones(stop) if weight is None else np.nan_to_num(weight.astype(np.float64))
    sums = np.concatenate(([0.0], np.cumsum(worth)))
    result = []
    for span in spans:
        for block in _blocks(span, longest):
            result += _chopped(block, sums, shortest, longest)
    return sorted(result)


class _Row:
    """Spans in a row, joined shortest first (of two as short, the first)."""

    def __init__(self, spans: Sequence[Span], ground: Ground) -> None:
        self.spans: list[Span | None] = list(spans)
        self.sure = {change.cut: change.sure for change in ground.changes}
        self.left = list(range(-1, len(spans) - 1))
        self.right = list(range(1, len(spans) + 1))

    def joined(self, shortest: int) -> list[Span]:
        heap = [(stop - start, at) for at, (start, stop) in enumerate(self._all())]
        heap = [one for one in heap if one[0] < shortest]
        heapq.heapify(heap)
        while heap:
            length, at = heapq.heappop(heap)
            span = self.spans[at]
            if span is None or span[1] - span[0] != length:
                continue  # it was joined since
            kept = self._join(at)
            if kept is not None and self._length(kept) < shortest:
                heapq.heappush(heap, (self._length(kept), kept))
        return self._all()

    def _all(self) -> list[Span]:
        return [span for span in self.spans if span is not None]

    def _join(self, at: int) -> int | None:
        """Joins a span to a neighbour; returns where the two are now, None if it touches none."""
        span, left, right = self._of(at), self.left[at], self.right[at]
        before = left >= 0 and self._of(left)[1] == span[0]
        after = right < len(self.spans) and self._of(right)[0] == span[1]
        if not before and not after:
            return None
        if before and after:
            head = (self.sure.get(span[0], 0.0), self._length(left))
            tail = (self.sure.get(span[1], 0.0), self._length(right))
            before = head <= tail
        first, second = (left, at) if before else (at, right)
        self.spans[first] = (self._of(first)[0], self._of(second)[1])
        self.spans[second] = None
        beyond = self.right[second]
        self.right[first] = beyond
        if beyond < len(self.spans):
            self.left[beyond] = first
        return first

    def _of(self, at: int) -> Span:
        span = self.spans[at]
        assert span is not None
        return span

    def _length(self, at: int) -> int:
        start, stop = self._of(at)
        return stop - start


def _grown(
    spans: Sequence[Span], free: npt.NDArray[np.bool_], ground: Ground, shortest: int
) -> list[Span]:
    """Short spans grow evenly to both sides within their shot, as far as is free."""
    barred = np.concatenate(([-1], np.flatnonzero(~free), [len(free)]))
    result: list[Span] = []
    for at, (start, stop) in enumerate(spans):
        lack = shortest - (stop - start)
        if lack > 0:
            low, high = ground.shot_around((start, stop))
            place = int(np.searchsorted(barred, start))
            low = max(low, int(barred[place - 1]) + 1, result[-1][1] if result else 0)
            next_start = spans[at + 1][0] if at + 1 < len(spans) else high
            high = min(high, int(barred[place]), next_start)
            head = min(max(lack // 2, lack - (high - stop)), start - low)
            start, stop = start - head, min(stop + lack - head, high)
        result.append((start, stop))
    return result


def _blocks(span: Span, longest: int) -> list[Span]:
    start, stop = span
    count = -(-(stop - start) // (_BLOCK * longest))
    edges = [start + (stop - start) * n // count for n in range(count + 1)]
    return list(pairwise(edges))


def _chopped(span: Span, sums: npt.NDArray[np.float64], shortest: int, longest: int) -> list[Span]:
    waiting, done = [span], []
    while waiting:
        start, stop = waiting.pop()
        length = stop - start
        if length <= longest:
            done.append((start, stop))
            continue
        at = _best(start, stop, sums, shortest, longest)
        if at is not None:
            parts = [(start, at), (at, at + longest), (at + longest, stop)]
        elif length // 2 >= shortest:
            parts = [(start, start + length // 2), (start + length // 2, stop)]
        else:
            worth = sums[start + longest : stop + 1] - sums[start : stop - longest + 1]
            at = start + int(np.argmax(worth))
            parts = [(at, at + longest)]
        waiting += [part for part in parts if part[0] < part[1]]
    return done


def _best(
    start: int, stop: int, sums: npt.NDArray[np.float64], shortest: int, longest: int
) -> int | None:
    """Where the best stretch of ``longest`` frames begins that leaves nothing too short beside it;
    None where there is no such place."""
    places = np.arange(start, stop - longest + 1)
    before, after = places - start, stop - places - longest
    fits = ((before == 0) | (before >= shortest)) & ((after == 0) | (after >= shortest))
    if not fits.any():
        return None
    worth = sums[places + longest] - sums[places]
    return int(places[np.argmax(np.where(fits, worth, -np.inf))])
