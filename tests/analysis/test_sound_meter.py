"""Frames of sound stay in step with the stream's clock, holes and broken clocks too."""

from __future__ import annotations

import av
import numpy as np
import pytest

from otio_autoedit.analysis.sound_frames import FLOOR_DB, RATE, Frames
from otio_autoedit.analysis.sound_meter import SoundMeter
from tests.analysis.test_loudness import frames_of


def heard(frames: list[av.AudioFrame]) -> Frames:
    meter = SoundMeter()
    for frame in frames:
        before = frame.pts
        meter.push(frame)
        assert frame.pts == before  # the loudness meter hears it too
    return meter.finish()


def tone(rate: int, seconds: float) -> np.ndarray:
    phase = 2 * np.pi * 500 * np.arange(round(rate * seconds)) / rate
    return (0.1 * np.sin(phase))[None].astype(np.float32)


@pytest.mark.parametrize("sample_format", ["u8", "s16", "s16p", "s32", "flt", "fltp", "dbl"])
@pytest.mark.parametrize(("layout", "channels"), [("mono", 1), ("stereo", 2), ("5.1", 6)])
def test_every_sample_format_is_as_loud(sample_format: str, layout: str, channels: int) -> None:
    source = frames_of(np.repeat(tone(48000, 1), channels, axis=0), 48000, layout)
    resampler = av.AudioResampler(format=sample_format, layout=layout, rate=48000)
    frames = [part for frame in source for part in resampler.resample(frame)]
    level = heard(frames).level
    np.testing.assert_allclose(level[: RATE - 1], -23, atol=0.3)


def test_a_hole_is_silence_and_what_follows_is_in_step() -> None:
    before = frames_of(tone(48000, 2), 48000, "mono")
    after = frames_of(tone(48000, 2), 48000, "mono", start=round(5.3 * 48000))
    level = heard(before + after).level
    assert len(level) == round(7.3 * RATE)
    sounds = np.flatnonzero(level > -60)
    silent = np.setdiff1d(np.arange(len(level)), sounds)
    assert (silent[0], silent[-1] + 1) == (2 * RATE, round(5.3 * RATE))
    assert (level[silent] == FLOOR_DB).all()


def test_what_overlaps_is_heard_once() -> None:
    before = frames_of(tone(48000, 3), 48000, "mono")
    after = frames_of(tone(48000, 2), 48000, "mono", start=2 * 48000)
    assert len(heard(before + after).level) == 4 * RATE


def test_a_change_of_format_on_the_way_is_heard_through() -> None:
    first = frames_of(tone(48000, 2), 48000, "mono")
    second = np.repeat(tone(44100, 2), 2, axis=0)
    level = heard(first + frames_of(second, 44100, "stereo", "s16", start=2 * 44100)).level
    assert len(level) == 4 * RATE
    np.testing.assert_allclose(level, -23, atol=0.3)


@pytest.mark.parametrize("jump", [10**15, -(10**15), None])
def test_a_broken_clock_or_none_does_not_make_years_of_silence(jump: int | None) -> None:
    frames = frames_of(tone(48000, 4), 48000, "mono")
    for frame in frames[len(frames) // 2 :]:
        frame.pts = None if jump is None else frame.pts + jump
    assert len(heard(frames).level) == pytest.approx(4 * RATE, abs=2)


def test_the_first_sample_is_the_first_frame_whenever_it_comes() -> None:
    frames = frames_of(tone(48000, 1), 48000, "mono", start=90 * 48000)
    assert len(heard(frames).level) == RATE
    assert len(heard([]).level) == 0
