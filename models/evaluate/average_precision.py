"""Average precision of detections, as COCO counts it at one overlap.

Pictures' detections are taken the surest first; each is right if it overlaps an object of its class
that no surer one has taken. Precision is made to fall with recall, read at 101 recalls (0, .01 ..
1) and averaged. No torch here.

The numbers are pycocotools' (Lin et al. 2014, https://arxiv.org/abs/1405.0312); a test holds them
to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

ANY = -1
"""Class of what is to be ignored whatever it is."""
OVERLAP = 0.5
_RECALLS = np.linspace(0.0, 1.0, 101)
_MOST = 100  # detections of a class in a picture, the surest
_ROOM = 1e-10  # so that an overlap of exactly 1 can be asked for

Boxes = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """What is in a picture.

    Attributes:
        boxes: `(n, 4)` x0, y0, x1, y1, in any unit.
        classes: `(n,)` numbers; `ANY` only where ignored.
        ignored: `(n,)` bool, or None: what counts neither way: a crowd under one box, an object
            too difficult, a part of the picture of which nothing is known. Detections that lie in
            it by half or more are no false alarms, however many.
    """

    boxes: npt.NDArray[np.floating]
    classes: npt.NDArray[np.integer]
    ignored: npt.NDArray[np.bool_] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Detected:
    """What a detector says is there: `(n, 4)` boxes, `(n,)` classes, `(n,)` scores, any order."""

    boxes: npt.NDArray[np.floating]
    classes: npt.NDArray[np.integer]
    scores: npt.NDArray[np.floating]


def average_precisions(
    objects: Sequence[Objects], detected: Sequence[Detected], overlap: float = OVERLAP
) -> dict[int, float]:
    """Returns the average precision, 0..1, of each class of which there is an object that counts.

    Args:
        objects: of each picture.
        detected: of each picture, in the same order.
        overlap: the least intersection over union of a hit.

    Raises:
        ValueError: they are not of the same number of pictures, or arrays of different lengths.
    """
    pictures = [_Picture(*pair) for pair in zip(objects, detected, strict=True)]
    classes = sorted({number for picture in pictures for number in picture.counted_classes()})
    return {number: _of_class(pictures, number, overlap) for number in classes}


def mean_of(precisions: Mapping[int, float], among: Iterable[int] | None = None) -> float:
    """Returns the mean over those classes `among` that are present; 0 where none is."""
    wanted = precisions.keys() if among is None else set(among) & precisions.keys()
    return float(np.mean([precisions[number] for number in sorted(wanted)])) if wanted else 0.0


def matched(
    boxes: npt.ArrayLike,
    objects: npt.ArrayLike,
    ignored: npt.ArrayLike,
    overlap: float = OVERLAP,
) -> npt.NDArray[np.int64]:
    """Returns which object each detection of one class in one picture takes.

    Args:
        boxes: `(n, 4)` of detections, the surest first.
        objects: `(m, 4)`.
        ignored: `(m,)` bool.
        overlap: the least intersection over union.

    Returns:
        `(n,)`: an index of `objects`; -1 where a detection takes none. What is ignored can be taken
        by many, and is only where nothing else can.
    """
    truths, skipped = _array(objects, 4), np.asarray(ignored, bool).reshape(-1)
    shares = overlaps(boxes, truths, skipped)
    least = min(overlap, 1 - _ROOM)
    found = np.full(len(shares), -1)
    free = np.ones(len(truths), bool)
    for number in np.flatnonzero((shares >= least).any(1)):
        hits = free & (shares[number] >= least)
        counted = hits & ~skipped
        candidates = np.flatnonzero(counted if counted.any() else hits)
        if len(candidates):
            best = candidates[shares[number, candidates] == shares[number, candidates].max()][-1]
            found[number] = best
            free[best] = skipped[best]
    return found


def overlaps(
    boxes: npt.ArrayLike, objects: npt.ArrayLike, ignored: npt.ArrayLike | None = None
) -> npt.NDArray[np.float64]:
    """Returns `(n, m)`: intersection over union; over the box's own area where `ignored`."""
    a, b = _array(boxes, 4)[:, None], _array(objects, 4)[None]
    sides = np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2])
    shared = sides.clip(0).prod(-1)
    own, other = (np.prod(x[..., 2:] - x[..., :2], -1) for x in (a, b))
    skipped = False if ignored is None else np.asarray(ignored, bool)[None]
    whole = np.where(skipped, own, own + other - shared)
    shares: Boxes = np.divide(shared, whole, out=np.zeros_like(shared), where=whole > 0)
    return shares


class _Picture:
    """One picture's objects and detections by class."""

    __slots__ = ("boxes", "classes", "ignored", "said", "said_classes", "scores")

    def __init__(self, objects: Objects, detected: Detected) -> None:
        self.boxes, self.said = _array(objects.boxes, 4), _array(detected.boxes, 4)
        self.classes, self.said_classes = np.asarray(objects.classes), np.asarray(detected.classes)
        self.scores = np.asarray(detected.scores, np.float64)
        given = objects.ignored
        self.ignored = np.zeros(len(self.boxes), bool) if given is None else np.asarray(given, bool)
        if not len(self.boxes) == len(self.classes) == len(self.ignored):
            raise ValueError("objects: boxes, classes and ignored must have one length")
        if not len(self.said) == len(self.said_classes) == len(self.scores):
            raise ValueError("detections: boxes, classes and scores must have one length")

    def counted_classes(self) -> Iterator[int]:
        return iter(self.classes[~self.ignored].tolist())

    def of_class(self, number: int, overlap: float) -> tuple[npt.NDArray[np.floating], ...]:
        """Returns scores, and whether right, of the detections that count of a class."""
        mine = np.flatnonzero(self.said_classes == number)
        mine = mine[np.argsort(-self.scores[mine], kind="stable")][:_MOST]
        there = (self.classes == number) | (self.ignored & (self.classes == ANY))
        ignored = self.ignored[there]
        taken = matched(self.said[mine], self.boxes[there], ignored, overlap)
        hit = taken >= 0
        counts = ~hit
        counts[hit] = ~ignored[taken[hit]]
        return self.scores[mine][counts], hit[counts].astype(np.float64)


def _of_class(pictures: Sequence[_Picture], number: int, overlap: float) -> float:
    total = sum(int(((p.classes == number) & ~p.ignored).sum()) for p in pictures)
    each = [picture.of_class(number, overlap) for picture in pictures]
    scores = np.concatenate([scores for scores, _ in each])
    right = np.concatenate([hits for _, hits in each])[np.argsort(-scores, kind="stable")]
    hits = np.cumsum(right)
    precision = hits / np.arange(1, len(hits) + 1)
    falling = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(hits / total, _RECALLS, side="left")
    return float(np.append(falling, 0.0)[places].mean())


def _array(boxes: npt.ArrayLike, width: int) -> Boxes:
    return np.asarray(boxes, np.float64).reshape(-1, width)
