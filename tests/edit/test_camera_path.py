"""A crop's way along one axis: inside, slow, still where it can be, and with its subject."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.edit.camera_path import (
    ACCELERATION,
    SMOOTHING_S,
    SPEED,
    ZONE,
    Crop,
    Floats,
    camera_path,
    taut_string,
)
from otio_autoedit.edit.reframe import few_keys

CROP = Crop(81 / 256)  # 9:16 out of 16:9
RATE = 25.0


@st.composite
def wild_subjects(draw: st.DrawFn) -> Floats:
    """Subjects that jump, jitter, and are not there at times."""
    stretches = draw(st.lists(st.tuples(st.integers(1, 60), st.floats(0, 1)), min_size=1))
    places = np.concatenate([np.full(n, place) for n, place in stretches[:12]])
    random = np.random.default_rng(draw(st.integers(0, 99)))
    places = places + draw(st.sampled_from([0, 0.02, 0.3])) * random.standard_normal(len(places))
    gone = random.random(len(places)) < draw(st.sampled_from([0.0, 0.5, 1.0]))
    return np.where(gone, np.nan, np.clip(places, 0, 1))


@settings(max_examples=150, deadline=None)
@given(wild_subjects(), st.floats(0.05, 1.0), st.sampled_from([2.0, 10.0, 24000 / 1001, 60.0]))
def test_the_crop_is_inside_the_picture_and_keeps_to_its_bounds(
    subject: Floats, width: float, rate: float
) -> None:
    path = camera_path(subject, Crop(width), rate)
    assert len(path) == len(subject)
    assert path.min() >= width / 2 - 1e-9
    assert path.max() <= 1 - width / 2 + 1e-9
    speed = np.abs(np.diff(path)) * rate / width
    turn = np.abs(np.diff(path, 2)) * rate**2 / width
    jerk = np.abs(np.diff(path, 3)) * rate**3 / width
    assert speed.max(initial=0) <= SPEED + 1e-6
    assert turn.max(initial=0) <= ACCELERATION + 1e-4
    assert jerk.max(initial=0) <= 2 * ACCELERATION / SMOOTHING_S + 1e-2


@settings(max_examples=100, deadline=None)
@given(wild_subjects())
def test_a_path_through_its_keys_is_the_path(subject: Floats) -> None:
    path = camera_path(subject, CROP, RATE)
    keys = few_keys(path, 0.001)
    between = np.interp(np.arange(len(path)), keys, path[keys])
    assert np.abs(between - path).max() <= 0.001 + 1e-12
    assert len(keys) <= len(path) / 2 + 4


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(0, 1), min_size=2, max_size=30),
    st.lists(st.floats(0, 0.5), min_size=30, max_size=30),
)
def test_the_taut_string_is_the_shortest_way(middles: list[float], widths: list[float]) -> None:
    lower = np.array(middles) - np.array(widths[: len(middles)])
    upper = np.array(middles) + np.array(widths[: len(middles)])
    path = taut_string(lower, upper, 0.5)
    assert (path >= lower - 1e-9).all()
    assert (path <= upper + 1e-9).all()
    # Of all that fits none goes less far: what it must go is known from the bounds alone.
    assert np.abs(np.diff(path)).sum() == pytest.approx(least_way(lower, upper), abs=1e-6)


@pytest.mark.parametrize("jitter", [0.0, 0.005, 0.015])
def test_the_camera_stands_still_where_the_subject_does(jitter: float) -> None:
    random = np.random.default_rng(3)
    path = camera_path(0.4 + jitter * random.standard_normal(500), CROP, RATE)
    assert np.ptp(path) == 0
    assert path[0] == pytest.approx(0.4, abs=0.003)


def test_a_subject_at_the_edge_is_held_with_the_crop_at_the_edge() -> None:
    assert camera_path(np.full(100, 0.02), CROP, RATE)[50] == pytest.approx(CROP.width / 2)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_a_walking_subject_is_never_out_of_the_crop(seed: int) -> None:
    """One that moves no faster than a crop width a second and changes its mind now and then."""
    random = np.random.default_rng(seed)
    speeds = np.repeat(random.uniform(-1, 1, 12), random.integers(15, 60, 12)) * CROP.width
    subject = walk(speeds / RATE)
    path = camera_path(subject + 0.004 * random.standard_normal(len(subject)), CROP, RATE)
    assert np.abs(path - subject).max() <= CROP.width / 2
    held = np.clip(subject, *CROP.limits)
    assert np.abs(path - held).mean() <= (ZONE + 0.05) * CROP.width


def test_nothing_to_hold_leaves_the_crop_in_the_middle() -> None:
    assert set(camera_path(np.full(40, np.nan), CROP, RATE)) == {0.5}


def walk(steps: Floats) -> Floats:
    """A way from the middle that turns back near the edges of the picture."""
    free = np.mod(0.5 + np.cumsum(steps) / 0.9, 2)
    return np.asarray(0.05 + 0.9 * (1 - np.abs(1 - free)))


def least_way(lower: Floats, upper: Floats) -> float:
    """The least total variation between bounds: by a programme over all bounds' values."""
    places = np.unique(np.concatenate([lower, upper]))
    apart = np.abs(places[:, None] - places[None, :])
    way = np.where((places >= lower[0]) & (places <= upper[0]), 0.0, np.inf)
    for low, high in zip(lower[1:], upper[1:], strict=True):
        way = np.where((places >= low) & (places <= high), (way[:, None] + apart).min(0), np.inf)
    return float(way.min())
