"""How likely somebody speaks, measured: no network.

Speech is told by three things together, each over a second:

- its energy comes and goes with the syllables, two to ten times a second (the 4 Hz modulation of
  Houtgast and Steeneken 1985; Scheirer and Slaney 1997, "Construction and evaluation of a robust
  multifeature speech/music discriminator"),
- most of it has the pitch of a voice, which noise, applause and a crowd have not,
- what is voiced and what hisses take turns, so that the balance of high and low sways (the
  variance of zero crossings of Saunders 1996, "Real-time discrimination of broadcast
  speech/music"), which that of one instrument does not.

The ramps were set on generated sound: a speech synthesizer's eight voices in five languages, in
noise, a room, over music; and noises, tones, clicks, applause, crowds of 6 to 40 voices, music.
"""

from __future__ import annotations

import numpy as np

from otio_autoedit.analysis.sound_curves import (
    HEARD_DB,
    by_blocks,
    highest_over,
    lowest_over,
    mean_over,
    power_of,
    ramp,
)
from otio_autoedit.analysis.sound_frames import Bytes, Floats

_VOICE, _ALL = (2, 15), (2, 20)  # bands: 300-3150 Hz; with what hisses, -7700
_LOW, _HIGH = (1, 9), (13, 18)  # 200-1270, 2320-4400 Hz
_SECOND, _HALF, _SYLLABLE = 51, 25, 5  # frames
_PAUSE = 15  # frames: what is shorter is within a word (a stop, a breath), not between two
_ACTIVE_DB = 20.0  # below the loudest of a second to either side: what is quieter is no part of it
_PAUSE_DB = 25.0  # ... and a pause
_DEEPEST_DB = 35.0
_PITCHED = (0.5, 0.8)
_MODULATION_DB, _VOICED, _SWAY_DB = (2.0, 4.5), (0.1, 0.35), (1.5, 3.5)
_LEAST_SHARE = 0.02
_REACH = 2 * _SECOND + _SECOND + _HALF + _PAUSE + 2 * _SYLLABLE


def speech(bands: Bytes, pitch: Bytes) -> Floats:
    """Returns the probability in 0..1 that somebody speaks, of each frame of `Frames`."""
    return by_blocks(_speech, bands, pitch, _REACH)


def _speech(bands: Floats, pitch: Floats) -> Floats:
    energy, voice = power_of(bands, *_ALL), power_of(bands, *_VOICE)
    loudest = highest_over(energy, 2 * _SECOND + 1)
    active = ((energy > loudest - _ACTIVE_DB) & (energy > HEARD_DB)).astype(np.float32)
    share = np.maximum(mean_over(active, _SECOND), _LEAST_SHARE)
    heard = np.maximum(voice, np.maximum(loudest - _DEEPEST_DB, HEARD_DB))
    voiced = mean_over(ramp(pitch, *_PITCHED) * active, _SECOND) / share
    likely = (
        ramp(_modulation(heard), *_MODULATION_DB)
        * ramp(voiced, *_VOICED)
        * ramp(_sway(bands, active, share), *_SWAY_DB)
    )
    return np.clip(mean_over(likely, _HALF), 0, 1) * _between_pauses(energy, loudest)


def _modulation(energy: Floats) -> Floats:
    """Returns how far the decibels of a second swing, of what is faster than 2 Hz and slower than
    syllables: the root mean square."""
    swing = mean_over(energy, _SYLLABLE) - mean_over(energy, _HALF)
    return np.asarray(np.sqrt(np.maximum(mean_over(np.square(swing), _SECOND), 0)), np.float32)


def _sway(bands: Floats, active: Floats, share: Floats) -> Floats:
    """Returns the standard deviation of the balance of high and low over a second, in decibels."""
    balance = np.clip(power_of(bands, *_HIGH) - power_of(bands, *_LOW), -40, 20)
    mean = mean_over(balance * active, _SECOND) / share
    square = mean_over(np.square(balance) * active, _SECOND) / share
    return np.asarray(np.sqrt(np.maximum(square - np.square(mean), 0)), np.float32)


def _between_pauses(energy: Floats, loudest: Floats) -> Floats:
    """Returns 1 where something sounds, and in what is too short to be a pause, else 0."""
    sounds = ((energy > loudest - _PAUSE_DB) & (energy > HEARD_DB)).astype(np.float32)
    return lowest_over(highest_over(sounds, _PAUSE), _PAUSE)
