"""Counting pictures by their packets, which costs reading the file but not decoding it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from otio_autoedit.media import pyav
from otio_autoedit.media.cadence import find_cadence
from otio_autoedit.media.demux import read_packets
from otio_autoedit.media.headers import Headers
from otio_autoedit.media.info import FrameIndex, MediaInfo
from otio_autoedit.media.start_timecode import with_start_frame
from otio_autoedit.media.timing import duration_frames


def count_pictures(headers: Headers) -> MediaInfo:
    """``headers.info`` with the number of pictures, their rate and whether it varies.

    Packets are not quite pictures, a broken one gives none: a full read has the last word.
    """
    times, count, end = _packet_times(headers)
    if not count:
        return headers.info
    if times is None:  # no times in the packets (AVI): the stated rate is all there is
        return replace(headers.info, frame_count=count, duration_frames=count)
    cadence = find_cadence(times, headers.time_base, headers.stated_rates)
    index = FrameIndex(times, headers.time_base, cadence.edit_rate, cadence.variable, end=end)
    notes = [note for note in headers.info.notes if not note.startswith("frame rate ")]
    still = headers.info.container in ("gif", "apng", "webp_anim") and count == 1
    info = replace(
        headers.info,
        kind="still" if still else headers.info.kind,
        edit_rate=cadence.edit_rate,
        frame_count=count,
        duration_frames=duration_frames(index),
        variable_rate=cadence.variable,
        notes=(*notes, *([cadence.note] if cadence.note else [])),
    )
    return with_start_frame(info)


def _packet_times(headers: Headers) -> tuple[Any, int, int]:
    """Times of the pictures after the first (None where packets have none), how many, the end."""
    pts: list[int] = []
    count = end = 0
    with pyav.open_container(headers.info.path) as box:
        for packet in read_packets(box, box.streams[headers.video]):
            if not packet.size or packet.is_discard:
                continue
            count += 1
            if packet.pts is not None:
                pts.append(packet.pts)
                end = max(end, packet.pts + (packet.duration or 0))
    times = np.unique(np.array(pts, np.int64) - headers.first_pts)
    times = times[times >= 0]  # shown only by decoders that were not told of an edit list
    if len(times) < count - 1 or not len(times):
        return None, count, 0
    return times - times[0], len(times), end - headers.first_pts - int(times[0])
