"""How bright each picture is, how much it spreads about that, and how much of it is new.

    meter = LightMeter()
    for frames in batches:
        brightness, contrast, change = meter.push(frames)

Brightness is the mean of luma (BT.709, as coded); contrast its standard deviation (RMS contrast,
Peli 1990, https://doi.org/10.1364/JOSAA.7.002032): a black picture has neither, a night with one
lamp in it has contrast. Both in 0..1, contrast at most 1/2.

Change is the mean absolute difference of luma to the picture before, without what an encoder makes
of a still: each place's difference counts from `_NOISE` on. Slow drifts are not lost by that: while
nothing changes, a picture is held against the one since which nothing did.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

# Of 255. Rounding of a thumbnail gives 1, and an encoder refines a still from frame to frame: of
# x264's stills at crf 18 and 32 nine frames in ten then change by nothing, see the tests.
_NOISE = 3.0
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


class Light(NamedTuple):
    """float32 ``[n]`` each, a value a picture."""

    brightness: Floats
    contrast: Floats
    change: Floats


class LightMeter:
    """Measures the pictures of one film in order; holds two of them."""

    def __init__(self) -> None:
        self._last: Floats | None = None
        self._since: Floats | None = None  # the picture since which nothing changed

    def push(self, lumas: Floats) -> Light:
        """Returns the measures of the next pictures, see `lumas_of`."""
        change = np.array([self._change(luma) for luma in lumas], np.float32)
        brightness = lumas.mean((1, 2), dtype=np.float64) / 255
        contrast = lumas.std((1, 2), dtype=np.float64) / 255
        return Light(brightness.astype(np.float32), contrast.astype(np.float32), change)

    def _change(self, luma: Floats) -> float:
        last, since = self._last, self._since
        self._last = luma
        if last is None or since is None:
            self._since = luma
            return 0.0
        change = _difference(luma, last) or _difference(luma, since)
        if change:
            self._since = luma
        return change


def lumas_of(frames: npt.NDArray[np.uint8]) -> Floats:
    """Returns the luma of RGB pictures ``(n, H, W, 3)``: float32 ``(n, H, W)``, 0..255."""
    return frames.astype(np.float32) @ _LUMA


def _difference(one: Floats, other: Floats) -> float:
    """Returns the mean difference of two pictures in 0..1, without an encoder's noise."""
    far = np.abs(one - other)
    far[far <= _NOISE] = 0
    return float(far.mean(dtype=np.float64)) / 255
