"""What the network should say of a picture: true labels first, then teachers', unknown the rest.

Boxes. A class that a set boxes wherever it occurs is taken from the set alone. Of the other classes
the teachers' sure boxes join the set's, unless they lie on one of those; unsure ones count neither
way. Where a set is not complete and no teacher looked, all that is not boxed is unknown.

Foreground, where no one drew it: the pixels of persons, vehicles and animals that are large in the
picture. Boxes of other things say that something stands out, but not which pixels: unknown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from otio_autoedit.models.detection import IGNORED
from otio_autoedit.models.losses import VOID
from otio_autoedit.models.scene_labels import COCO_TO_MASK, COCO_TO_OBJECT, MASKS, OBJECTS

Bytes = npt.NDArray[np.uint8]

UNKNOWN = "?"  # the name of a box in which it is not known what there is
SURE, UNSURE = 0.35, 0.12  # teachers' scores: from the one on an object, from the other perhaps
SALIENT = 0.015  # of the picture: objects of which a viewer takes notice
_SAME = 0.5  # intersection over union of two boxes on one thing


@dataclass(frozen=True, slots=True)
class Box:
    """A thing in a picture.

    Attributes:
        name: one of COCO's 80, "face", or `UNKNOWN`.
        place: x0, y0, x1, y1 in 0..1.
        score: 1 for true ones.
    """

    name: str
    place: tuple[float, float, float, float]
    score: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class WantedBoxes:
    """Boxes `(n, 4)` float32 in 0..1, and classes `(n,)` int64: 1..K, or `IGNORED`."""

    boxes: npt.NDArray[np.float32]
    classes: npt.NDArray[np.int64]


def wanted_boxes(
    true: Sequence[Box], taught: Sequence[Box] | None, complete: Collection[str]
) -> WantedBoxes:
    """Returns what the detection head should find.

    Args:
        true: the set's boxes.
        taught: the teachers'; None where they have not looked.
        complete: names of `OBJECTS` that the set boxes wherever they occur.
    """
    chosen = [(box, _class_of(box)) for box in true]
    if taught is None and not set(OBJECTS) <= set(complete):
        chosen.append((Box(UNKNOWN, (0.0, 0.0, 1.0, 1.0)), IGNORED))
    for box in taught or ():
        if box.score < UNSURE or COCO_TO_OBJECT.get(box.name) in complete:
            continue
        number = _class_of(box)
        if number and not _on_any(box, true):
            chosen.append((box, number if box.score >= SURE else IGNORED))
    carried = [(box, number) for box, number in chosen if number]
    return WantedBoxes(
        np.array([box.place for box, _ in carried], np.float32).reshape(-1, 4),
        np.array([number for _, number in carried], np.int64),
    )


def wanted_foreground(
    masks: Bytes, true: Sequence[Box], taught: Sequence[Box] | None, complete: Collection[str]
) -> Bytes:
    """Returns `(H, W)` 0, 1 or `VOID` from a label picture of `MASKS` and the boxes."""
    others = [b for b in taught or () if COCO_TO_OBJECT.get(b.name) not in complete]
    boxes = [*true, *(b for b in others if b.score >= UNSURE and not _on_any(b, true))]
    shown = [b for b in boxes if b.name in COCO_TO_MASK and b.score >= SURE]
    hidden = [b for b in boxes if b not in shown and b.name != "face"]
    largest = max((_area(b) for b in shown), default=0.0)
    foreground = np.where(masks == VOID, VOID, 0).astype(np.uint8)
    for name in ("person", "vehicle", "animal"):  # those that no box names are not known to be any
        foreground[masks == MASKS.index(name)] = VOID
    for box in hidden:
        foreground[_inside(box, masks)] = VOID
    for box in sorted(shown, key=_area):  # the large ones last: a small one within is part of it
        part = _inside(box, masks)
        salient = _area(box) > SALIENT or _area(box) == largest
        of_its_kind = masks[part] == MASKS.index(COCO_TO_MASK[box.name])
        foreground[part][of_its_kind] = 1 if salient else 0
    return foreground


def _class_of(box: Box) -> int:
    """Returns the box's class, `IGNORED`, or 0 for what is not carried."""
    if box.name == UNKNOWN:
        return IGNORED
    name = COCO_TO_OBJECT.get(box.name)
    return OBJECTS.index(name) + 1 if name else 0


def _on_any(box: Box, others: Iterable[Box]) -> bool:
    """Returns whether a box lies on one of the others; "?" says nothing of what is in it.

    A face lies on a person and is not that person.
    """
    return any(
        _overlap(box, other) > _SAME
        for other in others
        if other.name != UNKNOWN and (box.name == "face") == (other.name == "face")
    )


def _overlap(a: Box, b: Box) -> float:
    """Returns intersection over union."""
    width = min(a.place[2], b.place[2]) - max(a.place[0], b.place[0])
    height = min(a.place[3], b.place[3]) - max(a.place[1], b.place[1])
    shared = max(0.0, width) * max(0.0, height)
    return shared / max(1e-9, _area(a) + _area(b) - shared)


def _area(box: Box) -> float:
    x0, y0, x1, y1 = box.place
    return max(0.0, x1 - x0) * max(0.0, y1 - y0)


def _inside(box: Box, masks: Bytes) -> tuple[slice, slice]:
    height, width = masks.shape
    x0, y0, x1, y1 = box.place
    return (
        slice(max(0, int(y0 * height)), max(0, int(np.ceil(y1 * height)))),
        slice(max(0, int(x0 * width)), max(0, int(np.ceil(x1 * width)))),
    )
