"""The way of one thing through a shot, frame by frame, from its detections in some of the frames.

Smoothed forwards and backwards, so without lag (see `box_filter`), then a cubic through the
samples (Catmull and Rom 1974, for uneven steps), bounded so that it does not swing out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.box_filter import Noise, Passage, smoothed

Floats = npt.NDArray[np.float64]

_FORGETS_S = 0.7  # seconds without a detection in which confidence falls to 1/e
_BEYOND = 0.8  # of the confidence, for frames before the first or after the last detection
_LEAST_SIDE = 1e-3
_GOES_ON = np.array([0.7, 0.7, 0.0, 0.0])  # beyond, the part of its speed; the size stays


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """One sample of a thing's way: `box` is (x, y, p, q), see `box_filter`, None where it was not
    found."""

    frame: int
    time: float
    box: Floats | None
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """`frames` int64 `[n]`, each one; `boxes` float32 `[n, 4]` x0, y0, x1, y1 in 0..1; `confidence`
    float32 `[n]`."""

    frames: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float32]
    confidence: npt.NDArray[np.float32]


def path_of(
    sightings: list[Sighting],
    passages: list[Passage],
    start: int,
    stop: int,
    aspect: float,
    noise: Noise,
) -> Path:
    """Returns the way in frames start..stop - 1.

    Args:
        sightings: rising; the first and the last have boxes.
        passages: between them.
        start, stop: where it begins and ends, at the shot's end perhaps: before the first and after
            the last sighting, by no more than the samples' distance, the thing goes on, slower.
        aspect: width by height of the picture.
        noise: how things move.
    """
    boxes, scores = [s.box for s in sightings], [s.score for s in sightings]
    states = smoothed(boxes, scores, passages, noise)[:, :4]
    knots = np.array([sighting.frame for sighting in sightings])
    step = int(np.diff(knots).max()) if len(knots) > 1 else stop - start
    frames = np.arange(max(start, int(knots[0]) - step), min(stop, int(knots[-1]) + step + 1))
    way = _through(frames, knots, states)
    middle, sides = way[:, :2], np.exp(way[:, 2:])
    corners = np.concatenate([middle - sides / 2, middle + sides / 2], 1)
    corners /= [aspect, 1.0, aspect, 1.0]
    return Path(frames.astype(np.int64), _inside(corners), _confidence(frames, knots, sightings))


def _through(frames: npt.NDArray[np.int64], knots: npt.NDArray[np.int64], values: Floats) -> Floats:
    """Returns values `(n, 4)` at frames from those at knots `(k, 4)`; see `_GOES_ON` beyond."""
    if len(knots) == 1:
        return np.repeat(values, len(frames), 0)
    widths = np.diff(knots).astype(np.float64)[:, None]
    slopes = np.diff(values, axis=0) / widths
    ends = np.concatenate([slopes[:1], slopes, slopes[-1:]])
    weights = np.concatenate([widths[:1], widths, widths[-1:]])
    tangents = (ends[:-1] * weights[1:] + ends[1:] * weights[:-1]) / (weights[1:] + weights[:-1])
    limit = 3 * np.maximum(np.abs(ends[:-1]), np.abs(ends[1:]))
    tangents = np.clip(tangents, -limit, limit)
    piece = np.clip(np.searchsorted(knots, frames, "right") - 1, 0, len(widths) - 1)
    width = widths[piece]
    t = (frames - knots[piece])[:, None] / width
    inside = np.clip(t, 0, 1)
    one, two = values[piece], values[piece + 1]
    out, into = tangents[piece] * width, tangents[piece + 1] * width
    bend = inside * (1 - inside)
    way = one + inside * (two - one)
    way += bend * ((1 - inside) * (out - (two - one)) - inside * (into - (two - one)))
    beyond = t - inside
    whole: Floats = way + beyond * _GOES_ON * np.where(beyond < 0, out, into)
    return whole


def _confidence(
    frames: npt.NDArray[np.int64], knots: npt.NDArray[np.int64], sightings: list[Sighting]
) -> npt.NDArray[np.float32]:
    found = np.array([s.box is not None for s in sightings])
    times = np.array([s.time for s in sightings])
    scores = np.interp(times, times[found], np.array([s.score for s in sightings])[found])
    away = np.abs(times[:, None] - times[found]).min(1)
    at_knots = scores * np.exp(-away / _FORGETS_S)
    confidence = np.interp(frames, knots, at_knots)
    beyond = (frames < knots[0]) | (frames > knots[-1])
    return np.asarray(np.where(beyond, confidence * _BEYOND, confidence), np.float32)


def _inside(corners: Floats) -> npt.NDArray[np.float32]:
    """Returns the boxes within the picture, each with an area."""
    low = np.clip(corners[:, :2], 0, 1 - _LEAST_SIDE)
    high = np.clip(corners[:, 2:], low + _LEAST_SIDE, 1)
    boxes: npt.NDArray[np.float32] = np.concatenate([low, high], 1).astype(np.float32)
    return boxes
