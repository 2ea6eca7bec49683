"""What colours are in a box: enough to tell two people in a shot apart, or not to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_BINS = 8
_INNER = 0.7  # of a box's width and height: its corners show what is behind
_PARTS = 2  # upper and lower half
DIMENSIONS = 3 * _BINS * _PARTS
_TO_YCC = np.array(  # ITU-R BT.601
    [[0.299, 0.587, 0.114], [-0.1687, -0.3313, 0.5], [0.5, -0.4187, -0.0813]], np.float32
)


def box_colours(
    frame: npt.NDArray[np.uint8], boxes: npt.NDArray[np.floating]
) -> npt.NDArray[np.float32]:
    """Returns colour signatures `(k, DIMENSIONS)` float32 of boxes `(k, 4)`, in 0..1, of a frame
    uint8 RGB `(H, W, 3)`: histograms of lightness and both chromas, of upper and lower half, each
    summing to 1 over all. Compare with `colour_distance`."""
    height, width = frame.shape[:2]
    signatures = np.zeros((len(boxes), DIMENSIONS), np.float32)
    for signature, (x0, y0, x1, y1) in zip(signatures, boxes, strict=True):
        cut_x, cut_y = (x1 - x0) * (1 - _INNER) / 2, (y1 - y0) * (1 - _INNER) / 2
        columns = _pixels(x0 + cut_x, x1 - cut_x, width)
        top, bottom = y0 + cut_y, y1 - cut_y
        middle = (top + bottom) / 2
        halves = [
            _histogram(frame[_pixels(low, high, height), columns])
            for low, high in ((top, middle), (middle, bottom))
        ]
        signature[:] = np.concatenate(halves) / _PARTS
    return signatures


def colour_distance(
    one: npt.NDArray[np.float32], others: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Returns Hellinger's distance of signatures `(..., DIMENSIONS)`, 0 (alike) to 1."""
    alike = np.sqrt(np.maximum(one * others, 0)).sum(-1)
    distance: npt.NDArray[np.float32] = np.sqrt(np.clip(1 - alike, 0, 1))
    return distance


def _pixels(low: float, high: float, length: int) -> slice:
    """Returns the pixels between two places in 0..1; at least one."""
    start = min(max(int(low * length), 0), length - 1)
    return slice(start, min(max(int(np.ceil(high * length)), start + 1), length))


def _histogram(pixels: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
    """Returns three soft histograms: a pixel counts for the two bins that it lies between."""
    colours = pixels.reshape(-1, 3) @ _TO_YCC.T + np.array([0, 128, 128], np.float32)
    colours[:, 1:] = (colours[:, 1:] - 128) * 2 + 128  # chroma seldom fills its range
    place = np.clip(colours / 256 * _BINS - 0.5, 0, _BINS - 1)
    lower = place.astype(np.int64)
    share = place - lower
    histograms = []
    for channel in range(3):
        at, part = lower[:, channel], share[:, channel]
        counts = np.bincount(at, 1 - part, _BINS)
        counts += np.bincount(np.minimum(at + 1, _BINS - 1), part, _BINS)
        histograms.append(counts)
    whole = np.concatenate(histograms)
    shares: npt.NDArray[np.float32] = (whole / whole.sum()).astype(np.float32)
    return shares
