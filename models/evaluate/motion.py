"""The foreground by motion alone: what is left of two neighbours after the camera's own shift.

A baseline, of classic parts: phase correlation (Kuglin and Hines 1975) for the shift, Otsu's
threshold (1979) on the smoothed difference. It knows nothing of things.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

_APART = 4  # frames
_SHRINK, _SMOOTH = 2, 9  # pixels
_LEVELS = 256


def foreground_by_motion(frames: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Returns `(n, H, W)`: what moves against the picture in frames `(n, H, W, 3)` RGB."""
    grey = torch.from_numpy(frames).float().mean(3)[:, None]
    small = F.avg_pool2d(grey, _SHRINK)[:, 0].numpy()
    count, size = len(frames), (frames.shape[1], frames.shape[2])
    masks = []
    for at in range(count):
        others = {max(0, at - _APART), min(count - 1, at + _APART)} - {at}
        change = np.min([_change(small[at], small[other]) for other in others or {at}], axis=0)
        masks.append(_moving(change, size))
    return np.stack(masks)


def shift_between(frame: NDArray[np.float32], other: NDArray[np.float32]) -> tuple[int, int]:
    """Returns the rows and columns by which `other` must be rolled to lie on `frame`."""
    window = np.outer(np.hanning(frame.shape[0]), np.hanning(frame.shape[1]))
    a, b = (np.fft.rfft2((each - each.mean()) * window) for each in (frame, other))
    cross = a * np.conj(b)
    peaks = np.fft.irfft2(cross / np.maximum(np.abs(cross), 1e-9), s=frame.shape)
    row, column = np.unravel_index(int(np.argmax(peaks)), peaks.shape)
    return (
        int(row) - frame.shape[0] * (int(row) > frame.shape[0] // 2),
        int(column) - frame.shape[1] * (int(column) > frame.shape[1] // 2),
    )


def otsu(values: NDArray[np.float32]) -> float:
    """Returns the threshold that parts values into the two classes that differ most."""
    counts, edges = np.histogram(values, _LEVELS)
    middles = (edges[:-1] + edges[1:]) / 2
    below, above = counts.cumsum(), counts[::-1].cumsum()[::-1]
    sums = (counts * middles).cumsum()
    low = sums / np.maximum(below, 1)
    high = (sums[-1] - sums) / np.maximum(above - counts, 1)
    between = below * (above - counts) * (low - high) ** 2
    return float(edges[int(np.argmax(between)) + 1])


def _change(frame: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    rows, columns = shift_between(frame, other)
    difference = np.abs(frame - np.roll(other, (rows, columns), (0, 1)))
    seen = np.zeros(frame.shape, np.float32)  # what the shift brought in from beyond is unknown
    height, width = frame.shape
    seen[max(0, rows) : height + min(0, rows), max(0, columns) : width + min(0, columns)] = 1
    changed: NDArray[np.float32] = difference * seen
    return changed


def _moving(change: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.bool_]:
    planes = torch.from_numpy(change)[None, None]
    smooth = F.avg_pool2d(planes, _SMOOTH, 1, _SMOOTH // 2, count_include_pad=False)
    large = F.interpolate(smooth, size, mode="bilinear")[0, 0].numpy()
    mask: NDArray[np.bool_] = large >= max(1.0, otsu(large))  # a still picture has no foreground
    return mask
