"""Signals of tracked things, beside slow and plain ways to say the same."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.analysis.record import Track
from tests.support.analyses import film
from tests.support.scopes import read, scope, track, with_tracks

CELLS = 16  # boxes whose sides lie on a grid have areas that cells can count
side = st.integers(0, CELLS)
boxes = st.tuples(side, side, side, side).map(
    lambda s: (min(s[0], s[2]), min(s[1], s[3]), max(s[0], s[2]), max(s[1], s[3]))
)
lives = st.tuples(st.integers(0, 19), st.lists(boxes, min_size=1, max_size=8))


def tracks_of(label: str, given_lives: list, first: int = 1) -> list[Track]:
    return [
        track(label, start, (np.array(held) / CELLS).tolist(), number)
        for number, (start, held) in enumerate(given_lives, first)
    ]


@given(st.lists(lives, max_size=9))
@settings(max_examples=80, deadline=None)
def test_count_and_area_are_what_counting_gives(people: list) -> None:
    of = scope(with_tracks(film(frames=30, rate=Fraction(8)), *tracks_of("person", people)))
    counts, areas = read(of, "count", "person"), read(of, "area", "person")
    for frame in range(30):
        cells = np.zeros((CELLS, CELLS), bool)
        here = [held[frame - start] for start, held in people if 0 <= frame - start < len(held)]
        for x0, y0, x1, y1 in here:
            cells[y0:y1, x0:x1] = True
        assert counts[frame] == len(here)
        assert areas[frame] == pytest.approx(cells.mean(), abs=1e-5)


@given(st.lists(lives, max_size=4), st.lists(lives, max_size=3))
@settings(max_examples=60, deadline=None)
def test_near_is_the_nearest_pair(people: list, balls: list) -> None:
    tracks = [*tracks_of("person", people), *tracks_of("ball", balls, 100)]
    of = scope(with_tracks(film(frames=30, rate=Fraction(8)), *tracks))
    near = read(of, "near", "ball", "person")
    assert np.array_equal(near, read(of, "near", "person", "ball"))
    diagonal = math.hypot(640, 360)
    for frame in range(30):
        expected = 0.0
        for a in (t for t in tracks if t.label == "person" and t.start <= frame < t.stop):
            for b in (t for t in tracks if t.label == "ball" and t.start <= frame < t.stop):
                p, q = a.boxes[frame - a.start], b.boxes[frame - b.start]
                x = max(p[0] - q[2], q[0] - p[2], 0) * 640 / diagonal
                y = max(p[1] - q[3], q[1] - p[3], 0) * 360 / diagonal
                expected = max(expected, 1 - math.hypot(x, y) / 0.25)
        assert near[frame] == pytest.approx(expected, abs=1e-4)


def test_nobody_is_near_to_themselves() -> None:
    alone = with_tracks(film(), track("person", 0, [[0.1, 0.1, 0.2, 0.5]] * 50))
    assert not read(scope(alone), "near", "person", "person").any()
    two = with_tracks(
        film(),
        track("person", 0, [[0.1, 0.1, 0.2, 0.5]] * 50),
        track("person", 25, [[0.2, 0.1, 0.3, 0.5]] * 50, 2),
    )
    near = read(scope(two), "near", "person", "person")
    assert np.flatnonzero(near == 1).tolist() == list(range(26, 50))  # compared every third frame


@pytest.mark.parametrize(
    ("label", "box", "closeup"),
    [
        ("face", [0.4, 0.1, 0.6, 0.5], 1.0),  # two fifths of the height
        ("face", [0.4, 0.1, 0.6, 0.35], 0.5),
        ("face", [0.4, 0.1, 0.5, 0.2], 0.0),
        ("person", [0.0, 0.1, 0.7, 1.0], 1.0),
        ("person", [0.4, 0.1, 0.6, 0.9], 0.0),  # a whole figure
        ("car", [0.0, 0.0, 1.0, 1.0], 0.0),
    ],
)
def test_a_closeup_is_a_face_or_a_person_that_is_the_picture(
    label: str, box: list[float], closeup: float
) -> None:
    of = scope(with_tracks(film(), track(label, 10, [box] * 20)))
    assert read(of, "closeup")[15] == pytest.approx(closeup, abs=1e-4)
    assert read(of, "closeup")[40] == 0


def test_speed_is_in_picture_widths_whatever_the_direction() -> None:
    steps = np.arange(50) / 25 * 0.3  # .3 of the width, of the height, a second
    across = [[0.1 + s, 0.4, 0.2 + s, 0.5] for s in steps]
    down = [[0.1, 0.1 + s, 0.2, 0.2 + s] for s in steps]
    of = scope(with_tracks(film(), track("car", 0, across), track("ball", 0, down, 2)))
    assert np.allclose(read(of, "speed", "car")[:50], 0.3, atol=1e-4)
    assert np.allclose(read(of, "speed", "ball")[:50], 0.3 * 360 / 640, atol=1e-4)
    assert not read(of, "speed", "car")[50:].any()
    assert not read(of, "speed", "bus").any()


def test_one_stands_in_a_zone_by_the_foot() -> None:
    walk = [[x / 100, 0.2, x / 100 + 0.1, 0.8] for x in range(80)]  # middle at x + .05
    file = with_tracks(film(), track("person", 20, walk))
    of = scope(file, zones="door=0.3,0.7,0.5,1; sky=0,0,1,0.5; corner=0,1,1,1,1,0")
    inside = np.flatnonzero(read(of, "inside", "person", "door")) - 20
    assert (inside[0], inside[-1]) == (pytest.approx(25, abs=1), pytest.approx(45, abs=1))
    assert not read(of, "inside", "person", "sky").any()
    assert read(of, "inside", "person", "corner")[20 + 30 : 100].all()


def test_feet_on_the_lower_edge_of_the_picture_are_in_it() -> None:
    cut_off = with_tracks(film(), track("person", 0, [[0.4, 0.2, 0.6, 1.0]] * 10))
    assert read(scope(cut_off, zones="floor=0,0.5,1,1"), "inside", "person", "floor")[:10].all()


def test_tracks_follow_the_clock_of_another_rate() -> None:
    file = with_tracks(film(frames=250), track("person", 100, [[0, 0, 1, 1]] * 50))
    found = np.flatnonzero(read(scope(file, Fraction(50)), "count", "person"))
    assert (found[0], found[-1]) == (200, 299)
    found = np.flatnonzero(read(scope(file, Fraction(30)), "count", "person"))
    assert (found[0], found[-1]) == (120, 179)


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(25), Fraction(60000, 1001)])
def test_boxes_of_fast_films_are_compared_eight_times_a_second(rate: Fraction) -> None:
    walk = [[x / 200, 0.2, x / 200 + 0.1 + x / 1000, 0.8] for x in range(80)]
    file = with_tracks(film(frames=100, rate=rate), track("person", 10, walk))
    areas = read(scope(file), "area", "person")[10:90]
    exact = np.array([(0.1 + x / 1000) * 0.6 for x in range(80)])
    frames = float(rate) / 8 / 2 + 1
    assert np.abs(areas - exact)[8:-8].max() <= frames * 0.6 / 1000 + 1e-4
    assert len(np.unique(areas[areas > 0])) >= 80 / float(rate) * 8 - 1
