"""The stages an analysis is made of: what each is called, what it depends on, how it is stored.

A stage's key is a hash of everything that its result depends on besides the file; a stage stored
under another key is another result.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from otio_autoedit.analysis.entry import Entry
from otio_autoedit.analysis.export import (
    jump_cuts_from_json,
    jump_cuts_to_json,
    transitions_from_json,
    transitions_to_json,
)
from otio_autoedit.analysis.media_json import (
    Fields,
    fraction_text,
    media_from_json,
    media_to_json,
)
from otio_autoedit.analysis.record import Curve, FrameIndex, JumpCut, MediaInfo, Transition
from otio_autoedit.errors import OptionError, did_you_mean

NEEDS = ("shots", "loudness")
"""What may be asked for. The index is always made."""

INDEX, SHOTS, LOUDNESS = "index", "shots", "loudness"

# Counted up when a stage's code comes to give another result for the same file.
_VERSIONS = {INDEX: 1, SHOTS: 2, LOUDNESS: 1}

MadeBy = Mapping[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """What reading the whole file tells."""

    media: MediaInfo
    frames: FrameIndex


@dataclass(frozen=True, slots=True)
class Shots:
    """The transitions, the jump cuts (None where the network does not tell them), and the network
    that saw them."""

    transitions: tuple[Transition, ...]
    jump_cuts: tuple[JumpCut, ...] | None
    made_by: MadeBy


@dataclass(frozen=True, slots=True, eq=False)
class Loudness:
    """The curve, None for a file without sound, and what measured it."""

    curve: Curve | None
    made_by: MadeBy = field(
        default_factory=lambda: MappingProxyType({"measure": "EBU R 128 momentary", "stream": 0})
    )


def checked_needs(needs: Iterable[str]) -> tuple[str, ...]:
    """Returns ``needs`` in the order of `NEEDS`; OptionError for one that does not exist."""
    asked = {needs} if isinstance(needs, str) else set(needs)
    for name in sorted(asked, key=str):
        if name not in NEEDS:
            raise OptionError(f"needs={name!r} is unknown{did_you_mean(str(name), NEEDS)}")
    return tuple(name for name in NEEDS if name in asked)


def stage_key(stage: str, **depends: object) -> str:
    """Returns the key of ``stage`` with what it ``depends`` on: JSON values."""
    text = json.dumps({"version": _VERSIONS[stage], **depends}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def to_entry(result: Index | Shots | Loudness) -> Entry:
    """Returns ``result`` as the store keeps it."""
    if isinstance(result, Index):
        return _index_entry(result)
    made_by = dict(result.made_by)
    if isinstance(result, Shots):
        found = transitions_to_json(result.transitions)
        jumps = jump_cuts_to_json(result.jump_cuts)
        return Entry({"transitions": found, "jump_cuts": jumps, "made_by": made_by})
    if result.curve is None:
        return Entry({"made_by": made_by, "rate": None})
    data = {"unit": result.curve.unit, "rate": result.curve.rate, "start": result.curve.start}
    return Entry({**data, "made_by": made_by}, {"values": result.curve.values})


def index_from(entry: Entry, path: str, fingerprint: str) -> Index:
    """Returns what was kept, for the file as it lies now; ValueError if it cannot be."""
    read = Fields({**entry.data}, "index")
    media = {**_object(read.value("media")), "path": path, "fingerprint": fingerprint}
    info = media_from_json(media, "index.media")
    pts, keys = (entry.arrays.get(name) for name in ("pts", "keys"))
    if pts is None or keys is None or pts.dtype != np.int64 or keys.dtype != np.int64:
        raise ValueError("index.pts or index.keys is missing")
    if pts.shape != (info.frame_count,) or (np.diff(pts) <= 0).any() or keys.ndim != 1:
        raise ValueError("index.pts does not rise, or is not one for each frame")
    if len(keys) and (keys.min() < 0 or keys.max() >= info.frame_count):
        raise ValueError("index.keys points outside the file")
    base = Fraction(read.fraction("time_base", positive=True))
    end = read.integer("end", -(1 << 62), 1 << 62)
    return Index(info, FrameIndex(pts, base, info.edit_rate, info.variable_rate, keys, end))


def shots_from(entry: Entry, frames: int) -> Shots:
    """Returns what was kept of a file of ``frames`` frames; ValueError if it cannot be."""
    read = Fields(entry.data, "shots")
    found = transitions_from_json(read.items("transitions"), frames, "shots.transitions")
    jumps = jump_cuts_from_json(read.value("jump_cuts"), frames, "shots.jump_cuts")
    return Shots(found, jumps, _object(read.value("made_by")))


def loudness_from(entry: Entry) -> Loudness:
    """Returns what was kept; ValueError if it cannot be."""
    read = Fields(entry.data, "loudness")
    made_by = _object(read.value("made_by"))
    if read.value("rate") is None:
        return Loudness(None, made_by)
    values = entry.arrays.get("values")
    if values is None or values.dtype != np.float32 or values.ndim != 1:
        raise ValueError("loudness.values are missing")
    if not np.isfinite(values).all():
        raise ValueError("loudness.values are not all numbers")
    curve = Curve(read.text("unit"), read.number("rate", 1e-6), read.number("start"), values)
    return Loudness(curve, made_by)


def _index_entry(index: Index) -> Entry:
    return Entry(
        {
            "media": media_to_json(index.media),
            "time_base": fraction_text(index.frames.time_base),
            "end": index.frames.end,
        },
        {
            "pts": index.frames.pts.astype(np.int64),
            "keys": index.frames.keys.astype(np.int64),
        },
    )


def _object(value: Any) -> MadeBy:
    if not isinstance(value, dict):
        raise ValueError("an object is asked for")
    return cast(MadeBy, value)
