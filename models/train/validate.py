"""Validation: how good weights are on films that they did not learn from, and their thresholds.

The films are generated ones over held-out footage, and held-out real ones where there are any.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from otio_autoedit.models.evaluate.scoring import Counts, Label, count, count_jumps
from otio_autoedit.models.shots import ShotNet, film_scores
from otio_autoedit.models.train.synth import Window
from otio_autoedit.models.transition import (
    BoundaryScores,
    Thresholds,
    Transition,
    jump_cuts_from,
    transitions_from,
)

THRESHOLDS = tuple(round(0.2 + 0.025 * i, 3) for i in range(31))
EXTENT_THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)
_AS_GOOD = 0.002  # a difference in F1 that is chance


@dataclass(frozen=True, slots=True)
class Validation:
    """How good weights are at their thresholds, on generated and on real films."""

    thresholds: Thresholds
    generated: Counts
    real: Counts
    jumps: Counts


@dataclass(frozen=True, slots=True)
class _Scored:
    film: Window
    scores: BoundaryScores


def validate(net: ShotNet, generated: Sequence[Window], real: Sequence[Window]) -> Validation:
    """Returns how good the network is, at the thresholds that suit these films best."""
    drawn = [_Scored(film, film_scores(net, film.frames)) for film in generated]
    shot = [_Scored(film, film_scores(net, film.frames)) for film in real]
    threshold = _best({t: _counted(drawn + shot, t).f1 for t in THRESHOLDS})
    extent = _best(
        {e: _counted(drawn + shot, threshold, e).mean_gradual_iou for e in EXTENT_THRESHOLDS}
    )
    jump = _best({t: _jumps(drawn, t).f1 for t in THRESHOLDS})
    return Validation(
        Thresholds(threshold, extent, jump),
        _counted(drawn, threshold, extent),
        _counted(shot, threshold, extent),
        _jumps(drawn, jump),
    )


def _best(table: dict[float, float]) -> float:
    """Returns the threshold with the highest value; of those as good the middle one."""
    best = max(table.values())
    good = [threshold for threshold, value in table.items() if value >= best - _AS_GOOD]
    return good[len(good) // 2]


def _counted(films: Sequence[_Scored], threshold: float, extent: float = 0.5) -> Counts:
    total = Counts()
    for each in films:
        labels = [_label(t) for t in each.film.transitions]
        found = transitions_from(each.scores, threshold, extent)
        total += count(labels, _that_count(found, each.film), 0)
    return total


def _label(transition: Transition) -> Label:
    return Label(transition.last_before, transition.first_after, transition.type != "cut")


def _that_count(found: Sequence[Transition], film: Window) -> list[Transition]:
    """Returns what was found, less what is found where nobody can say and no label stands."""

    def overlaps(t: Transition, start: int, stop: int) -> bool:
        return t.last_before < stop and start < t.first_after

    return [
        t
        for t in found
        if not any(overlaps(t, *span) for span in film.unsure)
        or any(overlaps(t, label.last_before, label.first_after) for label in film.transitions)
    ]


def _jumps(films: Sequence[_Scored], threshold: float) -> Counts:
    total = Counts()
    for each in films:
        found = jump_cuts_from(each.scores, each.film.transitions, threshold)
        total += count_jumps(each.film.jumps or (), found)
    return total
