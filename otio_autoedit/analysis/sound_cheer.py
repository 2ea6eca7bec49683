"""How loud the crowd is, beside what it is like in this recording.

A crowd that cheers or claps is noise of all pitches at once that lasts. So it is looked for in the
bed of the sound: what stays, in each band, when all that is shorter than a word's longest vowel is
taken out (the minimum statistics that noise is estimated by, Martin 2001). The speaker over it goes
with that. Where the bed rises together in nearly all bands over its own usual level, people cheer
(broadband energy as in Rui, Gupta and Acero 2000, "Automatically extracting highlights for TV
baseball programs").
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.sound_curves import (
    HEARD_DB,
    by_blocks,
    highest_over,
    lowest_over,
    mean_over,
    ramp,
    there,
)
from otio_autoedit.analysis.sound_frames import RATE, Bytes, Floats, Frames, decibels

_FIRST_BAND = 2  # from 300 Hz: below it is wind, hum and traffic
_SHORT, _LASTS, _SECOND = 5, 35, 51  # frames
_RISE_DB = (3.0, 9.0)  # half at twice the amplitude
_FEWEST = 25  # percent of the bands that may rise less
_PITCHED, _TONAL = (0.5, 0.8), (0.4, 0.8)
_QUIET_DB = 30.0  # below the loud parts of a recording (its 95th percentile) nobody cheers
_REACH = _SHORT + 2 * _LASTS + _SECOND
_FEWEST_SAMPLES = RATE
_STEP = 5  # every how many frames the usual level is looked at


def cheer(frames: Frames) -> Floats:
    """Returns how much the crowd is above its usual, 0..1 (.5 is 6 dB), of each frame."""
    known = there(frames.bands)
    known[:_FIRST_BAND] = False
    heard = frames.level > HEARD_DB
    if known.sum() < 4 or heard.sum() < _FEWEST_SAMPLES:
        return np.zeros(len(frames.level), np.float32)
    usual = _usual(frames, known, heard)
    loud = float(np.percentile(frames.level[heard][::_STEP], 95)) - _QUIET_DB

    def measure(bands: Floats, pitch: Floats) -> Floats:
        bed = _bed(bands[:, known])
        rise = np.percentile(bed - usual, _FEWEST, axis=1)
        total = 10 * np.log10(np.power(10, bed / 10).sum(axis=1))
        tonal = ramp(mean_over(ramp(pitch, *_PITCHED), _SECOND), *_TONAL)
        return ramp(rise, *_RISE_DB) * ramp(total, loud, loud + 6) * (1 - tonal)

    return np.where(heard, by_blocks(measure, frames.bands, frames.pitch, _REACH), np.float32(0))


def _bed(bands: Floats) -> Floats:
    """Returns the decibels of what lasts: short sounds are gone, long ones keep their ends."""
    smooth = mean_over(bands, _SHORT)
    return highest_over(lowest_over(smooth, _LASTS), _LASTS)


def _usual(frames: Frames, known: npt.NDArray[np.bool_], heard: npt.NDArray[np.bool_]) -> Floats:
    """Returns the median of the bed of each band, over all that is heard."""
    columns = np.flatnonzero(known)
    rows = np.flatnonzero(heard)[::_STEP]
    usual = [np.median(_bed_of(frames.bands[:, n], rows)) for n in columns]
    return np.array(usual, np.float32)


def _bed_of(band: Bytes, rows: npt.NDArray[np.int64]) -> Floats:
    return np.asarray(_bed(decibels(band)[:, None])[rows, 0], np.float32)
