"""Speech, cheers and onsets of sounds drawn by hand, whose truth is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from otio_autoedit.analysis import sound_curves
from otio_autoedit.analysis.sound_cheer import cheer
from otio_autoedit.analysis.sound_curves import highest_over, lowest_over, mean_over
from otio_autoedit.analysis.sound_frames import RATE, FrameMeter, Frames, no_frames
from otio_autoedit.analysis.sound_onset import onset
from otio_autoedit.analysis.sound_speech import speech
from tests.support.voices import HZ, Wave, at_level, claps, noise, tone, tune, voice

Values = npt.NDArray[np.float32]


def frames_of(wave: Wave) -> Frames:
    meter = FrameMeter(HZ, 1)
    meter.push(wave[None])
    return meter.finish()


def speech_in(wave: Wave) -> Values:
    frames = frames_of(wave)
    return speech(frames.bands, frames.pitch)


def swelling(seconds: float, start: float, stop: float, decibels: float) -> Wave:
    """Noise that is so much louder from ``start`` to ``stop``."""
    times = np.arange(int(seconds * HZ)) / HZ
    inside = (times >= start) & (times < stop)
    return (noise(seconds) * np.where(inside, 10 ** (decibels / 20), 1)).astype(np.float32)


# Speech


@pytest.mark.parametrize("pitch", [95.0, 130.0, 220.0])
@pytest.mark.parametrize("under", [None, -46.0, -36.0])
def test_somebody_who_speaks_is_heard(pitch: float, under: float | None) -> None:
    wave = voice(12, pitch=pitch)
    if under is not None:
        wave = wave + at_level(noise(12), under)
    assert np.mean(speech_in(wave) >= 0.5) > 0.8


@pytest.mark.parametrize(
    "other",
    [
        noise(10),
        tone(10),
        tune(10),
        claps(10, 4),
        claps(10, 200),
        at_level(noise(10) * (1 + 0.9 * np.sin(np.arange(10 * HZ) / HZ * 8 * np.pi)), -30),
        at_level(sum(voice(10, pitch=90 + 9 * n, seed=n) for n in range(30)), -26),
        np.zeros(10 * HZ, np.float32),
    ],
    ids=["noise", "tone", "music", "claps", "applause", "pulsing noise", "a crowd", "silence"],
)
def test_what_is_not_somebody_speaking_is_not_taken_for_it(other: Wave) -> None:
    assert np.mean(speech_in(other) >= 0.5) < 0.1


def test_speech_begins_and_ends_with_the_words() -> None:
    wave = at_level(noise(14), -70)
    wave[4 * HZ : 9 * HZ] += voice(5)
    spoken = np.flatnonzero(speech_in(wave) >= 0.5) / RATE
    assert spoken[0] == pytest.approx(4, abs=0.3)
    assert spoken[-1] == pytest.approx(9, abs=0.4)


def test_speech_does_not_depend_on_its_loudness() -> None:
    loud, quiet = (speech_in(at_level(voice(8), level)) for level in (-15, -45))
    assert np.abs(loud - quiet).mean() < 0.05


# Cheers


def test_a_cheer_is_where_it_is() -> None:
    found = cheer(frames_of(swelling(30, 12, 16, 12)))
    assert np.flatnonzero(found >= 0.5)[[0, -1]] / RATE == pytest.approx([12, 16], abs=0.15)
    assert found[13 * RATE : 15 * RATE].min() > 0.9
    assert found[: 11 * RATE].max() < 0.1


@pytest.mark.parametrize(("decibels", "value"), [(0, 0.0), (6, 0.5), (12, 1.0)])
def test_its_strength_is_how_far_the_crowd_rises(decibels: float, value: float) -> None:
    found = cheer(frames_of(swelling(30, 12, 16, decibels)))
    assert np.median(found[13 * RATE : 15 * RATE]) == pytest.approx(value, abs=0.2)


def test_a_speaker_over_the_crowd_is_no_cheer() -> None:
    crowd = at_level(swelling(40, 25, 29, 14), -38)
    crowd[5 * HZ : 20 * HZ] += voice(15)
    found = cheer(frames_of(crowd))
    assert found[: 24 * RATE].max() < 0.3
    assert found[26 * RATE : 28 * RATE].min() > 0.5


@pytest.mark.parametrize(
    "other",
    [voice(20), tune(20), claps(20, 2), np.zeros(20 * HZ, np.float32)],
    ids=["speech", "music", "claps", "silence"],
)
def test_what_is_short_or_has_a_pitch_is_no_cheer(other: Wave) -> None:
    wave = at_level(noise(40), -60)
    wave[10 * HZ : 30 * HZ] += other
    assert np.mean(cheer(frames_of(wave))[: 40 * RATE] >= 0.5) < 0.03


def test_silence_around_a_recording_is_not_its_usual() -> None:
    wave = np.concatenate([np.zeros(30 * HZ, np.float32), noise(10)])
    assert cheer(frames_of(wave)).max() < 0.2


# Onsets


def test_an_onset_is_within_a_frame_of_the_sound() -> None:
    wave = at_level(noise(10), -60)
    times = [1.0, 2.31, 3.5, 7.77]
    for start in times:
        at = int(start * HZ)
        wave[at : at + HZ // 10] += tune(1)[: HZ // 10]
    found = onset(frames_of(wave))
    for start in times:
        near = found[int((start - 0.1) * RATE) : int((start + 0.15) * RATE)]
        assert near.max() > 0.5
        peak = int((start - 0.1) * RATE) + int(np.argmax(near > 0.5))
        assert (peak + 0.5) / RATE == pytest.approx(start, abs=0.03)
    starts = np.flatnonzero((found[1:] >= 0.3) & (found[:-1] < 0.3))
    assert len(starts[starts > 5]) == len(times)


@pytest.mark.parametrize("steady", [noise(6), tone(6), np.zeros(6 * HZ, np.float32)])
def test_what_goes_on_does_not_set_in(steady: Wave) -> None:
    assert onset(frames_of(steady))[5:-1].max() < 0.3


# All of them


def test_a_long_recording_in_blocks_is_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    wave = swelling(30, 12, 16, 10)
    wave[: 10 * HZ] += voice(10)
    frames = frames_of(wave)
    measures: list[Callable[[], Values]] = [
        lambda: speech(frames.bands, frames.pitch),
        lambda: cheer(frames),
        lambda: onset(frames),
    ]
    whole = [measure() for measure in measures]
    monkeypatch.setattr(sound_curves, "_BLOCK", 7 * RATE + 3)
    for before, measure in zip(whole, measures, strict=True):
        assert len(before) == len(frames.level)
        assert np.isfinite(before).all()
        assert (before.min(), before.max()) >= (0, 0)
        assert before.max() <= 1
        np.testing.assert_allclose(measure(), before, atol=1e-4)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_next_to_nothing_has_nothing(count: int) -> None:
    frames = no_frames(count)
    for values in (speech(frames.bands, frames.pitch), cheer(frames), onset(frames)):
        assert values.tolist() == [0] * count


@pytest.mark.parametrize("frames", [1, 3, 15, 35])
def test_running_measures_are_those_of_windows(frames: int) -> None:
    values = np.random.default_rng(5).standard_normal((100, 2)).astype(np.float32)
    half = frames // 2
    for n in range(100):
        window = values[max(0, n - half) : n + half + 1]
        np.testing.assert_array_equal(highest_over(values, frames)[n], window.max(axis=0))
        np.testing.assert_array_equal(lowest_over(values, frames)[n], window.min(axis=0))
        mean = window.sum(axis=0) / frames
        np.testing.assert_allclose(mean_over(values, frames)[n], mean, atol=1e-5)
