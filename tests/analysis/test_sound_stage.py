"""The sound stage in the one pass: when it is, what it depends on, files of all kinds."""

from __future__ import annotations

from fractions import Fraction
from importlib.metadata import PackageNotFoundError
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from otio_autoedit.analysis.export import from_json, to_json
from otio_autoedit.analysis.pipeline import analyze
from otio_autoedit.analysis.record import Curve
from otio_autoedit.analysis.sound_frames import RATE
from otio_autoedit.analysis.store import Store
from otio_autoedit.errors import MissingExtraError, OptionError
from otio_autoedit.media.footage import Footage
from tests.support.movies import coded_movie
from tests.support.sounds import sound_file
from tests.support.voices import HZ, Wave, at_level, noise, voice

NAMES = ("level", "onset", "speech", "cheer")


def wave_file(path: Path, wave: Wave, *, layout: str = "mono") -> Path:
    """``wave`` on the first channel, stored without loss."""
    with av.open(str(path), "w") as box:
        stream = box.add_stream("pcm_s16le", rate=HZ, layout=layout)
        samples = np.zeros((len(wave), len(stream.layout.channels)), np.int16)
        samples[:, 0] = np.round(wave * 32767)
        for at in range(0, len(wave), 1000):
            piece = np.ascontiguousarray(samples[at : at + 1000].reshape(1, -1))
            frame = av.AudioFrame.from_ndarray(piece, "s16", layout)
            frame.sample_rate, frame.pts, frame.time_base = HZ, at, Fraction(1, HZ)
            box.mux(stream.encode(frame))
        box.mux(stream.encode())
    return path


def film_with_late_sound(path: Path, late: Fraction) -> Path:
    """Two seconds of picture; a tone of one second that sets in ``late``."""
    with av.open(str(path), "w") as box:
        video = box.add_stream("mpeg4", rate=25)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound = box.add_stream("pcm_s16le", rate=HZ, layout="mono")
        for n in range(50):
            frame = av.VideoFrame(64, 48, "yuv420p")
            frame.pts, frame.time_base = n, Fraction(1, 25)
            box.mux(video.encode(frame))
        box.mux(video.encode())
        tone = np.round(3000 * np.sin(np.arange(HZ) / HZ * 2 * np.pi * 500)).astype(np.int16)
        piece = av.AudioFrame.from_ndarray(tone[None], "s16", "mono")
        piece.sample_rate, piece.pts, piece.time_base = HZ, int(late * HZ), Fraction(1, HZ)
        box.mux(sound.encode(piece))
        box.mux(sound.encode())
    return path


def times_above(curve: Curve, value: float) -> Any:
    return curve.start + np.flatnonzero(curve.values > value) / curve.rate


def test_the_curves_are_there_and_tell_of_the_sound(tmp_path: Path) -> None:
    wave = at_level(noise(9), -70)
    wave[2 * HZ : 7 * HZ] += voice(5)
    found = analyze(wave_file(tmp_path / "talk.wav", wave), ("sound",), store=None)
    assert tuple(found.curves) == NAMES
    for name, curve in found.curves.items():
        assert (curve.rate, curve.start, len(curve.values)) == (RATE, 0.01, 9 * RATE)
        assert np.isfinite(curve.values).all()
        if name != "level":
            assert 0 <= curve.values.min() <= curve.values.max() <= 1
    assert times_above(found.curves["level"], -50)[0] == pytest.approx(2, abs=0.02)
    assert times_above(found.curves["speech"], 0.5)[0] == pytest.approx(2, abs=0.3)
    assert found.made_by["sound"]["speech"] == "autoedit"


@pytest.mark.parametrize("late", [Fraction(1, 2), Fraction(3, 10)])
def test_sound_that_comes_late_is_late(tmp_path: Path, late: Fraction) -> None:
    path = film_with_late_sound(tmp_path / "late.mkv", late)
    found = analyze(path, ("sound", "loudness"), store=None)
    heard = times_above(found.curves["level"], -40)
    assert heard[0] == pytest.approx(float(late) + 0.01, abs=0.005)
    assert heard[-1] == pytest.approx(float(late) + 0.99, abs=0.005)
    assert found.curves["level"].start - 0.01 == pytest.approx(found.curves["loudness"].start)


def test_the_loudness_is_as_without_it(tmp_path: Path) -> None:
    path = wave_file(tmp_path / "talk.wav", voice(3), layout="5.1")
    alone = analyze(path, ("loudness",), store=None).curves["loudness"]
    beside = analyze(path, ("loudness", "sound"), store=None).curves
    np.testing.assert_array_equal(alone.values, beside["loudness"].values)
    assert beside["level"].values.max() > -25


def test_a_film_without_sound_has_no_curves(tmp_path: Path, store: Store) -> None:
    path = coded_movie(tmp_path / "mute.mp4", frames=10, sound=False)
    for _ in range(2):
        found = analyze(path, ("sound",), store=store)
        assert not found.curves
        assert found.made_by["sound"]["stream"] == 0


def test_it_is_kept_and_only_the_sound_is_read_for_it(
    film: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Footage.read
    done: list[tuple[bool, bool]] = []

    def counted(self: Footage, pictures: bool = True, sound: bool = True, **how: Any) -> Any:
        done.append((pictures, sound))
        return read(self, pictures, sound, **how)

    monkeypatch.setattr(Footage, "read", counted)
    analyze(film, ("loudness",), store=store)
    fresh = analyze(film, ("sound",), store=store)
    again = analyze(film, ("sound", "loudness"), store=store)
    assert done[1:] == [(False, True)]
    for name in NAMES:
        np.testing.assert_array_equal(fresh.curves[name].values, again.curves[name].values)
    (read_back,) = from_json(to_json([again]))
    assert set(NAMES) < read_back.curves.keys()


def test_what_tells_speech_must_be_known(tmp_path: Path) -> None:
    path = sound_file(tmp_path / "tone.wav")
    with pytest.raises(OptionError, match="did you mean 'silero'"):
        analyze(path, ("sound",), store=None, speech_detector="silera")


def test_a_package_that_is_missing_is_said(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("otio_autoedit.analysis.sound_silero.version", missing)
    path = sound_file(tmp_path / "tone.wav")
    with pytest.raises(MissingExtraError, match=r"pip install 'otio-autoedit\[speech\]'"):
        analyze(path, ("sound",), store=store, speech_detector="silero")
    assert analyze(path, ("loudness",), store=store, speech_detector="silero").curves


@pytest.mark.skipif(find_spec("silero_vad") is None, reason="silero-vad is not installed")
def test_the_network_of_others_hears_speech_and_only_speech_differs(
    tmp_path: Path, store: Store
) -> None:
    import torch

    threads = torch.get_num_threads()
    wave = at_level(noise(9), -70)
    wave[2 * HZ : 7 * HZ] += voice(5)
    path = wave_file(tmp_path / "talk.wav", wave)
    ours = analyze(path, ("sound",), store=store)
    theirs = analyze(path, ("sound",), store=store, speech_detector="silero")
    again = analyze(path, ("sound",), store=store, speech_detector="silero")
    assert torch.get_num_threads() == threads
    assert str(theirs.made_by["sound"]["speech"]).startswith("silero-vad 6")
    for name in ("level", "onset", "cheer"):
        np.testing.assert_array_equal(ours.curves[name].values, theirs.curves[name].values)
    spoken = theirs.curves["speech"].values
    np.testing.assert_array_equal(spoken, again.curves["speech"].values)
    assert len(spoken) == 9 * RATE
    assert spoken[int(2.5 * RATE) : int(6.5 * RATE)].mean() > spoken[: int(1.5 * RATE)].mean() + 0.3
