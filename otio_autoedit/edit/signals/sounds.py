"""Silence, told from the file's own sound."""

from __future__ import annotations

import numpy as np

from otio_autoedit.edit.signal import Values
from otio_autoedit.edit.signals.curves import curve, loudest
from otio_autoedit.edit.signals.view import View

_NOBODY_HEARS = -70.0  # dBFS: below it a recording is silent whatever else it holds
_BELOW_SPEECH = 15.9  # dB: the margin of ITU-T P.56, 6.2, between speech and its pauses
_SPEECH_IS_SURE = 0.5
_LEAST_SPEECH = 1.0  # s, to tell its level by
_LEAST_RANGE = 6.0  # dB from noise to speech, below which neither is told from the other


def silence(view: View) -> Values:
    """1 where the loudest of a frame stays below `threshold`, else 0."""
    levels = loudest(view, "level")
    quiet = levels < threshold(levels, curve(view, "speech"), float(view.rate))
    return np.where(np.isnan(levels), np.float32(np.nan), quiet).astype(np.float32)


def threshold(levels: Values, speech: Values, rate: float) -> float:
    """The level in dBFS below which a file is silent.

    The file's noise floor is the level that a tenth of it stays below; its speech level the median
    of where somebody speaks, or where that is unknown the level that a tenth of it is above. The
    threshold is 15.9 dB below the speech (ITU-T P.56), or a third of the way from floor to speech
    where the room is so loud that this is higher. Where the two are within 6 dB nothing is a pause
    but what is silent in itself, below -70 dBFS.

    auto-editor's rule is one absolute level for all files, .04 of full scale (-28 dBFS).
    """
    heard = levels[np.isfinite(levels)]
    if not len(heard):
        return _NOBODY_HEARS
    floor = max(float(np.percentile(heard, 10)), _NOBODY_HEARS)
    spoken = levels[np.isfinite(levels) & (speech >= _SPEECH_IS_SURE)]
    enough = len(spoken) >= _LEAST_SPEECH * rate
    talk = float(np.median(spoken) if enough else np.percentile(heard, 90))
    if talk - floor < _LEAST_RANGE:
        return _NOBODY_HEARS
    return max(talk - _BELOW_SPEECH, floor + (talk - floor) / 3, _NOBODY_HEARS)
