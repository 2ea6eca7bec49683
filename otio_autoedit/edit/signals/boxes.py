"""The boxes of many tracks at once, frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.record import Track

_AT_ONCE = 1 << 18  # boxes or pairs held in memory together


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Boxes in order of frames, of every so many: ``frames`` int64 ``[n]`` counts those, ``ids``
    int64 ``[n]`` are of their tracks, ``boxes`` float32 ``[n, 4]`` within 0..1."""

    frames: npt.NDArray[np.int64]
    ids: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float32]


def gathered(tracks: Sequence[Track], step: int = 1) -> Boxes:
    """The boxes of the tracks on source frames 0, ``step``, 2 ``step``..."""
    if not tracks:
        return Boxes(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 4), np.float32))
    frames = np.concatenate([track.frames for track in tracks])
    ids = np.repeat([track.id for track in tracks], [len(track.frames) for track in tracks])
    boxes = np.concatenate([track.boxes for track in tracks])
    taken = np.flatnonzero(frames % step == 0)
    order = taken[np.argsort(frames[taken], kind="stable")]
    return Boxes(frames[order] // step, ids[order], np.clip(boxes[order], 0, 1))


def union_areas(held: Boxes, length: int) -> npt.NDArray[np.float32]:
    """The share of the picture that the boxes of each frame cover, ``[length]``, exactly."""
    areas = np.zeros(length, np.float32)
    counts = np.bincount(held.frames, minlength=length)
    starts = np.cumsum(counts) - counts
    for number in np.unique(counts[counts > 0]).tolist():
        frames = np.flatnonzero(counts == number)
        for at in range(0, len(frames), max(1, _AT_ONCE // number**2)):
            some = frames[at : at + max(1, _AT_ONCE // number**2)]
            boxes = held.boxes[starts[some][:, None] + np.arange(number)]
            areas[some] = _united(boxes)
    return areas


def nearest_gaps(
    some: Boxes, others: Boxes, length: int, across: float, down: float
) -> npt.NDArray[np.float32]:
    """The least gap in each frame between a box of ``some`` and one of ``others`` (another track),
    the picture being ``across`` by ``down``; infinite where there are not two."""
    gaps = np.full(length, np.inf, np.float32)
    counts = np.bincount(others.frames, minlength=length)
    starts = np.cumsum(counts) - counts
    partners = counts[some.frames]
    ends = np.cumsum(partners)
    at = 0
    while at < len(partners):
        before = ends[at] - partners[at]
        stop = max(at + 1, int(np.searchsorted(ends, before + _AT_ONCE, side="right")))
        of = np.repeat(np.arange(at, stop), partners[at:stop])
        turn = np.arange(len(of)) - (ends[of] - partners[of] - before)
        with_ = starts[some.frames[of]] + turn
        gap = _gaps(some.boxes[of], others.boxes[with_], across, down)
        gap[some.ids[of] == others.ids[with_]] = np.inf
        np.minimum.at(gaps, some.frames[of], gap)
        at = stop
    return gaps


def _united(boxes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The area of the union of boxes ``[m, k, 4]``, ``[m]``: strips between neighbouring edges in
    x, and in each the length in y that its boxes cover."""
    sides = np.maximum(boxes[..., 2:] - boxes[..., :2], 0)
    if boxes.shape[1] == 1:
        return np.asarray(sides.prod(axis=2)[:, 0], np.float32)
    if boxes.shape[1] == 2:
        low = np.maximum(boxes[:, 0, :2], boxes[:, 1, :2])
        high = np.minimum(boxes[:, 0, 2:], boxes[:, 1, 2:])
        shared = np.maximum(high - low, 0).prod(axis=1)
        return np.asarray(sides.prod(axis=2).sum(axis=1) - shared, np.float32)
    order = np.argsort(boxes[..., 1], axis=1)  # by the upper edge
    boxes = np.take_along_axis(boxes, order[..., None], axis=1)
    edges = np.sort(boxes[..., ::2].reshape(len(boxes), -1), axis=1)
    left, right = edges[:, :-1], edges[:, 1:]
    covered = np.zeros_like(left)
    reached = np.zeros_like(left)
    for k in range(boxes.shape[1]):
        x0, y0, x1, y1 = (boxes[:, k, side, None] for side in range(4))
        here = (x0 <= left) & (x1 >= right)
        covered += np.where(here, np.maximum(y1 - np.maximum(y0, reached), 0), 0)
        reached = np.where(here, np.maximum(reached, y1), reached)
    return np.asarray((covered * (right - left)).sum(axis=1), np.float32)


def _gaps(
    a: npt.NDArray[np.float32], b: npt.NDArray[np.float32], across: float, down: float
) -> npt.NDArray[np.float32]:
    apart = np.maximum(np.maximum(a[:, :2] - b[:, 2:], b[:, :2] - a[:, 2:]), 0)
    far = np.hypot(apart[:, 0] * across, apart[:, 1] * down)
    return np.asarray(far, np.float32)
