"""Tracks as OTIO's EDL reader leaves them: a record start said by a range that shows nothing."""

from __future__ import annotations

import opentimelineio as otio


def settle_record_starts(timeline: otio.schema.Timeline) -> None:
    """Gives tracks read from an EDL a range that plays them, and the timeline their start.

    The EDL reader says that a track begins at 01:00:00:00 by a source range that begins an hour
    before the track, where nothing is. Taken at its word such a track is empty. Here the first
    track's record start becomes the timeline's, and a track that begins later a gap before it.
    """
    starts = {
        index: -track.source_range.start_time
        for index, track in enumerate(timeline.tracks)
        if isinstance(track, otio.schema.Track) and _says_record_start(track)
    }
    if not starts:
        return
    first = min(starts.values())
    for index, start in starts.items():
        track = timeline.tracks[index]
        track.source_range = None
        if start > first:
            track.insert(0, otio.schema.Gap(duration=start - first))
    if timeline.global_start_time is None:
        timeline.global_start_time = first


def _says_record_start(track: otio.schema.Track) -> bool:
    span = track.source_range
    return (
        span is not None
        and len(track) > 0
        and span.start_time.value < 0
        and span.duration == track.available_range().duration
    )
