"""How a clip's time lies on a file's frames.

A clip names its part of a file by time: in the file's timecode, counted from the file's first
frame, or as its old reference counted. Which of these it is shows in where the file really lies. A
clip that counts at another rate is compared by time, except where both count the same frames and
only the clock differs (an EDL read at 24 over footage at 23.976): there by frames.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction

from opentimelineio.opentime import RationalTime, TimeRange

from otio_autoedit.media.info import MediaInfo


class Cover(IntEnum):
    """How well a file holds what a clip plays; the more the surer."""

    NONE = 0
    PART = 1  # some frames of the clip lie outside the file
    COUNTED_FROM_ZERO = 2
    WHOLE = 3  # without timecode to compare, or by the clip's old reference
    TIMECODE = 4  # by the file's own timecode


@dataclass(frozen=True, slots=True)
class Span:
    """A range in frames at ``rate``; ``stop`` is the first frame after it. Frames may be broken."""

    rate: Fraction
    start: Fraction
    stop: Fraction

    @classmethod
    def of(cls, found: TimeRange) -> Span:
        """The range in frames at the rate of its start."""
        rate = exact_rate(found.start_time.rate)
        start = Fraction(found.start_time.value).limit_denominator(1_000_000)
        length = Fraction(found.duration.value).limit_denominator(1_000_000)
        return cls(rate, start, start + length * rate / exact_rate(found.duration.rate))

    @property
    def length(self) -> Fraction:
        """In frames."""
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Fit:
    """A clip's time laid on a file.

    ``per_frame`` is how many of the file's frames pass in one of the clip's; ``zero`` is the clip's
    time (in frames at ``rate``, after ``move`` was added to it) at which the file's frame 0 lies.
    ``relabelled`` says that the clip counts the file's frames at a neighbouring clock.
    """

    cover: Cover
    rate: Fraction
    per_frame: Fraction
    zero: Fraction
    move: Fraction
    relabelled: bool

    def clip_frame(self, media_frame: int) -> int:
        """The first frame of the clip's time that shows ``media_frame`` or a later one."""
        return math.ceil(media_frame / self.per_frame + self.zero)

    def available_range(self, info: MediaInfo) -> TimeRange:
        """The whole file in its own timecode: at its own rate, or at the clip's where that counts
        the same frames or the file has no rate of its own (sound)."""
        if info.kind == "audio":
            length = math.floor(info.duration_frames / self.per_frame)
            return time_range(self.zero, length, self.rate)
        rate = self.rate if self.relabelled else info.edit_rate
        return time_range(info.start_frame, info.duration_frames, rate)


def fit(
    span: Span | None,
    info: MediaInfo,
    old: Span | None,
    *,
    clip_rate: Fraction | None,
    retimed: bool,
) -> Fit:
    """The likeliest way in which a clip that plays ``span`` counts the frames of ``info``'s file.

    ``old`` is the available range of the clip's reference so far. A ``span`` of None plays all of
    the file, at ``clip_rate`` if that is known. A retimed clip plays other frames than its span
    says: only its start is compared.
    """
    rate = span.rate if span else clip_rate or info.edit_rate
    relabelled = rate != info.edit_rate and round(rate) == round(info.edit_rate)
    per_frame = Fraction(1) if relabelled else info.edit_rate / rate
    zero = info.start_frame / per_frame
    file = Span(rate, zero, zero + info.duration_frames / per_frame)
    cover, move = Cover.WHOLE, Fraction(0)
    if span is not None and info.kind != "still":  # a still holds whatever length
        played = Span(rate, span.start, span.start + 1) if retimed else span
        slack = Fraction(0) if per_frame == 1 else Fraction(1)
        cover, move = _place(played, file, _at(old, rate), bool(info.start_timecode), slack)
    return Fit(cover, rate, per_frame, zero, move, relabelled)


def exact_rate(rate: float) -> Fraction:
    """The rate that a float means: 23.976 and 23.976023976 are 24000/1001."""
    value = Fraction(rate)
    ntsc = Fraction(math.ceil(value) * 1000, 1001)
    if value.denominator != 1 and abs(ntsc - value) / ntsc < Fraction(3, 10_000):
        return ntsc
    return value.limit_denominator(1001)


def time_range(start: Fraction | int, length: Fraction | int, rate: Fraction) -> TimeRange:
    """An OTIO range of frames at ``rate``."""
    return TimeRange(
        RationalTime(float(start), float(rate)), RationalTime(float(length), float(rate))
    )


def _place(
    span: Span, file: Span, old: Span | None, has_timecode: bool, slack: Fraction
) -> tuple[Cover, Fraction]:
    """How the span lies in the file, and what must be added to it to lie in the file's timecode."""
    by_old = file.start - old.start if old is not None else Fraction(0)
    # A reference to a file just as long was this file: what it calls its first frame counts.
    same_file = old is not None and abs(old.length - file.length) <= 1 and _holds(old, span, slack)
    if same_file:
        return (Cover.TIMECODE if has_timecode and not by_old else Cover.WHOLE), by_old
    if _holds(file, span, slack):
        return (Cover.TIMECODE if has_timecode else Cover.WHOLE), Fraction(0)
    if old is not None and _holds(old, span, slack) and _holds(file, _moved(span, by_old), slack):
        return Cover.WHOLE, by_old
    if _holds(file, _moved(span, file.start), slack):
        return Cover.COUNTED_FROM_ZERO, file.start
    for move in (Fraction(0), by_old, file.start):
        if _meets(file, _moved(span, move)):
            return Cover.PART, move
    return Cover.NONE, Fraction(0)


def _holds(outer: Span, inner: Span, slack: Fraction) -> bool:
    return inner.start >= outer.start - slack and inner.stop <= outer.stop + slack


def _meets(a: Span, b: Span) -> bool:
    return min(a.stop, b.stop) - max(a.start, b.start) >= 1


def _moved(span: Span, by: Fraction) -> Span:
    return Span(span.rate, span.start + by, span.stop + by)


def _at(span: Span | None, rate: Fraction) -> Span | None:
    """The span counted at another rate: by frames where the two are neighbours, else by time."""
    if span is None or span.rate == rate:
        return span
    per_frame = Fraction(1) if round(span.rate) == round(rate) else rate / span.rate
    return Span(rate, span.start * per_frame, span.stop * per_frame)
