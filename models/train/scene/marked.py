"""Pictures of real sport whose ground and crowd were marked by hand, as a set.

The marks are polygons in `marked.json`, the pictures are those of other sets and of gathered clips:
whoever has them gets the same set. People in pictures without true outlines stay unknown.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from otio_autoedit.errors import AutoEditError
from otio_autoedit.models.scene_labels import MASKS, OBJECTS
from otio_autoedit.models.train.scene.sets import IGNORED, VOID, Box, SceneSet, SetWriter, load_set

_MARKS = Path(__file__).with_name("marked.json")
_OTHER, _PERSON, _FIELD, _CROWD = (MASKS.index(n) for n in ("other", "person", "field", "crowd"))
_WHOLE = (0.0, 0.0, 1.0, 1.0)

Corners = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """What was marked in one picture: polygons x, y, x, y... in 0..1 (four numbers: a box).

    Attributes:
        source: the set and the picture, or the clip and the frame.
        field, crowd: over what the set labels "other".
        other, unknown: over all that came before.
        rest: what the rest is where the set has no labels of pixels: "other", or "unknown" where
            people stand about who were not marked.
    """

    source: tuple[str, str | int]
    field: tuple[Corners, ...]
    crowd: tuple[Corners, ...]
    other: tuple[Corners, ...]
    unknown: tuple[Corners, ...]
    rest: str = "other"


def read_marks(path: Path = _MARKS) -> tuple[Marks, ...]:
    """Returns the marks of all pictures.

    Raises:
        AutoEditError: the file is no such list.
    """
    try:
        return tuple(_marks(entry) for entry in json.loads(path.read_text("utf-8"))["pictures"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AutoEditError(f"{path}: no marked pictures can be read there ({error})") from error


def write_marked(folder: Path, sets: Path, footage: Path | None) -> int:
    """Writes the set of the marked pictures whose sources are there, and returns how many.

    Args:
        folder: where it is to stand.
        sets: the folder of the sets that the pictures are of.
        footage: gathered clips, or None.
    """
    loaded: dict[str, SceneSet] = {}
    complete = [name for name in OBJECTS if name != "face"]
    with SetWriter(
        folder,
        licence="as the pictures' own sets",
        source="marked by hand: marked.json",
        complete=complete,
        scene="sport",
    ) as writer:
        for marks in read_marks():
            place, which = marks.source
            if isinstance(which, int):
                found = _of_clip(marks, footage)
            else:
                if place not in loaded and (sets / place / "set.json").is_file():
                    loaded[place] = load_set(sets / place)
                found = _of_set(marks, loaded.get(place))
            if found is not None:
                name, pixels, boxes, mask = found
                writer.add(name, pixels, boxes=boxes, mask=mask)
        return len(writer)


def drawn(
    marks: Marks, base: NDArray[np.uint8], boxes: tuple[Box, ...]
) -> tuple[NDArray[np.uint8], tuple[Box, ...]]:
    """Returns the labels with the marks over them, and the boxes: people of a crowd become "?"."""
    shape = base.shape
    mask = base.copy()
    bare = base == (VOID if marks.rest == "unknown" else _OTHER)
    mask[_filled(marks.field, shape) & bare] = _FIELD
    crowd = _filled(marks.crowd, shape)
    mask[crowd & ((base == _OTHER) | (base == VOID))] = _CROWD
    kept = []
    for box in boxes:
        part = _pixels(box, shape)
        sits = box.name == "person" and bool(crowd[part].all())
        if sits:
            inside = mask[part]
            inside[inside == _PERSON] = _CROWD
        kept.append(box._replace(name=IGNORED) if sits else box)
    mask[_filled(marks.other, shape)] = _OTHER
    mask[_filled(marks.unknown, shape)] = VOID
    return mask, tuple(kept)


Found = tuple[str, NDArray[np.uint8], tuple[Box, ...], NDArray[np.uint8]]


def _of_set(marks: Marks, source: SceneSet | None) -> Found | None:
    place, which = marks.source
    pictures = source.pictures if source is not None else ()
    picture = next((one for one in pictures if one.name == which), None)
    if source is None or picture is None:
        return None
    pixels, base = source.pixels(picture), source.mask(picture)
    boxes = picture.boxes
    veiled = base is None
    if base is None:
        base = _bare(marks, pixels)
    if not set(OBJECTS) - {"face"} <= set(source.complete):
        boxes = (*boxes, Box(IGNORED, *_WHOLE))
    mask, boxes = drawn(marks, base, boxes)
    for box in boxes if veiled else ():
        if box.name == "person":  # only a box tells where somebody is
            mask[_pixels(box, mask.shape, around=0.1)] = VOID
    return f"{place}_{Path(picture.name).stem}", pixels, boxes, mask


def _of_clip(marks: Marks, footage: Path | None) -> Found | None:
    place, number = marks.source
    path = footage / place if footage is not None else Path(place)
    if not path.is_file():
        return None
    with av.open(str(path)) as container:
        frame = next(islice(container.decode(video=0), int(number), None), None)
    if frame is None:
        return None
    pixels = frame.to_ndarray(format="rgb24")
    base = _bare(marks, pixels)
    mask, boxes = drawn(marks, base, (Box(IGNORED, *_WHOLE),))
    return f"{path.stem}_{int(number):05d}", pixels, boxes, mask


def _bare(marks: Marks, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns the labels of a picture of which nothing is known but the marks."""
    rest = VOID if marks.rest == "unknown" else _OTHER
    return np.full(pixels.shape[:2], rest, np.uint8)


def _filled(polygons: tuple[Corners, ...], shape: tuple[int, ...]) -> NDArray[np.bool_]:
    """Returns what the polygons cover of `(H, W)`."""
    height, width = shape
    picture = Image.new("1", (width, height))
    draw = ImageDraw.Draw(picture)
    for corners in polygons:
        x, y = corners[::2], corners[1::2]
        if len(corners) == 4:
            x, y = (x[0], x[1], x[1], x[0]), (y[0], y[0], y[1], y[1])
        points = [(a * width - 0.5, b * height - 0.5) for a, b in zip(x, y, strict=True)]
        draw.polygon(points, fill=1)
    return np.array(picture, bool)


def _pixels(box: Box, shape: tuple[int, ...], around: float = 0.0) -> tuple[slice, slice]:
    """Returns the rows and columns of a box, at least a pixel, grown by a share of its sides."""
    height, width = shape
    wider, taller = around * (box.right - box.left), around * (box.bottom - box.top)
    top, left = max(0, int((box.top - taller) * height)), max(0, int((box.left - wider) * width))
    bottom, right = int((box.bottom + taller) * height), int((box.right + wider) * width)
    return slice(top, max(top + 1, bottom)), slice(left, max(left + 1, right))


def _marks(entry: dict[str, Any]) -> Marks:
    clip = "clip" in entry
    source = (entry["clip"], int(entry["frame"])) if clip else (entry["set"], entry["picture"])
    field, crowd, other, unknown = (
        _polygons(entry, kind) for kind in ("field", "crowd", "other", "unknown")
    )
    return Marks(source, field, crowd, other, unknown, entry.get("rest", "other"))


def _polygons(entry: dict[str, Any], kind: str) -> tuple[Corners, ...]:
    found = tuple(tuple(float(value) for value in corners) for corners in entry.get(kind, ()))
    if any(len(corners) < 4 or len(corners) % 2 for corners in found):
        raise ValueError(f"{entry}: {kind} has a polygon of no even number of values")
    return found


def names(marks: tuple[Marks, ...]) -> Iterator[tuple[str, str]]:
    """Yields set and picture of each marked picture of a set: there it has no ground."""
    for one in marks:
        if isinstance(one.source[1], str):
            yield one.source[0], one.source[1]
