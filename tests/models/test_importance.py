"""The score without labels: its parts on films of which it is known what matters."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from otio_autoedit.models.importance import ANCHORS, PARTS, importance, people
from otio_autoedit.models.scene_findings import Objects
from otio_autoedit.models.scene_labels import OBJECTS

NOBODY = Objects(np.zeros((0, 4), np.float32), np.zeros(0, np.int64), np.zeros(0, np.float32))
A, B, C = np.eye(3, 16, dtype=np.float32) * 5


def film(*scenes: tuple[NDArray[np.float32], int]) -> NDArray[np.float32]:
    """Vectors of scenes, each (what it looks like, samples), a little noise on all."""
    still = np.concatenate([np.tile(look, (n, 1)) for look, n in scenes])
    return still + np.random.default_rng(0).normal(0, 0.05, still.shape).astype(np.float32)


def seconds(n: int) -> NDArray[np.float64]:
    return np.arange(n) / 2


def somebody(label: str, *box: float, score: float = 0.9) -> Objects:
    kind = np.array([OBJECTS.index(label)], np.int64)
    return Objects(np.array([box], np.float32), kind, np.array([score], np.float32))


def test_what_most_of_the_film_looks_like_represents_it() -> None:
    vectors = film((A, 60), (B, 20), (A, 40))
    part = importance(seconds(120), vectors).parts.representativeness
    assert part is not None
    assert part[:60].min() > part[60:80].max()
    assert part[80:].min() > part[60:80].max()


def test_what_was_shown_before_is_not_diverse() -> None:
    vectors = film((A, 60), (B, 60), (A, 60), (C, 60))
    part = importance(seconds(240), vectors).parts.diversity
    assert part is not None
    new, again = part[62:78], part[122:178]
    assert new.min() > again.max()  # B for the first time; A again
    assert part[182:198].min() > again.max()  # C for the first time
    assert np.allclose(part[:18], 0.5)  # nothing was shown ten seconds before


def test_people_count_when_they_are_large_and_in_the_middle() -> None:
    near = somebody("person", 0.3, 0.1, 0.7, 0.9)
    far = somebody("person", 0.45, 0.4, 0.55, 0.6)
    aside = somebody("person", 0.0, 0.1, 0.4, 0.9)
    car = somebody("car", 0.3, 0.1, 0.7, 0.9)
    found = people([near, far, aside, car, NOBODY])
    assert found[0] == found.max() == pytest.approx(0.9 * np.sqrt(0.4 * 0.8))
    assert found[0] > found[2] > 0
    assert found[0] > found[1] > 0
    assert (found[3:] == 0).all()


def test_a_face_counts_beside_the_person_that_has_it() -> None:
    body = somebody("person", 0.3, 0.1, 0.7, 0.9)
    face = somebody("face", 0.4, 0.1, 0.6, 0.4)
    both = Objects(*(np.concatenate([getattr(x, f) for x in (body, face)]) for f in FIELDS))
    alone, with_face = people([body, both])
    assert with_face == pytest.approx(alone + people([face])[0])


FIELDS = ("boxes", "classes", "scores")


def test_names_say_which_class_is_a_person() -> None:
    coco = Objects(np.array([[0, 0, 1, 1]], np.float32), np.array([2]), np.array([1], np.float32))
    assert people([coco], ("bicycle", "car", "person"))[0] == 1
    assert people([coco], ("person", "bicycle", "car"))[0] == 0
    assert people([coco], ("sheep",))[0] == 0


def test_every_known_part_weighs_the_same() -> None:
    rng = np.random.default_rng(1)
    n = 50
    given = {"novelty": rng.random(n), "motion": rng.random(n), "loudness": rng.random(n)}
    found = importance(seconds(n) * 100, film((A, n)), objects=[NOBODY] * n, **given)
    known = found.parts.known()
    assert set(known) == set(PARTS)
    assert np.allclose(found.score, np.mean(list(known.values()), 0), atol=1e-6)
    assert found.score.dtype == np.float32


def test_what_was_not_measured_weighs_nothing() -> None:
    found = importance(seconds(30), film((A, 15), (B, 15)))
    assert set(found.parts.known()) == {"representativeness", "diversity"}


def test_weights_may_be_named() -> None:
    motion = np.arange(30.0)[::-1].astype(np.float32)
    only = dict.fromkeys(PARTS, 0.0) | {"motion": 2.0}
    found = importance(seconds(30) * 10, film((A, 30)), motion=motion, weights=only)
    assert np.array_equal(found.score.argsort(), np.arange(30)[::-1])
    with pytest.raises(ValueError, match="volume"):
        importance(seconds(30), film((A, 30)), weights={"volume": 1.0})


def test_ranks_do_not_change_with_the_unit() -> None:
    rng = np.random.default_rng(2)
    motion, vectors = rng.random(40).astype(np.float32), film((A, 20), (B, 20))
    times = seconds(40) * 10  # moments of one sample
    once = importance(times, vectors, motion=motion)
    other = importance(times, vectors, motion=np.exp(3 * motion))
    assert np.array_equal(once.score, other.score)


def test_a_moment_is_judged_by_the_two_seconds_around_it() -> None:
    motion = np.zeros(40, np.float32)
    motion[20] = 1
    part = importance(seconds(40), film((A, 40)), motion=motion).parts.motion
    assert part is not None
    assert set(np.flatnonzero(part > 0.5)) == {18, 19, 20, 21, 22}


def test_a_moment_is_known_by_what_is_known_of_it() -> None:
    motion = np.arange(40, dtype=np.float32)
    motion[[0, 9]], motion[20:30] = np.nan, np.nan
    part = importance(seconds(40), film((A, 40)), motion=motion).parts.motion
    assert part is not None
    assert part[0] < part[1]  # of the first sample nothing is known, of its moment something is
    assert part[8] < part[9] < part[10]
    assert (part[22:28] == 0.5).all()


def test_silence_is_as_the_least_heard_and_unknown_is_neither() -> None:
    loudness = np.array([-20, -np.inf, np.nan, -30, -10], np.float32)
    part = importance(seconds(5) * 10, film((A, 5)), loudness=loudness).parts.sound
    assert part is not None
    assert part.tolist() == pytest.approx([2 / 3, 1 / 6, 0.5, 1 / 6, 1])


@pytest.mark.parametrize("value", [0.0, 1.0, -3e4, 1e-8])
def test_a_film_of_one_picture_has_no_best_moment(value: float) -> None:
    same = np.full(80, value, np.float32)
    found = importance(
        seconds(80), np.full((80, 32), value, np.float32),
        novelty=same, motion=same, loudness=same, objects=[NOBODY] * 80,
    )  # fmt: skip
    assert (found.score == 0.5).all()


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_films_of_hardly_any_samples(n: int) -> None:
    found = importance(seconds(n), film((A, 3))[:n], novelty=np.arange(n, dtype=np.float32))
    assert found.score.shape == (n,)
    assert ((found.score >= 0) & (found.score <= 1)).all()


def test_broken_numbers_do_no_harm() -> None:
    vectors = film((A, 30), (B, 30))
    vectors[5], vectors[6, 0] = np.nan, np.inf
    found = importance(seconds(60), vectors, novelty=np.full(60, np.nan, np.float32))
    assert np.isfinite(found.score).all()


def test_a_film_of_ten_hours_in_bounded_memory_and_always_the_same() -> None:
    import tracemalloc

    n, width = 4 * 3600 * 10, 16
    vectors = np.random.default_rng(3).normal(size=(n, width)).astype(np.float32)
    tracemalloc.start()
    found = importance(np.arange(n) / 4, vectors, motion=vectors[:, 0])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 40 * 4 * n + 8 * 4096 * ANCHORS * 4  # some rows of n, some chunks of anchors
    assert np.array_equal(
        found.score, importance(np.arange(n) / 4, vectors, motion=vectors[:, 0]).score
    )
    assert ((found.score >= 0) & (found.score <= 1)).all()


def test_lengths_and_times_must_fit() -> None:
    with pytest.raises(ValueError, match="29 of motion"):
        importance(seconds(30), film((A, 30)), motion=np.zeros(29, np.float32))
    with pytest.raises(ValueError, match="rise"):
        importance(seconds(30)[::-1], film((A, 30)))
