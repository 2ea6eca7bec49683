"""How far the camera turned from one picture to the next, to a hundredth of a thumbnail's pixel.

A part of a picture is summed over its rows and over its columns, and the sums are matched one by
one (integral projections: Sauer and Schwartz 1996, https://doi.org/10.1109/76.538933); first by
whole pixels, then by least squares on the slopes (Lucas and Kanade 1981). The camera is what most
parts agree on: their median, so that what moves in one or two of them does not count.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_ROWS, _COLUMNS = 2, 3  # of parts
_REACH = 6  # pixels: a whip pan is further, and is not known
_LEAST_SLOPE = 0.3  # levels a pixel, root mean square: less is flat
_LEAST_MATCH = 0.8  # part of the sums' variance that the shift explains
_LEAST_PARTS = 3
_LEAST_SIDE = 24  # pixels: in smaller pictures the parts are too short to be matched


class ShiftMeter:
    """Measures the pictures of one film in order; holds the sums of one of them."""

    def __init__(self) -> None:
        self._last: tuple[Floats, Floats] | None = None

    def push(self, lumas: Floats) -> Floats:
        """Returns the (x, y) shift of each picture against the one before, ``(n, 2)`` pixels of
        ``lumas`` ``(n, H, W)``; not a number where it is not known: at the first, across a cut,
        where all is flat."""
        if min(lumas.shape[1:]) < _LEAST_SIDE:
            return np.full((len(lumas), 2), np.nan, np.float32)
        sums = _sums(lumas, 1), _sums(lumas, 0)
        last = self._last or (sums[0][:1], sums[1][:1])
        first = self._last is None
        self._last = sums[0][-1:], sums[1][-1:]
        shifts = [
            _agreed(*_matched(np.concatenate([before, now[:-1]]), now))
            for before, now in zip(last, sums, strict=True)
        ]
        both: Floats = np.stack(shifts, 1)
        both[np.isnan(both).any(1)] = np.nan
        if first:
            both[0] = np.nan
        return both


def _sums(lumas: Floats, axis: int) -> Floats:
    """Returns the mean of each column (axis 1) or row (0) of each part: ``(n, parts, length)``."""
    n, height, width = lumas.shape
    rows, columns = height // _ROWS, width // _COLUMNS
    whole = lumas[:, : rows * _ROWS, : columns * _COLUMNS]
    parts: Floats = whole.reshape(n, _ROWS, rows, _COLUMNS, columns).mean(2 if axis else 4)
    if axis:
        return parts.reshape(n, -1, columns)
    return parts.transpose(0, 1, 3, 2).reshape(n, -1, rows)


def _matched(before: Floats, now: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Returns how far the sums went, ``(n, parts)``, and whether that can be believed."""
    length = before.shape[2]
    reach = min(_REACH, (length - 4) // 3)
    middle = slice(reach, length - reach)
    at = _centred(before[:, :, middle])
    steps = np.arange(-reach, reach + 1)
    far = np.stack(
        [np.square(_centred(now[:, :, reach + s : length - reach + s]) - at).sum(2) for s in steps]
    )
    best = far.argmin(0)
    whole = steps[best]
    places = whole[:, :, None] + np.arange(length)[middle]
    moved = np.take_along_axis(now, places, 2)
    ends = np.clip(places - 1, 0, length - 1), np.clip(places + 1, 0, length - 1)
    slope_now = np.take_along_axis(now, ends[1], 2) - np.take_along_axis(now, ends[0], 2)
    slope_before = (
        before[:, :, reach + 1 : length - reach + 1] - before[:, :, reach - 1 : length - reach - 1]
    )
    slope = (slope_now + slope_before) / 4
    steep = np.square(slope).sum(2)
    off = at - _centred(moved)
    rest = (slope * off).sum(2) / np.maximum(steep, 1e-6)
    left = np.square(off - rest[:, :, None] * slope).sum(2)
    variance = np.square(at).sum(2)
    believed = (
        (steep >= at.shape[2] * _LEAST_SLOPE**2)
        & (left <= (1 - _LEAST_MATCH) * variance)
        & (np.abs(rest) <= 1)
        & (best > 0)
        & (best < len(steps) - 1)
    )
    return (whole + rest).astype(np.float32), believed


def _agreed(shifts: Floats, believed: npt.NDArray[np.bool_]) -> Floats:
    """Returns the median of what parts are believed, ``(n,)``; not a number where few are."""
    enough = believed.sum(1) >= _LEAST_PARTS
    known = np.where(believed, shifts, np.nan)
    result = np.full(len(shifts), np.nan, np.float32)
    if enough.any():
        result[enough] = np.nanmedian(known[enough], 1)
    return result


def _centred(sums: Floats) -> Floats:
    centred: Floats = sums - sums.mean(2, keepdims=True)
    return centred
