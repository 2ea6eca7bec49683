"""Analyses with everything that recipes ask for, drawn from a seed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from types import MappingProxyType

import numpy as np

from otio_autoedit.analysis.record import Analysis, Curve, Features, Track, Transition
from tests.support.analyses import film

_UNITS = {
    **{"score": "0 to 1", "novelty": "distance", "motion": "diagonals/s", "cheer": "0 to 1"},
    **{"subject_motion": "share", "loudness": "LUFS", "level": "dBFS", "onset": "0 to 1"},
    **{"speech": "probability", "brightness": "0 to 1", "change": "0 to 1", "shake": "diagonals/s"},
    **{"sharpness": "0 to 1", "field": "share"},
}
_RATES = {"score": 3.0, "novelty": 3.0, "motion": 3.0, "subject_motion": 3.0, "loudness": 10.0}


def lively(
    seed: int = 0,
    *,
    seconds: int = 120,
    rate: Fraction = Fraction(25),
    path: str = "/rushes/match.mp4",
    transitions: Sequence[Transition] | None = None,
) -> Analysis:
    """A film of shots of one to nine seconds with smooth random curves, people, a ball and looks;
    the same seed gives the same film."""
    random = np.random.default_rng(seed)
    frames = round(seconds * rate)
    changes = _changes(random, frames, rate) if transitions is None else transitions
    curves = {
        name: Curve(unit, _RATES.get(name, 25.0), 0.0, _course(random, name, seconds))
        for name, unit in _UNITS.items()
    }
    sampled = np.arange(0, frames, max(1, round(rate / 3)), dtype=np.int64)
    looks = random.normal(size=(len(sampled), 8)).astype(np.float32)
    return replace(
        film(changes, frames=frames, rate=rate, path=path),
        curves=MappingProxyType(curves),
        tracks=tuple(_track(random, n, frames) for n in range(1, 7)),
        features=Features(sampled, looks),
    )


def _changes(random: np.random.Generator, frames: int, rate: Fraction) -> list[Transition]:
    found, at = [], 0
    while (at := at + int(random.integers(int(rate), int(9 * rate)))) < frames - 30:
        length = int(random.choice([0, 0, 0, 12]))
        kind = str(random.choice(["dissolve", "wipe"])) if length else "cut"
        found.append(Transition(at, at + 1 + length, kind, float(random.uniform(0.5, 1))))
        at += length
    return found


def _course(random: np.random.Generator, name: str, seconds: int) -> np.ndarray:
    count = max(2, round(seconds * _RATES.get(name, 25.0)))
    knots = random.uniform(0, 1, max(seconds // 3, 2))
    values = np.interp(np.linspace(0, len(knots) - 1, count), np.arange(len(knots)), knots)
    if name in ("loudness", "level"):
        values = values * 60 - 65
    elif name in ("change", "shake", "motion", "subject_motion"):
        values = values * 0.1
    return values.astype(np.float32)


def _track(random: np.random.Generator, number: int, frames: int) -> Track:
    start = int(random.integers(0, frames - 60))
    stop = min(frames, start + int(random.integers(30, 300)))
    x = np.clip(np.cumsum(random.normal(0, 0.005, stop - start)) + random.uniform(0, 0.7), 0, 0.7)
    box = np.stack([x, np.full_like(x, 0.3), x + 0.2, np.full_like(x, 0.9)], axis=1)
    label = "ball" if number % 3 == 0 else "person"
    sure = np.full(stop - start, 0.9, np.float32)
    return Track(number, label, np.arange(start, stop), box.astype(np.float32), sure)
