"""What detectors are run on: labelled films of the data folder, and films held in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from otio_autoedit.media.footage import Picture, open_footage
from otio_autoedit.media.thumbnails import thumbnail
from otio_autoedit.models.evaluate.scoring import Label

SETS = ("short*", "film*", "course1", "course2")
THUMBNAIL = (48, 27)  # width, height of what both networks see


@dataclass(frozen=True, slots=True)
class Film:
    """A film: a file, or frames in memory.

    Attributes:
        name: what it is called where somebody reads of it.
        path: the file; None if it has none.
        frames: `(n, H, W, 3)` uint8 RGB where it is held; no smaller than thumbnails.
    """

    name: str
    path: Path | None = None
    frames: NDArray[np.uint8] | None = None
    _seen: dict[bool, NDArray[np.uint8]] = field(default_factory=dict, repr=False, compare=False)

    def thumbnails(self, *, rough: bool = False) -> NDArray[np.uint8]:
        """Returns all its thumbnails, `(n, 27, 48, 3)`; `rough` as in `Footage.read`.

        They are made once, for whichever detector asks first.
        """
        rough = rough and self.frames is None
        if rough not in self._seen:
            self._seen[rough] = self._thumbnails(rough)
        return self._seen[rough]

    def _thumbnails(self, rough: bool) -> NDArray[np.uint8]:
        if self.frames is not None:
            return shrunk(self.frames)
        assert self.path is not None
        return np.concatenate(list(thumbnails_of(self.path, THUMBNAIL, rough=rough)))


@dataclass(frozen=True, slots=True)
class LabelledFilm:
    """A film to be measured on, and what is known of it.

    Attributes:
        set: "short", "film" or "course".
        frames: how many it has.
        labels: its transitions.
    """

    path: Path
    set: str
    frames: int
    labels: tuple[Label, ...]

    def film(self) -> Film:
        """Returns what detectors take."""
        return Film(self.path.stem, self.path)


def labelled_films(folder: Path) -> list[LabelledFilm]:
    """Returns the films that tables are made of, in order.

    Raises:
        FileNotFoundError: there are none in `folder`.
    """
    films = [
        _labelled_film(path, pattern.rstrip("*0123456789"))
        for pattern in SETS
        for path in sorted(folder.glob(f"{pattern}.json"))
    ]
    if not films:
        raise FileNotFoundError(f"no labelled films in {folder}: is this the data folder?")
    return films


def thumbnails_of(
    path: Path, size: tuple[int, int], *, rough: bool = False, at_once: int = 64
) -> Iterator[NDArray[np.uint8]]:
    """Yields a film's thumbnails `(n, H, W, 3)`, some at a time; `rough` as `Footage.read`."""
    with open_footage(path) as footage:
        pictures = footage.read(sound=False, rough=rough)
        small = (thumbnail(each.frame, size) for each in pictures if isinstance(each, Picture))
        while batch := list(islice(small, at_once)):
            yield np.stack(batch)


def shrunk(frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns frames `(n, H, W, 3)` averaged over areas down to thumbnails."""
    width, height = THUMBNAIL
    if frames.shape[1:3] == (height, width):
        return frames
    planes = torch.from_numpy(frames).permute(0, 3, 1, 2).float()
    small = F.interpolate(planes, (height, width), mode="area").round().to(torch.uint8)
    return small.permute(0, 2, 3, 1).contiguous().numpy()


def _labelled_film(path: Path, set_: str) -> LabelledFilm:
    stored = json.loads(path.read_text("utf-8"))
    labels = tuple(
        Label(
            item["last_before"],
            item["first_after"],
            gradual=item["type"] != "cut",
            sure=item.get("by", "both") == "both",
        )
        for item in stored["transitions"]
    )
    return LabelledFilm(path.with_suffix(".mp4"), set_, int(stored["frames"]), labels)
