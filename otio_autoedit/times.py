"""Lengths and places as people write them: seconds, frames, clocks, timecode.

What was written is kept as written until a frame rate is known: ``12f`` is twelve frames at any
rate, ``00:00:30:00`` is thirty seconds of timecode, 900 frames at 29.97.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction

FORMS = "60, 1.5, 60s, 12f, 1m30s, 0:30 or 00:00:30:00"
_LONGEST_HOURS = 10_000
_NUMBER = r"\d+(?:[.,/]\d+)?"
_TIMECODE = re.compile(r"(\d+):(\d{1,2}):(\d{1,2})([:;])(\d{1,3})")
_CLOCK = re.compile(rf"(?:(\d+):)?(\d+):({_NUMBER})")
_UNITS = {
    "h": Fraction(3600),
    "m": Fraction(60),
    "min": Fraction(60),
    "s": Fraction(1),
    "sec": Fraction(1),
    "ms": Fraction(1, 1000),
}
_PART = re.compile(rf"\s*({_NUMBER})\s*(frames|frame|fr|f|ms|min|m|sec|s|h)\s*")


@dataclass(frozen=True, slots=True)
class Duration:
    """A length of time, ready to be counted in frames of any rate.

    >>> Duration.read("1m30s").frames(Fraction(25))
    2250
    >>> Duration.read("00:00:30:00").frames(Fraction(30000, 1001))
    900
    """

    text: str  # as it was written
    seconds: Fraction = Fraction(0)
    whole_frames: int = 0
    timecode: tuple[int, int, int, int] | None = None
    drop: bool = False

    @classmethod
    def read(cls, value: object) -> Duration:
        """The duration that ``value`` stands for; a bare number means seconds.

        Raises ValueError, with a text that can follow an option's name.
        """
        if isinstance(value, Duration):
            return value
        if isinstance(value, bool) or not isinstance(value, int | float | Fraction | str):
            raise ValueError(f"{value!r} is no length of time; write {FORMS}")
        text = str(value).strip()
        length = _number(value, text) if not isinstance(value, str) else _parsed(text)
        if length is None or length.frames(Fraction(25)) < 0:
            raise ValueError(f"{value!r} is no length of time; write {FORMS}")
        if length.seconds > 3600 * _LONGEST_HOURS or length.whole_frames > 10**10:
            raise ValueError(f"{value!r} is longer than {_LONGEST_HOURS} hours")
        return length

    def frames(self, rate: Fraction, *, drop: bool | None = None) -> int:
        """The length in frames at ``rate``, to the nearest; ``drop`` overrules whether a timecode
        counts drop-frame (the text says so with a ``;``)."""
        if self.timecode is not None:
            return _timecode_frames(self.timecode, rate, self.drop if drop is None else drop)
        return math.floor(self.seconds * rate + Fraction(1, 2)) + self.whole_frames

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file: so long after its head, or before its end where it was written negative.

    A timecode that lies inside the file's own timecode means that; any other is counted from the
    head.
    """

    length: Duration
    from_end: bool = False

    @classmethod
    def read(cls, value: object) -> Position:
        """The place that ``value`` stands for. Raises ValueError, as `Duration.read`."""
        if isinstance(value, Position):
            return value
        if isinstance(value, str) and value.strip().startswith("-"):
            return cls(Duration.read(value.strip()[1:]), from_end=True)
        if isinstance(value, int | float | Fraction) and not isinstance(value, bool) and value < 0:
            return cls(Duration.read(-value), from_end=True)
        return cls(Duration.read(value))

    def frame(
        self, rate: Fraction, length: int, start_frame: int = 0, *, drop: bool = False
    ) -> int:
        """The frame, from 0, in a file of ``length`` frames whose own timecode begins at
        ``start_frame`` and counts drop-frame if ``drop``. May lie outside the file."""
        if self.from_end:
            return length - self.length.frames(rate)
        if self.length.timecode is None:
            return self.length.frames(rate)
        stamped = self.length.frames(rate, drop=drop or self.length.drop) - start_frame
        return stamped if 0 <= stamped <= length else self.length.frames(rate)

    def __str__(self) -> str:
        return f"-{self.length}" if self.from_end else str(self.length)


@dataclass(frozen=True, slots=True)
class Margin:
    """What is added before and after something: ``2s``, or ``2s, 1s``."""

    before: Duration
    after: Duration

    @classmethod
    def read(cls, value: object) -> Margin:
        """The margin that ``value`` stands for: a length for both sides, or two. Raises
        ValueError."""
        if isinstance(value, Margin):
            return value
        parts = re.split(r"\s*[,;]\s+|;|,(?!\d)", value) if isinstance(value, str) else value
        sides = list(parts) if isinstance(parts, list | tuple) else [parts]
        if not 1 <= len(sides) <= 2:
            raise ValueError(f"{value!r} is no margin; write one length, or two: 2s, 1s")
        lengths = [Duration.read(side.strip() if isinstance(side, str) else side) for side in sides]
        return cls(lengths[0], lengths[-1])

    def __str__(self) -> str:
        same = str(self.before) == str(self.after)
        return str(self.before) if same else f"{self.before}, {self.after}"


@dataclass(frozen=True, slots=True)
class Joint:
    """How one piece passes into the next: a ``cut``, or ``dissolve 12f``."""

    dissolve: Duration | None = None

    @classmethod
    def read(cls, value: object) -> Joint:
        """The joint that ``value`` stands for. Raises ValueError."""
        if isinstance(value, Joint):
            return value
        kind, _, length = str(value).strip().lower().partition(" ")
        if kind in ("cut", "none") and not length:
            return cls()
        if kind in ("dissolve", "dissolves") and length.strip():
            return cls(Duration.read(length))
        raise ValueError(f"{value!r} is no way to join pieces; write cut, or dissolve 12f")

    def __str__(self) -> str:
        return "cut" if self.dissolve is None else f"dissolve {self.dissolve}"


def _number(value: int | float | Fraction, text: str) -> Duration | None:
    if isinstance(value, float):
        return Duration(text, Fraction(text)) if math.isfinite(value) else None
    return Duration(text, Fraction(value))


def _parsed(text: str) -> Duration | None:
    if timecode := _TIMECODE.fullmatch(text):
        hours, minutes, seconds, frames = (int(timecode[i]) for i in (1, 2, 3, 5))
        if minutes > 59 or seconds > 59 or hours > _LONGEST_HOURS:
            return None
        return Duration(text, timecode=(hours, minutes, seconds, frames), drop=timecode[4] == ";")
    if clock := _CLOCK.fullmatch(text):
        rest = _fraction(clock[3])
        if rest is None or rest >= 60 or (clock[1] and int(clock[2]) > 59):
            return None
        return Duration(text, int(clock[1] or 0) * 3600 + int(clock[2]) * 60 + rest)
    if re.fullmatch(_NUMBER, text):
        bare = _fraction(text)
        return None if bare is None else Duration(text, bare)
    return _with_units(text)


def _with_units(text: str) -> Duration | None:
    """Parts such as ``1h``, ``30 s``, ``12f``, one after another."""
    seconds, frames, at = Fraction(0), Fraction(0), 0
    while at < len(text):
        part = _PART.match(text.lower(), at)
        amount = _fraction(part[1]) if part else None
        if part is None or amount is None:
            return None
        if part[2].startswith("f"):
            frames += amount
        else:
            seconds += amount * _UNITS[part[2]]
        at = part.end()
    if not text or frames.denominator != 1:
        return None
    return Duration(text, seconds, int(frames))


def _fraction(text: str) -> Fraction | None:
    if len(text) > 40:
        return None
    try:
        return Fraction(text.replace(",", "."))
    except ZeroDivisionError:
        return None


def _timecode_frames(timecode: tuple[int, int, int, int], rate: Fraction, drop: bool) -> int:
    """SMPTE 12M: timecode counts whole frames a second; drop-frame skips labels, not frames: two
    (at 60: four) at each minute that is no multiple of ten."""
    hours, minutes, seconds, frames = timecode
    nominal = math.floor(rate + Fraction(1, 2))
    count = ((hours * 60 + minutes) * 60 + seconds) * nominal + frames
    if drop and nominal % 30 == 0:
        whole = hours * 60 + minutes
        count -= nominal // 15 * (whole - whole // 10)
    return count
