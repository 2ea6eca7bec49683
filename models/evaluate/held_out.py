"""Footage that training has never seen: what generated films to measure on are made of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from otio_autoedit.models.train.footage import (
    Footage,
    load_clip,
    load_footage,
    single_shots,
    split,
)


def held_out_footage(data: Path, extra: Path | None = None) -> Footage:
    """Returns every sixth clip and still of the data folder, and of the clips gathered in `extra`.

    The thresholds that are stored with the weights were chosen on films made of it, by other seeds.

    Raises:
        AutoEditError: there is no footage.
    """
    _, held_out = split(load_footage(data))
    gathered = tuple(load_clip(path) for path in single_shots(extra, held_out=True))
    return replace(held_out, clips=held_out.clips + gathered)
