"""Sounds drawn by hand: somebody who babbles, noise, a tune, applause; float32 ``[n]`` at `HZ`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

HZ = 24000
Wave = npt.NDArray[np.float32]

_VOWELS = [(700, 1200, 2600), (300, 2200, 3000), (320, 800, 2300), (500, 1800, 2500)]  # formants


def at_level(wave: npt.ArrayLike, decibels: float) -> Wave:
    """``wave`` at that root mean square, dBFS."""
    values = np.asarray(wave, np.float64)
    return (values / np.sqrt(np.mean(values**2)) * 10 ** (decibels / 20)).astype(np.float32)


def voice(seconds: float, *, pitch: float = 120.0, seed: int = 1) -> Wave:
    """Syllables of a hiss and a vowel, four or five a second, a breath after every eight."""
    chance = np.random.default_rng(seed)
    parts: list[npt.NDArray[np.float64]] = []
    while sum(map(len, parts)) < seconds * HZ:
        for _ in range(8):
            parts += [0.5 * _hiss(chance, chance.uniform(0.04, 0.09)), _vowel(chance, pitch)]
            parts.append(np.zeros(int(chance.uniform(0.02, 0.06) * HZ)))
        parts.append(np.zeros(int(0.25 * HZ)))
    return at_level(np.concatenate(parts)[: int(seconds * HZ)], -26)


def noise(seconds: float, *, seed: int = 2) -> Wave:
    """Noise with as much energy in each octave as in the next (pink), as rooms and crowds have."""
    count = int(seconds * HZ)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    spectrum /= np.sqrt(np.maximum(np.fft.rfftfreq(count, 1 / HZ), 40))
    return at_level(np.fft.irfft(spectrum, count), -30)


def tune(seconds: float, *, seed: int = 3) -> Wave:
    """Plucked chords, four a second."""
    chance = np.random.default_rng(seed)
    wave = np.zeros(int((seconds + 2) * HZ))
    times = np.arange(HZ) / HZ
    for start in np.arange(0, seconds, 0.25):
        for note in chance.choice([0, 2, 3, 5, 7, 8, 10, 12], 3, replace=False):
            hertz = 220 * 2 ** (note / 12)
            tone = sum(np.sin(2 * np.pi * hertz * k * times) / k**1.5 for k in range(1, 7))
            wave[int(start * HZ) :][:HZ] += tone * np.exp(-4 * times) * np.minimum(1, times * 100)
    return at_level(wave[: int(seconds * HZ)], -25)


def claps(seconds: float, each_second: float, *, seed: int = 4) -> Wave:
    """Hands that clap, at chance."""
    chance = np.random.default_rng(seed)
    wave = np.zeros(int(seconds * HZ) + HZ)
    for start in chance.uniform(0, seconds, int(seconds * each_second)):
        clap = _hiss(chance, 0.03) * np.exp(-np.arange(int(0.03 * HZ)) / 120)
        wave[int(start * HZ) :][: len(clap)] += clap * chance.uniform(0.2, 1)
    return at_level(wave[: int(seconds * HZ)], -26)


def tone(seconds: float, hertz: float = 440.0) -> Wave:
    return at_level(np.sin(2 * np.pi * hertz * np.arange(int(seconds * HZ)) / HZ), -23)


def _vowel(chance: np.random.Generator, pitch: float) -> npt.NDArray[np.float64]:
    count = int(chance.uniform(0.1, 0.18) * HZ)
    glide = pitch * chance.uniform(0.85, 1.2) * np.linspace(1, chance.uniform(0.9, 1.1), count)
    phase = 2 * np.pi * np.cumsum(glide) / HZ
    formants = _VOWELS[chance.integers(len(_VOWELS))]
    wave = np.zeros(count)
    for k in range(1, int(4000 / pitch)):
        near = sum(1 / (1 + ((k * pitch - f) / 90) ** 2) / (n + 1) for n, f in enumerate(formants))
        wave += (near + 0.01) / k**0.5 * np.sin(k * phase)
    return wave / np.abs(wave).max() * np.sin(np.pi * np.arange(count) / count) ** 0.5


def _hiss(chance: np.random.Generator, seconds: float) -> npt.NDArray[np.float64]:
    white = chance.standard_normal(int(seconds * HZ) + 1)
    wave: npt.NDArray[np.float64] = np.diff(white)  # the high ones louder
    return wave / np.abs(wave).max()
