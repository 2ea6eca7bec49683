"""The sound of the demo film: a voice made of formants, and an ambience for every place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

RATE = 48000

# Formants (Hz) of five vowels of a grown man's voice, as tables of phonetics give them.
_VOWELS = {
    "a": (730, 1090, 2440, 3400),
    "e": (530, 1840, 2480, 3500),
    "i": (270, 2290, 3010, 3600),
    "o": (570, 840, 2410, 3300),
    "u": (300, 870, 2240, 3300),
}
_WIDTHS = (70.0, 100.0, 140.0, 200.0)


@dataclass(frozen=True)
class Syllable:
    start: float  # seconds
    length: float
    vowel: str
    pitch: float  # Hz
    hiss: bool  # begins with an s


def speech(start: float, stop: float, seed: int) -> list[Syllable]:
    """Syllables in phrases with pauses between, from ``start`` to ``stop`` seconds."""
    rng = np.random.default_rng(seed)
    said: list[Syllable] = []
    now, left = start, int(rng.integers(5, 9))
    while now < stop - 0.3:
        length = float(rng.uniform(0.13, 0.24))
        pitch = 132 - 5 * (8 - left) + float(rng.normal(0, 5))
        said.append(Syllable(now, length, "aeiou"[rng.integers(5)], pitch, rng.random() < 0.3))
        now += length + float(rng.uniform(0.01, 0.05))
        left -= 1
        if not left:
            now, left = now + float(rng.uniform(0.35, 0.6)), int(rng.integers(5, 9))
    return said


def mouth(said: list[Syllable], seconds: float) -> float:
    """How far the mouth is open, 0 to 1."""
    for syllable in said:
        t = (seconds - syllable.start) / syllable.length
        if 0 <= t <= 1:
            return float(np.sin(np.pi * t)) * (0.6 if syllable.vowel in "iu" else 1.0)
    return 0.0


def voice(said: list[Syllable], seconds: float, seed: int) -> Samples:
    """The voice as mono samples, ``seconds`` long."""
    rng = np.random.default_rng(seed)
    out = np.zeros(round(seconds * RATE) + RATE, np.float32)
    for syllable in said:
        n = round(syllable.length * RATE)
        t = np.arange(n) / RATE
        sound = _vowel(syllable, t) * np.sin(np.pi * np.linspace(0, 1, n)) ** 0.6
        at = round(syllable.start * RATE)
        out[at : at + n] += sound.astype(np.float32)
        if syllable.hiss:
            m = n // 3
            hiss = np.diff(rng.normal(0, 0.06, m + 1)) * np.hanning(m)
            out[at : at + m] += hiss.astype(np.float32)
    return out[: round(seconds * RATE)]


def _vowel(syllable: Syllable, t: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Harmonics of a gliding pitch, each as loud as the throat and mouth let it through."""
    pitch = syllable.pitch * (1.06 - 0.12 * t / syllable.length)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    total = np.zeros_like(t)
    for harmonic in range(1, int(4500 / syllable.pitch)):
        f = harmonic * syllable.pitch
        through = sum(
            0.6**i / (1 + ((f - peak) / width) ** 2)
            for i, (peak, width) in enumerate(zip(_VOWELS[syllable.vowel], _WIDTHS, strict=True))
        )
        total += (through + 0.01) / harmonic**0.5 * np.sin(harmonic * phase)
    return 0.3 * total / max(1e-9, float(np.abs(total).max()))


def ambience(place: str, seconds: float, seed: int) -> Samples:
    """The sound of a place, stereo ``[n, 2]``."""
    rng = np.random.default_rng(seed)
    n = round(seconds * RATE)
    t = np.arange(n) / RATE
    low, high, level = _AIR[place]
    sides = [_band(rng, n, low, high) for _ in range(2)]
    swell = 1 + 0.5 * np.sin(2 * np.pi * 0.23 * t + rng.uniform(0, 6))
    both = np.stack(sides, -1) * (level * swell)[:, None]
    if place == "balls":
        both += _knocks(t, 0.35)[:, None]
    if place == "forest":
        both += _birds(rng, t)
    if place == "stars":
        chord = sum(np.sin(2 * np.pi * f * t) for f in (220.0, 277.18, 329.63, 440.0))
        both += (0.025 * chord * (1 - np.exp(-t)))[:, None]
    return both.astype(np.float32)


# Lowest and highest frequency (Hz) of each place's air, and how loud it is.
_AIR = {
    "hills": (60, 500, 0.05),
    "street": (40, 900, 0.08),
    "balls": (80, 300, 0.015),
    "sea": (200, 3000, 0.07),
    "speaker": (90, 400, 0.01),
    "forest": (600, 5000, 0.02),
    "stars": (100, 600, 0.012),
}


def _band(rng: np.random.Generator, n: int, low: float, high: float) -> npt.NDArray[np.float64]:
    """Noise between two frequencies, with soft slopes."""
    spectrum = np.fft.rfft(rng.normal(0, 1, n))
    f = np.fft.rfftfreq(n, 1 / RATE)
    spectrum *= 1 / np.sqrt((1 + (low / np.maximum(f, 1)) ** 4) * (1 + (f / high) ** 4))
    noise = np.fft.irfft(spectrum, n)
    return np.asarray(noise / max(1e-9, float(noise.std())))


def _knocks(t: npt.NDArray[np.float64], every: float) -> npt.NDArray[np.float64]:
    since = t % every
    return np.asarray(0.25 * np.exp(-since * 60) * np.sin(2 * np.pi * 190 * since))


def _birds(rng: np.random.Generator, t: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    out = np.zeros((t.size, 2))
    for start in np.sort(rng.uniform(0, max(0.2, t[-1] - 0.3), int(3 * t[-1]) + 1)):
        since = t - start
        on = (since > 0) & (since < 0.12)
        sweep = np.sin(2 * np.pi * (2600 * since + 9000 * since**2)) * np.sin(np.pi * since / 0.12)
        out[on] += 0.06 * sweep[on, None] * rng.uniform(0.3, 1.0, 2)
    return out
