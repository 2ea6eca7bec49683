"""Drawings of a timeline (.svg), through OTIO's ``svg`` adapter.

The adapter stops at a fade in at the head, at media of unknown length and at an empty track, and
draws a tick for every frame of every file, which for an hour of footage is no drawing any more.
"""

from __future__ import annotations

import opentimelineio as otio

from otio_autoedit.adapters.conform import steps
from otio_autoedit.adapters.conform.facts import Facts
from otio_autoedit.adapters.conform.gaps import drop_end_transitions
from otio_autoedit.adapters.conform.losses import Loss, lost
from otio_autoedit.errors import ExportError

OTIO = "write .otio to keep them"
MOST_TICKS = 20_000  # about 8 MB of drawing


def prepare(timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Known ranges everywhere, no fade at the head, no more media drawn than can be seen."""
    steps.clean_text(timeline, one_line=True)
    steps.fill_ranges(timeline, facts.rate)
    losses = lost("nested compositions laid out flat", steps.unnest(timeline), OTIO)
    for clip in timeline.find_clips():
        if clip.media_reference is None or clip.media_reference.available_range is None:
            reference = clip.media_reference or otio.schema.MissingReference()
            reference.available_range = clip.source_range
            clip.media_reference = reference
    steps.one_rate(timeline, facts.rate, media=True)
    steps.drop_empty(timeline)
    losses += lost("fades at the ends of a track", drop_end_transitions(timeline), OTIO)
    if not any(len(track) for track in timeline.tracks):
        raise ExportError("there is nothing to draw: the timeline holds no clip")
    cut = _fit(timeline, MOST_TICKS)
    losses += lost("clips drawn without the rest of their media, for size", cut, OTIO)
    off = sum(not c.enabled for c in timeline.find_clips())
    return losses + lost("disabled clips drawn as if on", off, OTIO)


def _fit(timeline: otio.schema.Timeline, most: int) -> int:
    """Where all the media would make too many ticks, keep what plays and the dissolves' share."""
    clips = list(timeline.find_clips())
    if sum(c.media_reference.available_range.duration.value for c in clips) <= most:
        return 0
    changed = 0
    for clip in clips:
        track = clip.parent()
        index = track.index(clip)
        before = track[index - 1] if index else None
        after = track[index + 1] if index + 1 < len(track) else None
        span = clip.source_range
        start, stop = span.start_time, span.end_time_exclusive()
        if isinstance(before, otio.schema.Transition):
            start -= before.in_offset
        if isinstance(after, otio.schema.Transition):
            stop += after.out_offset
        if clip.media_reference.available_range.duration > stop - start:
            changed += 1
        clip.media_reference.available_range = otio.opentime.TimeRange(start, stop - start)
    return changed
