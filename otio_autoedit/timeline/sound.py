"""Where a file's sound is to be heard."""

from __future__ import annotations

import math
from fractions import Fraction

from otio_autoedit.edit.clock import Clock

SLACK = Fraction(1, 10)
"""Seconds by which sound may miss the picture's head or end and still count as reaching it:
encoders pad and trim by parts of a frame, and an editor wants no one-frame gap from that."""


def heard(clock: Clock, stream: int, start: int, stop: int) -> tuple[int, int]:
    """What of the frames ``[start, stop)`` (from the file's head, at the clock's rate) has sound of
    that stream; an empty span where none has."""
    audio = clock.source.media.audio
    if stream >= len(audio) or audio[stream].duration <= 0:
        return start, start
    begin, end = audio[stream].start, audio[stream].start + audio[stream].duration
    first = 0 if begin <= SLACK else math.floor(begin * clock.rate)
    reaches = end >= clock.length / clock.rate - SLACK
    last = clock.length if reaches else math.ceil(end * clock.rate)
    first, last = max(start, first), min(stop, last)
    return (first, last) if first < last else (start, start)
