"""A set and what its teachers said of it, picture by picture, as training reads it.

Teachers' files stand in the set's folder: `taught.jsonl` (boxes), `taught_masks/`, and the maps
`taught_p3.npy`, `taught_p4.npy`, `taught_logits.npy`, which are mapped into memory, not read whole.
A set without them is learned from by its own labels alone.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from otio_autoedit.models.detection import IGNORED
from otio_autoedit.models.losses import NO_OBJECT, VOID
from otio_autoedit.models.scene_labels import MASKS, SCENES
from otio_autoedit.models.train.scene.marked import names, read_marks
from otio_autoedit.models.train.scene.sets import (
    Picture,
    SceneSet,
    SetError,
    find_sets,
    load_set,
)
from otio_autoedit.models.train.scene.wanted import (
    Box,
    WantedBoxes,
    wanted_boxes,
    wanted_foreground,
)

Bytes = npt.NDArray[np.uint8]

_HELD_OUT = 3  # of a hundred pictures, for validation
_EMPTY_WEIGHT = 0.3  # how often a picture without objects is drawn, beside one with some


@dataclass(frozen=True, slots=True, eq=False)
class Maps:
    """Teachers' features of all pictures of a set, memory-mapped, float16.

    Attributes:
        p3, p4: `(N, 64, 52, 52)` and `(N, 64, 26, 26)`.
        logits: `(N, 1001)`.
    """

    p3: npt.NDArray[np.float16]
    p4: npt.NDArray[np.float16]
    logits: npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """All that is known of one picture.

    Attributes:
        pixels: `(H, W, 3)`.
        objects: what detection should find.
        masks, foreground: label pictures of the whole picture, each of a size of its own.
        scene: of `SCENES`, or `IGNORED`.
        maps: row `row` is this picture's; None where no teacher looked.
    """

    pixels: Bytes
    objects: WantedBoxes
    masks: Bytes
    foreground: Bytes
    scene: int
    maps: Maps | None
    row: int


class Lessons:
    """The pictures of one set that are trained on, and those that are held out.

    Attributes:
        name: the set's.
        maps: teachers' features, if they have looked.
        training, held_out: numbers of pictures.
        amount: of training pictures, one without objects counted as a part of one.
        clips, held_out_clips: numbers of the frames of each clip, in order.
    """

    def __init__(self, folder: Path) -> None:
        """Reads the lists; no picture yet.

        Raises:
            SetError: a file is missing, broken, or of another set of pictures.
        """
        self._set = load_set(folder)
        self.name = self._set.name
        self._taught = _taught_boxes(folder, self._set)
        self._masks = folder / "taught_masks"
        self._taught_masks = frozenset(p.name for p in self._masks.glob("*.png"))
        self.maps = _maps(folder, len(self._set.pictures))
        numbers = range(len(self._set.pictures))
        held = [self._is_held_out(picture) for picture in self._set.pictures]
        marked = frozenset(names(read_marks()))  # in their own set they have a ground, here none
        twins = [(self.name, picture.name) in marked for picture in self._set.pictures]
        self.training = [n for n in numbers if not held[n] and not twins[n]]
        self.held_out = [n for n in numbers if held[n]]
        self._often = list(itertools.accumulate(self._weight(n) for n in self.training))
        self.amount = self._often[-1] if self._often else 0.0
        clips = self._clips() if self._set.clips else []
        self.clips = [clip for clip in clips if not held[clip[0]]]
        self.held_out_clips = [clip for clip in clips if held[clip[0]]]

    def draw(self, rng: random.Random) -> int:
        """Returns the number of a training picture, more often of one with objects."""
        return rng.choices(self.training, cum_weights=self._often)[0]

    def lesson(self, number: int) -> Lesson:
        """Returns all that is known of a picture."""
        picture = self._set.pictures[number]
        true, taught = self._boxes(number)
        masks = self._label_picture(picture)
        foreground = self._set.foreground(picture)
        if foreground is None:
            foreground = wanted_foreground(masks, true, taught, self._set.complete)
        scene = picture.scene or self._set.scene
        return Lesson(
            self._set.pixels(picture),
            wanted_boxes(true, taught, self._set.complete),
            masks,
            foreground,
            SCENES.index(scene) if scene else IGNORED,
            self.maps,
            number,
        )

    def _boxes(self, number: int) -> tuple[list[Box], list[Box] | None]:
        """Returns the true boxes, and the teachers', of a picture."""
        boxes = self._set.pictures[number].boxes
        true = [Box(box.name, (box[1], box[2], box[3], box[4])) for box in boxes]
        return true, None if self._taught is None else self._taught[number]

    def _weight(self, number: int) -> float:
        """Returns 1 for a picture with objects, less for one without."""
        wanted = wanted_boxes(*self._boxes(number), self._set.complete)
        return 1.0 if (wanted.classes > 0).any() else _EMPTY_WEIGHT

    def _label_picture(self, picture: Picture) -> Bytes:
        """Returns the true pixel labels, or the teachers', or one unknown pixel.

        Teachers know neither field nor crowd: their "other" is `NO_OBJECT`.
        """
        true = self._set.mask(picture)
        if true is not None:
            return true
        name = f"{Path(picture.name).stem}.png"
        if name not in self._taught_masks:
            return np.full((1, 1), VOID, np.uint8)
        try:
            with Image.open(self._masks / name) as image:
                taught = np.asarray(image.convert("L"))
        except OSError as error:
            raise SetError(f"{self._masks / name}: cannot be read ({error})") from None
        return np.where(taught == MASKS.index("other"), np.uint8(NO_OBJECT), taught)

    def _is_held_out(self, picture: Picture) -> bool:
        """Returns whether this is one of the few never trained on; a clip's frames go as one."""
        name = f"{self.name}/{picture.clip or picture.name}"
        return int(hashlib.sha256(name.encode()).hexdigest()[:8], 16) % 100 < _HELD_OUT

    def _clips(self) -> list[list[int]]:
        """Returns the frames of each clip of two or more, in the order of time."""
        clips: dict[str, list[int]] = {}
        for number, picture in enumerate(self._set.pictures):
            if picture.clip is not None:
                clips.setdefault(picture.clip, []).append(number)
        seconds = [picture.second or 0.0 for picture in self._set.pictures]
        ordered = [sorted(clip, key=lambda n: (seconds[n], n)) for clip in clips.values()]
        return [clip for clip in ordered if len(clip) > 1]


def load_lessons(folders: Iterable[Path]) -> list[Lessons]:
    """Returns the lessons of sets; a folder of sets counts as all of them.

    Raises:
        SetError: a folder is no set and has none, or there is nothing to train on.
    """
    lessons: list[Lessons] = []
    for folder in folders:
        inner = [folder] if (folder / "set.json").exists() else _sets_in(folder)
        lessons += [Lessons(each) for each in inner]
    if not any(each.training for each in lessons):
        raise SetError("no pictures to train on: name a set, or a folder of sets, that has some")
    return lessons


def _sets_in(folder: Path) -> Sequence[Path]:
    inner = find_sets(folder)
    if not inner:
        raise SetError(f"{folder}: no set of pictures (no set.json), and no folder of sets")
    return inner


def _taught_boxes(folder: Path, pictures: SceneSet) -> list[list[Box]] | None:
    path = folder / "taught.jsonl"
    if not path.exists():
        return None
    try:
        rows: list[dict[str, Any]] = [
            json.loads(line) for line in path.read_text("utf-8").splitlines()
        ]
        names = [str(row["picture"]) for row in rows]
        boxes = [
            [Box(str(name), (x0, y0, x1, y1), float(score)) for name, x0, y0, x1, y1, score in each]
            for each in (row["boxes"] for row in rows)
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SetError(f"{path}: not what teachers write ({error}); teach the set again") from None
    if names != [picture.name for picture in pictures.pictures]:
        raise SetError(f"{path}: of other pictures than the set's; teach the set again")
    return boxes


def _maps(folder: Path, count: int) -> Maps | None:
    paths = [folder / f"taught_{name}.npy" for name in ("p3", "p4", "logits")]
    if not all(path.exists() for path in paths):
        return None
    arrays = []
    for path, dimensions in zip(paths, (4, 4, 2), strict=True):
        try:
            array = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError) as error:
            raise SetError(f"{path}: cannot be read ({error}); teach the set again") from None
        if len(array) != count or array.ndim != dimensions:
            raise SetError(f"{path}: shape {array.shape} is not of {count} pictures; teach again")
        arrays.append(array)
    return Maps(*arrays)
