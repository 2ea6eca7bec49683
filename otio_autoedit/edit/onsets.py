"""Ends of pieces on the hits of their sound, so that the cuts have its rhythm."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

import numpy as np

from otio_autoedit.edit.ground import Span
from otio_autoedit.edit.material import Material
from otio_autoedit.edit.settings import Settings
from otio_autoedit.edit.signal import Call

STRONG = 0.5  # of an onset's range, 0 to 1
REACH = (
    6  # frames: no further does an end move, so that the piece still shows what it was taken for
)


def on_onsets(
    chosen: Sequence[tuple[int, Span]], materials: Sequence[Material], settings: Settings
) -> list[Span]:
    """The spans of ``chosen``, each the number of a file and a span of it, with their ends moved to
    the nearest strong onset within `REACH`.

    An end stays where it is if there is none, or if the piece would then leave what may play of its
    shots, come near another one, or be shorter or longer than asked; and where all of them would be
    longer than the target.
    """
    spans = [span for _, span in chosen]
    onsets = {number: strong_onsets(materials[number]) for number, _ in chosen}
    for _ in range(2):  # what one end gave up of the target, another may take
        for at, (number, _) in enumerate(chosen):
            others = [spans[n] for n, (file, _) in enumerate(chosen) if file == number and n != at]
            of, most = materials[number], _most(spans[at], spans, settings)
            for end in (0, 1):
                moves = _moves(spans[at], end, onsets[number], most)
                spans[at] = next(
                    (one for one in moves if _fits(one, spans[at], others, of, settings)), spans[at]
                )
    return spans


def strong_onsets(material: Material) -> list[int]:
    """The frames of the timeline's rate, from the file's head, on which a strong onset peaks; none
    where there is no sound."""
    values = np.nan_to_num(material.scope.values(Call("onset")), nan=0.0)
    padded = np.concatenate(([0.0], values, [0.0]))
    peaks = (values >= STRONG) & (values > padded[:-2]) & (values >= padded[2:])
    return [int(frame) for frame in np.flatnonzero(peaks)]


def _most(span: Span, spans: Sequence[Span], settings: Settings) -> int:
    """How long a span may be under the target and the longest clip."""
    left = settings.target - sum(map(_length, spans)) if settings.target else REACH * 2
    longest = max(settings.shape.max_clip or _length(span) + 2 * REACH, _length(span))
    return min(_length(span) + max(left, 0), longest)


def _moves(span: Span, end: int, onsets: Sequence[int], most: int) -> Iterator[Span]:
    """The span with an end on each onset in reach, the nearest first, and no longer than ``most``;
    none if it lies on one."""
    near = onsets[bisect_left(onsets, span[end] - REACH) : bisect_right(onsets, span[end] + REACH)]
    if span[end] in near:
        return
    for onset in sorted(near, key=lambda one: abs(one - span[end])):
        moved = (onset, span[1]) if end == 0 else (span[0], onset)
        if _length(moved) <= most:
            yield moved


def _fits(
    moved: Span, span: Span, others: Sequence[Span], of: Material, settings: Settings
) -> bool:
    shape, grows = settings.shape, _length(moved) > _length(span)
    if _length(moved) < max(shape.min_clip, 1) or moved != of.aligned(moved):
        return False
    if moved != of.ground.clean(moved, shape.flash) or _touches(span, others):
        return False
    if not grows:
        return True
    first, last = of.ground.shot_around(span)
    inside = any(start <= moved[0] and moved[1] <= stop for start, stop in of.spans)
    apart = max(1, round(of.clock.rate))
    alone = all(stop <= moved[0] - apart or moved[1] + apart <= start for start, stop in others)
    return inside and alone and first <= moved[0] and moved[1] <= last


def _touches(span: Span, others: Sequence[Span]) -> bool:
    """Whether the piece goes on in another: a move would leave out a moment of the shot."""
    return any(span[0] == stop or span[1] == start for start, stop in others)


def _length(span: Span) -> int:
    return span[1] - span[0]
