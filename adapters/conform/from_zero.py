"""Source times counted from a file's first frame, for programs that know no timecode of the media.

An in-point between two frames of the timeline moves forward, so that no frame of the shot before it
is seen: such programs show, at timeline frame n, the media frame nearest to that time.
"""

from __future__ import annotations

import math
from fractions import Fraction

import opentimelineio as otio

from otio_autoedit.adapters.conform.facts import exact_rate
from otio_autoedit.adapters.conform.steps import frames

Time = otio.opentime.RationalTime
Range = otio.opentime.TimeRange


def from_zero(timeline: otio.schema.Timeline, rate: Fraction) -> int:
    """Count every clip's source times from its file's first frame, at the timeline's rate.

    Call it before `one_rate`, which makes the frames whole. Returns the clips whose in-point or
    length is no whole number of frames: those will play up to a frame beside their place.
    """
    return sum(_rebase(clip, rate) for clip in timeline.find_clips())


def _rebase(clip: otio.schema.Clip, rate: Fraction) -> bool:
    available = clip.media_reference.available_range if clip.media_reference else None
    span = clip.source_range
    if available is None or span is None:
        return False
    start = frames(span.start_time, rate) - frames(available.start_time, rate)
    length = frames(span.duration, rate)
    first = _forward(start, rate / exact_rate(available.duration.rate))
    for marker in clip.markers:
        moved = frames(marker.marked_range.start_time, rate) - frames(available.start_time, rate)
        marker.marked_range = Range(Time(float(moved), float(rate)), marker.marked_range.duration)
    clip.source_range = Range(Time(float(first), float(rate)), span.duration)
    clip.media_reference.available_range = Range(
        Time(0, available.duration.rate), available.duration
    )
    return first != start or length.denominator != 1


def _forward(start: Fraction, media_frame: Fraction) -> Fraction:
    """The first timeline frame whose nearest media frame is not before ``start``.

    ``media_frame`` is how long a frame of the media lasts, in frames of the timeline.

    >>> [str(_forward(Fraction(n, 2), Fraction(1, 2))) for n in (20, 21)]  # 50 fps media at 25
    ['10', '11']
    """
    start = max(start, Fraction(0))  # nothing can show what lies before a file
    return start if media_frame >= 1 else Fraction(math.ceil(start - media_frame / 2))
