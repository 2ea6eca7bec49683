"""A timeline at a rate that its format has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import opentimelineio as otio

from otio_autoedit.adapters.conform.facts import Facts
from otio_autoedit.adapters.conform.losses import Loss, lost
from otio_autoedit.adapters.conform.times import legal_rate


def at_a_legal_rate(
    timeline: otio.schema.Timeline, facts: Facts, legal: Iterable[Fraction], program: str
) -> tuple[list[Loss], Facts]:
    """The facts with the rate that ``program`` takes, and the clips that had another."""
    rate = legal_rate(facts.rate, legal)
    if rate == facts.rate:
        return [], facts
    count = sum(1 for _ in timeline.find_clips())
    what = f"clips at {float(facts.rate):g} fps, which {program} has not, put on {float(rate):g}"
    return lost(what, count, ".otio keeps the rate"), replace(facts, rate=rate)
