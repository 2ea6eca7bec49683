"""Sound streams, for formats that know one sound a file."""

from __future__ import annotations

import opentimelineio as otio

from otio_autoedit.adapters.conform.facts import OURS


def stream_of(clip: otio.schema.Clip) -> int:
    """Which of its file's sound streams a clip plays, 0-based."""
    stream = clip.metadata.get(OURS, {}).get("stream")
    return stream if isinstance(stream, int) and stream > 0 else 0


def first_stream_only(timeline: otio.schema.Timeline) -> int:
    """Leave gaps where a second or later sound stream plays; how many clips.

    Left in, they would play the first stream once more. Tracks with nothing else on them go.
    """
    changed = 0
    for index in reversed(range(len(timeline.tracks))):
        track = timeline.tracks[index]
        if track.kind != otio.schema.TrackKind.Audio:
            continue
        before = changed
        for place, item in enumerate(list(track)):
            if isinstance(item, otio.schema.Clip) and stream_of(item):
                length = otio.opentime.TimeRange(duration=item.duration())
                track[place] = otio.schema.Gap(source_range=length)
                changed += 1
        if changed > before and not list(track.find_clips()):
            del timeline.tracks[index]
    return changed
