"""Gaps for what a program cannot play, so that everything behind it keeps its place."""

from __future__ import annotations

import opentimelineio as otio


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


def _names_file(clip: otio.schema.Clip, keep: tuple[type, ...]) -> bool:
    reference = clip.media_reference
    if isinstance(reference, otio.schema.ExternalReference):
        return bool(reference.target_url)
    return isinstance(reference, keep)
