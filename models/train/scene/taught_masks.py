"""Pixel labels from the teachers, only where two of them agree.

A segmenter of few classes invents people in trees and misses small ones. A detector says where an
object is, not its outline. So a pixel is labelled where the segmenter's class is supported by a box
of that class; what neither supports nor excludes is unknown and is not learned from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import interpolate

from otio_autoedit.models.scene_labels import COCO_TO_MASK, MASKS

UNKNOWN = 255
LONG_SIDE = 256  # of the label pictures
SURELY_OTHER = 0.8  # the segmenter's probability of "other"; with less, it halves its misses
DOUBTS, SUPPORTS, STRONG = 0.2, 0.35, 0.5
"""Scores of boxes: what casts doubt on "other", what supports a class, what is surely there."""
GROWN = 0.1  # of a box's sides: outlines reach a little out of boxes
_MISSED = 0.2  # share of a box: with less of its class in it, the segmenter missed the object
_CENTRE = 0.6  # of a strong box's sides: in its middle there is hardly anything else
_NEAR = 0.12  # share of the picture: a person in a larger box is near
_SURELY_NONE = 0.1  # the portrait model's probability of person
_ALONE = 0.05  # share of that box: with more of other people in it, it is a group
_PERSON = MASKS.index("person")

Labels = NDArray[np.uint8]
Edges = tuple[int, int, int, int]  # x0, y0, x1, y1, in pixels, for slices


@dataclass(frozen=True, slots=True)
class Support:
    """A box, true or taught: its name (COCO's, or "?" for a region where boxes are not complete),
    x0, y0, x1, y1 in 0..1, its score (1 of a true one)."""

    name: str
    box: tuple[float, float, float, float]
    score: float


def mask_size(width: int, height: int) -> tuple[int, int]:
    """Returns (height, width) of the label picture of a picture of `width` x `height`."""
    scale = min(1.0, LONG_SIDE / max(width, height))
    return max(1, round(height * scale)), max(1, round(width * scale))


def taught_mask(
    groups: NDArray[np.float32],
    size: tuple[int, int],
    supports: Iterable[Support],
    portrait: Callable[[Edges], NDArray[np.float32]] | None = None,
) -> Labels:
    """Returns `[*size]`, index into `MASKS`, 255 unknown.

    "other" here is: neither person nor vehicle nor animal. Teachers know no field and no crowd.

    Args:
        groups: `[4, h, w]` probabilities of `MASKS[:4]`, the whole picture at another size.
        size: (height, width) of the result.
        supports: boxes; those below `DOUBTS` count for nothing.
        portrait: gives `[h, w]`, probability of person, of the picture cut to edges that are given
            in pixels of the result. Asked where one person is near and shows a face.
    """
    boxes = [one for one in supports if one.score >= DOUBTS]
    planes = _scaled(groups, size)
    seen = planes.argmax(0).astype(np.uint8)
    known = [one for one in boxes if one.name in COCO_TO_MASK]
    mask = _supported(seen, [one for one in known if one.score >= SUPPORTS])
    unsure = (seen == 0) & (planes[0] < SURELY_OTHER)
    near = near_person(boxes) if portrait is not None else None
    if near is not None and portrait is not None:
        _sharpen(mask, seen, unsure, near, portrait)
    mask[unsure] = UNKNOWN
    for one in known:
        if near is None or not _same(one, near):  # who was looked at twice
            _doubt_missed(mask, one)
    for one in boxes:
        if one.name == "?":
            region = mask[_slices(_edges(one.box, size))]
            region[region == 0] = UNKNOWN
    return mask


def near_person(boxes: Iterable[Support]) -> Support | None:
    """Returns the one person who is near and shows a face, if no other overlaps: the pictures that
    a portrait model is made for."""
    sure = [one for one in boxes if one.score >= SUPPORTS]
    people = [one for one in sure if one.name == "person"]
    large = [one for one in people if one.score >= STRONG and _area(one.box) > _NEAR]
    if not large:
        return None
    first = max(large, key=lambda one: _area(one.box))
    others = [one for one in people if not _same(one, first)]
    share = max((_both(one.box, first.box) / _area(first.box) for one in others), default=0.0)
    faces = [one for one in sure if one.name == "face"]
    faced = any(_both(one.box, first.box) > 0.8 * _area(one.box) for one in faces)
    return first if faced and share <= _ALONE else None


def _supported(seen: Labels, boxes: list[Support]) -> Labels:
    """What the segmenter says, unknown where no box of the class is."""
    mask = seen.copy()
    for index in range(1, int(seen.max(initial=0)) + 1):
        allowed = np.zeros(seen.shape, bool)
        for one in boxes:
            if COCO_TO_MASK[one.name] == MASKS[index]:
                allowed[_slices(_edges(one.box, seen.shape, GROWN))] = True
        mask[(seen == index) & ~allowed] = UNKNOWN
    return mask


def _doubt_missed(mask: Labels, one: Support) -> None:
    """Makes unknown what is called "other" in an object's box, where it can hardly be other."""
    index = MASKS.index(COCO_TO_MASK[one.name])
    whole = mask[_slices(_edges(one.box, mask.shape))]
    if (whole == index).mean() < _MISSED:
        whole[whole == 0] = UNKNOWN
    elif one.score >= STRONG:
        centre = mask[_slices(_edges(one.box, mask.shape, (_CENTRE - 1) / 2))]
        centre[centre == 0] = UNKNOWN


def _sharpen(
    mask: Labels,
    seen: Labels,
    unsure: NDArray[np.bool_],
    near: Support,
    portrait: Callable[[Edges], NDArray[np.float32]],
) -> None:
    """In the box of one near person, keeps person and other only where both teachers agree; what
    the segmenter alone is unsure of is settled by that. Changes `mask` and `unsure`."""
    edges = _edges(near.box, mask.shape, GROWN)
    region, coarse, open_ = (plane[_slices(edges)] for plane in (mask, seen, unsure))
    person = _scaled(portrait(edges)[None], (region.shape[0], region.shape[1]))[0]
    region[(region == _PERSON) & (person < 0.5)] = UNKNOWN
    region[(coarse == 0) & (person >= 0.5)] = UNKNOWN
    open_[person < _SURELY_NONE] = False


def _scaled(planes: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """`[K, *size]`; what comes in is smooth, so nothing is done against aliasing."""
    scaled = interpolate(torch.from_numpy(planes.copy())[None], size, mode="bilinear")[0]
    values: NDArray[np.float32] = scaled.numpy()
    return values


def _edges(
    box: tuple[float, float, float, float], size: tuple[int, ...], grown: float = 0.0
) -> Edges:
    """A box in pixels, at least one of them; each side moved out by `grown` of its length."""
    height, width = size[0], size[1]
    x_more, y_more = (box[2] - box[0]) * grown, (box[3] - box[1]) * grown
    x0, x1 = _span(box[0] - x_more, box[2] + x_more, width)
    y0, y1 = _span(box[1] - y_more, box[3] + y_more, height)
    return x0, y0, x1, y1


def _span(start: float, stop: float, length: int) -> tuple[int, int]:
    first = min(max(round(start * length), 0), length - 1)
    return first, max(first + 1, min(round(stop * length), length))


def _slices(edges: Edges) -> tuple[slice, slice]:
    return slice(edges[1], edges[3]), slice(edges[0], edges[2])


def _area(box: tuple[float, float, float, float]) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])


def _both(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    return _area((max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])))


def _same(a: Support, b: Support) -> bool:
    """Whether two boxes are of one thing: of one name, the intersection half of the union."""
    both = _both(a.box, b.box)
    return a.name == b.name and 2 * both >= _area(a.box) + _area(b.box) - both
