"""What was measured of single pictures, as curves over time.

The curves of every frame lie on the grid of the edit rate, a film of variable rate too: an edit
frame has what is on screen there, and what is new only where it comes on.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.record import Curve, FrameIndex
from otio_autoedit.analysis.results import Measured
from otio_autoedit.analysis.sampling import curve_of
from otio_autoedit.media.timing import on_screen

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

_MEANT_S = 0.2  # standard deviation of the smoothing that leaves what a camera is meant to do:
# half of a move at 1 Hz, next to nothing of one at 3; a hand trembles at 2 to 12 (Stiles 1976)
_OVER_S = 0.4  # ... and of that over which what is left is averaged
_LONGEST_HOLD_S = 0.2  # a picture shown longer than this stands; shorter, it is a slower rate
_REACH = 3  # standard deviations


def picture_curves(index: FrameIndex, light: Measured, detail: Measured) -> dict[str, Curve]:
    """Returns "brightness", "contrast", "change", "shake" at every edit frame, and "sharpness" and
    "field" sampled; none for what has no moving pictures."""
    curves = {}
    if len(light.positions) == len(index.pts) and len(index.pts):
        shown = on_screen(index)
        comes_on = np.diff(shown, prepend=-1) > 0
        rate = float(index.edit_rate)
        for name in ("brightness", "contrast"):
            curves[name] = Curve("0 to 1", rate, 0.0, light.values[name][shown])
        change = np.where(comes_on, light.values["change"][shown], np.float32(0))
        curves["change"] = Curve("0 to 1", rate, 0.0, change)
        shaken = shake((index.pts * float(index.time_base)).astype(np.float64), light)
        curves["shake"] = Curve("diagonals/s", rate, 0.0, shaken[shown])
    if len(detail.positions):
        for name in ("sharpness", "field"):
            curves[name] = curve_of("0 to 1", index, detail.positions, detail.values[name])
    return curves


def shake(times: Doubles, light: Measured) -> Floats:
    """Returns how fast the camera jitters at each frame, in the picture's diagonals a second: the
    root mean square of its speed without what is slow, a pan or a tilt."""
    speeds, known = _speeds(times, light)
    step = float(np.median(np.diff(times))) if len(times) > 1 else 1.0
    weights = known.astype(np.float64)
    total = np.zeros(len(times))
    for speed in speeds:
        jitter = speed - _smoothed(speed, weights, _MEANT_S / step)
        total += _smoothed(np.square(jitter), weights, _OVER_S / step)
    return np.sqrt(np.maximum(total, 0)).astype(np.float32)


def _speeds(times: Doubles, light: Measured) -> tuple[Doubles, npt.NDArray[np.bool_]]:
    """Returns the camera's speed at each frame, ``(2, n)`` diagonals a second, and where it is
    known. Animation on twos and film with frames doubled move as smoothly as they are meant to: a
    step after frames held is spread over them."""
    moves = np.stack([light.values["x"], light.values["y"]]).astype(np.float64)
    known = light.values["known"] > 0
    speeds = moves / np.maximum(np.diff(times, prepend=times[:1] - 1), 1e-3)
    comes = np.concatenate([[0], np.flatnonzero(light.values["change"] > 0)])  # new pictures
    frames = np.arange(len(times))
    owner = np.minimum(np.searchsorted(comes, frames), len(comes) - 1)  # the next to come
    lasted = np.append(np.inf, np.diff(times[comes]))[owner]
    held = (lasted <= _LONGEST_HOLD_S) & (frames <= comes[-1])
    after = comes[owner]
    ending = (frames > comes[-1]) & (times[-1] - times[comes[-1]] < _LONGEST_HOLD_S)
    known &= ~ending  # how long it is shown is not told
    return np.where(held, moves[:, after] / lasted, speeds), np.where(held, known[after], known)


def _smoothed(values: Doubles, weights: Doubles, sigma: float) -> Doubles:
    """Returns the mean of neighbours by a Gaussian, without those of no weight; 0 where all are."""
    reach = max(1, round(_REACH * sigma))
    kernel = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / max(sigma, 1e-6)))
    return _spread(values * weights, kernel) / np.maximum(_spread(weights, kernel), 1e-9)


def _spread(values: Doubles, kernel: Doubles) -> Doubles:
    whole: Doubles = np.convolve(values, kernel)
    reach = len(kernel) // 2
    return whole[reach : reach + len(values)]
