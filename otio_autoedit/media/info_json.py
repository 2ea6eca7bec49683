"""`MediaInfo` as plain JSON values, `FrameIndex` as plain arrays: for store and scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from otio_autoedit.media.info import AudioStream, FrameIndex, MediaInfo

_FRACTIONS = {"edit_rate", "sample_aspect", "start", "duration"}


def info_to_dict(info: MediaInfo) -> dict[str, Any]:
    """A record as JSON takes it: fractions as "24000/1001", tuples as lists."""
    values = _to_dict(info)
    values["size"] = list(info.size)
    values["notes"] = list(info.notes)
    values["audio"] = [_to_dict(stream) for stream in info.audio]
    return values


def info_from_dict(values: Mapping[str, Any]) -> MediaInfo:
    """The record again; keys that this version does not know are left out.

    Raises:
        ValueError: a key is missing, or holds what it cannot hold.
    """
    try:
        known = _known(MediaInfo, values)
        known["size"] = (int(values["size"][0]), int(values["size"][1]))
        known["notes"] = tuple(str(note) for note in values.get("notes", ()))
        known["audio"] = tuple(
            AudioStream(**_known(AudioStream, stream)) for stream in values.get("audio", ())
        )
        return MediaInfo(**known)
    except (KeyError, TypeError, IndexError, ZeroDivisionError) as error:
        raise ValueError(f"not the record of a media file: {error!r}") from error


def index_to_arrays(index: FrameIndex) -> dict[str, npt.NDArray[np.int64]]:
    """An index as int64 arrays, for safetensors."""
    base, rate = index.time_base, index.edit_rate
    facts = [base.numerator, base.denominator, rate.numerator, rate.denominator]
    return {
        "pts": np.ascontiguousarray(index.pts),
        "keys": np.ascontiguousarray(index.keys),
        "facts": np.array([*facts, int(index.variable_rate), index.end], np.int64),
    }


def index_from_arrays(arrays: Mapping[str, npt.NDArray[Any]]) -> FrameIndex:
    """The index again.

    Raises:
        ValueError: arrays that are no index.
    """
    try:
        facts = [int(fact) for fact in arrays["facts"]]
        pts, keys = (np.array(arrays[name], np.int64).reshape(-1) for name in ("pts", "keys"))
        base, rate = Fraction(facts[0], facts[1]), Fraction(facts[2], facts[3])
        index = FrameIndex(pts, base, rate, bool(facts[4]), keys, facts[5])
    except (KeyError, IndexError, TypeError, ZeroDivisionError) as error:
        raise ValueError(f"not the index of a media file: {error!r}") from error
    if np.any(np.diff(pts) <= 0) or base <= 0 or rate <= 0:
        raise ValueError("not the index of a media file: its times do not rise")
    return index


def _to_dict(record: MediaInfo | AudioStream) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in fields(record)}
    return {
        name: str(value) if isinstance(value, Fraction) else value for name, value in values.items()
    }


def _known(kind: type[MediaInfo] | type[AudioStream], values: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(kind)}
    return {
        name: Fraction(value) if name in _FRACTIONS else value
        for name, value in values.items()
        if name in names
    }
