"""A football match cut to its key moments: a generated broadcast whose every event is known."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from otio_autoedit import cut
from tests.benchmarks.edit_pieces import Kept, covered, dissolves, kept_pieces
from tests.benchmarks.edit_sounds import levels, loud_spans
from tests.benchmarks.edits_football import is_found, loudest, measure, uniform
from tests.support.broadcast import RATE, Broadcast, make_broadcast
from tests.support.broadcast_play import play_match
from tests.support.broadcast_script import pick_script
from tests.support.broadcast_sound import SAMPLE_RATE, film_sound

SECONDS, TARGET = 46, 16


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Broadcast:
    """Three quarters of a minute with one goal; a folder that lasts keeps it from run to run."""
    kept = os.environ.get("OTIO_AUTOEDIT_TEST_FILMS")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("match")
    return make_broadcast(folder / f"match-{SECONDS}.mp4", SECONDS, size=(320, 180))


def test_the_goal_is_kept_and_its_replay_left_out(film: Broadcast) -> None:
    (goal,) = film.events
    timeline = cut(film.path, "sports", target=f"{TARGET}s")
    pieces = kept_pieces(timeline)
    assert goal.kind == "goal"
    assert is_found(pieces, goal)
    figures = measure(pieces, film.events, film.script.replays(), TARGET)
    assert figures.error == 0
    assert figures.ordered
    assert figures.replayed < 1.0
    assert all(one.true_handles for one in dissolves(timeline))
    assert all(piece.reason for piece in pieces)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("seconds", [SECONDS, 300])
def test_a_script_is_a_film_without_a_hole(seconds: int, seed: int) -> None:
    script = pick_script(seconds, seed)
    edges = [edge for shot in script.shots for edge in (shot.start, shot.stop)]
    assert edges[0] == 0
    assert edges[-1] == seconds
    assert edges[1:-1:2] == pytest.approx(edges[2::2])
    told = {event.kind for event in script.events}
    assert told == ({"goal"} if seconds == SECONDS else {"goal", "save", "miss"})
    assert all(event.start < event.moment < event.stop for event in script.events)
    chants = [swell for swell in script.swells if swell.kind == "chant"]
    assert chants
    assert not any(
        a.start < e.moment + 3 and a.stop > e.moment for a in chants for e in script.events
    )


def test_the_match_plays_its_script() -> None:
    script = pick_script(300, 3)
    play = play_match(script, 3)
    assert np.hypot(*np.diff(play.players, axis=0).T).max() * RATE < 8.0
    for event in script.events:
        x, _, z = play.ball[round(event.moment * RATE)]
        between_posts = abs(z - 34) < 7.32 / 2
        assert np.sign(x) == event.side
        assert between_posts == (event.kind != "miss")
        assert (abs(x) >= 52) == (event.kind != "save")


def test_the_crowd_hears_of_it_a_little_late() -> None:
    script = pick_script(SECONDS, 3)
    (goal,) = script.events
    level = levels(film_sound(script, 3), SAMPLE_RATE, 0.1)
    at = round(goal.moment * 10)
    assert level[at + 12 : at + 50].min() > np.median(level) + 6
    cheer = next(swell for swell in script.swells if swell.kind == "cheer")
    assert 0.3 <= cheer.start - goal.moment <= 0.8


def test_figures_of_an_edit_are_counted_right() -> None:
    script = pick_script(300, 3)
    events, first = script.events, script.events[0]
    whole = [Kept("", event.start, event.stop) for event in events]
    perfect = measure(whole, events, script.replays(), sum(one.seconds for one in whole))
    assert (perfect.found, perfect.wasted) == (len(events), 0)
    assert perfect.replayed == pytest.approx(0)
    assert perfect.outside == pytest.approx(0)
    late = [Kept("", first.moment - 0.4, first.stop), Kept("", 0, 3)]
    assert not is_found(late, first)
    poor = measure(late, events, script.replays(), 10)
    assert (poor.found, poor.wasted, poor.ordered) == (0, pytest.approx(3), False)
    assert poor.error == round((first.stop - first.moment + 3.4 - 10) * RATE)


def test_naive_edits_have_the_length_asked(film: Broadcast) -> None:
    even = uniform(SECONDS, TARGET, 4)
    assert sum(one.seconds for one in even) == pytest.approx(TARGET)
    loud = loudest(film.path, SECONDS, TARGET, 4)
    assert sum(one.seconds for one in loud) == pytest.approx(TARGET, abs=0.3)
    (goal,) = film.events
    assert covered(loud, goal.moment + 1, goal.moment + 4) == pytest.approx(3)


def test_the_restated_rule_keeps_loud_frames_and_a_margin() -> None:
    samples = np.zeros(48_000, np.float32)
    samples[24_000:28_800] = 0.05
    samples[40_000:41_000] = 0.03  # under 4 %
    assert loud_spans(samples, 48_000, 25) == ((pytest.approx(0.28), pytest.approx(0.8)),)
