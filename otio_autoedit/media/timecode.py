"""Timecode: the text on the slate and the frame that it counts.

Frames are counted from 00:00:00:00 at the nominal rate (30 a second for 29.97). Drop-frame timecode
(SMPTE ST 12-1), written with a semicolon, leaves out the numbers ;00 and ;01 (;00 to ;03 at 59.94)
at the start of every minute that is not a tenth, so that it keeps up with the clock.
"""

from __future__ import annotations

import re
from fractions import Fraction

from otio_autoedit.errors import OptionError
from otio_autoedit.media.rates import has_drop_frame, nominal, rate_text

_PATTERN = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})([:;.,])(\d{1,3})", re.ASCII)


def frames_from_timecode(text: str, rate: Fraction) -> int:
    """The frame that a timecode names.

    Raises:
        OptionError: not a timecode, or one that does not exist at this rate.

    >>> frames_from_timecode("01:00:00:00", Fraction(30000, 1001))
    108000
    >>> frames_from_timecode("01:00:00;00", Fraction(30000, 1001))
    107892
    """
    match = _PATTERN.fullmatch(text.strip())
    if not match:
        raise OptionError(f"{text!r} is not a timecode; write HH:MM:SS:FF, or HH:MM:SS;FF for drop")
    hours, minutes, seconds, frames = (int(match[group]) for group in (1, 2, 3, 5))
    count = nominal(rate)
    if minutes > 59 or seconds > 59 or frames >= count:
        raise OptionError(
            f"timecode {text!r} does not exist at {rate_text(rate)} frames a second: "
            f"minutes and seconds end at 59, frames at {count - 1}"
        )
    number = ((hours * 60 + minutes) * 60 + seconds) * count + frames
    if match[4] not in ";,":
        return number
    skipped = _skipped(rate, text)
    if minutes % 10 and not seconds and frames < skipped:
        raise OptionError(
            f"timecode {text!r} does not exist: drop-frame skips it; "
            f"the first frame of that minute is {text[:-2]}{skipped:02d}"
        )
    minute = hours * 60 + minutes
    return number - skipped * (minute - minute // 10)


def timecode_from_frames(number: int, rate: Fraction, drop: bool = False) -> str:
    """The timecode of a frame; after 23:59:59 it begins again at 00:00:00.

    Raises:
        OptionError: a negative frame, or drop-frame at a rate that has none.

    >>> timecode_from_frames(1800, Fraction(30000, 1001), drop=True)
    '00:01:00;02'
    """
    if number < 0:
        raise OptionError(f"frame {number} lies before 00:00:00:00 and has no timecode")
    count, separator = nominal(rate), ":"
    if drop:
        number, separator = _undropped(number, count, _skipped(rate, "drop-frame")), ";"
    number %= 24 * 3600 * count
    seconds, frames = divmod(number, count)
    width = max(2, len(str(count - 1)))
    return (
        f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        f"{separator}{frames:0{width}d}"
    )


def is_drop_frame(text: str) -> bool:
    """True where the text of a timecode says that it drops numbers."""
    return ";" in text or "," in text


def _undropped(number: int, count: int, skipped: int) -> int:
    """Puts the left-out numbers back, so that the rest is plain counting."""
    minute = 60 * count - skipped
    ten_minutes = 10 * minute + skipped
    tens, rest = divmod(number, ten_minutes)
    tens %= 144  # a day
    # The first minute of ten keeps all its numbers.
    minutes = 0 if rest < 60 * count else 1 + (rest - 60 * count) // minute
    return tens * 600 * count + rest + skipped * minutes


def _skipped(rate: Fraction, text: str) -> int:
    if not has_drop_frame(rate):
        raise OptionError(
            f"{text!r}: there is no drop-frame timecode at {rate_text(rate)} frames a second, "
            "only at 29.97 and 59.94; write HH:MM:SS:FF"
        )
    return nominal(rate) // 15
