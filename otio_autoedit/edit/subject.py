"""Who or what the camera holds: the main subject of a shot, and where it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.record import Track

Floats = npt.NDArray[np.float64]

_LEAST_S = 1.0  # of the shot that nobody else covers, to be worth turning to
_HEAD = 0.2  # of a person's height: where the face is


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """Where the camera is to look along an axis at each frame, float64 ``[n]`` in 0..1, not a
    number where there is nothing to hold; and what that is: "person 3, then person 5"."""

    centre: Floats
    name: str = ""


def subject_of(
    tracks: Sequence[Track],
    follow: Sequence[str],
    frames: npt.NDArray[np.int64],
    axis: int,
    crop: float,
    rate: float,
) -> Subject:
    """The subject in the source frames ``frames`` of a shot, along ``axis`` (0: x, 1: y).

    The first of the ``follow`` labels that the shot shows counts, else faces, else whatever is
    tracked. The track of the greatest size x centrality x confidence, summed over its frames, is
    the main subject; where it is not there for a second or more, the next one is held, each once,
    so that the camera never turns back and forth. ``crop`` is the crop's size along the axis.
    """
    seen = [one for track in tracks if (one := _seen(track, frames)) is not None]
    for labels in (*((label,) for label in follow), ("face",), {s.track.label for s in seen}):
        ranked = _ranked(one for one in seen if one.track.label in labels)
        if ranked:
            return _held(ranked, len(frames), axis, crop, rate)
    return Subject(np.full(len(frames), np.nan))


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A track in a shot: the shot's frames that show it, and its boxes there."""

    track: Track
    at: npt.NDArray[np.int64]
    boxes: Floats
    weight: float


def _seen(track: Track, frames: npt.NDArray[np.int64]) -> _Seen | None:
    at = np.flatnonzero((frames >= track.start) & (frames < track.stop))
    if not len(at):
        return None
    rows = frames[at] - track.start
    boxes = track.boxes[rows].astype(np.float64)
    size = np.sqrt(np.prod(np.clip(boxes[:, 2:] - boxes[:, :2], 0, 1), axis=1))
    off = (boxes[:, :2] + boxes[:, 2:]) / 2 - 0.5
    central = np.clip(1 - np.hypot(off[:, 0], off[:, 1]), 0, 1)
    return _Seen(track, at, boxes, float((size * central * track.confidence[rows]).sum()))


def _ranked(seen: Iterable[_Seen]) -> list[_Seen]:
    return sorted(seen, key=lambda one: (-one.weight, one.track.id))


def _held(ranked: Sequence[_Seen], count: int, axis: int, crop: float, rate: float) -> Subject:
    centre = np.full(count, np.nan)
    held: list[tuple[int, _Seen]] = []
    for one in ranked:
        free = one.at[np.isnan(centre[one.at])]
        run = _longest_run(free)
        if len(run) and (not held or len(run) >= _LEAST_S * rate):
            rows = np.searchsorted(one.at, run)
            centre[run] = _look_at(one, axis, crop)[rows]
            held.append((int(run[0]), one))
    held.sort(key=lambda pair: pair[0])
    return Subject(centre, ", then ".join(f"{s.track.label} {s.track.id}" for _, s in held))


def _look_at(one: _Seen, axis: int, crop: float) -> Floats:
    """The middle of a box; of a person taller than the crop, where the face is."""
    low, high = one.boxes[:, axis], one.boxes[:, axis + 2]
    middle = (low + high) / 2
    if axis == 0 or one.track.label != "person":
        return np.asarray(middle)
    return np.asarray(np.where(high - low > crop, low + _HEAD * (high - low), middle))


def _longest_run(places: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The longest run of neighbours, the first of equals."""
    runs = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1)
    return max(runs, key=len)
