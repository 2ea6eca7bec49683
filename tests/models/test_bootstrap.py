"""How sure a lead is, by cases that can be counted by hand."""

from __future__ import annotations

import pytest

from otio_autoedit.models.evaluate.bootstrap import compare
from otio_autoedit.models.evaluate.scoring import Counts

GOOD, BAD = Counts(found=10, cuts=10, cuts_found=10), Counts(missed=10, cuts=10)


def test_who_is_ahead_in_every_video_is_ahead_in_every_resample() -> None:
    lead = compare(("ours", [GOOD] * 5), ("theirs", [BAD] * 5), "F1", resamples=200)
    assert (lead.difference, lead.low, lead.high, lead.share) == (1, 1, 1, 1)


def test_two_that_are_alike_are_even() -> None:
    mixed = [GOOD, BAD, GOOD, BAD]
    lead = compare(("ours", mixed), ("theirs", mixed), "F1", resamples=200)
    assert (lead.difference, lead.low, lead.high, lead.share) == (0, 0, 0, 0.5)


def test_of_two_videos_a_quarter_of_the_resamples_has_one_of_them_twice() -> None:
    """Ours finds all of the first and nothing of the second, theirs the other way round: both
    videos drawn, a half, is even; the first twice is ours, the second twice is theirs."""
    ours, theirs = ("ours", [GOOD, BAD]), ("theirs", [BAD, GOOD])
    lead = compare(ours, theirs, "F1", resamples=40_000)
    assert lead.share == pytest.approx(0.25 + 0.5 / 2, abs=0.01)
    assert (lead.difference, lead.low, lead.high) == (0, -1, 1)


def test_counts_are_added_up_before_the_figure_is_taken() -> None:
    """A long video weighs more than a short one: recall 90 of 101, not the mean of 1 and 0.89."""
    ours = [
        Counts(gradual=1, gradual_found=1, found=1),
        Counts(gradual=100, gradual_found=89, found=89, missed=11),
    ]
    theirs = [
        Counts(gradual=1, missed=1),
        Counts(gradual=100, gradual_found=40, found=40, missed=60),
    ]
    lead = compare(("ours", ours), ("theirs", theirs), "gradual recall", resamples=100)
    assert lead.difference == pytest.approx(90 / 101 - 40 / 101)
    assert lead.low == pytest.approx(0.49)  # the long one twice
    assert lead.share == 1


def test_the_same_seed_gives_the_same_answer_and_another_nearly_the_same() -> None:
    ours = ("ours", [GOOD] * 6 + [BAD] * 4)
    theirs = ("theirs", [GOOD] * 4 + [BAD] * 6)
    first, again, other = (compare(ours, theirs, "F1", seed=seed) for seed in (0, 0, 1))
    assert first == again
    assert first != other
    assert other.share == pytest.approx(first.share, abs=0.02)
    assert other.low == pytest.approx(first.low, abs=0.05)


@pytest.mark.parametrize("theirs", [[], [GOOD]])
def test_other_videos_cannot_be_compared(theirs: list[Counts]) -> None:
    with pytest.raises(ValueError, match="same videos"):
        compare(("ours", [GOOD, GOOD]), ("theirs", theirs), "F1")
