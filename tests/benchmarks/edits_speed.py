"""How long it takes to cut an analysed hour again: nothing is decoded, no file is there at all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from otio_autoedit.analysis.record import Analysis, Curve, Features, Track
from otio_autoedit.cutting import read_cut_options
from otio_autoedit.edit.decide import make_plan
from otio_autoedit.edit.recipes import recipes
from otio_autoedit.models.transition import JumpCut
from otio_autoedit.timeline.build import build_timeline
from tests.support.analyses import change, film

RATE = 25
GOAL_S = 2.0
_RUNS = 3
_CURVES = {  # unit, samples a second, least, most
    "loudness": ("LUFS", 10.0, -45, -10),
    "level": ("dBFS", 50.0, -60, -8),
    "onset": ("0 to 1", 50.0, 0, 1),
    "speech": ("probability", 50.0, 0, 1),
    "cheer": ("0 to 1", 50.0, 0, 1),
    "motion": ("diagonals/s", 5.0, 0, 0.6),
    "subject_motion": ("share", 5.0, 0, 0.5),
    "novelty": ("distance", 5.0, 0, 1),
    "score": ("0 to 1", 5.0, 0, 1),
    "brightness": ("0 to 1", 25.0, 0.2, 0.8),
    "change": ("0 to 1", 25.0, 0, 0.2),
    "shake": ("diagonals/s", 10.0, 0, 0.1),
    "sharpness": ("0 to 1", 5.0, 0.2, 1),
    "field": ("0 to 1", 5.0, 0, 0.9),
    **{
        f"scene_{kind}": ("probability", 1.0, 0, 1)
        for kind in ("indoor", "nature", "town", "street", "sport", "studio")
    },
}


def speed() -> None:
    """Prints the seconds that each recipe takes with an hour, and with another target."""
    hour = analysed_hour()
    print("\nan analysed hour, cut again (media file absent): seconds, the best of three")
    print("| recipe | plan | timeline | pieces | under two seconds |")
    print("|---" * 5 + "|")
    for one in recipes():
        plan_s, lay_s, pieces = min(_timed(hour, one.name) for _ in range(_RUNS))
        done = "yes" if plan_s + lay_s < GOAL_S else "no"
        print(f"| {one.name} | {plan_s:.2f} | {lay_s:.2f} | {pieces} | {done} |", flush=True)


def analysed_hour(seconds: float = 3600, seed: int = 2) -> Analysis:
    """Returns a film of shots of about 5 s, everything measured, people and cars in it."""
    rng = np.random.default_rng(seed)
    frames = round(seconds * RATE)
    cuts = np.unique(rng.integers(25, frames - 25, round(seconds / 5)))
    plain = film([change(int(at) - 1, int(at)) for at in cuts], frames=frames)
    curves = {
        name: Curve(unit, rate, 0.0, _wandering(round(seconds * rate), low, high, rng))
        for name, (unit, rate, low, high) in _CURVES.items()
    }
    jumps = tuple(JumpCut(int(at), 0.9) for at in np.unique(rng.integers(1, frames - 1, 100)))
    return replace(
        plain,
        curves=MappingProxyType(curves),
        tracks=tuple(_tracks(np.r_[0, cuts, frames], rng)),
        jump_cuts=jumps,
        features=Features(
            np.arange(0, frames, 5), rng.standard_normal((-(-frames // 5), 64)).astype(np.float32)
        ),
    )


def _timed(hour: Analysis, name: str) -> tuple[float, float, int]:
    began = time.perf_counter()
    recipe, given = read_cut_options({"recipe": name, "target": "60s"})
    plan = make_plan([hour], recipe, given)
    planned = time.perf_counter()
    build_timeline(plan)
    return planned - began, time.perf_counter() - planned, len(plan.pieces)


def _wandering(count: int, low: float, high: float, rng: np.random.Generator) -> np.ndarray:
    """Returns noise that drifts over half a minute, within the bounds."""
    knots = rng.random(max(2, count // 300))
    drift = np.interp(np.linspace(0, len(knots) - 1, count), np.arange(len(knots)), knots)
    mixed = 0.7 * drift + 0.3 * rng.random(count)
    return (low + (high - low) * mixed).astype(np.float32)


def _tracks(edges: np.ndarray, rng: np.random.Generator) -> Iterator[Track]:
    """Yields two or three things in each shot."""
    number = 0
    for start, stop in pairwise(edges):
        for _ in range(int(rng.integers(1, 4))):
            number += 1
            frames = np.arange(start, stop)
            left, top = rng.uniform(0, 0.7, 2)
            box = np.array([left, top, left + rng.uniform(0.05, 0.3), top + 0.3], np.float32)
            label = str(rng.choice(("person", "person", "car", "ball")))
            yield Track(
                number, label, frames, np.repeat(box[None], len(frames), 0),
                np.full(len(frames), 0.8, np.float32),
            )  # fmt: skip
