from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_autoedit.media import rates
from otio_autoedit.media.rates import (
    SMPTE_RATES,
    has_drop_frame,
    is_native,
    nearest_edit_rate,
    nominal,
    plain_rate,
    snap_rate,
)

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("stated", "edit"),
    [
        (Fraction(87169000, 2905633), Fraction(30)),  # a screen recorder's average
        (Fraction(1090000, 36301), Fraction(30)),
        (Fraction(45000, 1499), Fraction(30)),
        (Fraction(2997, 100), NTSC),  # 29.97 as programs round it
        (Fraction(2398, 100), Fraction(24000, 1001)),
        (Fraction(119880, 1000), Fraction(120000, 1001)),
        (Fraction(2502, 100), Fraction(25)),
    ],
)
def test_a_rate_that_no_camera_has_becomes_an_edit_rate_and_says_so(
    stated: Fraction, edit: Fraction
) -> None:
    found, note = snap_rate(stated)
    assert found == edit
    assert str(stated) in note


@pytest.mark.parametrize(
    "rate",
    [*SMPTE_RATES, Fraction(10), Fraction(25, 2), Fraction(15), Fraction(18), Fraction(100),
     Fraction(120), Fraction(120000, 1001), Fraction(240), Fraction(15000, 1001)],
)  # fmt: skip
def test_native_rates_stay_as_they_are_without_a_note(rate: Fraction) -> None:
    assert is_native(rate)
    assert snap_rate(rate) == (rate, "")
    assert plain_rate(rate) == rate


@pytest.mark.parametrize(
    ("varying", "edit"),
    [
        (Fraction(15), Fraction(30)), (Fraction(10), Fraction(30)), (Fraction(25, 2), Fraction(25)),
        (Fraction(12), Fraction(24)), (Fraction(8), Fraction(24)), (Fraction(299, 10), NTSC),
        (Fraction(239, 10), Fraction(24000, 1001)), (Fraction(58), Fraction(60000, 1001)),
        (Fraction(119), Fraction(120000, 1001)), (Fraction(1, 100), Fraction(30)),
    ],
)  # fmt: skip
def test_a_varying_rate_is_conformed_to_the_nearest_or_to_a_multiple(
    varying: Fraction, edit: Fraction
) -> None:
    assert nearest_edit_rate(varying) == edit


def test_a_rate_in_nanoseconds_is_the_rate_that_was_meant() -> None:
    for rate in SMPTE_RATES:
        nanoseconds = round(10**9 / rate)
        assert plain_rate(Fraction(10**9, nanoseconds)) == rate
    # A recorder's average is further off than a nanosecond, and must be said.
    assert plain_rate(Fraction(87169000, 2905633)) != 30


@given(st.fractions(min_value=Fraction(1, 100), max_value=1000, max_denominator=10**7))
def test_any_rate_becomes_a_native_one_near_it(rate: Fraction) -> None:
    found, note = snap_rate(rate)
    assert is_native(found)
    assert bool(note) == (found != rate)


def test_nominal_and_drop_frame() -> None:
    assert [nominal(rate) for rate in SMPTE_RATES] == [24, 24, 25, 30, 30, 48, 48, 50, 60, 60]
    assert [rate for rate in SMPTE_RATES if has_drop_frame(rate)] == [NTSC, NTSC * 2]


def test_smpte_rates_are_those_of_opentimelineio() -> None:
    from opentimelineio.opentime import RationalTime

    for rate in SMPTE_RATES:
        assert RationalTime.is_smpte_timecode_rate(float(rate))
    assert rates.DEFAULT_RATE in SMPTE_RATES
