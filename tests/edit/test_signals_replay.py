"""Replays: framed by two like transitions, and slowed down."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from otio_autoedit.analysis.record import Analysis, Features, Transition
from otio_autoedit.edit.signals.replay import slow_motion
from tests.support.analyses import change, film
from tests.support.scopes import read, scope, with_curve

RNG = np.random.default_rng(5)


def framed(
    kind: str, gap: int = 150, other: str = "", rest: tuple[Transition, ...] = ()
) -> Analysis:
    """A minute with 20-frame transitions from 500 to 520 and ``gap`` frames later."""
    second = change(519 + gap, 540 + gap, other or kind)
    return film([change(499, 520, kind), second, *rest], frames=1500)


def beats(of: Analysis, start: int, stop: int, every: int) -> Analysis:
    """The film with ordinary motion, and a new picture only each ``every`` frames in one part."""
    changes = 0.02 + 0.004 * RNG.standard_normal(1500)
    slowed = np.arange(start, stop)
    changes[slowed[slowed % every != 0]] = 0
    return with_curve(of, "change", changes.tolist())


def replayed(of: Analysis) -> np.ndarray:
    return read(scope(of), "replay")


@pytest.mark.parametrize(("kind", "sure"), [("wipe", 0.6), ("dissolve", 0.5)])
def test_what_two_like_transitions_frame_is_a_replay(kind: str, sure: float) -> None:
    values = replayed(framed(kind))
    assert np.flatnonzero(values).tolist() == list(range(500, 690))
    assert values[600] == pytest.approx(sure)


@pytest.mark.parametrize(
    "of",
    [
        framed("fade"),
        framed("wipe", other="dissolve"),
        framed("wipe", gap=20),
        framed("wipe", gap=501),
        film([change(499, 500), change(599, 600)], frames=1500),
        film([change(499, 520, "wipe")], frames=1500),
    ],
    ids=["fades", "unlike", "too short", "too long", "cuts", "one alone"],
)
def test_what_frames_none(of: Analysis) -> None:
    assert not replayed(of).any()


def test_a_replay_may_hold_several_shots() -> None:
    values = replayed(framed("wipe", rest=(change(599, 600),)))
    assert np.flatnonzero(values).tolist() == list(range(500, 690))


def test_the_one_that_closes_a_replay_opens_none() -> None:
    wipes = [change(at - 1, at + 10, "wipe") for at in (200, 400, 600, 800)]
    values = replayed(film(wipes, frames=1500))
    assert np.flatnonzero(values >= 0.5).tolist() == [*range(200, 410), *range(600, 810)]


@pytest.mark.parametrize("every", [2, 3, 4, 5])
def test_slow_motion_makes_it_surer(every: int) -> None:
    values = replayed(beats(framed("dissolve"), 520, 670, every))
    assert 0.65 < values[600] <= 0.8


def test_a_beat_that_the_whole_file_has_is_no_slow_motion() -> None:
    pulldown = beats(framed("dissolve"), 0, 1500, 5)
    assert replayed(pulldown)[600] == pytest.approx(0.5, abs=0.03)


def test_ordinary_and_shaken_and_resting_pictures_have_no_beat() -> None:
    steady = 0.02 + 0.004 * RNG.standard_normal(200)
    swinging = 0.02 + 0.015 * np.sin(np.arange(200) / 4)
    cut = np.where(np.arange(200) == 90, 0.4, steady)
    for changes in (steady, swinging, cut, np.zeros(200)):
        assert slow_motion(changes.astype(np.float32)) < 0.2


def test_pictures_seen_before_make_it_surer() -> None:
    frames = np.arange(0, 1500, 8)
    vectors = RNG.standard_normal((len(frames), 16)).astype(np.float32)
    vectors = np.repeat(vectors[::10], 10, axis=0)[: len(frames)]  # ten alike, then others
    again = (frames >= 520) & (frames < 670)
    fresh = replace(framed("wipe"), features=Features(frames, vectors.copy()))
    vectors[again] = vectors[: again.sum()]
    seen = replace(framed("wipe"), features=Features(frames, vectors))
    assert replayed(seen)[600] == pytest.approx(0.7, abs=0.02)
    assert replayed(fresh)[600] < 0.65
