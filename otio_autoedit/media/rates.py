"""Frame rates as editors name them, and what to make of those that no editor knows."""

from __future__ import annotations

from fractions import Fraction

SMPTE_RATES = (
    Fraction(24000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
    Fraction(48000, 1001),
    Fraction(48),
    Fraction(50),
    Fraction(60000, 1001),
    Fraction(60),
)
"""Rates that have a timecode every program agrees on."""

DEFAULT_RATE = Fraction(25)
"""For what has no rate of its own: stills and sound without pictures."""

# Slow-motion rates, so that conforming a high-speed recording drops none of its frames.
_HIGH_RATES = (
    Fraction(100),
    Fraction(120000, 1001),
    Fraction(120),
    Fraction(240000, 1001),
    Fraction(240),
)
_HIGHEST = 1000


def snap_rate(rate: Fraction) -> tuple[Fraction, str]:
    """The edit rate for a rate that a file states, and a note where it is another one ("" if not).

    Whole numbers, halves and n 1000/1001 stay as they are; what lies within a hundredth of a
    percent of such a rate is that rate; anything else becomes the nearest SMPTE rate.

    >>> snap_rate(Fraction(25, 2))
    (Fraction(25, 2), '')
    >>> snap_rate(Fraction(87169000, 2905633))
    (Fraction(30, 1), 'frame rate 87169000/2905633 (30.000) taken as 30')
    """
    if is_native(rate):
        return rate, ""
    found = min(_native_near(rate), key=lambda native: abs(native - rate))
    if abs(found - rate) > rate / 5000:
        found = nearest_edit_rate(rate)
    return found, f"frame rate {rate} ({float(rate):.3f}) taken as {rate_text(found)}"


def plain_rate(rate: Fraction) -> Fraction:
    """The native rate that lasts as many nanoseconds a frame (Matroska stores those), or ``rate``.

    >>> plain_rate(Fraction(19001, 317))
    Fraction(60000, 1001)
    """
    for native in _native_near(rate):
        if abs(1 / rate - 1 / native) <= Fraction(1, 10**9):
            return native
    return rate


def is_native(rate: Fraction) -> bool:
    """True for rates that cameras and programs mean as such: 24, 12.5, 30000/1001, 120."""
    if not 1 <= rate <= _HIGHEST:
        return False
    return (rate * 2).denominator == 1 or (rate * 1001 / 1000).denominator == 1


def nearest_edit_rate(rate: Fraction) -> Fraction:
    """The SMPTE rate (or high-speed one) to which a varying rate is conformed.

    Below 23 frames a second: the one nearest to a multiple, so that each frame lasts as long as
    the next (15 becomes 30, 12.5 becomes 25).

    >>> nearest_edit_rate(Fraction(15))
    Fraction(30, 1)
    """
    rate = max(rate, Fraction(1, 10))
    if rate < 23:
        whole = (Fraction(30), Fraction(25), Fraction(24))
        return min(whole, key=lambda edit: abs(edit / rate - round(edit / rate)) * rate / edit)
    return min((*SMPTE_RATES, *_HIGH_RATES), key=lambda edit: abs(edit - rate))


def nominal(rate: Fraction) -> int:
    """Frames that a second of timecode counts: 24 for 24000/1001, 30 for 30000/1001."""
    return max(1, int(rate + Fraction(1, 2)))


def has_drop_frame(rate: Fraction) -> bool:
    """True for 29.97, 59.94 and 119.88, the rates whose timecode may skip numbers."""
    return rate.denominator == 1001 and nominal(rate) % 30 == 0


def rate_text(rate: Fraction) -> str:
    """A rate as people write it: "25", "12.5", "23.976".

    >>> rate_text(Fraction(24000, 1001))
    '23.976'
    """
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")


def _native_near(rate: Fraction) -> list[Fraction]:
    ntsc = Fraction(round(rate * 1001 / 1000) * 1000, 1001)
    near = [Fraction(round(rate * 2), 2), ntsc, *SMPTE_RATES]
    return [native for native in near if is_native(native)]
