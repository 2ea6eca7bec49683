"""The event lines of an EDL, right: source and record times, reels of fades, speeds, locators."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otio_autoedit.adapters.conform import steps
from otio_autoedit.adapters.conform.facts import Facts, is_drop_rate, nominal, plain
from otio_autoedit.adapters.conform.retimes import speed_of
from otio_autoedit.errors import ExportError
from otio_autoedit.files import write_whole

KEY = "cmx_3600"
_EVENT = re.compile(r"^(\d{3,})  (\S+)\s+(\S+)\s+[CD]\b")


def events_of(track: otio.schema.Track, facts: Facts) -> list[dict[str, Any]]:
    """The events of a track of clips, gaps and dissolves, as the stock adapter numbers them.

    An event has ``lines`` (each ``reel``, ``dissolve``, ``times``), ``speeds`` and ``locators``
    (lines of text); ``reel`` is "" where the stock adapter's is right.
    """
    events = []
    at = 0
    for index, item in enumerate(track):
        if isinstance(item, otio.schema.Transition):
            continue
        length = int(steps.frames(item.duration(), facts.rate))
        start, at = at, at + length
        join = track[index - 1] if index else None
        if isinstance(join, otio.schema.Transition):
            before = track[index - 2] if index >= 2 else None
            events.append(
                _dissolve(before, join, item, _side(track, index, start, at, facts), facts)
            )
        elif isinstance(item, otio.schema.Clip):
            events.append(_cut(item, _side(track, index, start, at, facts), facts))
    if len(track) and isinstance(track[-1], otio.schema.Transition):
        before = track[-2] if len(track) > 1 else None
        lead = _offsets(track[-1], facts.rate)[0]
        side = _Side(at - lead, at, lead, 0)
        events.append(_dissolve(before, track[-1], None, side, facts))
    return events


def mend(path: Path, facts: Facts) -> None:
    """Put the right event lines, FCM, M2 and LOC lines into the written file."""
    notes = plain(facts.notes)
    write_whole(path, mended(path.read_text("utf-8"), notes).encode("utf-8"))


def mended(text: str, notes: dict[str, Any]) -> str:
    """The text of an EDL with right event lines in place of the stock adapter's."""
    events = iter(notes.get("events", []))
    fcm = "FCM: DROP FRAME" if notes.get("drop") else "FCM: NON-DROP FRAME"
    out = [f"TITLE: {notes.get('title', '')}", fcm, ""]
    number = ""
    queue: list[dict[str, Any]] = []
    event: dict[str, Any] = {}
    for line in text.splitlines():
        match = _EVENT.match(line)
        if match:
            if match[1] != number:
                _close(out, event)
                number, event = match[1], next(events, {})
                queue = list(event.get("lines", []))
            if not queue:
                raise ExportError("the EDL has other events than were prepared; please report this")
            out.append(_line(number, match[2], match[3], queue.pop(0)))
            if not queue:
                out += event.get("speeds", [])
        elif line.startswith(("TITLE:", "M2 ", "* LOC:", "FCM:")) or not line.strip():
            continue
        else:
            out.append(line)
    _close(out, event)
    return "\n".join(out) + "\n"


def timecode(frame: int, rate: Fraction, drop: bool) -> str:
    """``frame`` as timecode; a day is 24 hours long.

    >>> timecode(107892, Fraction(30000, 1001), True)
    '01:00:00;00'
    """
    count = nominal(rate)
    if drop and is_drop_rate(rate):
        skipped = count // 15  # labels left out a minute: 2 of 30, 4 of 60
        minute, ten = count * 60 - skipped, count * 600 - 9 * skipped
        tens, rest = divmod(frame % (ten * 144), ten)
        extra = max(0, (rest - skipped) // minute) if rest >= skipped else 0
        frame = frame % (ten * 144) + 9 * skipped * tens + skipped * extra
    mark = ";" if drop and is_drop_rate(rate) else ":"
    seconds, left = divmod(frame, count)
    return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{left:02}"


class _Side:
    """Where an item lies: record ``[start, stop)`` with ``lead`` frames of dissolve before its cut
    and ``trail`` frames given to the next one's."""

    def __init__(self, start: int, stop: int, lead: int, given: int) -> None:
        self.start, self.stop, self.lead, self.given = start, stop, lead, given


def _side(track: otio.schema.Track, index: int, start: int, stop: int, facts: Facts) -> _Side:
    before = track[index - 1] if index else None
    after = track[index + 1] if index + 1 < len(track) else None
    lead = _offsets(before, facts.rate)[0] if isinstance(before, otio.schema.Transition) else 0
    given = _offsets(after, facts.rate)[0] if isinstance(after, otio.schema.Transition) else 0
    return _Side(start - lead, stop - given, lead, given)


def _cut(clip: otio.schema.Clip, side: _Side, facts: Facts) -> dict[str, Any]:
    times = [*_source(clip, side, facts), *_record(side.start, side.stop, facts)]
    return {
        "lines": [{"reel": "", "dissolve": 0, "times": times}],
        "speeds": _speeds([clip], facts),
        "locators": _locators(clip, facts),
    }


def _dissolve(
    before: Any, join: otio.schema.Transition, after: Any, side: _Side, facts: Facts
) -> dict[str, Any]:
    """Two lines: the outgoing reel where the dissolve begins, then the incoming one."""
    lead, trail = _offsets(join, facts.rate)
    black = timecode(0, facts.rate, facts.drop)
    record = _record(side.start, side.start, facts)
    clips = [c for c in (before, after) if isinstance(c, otio.schema.Clip)]
    if isinstance(before, otio.schema.Clip):
        leave = _source_at_end(before, lead, facts)
        first = {"reel": "", "dissolve": 0, "times": [leave, leave, *record]}
    else:
        first = {"reel": "BL", "dissolve": 0, "times": [black, black, *record]}
    stop = max(side.stop, side.start + lead + trail) if after is None else side.stop
    second: dict[str, Any] = {"reel": "", "dissolve": lead + trail}
    if isinstance(after, otio.schema.Clip):
        times = _source(after, side, facts)
    else:
        second["reel"] = "BL"
        times = [black, timecode(stop - side.start, facts.rate, facts.drop)]
    second["times"] = [*times, *_record(side.start, stop, facts)]
    return {
        "lines": [first, second],
        "speeds": _speeds(clips, facts),
        "locators": _locators(after, facts) if isinstance(after, otio.schema.Clip) else [],
    }


def _source(clip: otio.schema.Clip, side: _Side, facts: Facts) -> list[str]:
    """In and out of what plays of the source, lower first also where it plays backwards."""
    speed = speed_of(clip)
    first = int(steps.frames(clip.source_range.start_time, facts.rate))
    length = int(steps.frames(clip.source_range.duration, facts.rate))
    low, high = -side.lead, length - side.given
    if speed < 0:
        low, high = length - high, length - low
    start = first + steps.whole(low * abs(speed))
    stop = first + steps.whole(high * abs(speed)) if speed else start + 1
    drop = facts.is_drop(clip)
    return [timecode(n, facts.rate, drop) for n in (max(0, start), max(0, stop))]


def _source_at_end(clip: otio.schema.Clip, given: int, facts: Facts) -> str:
    """Where the source stands when the dissolve out of it begins."""
    speed = speed_of(clip)
    first = int(steps.frames(clip.source_range.start_time, facts.rate))
    length = int(steps.frames(clip.source_range.duration, facts.rate))
    played = given if speed < 0 else length - given
    frame = first + steps.whole(played * abs(speed)) if speed else first + 1
    return timecode(max(0, frame), facts.rate, facts.is_drop(clip))


def _record(start: int, stop: int, facts: Facts) -> list[str]:
    return [timecode(max(0, n), facts.rate, facts.drop) for n in (start, stop)]


def _speeds(clips: list[otio.schema.Clip], facts: Facts) -> list[str]:
    lines = []
    for clip in clips:
        speed = speed_of(clip)
        if speed == 1:
            continue
        fps = float(speed * facts.rate)
        first = int(steps.frames(clip.source_range.start_time, facts.rate))
        start = timecode(max(0, first), facts.rate, facts.is_drop(clip))
        shown = f"{fps:05.1f}" if fps >= 0 else f"{fps:06.1f}"
        lines.append(f"M2   {clip.metadata[KEY]['reel']:8}     {shown:>6}                {start}")
    return lines


def _locators(clip: otio.schema.Clip, facts: Facts) -> list[str]:
    lines = []
    for marker in clip.markers:
        frame = int(steps.frames(marker.marked_range.start_time, facts.rate))
        at = timecode(max(0, frame), facts.rate, facts.is_drop(clip))
        text = steps.plain_text(marker.name or marker.comment, one_line=True)
        lines.append(f"* LOC: {at} {marker.color:7} {text}".rstrip())
    return lines


def _offsets(join: otio.schema.Transition, rate: Fraction) -> tuple[int, int]:
    return int(steps.frames(join.in_offset, rate)), int(steps.frames(join.out_offset, rate))


def _line(number: str, reel: str, kind: str, right: dict[str, Any]) -> str:
    effect = f"D {right['dissolve']:03d}" if right["dissolve"] else "C    "
    times = " ".join(right["times"])
    return f"{number}  {right['reel'] or reel:8} {kind:5} {effect}    {times}"


def _close(out: list[str], event: dict[str, Any]) -> None:
    out += event.get("locators", [])
