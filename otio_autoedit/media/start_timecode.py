"""The timecode that a file starts with, as its pictures count it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import islice
from typing import Any

from otio_autoedit.errors import OptionError
from otio_autoedit.media import pyav
from otio_autoedit.media.demux import read_packets
from otio_autoedit.media.info import MediaInfo
from otio_autoedit.media.rates import SMPTE_RATES, has_drop_frame, nominal
from otio_autoedit.media.timecode import (
    frames_from_timecode,
    is_drop_frame,
    timecode_from_frames,
)

# A timecode track's one packet stands among the first of the file.
_PACKETS = 300


def start_timecode(box: Any, video: Any, rate: Fraction, path: str) -> str:
    """The start timecode at ``rate``: of the picture stream, of a timecode track, of the file; ""
    where there is none. ``video`` is None for sound alone.

    Cameras of 50 and 60 frames a second may keep a timecode track that counts 25 and 30.
    """
    for holder in (*([video] if video is not None else []), *box.streams, box):
        text = pyav.tags(holder).get("timecode", "")
        if text:
            text = _written(text, rate)
            return _at_picture_rate(box, text, rate, path) if nominal(rate) >= 48 else text
    return ""


def with_start_frame(info: MediaInfo) -> MediaInfo:
    """``info`` with its start frame at its edit rate, or without a timecode that is none."""
    if not info.start_timecode:
        return info
    try:
        return replace(info, start_frame=frames_from_timecode(info.start_timecode, info.edit_rate))
    except OptionError as error:
        note = f"start timecode {info.start_timecode} left out: {error}"
        return replace(info, start_timecode="", start_frame=0, notes=(*info.notes, note))


def _written(text: str, rate: Fraction) -> str:
    """The text with a semicolon where it drops frames, whichever sign it came with."""
    drop = is_drop_frame(text) and has_drop_frame(rate)
    return text[:8].replace(";", ":") + (";" if drop else ":") + text[9:]


def _at_picture_rate(box: Any, text: str, rate: Fraction, path: str) -> str:
    """The text counted anew where the timecode track counts every second or fourth picture."""
    track = next(
        (s for s in box.streams if s.type == "data" and pyav.tags(s).get("timecode")), None
    )
    number = None if track is None else _track_frame(path, track.index)
    if number is None:
        return text
    for slower in SMPTE_RATES:
        ratio = rate / slower
        if ratio.denominator == 1 and ratio > 1 and _counts(text, slower) == number:
            return timecode_from_frames(number * ratio.numerator, rate, is_drop_frame(text))
    return text


def _counts(text: str, rate: Fraction) -> int | None:
    try:
        return frames_from_timecode(text, rate)
    except OptionError:
        return None


def _track_frame(path: str, index: int) -> int | None:
    """The frame number that a QuickTime timecode track holds: its sample is one big-endian int."""
    with pyav.open_container(path) as box:
        for packet in islice(read_packets(box, list(box.streams)), _PACKETS):
            if packet.stream_index == index and packet.size == 4:
                return int.from_bytes(bytes(packet), "big")
    return None
