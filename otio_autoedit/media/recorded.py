"""When a file was recorded, as its container tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

# With the zone of the place, written by cameras alone; then what QuickTime, MP4 and Matroska hold.
_TAGS = ("com.apple.quicktime.creationdate", "creation_time")
# Clocks that were never set say 1904, 1970 or 1980: where their formats count from.
_YEARS = range(1990, 2101)


def recorded(holders: Iterable[Mapping[str, str]]) -> str:
    """The time of recording from the tags of the file and then of its streams, as
    `recording_time` writes it; "" where none of them tells one."""
    tags = list(holders)
    texts = (held[name] for name in _TAGS for held in tags if name in held)
    return next(filter(None, map(recording_time, texts)), "")


def recording_time(text: str) -> str:
    """An ISO 8601 time as one form in UTC, "2026-07-01T10:00:00.000Z": as texts they sort by time.

    "" for what is none: no time at all, one without its zone (which may be half a day off), or one
    before 1990 or after 2100.
    """
    try:
        time = datetime.fromisoformat(text.strip())
        if time.tzinfo is None:
            return ""
        time = time.astimezone(UTC)
    except (ValueError, OverflowError):
        return ""
    if time.year not in _YEARS:
        return ""
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
