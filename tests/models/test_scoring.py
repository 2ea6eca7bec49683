"""The protocol of the measured tables, by hand-made cases."""

from __future__ import annotations

import pytest

from otio_autoedit.models.evaluate.scoring import Counts, Label, count
from otio_autoedit.models.transition import Transition


def cut(last_before: int) -> Transition:
    return Transition(last_before, last_before + 1, "cut", 1.0)


def test_a_cut_one_frame_off_is_a_miss_and_a_false_alarm_until_the_tolerance_allows_it() -> None:
    labels = [Label(9, 10, gradual=False)]
    assert count(labels, [cut(10)], 0) == Counts(missed=1, false_alarms=1, cuts=1, cut_alarms=1)
    at_one = count(labels, [cut(10)], 1)
    assert (at_one.found, at_one.false_alarms, at_one.missed) == (1, 0, 0)


def test_pairs_are_one_to_one_and_the_nearest_wins() -> None:
    counts = count([Label(5, 25, gradual=True)], [cut(7), cut(15)], 0)
    assert (counts.found, counts.false_alarms) == (1, 1)
    both = count(
        [Label(5, 25, gradual=True), Label(8, 9, gradual=False)],
        [Transition(4, 25, "dissolve", 1.0), cut(8)],
        0,
    )
    assert (both.found, both.false_alarms, both.typed) == (2, 0, 2)
    assert both.gradual_iou == pytest.approx(20 / 21)
    assert both.gradual_ends == pytest.approx(0.5)


def test_a_doubtful_label_counts_for_nothing_either_way() -> None:
    doubtful = [Label(9, 10, gradual=False, sure=False)]
    assert count(doubtful, [cut(9)], 0) == Counts()
    assert count(doubtful, [], 0) == Counts()
    assert count(doubtful, [cut(9), cut(20)], 0) == Counts(false_alarms=1, cut_alarms=1)


def test_counts_add_and_make_the_known_figures() -> None:
    total = Counts(found=3, missed=1, cuts=4, cuts_found=3) + Counts(
        found=1, false_alarms=4, gradual=2, gradual_found=1, gradual_iou=0.5, missed=1
    )
    assert total.precision == pytest.approx(0.5)
    assert total.recall == pytest.approx(4 / 6)
    assert total.f1 == pytest.approx(8 / (8 + 4 + 2))
    assert (total.cut_recall, total.gradual_recall) == (0.75, 0.5)
    assert total.mean_gradual_iou == pytest.approx(0.25)
    assert Counts().f1 == 0


def test_cuts_and_gradual_transitions_have_figures_of_their_own() -> None:
    labels = [Label(9, 10, gradual=False), Label(30, 41, gradual=True)]
    said = [cut(9), cut(20), Transition(31, 40, "dissolve", 1.0), Transition(60, 65, "wipe", 1.0)]
    counts = count(labels, said, 0)
    assert (counts.cut_precision, counts.cut_recall) == (0.5, 1.0)
    assert counts.cut_f1 == pytest.approx(2 / 3)
    assert (counts.gradual_precision, counts.gradual_recall) == (0.5, 1.0)
    assert counts.gradual_f1 == pytest.approx(2 / 3)
    assert counts.calls_gradual
    assert not count(labels, [cut(9), cut(20)], 0).calls_gradual
