"""The sound of a generated broadcast: a crowd that murmurs, chants, groans and cheers; a voice."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.support.broadcast_script import Script, Swell

SAMPLE_RATE = 48_000
Samples = NDArray[np.float32]

_LEVELS = {"bed": -34.0, "chant": -25.0, "groan": -22.0, "cheer": -16.0, "voice": -27.0}  # dBFS
_BANDS = {  # Hz: where each is loudest, and how broad in octaves
    "bed": (450.0, 1.6),
    "groan": (420.0, 1.2),
    "cheer": (1100.0, 1.9),
}


def film_sound(script: Script, seed: int) -> Samples:
    """Returns the film's sound at 48 kHz, mono, -1..1."""
    rng = np.random.default_rng(seed)
    count = round(script.seconds * SAMPLE_RATE)
    total = _noise("bed", count, rng) * _wander(count, rng)
    for swell in script.swells:
        start, stop = (round(second * SAMPLE_RATE) for second in (swell.start, swell.stop))
        part = _swell(swell, min(stop, count) - start, rng)
        total[start : start + len(part)] += part
    total += _voice(script, count, rng)
    return np.tanh(total).astype(np.float32)


def _swell(swell: Swell, count: int, rng: np.random.Generator) -> Samples:
    at = np.arange(count, dtype=np.float32) / SAMPLE_RATE
    length = count / SAMPLE_RATE
    if swell.kind == "chant":  # many voices on a few notes, to a beat; slow to rise
        shape = np.clip(at / 2.0, 0, 1) * np.clip((length - at) / 2.0, 0, 1)
        beat = 0.55 + 0.45 * np.maximum(0, np.sin(2 * np.pi * 1.9 * at))
        return (_chanting(count, rng) * shape * beat).astype(np.float32)
    rise, fall = (0.25, 4.0) if swell.kind == "cheer" else (0.2, 1.6)
    shape = np.clip(at / rise, 0, 1) * np.exp(-np.maximum(0, at - 0.4 * length) / fall * 1.5)
    shape = shape * np.clip((length - at) / 0.6, 0, 1)
    return (_noise(swell.kind, count, rng) * shape).astype(np.float32)


def _noise(kind: str, count: int, rng: np.random.Generator) -> Samples:
    """Returns noise of that kind's band at its level."""
    centre, octaves = _BANDS[kind]
    size = 1 << max(10, int(count - 1).bit_length())
    size = min(size, 1 << 21)  # half a minute, which then repeats
    frequency = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    away = np.log2(np.maximum(frequency, 20) / centre) / octaves
    spectrum = np.exp(-0.5 * away**2) * np.exp(2j * np.pi * rng.random(len(frequency)))
    made = np.fft.irfft(spectrum)
    made = np.resize(made / made.std(), count)
    return (made * 10 ** (_LEVELS[kind] / 20)).astype(np.float32)


def _wander(count: int, rng: np.random.Generator) -> Samples:
    """Returns a slow rise and fall of some decibels."""
    knots = rng.normal(0, 1.2, max(2, count // (4 * SAMPLE_RATE) + 2))
    decibels = np.interp(np.linspace(0, len(knots) - 1, count), np.arange(len(knots)), knots)
    return np.power(10, decibels / 20).astype(np.float32)


def _chanting(count: int, rng: np.random.Generator) -> Samples:
    at = np.arange(count) / SAMPLE_RATE
    notes = rng.choice((196.0, 220.0, 247.0, 262.0), max(1, int(count / SAMPLE_RATE / 0.53) + 1))
    note = notes[np.minimum(len(notes) - 1, (at / 0.53).astype(int))]
    total = np.zeros(count)
    for _ in range(6):
        phase = np.cumsum(note * rng.normal(1, 0.012)) / SAMPLE_RATE
        for harmonic, strength in ((1, 1.0), (2, 0.8), (3, 0.5), (5, 0.25)):
            total += strength * np.sin(2 * np.pi * (harmonic * phase + rng.random()))
    total = total / total.std() + 0.5 * np.resize(_noise("groan", count, rng), count) * 10
    return (total / total.std() * 10 ** (_LEVELS["chant"] / 20)).astype(np.float32)


def _voice(script: Script, count: int, rng: np.random.Generator) -> Samples:
    """Returns a commentator: a buzz through two formants, in syllables, phrases and pauses."""
    total = np.zeros(count, np.float32)
    at = 0.8
    while at < script.seconds - 3:
        near = any(event.moment - 3 < at < event.moment + 4 for event in script.events)
        length = float(rng.uniform(1.2, 3.0))
        part = _phrase(length, 1.5 if near else 1.0, rng)
        start = round(at * SAMPLE_RATE)
        part = part[: count - start]
        total[start : start + len(part)] += part * (1.6 if near else 1.0)
        at += length + float(rng.uniform(0.3, 0.8) if near else rng.uniform(0.8, 3.0))
    return total


def _phrase(length: float, pitch: float, rng: np.random.Generator) -> Samples:
    count = round(length * SAMPLE_RATE)
    at = np.arange(count) / SAMPLE_RATE
    hertz = 118 * pitch * (1 + 0.12 * np.sin(2 * np.pi * 0.7 * at + rng.uniform(0, 6)))
    phase = np.cumsum(hertz) / SAMPLE_RATE
    first, second = (
        520 + 160 * np.sin(2 * np.pi * 2.1 * at),
        1500 + 400 * np.sin(2 * np.pi * 3 * at),
    )
    total = np.zeros(count)
    for harmonic in range(1, 18):
        tone = harmonic * hertz
        gain = np.exp(-(((tone - first) / 180) ** 2)) + 0.5 * np.exp(
            -(((tone - second) / 260) ** 2)
        )
        total += gain * np.sin(2 * np.pi * harmonic * phase)
    syllables = np.maximum(0, np.sin(np.pi * 4.3 * at + rng.uniform(0, 3))) ** 0.6
    shape = syllables * np.clip(at / 0.05, 0, 1) * np.clip((length - at) / 0.1, 0, 1)
    total = total * shape
    return (total / (total.std() + 1e-9) * 10 ** (_LEVELS["voice"] / 20)).astype(np.float32)
