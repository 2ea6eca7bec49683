"""A flat view of any timeline: what plays, and from where, at every frame.

    V2      |   D   |
    V1  | A |x| B       | gap | C |      x: a dissolve
        |---|-|-|-------|.....|---|      spans, without a hole

Times are exact fractions of a second until the end, where spans are set on whole frames: a frame
shows what plays at the moment when it begins.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import opentimelineio as otio

from otio_autoedit.timeline import stretches
from otio_autoedit.timeline.stretches import exact_rate, seconds

Kind = Literal["Video", "Audio"]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A clip that plays in a span. ``start`` is the media time in seconds at the span's first
    frame, ``speed`` its seconds of media a second (0: freeze; negative: backwards), ``opacity`` how
    much of it shows at the span's first frame and at its end, linear between."""

    clip: otio.schema.Clip
    start: Fraction
    speed: Fraction
    opacity: tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True, eq=False)
class Span:
    """The timeline's frames ``[start, stop)`` (from 0, at ``rate``) in which the same clips play:
    ``layers`` from the bottom up, the topmost seen; of sound, all heard. None: black or silence."""

    start: int
    stop: int
    rate: Fraction
    layers: tuple[Layer, ...]

    def opacity(self, layer: Layer, frame: int) -> Fraction:
        """How much of a layer shows at a frame of the timeline."""
        first, last = layer.opacity
        return first + (last - first) * Fraction(frame - self.start, self.stop - self.start)

    def media_time(self, layer: Layer, frame: int) -> Fraction:
        """Where a layer's media is at a frame of the timeline, in seconds of its own clock."""
        return layer.start + layer.speed * Fraction(frame - self.start) / self.rate

    def media_frame(self, layer: Layer, frame: int, media_rate: Fraction | None = None) -> int:
        """The frame of a layer's media, from the media's first, at a frame of the timeline; counted
        at ``media_rate``, or else at the rate of the clip's own times."""
        known = layer.clip.available_range() if _has_range(layer.clip) else None
        head = seconds(known.start_time) if known else Fraction(0)
        if media_rate is None:
            media_rate = exact_rate(layer.clip.trimmed_range().start_time.rate)
        return math.floor((self.media_time(layer, frame) - head) * media_rate)


def flatten(
    timeline: otio.schema.Timeline, kind: Kind = "Video", rate: Fraction | None = None
) -> list[Span]:
    """Every span of the timeline's pictures (or sound), in order, without a hole between them.

    Handles gaps, nested stacks and tracks, transitions, several tracks, linear and frozen time,
    switched-off items. ``rate`` is the timeline's own unless given. The timeline is not changed.
    """
    frames = rate or timeline_rate(timeline)
    spans: list[Span] = []
    for stretch in stretches.of_stack(timeline.tracks, kind):
        start, stop = math.ceil(stretch.start * frames), math.ceil(stretch.stop * frames)
        if start == stop:
            continue
        if spans and not spans[-1].layers and not stretch.layers:
            spans[-1] = Span(spans[-1].start, stop, frames, ())
            continue
        on_frame = stretch.cut(start / frames, max(stretch.stop, stop / frames))
        layers = tuple(Layer(it.clip, it.start, it.speed, it.opacity) for it in on_frame.layers)
        spans.append(Span(start, stop, frames, layers))
    return spans


def playing(spans: Sequence[Span], frame: int) -> Span | None:
    """The span that holds a frame of the timeline; None outside of the timeline."""
    at = bisect_right(spans, frame, key=lambda span: span.start) - 1
    return spans[at] if at >= 0 and frame < spans[at].stop else None


def timeline_rate(timeline: otio.schema.Timeline) -> Fraction:
    """The rate that a timeline counts in: its start time's, else its first item's, else 24."""
    start = timeline.global_start_time
    if start is not None and start.rate > 1:
        return exact_rate(start.rate)
    for item in timeline.tracks.find_children(descended_from_type=otio.core.Item):
        if item.source_range is not None and item.source_range.duration.rate > 1:
            return exact_rate(item.source_range.duration.rate)
    return Fraction(24)


def _has_range(clip: otio.schema.Clip) -> bool:
    reference = clip.media_reference
    return reference is not None and reference.available_range is not None
