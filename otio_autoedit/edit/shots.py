"""From transitions to shots: where the cuts go, and what of each shot is clean."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from otio_autoedit.analysis.record import Transition
from otio_autoedit.edit.believed import Believed
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.plan import Piece


def believe(
    transitions: Iterable[Transition], length: int, clock: Clock, threshold: float
) -> tuple[Believed, ...]:
    """The transitions that are sure enough and make sense in a file of ``length`` frames: in order,
    each cut at a place of its own (of two at one place, the surer)."""
    kept: dict[int, Believed] = {}
    for transition in transitions:
        if transition.confidence < threshold or transition.first_after <= transition.last_before:
            continue
        inside = _inside(transition, length)
        if inside.first_after <= inside.last_before:
            continue
        cut = _middle(inside, length, clock)
        if cut in (0, length) and inside.type == "cut":
            continue
        rival = kept.get(cut)
        if rival is None or rival.transition.confidence < inside.confidence:
            kept[cut] = Believed(inside, cut)
    return tuple(kept[cut] for cut in sorted(kept))


def clean_spans(
    pieces: Sequence[Piece], believed: Iterable[Believed]
) -> list[tuple[int, int] | None]:
    """For each piece, the longest run of it that shows one shot and no transition; None if there is
    none."""
    mixed = sorted(one.mixed for one in believed)
    furthest = list(accumulate((stop for _, stop in mixed), max))
    spans = []
    for piece in pieces:
        first, last = bisect_left(furthest, piece.start), bisect_right(mixed, (piece.stop, 0))
        spans.append(_longest_run(piece.start, piece.stop, mixed[first:last]))
    return spans


def _longest_run(start: int, stop: int, mixed: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    runs, head = [], start
    for first, last in mixed:
        runs.append((head, min(first, stop)))
        head = max(head, last)
    runs.append((head, stop))
    longest = max(runs, key=lambda run: run[1] - run[0])
    return longest if longest[0] < longest[1] else None


def _inside(transition: Transition, length: int) -> Transition:
    """The transition within a file of ``length`` frames, a cut just where the frames are
    neighbours."""
    last_before = max(transition.last_before, -1)
    first_after = min(transition.first_after, length)
    kind = transition.type
    if first_after == last_before + 1:
        kind = "cut"
    elif kind == "cut":
        kind = "dissolve"
    return Transition(last_before, first_after, kind, transition.confidence)


def _middle(transition: Transition, length: int, clock: Clock) -> int:
    """The source frame where a transition's cut goes: the middle of its mixed frames in time."""
    first: int = transition.last_before + 1
    stop: int = transition.first_after
    if transition.last_before < 0:
        return 0
    if stop >= length:
        return length
    if stop == first:
        return first
    middle = clock.source_frame((clock.frame(first) + clock.frame(stop)) // 2)
    return min(max(middle, first), stop)
