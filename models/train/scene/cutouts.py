"""People, animals, vehicles and balls cut out of labelled photographs along their true outlines.

From the small COCO sets and the training half of coco128 (polygons), the street pictures of Penn
and Fudan (masks), and prepared sets that have true masks of one person a picture.
"""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from otio_autoedit.errors import AutoEditError
from otio_autoedit.models.scene_labels import COCO_TO_MASK, MASKS
from otio_autoedit.models.train.scene.compose import UNKNOWN, Piece

_SMALL = "train_images/coco_small_sets_320.tar.gz"
_STREET = "train_images/pennfudan_320.tar.gz"
_COCO128 = "coco128/images.tar.gz"
_COCO128_LABELS = "coco128/instances_train2017_128.json.gz"
_WANTED = (*COCO_TO_MASK, "sports ball")
_LEAST_AREA = 700  # pixels; smaller ones are nothing but their edge
_MOST_PARTS = 2  # polygons of an object; more of them: something stands before it
_FROM_SET = 400  # people taken of one prepared set


@dataclass(frozen=True, slots=True)
class Cutout:
    """One object by itself.

    Attributes:
        piece: its colours and alpha, the object's bounds.
        name: COCO's.
        whole: no side of it lies on the border of its photograph.
        source: set and picture.
    """

    piece: Piece
    name: str
    whole: bool
    source: str

    @property
    def standing(self) -> bool:
        """Whether it is a person who is seen from head to foot, as far as its shape tells."""
        height, width = self.piece.alpha.shape
        return self.name == "person" and self.whole and 1.7 < height / width < 4.5


def load_cutouts(data: Path, sets: tuple[Path, ...] = ()) -> tuple[Cutout, ...]:
    """Returns all cut-outs of the `data` folder and of prepared sets, in a fixed order.

    Raises:
        AutoEditError: an archive is not there, or a set has no true masks.
    """
    for name in (_SMALL, _STREET, _COCO128, _COCO128_LABELS):
        if not (data / name).is_file():
            raise AutoEditError(f"no pictures to cut out at {data / name}: fetch the data again")
    cutouts = [*_small(data / _SMALL), *_coco128(data), *_street(data / _STREET)]
    for folder in sets:
        cutouts += _of_set(folder)
    return tuple(cutouts)


def _small(archive: Path) -> Iterator[Cutout]:
    files = _members(archive)
    yield from _polygons(json.loads(files["instances.json"]), files, "images/", "coco-small")


def _coco128(data: Path) -> Iterator[Cutout]:
    labels = json.loads(gzip.decompress((data / _COCO128_LABELS).read_bytes()))
    yield from _polygons(labels, _members(data / _COCO128), "images/train2017/", "coco128")


def _polygons(
    labels: dict[str, Any], files: dict[str, bytes], folder: str, source: str
) -> Iterator[Cutout]:
    """Yields the objects of a COCO file; polygons may be in pixels of a larger original."""
    names = {category["id"]: category["name"] for category in labels["categories"]}
    by_picture: dict[int, list[dict[str, Any]]] = {}
    for annotation in labels["annotations"]:
        by_picture.setdefault(annotation["image_id"], []).append(annotation)
    for entry in labels["images"]:
        stored = files.get(folder + entry["file_name"])
        if stored is None:
            continue
        picture = _rgb(stored)
        scale = picture.shape[1] / entry["width"]
        for annotation in by_picture.get(entry["id"], []):
            parts = annotation["segmentation"]
            name = names[annotation["category_id"]]
            wanted = name in _WANTED and not annotation["iscrowd"] and isinstance(parts, list)
            if wanted and len(parts) <= _MOST_PARTS:
                alpha = _drawn(parts, scale, picture.shape)
                yield from _cut(picture, alpha, name, f"{source}/{entry['file_name']}")


def _street(archive: Path) -> Iterator[Cutout]:
    files = _members(archive)
    for name in sorted(name for name in files if name.startswith("images/")):
        stem = Path(name).stem
        picture = _rgb(files[name])
        people = np.array(Image.open(io.BytesIO(files[f"masks/{stem}.png"])))
        for number in range(1, int(people.max()) + 1):
            alpha = (people == number).astype(np.float32)
            yield from _cut(picture, alpha, "person", f"pennfudan/{stem}")


def _of_set(folder: Path) -> Iterator[Cutout]:
    """Yields the person of each picture of a prepared set that has exactly one."""
    if not (folder / "masks").is_dir():
        raise AutoEditError(f"{folder} has no true masks to cut people out along")
    paths = sorted((folder / "masks").glob("*.png"))
    for path in paths[:: max(1, len(paths) // _FROM_SET)]:
        with Image.open(path) as stored:
            masks = np.array(stored)
        person = (masks == MASKS.index("person")).astype(np.float32)
        found = folder / "pictures" / f"{path.stem}.jpg"
        if not found.is_file() or not _outlined(masks, person >= 0.5):
            continue
        yield from _cut(_rgb(found.read_bytes()), person, "person", f"{folder.name}/{path.stem}")


def _cut(
    picture: NDArray[np.uint8], alpha: NDArray[np.float32], name: str, source: str
) -> Iterator[Cutout]:
    solid = alpha >= 0.5
    least = _LEAST_AREA if name != "sports ball" else 60
    if solid.sum() < least:
        return
    rows, columns = np.flatnonzero(solid.any(1)), np.flatnonzero(solid.any(0))
    top, bottom, left, right = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
    height, width = solid.shape
    whole = top > 1 and left > 1 and bottom < height - 1 and right < width - 1
    part = (slice(top, bottom), slice(left, right))
    piece = Piece(picture[part].astype(np.float32), _soft(alpha)[part])
    yield Cutout(piece, name, bool(whole), source)


def _outlined(masks: NDArray[np.uint8], person: NDArray[np.bool_]) -> bool:
    """Whether what is next to the person is known to be something else: the outline is true."""
    near = np.zeros_like(person)
    for axis in (0, 1):
        near |= np.roll(person, 2, axis) | np.roll(person, -2, axis)
    around = masks[near & ~person]
    return bool(around.size and (around == UNKNOWN).mean() < 0.05)


def _soft(alpha: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns an edge two pixels wide that keeps inside the outline: no rim of the background."""
    padded = np.pad(alpha, 1, mode="edge")
    around = np.zeros_like(alpha)
    for y in (0, 1, 2):
        for x in (0, 1, 2):
            around += padded[y : y + alpha.shape[0], x : x + alpha.shape[1]]
    soft = np.clip(around / 9 * 1.5 - 0.5, 0, 1) * (alpha > 0)
    return soft.astype(np.float32)


def _drawn(parts: list[list[float]], scale: float, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Returns polygons (x, y, x, y... in the original's pixels) as coverage 0..1."""
    finer = 3
    picture = Image.new("L", (shape[1] * finer, shape[0] * finer))
    draw = ImageDraw.Draw(picture)
    for part in parts:
        points = np.array(part, np.float64).reshape(-1, 2) * scale * finer
        if len(points) >= 3:
            draw.polygon([(x, y) for x, y in points.tolist()], fill=255)
    small = picture.resize((shape[1], shape[0]), Image.Resampling.BOX)
    return np.array(small, np.float32) / np.float32(255)


def _members(archive: Path) -> dict[str, bytes]:
    with tarfile.open(archive) as files:
        stored = ((member.name, files.extractfile(member)) for member in files)
        return {name: file.read() for name, file in stored if file is not None}


def _rgb(stored: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(stored)) as picture:
        return np.array(picture.convert("RGB"))
