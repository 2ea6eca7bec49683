"""What every recipe's edit must be, on films with everything that recipes ask for."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.analysis.record import Analysis, Curve
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.decide import make_plan
from otio_autoedit.edit.plan import EditPlan
from otio_autoedit.edit.recipes import recipe, recipes
from otio_autoedit.errors import OptionError
from otio_autoedit.timeline.build import build_timeline
from tests.support.analyses import change, film, sound_file, still
from tests.support.lively import lively

RECIPES = [one.name for one in recipes()]


def plan(name: str, *analyses: Analysis, **options: object) -> EditPlan:
    return make_plan(analyses, recipe(name), options)


def frames(edit: EditPlan) -> list[tuple[int, int, int]]:
    """Each piece as its source and its span in frames of the edit."""
    clocks = [Clock(source, edit.rate) for source in edit.sources]
    return [
        (one.source, clocks[one.source].frame(one.start), clocks[one.source].frame(one.stop))
        for one in edit.pieces
    ]


def length(edit: EditPlan) -> int:
    return sum(stop - start for _, start, stop in frames(edit))


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(RECIPES),
    st.integers(0, 1000),
    st.sampled_from([None, "10s", "30s"]),
    st.sampled_from([None, "1s", "3s"]),
    st.sampled_from([None, "24", "29.97"]),
    st.sampled_from([None, "time", "given", "score"]),
)
def test_pieces_never_overlap_nor_leave_the_media_and_are_as_long_as_asked(
    name: str, seed: int, target: object, min_clip: object, rate: object, order: object
) -> None:
    asked = {"target": target, "min_clip": min_clip, "rate": rate, "order": order}
    asked["max_clip"] = "6s" if min_clip else None
    analyses = [lively(seed, seconds=40), lively(seed + 1, seconds=30, path="/b/two.mp4")]
    chosen = recipe(name)
    edit = make_plan(analyses, chosen, {k: v for k, v in asked.items() if v is not None})
    read = chosen.read({k: v for k, v in asked.items() if v is not None})
    clocks = [Clock(source, edit.rate) for source in edit.sources]
    least = read["min_clip"].frames(edit.rate)  # type: ignore[attr-defined]
    for source, start, stop in frames(edit):
        assert 0 <= start < stop <= clocks[source].length
        assert stop - start >= least
    spans = sorted(frames(edit))
    for (one, _, stop), (other, start, _) in pairwise(spans):
        assert one != other or stop <= start
    if order != "score" and name != "stringout":
        assert frames(edit) == spans
    if read["target"] is not None:
        assert length(edit) <= read["target"].frames(edit.rate)  # type: ignore[attr-defined]
    timeline = build_timeline(edit)
    assert timeline.duration().value == length(edit)


@pytest.mark.parametrize("name", RECIPES)
def test_the_same_input_gives_the_same_edit_and_every_piece_says_why(name: str) -> None:
    first, again = (build_timeline(plan(name, lively(3))).to_json_string() for _ in range(2))
    assert first == again
    edit = plan(name, lively(3))
    assert edit.pieces
    for piece in (*edit.pieces, *edit.alternates):
        assert " to " in piece.reason
        assert len(piece.reason.splitlines()) == 1
        assert all(np.isfinite(value) for value in piece.signals.values())
    json.loads(first)


def test_no_piece_begins_or_ends_in_a_transition_of_the_footage() -> None:
    for seed in range(8):
        for name in ("highlights", "sports", "trailer", "events"):
            edit = plan(name, lively(seed))
            for one in lively(seed).transitions or ():
                mixed = range(one.last_before + 1, one.first_after)
                for piece in edit.pieces:
                    assert piece.start not in mixed
                    assert piece.stop - 1 not in mixed


@pytest.mark.parametrize("target", ["20s", "45s"])
def test_highlights_fill_the_target_to_the_frame(target: str) -> None:
    edit = plan("highlights", lively(1, seconds=300), target=target)
    asked = int(target[:-1]) * 25
    assert asked - 1 <= length(edit) <= asked
    assert len(edit.alternates) == 10


def test_highlights_are_better_than_what_was_left_out() -> None:
    analysis = lively(2, seconds=300)
    edit = plan("highlights", analysis, variety=0)
    score = analysis.curves["score"]
    at = lambda n: score.values[min(int(n / 25 * score.rate), len(score.values) - 1)]  # noqa: E731
    inside = {n for _, start, stop in frames(edit) for n in range(start, stop)}
    mean_in = np.mean([at(n) for n in inside])
    mean_out = np.mean([at(n) for n in range(7500) if n not in inside])
    assert mean_in > mean_out + 0.2


def _talk(silent: list[tuple[float, float]]) -> Analysis:
    """Twelve seconds of speech with silences."""
    times = np.arange(600) / 50
    quiet = np.zeros(len(times), bool)
    for start, stop in silent:
        quiet |= (start <= times) & (times < stop)
    curves = {
        "level": Curve("dBFS", 50, 0, np.where(quiet, -70, -20).astype(np.float32)),
        "speech": Curve("probability", 50, 0, np.where(quiet, 0, 1).astype(np.float32)),
    }
    return replace(film(frames=300), curves=MappingProxyType(curves))


def test_talk_cuts_silences_padded_and_marks_its_jump_cuts() -> None:
    edit = plan("talk", _talk([(0, 1), (4, 7), (9, 9.4)]))
    pad = 8  # 300 ms at 25 fps, to the nearest
    ((_, first, stop), (_, start, last)) = frames(edit)
    assert (first, last) == (25 - pad, 300)
    assert abs(stop - (100 + pad)) <= 1
    assert abs(start - (175 - pad)) <= 1
    (mark,) = edit.marks
    assert (mark.kind, mark.start) == ("jump_cut", edit.pieces[1].start)
    assert "of this shot left out" in mark.comment
    assert "not silence" in edit.pieces[0].reason


def test_talk_leaves_out_fillers_where_a_transcript_says_when(tmp_path: Path) -> None:
    words = [("So", 1, 1.5), ("uh", 5, 5.6), ("yes.", 6, 6.5)]
    path = tmp_path / "talk.json"
    path.write_text(json.dumps([{"word": w, "start": a, "end": b} for w, a, b in words]))
    edit = plan("talk", _talk([]), transcript=str(path))
    ((_, _, stop), (_, start, _)) = frames(edit)
    assert (stop, start) == (125, 140)


def test_events_have_pre_and_post_roll_and_marks() -> None:
    empty = replace(lively(5, transitions=()), tracks=())
    quiet = {
        name: replace(curve, values=np.zeros_like(curve.values))
        for name, curve in empty.curves.items()
    }
    empty = replace(empty, curves=MappingProxyType(quiet))
    assert plan("events", empty).pieces == ()
    track = lively(5).tracks[0]  # type: ignore[index]
    edit = plan("events", replace(empty, tracks=(track,)))
    assert frames(edit) == [(0, max(track.start - 50, 0), track.stop + 75)]
    (mark,) = edit.marks
    assert (mark.name, mark.start, mark.stop) == ("person", track.start, track.stop)
    assert "count(person)" in mark.comment
    bare = plan("events", replace(empty, tracks=(track,)), pre_roll=0, post_roll=0)
    assert frames(bare) == [(0, track.start, track.stop)]


def test_the_crowd_says_what_matters_in_a_match() -> None:
    calm = {
        name: replace(curve, values=np.full_like(curve.values, 0.01))
        for name, curve in lively(7, seconds=300).curves.items()
    }
    cheer = calm["cheer"].values.copy()
    cheer[25 * 100 : 25 * 106] = 0.9
    bright = replace(calm["brightness"], values=calm["brightness"].values + 0.5)
    calm |= {"cheer": replace(calm["cheer"], values=cheer), "brightness": bright}
    match = replace(
        lively(7, seconds=300, transitions=()), curves=MappingProxyType(calm), tracks=()
    )
    edit = plan("sports", match)
    ((_, start, stop),) = frames(edit)
    assert stop - start <= recipe("sports").read({})["max_clip"].frames(edit.rate)  # type: ignore[attr-defined]
    assert start < 25 * 99
    assert stop >= 25 * 106
    assert "cheer 0.9 at" in edit.pieces[0].reason


def test_shorts_are_upright_with_a_path_inside_the_picture() -> None:
    edit = plan("shorts", lively(4))
    assert edit.size == (360, 640)
    assert len(edit.framing) == len(edit.pieces)
    for framing in edit.framing:
        for key in framing.keys:
            assert key.width / 2 - 1e-6 <= key.x <= 1 - key.width / 2 + 1e-6


def test_stringout_has_everything_best_first() -> None:
    edit = plan(
        "stringout", lively(6, transitions=[change(999, 1000), change(1999, 2000)]), keep="true"
    )
    assert sorted(frames(edit)) == [(0, 0, 1000), (0, 1000, 2000), (0, 2000, 3000)]
    worths = [piece.score or 0 for piece in edit.pieces]
    assert worths == sorted(worths, reverse=True)


def test_a_target_of_none_and_other_ways_to_ask() -> None:
    whole = plan("highlights", lively(1), target="none", max_clip="none")
    assert length(whole) > 25 * 80
    asked = plan("shots", lively(1), target="20s", keep="brightness > 0.5", margin=(1, 0))
    assert length(asked) <= 500
    with pytest.raises(OptionError, match=r"keep=loudnes > 3: column 1: .*'loudness'"):
        plan("shots", film(), keep="loudnes > 3")
    with pytest.raises(OptionError, match="transcript"):
        plan("talk", film(), snap="sentences")
    with pytest.raises(OptionError, match="min_clip=9s is longer than max_clip=6s"):
        plan("highlights", film(), min_clip="9s")
    with pytest.raises(OptionError, match="a folder"):
        plan("talk", film(), film(path="/b/c.mp4"), transcript="/a.srt")


def test_stills_and_sounds_may_stand_among_films() -> None:
    edit = plan("talk", _talk([(4, 7)]), still(), sound_file())
    assert [one.source for one in edit.pieces] == [0, 0, 1, 2]  # of that sound nothing is known
    assert plan("highlights", still()).pieces


def test_an_hour_is_cut_anew_in_no_time() -> None:
    analysis = lively(9, seconds=3600)
    began = time.process_time()
    for name, target in (("highlights", "60s"), ("highlights", "3m"), ("sports", "60s")):
        build_timeline(plan(name, analysis, target=target))
    assert (time.process_time() - began) / 3 < 2


def test_mixed_rates_conform_to_the_first_or_to_the_rate_asked_for() -> None:
    both = [lively(1, seconds=60), lively(2, seconds=60, rate=Fraction(30), path="/b/two.mp4")]
    assert plan("highlights", *both, target="20s").rate == 25
    edit = plan("highlights", *both, target="20s", rate=24)
    assert edit.rate == 24
    assert {one.source for one in edit.pieces} == {0, 1}
    assert 479 <= length(edit) <= 480


MORNING, NOON = "2026-07-01T07:00:00.000Z", "2026-07-01T12:00:00.000Z"


def _recorded(*times: str) -> list[Analysis]:
    """Films of one shot each, recorded then, at 24, 25, 26 ... frames a second."""
    films = [
        film(path=f"/rushes/{number}.mp4", rate=Fraction(24 + number))
        for number in range(len(times))
    ]
    return [
        replace(one, media=replace(one.media, recorded=when))
        for one, when in zip(films, times, strict=True)
    ]


@pytest.mark.parametrize(
    ("times", "order", "plays"),
    [
        ([NOON, MORNING], "time", [1, 0]),
        ([NOON, MORNING, NOON, MORNING], "time", [1, 3, 0, 2]),
        ([MORNING, NOON], "time", [0, 1]),
        ([NOON, NOON], "time", [0, 1]),
        ([NOON, MORNING, ""], "time", [0, 1, 2]),  # where would the third go?
        ([NOON, MORNING], "given", [0, 1]),
        ([NOON, MORNING], "score", [0, 1]),
    ],
)
def test_several_files_play_in_order_of_recording(
    times: list[str], order: str, plays: list[int]
) -> None:
    edit = plan("highlights", *_recorded(*times), target="none", weight="1", order=order)
    sources = [source for source, _, _ in frames(edit)]
    assert list(dict.fromkeys(sources)) == plays
    assert ("ordered by time of recording" in edit.notes) == (plays != sorted(plays))
    assert frames(edit) == sorted(frames(edit), key=lambda one: (plays.index(one[0]), one[1]))
    assert edit.rate == 24  # of the file given first, whichever plays first
    assert edit.name == f"0 and {len(times) - 1} more"
    assert [one.media.recorded for one in edit.sources] == times
    (*_, last) = [one.name for one in edit.pieces]
    assert last.startswith(f"{plays[-1]} ")


def test_shots_of_several_files_follow_each_other_as_given() -> None:
    edit = plan("shots", *_recorded(NOON, MORNING))
    assert [one.source for one in edit.pieces] == [0, 1]
    assert edit.notes == ()
    assert [one.source for one in plan("shots", *_recorded(NOON, MORNING), order="time").pieces] \
        == [1, 0]  # fmt: skip


def test_the_timeline_plays_them_so_and_says_when_each_was_recorded() -> None:
    timeline = build_timeline(plan("highlights", *_recorded(NOON, MORNING), target="8s"))
    facts = timeline.metadata["autoedit"]
    assert [one["recorded"] for one in facts["sources"]] == [NOON, MORNING]
    assert "ordered by time of recording" in facts["notes"]
    clips = list(timeline.video_tracks()[0].find_clips())
    assert [clip.name[0] for clip in clips] == sorted(
        (clip.name[0] for clip in clips), reverse=True
    )
    assert {clip.name[0] for clip in clips} == {"0", "1"}
