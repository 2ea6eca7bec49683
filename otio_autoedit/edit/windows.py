"""The best parts of a long take, so that it does not eat the whole edit."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from otio_autoedit.edit.selection import Candidate, Values


def windows(
    values: Values,
    shortest: int,
    longest: int,
    *,
    apart: int = 1,
    holding: tuple[int, int] | None = None,
) -> list[tuple[int, int]]:
    """Spans ``[start, stop)`` of ``values``, in order, none longer than ``longest``.

    The best run of ``longest`` frames (the earliest of equals) is the first; what is left before
    and after it, ``apart`` frames away, gives more in the same way while it is ``shortest`` or
    longer. The first holds the span ``holding`` if that is no longer than ``longest``.
    """
    if len(values) <= longest:
        return [(0, len(values))]
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    first = _best_start(sums, 0, len(values), longest, holding)
    found, open_spans = [(first, first + longest)], []
    open_spans += [(0, first - apart), (first + longest + apart, len(values))]
    while open_spans:
        start, stop = open_spans.pop()
        if stop - start < max(shortest, 1):
            continue
        length = min(longest, stop - start)
        at = _best_start(sums, start, stop, length, None)
        found.append((at, at + length))
        open_spans += [(start, at - apart), (at + length + apart, stop)]
    return sorted(found)


def split_long(
    candidate: Candidate, shortest: int, longest: int | None, *, apart: int = 1
) -> Iterator[Candidate]:
    """``candidate`` as candidates no longer than ``longest`` frames (None: as it is).

    The one that can hold the core keeps it; a core longer than ``longest`` is given up, and every
    other has its best frame for a core. They lie ``apart`` frames from one another, so that two of
    them never play as one long take.
    """
    if longest is None or candidate.stop - candidate.start <= longest:
        yield candidate
        return
    core = candidate.core[0] - candidate.start, candidate.core[1] - candidate.start
    for start, stop in windows(
        candidate.values,
        shortest,
        longest,
        apart=apart,
        holding=core if core[0] < core[1] else None,
    ):
        values = candidate.values[start:stop]
        best = start + int(np.argmax(values))
        held = core if start <= core[0] < core[1] <= stop else (best, best + 1)
        yield Candidate(
            candidate.source,
            candidate.start + start,
            candidate.start + stop,
            (candidate.start + held[0], candidate.start + held[1]),
            values,
            candidate.look,
        )


def _best_start(
    sums: np.typing.NDArray[np.float64],
    start: int,
    stop: int,
    length: int,
    holding: tuple[int, int] | None,
) -> int:
    """Where within ``[start, stop)`` the best run of ``length`` frames begins."""
    first, last = start, stop - length
    if holding is not None and holding[1] - holding[0] <= length:
        first, last = max(first, holding[1] - length), min(last, holding[0])
    starts = np.arange(first, last + 1)
    return int(starts[np.argmax(sums[starts + length] - sums[starts])])
