"""Which shot changes a clip shows, and which of its ends miss one."""

from __future__ import annotations

import pytest

from otio_autoedit.adapters.link.marks import Change, inside, misses

CUT = Change(100, 100, "cut", 0.9)
DISSOLVE = Change(100, 112, "dissolve", 0.8)
FADE_IN = Change(0, 10, "fade", 0.7, head=True)


@pytest.mark.parametrize(
    ("change", "span", "seen"),
    [
        (CUT, (50, 150), (100, 100)),
        (CUT, (100, 150), None),  # the clip begins with the new shot
        (CUT, (50, 100), None),  # and ends with the old
        (CUT, (99, 101), (100, 100)),
        (DISSOLVE, (50, 150), (100, 112)),
        (DISSOLVE, (105, 150), (105, 112)),  # only what is seen of it
        (DISSOLVE, (50, 105), (100, 105)),
        (DISSOLVE, (112, 150), None),
        (DISSOLVE, (50, 100), None),
    ],
)
def test_a_clip_shows_the_changes_between_its_first_and_last_frame(
    change: Change, span: tuple[int, int], seen: tuple[int, int] | None
) -> None:
    found = [(one.start, one.stop) for one in inside([change], *span)]
    assert found == ([seen] if seen else [])


@pytest.mark.parametrize(
    ("change", "span", "expected"),
    [
        (CUT, (102, 150), [("in", 2, 0, "cut 2 frames late")]),
        (CUT, (99, 150), [("in", -1, 1, "cut 1 frame early")]),
        (CUT, (50, 103), [("out", 3, 3, "cut 3 frames late")]),
        (CUT, (50, 98), [("out", -2, 0, "cut 2 frames early")]),
        (CUT, (100, 150), []),  # hits
        (CUT, (50, 100), []),
        (CUT, (104, 150), []),  # four frames are a choice
        (CUT, (96, 150), []),
        (
            DISSOLVE,
            (110, 150),
            [("in", -2, 2, "cut 2 frames early")],
        ),  # the dissolve's tail is seen
        (DISSOLVE, (113, 150), []),  # keeps off it
        (DISSOLVE, (50, 101), [("out", 1, 1, "cut 1 frame late")]),
        (DISSOLVE, (50, 99), []),
        (DISSOLVE, (106, 150), []),  # cut in its middle
        (FADE_IN, (8, 150), []),  # before a fade in lies nothing that it could show
    ],
)
def test_an_end_that_misses_a_boundary_by_one_to_three_frames(
    change: Change, span: tuple[int, int], expected: list[tuple[str, int, int, str]]
) -> None:
    found = [(miss.edge, miss.frames, miss.shows, miss.name) for miss in misses([change], *span)]
    assert found == expected


def test_a_short_dissolve_cut_in_its_middle_is_no_miss() -> None:
    assert misses([Change(100, 104, "dissolve", 0.8)], 102, 150) == []


def test_both_ends_of_a_clip_may_miss() -> None:
    later = Change(200, 200, "cut", 0.9)
    assert [m.name for m in misses([CUT, later], 102, 202)] == ["cut 2 frames late"] * 2


def test_an_end_that_hits_one_boundary_does_not_miss_the_next() -> None:
    flash = Change(102, 102, "cut", 0.6)
    assert misses([CUT, flash], 100, 150) == []
    assert misses([CUT, flash], 103, 150)[0].change == flash  # the nearer


def test_only_the_ends_that_are_cuts_count() -> None:
    assert misses([CUT], 102, 150, edges=["out"]) == []


def test_a_missed_boundary_is_not_marked_a_second_time() -> None:
    missed = misses([CUT], 98, 150)
    assert inside([CUT], 98, 150) == [CUT]
    assert inside([CUT], 98, 150, missed) == []


def test_a_clip_shorter_than_the_distance_misses_nothing() -> None:
    assert misses([CUT], 98, 100) == []
