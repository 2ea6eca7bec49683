"""Real edited films with labelled transitions: what generated edits cannot teach.

A folder holds `NAME.mp4` and, for each, `NAME.json`:

    {"frames": 812, "split": "train",
     "transitions": [{"last_before": 40, "first_after": 41, "type": "cut", "by": "looked"}],
     "unsure": [[300, 325]]}

Frames count from 0 in presentation order. In the half-open spans of `unsure` nobody can say.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from otio_autoedit.models.train.camera import apply_look, pick_look
from otio_autoedit.models.train.disturb import degrade
from otio_autoedit.models.train.footage import load_clip, single_shots
from otio_autoedit.models.train.synth import COARSE, SIZE, Window, as_pixels, blown_up
from otio_autoedit.models.transition import Transition

_LONGEST = 4000  # frames of one film
_MARGIN = 2  # boundaries at the ends of an unsure span that are left alone too


@dataclass(frozen=True, slots=True)
class EditedFilm:
    """A film and what is known of it; `frames` is `(n, 54, 96, 3)` uint8 RGB."""

    name: str
    frames: NDArray[np.uint8]
    transitions: tuple[Transition, ...]
    unsure: tuple[tuple[int, int], ...]


def load_edited(extra: Path | None, *, validation: bool) -> tuple[EditedFilm, ...]:
    """Returns the films under `extra/edited` to train on, or those that only validate.

    Single shots of `extra/single` that are held out validate too: films without a transition.
    """
    if extra is None:
        return ()
    films = [
        film
        for path in sorted((extra / "edited").glob("*.json"))
        if (film := _load(path, "validation" if validation else "train")) is not None
    ]
    if validation:
        clips = single_shots(extra, held_out=True)
        films += [EditedFilm(path.stem, load_clip(path), (), ()) for path in clips]
    return tuple(films)


def _load(path: Path, split: str) -> EditedFilm | None:
    stored = json.loads(path.read_text("utf-8"))
    if stored["split"] != split:
        return None
    frames = load_clip(path.with_suffix(".mp4"), _LONGEST)
    found = [
        Transition(item["last_before"], item["first_after"], item["type"], 1.0)
        for item in stored["transitions"]
        if item["last_before"] < len(frames) - 1
    ]
    unsure = [(start - _MARGIN, stop + _MARGIN - 1) for start, stop in stored["unsure"]]
    return EditedFilm(path.stem, frames, tuple(found), tuple(unsure))


def pick_window(films: Sequence[EditedFilm], length: int, rng: random.Random) -> Window:
    """Returns a piece of one of the films, cropped, graded, mirrored, now and then backwards."""
    weights = [math.sqrt(len(film.frames)) for film in films]
    film = rng.choices(films, weights)[0]
    start = rng.randrange(max(1, len(film.frames) - length + 1))
    window = _cut_out(film, start, length)
    if rng.random() < 0.3:
        window = _backwards(window)
    return Window(_seen_anew(window.frames, rng), window.transitions, None, window.unsure)


def whole(film: EditedFilm) -> Window:
    """Returns the film as the network sees it."""
    frames = torch.from_numpy(film.frames).permute(0, 3, 1, 2).float()
    small = F.interpolate(frames, (SIZE[1], SIZE[0]), mode="area")
    return Window(as_pixels(small), film.transitions, None, film.unsure)


def _cut_out(film: EditedFilm, start: int, length: int) -> Window:
    """Returns `length` frames of the film from `start`; what is too short is held at its end."""
    index = np.minimum(np.arange(start, start + length), len(film.frames) - 1)
    transitions = tuple(
        Transition(t.last_before - start, t.first_after - start, t.type, 1.0)
        for t in film.transitions
        if t.first_after > start and t.last_before < start + length - 1
    )
    unsure = tuple((a - start, b - start) for a, b in film.unsure)
    return Window(film.frames[index], transitions, None, unsure)


def _backwards(window: Window) -> Window:
    last = len(window.frames) - 1
    transitions = tuple(
        Transition(last - t.first_after, last - t.last_before, t.type, 1.0)
        for t in reversed(window.transitions)
    )
    unsure = tuple((last - b, last - a) for a, b in window.unsure)
    return Window(window.frames[::-1].copy(), transitions, None, unsure)


def _seen_anew(frames: NDArray[np.uint8], rng: random.Random) -> NDArray[np.uint8]:
    seen = torch.from_numpy(frames).permute(0, 3, 1, 2).float()
    _, _, height, width = seen.shape
    h, w = (round(side * rng.uniform(0.75, 1)) for side in (height, width))
    y, x = rng.randrange(height - h + 1), rng.randrange(width - w + 1)
    seen = seen[:, :, y : y + h, x : x + w]
    if rng.random() < 0.5:
        seen = seen.flip(3)
    if rng.random() < 0.35:
        seen = blown_up(F.interpolate(seen, (COARSE[1], COARSE[0]), mode="nearest"))
    else:
        seen = F.interpolate(seen, (SIZE[1], SIZE[0]), mode="area")
    if rng.random() < 0.7:
        seen = apply_look(seen, pick_look(rng))
    return as_pixels(degrade(seen, rng) if rng.random() < 0.5 else seen)
