"""Sets of labelled pictures as they stand on disk, for training the scene network.

A set is a folder: `set.json` says what it is, `labels.jsonl` has a line a picture, `pictures/` the
pictures, `masks/` the pixel labels and `foreground/` the foregrounds, where they are known. It is
written beside its place and renamed when it is whole; it is never changed after that.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from otio_autoedit.errors import AutoEditError, did_you_mean
from otio_autoedit.models.scene_labels import OBJECTS, SCENES

SCHEMA = 1
LONG_SIDE = 448  # pixels of a stored picture, at most
VOID = 255  # of a pixel label: unknown
IGNORED = "?"  # of a box: nothing is known of what is in there
_QUALITY = 88

# fmt: off
COCO_NAMES = (
    "person", "bicycle", "car", "motorcycle", "airplane", "bus", "train", "truck", "boat",
    "traffic light", "fire hydrant", "stop sign", "parking meter", "bench", "bird", "cat", "dog",
    "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe", "backpack", "umbrella",
    "handbag", "tie", "suitcase", "frisbee", "skis", "snowboard", "sports ball", "kite",
    "baseball bat", "baseball glove", "skateboard", "surfboard", "tennis racket", "bottle",
    "wine glass", "cup", "fork", "knife", "spoon", "bowl", "banana", "apple", "sandwich", "orange",
    "broccoli", "carrot", "hot dog", "pizza", "donut", "cake", "chair", "couch", "potted plant",
    "bed", "dining table", "toilet", "tv", "laptop", "mouse", "remote", "keyboard", "cell phone",
    "microwave", "oven", "toaster", "sink", "refrigerator", "book", "clock", "vase", "scissors",
    "teddy bear", "hair drier", "toothbrush",
)
# fmt: on
"""The 80 kinds of object of COCO (Lin et al. 2014), in their order."""

BOX_NAMES = frozenset((*COCO_NAMES, "face", IGNORED))
"""What a box of a set may be called."""


class SetError(AutoEditError, ValueError):
    """A set of pictures that is not whole, or does not say what a set must say."""


class Box(NamedTuple):
    """A named box; its sides are shares of the picture's, 0..1."""

    name: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of a set, and what is known of it.

    Attributes:
        name: of its file in `pictures/`.
        clip, second: the video it is of and when, where it is of one.
        scene: of `SCENES`, or None where it is not known.
        boxes: named as COCO does, "face", or "?" for what is to be ignored.
        true_mask: whether people, not a teacher, labelled its pixels.
        foreground: whether its foreground is known.
    """

    name: str
    clip: str | None
    second: float | None
    scene: str | None
    boxes: tuple[Box, ...]
    true_mask: bool
    foreground: bool


@dataclass(frozen=True, slots=True)
class SceneSet:
    """A set on disk; pictures and masks are read when they are asked for.

    Attributes:
        folder: where it is.
        name, licence, source: as its maker stated them.
        complete: the `OBJECTS` that are boxed wherever they occur.
        scene: of all its pictures, where they share one.
        clips: whether its pictures are frames of clips, those of a clip in order.
        pictures: in the order of `labels.jsonl`.
    """

    folder: Path
    name: str
    licence: str
    source: str
    complete: tuple[str, ...]
    scene: str | None
    clips: bool
    pictures: tuple[Picture, ...]

    def pixels(self, picture: Picture) -> NDArray[np.uint8]:
        """Returns the picture, `(height, width, 3)` RGB."""
        return _read(self.folder / "pictures" / picture.name, "RGB")

    def mask(self, picture: Picture) -> NDArray[np.uint8] | None:
        """Returns its pixel labels, `(height, width)`: indices of `MASKS`, 255 unknown; or None."""
        if not picture.true_mask:
            return None
        return _read(self.folder / "masks" / _png(picture.name), "L")

    def foreground(self, picture: Picture) -> NDArray[np.uint8] | None:
        """Returns its foreground, `(height, width)`: 0, 1, 255 unknown; or None."""
        if not picture.foreground:
            return None
        return _read(self.folder / "foreground" / _png(picture.name), "L")


def load_set(folder: Path) -> SceneSet:
    """Returns the set in a folder, held against its own words; no picture is opened.

    Raises:
        SetError: a file is missing or does not say what it must.
    """
    about = _about(folder / "set.json")
    labels = folder / "labels.jsonl"
    pictures = tuple(_pictures(labels))
    if not pictures:
        raise SetError(f"{labels}: no picture is listed; make the set again")
    _held_against(folder, pictures)
    return SceneSet(
        folder=folder,
        name=about["name"],
        licence=about["licence"],
        source=about["source"],
        complete=tuple(about["complete"]),
        scene=about["scene"],
        clips=about["clips"],
        pictures=pictures,
    )


def find_sets(folder: Path) -> tuple[Path, ...]:
    """Returns the whole sets in a folder, by name; those being written are left out."""
    there = sorted(path.parent for path in folder.glob("*/set.json"))
    return tuple(path for path in there if path.suffix != ".partial")


class SetWriter:
    """Writes a set picture by picture; it stands in its place when the block ends well.

    >>> with SetWriter(Path("sets/dogs"), licence="MIT", source="me/dogs@0f") as dogs:
    ...     dogs.add("rex", pixels, boxes=[Box("dog", 0.1, 0.2, 0.8, 1.0)])  # doctest: +SKIP
    """

    def __init__(
        self,
        folder: Path,
        *,
        licence: str,
        source: str,
        complete: Sequence[str] = (),
        scene: str | None = None,
        clips: bool = False,
    ) -> None:
        for name in complete:
            _known(name, OBJECTS, "complete")
        if scene is not None:
            _known(scene, SCENES, "scene")
        if folder.exists():
            raise SetError(f"{folder}: a set is there already; remove it to make it again")
        self._folder, self._partial = folder, folder.with_name(f"{folder.name}.partial")
        self._about = {
            "schema": SCHEMA,
            "name": folder.name,
            "licence": licence,
            "source": source,
            "complete": list(complete),
            "scene": scene,
            "clips": clips,
        }
        self._lines: dict[str, str] = {}

    def __enter__(self) -> Self:
        shutil.rmtree(self._partial, ignore_errors=True)
        (self._partial / "pictures").mkdir(parents=True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None or not self._lines:
            shutil.rmtree(self._partial, ignore_errors=True)
            return
        (self._partial / "labels.jsonl").write_text("".join(self._lines.values()), "utf-8")
        (self._partial / "set.json").write_text(json.dumps(self._about, indent=1) + "\n", "utf-8")
        os.replace(self._partial, self._folder)

    def __len__(self) -> int:
        return len(self._lines)

    def add(
        self,
        name: str,
        pixels: NDArray[np.uint8],
        *,
        boxes: Sequence[Box] = (),
        mask: NDArray[np.uint8] | None = None,
        foreground: NDArray[np.uint8] | None = None,
        scene: str | None = None,
        clip: str | None = None,
        second: float | None = None,
    ) -> None:
        """Adds a picture, made smaller where it is larger than a set's pictures.

        Args:
            name: of the picture, without suffix.
            pixels: `(height, width, 3)` RGB, its displayed aspect.
            boxes: in shares of the sides; cut at the edges, dropped where nothing is left.
            mask, foreground: `(height, width)` in any size, of the whole picture.
            scene: where the set as a whole has none.
            clip, second: of a frame.

        Raises:
            SetError: the name is taken, a box or the scene is of no known kind.
        """
        file = f"{name}.jpg"
        if file in self._lines:
            raise SetError(f"{self._folder}: two pictures are called {name}")
        kept = [shown for box in boxes if (shown := clipped(box)) is not None]
        for box in kept:
            _known(box.name, BOX_NAMES, f"{name}, box")
        if scene is not None:
            _known(scene, SCENES, f"{name}, scene")
        size = small_size(pixels.shape[1], pixels.shape[0])
        image = Image.fromarray(pixels).resize(size, Image.Resampling.BOX, reducing_gap=None)
        image.save(self._partial / "pictures" / file, quality=_QUALITY)
        for kind, values in (("masks", mask), ("foreground", foreground)):
            if values is not None:
                target = self._partial / kind / f"{name}.png"
                target.parent.mkdir(exist_ok=True)
                Image.fromarray(values).resize(size, Image.Resampling.NEAREST).save(target)
        line = {
            "picture": file,
            "clip": clip,
            "second": second,
            "scene": scene or self._about["scene"],
            "boxes": [[box.name, *(round(side, 5) for side in box[1:])] for box in kept],
            "true_mask": mask is not None,
            "foreground": foreground is not None,
        }
        self._lines[file] = json.dumps(line) + "\n"


def small_size(width: int, height: int, longest: int = LONG_SIDE) -> tuple[int, int]:
    """Returns a picture's stored size: never larger than it is, its aspect kept."""
    scale = min(1.0, longest / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def clipped(box: Box, least: float = 1e-3) -> Box | None:
    """Returns the part of a box that is in the picture; None where there is none."""
    left, top, right, bottom = (min(1.0, max(0.0, side)) for side in box[1:])
    shown = Box(box.name, left, top, right, bottom)
    return shown if right - left > least and bottom - top > least else None


def _about(path: Path) -> dict[str, Any]:
    stored = _json(path, _text(path))
    for key, kind in (("name", str), ("licence", str), ("source", str), ("complete", list)):
        if not isinstance(stored.get(key), kind):
            raise SetError(f"{path}: {key!r} is missing or no {kind.__name__}; make the set again")
    if stored.get("schema") != SCHEMA:
        raise SetError(f"{path}: schema {stored.get('schema')!r}; this version reads {SCHEMA}")
    for name in stored["complete"]:
        _known(name, OBJECTS, f"{path}: complete")
    scene = stored.setdefault("scene", None)
    if scene is not None:
        _known(scene, SCENES, f"{path}: scene")
    stored["clips"] = bool(stored.get("clips"))
    return stored


def _pictures(path: Path) -> Iterator[Picture]:
    for number, line in enumerate(_text(path).splitlines(), 1):
        where = f"{path}, line {number}"
        row = _json(where, line)
        try:
            yield Picture(
                name=str(row["picture"]),
                clip=row["clip"],
                second=row["second"],
                scene=row["scene"],
                boxes=tuple(_box(where, *values) for values in row["boxes"]),
                true_mask=bool(row["true_mask"]),
                foreground=bool(row.get("foreground", False)),
            )
        except KeyError as error:
            raise SetError(f"{where}: it says no {error}; make the set again") from None
        except (TypeError, ValueError) as error:
            if isinstance(error, SetError):
                raise
            raise SetError(f"{where}: a value of the wrong kind ({error})") from None


def _box(where: str, name: str, *sides: float) -> Box:
    _known(name, BOX_NAMES, f"{where}: box")
    left, top, right, bottom = (float(side) for side in sides)
    if not (0.0 <= left < right <= 1.0 and 0.0 <= top < bottom <= 1.0):
        raise SetError(f"{where}: the box {name} [{left}, {top}, {right}, {bottom}] is not in 0..1")
    return Box(name, left, top, right, bottom)


def _held_against(folder: Path, pictures: Sequence[Picture]) -> None:
    """Raises SetError where a file that the labels speak of is not there."""
    there = {kind: _files(folder / kind) for kind in ("pictures", "masks", "foreground")}
    seen: set[str] = set()
    for picture in pictures:
        wanted = [("pictures", picture.name)]
        wanted += [("masks", _png(picture.name))] * picture.true_mask
        wanted += [("foreground", _png(picture.name))] * picture.foreground
        for kind, name in wanted:
            if name not in there[kind]:
                raise SetError(f"{folder / kind / name}: not there; make the set again")
        if picture.name in seen:
            raise SetError(f"{folder / 'labels.jsonl'}: {picture.name} is listed twice")
        seen.add(picture.name)


def _files(folder: Path) -> frozenset[str]:
    return frozenset(os.listdir(folder)) if folder.is_dir() else frozenset()


def _read(path: Path, mode: str) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as image:
            return np.asarray(image.convert(mode))
    except OSError as error:
        raise SetError(f"{path}: no picture can be read ({error}); make the set again") from None


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, ValueError) as error:
        what = "not there" if isinstance(error, FileNotFoundError) else f"unreadable ({error})"
        raise SetError(f"{path}: {what}; `otio-autoedit train sets` makes sets") from None


def _json(where: Path | str, text: str) -> dict[str, Any]:
    try:
        stored = json.loads(text)
    except ValueError as error:
        raise SetError(f"{where}: no JSON ({error})") from None
    if not isinstance(stored, dict):
        raise SetError(f"{where}: no JSON object")
    return stored


@lru_cache(maxsize=1024)
def _png(name: str) -> str:
    return f"{Path(name).stem}.png"


def _known(name: object, names: Sequence[str] | frozenset[str], where: str) -> None:
    if name not in names:
        raise SetError(f"{where}: no such name, {name!r}{did_you_mean(str(name), names)}")
