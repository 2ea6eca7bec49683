"""Where a track says that a thing is there, and where it only goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from otio_autoedit.analysis.record import Track

_DOUBT = 0.2  # half of the confidence that begins a track


def believed_parts(track: Track, longest: int) -> Iterator[Track]:
    """Yields the track without its stretches of more than ``longest`` frames in which no detection
    has half of the confidence that begins a track.

    Unsure detections carry a track over what hides a thing for a moment; alone they would keep a
    person in a room that they left, wherever the room itself looks a little like one.
    """
    doubted = np.concatenate(([False], track.confidence < _DOUBT, [False]))
    edges = np.flatnonzero(np.diff(doubted.astype(np.int8))).reshape(-1, 2)
    long = edges[edges[:, 1] - edges[:, 0] > longest]
    if not len(long):
        yield track
        return
    bounds = np.concatenate(([0], long.ravel(), [len(track.frames)])).reshape(-1, 2)
    for start, stop in bounds:
        if start < stop:
            part = slice(int(start), int(stop))
            yield replace(
                track,
                frames=track.frames[part],
                boxes=track.boxes[part],
                confidence=track.confidence[part],
            )
