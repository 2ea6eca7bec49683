"""Loudness is EBU R 128's, in step with the sound, whatever the sound is like."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt
import pyloudnorm
import pytest

from otio_autoedit.analysis.loudness import (
    FLOOR_LUFS,
    RATE,
    LoudnessMeter,
    integrated_loudness,
)
from otio_autoedit.analysis.record import Curve

Sound = npt.NDArray[np.float32]


def music(seconds: float, rate: int, channels: int, seed: int = 1) -> Sound:
    """Noise that swells and falls, with a rest in the middle: ``[channels, n]``."""
    count = round(seconds * rate)
    noise = np.random.default_rng(seed).standard_normal((channels, count)) * 0.05
    swell = 1 + 0.9 * np.sin(np.arange(count) / rate * 1.7)
    swell[count // 3 : count // 2] = 1e-4
    return (noise * swell).astype(np.float32)


def frames_of(
    sound: Sound, rate: int, layout: str, sample_format: str = "fltp", *, start: int = 0
) -> list[av.AudioFrame]:
    """``sound`` as a decoder gives it: 1,000 samples a frame, with time stamps."""
    frames = []
    for at in range(0, sound.shape[1], 1000):
        piece = sound[:, at : at + 1000]
        if sample_format.startswith("s16"):
            piece = np.round(np.clip(piece, -1, 1) * 32767).astype(np.int16)
        if not sample_format.endswith("p"):
            piece = piece.T.reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(piece), format=sample_format, layout=layout
        )
        frame.sample_rate = rate
        frame.time_base = Fraction(1, rate)
        frame.pts = start + at
        frames.append(frame)
    return frames


def measure(frames: list[av.AudioFrame], start: float = 0.0) -> Curve:
    meter = LoudnessMeter()
    for frame in frames:
        meter.push(frame)
    curve = meter.finish(start)
    assert curve is not None
    return curve


@pytest.mark.parametrize(
    ("rate", "layout", "channels", "sample_format"),
    [
        (48000, "mono", 1, "fltp"),
        (48000, "stereo", 2, "fltp"),
        (48000, "stereo", 2, "s16"),
        (44100, "stereo", 2, "s16p"),
        (44100, "mono", 1, "flt"),
        (96000, "stereo", 2, "fltp"),
        (48000, "5.0", 5, "fltp"),
    ],
)
def test_the_whole_is_as_loud_as_an_independent_meter_says(
    rate: int, layout: str, channels: int, sample_format: str
) -> None:
    sound = music(20, rate, channels)
    ours = integrated_loudness(measure(frames_of(sound, rate, layout, sample_format)))
    theirs = pyloudnorm.Meter(rate).integrated_loudness(sound.T.astype(np.float64))
    assert ours == pytest.approx(theirs, abs=0.1)


def test_surround_leaves_the_low_effects_out() -> None:
    sound = music(10, 48000, 6)
    with_boom = sound.copy()
    with_boom[3] = 0.9  # LFE is the fourth of 5.1
    quiet, boom = (measure(frames_of(each, 48000, "5.1")) for each in (sound, with_boom))
    np.testing.assert_allclose(quiet.values, boom.values, atol=0.01)
    theirs = pyloudnorm.Meter(48000).integrated_loudness(
        sound[[0, 1, 2, 4, 5]].T.astype(np.float64)
    )
    assert integrated_loudness(quiet) == pytest.approx(theirs, abs=0.1)


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 22255, 32000, 37800, 44056, 192000])
def test_any_sample_rate_keeps_time_and_level(rate: int) -> None:
    """A tone of 500 Hz is as loud at every rate, and lasts as long."""
    tone = 0.1 * np.sin(2 * np.pi * 500 * np.arange(rate * 4) / rate)
    curve = measure(frames_of(tone[None].astype(np.float32), rate, "mono"))
    reference = measure(frames_of(_tone(48000, 4), 48000, "mono"))
    assert len(curve.values) == len(reference.values) == 4 * RATE + 1
    # 3.3 dB of K-weighting at 2 kHz and none at 500 Hz: what low rates bend shows little here.
    np.testing.assert_allclose(curve.values[3:-3], reference.values[3:-3], atol=0.25)


def test_seven_one_and_channels_that_stand_nowhere_are_heard() -> None:
    sound = music(3, 48000, 8)
    surround = measure(frames_of(sound, 48000, "7.1", "flt"))
    nowhere = measure(frames_of(sound, 48000, "8 channels", "flt"))
    assert surround.values.max() > -30
    assert nowhere.values.max() > -30


def test_a_value_stands_in_the_middle_of_what_it_covers() -> None:
    """A tone from 2.0 s to 4.0 s is at half its power (-3 dB) at just those times."""
    tone = _tone(48000, 6)
    tone[:, : 2 * 48000] = 0
    tone[:, 4 * 48000 :] = 0
    curve = measure(frames_of(tone, 48000, "mono"), start=0.25)
    assert curve.start == 0.25
    full = curve.values[3 * RATE]
    assert curve.values[2 * RATE] == pytest.approx(full - 3.01, abs=0.15)
    assert curve.values[4 * RATE] == pytest.approx(full - 3.01, abs=0.15)
    assert curve.values[2 * RATE - 3] == FLOOR_LUFS
    assert curve.values[4 * RATE + 3] == FLOOR_LUFS


def test_silence_is_the_floor() -> None:
    curve = measure(frames_of(np.zeros((2, 48000), np.float32), 48000, "stereo"))
    assert (curve.values == FLOOR_LUFS).all()
    assert integrated_loudness(curve) == FLOOR_LUFS


def test_a_hole_in_the_recording_is_silence_and_what_follows_stays_in_step() -> None:
    before = frames_of(_tone(48000, 2), 48000, "mono")
    after = frames_of(_tone(48000, 2), 48000, "mono", start=5 * 48000)
    curve = measure(before + after)
    assert len(curve.values) == 7 * RATE + 1
    assert (curve.values[25:48] == FLOOR_LUFS).all()
    assert curve.values[15] == pytest.approx(curve.values[60], abs=0.01)
    assert curve.values[60] > -30


def test_a_change_of_format_on_the_way_is_heard_through() -> None:
    first = frames_of(_tone(48000, 2), 48000, "mono")
    second = frames_of(
        np.repeat(_tone(44100, 2), 2, axis=0), 44100, "stereo", "s16", start=2 * 44100
    )
    curve = measure(first + second)
    assert len(curve.values) == 4 * RATE + 1
    assert curve.values[30] == pytest.approx(curve.values[10] + 3.01, abs=0.05)


@pytest.mark.parametrize("jump", [10**15, -(10**15)])
def test_a_broken_clock_does_not_make_years_of_silence(jump: int) -> None:
    frames = frames_of(_tone(48000, 4), 48000, "mono")
    for frame in frames[len(frames) // 2 :]:
        frame.pts += jump
    assert len(measure(frames).values) == pytest.approx(4 * RATE + 1, abs=2)


def test_frames_without_time_stamps_follow_each_other() -> None:
    frames = frames_of(_tone(48000, 4), 48000, "mono")
    for frame in frames:
        frame.pts = None
    assert len(measure(frames).values) == 4 * RATE + 1


def test_nothing_heard_is_no_curve() -> None:
    assert LoudnessMeter().finish() is None


def _tone(rate: int, seconds: int) -> Sound:
    phase = 2 * np.pi * 500 * np.arange(rate * seconds) / rate
    return (0.1 * np.sin(phase))[None].astype(np.float32)
