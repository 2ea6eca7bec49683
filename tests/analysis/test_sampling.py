"""Which frames are sampled: two to four a second, by time, the same wherever one begins."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from otio_autoedit.analysis.record import FrameIndex
from otio_autoedit.analysis.sampling import Sampler, curve_of, step_of


def sampled(rate: Fraction, base: Fraction, pts: list[int]) -> list[int]:
    sampler = Sampler(rate, base)
    return [number for number, at in enumerate(pts) if sampler.takes(at)]


@pytest.mark.parametrize("rate", [5, 10, 12, 15, Fraction(24000, 1001), 25, 30, 50, 60, 120, 240])
def test_there_are_two_to_four_a_second(rate: Fraction) -> None:
    assert 2 <= Fraction(rate) / step_of(Fraction(rate)) <= 4


@pytest.mark.parametrize("rate", [1, 2, 3, 4])
def test_of_few_frames_all_are_taken(rate: int) -> None:
    assert step_of(Fraction(rate)) == 1


@pytest.mark.parametrize("base", [Fraction(1, 24000), Fraction(1, 90000), Fraction(1, 1000)])
def test_rounded_times_change_nothing(base: Fraction) -> None:
    rate = Fraction(24000, 1001)
    pts = [round(n / rate / base) for n in range(5000)]
    assert sampled(rate, base, pts) == list(range(0, 5000, 8))


def test_a_part_of_a_film_takes_what_the_film_takes() -> None:
    rate, base = Fraction(30), Fraction(1, 1000)
    times = np.random.default_rng(1).integers(10, 90, 3000).cumsum().tolist()
    whole = sampled(rate, base, times)
    part = sampled(rate, base, times[1200:])  # the first of a part is always taken
    assert [1200 + n for n in part][1:] == [n for n in whole if n > 1200]


def test_by_time_where_the_rate_varies() -> None:
    """A long stretch without a new picture is seen once; a quick one is not seen more often."""
    pts = [*range(0, 1000, 10), 9000, *range(9001, 9100, 1)]
    taken = sampled(Fraction(30), Fraction(1, 1000), pts)
    seconds = [pts[n] / 1000 for n in taken]
    assert seconds == pytest.approx([0, 0.32, 0.65, 0.99, 9.0], abs=0.01)


def test_even_samples_are_the_curve() -> None:
    rate = Fraction(24000, 1001)
    index = FrameIndex(np.arange(100) * 1001, Fraction(1, 24000), rate, False)
    values = np.arange(13, dtype=np.float32)
    curve = curve_of("u", index, np.arange(0, 100, 8), values)
    assert (curve.unit, curve.start, curve.rate) == ("u", 0.0, float(rate / 8))
    np.testing.assert_array_equal(curve.values, values)


def test_uneven_samples_are_read_off_the_line_between_them() -> None:
    pts = np.array([0, 500, 1500, 3000], np.int64)
    index = FrameIndex(pts, Fraction(1, 1000), Fraction(2), True)
    curve = curve_of("u", index, np.arange(4), (pts / 1000).astype(np.float32))
    assert curve.rate == 3.0
    np.testing.assert_allclose(curve.values, np.arange(10) / 3, rtol=1e-6)


def test_one_sample_is_a_curve_too() -> None:
    index = FrameIndex(np.zeros(1, np.int64), Fraction(1, 25), Fraction(25), False)
    assert curve_of("u", index, np.zeros(1, np.int64), np.ones(1, np.float32)).values == [1]
