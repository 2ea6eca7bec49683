"""A clip given the media that was found for it: reference, range, and what goes with them."""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_autoedit.adapters.link.clues import Clues, local_path
from otio_autoedit.adapters.link.find import Found, Wanted
from otio_autoedit.adapters.link.fit import Span, time_range
from otio_autoedit.timeline.metadata import KEY as OURS

LINKED = "linked"  # under OURS on a clip that the linker gave its media; never on a clip we cut


def relink(clip: otio.schema.Clip, found: Found) -> otio.schema.MediaReference:
    """Points the clip at the found media and returns the new reference.

    What the clip plays and how long it is stay as they were: a source range that was counted from
    another zero is moved into the media's own timecode, its markers with it; one that was not there
    is written down where the file is longer or shorter than the old reference said.
    """
    old = clip.media_reference
    old_span = _span_of(getattr(old, "available_range", None))
    _move(clip, found.fit.move)
    reference = _reference(old, found)
    if clip.source_range is None and old_span is not None:
        new_span = _span_of(reference.available_range)
        if new_span is None or (new_span.rate, new_span.length) != (old_span.rate, old_span.length):
            start = math.ceil(found.fit.zero)
            length = old_span.length * found.fit.rate / old_span.rate
            clip.source_range = time_range(start, length, found.fit.rate)
    ours = ours_of(clip)
    ours[LINKED] = found.way
    if found.fit.move:
        ours["moved"] = round(found.fit.move)
    clip.metadata[OURS] = ours
    return reference


def ours_of(clip: otio.schema.Clip) -> dict[str, Any]:
    """What stands on the clip under our name, a copy; empty where it is nothing of ours."""
    found = clip.metadata.get(OURS)
    return dict(found) if isinstance(found, Mapping) else {}


def is_linked(clip: otio.schema.Clip) -> bool:
    """True where the linker gave the clip its media, now or in an earlier conversion."""
    return LINKED in ours_of(clip)


def is_cut_by_us(clip: otio.schema.Clip) -> bool:
    """True where the clip comes from our read adapter: it needs no linker."""
    return bool(ours_of(clip)) and not is_linked(clip)


def is_there(clip: otio.schema.Clip) -> bool:
    """True where the clip's reference names a file that exists here."""
    path = local_path(str(getattr(clip.media_reference, "target_url", "") or ""))
    try:
        return path is not None and path.is_file()
    except (OSError, ValueError):
        return False


def wanted_of(clip: otio.schema.Clip, clues: Clues) -> Wanted:
    """What to look for: the clip's clues, what it plays, on what kind of track."""
    span = _span_of(clip.source_range)
    old = _span_of(getattr(clip.media_reference, "available_range", None))
    counted = span or old
    return Wanted(
        clues=clues,
        span=span,
        old=old,
        rate=counted.rate if counted else None,
        kind=_kind(clip),
        retimed=is_retimed(clip),
    )


def is_retimed(clip: otio.schema.Clip) -> bool:
    """True where an effect changes the clip's time."""
    return any(
        isinstance(effect, otio.schema.TimeEffect) and getattr(effect, "time_scalar", 0.0) != 1.0
        for effect in clip.effects
    )


def _reference(old: Any, found: Found) -> otio.schema.ExternalReference:
    info = found.info
    available = getattr(old, "available_range", None)
    if info.kind != "still":  # a still lasts as long as one likes
        available = found.fit.available_range(info)
    new = otio.schema.ExternalReference(target_url=found.path.as_uri(), available_range=available)
    new.name = found.path.name
    if old is not None:
        new.metadata.update(copy.deepcopy(dict(old.metadata)))
        new.available_image_bounds = old.available_image_bounds
    return new


def _move(clip: otio.schema.Clip, by: Fraction) -> None:
    """Adds ``by`` (in the clip's frames) to the clip's source range and its markers."""
    if not by or clip.source_range is None:
        return
    old = clip.source_range
    offset = otio.opentime.RationalTime(float(round(by)), old.start_time.rate)
    clip.source_range = otio.opentime.TimeRange(old.start_time + offset, old.duration)
    for marker in clip.markers:
        at = marker.marked_range
        start = (at.start_time + offset).rescaled_to(at.start_time.rate)
        marker.marked_range = otio.opentime.TimeRange(start, at.duration)


def _span_of(found: otio.opentime.TimeRange | None) -> Span | None:
    if found is None or found.start_time.rate <= 0 or found.duration.rate <= 0:
        return None
    return Span.of(found)


def _kind(clip: otio.schema.Clip) -> Any:
    parent = clip.parent()
    while parent is not None and not isinstance(parent, otio.schema.Track):
        parent = parent.parent()
    if parent is None:
        return ""
    return {"Video": "video", "Audio": "audio"}.get(parent.kind, "")
