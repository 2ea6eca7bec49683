"""What the frames of a sound tell, over time: running measures that the curves are made of.

All are of whole recordings, ten hours too: they are worked out in blocks, each with enough of its
neighbours around it that the blocks do not show.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.sound_frames import BANDS, RATE, Bytes, Floats, decibels

_BLOCK = 600 * RATE
HEARD_DB = -70.0
"""Of full scale: below it a recording is silent, whatever else it holds (EBU R 128's gate)."""


def by_blocks(
    measure: Callable[[Floats, Floats], Floats], bands: Bytes, pitch: Bytes, reach: int
) -> Floats:
    """Returns ``measure(decibels [n, BANDS], pitch [n] in 0..1)``, float32 ``[n]``, of a whole
    recording; it looks at most ``reach`` frames to either side. At the ends there is silence."""
    count = len(pitch)
    result = np.zeros(count, np.float32)
    for start in range(0, count, _BLOCK):
        stop = min(start + _BLOCK, count)
        first, last = max(0, start - reach), min(count, stop + reach)
        before, after = reach - (start - first), reach - (last - stop)
        part = np.pad(bands[first:last], ((before, after), (0, 0)))
        pitched = (np.pad(pitch[first:last], (before, after)) / 255).astype(np.float32)
        result[start:stop] = measure(decibels(part), pitched)[reach : reach + stop - start]
    return result


def mean_over(values: Floats, frames: int) -> Floats:
    """Returns the mean of ``frames`` (odd) around each, along the first axis; 0 beyond the ends."""
    half = frames // 2
    ends = ((half + 1, half), *((0, 0),) * (values.ndim - 1))
    sums = np.cumsum(np.pad(values, ends), axis=0, dtype=np.float64)
    return ((sums[2 * half + 1 :] - sums[: -2 * half - 1]) / (2 * half + 1)).astype(np.float32)


def lowest_over(values: Floats, frames: int) -> Floats:
    """Returns the least of ``frames`` (odd) around each, along the first axis."""
    return -highest_over(-values, frames)


def highest_over(values: Floats, frames: int) -> Floats:
    """Returns the most of ``frames`` (odd) around each, along the first axis (van Herk 1992: by
    running maxima from both sides of blocks)."""
    half = frames // 2
    size = 2 * half + 1
    ends = ((0, 0),) * (values.ndim - 1)
    count = len(values)
    padding = (half, half + -(count + 2 * half) % size)
    padded = np.pad(values, (padding, *ends), constant_values=-np.inf)
    blocks = padded.reshape(-1, size, *values.shape[1:])
    ahead = np.maximum.accumulate(blocks, axis=1).reshape(padded.shape)
    back = np.maximum.accumulate(blocks[:, ::-1], axis=1)[:, ::-1].reshape(padded.shape)
    return np.asarray(np.maximum(ahead[size - 1 :][:count], back[:count]), np.float32)


def ramp(values: npt.ArrayLike, low: float, high: float) -> Floats:
    """Returns 0 up to ``low``, 1 from ``high`` on, and what lies between on the line."""
    share: Floats = np.clip((np.asarray(values) - low) / (high - low), 0, 1).astype(np.float32)
    return share


def power_of(bands: Floats, first: int, stop: int) -> Floats:
    """Returns the decibels of some neighbouring bands together."""
    total = np.power(10, bands[:, first:stop] / 10).sum(axis=1)
    level: Floats = (10 * np.log10(total)).astype(np.float32)
    return level


def there(bands: Bytes) -> npt.NDArray[np.bool_]:
    """Returns which bands hold anything: those above a low sample rate, or that a codec cut off, do
    not, and tell nothing."""
    if not len(bands):
        return np.zeros(BANDS, np.bool_)
    most = decibels(bands.max(axis=0))
    found: npt.NDArray[np.bool_] = (most > HEARD_DB - 20) & (most > most.max() - 60)
    return found
