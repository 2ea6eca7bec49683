"""Measures over a moving window, in time that does not grow with the window.

A window is cut off at the ends of the file: what lies beyond is not there. Not a number stands for
unknown, and is left out of every window.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from otio_autoedit.edit.signal import Values

Flags = npt.NDArray[np.bool_]


def running_max(values: Values, before: int, after: int) -> Values:
    """The highest known value from ``before`` frames earlier to ``after`` frames later; not a
    number where none is known."""
    known = np.where(np.isnan(values), np.float32(-np.inf), values)
    highest = _extreme(known, before, after, np.float32(-np.inf))
    return np.where(np.isneginf(highest), np.float32(np.nan), highest)


def running_min(values: Values, before: int, after: int) -> Values:
    """The lowest known value, as `running_max`."""
    return -running_max(-values, before, after)


def running_any(flags: Flags, before: int, after: int) -> Flags:
    """Whether one of them holds, from ``before`` frames earlier to ``after`` frames later."""
    return _extreme(flags, before, after, np.False_)  # type: ignore[no-any-return]


def running_mean(values: Values, reach: int) -> Values:
    """The mean of the known values up to ``reach`` frames earlier and later."""
    length = len(values)
    reach = min(reach, length)
    places = np.arange(length)
    first, stop = np.maximum(places - reach, 0), np.minimum(places + reach + 1, length)
    known = np.isfinite(values)
    sums = _summed(np.where(known, values, 0).astype(np.float64))
    counts = _summed(known.astype(np.int64))
    count = counts[stop] - counts[first]
    total = sums[stop] - sums[first]
    mean = np.full(length, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return mean.astype(np.float32)


def lasting_runs(flags: Flags, shortest: int) -> Flags:
    """``flags`` without their runs shorter than ``shortest`` frames."""
    edges = np.diff(np.concatenate(([0], flags.astype(np.int8), [0])))
    starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    long = stops - starts >= shortest
    steps = np.zeros(len(flags) + 1, np.int8)
    steps[starts[long]] += 1
    steps[stops[long]] -= 1
    return np.cumsum(steps[:-1], dtype=np.int8).astype(np.bool_)


def _extreme(values: Any, before: int, after: int, nothing: Any) -> Any:
    """By doubling: the extreme of 2w values is that of two neighbouring w; any window is covered by
    two overlapping ones of the largest power of two within it."""
    length = len(values)
    before, after = min(before, length), min(after, length)
    window = before + after + 1
    padded = np.concatenate((np.full(before, nothing), values, np.full(after, nothing)))
    width = 1
    while width * 2 <= window:
        padded = np.maximum(padded[:-width], padded[width:])
        width *= 2
    return np.maximum(padded[:length], padded[window - width : window - width + length])


def _summed(values: Any) -> Any:
    return np.concatenate((np.zeros(1, values.dtype), np.cumsum(values)))
