"""Writes sets of generated pictures: broadcasts and staged scenes, the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from otio_autoedit.models.scene_labels import OBJECTS
from otio_autoedit.models.train.scene.broadcast import broadcast_scene, broadcast_stills
from otio_autoedit.models.train.scene.compose import Labelled
from otio_autoedit.models.train.scene.material import Material
from otio_autoedit.models.train.scene.sets import Box, SetWriter
from otio_autoedit.models.train.scene.staged import staged_scene

FRAMES = 8
"""Of a clip."""
_SHOTS = 4  # single pictures of one ground
_CLIPS = 0.3  # of the broadcasts, the share that are frames of clips
_ALL_BUT_FACES = tuple(name for name in OBJECTS if name != "face")

Show = Callable[[str, int, int], None]


def write_broadcasts(
    folder: Path, material: Material, pictures: int, seed: int = 0, show: Show | None = None
) -> int:
    """Writes a set of about so many pictures and returns how many; `show` hears the numbers."""
    with _writer(folder, scene="sport", seed=seed) as writer:
        number = 0
        while len(writer) < pictures:
            rng = np.random.default_rng((seed, 1, number))
            if rng.random() < _CLIPS * _SHOTS / FRAMES / (1 - _CLIPS + _CLIPS * _SHOTS / FRAMES):
                _add(writer, f"c{number:05d}", broadcast_scene(rng, material, FRAMES), clip=True)
            else:
                _add(writer, f"s{number:05d}", broadcast_stills(rng, material, _SHOTS), clip=False)
            number += 1
            if show is not None:
                show(folder.name, len(writer), pictures)
        return len(writer)


def write_staged(
    folder: Path, material: Material, pictures: int, seed: int = 0, show: Show | None = None
) -> int:
    """Writes a set of clips of staged scenes, about so many frames, and returns how many."""
    with _writer(folder, scene=None, seed=seed) as writer:
        for number in range(-(-pictures // FRAMES)):
            rng = np.random.default_rng((seed, 2, number))
            _add(writer, f"c{number:05d}", staged_scene(rng, material, FRAMES), clip=True)
            if show is not None:
                show(folder.name, len(writer), pictures)
        return len(writer)


def _writer(folder: Path, *, scene: str | None, seed: int) -> SetWriter:
    return SetWriter(
        folder,
        licence="as the pictures that it is made of",
        source=f"generated, seed {seed}",
        complete=_ALL_BUT_FACES,
        scene=scene,
        clips=True,
    )


def _add(writer: SetWriter, name: str, pictures: tuple[Labelled, ...], *, clip: bool) -> None:
    for number, one in enumerate(pictures):
        writer.add(
            f"{name}_{number}",
            one.picture,
            boxes=list(_boxes(one)),
            mask=one.masks,
            foreground=one.foreground,
            clip=name if clip else None,
            second=round(one.second, 4) if clip else None,
        )


def _boxes(one: Labelled) -> Iterator[Box]:
    for box in one.boxes:
        yield Box(box.name, *box.corners)
