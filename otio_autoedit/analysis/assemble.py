"""Stages put together: the `Analysis` that whoever asked gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from otio_autoedit.analysis.record import Analysis, Curve, Features
from otio_autoedit.analysis.results import (
    Curves,
    Index,
    Loudness,
    MadeBy,
    Mattes,
    Scenes,
    Shots,
    Tracks,
    Vectors,
)
from otio_autoedit.analysis.sampling import curve_of
from otio_autoedit.analysis.stages import INDEX, SHOWN

Results = Mapping[str, object]


def assembled(results: Results, needs: Iterable[str]) -> Analysis:
    """Returns what ``results`` tell of what is asked for; its index is among them."""
    index = results[INDEX]
    assert isinstance(index, Index)
    fields: dict[str, Any] = {}
    curves: dict[str, Curve] = {}
    made_by: dict[str, MadeBy] = {}
    for need in needs:
        result = results[SHOWN[need]]
        made_by[need] = result.made_by  # type: ignore[attr-defined]
        if need == "features":
            fields |= _features(result)
        else:
            fields |= _fields(result)
            curves |= _curves(result, index)
    return Analysis(
        media=index.media,
        index=index.frames,
        curves=MappingProxyType(curves),
        made_by=MappingProxyType(made_by),
        **fields,
    )


def _features(result: object) -> dict[str, Any]:
    assert isinstance(result, Vectors)
    return {"features": Features(result.positions, result.vectors)}


def _fields(result: object) -> dict[str, Any]:
    match result:
        case Shots():
            return {"transitions": result.transitions, "jump_cuts": result.jump_cuts}
        case Tracks():
            return {"tracks": result.tracks}
        case Mattes():
            return {"masks": result.masks}
    return {}


def _curves(result: object, index: Index) -> dict[str, Curve]:
    match result:
        case Loudness(curve=Curve() as curve):
            return {"loudness": curve}
        case Curves():
            return dict(result.curves)
        case Vectors() if len(result.positions):
            unit = "distance"
            return {"novelty": curve_of(unit, index.frames, result.positions, result.novelty)}
        case Scenes() if len(result.positions):
            return {
                f"scene_{label}": curve_of("probability", index.frames, result.positions, values)
                for label, values in zip(result.labels, result.values.T, strict=True)
            }
    return {}
