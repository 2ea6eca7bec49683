"""Times in whole frames at an exact rate."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

import opentimelineio as otio

from otio_autoedit.adapters.conform.facts import exact_rate

Time = otio.opentime.RationalTime
Range = otio.opentime.TimeRange


def frames(time: otio.opentime.RationalTime, rate: Fraction) -> Fraction:
    """The time in frames of ``rate``, exact: 29.97 counts as 30000/1001."""
    value, own = time.value, exact_rate(time.rate)
    if value.is_integer():
        count = Fraction(int(value))
    else:
        count = Fraction(value).limit_denominator(1_000_000)
    return count if own == rate else count / own * rate


def whole(value: Fraction) -> int:
    """The nearest whole number, halves up (not to even: neighbours must round alike)."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def time_at(frame: int, rate: Fraction) -> otio.opentime.RationalTime:
    """A time of whole frames at an exact rate."""
    return Time(frame, float(rate))


def span_at(start: int, duration: int, rate: Fraction) -> otio.opentime.TimeRange:
    """A range of whole frames at an exact rate."""
    return Range(time_at(start, rate), time_at(duration, rate))


def legal_rate(rate: Fraction, legal: Iterable[Fraction]) -> Fraction:
    """The rate a format takes that keeps ``rate``'s cuts best: itself, a multiple, a part, the
    nearest.

    >>> legal_rate(Fraction(25, 2), [Fraction(24), Fraction(25)])
    Fraction(25, 1)
    """
    known = sorted(legal)
    if rate in known:
        return rate
    multiples = [r for r in known if (r / rate).denominator == 1]
    parts = [r for r in known if (rate / r).denominator == 1]
    if multiples:
        return multiples[0]
    return parts[-1] if parts else min(known, key=lambda r: abs(r - rate))


def tracks_of(timeline: otio.schema.Timeline) -> list[otio.schema.Track]:
    """Every track, nested ones too."""
    return list(timeline.find_children(descended_from_type=otio.schema.Track))
