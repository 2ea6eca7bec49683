"""Labels of public sets as they come: COCO json, YOLO text, corner text, Pascal VOC xml.

Each reader returns what is known of the pictures by the stem of their file's name; names are the
set's own, and renamed later.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree

import numpy as np

from otio_autoedit.models.train.scene.painted import Thing
from otio_autoedit.models.train.scene.sets import Box, SetError

Labels = dict[str, tuple[Thing, ...]]


def coco(text: str, where: str) -> Labels:
    """Reads COCO's instances (cocodataset.org/#format-data); sides in the file's own pixels.

    Outlines in run lengths are left out: the box stays.

    Raises:
        SetError: it is no such file.
    """
    stored = _json(text, where)
    try:
        names = {kind["id"]: str(kind["name"]) for kind in stored["categories"]}
        sizes = {image["id"]: image for image in stored["images"]}
        found: dict[str, list[Thing]] = {_stem(row["file_name"]): [] for row in sizes.values()}
        for row in stored["annotations"]:
            image = sizes[row["image_id"]]
            thing = _coco_thing(row, names[row["category_id"]], image["width"], image["height"])
            found[_stem(image["file_name"])].append(thing)
    except (KeyError, TypeError, ValueError) as error:
        raise SetError(f"{where}: no COCO annotations ({error!r})") from None
    return {name: tuple(things) for name, things in found.items()}


def yolo(text: str, where: str, names: Sequence[str]) -> tuple[Thing, ...]:
    """Reads lines `class x y width height`, in shares and of the centre (Ultralytics' form).

    Lines of more numbers are outlines: `class x1 y1 x2 y2 ...`.

    Raises:
        SetError: a line is of another form, or its class has no name.
    """
    return tuple(_yolo_thing(words, where, names) for words in _lines(text))


def corners(text: str, where: str, width: int, height: int) -> tuple[Thing, ...]:
    """Reads lines `name left top right bottom`, in pixels of the picture.

    A line of one number, how many boxes there are, says nothing new.

    Raises:
        SetError: a line is of another form.
    """
    found = []
    for words in _lines(text):
        if len(words) == 1 and words[0].isdigit():
            continue
        try:
            left, top, right, bottom = (float(word) for word in words[1:5])
        except ValueError:
            raise SetError(f"{where}: no box in the line {' '.join(words)!r}") from None
        box = Box(words[0], left / width, top / height, right / width, bottom / height)
        found.append(Thing(box))
    return tuple(found)


def voc(text: str, where: str, width: int, height: int) -> tuple[Thing, ...]:
    """Reads the boxes of a Pascal VOC file; `width` and `height` count where it states no size.

    Raises:
        SetError: it is no such file.
    """
    try:
        root = ElementTree.fromstring(text)  # noqa: S314 - expat here expands no outer entities
        stated = [int(root.findtext(f"size/{side}") or 0) for side in ("width", "height")]
        across, down = stated if all(stated) else (width, height)
        return tuple(_voc_thing(node, across, down) for node in root.iter("object"))
    except (ElementTree.ParseError, TypeError, ValueError) as error:
        raise SetError(f"{where}: no Pascal VOC annotation ({error})") from None


def renamed(things: Sequence[Thing], names: Mapping[str, str | None] | None) -> tuple[Thing, ...]:
    """Returns things by the names that sets use; those that a name of None stands for are left out.

    Without a table names stay as they are.

    Raises:
        SetError: the table does not have a name.
    """
    if names is None:
        return tuple(things)
    kept = []
    for thing in things:
        if thing.box.name not in names:
            known = ", ".join(sorted(names))
            raise SetError(f"the table of sources has no name for {thing.box.name!r}, but {known}")
        name = names[thing.box.name]
        if name is not None:
            kept.append(Thing(thing.box._replace(name=name), thing.outlines, thing.crowd))
    return tuple(kept)


def by_stem(paths: Sequence[str]) -> dict[str, list[str]]:
    """Returns paths by the stem of their file's name."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        found[_stem(path)].append(path)
    return dict(found)


def _coco_thing(row: Mapping[str, Any], name: str, width: float, height: float) -> Thing:
    left, top, across, down = row["bbox"]
    box = Box(name, left / width, top / height, (left + across) / width, (top + down) / height)
    stored = row.get("segmentation")
    sides = np.array([width, height], dtype=np.float64)
    outlines = stored if isinstance(stored, list) else []
    drawn = tuple(np.array(line, dtype=np.float64).reshape(-1, 2) / sides for line in outlines)
    return Thing(box, drawn, bool(row.get("iscrowd", 0)))


def _yolo_thing(words: Sequence[str], where: str, names: Sequence[str]) -> Thing:
    try:
        kind, numbers = int(float(words[0])), [float(word) for word in words[1:]]
        if len(numbers) > 4 and len(numbers) % 2 == 0:
            outline = np.array(numbers).reshape(-1, 2)
            (left, top), (right, bottom) = outline.min(0), outline.max(0)
            return Thing(Box(names[kind], left, top, right, bottom), (outline,))
        x, y, width, height = numbers
        half, tall = width / 2, height / 2
        return Thing(Box(names[kind], x - half, y - tall, x + half, y + tall))
    except IndexError:
        raise SetError(f"{where}: class {words[0]} has no name") from None
    except ValueError:
        raise SetError(f"{where}: no box in the line {' '.join(words)!r}") from None


def _voc_thing(node: ElementTree.Element, width: int, height: int) -> Thing:
    sides = [float(node.findtext(f"bndbox/{side}") or "") for side in ("xmin", "ymin")]
    sides += [float(node.findtext(f"bndbox/{side}") or "") for side in ("xmax", "ymax")]
    left, top, right, bottom = sides
    name = (node.findtext("name") or "").strip()
    return Thing(Box(name, left / width, top / height, right / width, bottom / height))


def _lines(text: str) -> Iterator[list[str]]:
    return (line.split() for line in text.splitlines() if line.strip())


def _json(text: str, where: str) -> dict[str, Any]:
    try:
        stored = json.loads(text)
    except ValueError as error:
        raise SetError(f"{where}: no JSON ({error})") from None
    if not isinstance(stored, dict):
        raise SetError(f"{where}: no COCO annotations (no JSON object)")
    return stored


def _stem(path: str) -> str:
    return PurePosixPath(path).stem
