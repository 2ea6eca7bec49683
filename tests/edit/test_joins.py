"""How pieces join: where transitions lie, what they are made of, and what is said of the rest."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.analysis.record import Analysis, Transition
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.plan import EditPlan, Join
from otio_autoedit.edit.shots import believe
from tests.support.analyses import change, film, sound, sound_file, still
from tests.support.plans import plan_of

OTHER = "/rushes/other.mp4"


def joined(*spans: tuple[int, int, int], on: Analysis | None = None, **style: object) -> EditPlan:
    return plan_of([on or film(), film(path=OTHER)], spans, **style)


def test_a_dissolve_lies_evenly_over_its_cut_and_the_sound_goes_with_it() -> None:
    plan = joined((0, 20, 80), (0, 150, 200), dissolve=12)
    assert plan.joins == (Join(0, "dissolve", 6, 6, 6, 6),)
    assert plan.notes == ()


@pytest.mark.parametrize(
    ("first", "second", "head", "tail"),
    [
        ((0, 20, 246), (1, 100, 200), 8, 4),  # four frames are left of the first file
        ((0, 20, 100), (1, 3, 200), 3, 9),  # three lie before the second piece
        ((0, 20, 246), (1, 3, 200), 3, 4),  # both: shorter
        ((0, 20, 250), (1, 100, 200), 12, 0),
        ((0, 20, 100), (1, 100, 109), 2, 2),  # no longer than half of a piece
    ],
)
def test_where_a_clip_lacks_frames_the_dissolve_moves_then_shrinks(
    first: tuple[int, int, int], second: tuple[int, int, int], head: int, tail: int
) -> None:
    plan = joined(first, second, dissolve=12, crossfade=0)
    (join,) = plan.joins
    assert (join.head, join.tail) == (head, tail)
    total = head + tail
    shorter = f"dissolve shorter than 12 frames: after a ({total})"
    assert plan.notes == ((shorter,) if total < 12 else ())


def test_without_any_frames_it_is_a_cut_and_is_said_to_be() -> None:
    plan = joined((0, 20, 250), (1, 0, 200), dissolve=12)
    assert plan.joins == ()
    assert plan.notes == (
        "no frames for a dissolve, cut instead: after a",
        "no sound beyond the cut for a whole crossfade: after a",
    )


def test_handles_end_at_a_neighbouring_shot_and_at_a_baked_dissolve() -> None:
    footage = film([change(101, 102), change(146, 160)])
    # Two frames of the first shot are left; before 160 lies a dissolve.
    (join,) = joined((0, 20, 100), (0, 160, 240), on=footage, dissolve=12).joins
    assert (join.head, join.tail) == (0, 2)
    (join,) = joined((0, 20, 100), (0, 166, 240), on=footage, dissolve=12).joins
    assert (join.head, join.tail) == (6, 2)


def test_a_dissolve_does_not_show_a_frame_twice_unless_it_may() -> None:
    spans = (0, 20, 100), (0, 108, 240)
    plan = joined(*spans, dissolve=12)
    assert (plan.joins[0].head, plan.joins[0].tail) == (4, 4)
    (join,) = joined(*spans, dissolve=12, repeat=True).joins
    assert (join.head, join.tail) == (6, 6)


def test_what_plays_on_is_left_alone() -> None:
    plan = joined((0, 20, 100), (0, 100, 240), dissolve=12, j_cut=10, l_cut=10)
    assert plan.joins == plan.notes == ()


def test_sound_is_crossfaded_at_every_other_cut() -> None:
    plan = joined((0, 20, 100), (0, 120, 200), (1, 50, 100))
    assert plan.joins == (Join(0, sound_head=1, sound_tail=1), Join(1, sound_head=1, sound_tail=1))
    assert joined((0, 20, 100), (0, 120, 200), sound=False).joins == ()


def test_no_crossfade_where_one_side_is_silent() -> None:
    silent = plan_of([film(), film(audio=(), path=OTHER)], [(0, 20, 100), (1, 20, 100)])
    assert silent.joins == ()
    late = film(audio=[sound(start=2, duration=8)], path=OTHER)
    assert plan_of([film(), late], [(0, 20, 100), (1, 20, 100)]).joins == ()
    # Sound begins on the very frame of the cut: nothing lies before it.
    (join,) = plan_of([film(), late], [(0, 20, 100), (1, 50, 100)]).joins
    assert (join.sound_head, join.sound_tail) == (0, 1 + 1)


def test_j_and_l_cuts() -> None:
    spans = (0, 20, 100), (0, 150, 240)
    (j,) = joined(*spans, j_cut=10).joins
    assert (j.sound_offset, j.sound_head, j.sound_tail) == (-10, 1, 1)
    (over,) = joined(*spans, l_cut=10).joins
    assert (over.sound_offset, over.sound_head, over.sound_tail) == (10, 1, 1)
    # Both at once: the sounds overlap from ten frames before the cut to five behind it.
    (both,) = joined(*spans, j_cut=10, l_cut=5).joins
    assert (both.sound_offset, both.sound_head, both.sound_tail) == (0, 10, 5)


def test_a_j_cut_takes_no_sound_that_is_not_there_nor_of_another_shot() -> None:
    plan = joined((0, 20, 100), (1, 4, 240), j_cut=10)
    assert plan.joins[0].sound_offset == -4
    assert plan.joins[0].sound_head == 0
    assert plan.notes == ("J cut shorter than 10 frames: after a (4)",)
    footage = film([change(146, 147)])
    (join,) = joined((0, 20, 100), (0, 150, 240), on=footage, j_cut=10).joins
    assert join.sound_offset == -3
    voices = plan_of([sound_file()], [(0, 20, 100), (0, 150, 240)], l_cut=10)
    assert voices.joins == (Join(0, "cut", 0, 0, 1, 1, 10),)


def test_fades_at_the_ends() -> None:
    plan = joined((0, 0, 100), (0, 120, 250), fade=10, crossfade=0)
    assert plan.joins == (Join(-1, "dissolve", 0, 10, 0, 10), Join(1, "dissolve", 10, 0, 10, 0))
    (head, tail) = joined((0, 0, 9), fade=10).joins
    assert (head.tail, tail.head) == (4, 4)  # a frame stands between them
    sounds = plan_of([sound_file()], [(0, 0, 100)], fade=10).joins
    assert sounds == (Join(-1, "cut", sound_tail=10), Join(0, "cut", sound_head=10))


def test_pictures_dissolve_with_pictures_alone() -> None:
    plan = plan_of([film(), sound_file(), still()], [(0, 0, 50), (1, 20, 60), (2, 0, 1)],
                   dissolve=8)  # fmt: skip
    assert all(join.kind == "cut" for join in plan.joins)


def test_many_notes_are_one() -> None:
    spans = [(n % 2, 0, 250) for n in range(20)]
    notes = joined(*spans, dissolve=12).notes
    assert notes[0].endswith("after a, after b, after c, after d and 15 more")


rates = st.sampled_from([Fraction(25), Fraction(24000, 1001), Fraction(50), Fraction(10)])
transitions = st.lists(
    st.builds(
        Transition, st.integers(-1, 60), st.integers(0, 64),
        st.sampled_from(["cut", "dissolve", "fade"]), st.just(0.9),
    ),
    max_size=4,
)  # fmt: skip
pieces = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 59), st.integers(1, 60)), min_size=1, max_size=8
).map(lambda spans: [(s, a, min(a + n, 60)) for s, a, n in spans])
few = st.integers(0, 30)


@settings(max_examples=300, deadline=None)
@given(transitions, rates, rates, pieces, few, few, few, few, few, st.booleans())
def test_every_handle_is_there(
    found: list[Transition], one: Fraction, two: Fraction, spans: list[tuple[int, int, int]],
    dissolve: int, fade: int, crossfade: int, j_cut: int, l_cut: int, repeat: bool,
) -> None:  # fmt: skip
    footage = [film(found, frames=60, rate=one), film(frames=60, rate=two, path=OTHER)]
    plan = plan_of(footage, spans, dissolve=dissolve, fade=fade, crossfade=crossfade, j_cut=j_cut,
                   l_cut=l_cut, repeat=repeat)  # fmt: skip
    clocks = [Clock(source, plan.rate) for source in plan.sources]
    lengths = [clocks[p.source].frame(p.stop) - clocks[p.source].frame(p.start)
               for p in plan.pieces]  # fmt: skip
    for join in plan.joins:
        for at in (join.before, join.before + 1):
            if 0 <= at < len(lengths):
                assert join.head + join.tail <= lengths[at] / 2
    for join in plan.joins:
        if not 0 <= join.before < len(plan.pieces) - 1:
            continue
        before, after = plan.pieces[join.before], plan.pieces[join.before + 1]
        last = clocks[before.source].frame(before.stop)
        first = clocks[after.source].frame(after.start)
        assert first - join.head >= 0
        assert last + join.tail <= clocks[before.source].length
        assert first + join.sound_offset - join.sound_head >= 0
        assert last + join.sound_offset + join.sound_tail <= clocks[before.source].length
        shown = [clocks[before.source].source_frame(n) for n in range(last, last + join.tail)]
        shown += [clocks[after.source].source_frame(n) for n in range(first - join.head, first)]
        if before.source == after.source and not repeat and before.stop < after.start:
            assert len({*range(last, last + join.tail), *range(first - join.head, first)}) == (
                join.head + join.tail
            )
        for change_ in believe(found, 60, clocks[0], 0.5):
            mixed = range(*change_.mixed)
            for source, frames in ((before.source, shown[: join.tail]),
                                   (after.source, shown[join.tail :])):  # fmt: skip
                assert source == 1 or not set(frames) & set(mixed)
