"""Frames of 20 ms: right in level and in time, whatever the sound is like and however it comes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.analysis.sound_frames import (
    EDGES_HZ,
    FLOOR_DB,
    RATE,
    FrameMeter,
    Frames,
    decibels,
)

RATES = [8000, 11025, 22050, 22255, 44100, 48000, 96000, 192000]


def frames_of(samples: npt.ArrayLike, rate: int, pieces: list[int] | None = None) -> Frames:
    sound = np.atleast_2d(np.asarray(samples, np.float32))
    meter = FrameMeter(rate, len(sound))
    for piece in np.split(sound, np.cumsum(pieces or [])[:-1] if pieces else [], axis=1):
        meter.push(piece)
    return meter.finish()


def sine(rate: int, seconds: float, hertz: float = 1000.0) -> npt.NDArray[np.float64]:
    return 0.1 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


@pytest.mark.parametrize("rate", RATES)
def test_a_sine_is_at_its_level_and_in_its_band(rate: int) -> None:
    frames = frames_of(sine(rate, 2), rate)
    assert len(frames.level) == 2 * RATE
    np.testing.assert_allclose(frames.level, -23.01, atol=0.1)
    bands = decibels(frames.bands)[10:-10]
    band = np.searchsorted(EDGES_HZ, 1000) - 1
    np.testing.assert_allclose(bands[:, band], -23, atol=0.5)
    assert np.delete(bands, [band - 1, band, band + 1], axis=1).max() < -60


@pytest.mark.parametrize("rate", RATES)
def test_a_silence_ends_where_it_ends(rate: int) -> None:
    """A tone from 0.5 s to 1.25 s: the frames before and after hold nothing of it."""
    sound = sine(rate, 2)
    sound[: round(0.5 * rate)] = sound[round(1.25 * rate) :] = 0
    heard = np.flatnonzero(frames_of(sound, rate).level > -60)
    assert abs(heard[0] / RATE - 0.5) <= 0.02
    assert abs((heard[-1] + 1) / RATE - 1.25) <= 0.02
    assert (np.diff(heard) == 1).all()


@settings(max_examples=30, deadline=None)
@given(
    rate=st.sampled_from([8000, 11025, 44100]),
    pieces=st.lists(st.integers(1, 9000), min_size=1, max_size=40),
)
def test_how_the_sound_is_cut_does_not_matter(rate: int, pieces: list[int]) -> None:
    sound = np.random.default_rng(0).standard_normal((2, sum(pieces))) * 0.1
    whole, parts = frames_of(sound, rate), frames_of(sound, rate, pieces)
    assert len(whole.level) == -(-sum(pieces) * RATE // rate)
    for one, other in zip(whole, parts, strict=True):
        np.testing.assert_array_equal(one, other)


def test_one_channel_of_six_is_as_loud_as_alone() -> None:
    sound = np.zeros((6, 48000))
    sound[2] = sine(48000, 1)
    alone, among = frames_of(sound[2], 48000), frames_of(sound, 48000)
    for one, other in zip(alone, among, strict=True):
        np.testing.assert_array_equal(one, other)


def test_channels_in_opposite_phase_are_heard() -> None:
    wave = sine(48000, 1)
    frames = frames_of([wave, -wave], 48000)
    assert decibels(frames.bands)[25].max() == pytest.approx(-20, abs=0.5)
    assert frames.level[25] == pytest.approx(-23, abs=0.1)


@pytest.mark.parametrize("pitch", [85.0, 120.0, 210.0, 330.0])
@pytest.mark.parametrize("rate", [8000, 44100])
def test_a_voice_has_a_pitch_and_noise_has_none(pitch: float, rate: int) -> None:
    buzz = sum(sine(rate, 1, pitch * k) / k for k in range(1, 10))
    hiss = np.random.default_rng(1).standard_normal(rate) * 0.1
    assert np.percentile(frames_of(np.asarray(buzz), rate).pitch[5:-5], 5) > 0.8 * 255
    assert np.percentile(frames_of(hiss, rate).pitch, 95) < 0.5 * 255


def test_silence_is_the_floor_and_nothing_is_nothing() -> None:
    silent = frames_of(np.zeros((1, 8000)), 8000)
    assert (silent.level == FLOOR_DB).all()
    assert not silent.bands.any()
    assert not silent.pitch.any()
    assert len(FrameMeter(48000, 2).finish().level) == 0
    assert len(frames_of(np.zeros((1, 1)), 48000).level) == 1
