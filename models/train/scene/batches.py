"""Batches for the scene network, made as they are needed by another process.

Batch `i` of a seed is always the same, whoever makes it. A batch has one size of view, out of those
that the network meets. Pictures come one by one (T = 1), with their teachers' features; films as T
frames of a clip seen by a camera that drifts, or of one picture likewise, now and then with a cut.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from otio_autoedit.models.detection import targets_of
from otio_autoedit.models.scene import frame_size
from otio_autoedit.models.train.scene.lessons import Lesson, Lessons
from otio_autoedit.models.train.scene.light import Light, lit, random_light
from otio_autoedit.models.train.scene.views import (
    Crop,
    Size,
    cut_boxes,
    cut_labels,
    cut_maps,
    cut_picture,
    random_crop,
)

Batch = dict[str, Tensor]

VIEWS: tuple[tuple[Size, int], ...] = (
    (frame_size(16, 9), 10),
    (frame_size(4, 3), 4),
    (frame_size(1, 1), 2),
    (frame_size(9, 16), 2),
    (frame_size(3, 4), 1),
    (frame_size(12, 5), 1),
)
"""Sizes of views, and how often each comes."""

_EVENNESS = 0.5  # sets are drawn from by their size to this power: small ones count too
_SHOWN = 0.4  # of a picture: with less in view, its class may be another
_CUT_SHARE = 0.2  # of films that have a cut
_STILL_SHARE = 0.25  # of films that are one picture, by a moving camera
_PAD: tuple[int, int, int] = (0, 0, 0)


class PictureBatches(Dataset[Batch]):
    """Batches of single pictures; see `batch_of`, and for teachers' features `_taught`."""

    def __init__(self, lessons: Sequence[Lessons], batch: int, seed: int, first: int) -> None:
        """Prepares to draw; `first` is the number of batch 0."""
        self.batch, self.seed, self.first = batch, seed, first
        self._sets = [each for each in lessons if each.training]
        self._weights = _shares([each.amount for each in self._sets])

    def __len__(self) -> int:
        return 1 << 40

    def __getitem__(self, index: int) -> Batch:
        rng = random.Random(f"{self.seed} pictures {self.first + index}")  # noqa: S311
        view = _random_view(rng)
        drawn = []
        for _ in range(self.batch):
            lessons = rng.choices(self._sets, self._weights)[0]
            lesson = lessons.lesson(lessons.draw(rng))
            crop = random_crop(_size(lesson), view, rng)
            drawn.append((lesson, crop, lit_view(lesson, crop, view, random_light(rng), rng)))
        batch = batch_of([[each] for each in drawn], view)
        return batch | _taught([(lesson, crop) for lesson, crop, _ in drawn], view)


class FilmBatches(Dataset[Batch]):
    """Batches of short films."""

    def __init__(
        self, lessons: Sequence[Lessons], films: int, frames: int, seed: int, first: int
    ) -> None:
        """Prepares to draw `films` of `frames` frames a batch; `first` is the number of batch 0."""
        self.films, self.frames, self.seed, self.first = films, frames, seed, first
        self._stills = [each for each in lessons if each.training]
        self._still_weights = _shares([each.amount for each in self._stills])
        self._clips = [each for each in lessons if each.clips]
        self._clip_weights = _shares([len(each.clips) for each in self._clips])

    def __len__(self) -> int:
        return 1 << 40

    def __getitem__(self, index: int) -> Batch:
        rng = random.Random(f"{self.seed} films {self.first + index}")  # noqa: S311
        view = _random_view(rng)
        return batch_of([self._film(view, rng) for _ in range(self.films)], view)

    def _film(self, view: Size, rng: random.Random) -> list[tuple[Lesson, Crop, Image.Image]]:
        if rng.random() >= _CUT_SHARE:
            return self._shot(self.frames, view, rng)
        cut = rng.randint(1, self.frames - 1)
        return self._shot(cut, view, rng) + self._shot(self.frames - cut, view, rng)

    def _shot(
        self, length: int, view: Size, rng: random.Random
    ) -> list[tuple[Lesson, Crop, Image.Image]]:
        lessons, numbers = self._numbers(length, rng)
        light = random_light(rng)
        right, down, zoom = rng.gauss(0, 0.015), rng.gauss(0, 0.008), rng.gauss(1, 0.01)
        crop: Crop | None = None
        shot = []
        for number, same in itertools.groupby(numbers):
            lesson = lessons.lesson(number)
            for _ in same:
                crop = (
                    crop.moved(right, down, zoom) if crop else random_crop(_size(lesson), view, rng)
                )
                shot.append((lesson, crop, lit_view(lesson, crop, view, light, rng)))
        return shot

    def _numbers(self, length: int, rng: random.Random) -> tuple[Lessons, list[int]]:
        """Returns whose pictures, and which, one a frame; a clip that is too short runs back."""
        if not self._clips or rng.random() < _STILL_SHARE:
            lessons = rng.choices(self._stills, self._still_weights)[0]
            return lessons, [lessons.draw(rng)] * length
        lessons = rng.choices(self._clips, self._clip_weights)[0]
        clip = rng.choice(lessons.clips)
        begin = rng.randint(0, max(0, len(clip) - length))
        there = clip[begin : begin + length]
        back_and_forth = there + there[-2:0:-1]
        return lessons, list(itertools.islice(itertools.cycle(back_and_forth), length))


def batches(dataset: Dataset[Batch], workers: int) -> Iterator[Batch]:
    """Yields batch 0, 1, 2 ... as `workers` processes make them; 0 makes them here."""
    ahead: dict[str, Any] = {"prefetch_factor": 4} if workers else {}
    return iter(
        DataLoader(dataset, batch_size=None, sampler=_Counting(), num_workers=workers, **ahead)
    )


def batch_of(films: Sequence[Sequence[tuple[Lesson, Crop, Image.Image]]], view: Size) -> Batch:
    """Returns what B films of T frames show, and what should be said of them.

    Returns:
        `frames` `(B, T, 3, h, w)` uint8; `classes` `(B, T, h/8, w/8)` and `boxes` `(B, T, 4, ...)`,
        as `CellTargets` has them; `masks` and `foreground` `(B, T, h/4, w/4)` uint8; `scene`
        `(B, T)` int64.
    """
    flat = [each for film in films for each in film]
    lead = (len(films), len(films[0]))
    cells, pixels = strided(view, 8), strided(view, 4)
    cut = [
        cut_boxes(lesson.objects.boxes, lesson.objects.classes, crop, view)
        for lesson, crop, _ in flat
    ]
    targets = targets_of(
        [torch.from_numpy(boxes) for boxes, _ in cut],
        [torch.from_numpy(classes) for _, classes in cut],
        (cells[1], cells[0]),
    )
    found = {
        "frames": _stacked([np.asarray(image).transpose(2, 0, 1) for _, _, image in flat]),
        "classes": targets.classes,
        "boxes": targets.boxes,
        "masks": _stacked([cut_labels(lesson.masks, crop, pixels) for lesson, crop, _ in flat]),
        "foreground": _stacked(
            [cut_labels(lesson.foreground, crop, pixels) for lesson, crop, _ in flat]
        ),
        "scene": torch.tensor([lesson.scene for lesson, _, _ in flat]),
    }
    return {name: values.view(*lead, *values.shape[1:]) for name, values in found.items()}


def lit_view(
    lesson: Lesson, crop: Crop, view: Size, light: Light, rng: random.Random
) -> Image.Image:
    """Returns what the crop shows of a picture, in that light."""
    return lit(cut_picture(Image.fromarray(lesson.pixels), crop, view, _PAD), light, rng)


def strided(view: Size, stride: int) -> Size:
    """Returns the width and height of the network's map of a stride."""
    return -(-view[0] // stride), -(-view[1] // stride)


def _taught(drawn: Sequence[tuple[Lesson, Crop]], view: Size) -> Batch:
    """Returns the teachers' features of the same views.

    Returns:
        `p3` `(N, 64, h/8, w/8)` and `p4` `(N, 64, h/16, w/16)` float16, `p3_seen` and `p4_seen`
        `(N, h, w)` 1 where the teacher looked; `logits` `(N, 1001)`, `logits_seen` `(N,)`. Empty
        where no teacher looked at any.
    """
    if all(lesson.maps is None for lesson, _ in drawn):
        return {}
    found: dict[str, list[Tensor]] = {"p3": [], "p3_seen": [], "p4": [], "p4_seen": []}
    logits, seen = torch.zeros(len(drawn), 1001), torch.zeros(len(drawn))
    for number, (lesson, crop) in enumerate(drawn):
        for name, stride in (("p3", 8), ("p4", 16)):
            maps, there = _features(lesson, name, crop, strided(view, stride))
            found[name].append(maps.half())
            found[f"{name}_seen"].append(there)
        if lesson.maps is not None and _part_shown(crop) >= _SHOWN:
            logits[number] = torch.from_numpy(lesson.maps.logits[lesson.row].astype(np.float32))
            seen[number] = 1
    stacked = {name: torch.stack(values) for name, values in found.items()}
    return stacked | {"logits": logits, "logits_seen": seen}


def _features(lesson: Lesson, name: str, crop: Crop, cells: Size) -> tuple[Tensor, Tensor]:
    if lesson.maps is None:
        return torch.zeros(64, cells[1], cells[0]), torch.zeros(cells[1], cells[0])
    row = np.array(getattr(lesson.maps, name)[lesson.row])
    return cut_maps(torch.from_numpy(row), _size(lesson), crop, cells)


def _part_shown(crop: Crop) -> float:
    """Returns how much of the picture is in view, 0..1."""
    width = max(0.0, min(1.0, crop.x1) - max(0.0, crop.x0))
    return width * max(0.0, min(1.0, crop.y1) - max(0.0, crop.y0))


def _size(lesson: Lesson) -> Size:
    return lesson.pixels.shape[1], lesson.pixels.shape[0]


def _random_view(rng: random.Random) -> Size:
    sizes, weights = zip(*VIEWS, strict=True)
    chosen: Size = rng.choices(sizes, weights)[0]
    return chosen


def _shares(counts: Sequence[float]) -> list[float]:
    return [count**_EVENNESS for count in counts]


def _stacked(arrays: Sequence[npt.NDArray[np.uint8]]) -> Tensor:
    return torch.from_numpy(np.stack(arrays))


class _Counting:
    """0, 1, 2 ... without end."""

    def __iter__(self) -> Iterator[int]:
        return itertools.count()

    def __len__(self) -> int:
        return 1 << 40
