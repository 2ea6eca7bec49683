"""Analyses as JSON for people's scripts, and back: schema 1, documented in docs/analysis-json.md.

A published schema is never changed in place: a new one gets a new number and a function that makes
it of the one before, and every older file stays readable.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from otio_autoedit.analysis.media_json import (
    MOST_FRAMES,
    Fields,
    fraction_text,
    media_from_json,
    media_to_json,
    shortest,
)
from otio_autoedit.analysis.record import (
    Analysis,
    Curve,
    FrameIndex,
    JumpCut,
    MediaInfo,
    Transition,
)
from otio_autoedit.analysis.track_json import (
    masks_from_json,
    masks_to_json,
    tracks_from_json,
    tracks_to_json,
)
from otio_autoedit.errors import AutoEditError
from otio_autoedit.models.transition import TYPES

SCHEMA = 1

UPGRADES: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""``UPGRADES[n]`` makes a document of schema n + 1 of one of schema n."""


def to_json(analyses: Iterable[Analysis]) -> dict[str, Any]:
    """Returns ``analyses`` as a document of JSON values, ready for ``json.dump``."""
    return {"schema": SCHEMA, "analyses": [_analysis_to_json(each) for each in analyses]}


def from_json(document: object) -> list[Analysis]:
    """Returns the analyses of a document of this schema or an older one.

    Raises:
        AutoEditError: it is no such document; the message says where it departs.
    """
    try:
        read = Fields(upgrade(document), "document")
        return [
            _analysis_from_json(each, f"analyses[{n}]")
            for n, each in enumerate(read.items("analyses"))
        ]
    except ValueError as error:
        raise AutoEditError(f"not an analysis that can be read: {error}") from error


def upgrade(document: object) -> dict[str, Any]:
    """Returns ``document`` in the newest schema; the one given stays as it is.

    Raises:
        AutoEditError: it has no schema number, or one from a later version of this program.
    """
    schema = document.get("schema") if isinstance(document, Mapping) else None
    if not isinstance(document, Mapping) or not isinstance(schema, int) or schema < 1:
        raise AutoEditError('not an analysis: "schema" with a number from 1 is missing')
    if schema > SCHEMA:
        raise AutoEditError(
            f"this analysis has schema {schema}, and this version of otio-autoedit reads up to "
            f"{SCHEMA}: update otio-autoedit"
        )
    newest = dict(document)
    for number in range(schema, SCHEMA):
        newest = {**UPGRADES[number](newest), "schema": number + 1}
    return newest


def transitions_to_json(transitions: Iterable[Transition]) -> list[dict[str, object]]:
    """Returns ``transitions`` as JSON values."""
    return [
        {
            "last_before": each.last_before,
            "first_after": each.first_after,
            "type": each.type,
            "confidence": shortest(each.confidence),
        }
        for each in transitions
    ]


def transitions_from_json(data: list[object], frames: int, where: str) -> tuple[Transition, ...]:
    """Returns the transitions of a file of ``frames`` frames; ValueError if they cannot be."""
    found: list[Transition] = []
    for number, each in enumerate(data):
        read = Fields(each, f"{where}[{number}]")
        found.append(
            Transition(
                last_before=read.integer("last_before", -1, frames),
                first_after=read.integer("first_after", 0, frames),
                type=read.one_of("type", TYPES),
                confidence=read.number("confidence", 0.0, 1.0),
            )
        )
        if found[-1].first_after <= found[-1].last_before:
            raise ValueError(f"{where}[{number}] ends before it begins")
        if number and found[-1].last_before < found[-2].first_after:
            raise ValueError(f"{where}[{number}] overlaps the one before")
    return tuple(found)


def jump_cuts_to_json(jump_cuts: Iterable[JumpCut] | None) -> list[dict[str, object]] | None:
    """Returns ``jump_cuts`` as JSON values; None for what is not known."""
    if jump_cuts is None:
        return None
    return [
        {"last_before": each.last_before, "confidence": shortest(each.confidence)}
        for each in jump_cuts
    ]


def jump_cuts_from_json(data: object, frames: int, where: str) -> tuple[JumpCut, ...] | None:
    """Returns the jump cuts of a file of ``frames`` frames; ValueError if they cannot be."""
    if data is None:
        return None
    found: list[JumpCut] = []
    if not isinstance(data, list):
        raise ValueError(f"{where}: a list is asked for")
    for number, each in enumerate(data):
        read = Fields(each, f"{where}[{number}]")
        at = read.integer("last_before", 0, frames - 2)
        found.append(JumpCut(at, read.number("confidence", 0.0, 1.0)))
        if number and at <= found[-2].last_before:
            raise ValueError(f"{where}[{number}] is not after the one before")
    return tuple(found)


def _analysis_to_json(analysis: Analysis) -> dict[str, Any]:
    return {
        "media": media_to_json(analysis.media),
        "frame_times": _times_to_json(analysis.index),
        "transitions": (
            None if analysis.transitions is None else transitions_to_json(analysis.transitions)
        ),
        "jump_cuts": jump_cuts_to_json(analysis.jump_cuts),
        "curves": {
            name: {
                "unit": curve.unit,
                "rate": curve.rate,
                "start": curve.start,
                "values": [shortest(value) for value in curve.values],
            }
            for name, curve in analysis.curves.items()
        },
        "tracks": tracks_to_json(analysis.tracks or ()),
        "masks": masks_to_json(analysis.masks or ()),
        "made_by": {stage: dict(facts) for stage, facts in analysis.made_by.items()},
    }


def _analysis_from_json(data: object, where: str) -> Analysis:
    read = Fields(data, where)
    media = media_from_json(read.value("media"), f"{where}.media")
    transitions = None
    if read.value("transitions") is not None:
        transitions = transitions_from_json(
            read.items("transitions"), media.frame_count, f"{where}.transitions"
        )
    made_by = read.value("made_by")
    Fields(made_by, f"{where}.made_by")
    frames = media.frame_count
    tracks = tracks_from_json(read.items("tracks"), frames, f"{where}.tracks")
    masks = masks_from_json(read.items("masks"), frames, f"{where}.masks")
    return Analysis(
        media=media,
        index=_index_from_json(read.value("frame_times"), media, f"{where}.frame_times"),
        transitions=transitions,
        jump_cuts=jump_cuts_from_json(
            read.value("jump_cuts", None), media.frame_count, f"{where}.jump_cuts"
        ),
        curves={
            name: _curve_from_json(curve, f"{where}.curves.{name}")
            for name, curve in _object(read.value("curves"), f"{where}.curves").items()
        },
        tracks=tracks if tracks or "objects" in made_by else None,
        masks=masks if masks or "masks" in made_by else None,
        made_by={
            stage: dict(_object(facts, f"{where}.made_by.{stage}"))
            for stage, facts in made_by.items()
        },
    )


def _times_to_json(index: FrameIndex) -> dict[str, object] | None:
    """Returns when each frame is shown, where that does not follow from the rate."""
    if not index.variable_rate:
        return None
    return {
        "time_base": fraction_text(index.time_base),
        "pts": index.pts.tolist(),
        "end": index.end,
    }


def _index_from_json(data: object, media: MediaInfo, where: str) -> FrameIndex:
    if data is None:
        pts, base = np.arange(media.frame_count, dtype=np.int64), 1 / media.edit_rate
        end = media.frame_count
    else:
        read = Fields(data, where)
        pts = np.array(read.integers("pts", -(1 << 62), 1 << 62), np.int64)
        base = read.fraction("time_base", positive=True)
        end = read.integer("end", -(1 << 62), 1 << 62)
        if len(pts) != media.frame_count or (np.diff(pts) <= 0).any():
            raise ValueError(f"{where}.pts: {media.frame_count} rising numbers are asked for")
    return FrameIndex(pts, Fraction(base), media.edit_rate, media.variable_rate, end=end)


def _curve_from_json(data: object, where: str) -> Curve:
    read = Fields(data, where)
    values = read.items("values")
    if not all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values):
        raise ValueError(f"{where}.values: numbers are asked for")
    return Curve(
        unit=read.text("unit"),
        rate=read.number("rate", 1e-6, MOST_FRAMES),
        start=read.number("start"),
        values=np.array(values, np.float32),
    )


def _object(data: object, where: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise ValueError(f"{where}: an object is asked for")
    return data
