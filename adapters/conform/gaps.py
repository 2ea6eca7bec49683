"""Gaps for what a program cannot play, so that everything behind it keeps its place."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio

from otio_autoedit.adapters.conform import steps


def fileless_to_gaps(
    timeline: otio.schema.Timeline, keep: tuple[type, ...] = (otio.schema.ExternalReference,)
) -> int:
    """Put a gap where a clip names no file of the kinds in ``keep``; how many."""
    changed = 0
    for track in timeline.tracks:
        for index, item in enumerate(list(track)):
            if not isinstance(item, otio.schema.Clip) or _names_file(item, keep):
                continue
            length = otio.opentime.TimeRange(duration=item.duration())
            track[index] = otio.schema.Gap(source_range=length)
            changed += 1
    return changed


def drop_end_transitions(timeline: otio.schema.Timeline) -> int:
    """Take out transitions at the head and tail of tracks, and those of no length; how many."""
    dropped = 0
    for track in timeline.tracks:
        for index in reversed(range(len(track))):
            item = track[index]
            if not isinstance(item, otio.schema.Transition):
                continue
            if not 0 < index < len(track) - 1 or item.duration().value <= 0:
                del track[index]
                dropped += 1
    return dropped


def leave_a_frame(timeline: otio.schema.Timeline, rate: Fraction) -> int:
    """Shorten dissolves that use up an item whole, so that a frame of it is left; how many.

    OTIO's own expansion gives such an item one frame more than it has, and moves all behind it.
    """
    changed = 0
    for track in timeline.tracks:
        for index, item in enumerate(list(track)):
            if not isinstance(item, otio.core.Item):
                continue
            before = _transition(track, index - 1)
            after = _transition(track, index + 1)
            lead = round(before.out_offset.value) if before is not None else 0
            trail = round(after.in_offset.value) if after is not None else 0
            excess = lead + trail + 1 - round(item.duration().value)
            if excess <= 0:
                continue
            if before is not None and lead:
                before.out_offset = steps.time_at(lead - min(lead, excess), rate)
                excess -= lead
                changed += 1
            if after is not None and trail and excess > 0:
                after.in_offset = steps.time_at(trail - min(trail, excess), rate)
                changed += 1
        for index in reversed(range(len(track))):
            join = _transition(track, index)
            if join is not None and join.duration().value <= 0:
                del track[index]
    return changed


def _transition(track: otio.schema.Track, index: int) -> otio.schema.Transition | None:
    item = track[index] if 0 <= index < len(track) else None
    return item if isinstance(item, otio.schema.Transition) else None


def _names_file(clip: otio.schema.Clip, keep: tuple[type, ...]) -> bool:
    reference = clip.media_reference
    if isinstance(reference, otio.schema.ExternalReference):
        return bool(reference.target_url)
    return isinstance(reference, keep)
