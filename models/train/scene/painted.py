"""Things of a picture and what can be drawn of them: pixel labels and the foreground."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from otio_autoedit.models.scene_labels import COCO_TO_MASK, MASKS
from otio_autoedit.models.train.scene.sets import IGNORED, VOID, Box

_LOOKED_AT = 0.02  # of the picture: the least that its main thing covers
_BESIDE = 0.25  # of the main thing: what else is looked at


@dataclass(frozen=True, slots=True)
class Thing:
    """A labelled thing.

    Attributes:
        box: its name and sides, in shares of the picture.
        outlines: polygons, each `(n, 2)` in shares; none where only the box is known.
        crowd: whether it is a heap of such things and not one.
    """

    box: Box
    outlines: tuple[NDArray[np.float64], ...] = ()
    crowd: bool = False


def boxes(things: Sequence[Thing]) -> list[Box]:
    """Returns the boxes; that of a heap says only that nothing is known of what is in there."""
    return [thing.box._replace(name=IGNORED) if thing.crowd else thing.box for thing in things]


def pixel_labels(things: Sequence[Thing], width: int, height: int) -> NDArray[np.uint8]:
    """Returns `(height, width)` indices of `MASKS`; small things lie over large ones.

    Everything else is "other": for pictures in which every thing is outlined. Heaps, and things
    with a box alone, are unknown.
    """
    image = Image.new("L", (width, height), MASKS.index("other"))
    pen = ImageDraw.Draw(image)
    for thing in sorted(things, key=_reach, reverse=True):
        name = COCO_TO_MASK.get(thing.box.name, "other")
        _draw(pen, thing, MASKS.index(name), (width, height))
    for thing in things:
        if thing.crowd or not thing.outlines:
            _draw(pen, thing, VOID, (width, height))
    return np.asarray(image)


def near_only(mask: NDArray[np.uint8], near: float) -> NDArray[np.uint8]:
    """Returns pixel labels with "other" kept only close to what is labelled, unknown elsewhere.

    For pictures of which one kind of thing alone was labelled; `near` is a share of the long side.
    """
    other = MASKS.index("other")
    labelled = Image.fromarray(((mask != other) & (mask != VOID)).astype(np.uint8) * 255)
    around = labelled.filter(ImageFilter.BoxBlur(max(1, round(near * max(mask.shape)))))
    beside = np.asarray(around) > 0  # of a box blur: its cost does not grow with its size
    return np.where((mask == other) & ~beside, VOID, mask).astype(np.uint8)


def looked_at(things: Sequence[Thing], width: int, height: int) -> NDArray[np.uint8] | None:
    """Returns the foreground, `(height, width)`: 1 on the main people, vehicles and animals.

    Things a quarter as large as the largest are looked at as it is; smaller ones, other labelled
    things and heaps are unknown, 255, but where they lie before what is looked at. None where
    nothing is large enough to be the picture's.
    """
    main = [thing for thing in things if _lively(thing) and thing.outlines]
    areas = [_area(thing) for thing in main]
    if not areas or max(areas) < _LOOKED_AT:
        return None
    image = Image.new("L", (width, height), 0)
    pen = ImageDraw.Draw(image)
    for thing in things:
        _draw(pen, thing, VOID, (width, height))
    for thing, area in zip(main, areas, strict=True):
        if area >= _BESIDE * max(areas):
            _draw(pen, thing, 1, (width, height))
    return np.asarray(image)


def _lively(thing: Thing) -> bool:
    return not thing.crowd and thing.box.name in COCO_TO_MASK


def _draw(pen: ImageDraw.ImageDraw, thing: Thing, value: int, size: tuple[int, int]) -> None:
    sides = np.array(size)
    for outline in thing.outlines:
        if len(outline) >= 3:
            pen.polygon([(float(x), float(y)) for x, y in outline * sides], fill=value)
    if not thing.outlines:
        box = thing.box
        width, height = size
        corners = (box.left * width, box.top * height, box.right * width, box.bottom * height)
        pen.rectangle(corners, fill=value)


def _reach(thing: Thing) -> float:
    box = thing.box
    return (box.right - box.left) * (box.bottom - box.top)


def _area(thing: Thing) -> float:
    """Returns the share of the picture that its outlines enclose (the shoelace formula)."""
    total = 0.0
    for outline in thing.outlines:
        x, y = outline[:, 0], outline[:, 1]
        total += abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2
    return total
