"""The laying out: an `EditPlan` becomes an OTIO timeline.

    Alternates  |the best left out  |             switched off: to look at, not part of the edit
    V1          |shot 001x shot 002    |shot 003| one clip a piece; x: a dissolve
    A1          |shot 001 x shot 002   |  gap|sh| its own sound, linked; a track a stream

Every clip's ``source_range`` counts in the media's own timecode at the timeline's rate and lies
inside its ``available_range``, which is the whole file. Frames are whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import opentimelineio as otio

from otio_autoedit.edit.handles import heard
from otio_autoedit.edit.plan import EditPlan
from otio_autoedit.media.timecode import frames_from_timecode
from otio_autoedit.timeline import metadata
from otio_autoedit.timeline.facts import plan_facts, safe_text
from otio_autoedit.timeline.picture import alternate_tracks, picture_track
from otio_autoedit.timeline.places import Place, frames_time, places_of
from otio_autoedit.timeline.sound import sound_tracks


def build_timeline(plan: EditPlan) -> otio.schema.Timeline:
    """The timeline that plays ``plan``; the same plan gives the same timeline."""
    timeline = otio.schema.Timeline(safe_text(plan.name))
    timeline.global_start_time = frames_time(_start(plan), plan.rate)
    places, left_out = places_of(plan)
    links = _links(plan, places)
    if any(place.clock.source.media.kind != "audio" for place in places):
        timeline.tracks.append(picture_track(plan, places, links))
    alternates, notes = alternate_tracks(left_out, sum(place.length for place in places))
    timeline.tracks.extend(alternates)
    timeline.tracks.extend(sound_tracks(plan, places, links))
    metadata.stamp(timeline, plan_facts(plan, notes))
    return timeline


def _links(plan: EditPlan, places: Sequence[Place]) -> list[int]:
    """A number for each piece that becomes clips that belong together, 0 where it is one alone."""
    result, last = [], 0
    for place in places:
        media = place.clock.source.media
        members = int(media.kind != "audio" and place.length > 0)
        if plan.audio == "linked":
            spans = (
                heard(place.clock, n, place.start, place.stop) for n in range(len(media.audio))
            )
            members += sum(start < stop for start, stop in spans)
        last += members > 1
        result.append(last if members > 1 else 0)
    return result


def _start(plan: EditPlan) -> int:
    return frames_from_timecode(plan.start_timecode, plan.rate) if plan.start_timecode else 0
