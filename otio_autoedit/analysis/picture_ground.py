"""How much of a picture is its ground: the one even colour that most of it is played on.

The dominant colour of sports analysis (Ekin, Tekalp and Mehrotra 2003,
https://doi.org/10.1109/TIP.2003.812758): the peak of the hues, the colours around it, and all that
lies near their mean. A ground is coloured (a street is not), lies low in the picture, and is even:
leaves and crowds of one hue are not. What it is, grass, clay or water, is not asked.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_BINS = 64
_LEAST_CHROMA = 0.08  # of 1: less has no hue that can be told after chroma subsampling
_LEAST_SATURATION = 0.15
_PEAK = 0.2  # as in the paper: the peak reaches to where a fifth of it is left
_WIDEST = 6  # bins to each side: 34 degrees
_NEAR = 0.18  # in the cylinder of hue and saturation, a half of it in brightness
_EVEN = 0.05  # standard deviation of brightness in 3 by 3 pixels
_LOW = 1 / 3  # of the height: what is above does not say what the ground is


def ground_share(frame: npt.NDArray[np.uint8]) -> float:
    """Returns 0..1: the share of a picture ``(H, W, 3)`` RGB, some 128 pixels wide, in its dominant
    ground colour."""
    value, chroma, hue = _cylinder(frame.astype(np.float32) / np.float32(255))
    saturation = chroma / np.maximum(value, 1e-6)
    coloured = (chroma >= _LEAST_CHROMA) & (saturation >= _LEAST_SATURATION)
    even = coloured & (_roughness(value) <= _EVEN)
    low = even.copy()
    low[: round(len(low) * _LOW)] = False
    if not low.any():
        return 0.0
    of_ground = low & _around_peak(hue, low)
    angle = hue * np.float32(2 * np.pi)
    x, y = saturation * np.cos(angle), saturation * np.sin(angle)
    here = [float(np.median(each[of_ground])) for each in (x, y, value)]
    far = np.sqrt((x - here[0]) ** 2 + (y - here[1]) ** 2 + ((value - here[2]) / 2) ** 2)
    return float((even & (far <= _NEAR)).mean())


def _around_peak(hue: Floats, of: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Returns where the hue belongs to the highest peak of those ``of`` a part."""
    bins = np.minimum((hue * _BINS).astype(np.int64), _BINS - 1)
    counts = np.bincount(bins[of], minlength=_BINS).astype(np.float64)
    smooth = (np.roll(counts, 1) + 2 * counts + np.roll(counts, -1)) / 4
    peak = int(smooth.argmax())
    wanted = np.zeros(_BINS, np.bool_)
    wanted[peak] = True
    for way in (-1, 1):
        for step in range(1, _WIDEST + 1):
            at = (peak + way * step) % _BINS
            if smooth[at] < _PEAK * smooth[peak]:
                break
            wanted[at] = True
    return wanted[bins]


def _cylinder(rgb: Floats) -> tuple[Floats, Floats, Floats]:
    """Returns value, chroma and hue, each in 0..1: HSV (Smith 1978)."""
    value, least = rgb.max(2), rgb.min(2)
    chroma = value - least
    r, g, b = (rgb[..., n] for n in range(3))
    safe = np.maximum(chroma, 1e-6)
    sixths = np.where(
        value == r, (g - b) / safe, np.where(value == g, 2 + (b - r) / safe, 4 + (r - g) / safe)
    )
    hue: Floats = ((sixths / 6) % 1).astype(np.float32)
    return value, chroma, hue


def _roughness(value: Floats) -> Floats:
    """Returns the standard deviation of each place's 3 by 3 neighbours."""
    padded = np.pad(value, 1, mode="edge")
    mean, square = _mean(padded), _mean(np.square(padded))
    rough: Floats = np.sqrt(np.maximum(square - np.square(mean), 0))
    return rough


def _mean(padded: Floats) -> Floats:
    rows = padded[:-2] + padded[1:-1] + padded[2:]
    mean: Floats = (rows[:, :-2] + rows[:, 1:-1] + rows[:, 2:]) / 9
    return mean
