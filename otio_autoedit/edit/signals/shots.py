"""Shots as signals: how long each is, how far in it a frame lies."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from otio_autoedit.edit.signal import Values
from otio_autoedit.edit.signals.view import View


def shot_length(view: View) -> Values:
    """Seconds that the shot of each frame lasts, from the middle of one transition to the next."""
    edges = _edges(view)
    lengths = np.diff(edges)
    return (np.repeat(lengths, lengths) / float(view.rate)).astype(np.float32)


def time_in_shot(view: View) -> Values:
    """Seconds from the shot's first frame to each frame's beginning."""
    edges = _edges(view)
    starts = np.repeat(edges[:-1], np.diff(edges))
    return ((np.arange(view.length) - starts) / float(view.rate)).astype(np.float32)


def _edges(view: View) -> npt.NDArray[np.int64]:
    """The file's head, the frame of each cut, the file's end: rising."""
    cuts = [view.clock.frame(one.cut) for one in view.believed]
    inside = sorted({cut for cut in cuts if 0 < cut < view.length})
    return np.array([0, *inside, view.length], np.int64)
