"""Black and frozen pictures."""

from __future__ import annotations

import math

import numpy as np

from otio_autoedit.edit.runs import runs
from otio_autoedit.edit.signal import Values
from otio_autoedit.edit.signals.curves import curve
from otio_autoedit.edit.signals.view import View

_BLACK, _DIM = 0.02, 0.06  # mean brightness
_FLAT, _DRAWN = 0.03, 0.07  # contrast: a white title on a two-hundredth of the picture has .07
_SAME = 1 / 1024  # mean difference: a quarter of a step of 8 bits
_FREEZE = 2.0  # s; as of FFmpeg's freezedetect: a camera on its stand is still for less


def black(view: View) -> Values:
    """1 where the mean brightness is .02 or less and the contrast .03, falling to 0 at .06 and .07:
    a night with a lamp in it is dark, but not black."""
    dark = _below(curve(view, "brightness"), _BLACK, _DIM)
    return np.where(
        np.isnan(dark), dark, np.fmin(dark, _below(curve(view, "contrast"), _FLAT, _DRAWN))
    )


def frozen(view: View) -> Values:
    """1 in runs of two seconds and more whose frames are all as the one before; the first frame
    of the run is the one that the others repeat."""
    change = curve(view, "change")
    if view.is_still:
        return view.unknown()
    result = np.where(np.isnan(change), np.float32(np.nan), np.float32(0)).astype(np.float32)
    shortest = math.ceil(_FREEZE * view.rate)
    for start, stop in runs(change < _SAME):
        first = max(start - 1, 0)
        if stop - first >= shortest:
            result[first:stop] = 1
    return result


def _below(values: Values, low: float, high: float) -> Values:
    falls: Values = np.clip((high - values) / (high - low), 0, 1).astype(np.float32)
    return falls
