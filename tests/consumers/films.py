"""Coded films, their timelines, and what a program that plays one must show and sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otio_autoedit.analysis.pipeline import analyze
from otio_autoedit.analysis.record import Transition
from otio_autoedit.cutting import read_cut_options
from otio_autoedit.edit.decide import make_plan
from otio_autoedit.timeline.build import build_timeline
from tests.support.movies import read_numbers, read_tones, shots_movie

SHOTS = ((1, 0, 40), (2, 500, 35), (3, 900, 45))
SIZE = (320, 180)
Number = int | None


@dataclass(frozen=True)
class Film:
    """A movie of three shots whose frames carry their number."""

    path: Path
    rate: Fraction
    numbers: tuple[int, ...]  # of each source frame

    def shot(self, number: int) -> list[int]:
        """The numbers of one shot's frames."""
        start = sum(count for _, _, count in SHOTS[:number])
        return list(self.numbers[start : start + SHOTS[number][2]])


def film(path: Path, rate: Fraction, **more: Any) -> Film:
    shots_movie(path, SHOTS, rate=rate, size=SIZE, **more)
    numbers = (first + n for _, first, count in SHOTS for n in range(count))
    return Film(path, rate, tuple(numbers))


def shots_timeline(made: Film, **options: object) -> otio.schema.Timeline:
    """What recipe ``shots`` makes of the film, its true cuts given in the network's place."""
    cuts, frame = [], 0
    for _, _, count in SHOTS[:-1]:
        frame += count
        cuts.append(Transition(frame - 1, frame, "cut", 1.0))
    analysis = replace(analyze(made.path, needs=(), store=None), transitions=tuple(cuts))
    recipe, given = read_cut_options(options)
    return build_timeline(make_plan([analysis], recipe, given))


def recut(timeline: otio.schema.Timeline, order: Sequence[int]) -> otio.schema.Timeline:
    """The same clips in another order on every track; -1 is a gap of five frames."""
    for track in timeline.tracks:
        clips = [item.clone() for item in track]
        rate = clips[0].source_range.duration.rate
        gap = otio.opentime.TimeRange(duration=otio.opentime.RationalTime(5, rate))
        track[:] = [otio.schema.Gap(source_range=gap) if n < 0 else clips[n].clone() for n in order]
    return timeline


def played(made: Film, order: Sequence[int]) -> list[Number]:
    """The numbers that the shots in that order show, a frame each."""
    shown: list[Number] = []
    for n in order:
        shown += [None] * 5 if n < 0 else made.shot(n)
    return shown


def shown(path: Path) -> list[Number]:
    """The number on every frame of a render, None where there is none."""
    return [code[0] if code else None for code in read_numbers(path)]


def sound_errors(
    path: Path,
    rate: Fraction,
    numbers: Sequence[Number],
    within: int = 1,
    frames: Sequence[int] | None = None,
) -> list[str]:
    """The frames (of ``frames``, else of all) whose sound is more than ``within`` early or late."""
    heard = read_tones(path, rate, len(numbers))
    looked_at = set(range(len(numbers)) if frames is None else frames)
    wrong = []
    for n, tone in enumerate(heard):
        # Early or late at a cut is the other shot's sound, or what the source has beside the cut.
        near = set(numbers[max(0, n - within) : n + within + 1])
        here = numbers[n]
        if here is not None:
            near |= set(range(here - within, here + within + 1))
        tones = {None if number is None else number % 64 for number in near}
        if n in looked_at and tone not in tones:
            wrong.append(f"frame {n}: heard {tone}, expected {here}")
    return wrong
