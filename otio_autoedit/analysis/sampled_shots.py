"""The detections of a film, shot by shot, as the filter takes them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.box_filter import Passage
from otio_autoedit.analysis.camera_motion import CameraMotion, moved_between
from otio_autoedit.analysis.record import Transition

Floats = npt.NDArray[np.float64]

_FAMILIES = (
    ("car", "bus", "truck", "train"),
    ("bicycle", "motorcycle"),
    ("cat", "dog", "horse", "sheep", "cow", "bear", "zebra", "giraffe", "elephant"),
)
_FAMILY = {label: family[0] for family in _FAMILIES for label in family}
_DOUBTED = 0.7  # a camera's move of more doubt is not believed
_NEAR = 2  # samples over which a camera goes on
_SAME = 0.7  # overlap of two detections of a family from which on they are one


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """The detections in one sampled frame, in any order.

    Attributes:
        frame: the source frame.
        time: its seconds.
        boxes: `(k, 4)` x0, y0, x1, y1 in 0..1 of the displayed picture.
        labels: what each is.
        scores: `(k,)` in 0..1.
        colours: `(k, DIMENSIONS)` of `box_colours`, in all samples or in none.
    """

    frame: int
    time: float
    boxes: npt.NDArray[np.float32]
    labels: tuple[str, ...]
    scores: npt.NDArray[np.float32]
    colours: npt.NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A sample as the filter takes it: boxes `(k, 4)` as (x, y, p, q), the surest first."""

    frame: int
    time: float
    boxes: Floats
    labels: tuple[str, ...]
    scores: Floats
    colours: npt.NDArray[np.float32] | None


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """Source frames start..stop - 1, the samples in it, the passages from each to the next."""

    start: int
    stop: int
    samples: list[Seen]
    passages: list[Passage]


def sampled_shots(
    samples: Sequence[Sample],
    transitions: Iterable[Transition],
    motion: CameraMotion | None,
    stop: int,
    aspect: float,
    least: float,
) -> Iterator[Shot]:
    """Yields the shots of a film of `stop` frames that have samples, with the detections of a score
    of `least` or more. Samples within a transition are in none."""
    frames = [sample.frame for sample in samples]
    for start, end in _shots(transitions, stop):
        inside = samples[bisect_left(frames, start) : bisect_left(frames, end)]
        seen = [_seen(one, aspect, least) for one in inside]
        if seen:
            yield Shot(start, end, seen, _passages(seen, motion, aspect))


def family(label: str) -> str:
    """Returns the first of the labels that detectors take for each other."""
    return _FAMILY.get(label, label)


def _shots(transitions: Iterable[Transition], stop: int) -> list[tuple[int, int]]:
    """Returns the source frames `[start, stop)` of each shot, without those of its transitions."""
    shots, start = [], 0
    for change in sorted(transitions, key=lambda change: change.last_before):
        shots.append((start, min(change.last_before + 1, stop)))
        start = max(start, change.first_after)
    shots.append((start, stop))
    return [(first, last) for first, last in shots if first < last]


def _seen(sample: Sample, aspect: float, least: float) -> Seen:
    """Returns a sample for the filter: canonical order, without what is there twice."""
    boxes = np.asarray(sample.boxes, np.float64).reshape(-1, 4)
    scores = np.asarray(sample.scores, np.float64)
    sides = boxes[:, 2:] - boxes[:, :2]
    kept: list[int] = []
    order = sorted(
        range(len(scores)), key=lambda k: (-scores[k], sample.labels[k], *boxes[k].tolist())
    )
    for k in order:
        rivals = [j for j in kept if family(sample.labels[j]) == family(sample.labels[k])]
        good = scores[k] >= least and bool((sides[k] > 0).all())
        if good and not (_overlaps(boxes[k], boxes[rivals]) > _SAME).any():
            kept.append(k)
    middle = (boxes[kept, :2] + boxes[kept, 2:]) / 2 * [aspect, 1.0]
    sizes = np.log(np.maximum(sides[kept] * [aspect, 1.0], 1e-4))
    return Seen(
        sample.frame,
        sample.time,
        np.concatenate([middle, sizes], 1),
        tuple(sample.labels[k] for k in kept),
        scores[kept],
        None if sample.colours is None else sample.colours[kept],
    )


def _overlaps(box: Floats, others: Floats) -> Floats:
    """Returns intersection over union of a box with others `(k, 4)`."""
    low, high = np.maximum(box[:2], others[:, :2]), np.minimum(box[2:], others[:, 2:])
    both = np.maximum(high - low, 0).prod(1)
    areas = (box[2:] - box[:2]).prod() + (others[:, 2:] - others[:, :2]).prod(1)
    overlap: Floats = both / np.maximum(areas - both, 1e-12)
    return overlap


def _passages(seen: list[Seen], motion: CameraMotion | None, aspect: float) -> list[Passage]:
    """Returns the passages between neighbouring samples; without motion the camera stands still."""
    places = {} if motion is None else {int(p): i for i, p in enumerate(motion.positions)}
    square = np.array([[1.0, aspect], [1 / aspect, 1.0]])
    passages = []
    for before, after in pairwise(seen):
        seconds = max(after.time - before.time, 1e-3)
        turn, shift, doubt = np.eye(2), np.zeros(2), 1.0
        first, last = places.get(before.frame), places.get(after.frame)
        if motion is None:
            doubt = 0.0
        elif first is not None and last is not None:
            move = moved_between(motion, first, last)
            turn, shift = move[:, :2], move[:, 2]
            doubt = 1 - float(motion.confidence[first + 1 : last + 1].min())
        passages.append(Passage(seconds, turn * square, shift * [aspect, 1.0], doubt))
    return _carried_on(passages)


def _carried_on(passages: list[Passage]) -> list[Passage]:
    """Returns the passages; where the camera is not known it does what it does before and after."""
    whole = list(passages)
    for i, passage in enumerate(passages):
        if passage.doubt > _DOUBTED:
            before, after = passages[max(0, i - _NEAR) : i], passages[i + 1 : i + 1 + _NEAR]
            near = [*_first_known(before[::-1]), *_first_known(after)]
            if near:
                parts = [passage.seconds / one.seconds for one in near]
                turns = [
                    (one.turn - np.eye(2)) * part for one, part in zip(near, parts, strict=True)
                ]
                shifts = [one.shift * part for one, part in zip(near, parts, strict=True)]
                turn: Floats = np.eye(2) + np.mean(turns, 0)
                whole[i] = Passage(passage.seconds, turn, np.mean(shifts, 0), passage.doubt)
    return whole


def _first_known(passages: list[Passage]) -> list[Passage]:
    return [passage for passage in passages if passage.doubt <= _DOUBTED][:1]
