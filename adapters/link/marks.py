"""Which shot changes a clip shows, which of its ends miss one: arithmetic in clip frames."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

NEAR = 3  # an end that misses a boundary by 1 to this many frames was meant to hit it

Edge = Literal["in", "out"]


@dataclass(frozen=True, slots=True)
class Change:
    """A shot change in a clip's time: the first frame that is no longer wholly the old shot, and
    the first that is wholly the new. ``head`` and ``tail`` say that nothing lies before or behind
    it (a fade in, a fade out)."""

    start: int
    stop: int
    kind: str
    confidence: float
    head: bool = False
    tail: bool = False

    @property
    def gradual(self) -> bool:
        """True where it takes time."""
        return self.kind != "cut"


@dataclass(frozen=True, slots=True)
class Miss:
    """An end of a clip that misses a shot boundary: by ``frames``, negative where the cut is early.
    ``shows`` counts the frames of the other shot (or of the transition) that are seen, 0 where the
    clip lacks frames instead."""

    edge: Edge
    frames: int
    shows: int
    change: Change

    @property
    def name(self) -> str:
        """What the marker says."""
        count = abs(self.frames)
        return f"cut {count} frame{'s' * (count > 1)} {'late' if self.frames > 0 else 'early'}"


def inside(
    changes: Iterable[Change], start: int, stop: int, missed: Iterable[Miss] = ()
) -> list[Change]:
    """The changes that are seen while ``[start, stop)`` plays, cut to what is seen of them, less
    those that an end of it missed."""
    at_an_end = [miss.change for miss in missed]
    seen = []
    for change in changes:
        if change in at_an_end:
            continue
        if not change.gradual:
            if start < change.start < stop:
                seen.append(change)
            continue
        first, last = max(change.start, start), min(change.stop, stop)
        if first < last:
            seen.append(Change(first, last, change.kind, change.confidence))
    return seen


def misses(
    changes: Sequence[Change], start: int, stop: int, edges: Iterable[Edge] = ("in", "out")
) -> list[Miss]:
    """The ends of ``[start, stop)`` that miss a shot boundary by 1 to ``NEAR`` frames.

    At a hard cut both ways count: an end that shows frames of the other shot, and one that lacks
    some. At a gradual change only the end that shows some of it: a clip may well keep off.
    """
    found = []
    for edge in edges:
        cut = start if edge == "in" else stop
        near = [
            miss
            for change in changes
            if (miss := _miss(change, edge, cut)) is not None and abs(miss.frames) < stop - start
        ]
        if near and not any(_hits(change, edge, cut) for change in changes):
            found.append(min(near, key=lambda miss: (abs(miss.frames), -miss.change.confidence)))
    return found


def _miss(change: Change, edge: Edge, cut: int) -> Miss | None:
    if change.head or change.tail:
        return None
    boundary = change.stop if edge == "in" else change.start
    late = cut - boundary
    if not 1 <= abs(late) <= NEAR:
        return None
    shows = max(0, -late if edge == "in" else late)
    if change.gradual and not shows:
        return None
    return Miss(edge, late, shows, change)


def _hits(change: Change, edge: Edge, cut: int) -> bool:
    """True where the end lies on a boundary, or in the middle of a gradual change: it was meant for
    that one, not for a neighbour of it."""
    boundary = change.stop if edge == "in" else change.start
    return cut in (boundary, (change.start + change.stop) // 2)
