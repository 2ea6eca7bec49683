"""SubRip and WebVTT.

WebVTT is W3C's (https://www.w3.org/TR/webvtt1/), times inside cues among it; SubRip has no
standard, and is read as players read it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from otio_autoedit.edit.transcript.record import Line, Word, spread

_TIME = r"(?:(\d{1,6}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,9}))?"
_TIMES = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s.*)?")
_STAMP = re.compile(rf"<{_TIME}>")
_TAG = re.compile(r"<[^<>]*>|\{\\[^{}]*\}")
_SOUND = re.compile(r"\[[^\[\]]*\]|[♪♫#]+(?=\s|$)")  # described, not said
_LANGUAGE = re.compile(r"^Language:\s*([A-Za-z]{2})\b", re.MULTILINE)
_LONGEST = 10_000 * 3600.0  # s


def read_srt(text: str) -> list[Word]:
    """The words of a SubRip file, spread over its lines."""
    cues = _cues(text.split("\n"))
    return [word for cue in cues for word in spread(_plain(cue))]


def read_vtt(text: str) -> tuple[list[Word], str]:
    """The words of a WebVTT file, and the language its header names. A cue with times inside has
    its words from those.

    Captions that roll (YouTube's) show the line before once more above the new one: it counts once.
    """
    cues = list(_cues(_without_blocks(text)))
    rolls = any(_STAMP.search(cue.text) for cue in cues)
    words: list[Word] = []
    shown: list[str] = []
    for cue in cues:
        lines = [line for line in cue.text.split("\n") if line.strip()]
        plain = [_said(line) for line in lines]
        if rolls:
            lines = [lines[i] for i in range(len(lines)) if plain[i] not in shown]
        shown = plain
        joined = Line(cue.start, cue.stop, "\n".join(lines))
        stamped = _STAMP.search(joined.text) is not None
        words += _stamped(joined) if stamped else spread(_plain(joined))
    header = _LANGUAGE.search(text.split("\n\n", 1)[0])
    return words, header[1].lower() if header else ""


def _cues(lines: Iterable[str]) -> Iterator[Line]:
    """Yields cues; whatever stands between them (numbers, names) is passed over."""
    times: tuple[float, float] | None = None
    held: list[str] = []
    for number, line in enumerate(lines, 1):
        found = _TIMES.fullmatch(line) if "-->" in line else None
        if "-->" in line and found is None:
            raise ValueError(f"line {number}: no times in {line.strip()[:60]!r}")
        if found is None and line.strip():
            held.append(line)
            continue
        if times is not None:
            over = found is not None and held and held[-1].strip().isdigit()
            yield Line(*times, "\n".join(held[:-1] if over else held))
        held, times = [], None
        if found is not None:
            times = _span(found, number)
    if times is not None:
        yield Line(*times, "\n".join(held))


def _span(found: re.Match[str], number: int) -> tuple[float, float]:
    groups = found.groups()
    start, stop = _seconds(groups[:4]), _seconds(groups[4:8])
    if max(start, stop) > _LONGEST:
        raise ValueError(f"line {number}: a time beyond 10000 hours")
    return start, max(start, stop)


def _seconds(groups: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, part = groups
    return (
        int(hours or 0) * 3600
        + int(minutes or 0) * 60
        + int(seconds or 0)
        + (float(f"0.{part}") if part else 0.0)
    )


def _without_blocks(text: str) -> Iterator[str]:
    """Yields the lines of a WebVTT file without its header, notes, styles and regions."""
    skipping, begins = True, False
    for line in text.split("\n"):
        if not line.strip():
            skipping = False
        elif begins and line.split(None, 1)[0] in ("NOTE", "STYLE", "REGION"):
            skipping = True
        begins = not line.strip()
        yield "" if skipping else line


def _stamped(cue: Line) -> list[Word]:
    """The words of a cue with times inside: what stands before a time lasts until it."""
    parts = _STAMP.split(cue.text)
    texts, times = parts[::5], [cue.start]
    for at in range(1, len(parts), 5):
        time = _seconds((parts[at], parts[at + 1], parts[at + 2], parts[at + 3]))
        times.append(min(max(time, times[-1]), max(cue.stop, cue.start)))
    times.append(cue.stop)
    words: list[Word] = []
    for at, text in enumerate(texts):
        some = spread(Line(times[at], times[at + 1], _said(text)))
        words += [Word(some[0].text, times[at], times[at + 1])] if len(some) == 1 else some
    return words


def _plain(cue: Line) -> Line:
    return Line(cue.start, cue.stop, _said(cue.text))


def _said(text: str) -> str:
    """The text without tags, described sounds, and the dashes that speakers begin with."""
    bare = html.unescape(_TAG.sub("", text))
    bare = _SOUND.sub(" ", bare)
    return " ".join(w for w in bare.split() if any(c.isalnum() for c in w))
