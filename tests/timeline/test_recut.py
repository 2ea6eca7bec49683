"""An editor's timeline, as rules look at it and as a recipe shortens it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import opentimelineio as otio
import pytest

from otio_autoedit.analysis.record import Analysis, Curve
from otio_autoedit.edit.recipes import recipe
from otio_autoedit.edit.signal import Call
from otio_autoedit.errors import AutoEditError, OptionError
from otio_autoedit.timeline.flat import flatten, playing
from otio_autoedit.timeline.recut import recut
from otio_autoedit.timeline.timeline_scope import TimelineScope, media_of
from tests.support.analyses import change, film

R = 25.0
SPEED = otio.schema.LinearTimeWarp(time_scalar=2.0)
BACK = otio.schema.LinearTimeWarp(time_scalar=-1.0)


def time(frames: float) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, R)


def span(start: float, frames: float) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(time(start), time(frames))


def clip(name: str, start: float, frames: float, *effects: object) -> otio.schema.Clip:
    reference = otio.schema.ExternalReference(f"{name}.mov", span(0, 500))
    return otio.schema.Clip(name, reference, span(start, frames), effects=list(effects))


def gap(frames: float) -> object:
    return otio.schema.Gap(source_range=span(0, frames))


def dissolve(before: float, after: float) -> object:
    return otio.schema.Transition("", "SMPTE_Dissolve", time(before), time(after))


def timeline(*rows: tuple[str, list[object]]) -> otio.schema.Timeline:
    result = otio.schema.Timeline("cut 3", global_start_time=time(90000))
    result.tracks.extend(otio.schema.Track(kind[0], row, kind=kind) for kind, row in rows)
    return result


def counted(offset: float, *cuts: int) -> Analysis:
    """A film of 500 frames whose motion and loudness are the frame's number, and ``offset``."""
    values = np.arange(500, dtype=np.float32) + np.float32(offset)
    curves = {
        "motion": Curve("", R, 0.02, values),  # sampled in the middle of each frame
        "loudness": Curve("LUFS", R, 0.02, values),
    }
    shots = [change(cut - 1, cut) for cut in cuts]
    return replace(film(shots, frames=500), curves=curves)


FILMS = {"a.mov": counted(0), "b.mov": counted(1000, 100, 200)}


def test_signals_are_those_of_the_media_that_plays() -> None:
    whole = timeline(
        ("Video", [clip("a", 10, 5), gap(2), clip("b", 20, 3, SPEED), clip("a", 50, 3, BACK)]),
        ("Video", [gap(1), clip("b", 0, 2)]),
    )
    found = TimelineScope(whole, FILMS).values(Call("motion"))
    nan = np.nan
    expected = [10, 1000, 1001, 13, 14, nan, nan, 1020, 1022, 1024, 52, 51, 50]
    np.testing.assert_allclose(found, expected, atol=0.51)


def test_of_sound_all_is_heard() -> None:
    whole = timeline(
        ("Video", [clip("a", 100, 4)]),
        ("Audio", [clip("a", 0, 4)]),
        ("Audio", [gap(2), clip("b", 0, 4)]),
    )
    scope = TimelineScope(whole, FILMS)
    found = scope.values(Call("loudness"))
    np.testing.assert_allclose(found, [0, 1, 1000, 1001, 1002, 1003], atol=0.51)
    assert np.isnan(scope.values(Call("motion"))[4:]).all()
    assert media_of(whole) == ["a.mov", "b.mov"]


def test_nothing_is_known_of_a_file_that_was_not_analysed() -> None:
    scope = TimelineScope(timeline(("Video", [clip("c", 0, 5)])), FILMS)
    assert np.isnan(scope.values(Call("motion"))).all()
    with pytest.raises(OptionError):
        TimelineScope(timeline(("Video", [clip("a", 0, 5)])), FILMS).values(Call("emotion"))


def test_shots_end_at_the_cuts_of_the_edit_and_of_the_footage() -> None:
    whole = timeline(
        ("Video", [
            clip("a", 0, 50), dissolve(5, 5), clip("b", 90, 50), clip("b", 220, 30, SPEED),
            clip("b", 180, 40, BACK),
        ]),
    )  # fmt: skip
    scope = TimelineScope(whole, FILMS)
    assert [(one.first, one.cut, one.stop) for one in scope.changes] == [
        (45, 50, 55), (60, 60, 60), (100, 100, 100), (130, 130, 130), (150, 150, 150),
    ]  # fmt: skip
    lengths = scope.values(Call("shot_length"))
    assert lengths[[0, 55, 70, 129, 169]].tolist() == pytest.approx([2, 0.4, 1.6, 1.2, 0.8])
    assert scope.values(Call("time_in_shot"))[[0, 50, 59]].tolist() == pytest.approx([0, 0, 0.36])


def test_a_recipe_shortens_the_timeline_and_keeps_what_is_on_it() -> None:
    whole = timeline(
        ("Video", [clip("a", 0, 100), clip("b", 0, 100)]),
        ("Audio", [clip("a", 0, 100), clip("b", 0, 100)]),
    )
    whole.metadata["studio"] = {"job": 7}
    options = {"keep": "motion >= 80 and motion < 1010", "split": "none"}
    result = recut(whole, FILMS, recipe("shots"), options)
    kept = list(range(80, 110))
    for kind in ("Video", "Audio"):
        before, after = flatten(whole, kind), flatten(result, kind)  # type: ignore[arg-type]
        assert after[-1].stop == len(kept)
        for frame, source in enumerate(kept):
            one, other = playing(after, frame), playing(before, source)
            assert one is not None
            assert other is not None
            assert one.media_frame(one.layers[0], frame) == other.media_frame(
                other.layers[0], source
            )
    assert result.metadata["studio"]["job"] == 7
    said = result.metadata["autoedit"]["recut"]
    assert said["recipe"] == "shots"
    assert [(one["start"], one["stop"]) for one in said["spans"]] == [(80, 110)]
    assert "schema" not in result.metadata["autoedit"]


def test_a_target_is_met_with_what_is_worth_most() -> None:
    whole = timeline(("Video", [clip("a", 0, 200), clip("b", 0, 150), clip("a", 200, 200)]))
    options = {"target": "4s", "weight": "motion", "split": "shots", "min_clip": "1s"}
    result = recut(whole, FILMS, recipe("shots"), options)
    assert 99 <= result.duration().value <= 100
    assert {one.name for one in result.tracks[0] if isinstance(one, otio.schema.Clip)} == {"b"}
    again = recut(whole, FILMS, recipe("shots"), options)
    assert again.is_equivalent_to(result)


def test_no_piece_is_left_of_a_dissolve_of_the_editors() -> None:
    whole = timeline(("Video", [clip("a", 0, 50), dissolve(5, 5), clip("b", 0, 45)]))
    options = {"keep": "motion < 48 or motion >= 1020", "split": "none"}
    result = recut(whole, FILMS, recipe("shots"), options)
    spans = result.metadata["autoedit"]["recut"]["spans"]
    assert [(one["start"], one["stop"]) for one in spans] == [(0, 45), (70, 95)]


def test_what_shortening_leaves_alone_is_noted() -> None:
    whole = timeline(("Video", [clip("a", 0, 50)]))
    result = recut(whole, FILMS, recipe("shots"), {"transition": "dissolve 12f", "end": "1s"})
    assert result.duration() == time(25)
    (note,) = result.metadata["autoedit"]["recut"]["notes"]
    assert note.startswith("transition=dissolve 12f")
    with pytest.raises(AutoEditError, match="nothing of the timeline is left"):
        recut(whole, FILMS, recipe("shots"), {"keep": "motion > 5000"})


def test_ten_minutes_of_a_timeline_are_mapped_as_its_flat_view_says() -> None:
    rng = np.random.default_rng(3)
    row = [
        clip("ab"[rng.integers(2)], int(rng.integers(0, 300)), int(rng.integers(10, 90)))
        for _ in range(40)
    ]
    whole = timeline(("Video", row))
    found = TimelineScope(whole, FILMS).values(Call("motion"))
    spans = flatten(whole)
    for frame in range(len(found)):
        at = playing(spans, frame)
        assert at is not None
        value = at.media_frame(at.layers[0], frame, Fraction(25))
        expected = value + (1000 if at.layers[0].clip.name == "b" else 0)
        assert found[frame] == pytest.approx(expected, abs=0.51)
