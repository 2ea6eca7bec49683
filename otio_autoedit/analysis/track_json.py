"""Tracks and masks as JSON values and back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from otio_autoedit.analysis.media_json import Fields, shortest
from otio_autoedit.analysis.record import Masks, Track

_NUMBERS = 6  # frame, x0, y0, x1, y1, confidence
_MOST_SIDE = 4096  # pixels of a matte


def tracks_to_json(tracks: Iterable[Track]) -> list[dict[str, object]]:
    """Returns ``tracks`` as JSON values."""
    return [
        {
            "id": track.id,
            "label": track.label,
            "start": track.start,
            "stop": track.stop,
            "boxes": [
                [int(frame), *map(shortest, box), shortest(confidence)]
                for frame, box, confidence in zip(
                    track.frames, track.boxes, track.confidence, strict=True
                )
            ],
        }
        for track in tracks
    ]


def tracks_from_json(data: list[object], frames: int, where: str) -> tuple[Track, ...]:
    """Returns the tracks of a file of ``frames`` frames; ValueError if they cannot be."""
    return tuple(_track(each, frames, f"{where}[{n}]") for n, each in enumerate(data))


def masks_to_json(masks: Iterable[Masks]) -> list[dict[str, object]]:
    """Returns ``masks`` as JSON values: what there is, and in which file."""
    return [
        {
            "label": each.label,
            "frames": each.frames.tolist(),
            "size": list(each.size),
            "file": each.file or None,
        }
        for each in masks
    ]


def masks_from_json(data: list[object], frames: int, where: str) -> tuple[Masks, ...]:
    """Returns the masks of a file of ``frames`` frames, without their mattes; ValueError if they
    cannot be."""
    found = []
    for number, each in enumerate(data):
        read = Fields(each, f"{where}[{number}]")
        positions = np.array(read.integers("frames", 0, frames - 1), np.int64)
        size = read.integers("size", 1, _MOST_SIDE)
        if len(size) != 2 or (np.diff(positions) <= 0).any():
            raise ValueError(f"{where}[{number}]: rising frames and a size are asked for")
        file = "" if read.value("file") is None else read.text("file")
        found.append(Masks(read.text("label"), positions, (size[0], size[1]), (), file))
    return tuple(found)


def _track(data: object, frames: int, where: str) -> Track:
    read = Fields(data, where)
    start, stop = read.integer("start", 0, frames), read.integer("stop", 0, frames)
    rows = [_row(each, f"{where}.boxes[{n}]") for n, each in enumerate(read.items("boxes"))]
    if not rows or [row[0] for row in rows] != list(range(start, stop)):
        raise ValueError(f"{where}.boxes: one for each frame of {start} to {stop - 1} is asked for")
    values = np.array([row[1:] for row in rows], np.float32)
    return Track(
        read.integer("id", 1, 1 << 31),
        read.text("label"),
        np.arange(start, stop, dtype=np.int64),
        values[:, :4],
        values[:, 4],
    )


def _row(data: Any, where: str) -> list[float]:
    if not isinstance(data, list) or len(data) != _NUMBERS:
        raise ValueError(f"{where}: frame, x0, y0, x1, y1 and confidence are asked for")
    if not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in data):
        raise ValueError(f"{where}: numbers are asked for")
    if not np.isfinite(data).all():
        raise ValueError(f"{where}: finite numbers are asked for")
    return data
