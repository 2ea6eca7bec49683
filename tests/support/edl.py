"""A small reader of CMX 3600 EDLs, of our own: what an event says, in frames."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from fractions import Fraction

import opentimelineio as otio

_LINE = re.compile(
    r"^(\d{3,})  (\S+)\s+(\S+)\s+(C|D)\s+(?:(\d{3})\s+)?(\S{11}) (\S{11}) (\S{11}) (\S{11})$"
)


@dataclass
class Event:
    """One event; of a dissolve its incoming line, with the outgoing reel and source beside it."""

    number: int
    reel: str
    channel: str
    dissolve: int
    source: tuple[str, str]
    record: tuple[str, str]
    source_in: int
    source_out: int
    record_in: int
    record_out: int
    out_of: tuple[str, int] | None = None
    comments: list[str] = field(default_factory=list)

    def comment(self, head: str) -> list[str]:
        """What stands behind ``* HEAD:`` in the event's comments."""
        return [c[len(head) + 3 :].strip() for c in self.comments if c.startswith(f"* {head}:")]


def parse(text: str, rate: Fraction) -> list[Event]:
    """The events of an EDL, in order; every line must be known."""
    events: list[Event] = []
    for line in text.splitlines():
        match = _LINE.match(line)
        if match:
            _event(events, match, rate)
        elif line.startswith(("TITLE:", "FCM:")) or not line:
            continue
        else:
            assert line.startswith(("* ", "M2 ", "*ASC")), f"not a line of an EDL: {line!r}"
            events[-1].comments.append(line)
    return events


def frames(text: str, rate: Fraction) -> int:
    """The frame number that a timecode names."""
    hours, minutes, seconds, rest = (int(n) for n in re.split("[:;]", text))
    count = round(rate)
    frame = ((hours * 60 + minutes) * 60 + seconds) * count + rest
    if ";" in text:
        minute = hours * 60 + minutes
        frame -= (minute - minute // 10) * (count // 15)
    return frame


def record_start(start: otio.opentime.RationalTime, rate: Fraction) -> int:
    """Where the programme starts at ``rate``: the same moment as at its own."""
    own = Fraction(start.rate).limit_denominator(1001)
    return math.floor(Fraction(start.value) * rate / own + Fraction(1, 2))


def _event(events: list[Event], match: re.Match[str], rate: Fraction) -> None:
    number, reel, channel, _, dissolve = match.groups()[:5]
    times = match.groups()[5:]
    numbers = [frames(t, rate) for t in times]
    event = Event(
        int(number), reel, channel, int(dissolve or 0), (times[0], times[1]), (times[2], times[3]),
        *numbers,
    )  # fmt: skip
    if events and events[-1].number == event.number:
        gone = events.pop()
        assert gone.record_in == gone.record_out == event.record_in
        event.out_of = (gone.reel, gone.source_out)
    events.append(event)
