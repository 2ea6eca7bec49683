"""How one picture lies over another: the shift, scale and turn that the camera made of it.

Two pictures of one place, some tenths of a second apart, with things moving in front. First where
it went at all: masked normalised cross-correlation (Padfield 2012) of 32 x 18 pictures, which
stands shifts of half a picture, and more scale and turn than phase correlation does. Then exactly:
the difference of the pictures is made small by Gauss-Newton steps with the mean of both gradients
(efficient second-order minimisation, Malis 2004), from coarse to fine, with Geman-McClure weights
that forget what does not move with the rest (Black and Anandan 1996), and a gain and an offset, so
that a change of exposure is no motion. NumPy alone.

Two pictures in, one answer out: nothing is remembered, so chunks of a film give what the film does.

Coordinates in here: (u, v) from the picture's middle, in halves of its diagonal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Grey = npt.NDArray[np.float32]
Real = npt.NDArray[np.floating[Any]]
Similarity = tuple[float, float, float, float]

LONG_SIDE = 128
"""Pixels: pictures are averaged down to about this; finer adds time and no accuracy that counts."""

_LEAST_CELLS = 4  # a side, of the coarsest picture
_LEVELS = 3  # pictures of half the size, down to 32 x 18
_NOISE = 3.0  # of 255: sensor, compression
_SCALES = (0.8, 1.25)  # tried where the scale 1 does not fit
_GOOD = 0.2  # a cost per pixel that needs no more trying
_UNSEEN = 0.45  # the cost of a pixel without a counterpart: a lap of little is no good fit
_LEAST_LAP = 0.2
_LEAST_SHARED = 0.3  # of the picture, for a shift to be looked at
_SHIFTS = 3
_STEPS = (6, 6, 4)  # Gauss-Newton, coarse to fine
_KEPT = 2  # places to go on from; the best of the coarsest need not be it
_STOP = 0.01  # of a pixel
_STIFF = 1e-3  # of scale and turn, where nothing in the picture says anything about them


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """One picture, grey, of mean 0 and contrast 1, at falling sizes.

    Attributes:
        levels: fine to coarse.
        contrast: what its standard deviation was, of 255.
        extent: width and height covered, from the middle, as parts of the picture's.
    """

    levels: tuple[Grey, ...]
    contrast: float
    extent: tuple[float, float]


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """How an earlier picture lies over a later one.

    Attributes:
        similarity: (a, b, s, t) of u' = a u - b v + s, v' = b u + a v + t, from the later picture
            to the earlier one.
        confidence: 0 to 1: how much of what can be seen to fit does fit; about 0 across a cut.
        differences: float32 `(2, h, w)` over the earlier and the later picture, 0 to 1: what moves
            by itself, of a contrast of 1; NaN where the other picture does not reach.
    """

    similarity: Similarity
    confidence: float
    differences: Grey


STILL = (1.0, 0.0, 0.0, 0.0)


def pyramid(frame: npt.NDArray[np.uint8]) -> Pyramid:
    """Returns what `align` compares, of a frame uint8 RGB `(H, W, 3)`."""
    height, width = frame.shape[:2]
    factor = max(1, round(max(height, width) / LONG_SIDE))
    grain = factor << (_LEVELS - 1)
    rows, columns = (max(_LEAST_CELLS, side // grain) * grain for side in (height, width))
    inner = _middle(frame, rows, columns)
    grey = inner @ np.array([0.299, 0.587, 0.114], np.float32)
    grey = grey.reshape(rows // factor, factor, columns // factor, factor).mean((1, 3))
    contrast = float(grey.std())
    levels = [((grey - grey.mean()) / max(contrast, _NOISE)).astype(np.float32)]
    for _ in range(_LEVELS - 1):
        levels.append(_halved(levels[-1]))
    return Pyramid(tuple(levels), contrast, (columns / width, rows / height))


def align(before: Pyramid, after: Pyramid) -> Alignment:
    """Returns how `before` lies over `after`: two pictures of one size."""
    contrast = min(before.contrast, after.contrast)
    if contrast < _NOISE:
        return Alignment(STILL, 0.0, np.zeros((2, *after.levels[0].shape), np.float32))
    pairs = [_Pair(one, two) for one, two in zip(before.levels, after.levels, strict=True)]
    coarse, middle, fine = reversed(pairs)
    fits = [_fitted(coarse, start, _STEPS[0]) for start in _starts(coarse, 1.0)]
    if min(fit.cost for fit in fits) > _GOOD:
        for scale in _SCALES:
            fits += [_fitted(coarse, start, _STEPS[0]) for start in _starts(coarse, scale)]
    fits = [_fitted(middle, fit, _STEPS[1]) for fit in _likeliest(coarse, fits)]
    fits = [_fitted(fine, fit, _STEPS[2]) for fit in _likeliest(middle, fits)]
    found = _best([fine.still(), *fits])
    confidence, later = fine.judged(found, _NOISE / contrast)
    back = _Fit(inverted(found.similarity), 1 / found.gain, -found.offset / found.gain)
    _, earlier = _Pair(fine.after, fine.before).judged(back, _NOISE / contrast)
    return Alignment(found.similarity, confidence, np.stack([earlier, later]))


def inverted(similarity: Similarity) -> Similarity:
    """Returns the similarity that takes places back."""
    a, b, s, t = similarity
    square = a * a + b * b
    return (a / square, -b / square, -(a * s + b * t) / square, (b * s - a * t) / square)


def composed(first: Similarity, then: Similarity) -> Similarity:
    """Returns the similarity that does one, then another."""
    (a, b, s, t), (c, d, p, q) = first, then
    return (c * a - d * b, d * a + c * b, c * s - d * t + p, d * s + c * t + q)


@dataclass(frozen=True, slots=True)
class _Fit:
    """A similarity, what light the later picture has of the earlier (gain * it + offset), and its
    cost: 0 to 1 a pixel, how badly it explains the later picture."""

    similarity: Similarity
    gain: float
    offset: float
    cost: float = 1.0


class _Pair:
    """The two pictures at one size."""

    def __init__(self, before: Grey, after: Grey) -> None:
        self.before, self.after = before, after
        self.grid = _grid(before.shape[0], before.shape[1])
        self.slopes = _slopes(after, self.grid.unit)

    def warped(self, similarity: Similarity) -> tuple[Grey, Grey]:
        """Returns the earlier picture as the later one would show it, and where it is seen, 0/1."""
        grid = self.grid
        height, width = self.before.shape
        a, b, s, t = (np.float32(value) for value in similarity)
        x = (a * grid.u - b * grid.v + s) * grid.unit + np.float32((width - 1) / 2)
        y = (b * grid.u + a * grid.v + t) * grid.unit + np.float32((height - 1) / 2)
        seen = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
        left = np.clip(x, 0, width - 1.001).astype(np.int32)
        top = np.clip(y, 0, height - 1.001).astype(np.int32)
        right, down = np.clip(x - left, 0, 1), np.clip(y - top, 0, 1)
        at = top * width + left
        flat = self.before.ravel()
        upper = flat[at] + right * (flat[at + 1] - flat[at])
        lower = flat[at + width] + right * (flat[at + width + 1] - flat[at + width])
        return upper + down * (lower - upper), seen.astype(np.float32)

    def still(self) -> _Fit:
        """Returns the best fit without any motion."""
        fit = _Fit(STILL, 1.0, 0.0)
        for _ in range(3):
            weights = _weights(self.after - fit.gain * self.before - fit.offset, self.grid.trust)
            weights = weights * self.grid.trust
            total = float(weights.sum())
            mean_before = float((weights * self.before).sum()) / total
            mean_after = float((weights * self.after).sum()) / total
            off = self.before - np.float32(mean_before)
            spread = float((weights * off * off).sum()) / total
            slope = float((weights * off * (self.after - np.float32(mean_after))).sum()) / total
            gain = _believable((slope + 0.05) / (spread + 0.05))
            fit = _Fit(STILL, gain, mean_after - gain * mean_before)
        return self.valued(fit)

    def valued(self, fit: _Fit) -> _Fit:
        """Returns the fit with its cost at this size."""
        warped, seen = self.warped(fit.similarity)
        if seen.mean() < _LEAST_LAP:
            return replace(fit, cost=1.0)
        square = np.square(self.after - fit.gain * warped - fit.offset) * np.float32(4)
        each = np.where(seen > 0, square / (1 + square), np.float32(_UNSEEN))
        return replace(fit, cost=float((each * self.grid.trust).sum() / self.grid.trust.sum()))

    def step(self, fit: _Fit) -> tuple[_Fit, float]:
        """Returns the fit after one Gauss-Newton step, and how far it went."""
        warped, seen = self.warped(fit.similarity)
        error = self.after - fit.gain * warped - fit.offset
        weights = (self.grid.trust * seen * _weights(error, seen)).ravel()
        slopes = _slopes(warped, self.grid.unit)
        across = ((self.slopes[0] + fit.gain * slopes[0]) / 2).ravel()
        down = ((self.slopes[1] + fit.gain * slopes[1]) / 2).ravel()
        u, v = self.grid.u.ravel(), self.grid.v.ravel()
        grows, turns = across * u + down * v, down * u - across * v
        design = np.stack([grows, turns, across, down, warped.ravel(), np.ones_like(u)])
        heavy = design * weights
        normal = (heavy @ design.T).astype(np.float64)
        wanted = (heavy @ error.ravel()).astype(np.float64)
        stiff = _STIFF * max(float(weights.sum()), 1.0)
        normal[np.arange(6), np.arange(6)] += stiff * np.array([1, 1, 0.1, 0.1, 1, 1])
        moved = np.linalg.solve(normal, wanted)
        moved[:4] = np.clip(moved[:4], -0.3, 0.3)
        little = (1 + moved[0], moved[1], moved[2], moved[3])
        new = _Fit(
            composed(little, fit.similarity),
            _believable(fit.gain + float(moved[4])),
            fit.offset + float(moved[5]),
        )
        return new, float(np.abs(moved[:4]).max()) * self.grid.unit

    def judged(self, fit: _Fit, noise: float) -> tuple[float, Grey]:
        """Returns the confidence in a fit, and what it leaves unexplained, 0 to 1 a pixel."""
        warped, seen = self.warped(fit.similarity)
        error = np.abs(self.after - fit.gain * warped - fit.offset)
        texture = np.hypot(*self.slopes) / np.float32(self.grid.unit)
        allowed = np.float32(noise) + _largest_near(texture) / 2  # half a pixel off is no motion
        fits = 1 / (1 + np.square(error / allowed))
        told = texture * self.grid.trust
        overlap = float(seen.mean())
        share = float((told * seen * fits).sum() / max(float((told * seen).sum()), 1e-6))
        confidence = float(np.clip((share - 0.45) / 0.35, 0, 1) * min(1.0, overlap / 0.4))
        left = np.clip((error - 2 * allowed) * np.float32(1.5), 0, 1)
        return confidence, np.where(seen > 0, left, np.float32(np.nan))


@dataclass(frozen=True, slots=True, eq=False)
class _Grid:
    """Places of the pixels of a size: `u`, `v`, pixels to a unit, and how likely each is to be
    background: things that people film stand in the middle."""

    u: Grey
    v: Grey
    unit: float
    trust: Grey


@cache
def _grid(height: int, width: int) -> _Grid:
    unit = float(np.hypot(height, width) / 2)
    v, u = np.meshgrid(
        (np.arange(height) - (height - 1) / 2) / unit,
        (np.arange(width) - (width - 1) / 2) / unit,
        indexing="ij",
    )
    trust = 1 - 0.6 * np.exp(-(np.square(u) + np.square(v)) / (2 * 0.35**2))
    return _Grid(u.astype(np.float32), v.astype(np.float32), unit, trust.astype(np.float32))


def _fitted(pair: _Pair, start: _Fit, steps: int) -> _Fit:
    """Returns where Gauss-Newton steps lead from a start, or the start where they lead astray."""
    fit = start
    for _ in range(steps):
        fit, moved = pair.step(fit)
        if moved < _STOP:
            break
    return _best([pair.valued(start), pair.valued(fit)])


def _best(fits: list[_Fit]) -> _Fit:
    """Returns the fit of least cost; of those as good, the first."""
    return min(fits, key=_rank)


def _rank(fit: _Fit) -> float:
    return round(fit.cost, 4)


def _likeliest(pair: _Pair, fits: list[_Fit]) -> list[_Fit]:
    """Returns the best few of the fits, no two of which are the same."""
    ranked = sorted(fits, key=_rank)
    kept: list[_Fit] = []
    for fit in ranked:
        off = [np.abs(np.subtract(fit.similarity, other.similarity)).max() for other in kept]
        if fit.cost <= 1.5 * ranked[0].cost + 0.03 and all(o * pair.grid.unit > 1 for o in off):
            kept.append(fit)
    return kept[:_KEPT]


def _believable(gain: float) -> float:
    return min(max(gain, 0.3), 3.0)


def _starts(pair: _Pair, scale: float) -> Iterator[_Fit]:
    """Yields fits to begin with: no motion, and the likeliest shifts after a change of scale."""
    scaled = (1 / scale, 0.0, 0.0, 0.0)
    if scale == 1.0:
        yield _Fit(STILL, 1.0, 0.0)
    for down, across in _shifts(*pair.warped(scaled), pair.after):
        back = (1.0, 0.0, -across / pair.grid.unit, -down / pair.grid.unit)
        yield _Fit(composed(back, scaled), 1.0, 0.0)


def _shifts(before: Grey, seen: Grey, after: Grey) -> Iterator[tuple[int, int]]:
    """Yields the shifts (down, across), in pixels, at which what two pictures share is most alike:
    https://doi.org/10.1109/TIP.2011.2181402, with the mask of one."""
    height, width = before.shape
    size = (2 * height, 2 * width)
    one, one_square = before * seen, np.square(before) * seen
    f_seen, f_one, f_square = (np.fft.rfft2(part, s=size) for part in (seen, one, one_square))
    f_all, f_after, f_after_square = (
        np.fft.rfft2(part, s=size) for part in (np.ones_like(after), after, np.square(after))
    )
    products = (f_seen, f_all), (f_one, f_all), (f_seen, f_after), (f_one, f_after)
    squares = (f_square, f_all), (f_seen, f_after_square)
    lap, mean_one, mean_two, both, square_one, square_two = (
        np.fft.irfft2(np.conj(first) * then, s=size) for first, then in (*products, *squares)
    )
    lap = np.maximum(lap, 1.0)
    spread_one = np.maximum(square_one - np.square(mean_one) / lap, 0.0)
    spread_two = np.maximum(square_two - np.square(mean_two) / lap, 0.0)
    alike = (both - mean_one * mean_two / lap) / (np.sqrt(spread_one * spread_two) + 0.1 * lap)
    alike[lap < _LEAST_SHARED * before.size] = -np.inf
    for _ in range(_SHIFTS):
        row, column = divmod(int(alike.argmax()), size[1])
        yield _signed(row, size[0]), _signed(column, size[1])
        rows, columns = (np.arange(at - 1, at + 2) for at in (row, column))
        alike[np.ix_(rows % size[0], columns % size[1])] = -np.inf


def _signed(place: int, length: int) -> int:
    return place - length if place > length // 2 else place


def _weights(error: Real, seen: Grey) -> Grey:
    """Returns Geman and McClure's weights; half of what is seen is taken to belong together."""
    known = np.abs(error[seen > 0])
    middle = float(np.median(known)) if len(known) else 1.0
    width = np.float32(max(0.1, 1.5 * 1.4826 * middle))
    weights: Grey = 1 / np.square(1 + np.square(error / width))
    return weights


def _slopes(picture: Grey, unit: float) -> tuple[Grey, Grey]:
    """Returns the slopes across and down, a unit."""
    across, down = np.empty_like(picture), np.empty_like(picture)
    half = np.float32(unit / 2)
    across[:, 1:-1] = (picture[:, 2:] - picture[:, :-2]) * half
    down[1:-1] = (picture[2:] - picture[:-2]) * half
    across[:, 0], across[:, -1] = across[:, 1], across[:, -2]
    down[0], down[-1] = down[1], down[-2]
    return across, down


def _largest_near(values: Real) -> Grey:
    """Returns the largest of each pixel's 3 x 3."""
    padded = np.pad(values, 1, "edge")
    rows = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    near: Grey = np.maximum(np.maximum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
    return near


def _middle(frame: npt.NDArray[np.uint8], rows: int, columns: int) -> npt.NDArray[np.uint8]:
    """Returns the middle of a frame; what it is too small for repeats its edge."""
    height, width = frame.shape[:2]
    down, across = max(0, rows - height), max(0, columns - width)
    if down or across:
        sides = ((down // 2, down - down // 2), (across // 2, across - across // 2), (0, 0))
        frame = np.pad(frame, sides, "edge")
    top, left = (frame.shape[0] - rows) // 2, (frame.shape[1] - columns) // 2
    return frame[top : top + rows, left : left + columns]


def _halved(picture: Grey) -> Grey:
    height, width = picture.shape
    small: Grey = picture.reshape(height // 2, 2, width // 2, 2).mean((1, 3))
    return small
