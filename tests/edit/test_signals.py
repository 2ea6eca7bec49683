"""Signals read off curves, shots and tracks, at the frames of any timeline."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.plan import Source
from otio_autoedit.edit.signal import Call
from otio_autoedit.edit.signals import SIGNALS, measure, signals_table
from otio_autoedit.edit.signals.view import View
from otio_autoedit.errors import OptionError
from tests.support.analyses import change, film, sound_file, still
from tests.support.scopes import read, scope, track, with_curve, with_tracks

ARGUMENTS = {"label": "person", "words": "goal", "zone": "door"}


def call_of(name: str) -> Call:
    kinds = SIGNALS[name].arguments
    return Call(name, ("sport",) if name == "scene" else tuple(ARGUMENTS[kind] for kind in kinds))


@pytest.mark.parametrize("name", list(SIGNALS))
@pytest.mark.parametrize("file", [film(None), sound_file(), still()], ids=["film", "wav", "png"])
def test_of_a_file_not_analysed_nothing_is_known(name: str, file: object) -> None:
    values = read_all(file, name)
    always = {"shot_length", "time_in_shot"}
    assert np.isnan(values).all() != (name in always)


def read_all(file: object, name: str) -> np.ndarray:
    of = scope(file, zones="door=0,0,0.5,1")  # type: ignore[arg-type]
    values = of.values(call_of(name))
    assert values.dtype == np.float32
    assert values.shape == (of.length,)
    return values


def test_values_are_worked_out_once_and_nobody_changes_them() -> None:
    of = scope(with_curve(film(), "score", [0.5] * 30, 3))
    first = read(of, "score")
    assert read(of, "score") is first
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 1


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (Call("loudnes"), "no signal 'loudnes' (did you mean 'loudness'?)"),
        (Call("count"), "count is written count(label)"),
        (Call("score", ("person",)), "score is written score"),
        (Call("count", ("persn",)), "nothing is called 'persn' (did you mean 'person'?)"),
        (Call("scene", ("sports",)), "no such kind of place (did you mean 'sport'?)"),
        (Call("inside", ("person", "dor")), "no zone 'dor' (did you mean 'door'?)"),
        (Call("said", ("...",)), "names no word"),
    ],
)
def test_a_wrong_name_gets_the_nearest_right_one(call: Call, says: str) -> None:
    with pytest.raises(OptionError) as error:
        scope(film(), zones="door=0,0,0.5,1").values(call)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_label_that_a_detector_of_others_found_is_a_name() -> None:
    found = with_tracks(film(), track("forklift", 10, [[0, 0, 1, 1]] * 5))
    assert read(scope(found), "count", "forklift").sum() == 5


def test_the_table_has_a_row_a_signal() -> None:
    rows = signals_table().splitlines()[2:]
    assert len(rows) == len(SIGNALS)
    assert all(row.count("|") == 7 for row in rows)


# Curves


def test_a_sample_a_frame_holds_while_its_frame_shows() -> None:
    ramp = with_curve(film(frames=4), "brightness", [0.1, 0.2, 0.3, 0.4])
    assert np.allclose(read(scope(ramp), "brightness"), [0.1, 0.2, 0.3, 0.4])
    twice = read(scope(ramp, Fraction(50)), "brightness")
    assert np.allclose(twice, np.repeat([0.1, 0.2, 0.3, 0.4], 2))
    half = read(scope(ramp, Fraction(25, 2)), "brightness")  # the middle of two is the second
    assert np.allclose(half, [0.2, 0.4])


@given(
    st.integers(1, 60),
    st.sampled_from([Fraction(24), Fraction(30000, 1001), Fraction(25), Fraction(60)]),
    st.floats(0.5, 60).filter(lambda samples: abs(samples - 25) > 0.1),  # of no frames
    st.floats(-2, 2),
)
@settings(max_examples=60, deadline=None)
def test_a_slow_curve_is_read_off_its_line_at_the_middle_of_frames(
    count: int, rate: Fraction, samples: float, start: float
) -> None:
    line = [10 * (start + k / samples) for k in range(count)]  # ten times the time itself
    values = read(
        scope(with_curve(film(frames=50), "loudness", line, samples, start), rate), "loudness"
    )
    for frame, value in enumerate(values):
        at = ((frame + 0.5) / float(rate) - start) * samples
        if -0.99 < at < count - 0.01:
            held = min(max(at, 0), count - 1)
            assert value == pytest.approx(10 * (start + held / samples), abs=2e-3)
        elif at < -1.01 or at > count + 0.01:
            assert math.isnan(value)


def test_a_curve_stands_for_a_sample_more_at_its_ends() -> None:
    values = read(scope(with_curve(film(), "loudness", [-20, -10], 10, 1.0)), "loudness")
    known = np.flatnonzero(~np.isnan(values)) / 25
    assert (known[0], known[-1]) == pytest.approx((0.9, 1.2), abs=0.05)
    assert values[int(0.92 * 25)] == -20


def test_an_onset_between_two_frames_middles_is_not_missed() -> None:
    beats = np.zeros(500, np.float32)
    beats[::50] = 1  # at 50 a second: at every second's beginning, no frame's middle
    onsets = read(scope(with_curve(film(), "onset", beats.tolist(), 50)), "onset")
    assert np.flatnonzero(onsets == 1).tolist() == list(range(0, 250, 25))


def test_the_last_frame_hears_nothing_of_what_comes_after_the_film() -> None:
    sound = [0.0] * 500 + [1.0] * 500
    assert read(scope(with_curve(film(), "onset", sound, 50)), "onset").max() == 0


def test_sound_alone_and_stills_have_their_curves() -> None:
    talk = with_curve(sound_file(), "speech", [1.0] * 500, 50)
    assert read(scope(talk), "speech").tolist() == [1] * 250
    title = with_curve(still(), "score", [0.7], 1)
    media = replace(title.media, duration_frames=125)
    view = View(title, Clock(Source(media, title.index), Fraction(25)))
    assert np.allclose(measure(view, Call("score")), [0.7] * 125)


# Where source frames show


@given(
    st.lists(st.integers(1, 90), min_size=1, max_size=60),
    st.sampled_from([Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(50)]),
    st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_a_frame_shows_what_the_clock_says(steps: list[int], rate: Fraction, varies: bool) -> None:
    pts = np.concatenate(([0], np.cumsum(steps)))
    file = (
        film(frames=len(pts), pts=pts.tolist(), time_base=Fraction(1, 500))
        if varies
        else film(frames=len(pts))
    )
    clock = Clock(Source(file.media, file.index), rate)
    view = View(file, clock)
    assert view.shown.tolist() == [clock.source_frame(frame) for frame in range(view.length)]


# Pictures


def test_black_is_dark_and_flat() -> None:
    def black(brightness: float, contrast: float) -> float:
        dark = with_curve(film(frames=1), "brightness", [brightness])
        return float(read(scope(with_curve(dark, "contrast", [contrast])), "black")[0])

    assert black(0.0, 0.0) == 1
    assert black(0.04, 0.0) == pytest.approx(0.5)
    assert black(0.2, 0.0) == 0
    assert black(0.01, 0.1) == 0  # a lamp at night


@pytest.mark.parametrize(("same", "is_frozen"), [(48, False), (49, True), (60, True)])
def test_a_picture_is_frozen_from_two_seconds_on(same: int, is_frozen: bool) -> None:
    changes = np.full(250, 0.02)
    changes[100 : 100 + same] = 0
    frozen = read(scope(with_curve(film(), "change", changes.tolist())), "frozen")
    assert np.flatnonzero(frozen).tolist() == (list(range(99, 100 + same)) if is_frozen else [])


# Silence


def talk(noise: float, speech: float, told: bool = True) -> object:
    """A second of speech, a second of noise, five times; levels in dBFS."""
    rng = np.random.default_rng(3)
    spoken = (np.arange(500) // 50) % 2 == 0
    levels = np.where(spoken, speech, noise) + rng.normal(0, 0.5, 500)
    file = with_curve(film(), "level", levels.tolist(), 50)
    return with_curve(file, "speech", spoken.astype(float).tolist(), 50) if told else file


@pytest.mark.parametrize("told", [True, False], ids=["speech known", "by level alone"])
@pytest.mark.parametrize(("noise", "speech"), [(-70, -20), (-55, -35), (-40, -15), (-30, -18)])
def test_silence_is_measured_by_the_files_own_speech_and_noise(
    noise: float, speech: float, told: bool
) -> None:
    silent = read(scope(talk(noise, speech, told)), "silence")  # type: ignore[arg-type]
    spoken = (np.arange(250) // 25) % 2 == 0
    assert not silent[spoken].any()
    assert silent[~spoken].all()


def test_where_nothing_stands_out_nothing_is_a_pause() -> None:
    assert not read(scope(talk(-21, -18)), "silence").any()  # type: ignore[arg-type]
    digital = with_curve(film(), "level", [-100.0] * 500, 50)
    assert read(scope(digital), "silence").all()


# Shots


def test_shots_are_as_long_as_from_middle_to_middle() -> None:
    of = scope(film([change(99, 100), change(149, 174)]))  # 24 mixed frames: the cut at 162
    lengths, times = read(of, "shot_length"), read(of, "time_in_shot")
    assert lengths[[0, 100, 161, 162]].tolist() == pytest.approx([4, 2.48, 2.48, 3.52])
    assert times[[0, 99, 100, 162, 249]].tolist() == pytest.approx([0, 3.96, 0, 0, 3.48])


@given(st.lists(st.integers(1, 249), unique=True, max_size=20))
@settings(max_examples=40, deadline=None)
def test_every_shot_counts_from_nothing_to_its_length(cuts: list[int]) -> None:
    of = scope(film([change(cut - 1, cut) for cut in sorted(cuts)]))
    lengths, times = read(of, "shot_length"), read(of, "time_in_shot")
    assert np.flatnonzero(times == 0).tolist() == [0, *sorted(cuts)]
    assert (times < lengths).all()
    assert (1 / lengths).sum() / 25 == pytest.approx(len(cuts) + 1, rel=1e-4)
