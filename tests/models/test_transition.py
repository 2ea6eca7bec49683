"""Reading transitions off scores, by hand-made cases."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest

from otio_autoedit.models.transition import TYPES, BoundaryScores, jump_cuts_from, transitions_from

Spans = dict[tuple[int, int], str]


def scores(frames: int, spans: Spans, middles: dict[int, float] | None = None) -> BoundaryScores:
    """Scores of a network that is sure: `spans` are last_before, first_after and type."""
    middle = np.full(frames, 0.01, np.float32)
    inside = np.full(frames, 0.01, np.float32)
    kind = np.full((frames, 4), 0.01, np.float32)
    kind[:, 0] = 0.97
    for (last_before, first_after), type_ in spans.items():
        first, stop = max(0, last_before), min(frames, first_after)
        third = (first_after - last_before) // 3
        inside[first:stop] = 0.9
        middle[max(0, last_before + third) : first_after - third] = 0.9
        kind[first:stop] = 0.01
        kind[first:stop, TYPES.index(type_)] = 0.97
    for boundary, value in (middles or {}).items():
        middle[boundary] = value
    return BoundaryScores(middle, inside, kind, np.zeros(frames, np.float32))


def found(given: BoundaryScores) -> Spans:
    return {(t.last_before, t.first_after): t.type for t in transitions_from(given, threshold=0.5)}


@pytest.mark.parametrize(
    "spans",
    [
        {(9, 10): "cut"},
        {(0, 1): "cut"},
        {(38, 39): "cut"},
        {(9, 10): "cut", (10, 11): "cut", (12, 13): "cut"},
        {(10, 22): "dissolve"},
        {(10, 22): "fade", (25, 26): "cut"},
        {(10, 12): "wipe"},
        {(-1, 12): "fade"},
        {(30, 40): "fade"},
        {},
    ],
)
def test_what_a_sure_network_says_is_read_exactly(spans: Spans) -> None:
    expected = dict(spans)
    if (9, 10) in spans and (10, 11) in spans:  # neighbouring boundaries are one run: one cut
        del expected[(10, 11)]
    assert found(scores(40, spans)) == expected


def test_boundaries_below_the_threshold_are_no_transitions() -> None:
    assert found(scores(40, {}, {20: 0.49})) == {}
    assert found(scores(40, {}, {20: 0.51})) == {(20, 21): "cut"}


def test_two_peaks_in_one_dissolve_are_one_dissolve() -> None:
    given = scores(40, {(10, 30): "dissolve"}, {19: 0.2, 20: 0.2})
    assert found(given) == {(10, 30): "dissolve"}


def test_jump_cuts_are_the_peaks_outside_gradual_transitions() -> None:
    given = scores(40, {(9, 10): "cut", (20, 30): "dissolve"})
    given.jump[[4, 5, 9, 25, 39]] = (0.6, 0.8, 0.7, 0.9, 0.9)  # 39 is the film's end
    jumps = jump_cuts_from(given, transitions_from(given, 0.5), 0.5)
    assert [(j.last_before, round(j.confidence, 2)) for j in jumps] == [(5, 0.8), (9, 0.7)]


def test_transitions_never_overlap() -> None:
    rng = np.random.default_rng(5)
    for _ in range(200):
        kind = rng.random((60, 4), np.float32)
        given = BoundaryScores(
            rng.random(60, np.float32), rng.random(60, np.float32), kind, np.zeros(60, np.float32)
        )
        transitions = transitions_from(given, threshold=0.6)
        for before, after in itertools.pairwise(transitions):
            assert before.first_after <= after.last_before
        for t in transitions:
            assert -1 <= t.last_before < t.first_after <= 60
            assert (t.type == "cut") == (t.first_after == t.last_before + 1)


def test_a_film_without_frames_or_with_one_has_none() -> None:
    for frames in (0, 1):
        assert found(scores(frames, {})) == {}


def test_the_record_loads_no_torch() -> None:
    code = "import sys, otio_autoedit.models.transition; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
