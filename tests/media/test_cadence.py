from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_autoedit.media.cadence import find_cadence
from otio_autoedit.media.rates import SMPTE_RATES

MILLISECOND = Fraction(1, 1000)
NTSC = Fraction(30000, 1001)
RATES = [*SMPTE_RATES, Fraction(120), Fraction(10), Fraction(25, 2), Fraction(15)]


def grid(rate: Fraction, count: int, base: Fraction) -> np.ndarray:
    return np.array([round(k / rate / base) for k in range(count)], np.int64)


@given(st.sampled_from(RATES), st.integers(2, 5000))
def test_times_rounded_to_milliseconds_keep_their_rate(rate: Fraction, count: int) -> None:
    cadence = find_cadence(grid(rate, count, MILLISECOND), MILLISECOND, [rate])
    assert (cadence.edit_rate, cadence.variable, cadence.note) == (rate, False, "")


@given(st.sampled_from(SMPTE_RATES), st.integers(3000, 9000))
def test_the_rate_is_found_where_none_is_stated(rate: Fraction, count: int) -> None:
    cadence = find_cadence(grid(rate, count, MILLISECOND), MILLISECOND, [])
    assert (cadence.edit_rate, cadence.variable) == (rate, False)


@given(st.sampled_from(SMPTE_RATES), st.integers(100, 3000), st.integers(0, 10**6))
def test_jitter_within_a_third_of_a_frame_is_no_variable_rate(
    rate: Fraction, count: int, seed: int
) -> None:
    base = Fraction(1, 90_000)
    draw = random.Random(seed)
    pts = grid(rate, count, base)
    reach = int(0.3 / (rate * base))
    pts += np.array([0, *(draw.randint(-reach, reach) for _ in range(count - 1))], np.int64)
    cadence = find_cadence(pts, base, [rate])
    assert (cadence.edit_rate, cadence.variable) == (rate, False)


@pytest.mark.parametrize(
    ("stated", "edit"),
    [(Fraction(87169000, 2905633), 30), (Fraction(179, 6), 30), (Fraction(1090000, 36301), 30)],
)
def test_a_recorders_average_gives_way_to_the_rate_of_the_pictures(
    stated: Fraction, edit: int
) -> None:
    cadence = find_cadence(grid(Fraction(30), 3000, MILLISECOND), MILLISECOND, [stated])
    assert (cadence.edit_rate, cadence.variable) == (edit, False)
    assert str(stated) in cadence.note


def test_a_rate_no_editor_knows_is_conformed_over_a_long_film() -> None:
    """30.02 a second is 30 for a minute, and nowhere near it for an hour."""
    odd = Fraction(45000, 1499)
    base = Fraction(1, 90_000)
    short = find_cadence(grid(odd, 600, base), base, [odd])
    assert (short.edit_rate, short.variable) == (30, False)
    long = find_cadence(grid(odd, 108_000, base), base, [odd])
    assert (long.edit_rate, long.variable) == (30, True)
    assert long.note.startswith("30.020 frames a second, a rate that editors do not have")
    assert "conformed to 30" in long.note


def test_a_dropped_frame_leaves_a_hole_at_the_same_rate() -> None:
    pts = np.delete(grid(Fraction(10), 100, MILLISECOND), 41)
    cadence = find_cadence(pts, MILLISECOND, [Fraction(10), Fraction(99, 10)])
    assert (cadence.edit_rate, cadence.variable) == (10, True)
    assert cadence.note == "1 frame missing at 10 a second: the one before is held"


def test_bursts_with_rests_are_edited_at_the_rate_of_the_bursts() -> None:
    pts = np.array([i * 2000 // 60 + i // 15 * 1777 for i in range(600)], np.int64)
    cadence = find_cadence(pts, MILLISECOND, [Fraction(73, 8)])
    assert (cadence.edit_rate, cadence.variable) == (30, True)
    assert "variable frame rate" in cadence.note


def test_no_rate_at_all_is_conformed_to_one_that_editors_have() -> None:
    draw = random.Random(1)
    pts = np.cumsum([0, *(draw.randint(20, 120) for _ in range(500))]).astype(np.int64)
    cadence = find_cadence(pts, MILLISECOND, [])
    assert cadence.variable
    assert cadence.edit_rate in SMPTE_RATES


def test_film_flagged_for_pulldown_is_film() -> None:
    """Every second picture of a DVD stays for three fields of 59.94, the others for two."""
    field = Fraction(1001, 60_000)
    base = Fraction(1, 90_000)
    fields = np.cumsum([0, *([2, 3] * 500)])
    pts = np.array([round(int(n) * field / base) for n in fields], np.int64)
    cadence = find_cadence(pts, base, [NTSC])
    assert (cadence.edit_rate, cadence.variable) == (Fraction(24000, 1001), False)


def test_one_frame_or_none_takes_the_stated_rate() -> None:
    for pts in ([], [0]):
        assert find_cadence(np.array(pts, np.int64), MILLISECOND, [NTSC]).edit_rate == NTSC
        assert find_cadence(np.array(pts, np.int64), MILLISECOND, []).edit_rate == 25
