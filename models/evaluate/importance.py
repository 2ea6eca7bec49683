"""How well scores agree with people, beside chance and beside people among themselves.

The protocol of Otani et al., "Rethinking the evaluation of video summaries" (CVPR 2019,
https://arxiv.org/abs/1903.11328): rank correlation of the scores of a video with each person's
marks, the mean over people, then over videos. Some papers correlate once with the people's mean
instead (for SumMe nearly all do): that figure is higher and stands beside it.

Scores and marks are compared at the samples. F1 is of summaries of 15 %: the mean over people for
marks, the best of them for choices, as is the custom for TVSum and for SumMe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.models.evaluate.importance_sets import MarkedFilm
from otio_autoedit.models.evaluate.rank_correlation import kendall_tau, spearman_rho
from otio_autoedit.models.evaluate.summaries import at_frames, evenly_spread, f1, summary
from otio_autoedit.models.evaluate.tables import table
from otio_autoedit.models.importance import PARTS, Importance, importance

Scores = NDArray[np.floating]
Scorer = Callable[[MarkedFilm], Scores]

OURS = "ours, no labels"
PEOPLE = "people among themselves"
RANDOM_SEEDS = 20
TURNS = 199


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well one list of scores agrees with the people of a video.

    Attributes:
        tau, rho: the mean over people of the correlation with each.
        tau_of_mean, rho_of_mean: the correlation with the mean of their marks.
        f1: of the summary.
    """

    tau: float
    rho: float
    tau_of_mean: float
    rho_of_mean: float
    f1: float


FIGURES = tuple(field.name for field in fields(Agreement))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: each figure's mean over videos (or runs), and its spread.

    Attributes:
        scorer: its name.
        count: of videos or runs.
        mean: by the names of `FIGURES`.
        deviation: standard deviation over videos or runs, NaN for a single one.
    """

    scorer: str
    count: int
    mean: Agreement
    deviation: Agreement


@dataclass(frozen=True, slots=True)
class Chance:
    """What agreement is by luck.

    Attributes:
        tau: of the scores, the mean over films.
        mean, deviation: of that figure, for scores turned round in time.
        share: of these, those that agree as well as the scores or better.
    """

    tau: float
    mean: float
    deviation: float
    share: float


def agreement(film: MarkedFilm, scores: Scores) -> Agreement:
    """Returns how well scores of a film's samples, `(n,)`, agree with its people.

    A person who marked all samples alike has no order to agree with, and is left out. Scores that
    are all alike agree with nobody: 0.
    """
    chosen = summary(at_frames(scores, film.film.positions, film.film.frames), film.segments)
    tau, rho, tau_of_mean, rho_of_mean = _correlations(film.at_samples, scores)
    return Agreement(tau, rho, tau_of_mean, rho_of_mean, summary_f1(film, chosen))


def summary_f1(film: MarkedFilm, chosen: NDArray[np.bool_]) -> float:
    """Returns the F1 of a summary with those of people: their mean, or the best for choices."""
    each = [f1(chosen, theirs) for theirs in people_summaries(film)]
    return float(np.max(each) if film.are_choices else np.mean(each))


def people_summaries(film: MarkedFilm) -> list[NDArray[np.bool_]]:
    """Returns which frames each person would have in 15 %: chosen, or made of their marks."""
    if film.chosen is not None:
        return list(film.chosen)
    if film.are_choices:
        return [row > 0 for row in film.marks]
    return [summary(row, film.segments) for row in film.marks]


def people_agreement(film: MarkedFilm) -> Agreement:
    """Returns how well each person agrees with every other, and with the mean of the others."""
    marks, made = film.at_samples, people_summaries(film)
    found = []
    for i, row in enumerate(marks):
        others = np.delete(marks, i, 0)
        overlaps = [f1(made[i], each) for j, each in enumerate(made) if j != i]
        if np.ptp(row) and len(others):
            best = np.max(overlaps) if film.are_choices else np.mean(overlaps)
            found.append(Agreement(*_correlations(others, row), float(best)))
    return _mean(found) if found else Agreement(*[float("nan")] * len(FIGURES))


def scorers(parts: bool = False) -> dict[str, Scorer]:
    """Returns what is measured beside people: ours, chance, and motion; each part, if asked for.

    Scorers may find that a film lacks what they need; they give no scores then.
    """
    found: dict[str, Scorer] = {
        OURS: lambda film: ours(film).score,
        "motion (difference of frames)": _motion,
    }
    if parts:
        found |= {f"{OURS}: {name} alone": _part(name) for name in PARTS}
    return found


def ours(film: MarkedFilm) -> Importance:
    """Returns the shipped score, of all that is known of a film."""
    known = film.film
    return importance(
        known.seconds,
        known.vectors,
        novelty=known.novelty,
        objects=known.objects,
        motion=known.motion,
        loudness=known.loudness,
        names=known.names,
    )


def measure(
    films: Sequence[MarkedFilm], scored: Mapping[str, Scorer], *, seed: int = 0
) -> list[Row]:
    """Returns a row for each scorer that has something to say, for chance, for people."""
    rows = []
    for name, scorer in scored.items():
        pairs = [(film, scorer(film)) for film in films]
        found = [agreement(film, scores) for film, scores in pairs if len(scores)]
        if found:
            rows.append(row_of(name, found))
    drawn = [each for film in films for each in random_agreements(film, seed)]
    rows.append(replace(row_of("random", drawn), count=len(films)))
    rows.append(row_of("uniform", [uniform_agreement(film) for film in films]))
    rows.append(row_of(PEOPLE, [people_agreement(film) for film in films]))
    return rows


def random_agreements(film: MarkedFilm, seed: int = 0) -> list[Agreement]:
    """Returns how well each of `RANDOM_SEEDS` lists of random scores agrees."""
    draws = np.random.default_rng([seed, *film.name.encode()])
    n = len(film.film.positions)
    return [agreement(film, draws.random(n)) for _ in range(RANDOM_SEEDS)]


def random_agreement(film: MarkedFilm, seed: int = 0) -> Agreement:
    """Returns the mean of `random_agreements`."""
    return _mean(random_agreements(film, seed))


def chance(films: Sequence[MarkedFilm], scorer: Scorer, seed: int = 0) -> Chance:
    """Returns how often scores that have nothing to do with what is seen agree as well.

    They are the scorer's own, turned round in time by a random amount in each film: as smooth, and
    so as likely to agree by luck, which random numbers for each frame are not.
    """
    pairs = [(film, scorer(film)) for film in films]
    draws = np.random.default_rng(seed)
    reached = _mean_tau(pairs)
    turned = [
        _mean_tau([(film, np.roll(s, draws.integers(max(1, len(s))))) for film, s in pairs])
        for _ in range(TURNS)
    ]
    share = (1 + sum(tau >= reached for tau in turned)) / (1 + TURNS)  # none is never certain
    return Chance(reached, float(np.mean(turned)), float(np.std(turned)), share)


def _mean_tau(pairs: Sequence[tuple[MarkedFilm, Scores]]) -> float:
    return float(np.nanmean([_correlations(film.at_samples, scores)[0] for film, scores in pairs]))


def uniform_agreement(film: MarkedFilm) -> Agreement:
    """Returns the agreement of scores all alike, 0, and the F1 of an evenly spread summary."""
    chosen = evenly_spread(film.film.frames, film.film.rate)
    return Agreement(0.0, 0.0, 0.0, 0.0, summary_f1(film, chosen))


def row_of(name: str, found: Sequence[Agreement]) -> Row:
    """Returns the means and the spread of several videos' or runs' figures."""
    deviation = [
        float(np.nanstd([getattr(each, f) for each in found], ddof=1)) if len(found) > 1 else np.nan
        for f in FIGURES
    ]
    return Row(name, len(found), _mean(found), Agreement(*deviation))


def importance_table(rows: Sequence[Row], *, with_f1: bool = True) -> str:
    """Returns the rows as Markdown: mean, and spread over `count` videos or runs."""
    shown = [f for f in FIGURES if with_f1 or f != "f1"]
    heads = {
        "tau": "tau",
        "rho": "rho",
        "tau_of_mean": "tau with the mean person",
        "rho_of_mean": "rho with the mean person",
        "f1": "F1 at 15 %",
    }
    lines = (
        [row.scorer, str(row.count), *(_cell(row, figure) for figure in shown)] for row in rows
    )
    return table(["scores by", "of", *(heads[f] for f in shown)], lines)


def _cell(row: Row, figure: str) -> str:
    mean, deviation = getattr(row.mean, figure), getattr(row.deviation, figure)
    return f"{mean:.3f}" if np.isnan(deviation) else f"{mean:.3f} ± {deviation:.3f}"


def _correlations(marks: Scores, scores: Scores) -> tuple[float, float, float, float]:
    """Returns tau and rho, the mean over people, and with their mean."""
    if not len(scores) or not np.ptp(scores):
        return 0.0, 0.0, 0.0, 0.0
    rows = [row for row in marks if np.ptp(row)]
    if not rows:
        return (float("nan"),) * 4
    mean: Scores = marks.astype(np.float64).mean(0).round(9)  # equal means are equal
    taus = float(np.mean([kendall_tau(scores, row) for row in rows]))
    rhos = float(np.mean([spearman_rho(scores, row) for row in rows]))
    return taus, rhos, kendall_tau(scores, mean), spearman_rho(scores, mean)


def _mean(found: Sequence[Agreement]) -> Agreement:
    """Returns the mean of each figure; what is not defined for a video is left out."""
    columns = ([getattr(each, f) for each in found] for f in FIGURES)
    known = ([value for value in column if not np.isnan(value)] for column in columns)
    return Agreement(*(float(np.mean(column)) if column else float("nan") for column in known))


def _motion(film: MarkedFilm) -> Scores:
    """Returns how much a picture differs from the one before; the first as the median does."""
    motion = film.film.difference
    if motion is None or np.isnan(motion).all():
        return np.zeros(0)
    return np.where(np.isnan(motion), np.nanmedian(motion), motion)


def _part(name: str) -> Scorer:
    def scores(film: MarkedFilm) -> Scores:
        part = ours(film).parts.known().get(name)
        return np.zeros(0) if part is None else part

    return scores


def each_film(films: Sequence[MarkedFilm], scorer: Scorer) -> Iterator[tuple[str, Agreement]]:
    """Yields each film's name and figures: what a table of few films must show."""
    for film in films:
        yield film.name, agreement(film, scorer(film))
