"""How suddenly sound sets in: the beats of music, a kick, a door."""

from __future__ import annotations

import numpy as np

from otio_autoedit.analysis.sound_curves import (
    HEARD_DB,
    by_blocks,
    highest_over,
    mean_over,
    ramp,
    there,
)
from otio_autoedit.analysis.sound_frames import RATE, Floats, Frames

_LAG = 2  # frames: two windows that do not overlap
_BELOW_DB = 45.0  # under the loudest band of the seconds around nothing is heard to set in
_AROUND = 4 * RATE + 1
_USUAL = RATE + 1
_RISE_DB = (1.0, 10.0)
_REACH = _AROUND + _USUAL + _LAG


def onset(frames: Frames) -> Floats:
    """Returns the strength of what sets in, 0..1 (1 is 10 dB in all bands at once), of each frame.

    The rise of the decibels of the critical bands, falls left out (spectral flux: Bello et al.
    2005, "A tutorial on onset detection in music signals"; in bands and relative to what was there:
    Klapuri 1999, "Sound onset detection by applying psychoacoustic knowledge"), above its mean in
    the second around (an adaptive threshold, as there).
    """
    known = there(frames.bands)
    if not known.any():
        return np.zeros(len(frames.level), np.float32)

    def measure(bands: Floats, pitch: Floats) -> Floats:
        heard = bands[:, known]
        floor = np.maximum(highest_over(heard.max(axis=1), _AROUND) - _BELOW_DB, HEARD_DB - 10)
        heard = np.maximum(heard, floor[:, None])
        rise = np.maximum(heard[_LAG:] - np.maximum(heard[:-_LAG], floor[_LAG:, None]), 0)
        flux = np.pad(rise.mean(axis=1), (_LAG, 0))
        return ramp(flux - mean_over(flux, _USUAL), *_RISE_DB)

    return by_blocks(measure, frames.bands, frames.pitch, _REACH)
