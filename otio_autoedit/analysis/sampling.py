"""Which frames the slower networks see: two to four a second, whatever a file's rate.

The choice is local: a frame is taken when it is the first in its interval of time. So a part of a
film takes what the whole takes, and a frame that stands for ten seconds is seen once.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.record import Curve, FrameIndex

RATE = 3  # samples a second, about
_MOST = 4


def step_of(rate: Fraction) -> int:
    """Returns every how many frames of a film of ``rate`` one is sampled.

    >>> [step_of(Fraction(rate)) for rate in (24, 25, 30, 50, 60, 5, 2)]
    [8, 8, 10, 17, 20, 2, 1]
    """
    step = max(1, round(rate / RATE))
    return step if rate / step <= _MOST else step + 1


class Sampler:
    """Takes the first frame of each interval of ``step_of(rate)`` frames' time."""

    def __init__(self, rate: Fraction, time_base: Fraction) -> None:
        """Args: the file's edit rate; the seconds that a tick of its frames' times lasts."""
        frames = rate * time_base  # a tick, in frames
        self._times, self._over = 2 * frames.numerator, 2 * frames.denominator
        self._step = step_of(rate)
        self._interval = -1

    def takes(self, pts: int) -> bool:
        """Returns whether the next frame, ``pts`` ticks after the first, is sampled."""
        nearest = (pts * self._times + self._over // 2) // self._over
        interval = nearest // self._step
        is_first = interval > self._interval
        self._interval = interval
        return is_first


def curve_of(
    unit: str,
    index: FrameIndex,
    positions: npt.NDArray[np.int64],
    values: npt.NDArray[np.float32],
) -> Curve:
    """Returns sampled ``values`` as a curve: as they are where the samples lie evenly, else read
    off the line between them `RATE` times a second."""
    step = step_of(index.edit_rate)
    if not index.variable_rate and (np.diff(positions) == step).all():
        return Curve(unit, float(index.edit_rate / step), 0.0, values)
    times = index.pts[positions] * float(index.time_base)
    last = float(index.pts[-1] * index.time_base) if len(index.pts) else 0.0
    at = np.arange(int(last * RATE) + 1) / RATE
    return Curve(unit, float(RATE), 0.0, np.interp(at, times, values).astype(np.float32))
