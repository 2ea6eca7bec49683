"""Where cuts go, which of them stand, and what of a shot is clean."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.analysis.record import Analysis, JumpCut, Transition
from otio_autoedit.edit.decide import make_plan
from otio_autoedit.edit.plan import EditPlan
from otio_autoedit.edit.recipes import recipe
from otio_autoedit.errors import OptionError
from tests.support.analyses import change, film, sound, sound_file, still


def shots(analysis: Analysis, **options: object) -> EditPlan:
    return make_plan([analysis], recipe("shots"), options)


def spans(plan: EditPlan) -> list[tuple[int, int]]:
    return [(piece.start, piece.stop) for piece in plan.pieces]


def test_a_cut_is_where_the_new_shot_begins() -> None:
    plan = shots(film([change(99, 100), change(149, 150)]))
    assert spans(plan) == [(0, 100), (100, 150), (150, 250)]
    assert [piece.clean for piece in plan.pieces] == spans(plan)
    assert [piece.name for piece in plan.pieces] == ["match 001", "match 002", "match 003"]
    assert not plan.marks


@pytest.mark.parametrize("kind", ["dissolve", "fade", "wipe"])
def test_a_gradual_transition_is_cut_in_its_middle_and_marked_whole(kind: str) -> None:
    plan = shots(film([change(99, 124, kind, 0.75)]))  # 24 mixed frames: 100..123
    assert spans(plan) == [(0, 112), (112, 250)]
    assert [piece.clean for piece in plan.pieces] == [(0, 100), (124, 250)]
    (mark,) = plan.marks
    assert (mark.start, mark.stop, mark.kind, mark.confidence) == (100, 124, kind, 0.75)
    assert mark.name == f"{kind}, 24 frames"
    assert "00:00:04:00 to 00:00:04:23, 75% sure" in mark.comment
    assert plan.pieces[1].reason == f"{kind} (75% sure) to the file's end"


def test_fades_at_head_and_tail_cut_nothing_and_are_marked() -> None:
    plan = shots(film([change(-1, 20, "fade"), change(229, 250, "fade")]))
    assert spans(plan) == [(0, 250)]
    assert plan.pieces[0].clean == (20, 230)
    assert [(mark.start, mark.stop) for mark in plan.marks] == [(0, 20), (230, 250)]
    assert [mark.name for mark in plan.marks] == ["fade in, 20 frames", "fade out, 20 frames"]


def test_a_jump_cut_is_marked_where_the_edit_has_no_cut_and_cuts_nothing() -> None:
    jumps = [JumpCut(99, 0.9), JumpCut(199, 0.8127)]
    analysis = film([change(99, 100, confidence=0.7)], jump_cuts=jumps)
    plan = shots(analysis)
    assert spans(plan) == [(0, 100), (100, 250)]
    (mark,) = plan.marks
    assert (mark.start, mark.stop, mark.kind, mark.name) == (200, 201, "jump_cut", "jump cut")
    assert mark.confidence == 0.8127
    assert "before 00:00:08:00, 81% sure" in mark.comment
    assert shots(analysis, markers="no").marks == ()
    # The cut that is not made is to be seen again; what does not play is not.
    assert [one.start for one in shots(analysis, threshold=0.8).marks] == [100, 200]
    assert [one.start for one in shots(analysis, start=8).marks] == []
    assert [one.start for one in shots(analysis, start="7s24f").marks] == [200]


def test_marks_can_be_left_out() -> None:
    assert not shots(film([change(99, 124)]), markers="no").marks


def test_marks_speak_the_files_own_timecode() -> None:
    analysis = film(
        [change(99, 124)], rate=Fraction(30000, 1001), start_timecode="01:00:00;00",
    )  # fmt: skip
    assert "01:00:03;10 to 01:00:04;03" in shots(analysis).marks[0].comment


def test_what_is_not_sure_enough_is_not_cut() -> None:
    analysis = film([change(49, 50, confidence=0.4), change(99, 120, confidence=0.6)])
    assert spans(shots(analysis)) == [(0, 50), (50, 110), (110, 250)]
    assert spans(shots(analysis, threshold="50%")) == [(0, 110), (110, 250)]
    strict = shots(analysis, threshold=0.7)
    assert spans(strict) == [(0, 250)]
    assert (strict.marks, strict.pieces[0].clean) == ((), (0, 250))


def test_a_short_shot_joins_across_the_less_sure_cut() -> None:
    left = film([change(99, 100, confidence=0.6), change(109, 110, confidence=0.9)])
    right = film([change(99, 100, confidence=0.9), change(109, 110, confidence=0.6)])
    assert spans(shots(left, min_clip="1s")) == [(0, 110), (110, 250)]
    assert spans(shots(right, min_clip="1s")) == [(0, 100), (100, 250)]
    # The joined part is the longest that shows one shot.
    assert shots(left, min_clip="1s").pieces[0].clean == (0, 100)


def test_short_shots_join_until_none_is_short() -> None:
    analysis = film([change(n - 1, n) for n in range(5, 250, 5)])
    plan = shots(analysis, min_clip="1s")
    assert all(stop - start >= 25 for start, stop in spans(plan))
    assert len(plan.pieces) > 1
    assert spans(shots(film([change(9, 10)], frames=20), min_clip="10s")) == [(0, 20)]


def test_only_a_part_of_the_file() -> None:
    analysis = film([change(99, 100), change(149, 150)], start_timecode="01:00:00:00")  # fmt: skip
    assert spans(shots(analysis, start="5s")) == [(125, 150), (150, 250)]
    assert spans(shots(analysis, end=5)) == [(0, 100), (100, 125)]
    assert spans(shots(analysis, start="01:00:05:00", end="-1s")) == [(125, 150), (150, 225)]
    assert spans(shots(analysis, start=2, end=3)) == [(50, 75)]
    assert spans(shots(analysis, end="1h")) == spans(shots(analysis))
    assert shots(analysis, start=2, end=3).pieces[0].reason == (
        "the place asked for to the place asked for"
    )


def test_a_part_of_a_varying_film_holds_all_that_is_on_screen_in_it() -> None:
    analysis = film(pts=[0, 1000, 5000, 5500, 9000], time_base=Fraction(1, 1000))
    assert spans(shots(analysis, start=2, end=3)) == [(1, 2)]
    assert spans(shots(analysis, start=1, end=5)) == [(1, 2)]
    assert spans(shots(analysis, start=5.4, end=6)) == [(2, 4)]


def test_sound_that_outlasts_the_picture_is_noted() -> None:
    (source,) = shots(film(audio=[sound(duration=10.5), sound(1, start=3, duration=9)])).sources
    assert source.media.notes == ("sound 2 goes on 2.0 s after the last picture: left out",)


def test_a_mark_of_which_nothing_plays_is_left_out() -> None:
    assert not shots(film([change(99, 124)]), start="6s").marks
    assert len(shots(film([change(99, 124)]), start=4.5).marks) == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"start": "10s"}, "beyond the end of /rushes/match.mp4"),
        ({"start": "5s", "end": "5s"}, "nothing of /rushes/match.mp4"),
        ({"end": 0}, "nothing of /rushes/match.mp4"),
        ({"min_clipt": 3}, "did you mean 'min_clip'"),
    ],
)
def test_a_part_that_is_not_there_is_refused(options: dict[str, object], words: str) -> None:
    with pytest.raises(OptionError, match=words):
        shots(film(), **options)


def test_the_middle_of_a_transition_is_its_middle_in_time() -> None:
    # 100 ms a frame until 5 s, then 20 ms: frames 40 to 89 are mixed, from 4.0 s to 5.8 s.
    pts = [*range(0, 5000, 100), *range(5000, 7000, 20)]
    analysis = film([change(39, 90)], rate=Fraction(50), pts=pts, time_base=Fraction(1, 1000))
    assert spans(shots(analysis))[0] == (0, 49)  # on screen from 4.9 s


def test_shots_that_the_rate_cannot_show_join_a_neighbour() -> None:
    analysis = film([change(n, n + 1) for n in range(9)], frames=10, rate=Fraction(50))
    assert len(shots(analysis).pieces) == 10
    assert len(shots(analysis, rate=25).pieces) == 5


def test_sound_and_stills_are_one_piece() -> None:
    assert spans(shots(sound_file())) == [(0, 250)]
    assert spans(shots(sound_file(), start=2, end=4)) == [(50, 100)]
    for options, frames in (
        ({}, 125),
        ({"still": "2s"}, 50),
        ({"still": 0}, 1),
        ({"start": 9}, 125),
    ):
        plan = shots(still(), **options)
        assert spans(plan) == [(0, frames)]
        assert [piece.name for piece in plan.pieces] == ["title"]


def test_files_follow_one_another_at_the_first_films_rate() -> None:
    plan = make_plan(
        [sound_file(), film([change(99, 100)], rate=Fraction(24)), film(path="/b/match.mov")],
        recipe("shots"), {},
    )  # fmt: skip
    assert plan.rate == 24
    assert [piece.source for piece in plan.pieces] == [0, 1, 1, 2]
    assert [piece.name for piece in plan.pieces] == [
        "talk", "match 001", "match 002", "match (2) 001",
    ]  # fmt: skip
    assert plan.sources[2].media.notes == ("conformed by time from 25 to 24 fps",)
    assert plan.sources[1].media.notes == ()
    assert plan.name == "talk and 2 more"


def test_nothing_to_cut_is_said() -> None:
    with pytest.raises(OptionError, match="nothing to cut"):
        make_plan([], recipe("shots"), {})


def test_names_are_safe_for_every_format() -> None:
    plan = shots(film(path="/rushes/a\nb\t\x07  c\x1b[31m.v2.mp4"))
    assert plan.pieces[0].name == "a b c [31m.v2 001"
    assert plan.name == "a b c [31m.v2"


transitions = st.builds(
    Transition,
    st.integers(-5, 60),
    st.integers(-5, 60),
    st.sampled_from(["cut", "dissolve", "fade", "wipe"]),
    st.floats(0, 1),
)


@settings(deadline=None)
@given(
    st.lists(transitions, max_size=12),
    st.integers(1, 50),
    st.sampled_from([0, "3f", "10f"]),
    st.sampled_from([None, 0.5]),
    st.sampled_from([None, 24, "23.976", 50]),
)
def test_any_transitions_give_pieces_that_tile_the_film(
    found: list[Transition], frames: int, min_clip: object, threshold: object, rate: object
) -> None:
    plan = shots(film(found, frames=frames), min_clip=min_clip, threshold=threshold, rate=rate)
    ends = [0, *(piece.stop for piece in plan.pieces)]
    assert [piece.start for piece in plan.pieces] == ends[:-1]
    assert ends[-1] == frames
    sure = [one for one in found if one.confidence >= (threshold or 0)]
    for piece in plan.pieces:
        if piece.clean is None:
            continue
        start, stop = piece.clean
        assert piece.start <= start < stop <= piece.stop
        for one in sure:
            if one.first_after > one.last_before + 1 and _stands(one, plan):
                assert stop <= one.last_before + 1 or one.first_after <= start
    for mark in plan.marks:
        assert 0 <= mark.start < mark.stop <= frames


def _stands(one: Transition, plan: EditPlan) -> bool:
    """Whether the plan took this very transition (of two cut at one place, the surer stands)."""
    span = (max(one.last_before + 1, 0), one.first_after)
    return span in [(mark.start, mark.stop) for mark in plan.marks]
