"""Sound in frames of 20 ms: how loud each is, its energy in bands, and whether it has a pitch.

The frames are counted from the first sample of a stretch, and each is measured from the samples
around its own middle, however a decoder cuts the sound into pieces.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

RATE = 50
"""Frames a second."""

FLOOR_DB = -100.0
"""Of full scale: silence, and anything quieter."""

EDGES_HZ = (
    100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480,
    1720, 2000, 2320, 2700, 3150, 3700, 4400, 5300, 6400, 7700,
)  # fmt: skip
"""Of the bands: the critical bands of hearing (Zwicker 1961), those of speech and crowds."""

BANDS = len(EDGES_HZ) - 1

_WINDOW_S = 0.032  # two and a half periods of the deepest voice
_BIN_HZ = 1 / _WINDOW_S
_PITCH_HZ = (80.0, 400.0)  # voices, men's to children's
_HARMONICS_HZ = 2000.0  # above it a voice is breath as much as pitch
_LAGS = 512  # a pitch is told to an eighth of a millisecond
_BATCH = 512  # frames measured together
_TINY = 1e-12


class Frames(NamedTuple):
    """Measures of n frames: ``level`` float32 ``[n]`` in dBFS (a square wave of full scale has 0);
    ``bands`` uint8 ``[n, BANDS]``, see `decibels`; ``pitch`` uint8 ``[n]``: how periodic, 255 is
    wholly; ``spoken`` uint8 ``[n]``: a network's probability of speech, 255 is 1, 0 without one."""

    level: Floats
    bands: Bytes
    pitch: Bytes
    spoken: Bytes


def decibels(bands: Bytes) -> Floats:
    """Returns the dBFS of what `Frames` keeps as bytes: half decibels above the floor."""
    return (bands.astype(np.float32) / 2 + FLOOR_DB).astype(np.float32)


def no_frames(count: int) -> Frames:
    """Returns ``count`` frames of silence."""
    return Frames(
        np.full(count, FLOOR_DB, np.float32),
        np.zeros((count, BANDS), np.uint8),
        np.zeros(count, np.uint8),
        np.zeros(count, np.uint8),
    )


def joined(parts: list[Frames]) -> Frames:
    """Returns ``parts`` one after the other."""
    parts = parts or [no_frames(0)]
    return Frames(
        np.concatenate([part.level for part in parts]),
        np.concatenate([part.bands for part in parts]),
        np.concatenate([part.pitch for part in parts]),
        np.concatenate([part.spoken for part in parts]),
    )


def without_first(count: int, frames: Frames) -> Frames:
    """Returns all but the first ``count``."""
    return Frames(
        frames.level[count:], frames.bands[count:], frames.pitch[count:], frames.spoken[count:]
    )


class FrameMeter:
    """Takes the samples of one stretch of sound; gives its frames.

    The level of a frame is that of its loudest channel, so that a voice on one channel of six is as
    loud as alone. Energies are summed over the channels: what is there in opposite phase too.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self.samples = 0  # heard so far
        self._rate = rate
        self._size = max(4, round(_WINDOW_S * rate))
        self._lead = max(0, (self._size - round(rate / RATE) + 1) // 2)
        self._waiting = [np.zeros((channels, self._lead), np.float32)]
        self._held = self._lead  # samples in `_waiting`
        self._dropped = -self._lead  # the stretch's sample that `_waiting` begins with
        self._done = 0  # frames measured
        self._parts: list[Frames] = []

    def push(self, samples: Floats) -> None:
        """Takes the next ``[channels, n]`` samples in -1..1."""
        self.samples += samples.shape[1]
        self._waiting.append(samples)
        self._held += samples.shape[1]
        if not self._has(_BATCH):
            return
        self._waiting = [np.hstack(self._waiting)]
        while self._has(_BATCH):
            self._measure(_BATCH)

    def finish(self) -> Frames:
        """Returns the frames of all that was pushed; the last may be heard in part."""
        total = -(-self.samples * RATE // self._rate)
        channels = len(self._waiting[0])
        self._waiting.append(np.zeros((channels, self._size + self._rate // RATE + 1), np.float32))
        self._held += self._waiting[-1].shape[1]
        self._waiting = [np.hstack(self._waiting)]
        while self._done < total:
            self._measure(min(_BATCH, total - self._done))
        return joined(self._parts)

    def _start(self, frame: int) -> int:
        """Returns the first sample of a frame's window, counted from the stretch's first."""
        return frame * self._rate // RATE - self._lead

    def _has(self, count: int) -> bool:
        """Returns whether all samples of the next ``count`` frames are here."""
        return self._dropped + self._held >= self._start(self._done + count) + self._size

    def _measure(self, count: int) -> None:
        (held,) = self._waiting
        first = range(self._done, self._done + count + 1)
        starts = np.array([self._start(frame) - self._dropped for frame in first])
        self._parts.append(self._frames(held, starts, count))
        self._done += count
        self._waiting = [held[:, starts[-1] :]]
        self._held -= int(starts[-1])
        self._dropped += int(starts[-1])

    def _frames(self, held: Floats, starts: npt.NDArray[np.int64], count: int) -> Frames:
        level = _levels(held, starts + self._lead, count)
        windows = starts[:count, None] + np.arange(self._size)
        shape, wanted = _window(self._size), _bins(self._rate)
        power = np.zeros((count, round(EDGES_HZ[-1] / _BIN_HZ) + 1), np.float32)
        for channel in held:
            spectrum = np.fft.rfft(channel[windows] * shape, axis=1)[:, :wanted]
            power[:, :wanted] += np.square(spectrum.real) + np.square(spectrum.imag)
        bands = 10 * np.log10(power @ _shares() + _TINY)
        kept = np.clip(np.round((bands - FLOOR_DB) * 2), 0, 255).astype(np.uint8)
        return Frames(level, kept, _pitch(power), np.zeros(count, np.uint8))


def _levels(held: Floats, starts: npt.NDArray[np.int64], count: int) -> Floats:
    squares = np.square(held[:, starts[0] : starts[count]], dtype=np.float64)
    sums = np.add.reduceat(squares, starts[:count] - starts[0], axis=1)
    loudest = (sums / np.diff(starts)).max(axis=0)
    level: Floats = np.maximum(10 * np.log10(loudest + _TINY), FLOOR_DB).astype(np.float32)
    return level


def _pitch(power: Floats) -> Bytes:
    """Returns how periodic each frame is: the highest peak of its autocorrelation among the lags of
    voices, that of the window taken out (Boersma 1993, "Accurate short-term analysis of the
    fundamental frequency...")."""
    low = power[:, : round(_HARMONICS_HZ / _BIN_HZ) + 1].copy()
    low[:, :2] = 0  # rumble
    lags = np.fft.irfft(low, _LAGS, axis=1)
    first, last = _lag(_PITCH_HZ[1]), _lag(_PITCH_HZ[0])
    found = (
        lags[:, first : last + 1] / np.maximum(lags[:, :1], _TINY) / _of_window()[first : last + 1]
    )
    peak = (found[:, 1:-1] >= found[:, :-2]) & (found[:, 1:-1] >= found[:, 2:])
    best = np.where(peak, found[:, 1:-1], 0).max(axis=1)
    heard = lags[:, 0] > _TINY
    return np.round(np.clip(np.where(heard, best, 0), 0, 1) * 255).astype(np.uint8)


def _lag(pitch: float) -> int:
    return round(_LAGS * _BIN_HZ / pitch)


@lru_cache(maxsize=1)
def _of_window() -> npt.NDArray[np.float64]:
    """The autocorrelation of a Hann window at the lags of `_pitch`, 1 at none."""
    size = _LAGS  # samples of a window at that rate
    window = np.concatenate([_window(size), np.zeros(size)])
    whole = np.fft.irfft(np.square(np.abs(np.fft.rfft(window))))[:size]
    share: npt.NDArray[np.float64] = np.maximum(whole / whole[0], 0.05)
    return share


@lru_cache(maxsize=8)
def _window(size: int) -> Floats:
    """A Hann window whose power spectrum sums to a sine's mean square."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(size) + 0.5) / size)
    shape: Floats = (window * np.sqrt(2 / (size * np.square(window).sum()))).astype(np.float32)
    return shape


def _bins(rate: int) -> int:
    """Returns how many bins of the spectrum there are at a rate, of those that are asked for."""
    size = max(4, round(_WINDOW_S * rate))
    return min(size // 2 + 1, round(EDGES_HZ[-1] / _BIN_HZ) + 1)


@lru_cache(maxsize=1)
def _shares() -> Floats:
    """What of each bin lies in each band, ``[bins, BANDS]``."""
    bins = np.arange(round(EDGES_HZ[-1] / _BIN_HZ) + 1) * _BIN_HZ
    low, high = (bins + side * _BIN_HZ / 2 for side in (-1, 1))
    edges = np.array(EDGES_HZ)
    inside = np.minimum(high[:, None], edges[1:]) - np.maximum(low[:, None], edges[:-1])
    shares: Floats = (np.maximum(inside, 0) / _BIN_HZ).astype(np.float32)
    return shares
