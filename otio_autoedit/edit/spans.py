"""From what is wanted, a bool a frame, to spans that make good pieces.

Gaps that are too short close, margins widen, shots divide, ends come to rest on whole shots or
sentences and outside of transitions, and every span is as long as it must and no longer than it may
be. All in frames of the timeline's rate, from the file's head.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from otio_autoedit.edit.ground import Ground, Span
from otio_autoedit.edit.lengths import long_enough, short_enough
from otio_autoedit.edit.runs import runs

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shape:
    """What spans shall be like; lengths are frames.

    Attributes:
        before, after: the margins.
        min_gap: shorter gaps close.
        split: at each change of shot.
        min_clip: no shorter span, unless it is all there is of the file.
        max_clip: no longer span; 0 for any.
        flash: so few frames of another shot at an end of a piece look like a mistake.
        apart: pieces will not play one after the other as they lie, so that each end must be clean;
            otherwise an end where the next span goes on may lie in a transition.
    """

    before: int = 0
    after: int = 0
    min_gap: int = 0
    split: bool = False
    min_clip: int = 0
    max_clip: int = 0
    flash: int = 1
    apart: bool = False


def spans_of(
    wanted: Flags,
    avoided: Flags,
    ground: Ground,
    shape: Shape,
    *,
    units: Sequence[Span] = (),
    weight: npt.NDArray[np.floating] | None = None,
) -> list[Span]:
    """The spans, rising, that overlap nowhere, lie on the ground and play nothing of ``avoided``.

    Args:
        wanted: what is to play, ``[length]``.
        avoided: what must not.
        ground: of the file.
        shape: what the spans shall be like.
        units: spans that ends shall rest on, rising: sentences, shots.
        weight: what each frame is worth, to divide a long span where it matters least.
    """
    free = ~avoided
    free[: ground.start] = False
    free[ground.stop :] = False
    spans = _closed(runs(wanted & free), free, shape.min_gap)
    spans = _widened(spans, free, shape.before, shape.after)
    if shape.split:
        spans = _divided(spans, [change.cut for change in ground.changes])
    if units:
        spans = [part for span in _snapped(spans, units) for part in _free_parts(span, free)]
    spans = _clean(spans, ground, shape)
    spans = long_enough(spans, free, ground, shape.min_clip)
    spans = short_enough(spans, weight, shape.min_clip, shape.max_clip)
    spans = _clean(spans, ground, shape)
    return [one for one in spans if one[1] - one[0] >= min(shape.min_clip, _most(spans, ground))]


def _most(spans: Sequence[Span], ground: Ground) -> int:
    """How short a span may be that is all there is: as short as the file."""
    whole = len(spans) == 1 and spans[0] == (ground.start, ground.stop)
    return ground.stop - ground.start if whole else 2**62


def _closed(spans: Sequence[Span], free: Flags, min_gap: int) -> list[Span]:
    """Without gaps shorter than ``min_gap``, but those with something to avoid in them."""
    result: list[Span] = []
    for start, stop in spans:
        if result and start - result[-1][1] < min_gap and free[result[-1][1] : start].all():
            result[-1] = (result[-1][0], stop)
        else:
            result.append((start, stop))
    return result


def _widened(spans: Sequence[Span], free: Flags, before: int, after: int) -> list[Span]:
    """Each span with its margins, as far as is free; those that then overlap are one."""
    if not (before or after):
        return list(spans)
    barred = np.concatenate(([-1], np.flatnonzero(~free), [len(free)]))
    result: list[Span] = []
    for start, stop in spans:
        at = int(np.searchsorted(barred, start))
        first = max(start - before, int(barred[at - 1]) + 1)
        last = min(stop + after, int(barred[at]))
        if result and first <= result[-1][1]:
            result[-1] = (result[-1][0], max(last, result[-1][1]))
        else:
            result.append((first, last))
    return result


def _divided(spans: Sequence[Span], cuts: Sequence[int]) -> list[Span]:
    places = np.asarray(cuts, np.int64)
    result: list[Span] = []
    for start, stop in spans:
        low, high = np.searchsorted(places, [start + 1, stop])
        result += pairwise([start, *(int(cut) for cut in places[low:high]), stop])
    return result


def _snapped(spans: Sequence[Span], units: Sequence[Span]) -> list[Span]:
    """Each span as the units of which it holds half or more; a span within a single unit stays as
    it is. Spans that come to share a unit are one."""
    heads, ends = [unit[0] for unit in units], [unit[1] for unit in units]
    result: list[Span] = []
    for start, stop in spans:
        first, last = bisect_right(ends, start), bisect_left(heads, stop)
        held = [
            (head, end)
            for head, end in units[first:last]
            if 2 * (min(stop, end) - max(start, head)) >= end - head
        ]
        low, high = (held[0][0], held[-1][1]) if held else (start, stop)
        if result and low < result[-1][1]:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        else:
            result.append((low, high))
    return result


def _free_parts(span: Span, free: Flags) -> list[Span]:
    start, stop = max(span[0], 0), min(span[1], len(free))
    return [(start + first, start + last) for first, last in runs(free[start:stop])]


def _clean(spans: Sequence[Span], ground: Ground, shape: Shape) -> list[Span]:
    """Every span clean at its ends, but where the next one goes on from it."""
    result = []
    for at, span in enumerate(spans):
        head = shape.apart or at == 0 or spans[at - 1][1] != span[0]
        end = shape.apart or at + 1 == len(spans) or spans[at + 1][0] != span[1]
        start, stop = ground.clean(span, shape.flash, head=head, end=end)
        if start < stop:
            result.append((start, stop))
    return result
