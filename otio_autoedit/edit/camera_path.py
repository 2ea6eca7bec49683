"""A camera's way along one axis: still where it can be, smooth where it moves.

    camera_path(centre, half, limits, rate) -> float64 [n]

The camera lets its subject move within a dead zone. Of all ways that keep it there the taut string
is the shortest: no move where one place does, no way to and fro (the first derivative of Grundmann
et al. 2011, "Auto-directed video stabilization with robust L1 optimal camera paths", at its least).
It is then held to a speed, and smoothed over time both ways, which holds the acceleration.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ZONE = 1 / 6  # crop widths either side of its middle: the middle third
SPEED = 1.5  # crop widths a second, at most
SMOOTHING_S = 0.5  # of each of the two running means
ACCELERATION = 2 * SPEED / SMOOTHING_S  # crop widths a second a second, at most: 6
_SCANNED = 1024  # frames looked ahead at first


@dataclass(frozen=True, slots=True)
class Crop:
    """The crop along the axis that it moves on: its width, in 0..1 of the picture."""

    width: float

    @property
    def limits(self) -> tuple[float, float]:
        """Where its centre may be."""
        return self.width / 2, 1 - self.width / 2


def camera_path(centre: Floats, crop: Crop, rate: float) -> Floats:
    """Where the crop's centre is at each frame. ``centre`` is the subject's, not a number where
    there is none; ``rate`` is in frames a second."""
    low, high = crop.limits
    known = ~np.isnan(centre)
    if not known.any():
        return np.full(len(centre), 0.5)
    zone = ZONE * crop.width
    lower = np.where(known, np.clip(centre - zone, low, high), low)
    upper = np.where(known, np.clip(centre + zone, low, high), high)
    wanted = float(np.clip(np.nanmean(centre), low, high))
    path = taut_string(lower, upper, wanted)
    if not np.ptp(path):
        return path
    path = _slowed(path, SPEED * crop.width / rate)
    frames = max(math.ceil((SMOOTHING_S * rate - 1) / 2), 0) * 2 + 1
    path = np.pad(path, frames - 1, mode="edge")  # the camera was where it starts, and stays
    path = _running_means(_running_means(path, frames), frames)
    return np.clip(path, low, high)


def taut_string(lower: Floats, upper: Floats, wanted: float) -> Floats:
    """The shortest way between ``lower`` and ``upper``, its ends free; ``wanted``, or the nearest
    to it, where one place does throughout."""
    head, tail = _first_place(lower, upper), _first_place(lower[::-1], upper[::-1])
    if head is None or tail is None:
        place = min(max(wanted, float(lower.max())), float(upper.min()))
        return np.full(len(lower), place)
    path = np.empty(len(lower))
    at, place = head
    end, last = len(lower) - 1 - tail[0], tail[1]
    path[:at], path[at] = place, place
    path[end:] = last
    while at < end:
        bend, to = _next_bend(lower, upper, at, float(path[at]), end, last)
        path[at : bend + 1] = np.linspace(path[at], to, bend - at + 1)
        at = bend
    return path


def _first_place(lower: Floats, upper: Floats) -> tuple[int, float] | None:
    """Where the string leaves the place that it can be at from the head, and that place; None if it
    never must."""
    highest, lowest = np.maximum.accumulate(lower), np.minimum.accumulate(upper)
    stuck = np.flatnonzero(highest > lowest)
    if not len(stuck):
        return None
    before = int(stuck[0])
    bounds = upper[:before] if lower[before] > lowest[before - 1] else -lower[:before]
    at = int(before - 1 - np.argmin(bounds[::-1]))  # the last of the tightest
    return at, float(abs(bounds[at]))


def _next_bend(
    lower: Floats, upper: Floats, at: int, place: float, end: int, last: float
) -> tuple[int, float]:
    """The next frame at which the string that is at ``place`` touches a bound to bend around it,
    and where it is then; ``end`` and ``last`` where it runs straight to its end."""
    scanned = _SCANNED
    while True:
        stop = min(at + scanned, end)
        steps = np.arange(1, stop - at + 1)
        low, high = lower[at + 1 : stop + 1] - place, upper[at + 1 : stop + 1] - place
        if stop == end:
            low, high = low.copy(), high.copy()
            low[-1] = high[-1] = last - place
        rises, falls = low / steps, high / steps
        least, most = np.maximum.accumulate(rises), np.minimum.accumulate(falls)
        stuck = np.flatnonzero(least > most)
        if len(stuck):
            k = int(stuck[0])
            slopes = falls[:k] if rises[k] > most[k - 1] else -rises[:k]
            touch = int(k - 1 - np.argmin(slopes[::-1]))
            bound = upper if rises[k] > most[k - 1] else lower
            return at + 1 + touch, float(bound[at + 1 + touch])
        if stop == end:
            return end, last
        scanned *= 2


def _slowed(path: Floats, step: float) -> Floats:
    """The way nearest to ``path``, in its greatest distance, that moves ``step`` a frame at most:
    the middle of the least such way above it and the greatest below."""
    ramp = step * np.arange(len(path))
    above = np.maximum.accumulate(path + ramp) - ramp
    above = np.maximum(above, (np.maximum.accumulate((path - ramp)[::-1]))[::-1] + ramp)
    below = np.minimum.accumulate(path - ramp) + ramp
    below = np.minimum(below, (np.minimum.accumulate((path + ramp)[::-1]))[::-1] - ramp)
    return np.asarray((above + below) / 2)


def _running_means(path: Floats, frames: int) -> Floats:
    """The mean of each ``frames`` neighbours: as many fewer, less one."""
    sums = np.concatenate([[0.0], np.cumsum(path)])
    return np.asarray((sums[frames:] - sums[:-frames]) / frames)
