"""Handles: what a file has beside a piece, in picture and in sound, for a transition to use."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate

from otio_autoedit.edit.believed import Believed
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.plan import Piece

SLACK = Fraction(1, 10)
"""Seconds by which sound may miss the picture's head or end and still count as reaching it:
encoders pad and trim by parts of a frame, and an editor wants no one-frame gap from that."""


@dataclass(frozen=True, slots=True, eq=False)
class ShotEnds:
    """The believed transitions of a file, to find how far a shot goes on beyond a piece of it.

    Frames of a baked transition are of neither shot.
    """

    begins: tuple[int, ...]  # where transitions begin, rising, and the furthest end of those so far
    furthest: tuple[int, ...]
    ends: tuple[int, ...]  # where they end, rising, and the earliest begin of those from there on
    earliest: tuple[int, ...]

    @classmethod
    def of(cls, believed: Iterable[Believed]) -> ShotEnds:
        """From the transitions of one file, in any order."""
        mixed = sorted(one.mixed for one in believed)
        by_end = sorted((stop, start) for start, stop in mixed)
        earliest = list(accumulate((start for _, start in reversed(by_end)), min))
        return cls(
            tuple(start for start, _ in mixed),
            tuple(accumulate((stop for _, stop in mixed), max)),
            tuple(stop for stop, _ in by_end),
            tuple(reversed(earliest)),
        )

    def around(self, start: int, stop: int, length: int) -> tuple[int, int]:
        """The source frames ``[first, last)`` that are of the shots in which ``[start, stop)``
        begins and ends: never more than its own there if an end of it lies in a transition."""
        earlier = bisect_right(self.begins, start)
        later = bisect_left(self.ends, stop)
        first = min(self.furthest[earlier - 1], start) if earlier else 0
        last = max(self.earliest[later], stop) if later < len(self.ends) else length
        return first, last


def picture_handles(clock: Clock, piece: Piece, shots: ShotEnds) -> tuple[int, int]:
    """The frames of the clock's rate that the file has of a piece's shot before and after it."""
    media = clock.source.media
    length = media.frame_count if media.kind == "video" else media.duration_frames
    first, last = shots.around(piece.start, piece.stop, length)
    return (
        clock.frame(piece.start) - clock.frame(first),
        clock.frame(last) - clock.frame(piece.stop),
    )


def sound_handles(clock: Clock, piece: Piece, stream: int) -> tuple[int, int]:
    """The frames of sound that the file has before and after a piece, without a hole."""
    start, stop = clock.frame(piece.start), clock.frame(piece.stop)
    before, after = heard(clock, stream, 0, start), heard(clock, stream, stop, clock.length)
    head = start - before[0] if before[1] == start else 0
    tail = after[1] - stop if after[0] == stop else 0
    return head, tail


def streams_across(
    before: tuple[Clock, Piece] | None, after: tuple[Clock, Piece] | None
) -> tuple[int, ...]:
    """The sound streams heard right up to the cut between two pieces and right from it on; of one
    piece alone (at the timeline's ends) those that are heard there."""
    counts = [len(side[0].source.media.audio) for side in (before, after) if side is not None]
    return tuple(
        stream
        for stream in range(min(counts, default=0))
        if (before is None or _touches(*before, stream, at_stop=True))
        and (after is None or _touches(*after, stream, at_stop=False))
    )


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


def _touches(clock: Clock, piece: Piece, stream: int, *, at_stop: bool) -> bool:
    start, stop = clock.frame(piece.start), clock.frame(piece.stop)
    first, last = heard(clock, stream, start, stop)
    return first < last and (last == stop if at_stop else first == start)
