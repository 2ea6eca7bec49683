"""What tells speech, chosen for a recipe that listens: as a flag, as OTIO gives it, in Python."""

from __future__ import annotations

import json
import wave
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest

from otio_autoedit import analyze, cut
from otio_autoedit.cli.health import examine, speech
from otio_autoedit.cutting import cut_options
from otio_autoedit.edit.recipes import recipe, recipes
from otio_autoedit.errors import OptionError
from tests.cli.conftest import Call
from tests.support.voices import HZ, at_level, noise, tune, voice

SILERO = ("--speech-detector", "silero")
EXACT = {"keep": "speech > 0.5", "margin": "0", "min_gap": "0", "min_clip": "0", "rate": "25"}
"""Every frame in which speech is likelier than not, and nothing else."""

Spans = list[tuple[int, int]]


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody speaks from 2 s to 5 s, a tune plays from 8 s to 11 s, in a quiet room."""
    sound = at_level(noise(12), -70)
    sound[2 * HZ : 5 * HZ] += voice(3)
    sound[8 * HZ : 11 * HZ] += tune(3)
    path = tmp_path_factory.mktemp("talk") / "talk.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, HZ, 0, "NONE", ""))
        file.writeframes(np.round(sound * 32767).astype("<i2").tobytes())
    return path


def spans(timeline: otio.schema.Timeline) -> Spans:
    """Start and stop of each clip, in frames of 1/25 s."""
    ranges = [clip.source_range for clip in timeline.audio_tracks()[0].find_clips()]
    return [(round(r.start_time.value), round(r.end_time_exclusive().value)) for r in ranges]


def heard(talk: Path, speech_detector: str) -> Spans:
    """The frames of 1/25 s at whose middle the curve of that detector says speech."""
    found = analyze(talk, ("sound",), speech_detector=speech_detector).curves["speech"]
    middles = (np.arange(12 * 25) + 0.5) / 25
    nearest = np.rint((middles - found.start) * found.rate).astype(int)
    spoken = np.append(found.values[nearest.clip(0, len(found.values) - 1)] > 0.5, False)
    edges = np.flatnonzero(np.diff(spoken, prepend=False))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


def near(one: Spans, other: Spans) -> bool:
    """Whether they are the same to a frame: the middle of a frame may be between two values."""
    return len(one) == len(other) and bool(np.abs(np.subtract(one, other)).max() <= 1)


def test_each_way_of_asking_cuts_by_the_network_that_was_asked(
    talk: Path, tmp_path: Path, call: Call
) -> None:
    flags = [f"--{name.replace('_', '-')}={value}" for name, value in EXACT.items()]
    asked = {"ours": (), "flag": SILERO, "argument": ("-a", "speech_detector=silero")}
    made = {}
    for name, words in asked.items():
        target = str(tmp_path / f"{name}.otio")
        code, _, err = call("cut", str(talk), "-r", "talk", *flags, *words, "-o", target)
        assert (code, err) == (0, "")
        made[name] = spans(otio.adapters.read_from_file(target))
    made["adapter"] = spans(
        otio.adapters.read_from_file(
            str(talk), "autoedit_media", recipe="talk", speech_detector="silero", **EXACT
        )
    )
    assert made["flag"] == made["argument"] == made["adapter"]
    assert near(made["flag"], heard(talk, "silero"))
    assert near(made["ours"], heard(talk, "autoedit"))
    assert not near(made["flag"], made["ours"])


def test_a_timeline_is_shortened_by_it_too(talk: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.otio"
    otio.adapters.write_to_file(cut(talk, "shots", rate=25), str(whole))
    shorter = cut(whole, "talk", speech_detector="silero", **EXACT)
    assert near(spans(shorter), heard(talk, "silero"))


def test_it_is_an_option_of_the_recipes_that_listen(talk: Path, call: Call) -> None:
    for one in recipes():
        offered = "speech_detector" in {option.name for option in cut_options(one)}
        assert offered == ("sound" in one.needs), one.name
    listening = recipe("shots").read({"keep": "not silence", "speech_detector": "silero"})
    assert listening["speech_detector"] == "silero"
    with pytest.raises(OptionError, match=r"speech_detector=silero: recipe shots has no use for"):
        cut(talk, "shots", speech_detector="silero")
    code, _, err = call("cut", str(talk), "-a", "speech_detector=silero", "-o", "no.otio")
    assert code != 0
    assert err == "error: --speech-detector silero: recipe shots has no use for it\n"
    wrong = call("cut", str(talk), "-rtalk", "--speech-detector=sile", "-o", "no.otio")[2]
    assert "did you mean 'silero'" in wrong


def test_no_recipe_has_an_option_called_so_of_its_own(here: Path, call: Call) -> None:
    own = '[options.speech_detector]\nkind = "number"\ndefault = 1\nhelp = "H."\n'
    Path("mine.toml").write_text(f'name = "x"\nsummary = "X."\nextends = "talk"\n{own}')
    assert "options.speech_detector: there is" in call("recipes", "mine.toml", "--options")[2]


def test_the_doctor_says_whether_the_network_is_here(
    talk: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {one["name"]: one for one in json.loads(call("doctor", "--json")[1])}
    assert found["silero-vad"]["state"] == "good"
    monkeypatch.setattr("otio_autoedit.analysis.sound_silero.version", without)
    (lacking,) = examine([speech])
    assert (lacking.name, lacking.state) == ("silero-vad", "missing")
    assert "pip install 'otio-autoedit[speech]'" in lacking.remedy
    code, _, err = call("cut", str(talk), "-r", "talk", *SILERO, "-o", "no.otio")
    assert code != 0
    assert "pip install 'otio-autoedit[speech]'" in err


def without(package: str) -> str:
    """The version of a package that is not installed."""
    raise PackageNotFoundError(package)
