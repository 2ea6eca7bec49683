"""The protocol on made-up films of which every figure is known; and on real ones."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from otio_autoedit.models.evaluate.film_vectors import FilmVectors
from otio_autoedit.models.evaluate.importance import (
    OURS,
    PEOPLE,
    agreement,
    chance,
    importance_table,
    measure,
    ours,
    people_agreement,
    random_agreement,
    random_agreements,
    scorers,
    uniform_agreement,
)
from otio_autoedit.models.evaluate.importance_sets import MarkedFilm
from otio_autoedit.models.evaluate.summaries import (
    at_frames,
    even_segments,
    evenly_spread,
    f1,
    knapsack,
    summary,
)
from tests.support.marked_films import marked_film, noisy

N = 4000


def film_of_known_tau(r: float, people: int = 6) -> tuple[MarkedFilm, np.ndarray]:
    """Marks that have a correlation of r with a hidden curve, all normal; and that curve."""
    draws = np.random.default_rng(7)
    curve = draws.normal(size=N)
    marks = np.stack([noisy(curve, r, draws) for _ in range(people)]).astype(np.float32)
    film = FilmVectors(N, 10.0, np.arange(N), np.zeros((N, 2), np.float32))
    return MarkedFilm("known", film, marks, even_segments(N, 10.0), False), curve


@pytest.mark.parametrize("r", [0.9, 0.5, 0.2, -0.4])
def test_a_known_tau_is_returned(r: float) -> None:
    """Of two normal variables of correlation r, tau is 2/pi asin r and rho 6/pi asin(r/2)."""
    film, curve = film_of_known_tau(r)
    found = agreement(film, curve)
    assert found.tau == pytest.approx(2 / np.pi * np.arcsin(r), abs=0.02)
    assert found.rho == pytest.approx(6 / np.pi * np.arcsin(r / 2), abs=0.02)
    among = people_agreement(film)
    assert among.tau == pytest.approx(2 / np.pi * np.arcsin(r * r), abs=0.02)
    assert abs(found.tau_of_mean) > abs(found.tau)  # noise goes in a mean


def test_chance_agrees_with_nobody() -> None:
    film, _ = film_of_known_tau(0.9)
    found = random_agreement(film)
    assert abs(found.tau) < 0.01
    assert found == random_agreement(film)
    assert found != random_agreement(film, seed=1)
    assert uniform_agreement(film).tau == agreement(film, np.ones(N)).tau == 0


def test_luck_is_told_from_agreement() -> None:
    """Smooth scores agree by luck far more often than a number drawn for each frame does."""
    draws = np.random.default_rng(3)
    n = 300
    films, smooth = [], {}
    for name in "ab":
        curve = np.convolve(draws.normal(size=n + 60), np.ones(61) / 61, "valid")
        marks = np.stack([curve, curve]).astype(np.float32)
        film = FilmVectors(n, 10.0, np.arange(n), np.zeros((n, 2), np.float32))
        films.append(MarkedFilm(name, film, marks, even_segments(n, 10.0), False))
        smooth[name] = curve
    found = chance(films, lambda film: smooth[film.name])
    assert found.tau == pytest.approx(1, abs=1e-4)  # marks are rounded to single precision
    assert found.share == pytest.approx(1 / 200)
    other = chance(films, lambda film: np.roll(smooth[film.name], 100))
    assert other.share > 0.1
    by_frame = np.std([each.tau for each in random_agreements(films[0])]) / np.sqrt(2)
    assert found.deviation > 2 * by_frame


def test_who_marks_all_alike_is_left_out() -> None:
    film, curve = film_of_known_tau(0.5)
    flat = np.ones((1, N), np.float32)
    more = replace(film, marks=np.concatenate([film.marks, flat]))
    assert agreement(more, curve).tau == agreement(film, curve).tau
    assert people_agreement(more).tau == pytest.approx(people_agreement(film).tau)
    assert np.isnan(agreement(replace(film, marks=flat), curve).tau)


def test_the_table_has_chance_and_people_beside_ours() -> None:
    films = [marked_film(name, seed) for seed, name in enumerate("abc")]
    rows = measure(films, scorers(parts=True))
    names = [row.scorer for row in rows]
    assert names[0] == OURS
    assert names[-3:] == ["random", "uniform", PEOPLE]
    assert "motion (difference of frames)" not in names  # nobody measured it in these films
    assert f"{OURS}: diversity alone" in names
    assert f"{OURS}: sound alone" not in names
    assert all(row.count == 3 for row in rows)
    by_hand = [agreement(film, ours(film).score).tau for film in films]
    assert rows[0].mean.tau == pytest.approx(np.mean(by_hand))
    assert rows[0].deviation.tau == pytest.approx(np.std(by_hand, ddof=1))
    text = importance_table(rows)
    assert f"{rows[0].mean.tau:.3f} ± {rows[0].deviation.tau:.3f}" in text
    assert "F1" not in importance_table(rows, with_f1=False)


def test_choices_count_by_the_best_person_and_marks_by_all() -> None:
    film = marked_film("a", 0)
    chosen = np.zeros_like(film.marks, bool)
    chosen[0, :300] = True
    marks = replace(film, chosen=chosen)
    choices = replace(marks, are_choices=True)
    scores = np.zeros(len(film.film.positions))
    scores[:20] = 1  # the first 300 frames: what the first person chose
    assert agreement(choices, scores).f1 == pytest.approx(1.0)
    assert agreement(marks, scores).f1 == pytest.approx(1 / len(chosen))


def test_the_knapsack_takes_the_best_that_there_is() -> None:
    draws = np.random.default_rng(0)
    for _ in range(30):
        values, weights = draws.random(8), draws.integers(1, 9, 8)
        room = int(draws.integers(0, 30))
        chosen = knapsack(values, weights, room)
        assert weights[chosen].sum() <= room
        best = max(
            sum(values[i] for i in some)
            for k in range(9)
            for some in itertools.combinations(range(8), k)
            if sum(weights[i] for i in some) <= room
        )
        assert values[chosen].sum() == pytest.approx(best)


def test_a_summary_is_whole_pieces_within_its_share() -> None:
    segments = even_segments(1000, 25.0)
    assert segments[:2].tolist() == [[0, 50], [50, 100]]
    assert segments[-1, 1] == 1000
    scores = np.zeros(1000)
    scores[200:250], scores[640:660] = 1, 1
    chosen = summary(scores, segments)
    assert chosen.sum() <= 150
    assert chosen[200:250].all()
    assert chosen[600:700].all()  # both pieces that hold some of it


def test_the_last_piece_may_be_short() -> None:
    assert even_segments(101, 25.0)[-1].tolist() == [100, 101]
    assert even_segments(10, 29.97).tolist() == [[0, 10]]


def test_a_score_stays_until_the_next_sample() -> None:
    found = at_frames(np.array([1.0, 2.0]), np.array([2, 5]), 8)
    assert found.tolist() == [1, 1, 1, 1, 1, 2, 2, 2]


def test_an_evenly_spread_summary_looks_at_nothing() -> None:
    chosen = evenly_spread(30_000, 30.0)
    assert chosen.mean() == pytest.approx(0.15, abs=0.01)
    assert np.flatnonzero(np.diff(chosen.astype(int)) == 1).std() > 5000  # all over the film


def test_f1_of_what_overlaps_by_half() -> None:
    a, b = np.arange(10) < 4, (np.arange(10) >= 2) & (np.arange(10) < 6)
    assert f1(a, b) == f1(b, a) == 0.5
    assert f1(a, a) == 1
    assert f1(a, ~a) == 0
    assert f1(a & ~a, a & ~a) == 0
