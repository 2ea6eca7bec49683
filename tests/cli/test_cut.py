"""``otio-autoedit cut``: right timelines, in every place, whole or not at all."""

from __future__ import annotations

import json
import os
import signal
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace

import opentimelineio as otio
import pytest

from otio_autoedit.cli.cut import summary
from tests.cli.conftest import Call, spawn
from tests.support.movies import shots_movie

MANY = 9000  # frames: long enough to be stopped on the way


def lengths(path: Path) -> list[int]:
    """The lengths of the shots of a timeline on disk."""
    timeline = otio.adapters.read_from_file(str(path))
    track = timeline.video_tracks()[0]
    return [int(clip.source_range.duration.value) for clip in track.find_clips()]


def left_over(folder: Path) -> list[str]:
    """Temporary names that should have gone."""
    return [name for name in os.listdir(folder) if "part" in name or name.startswith(".")]


def test_a_film_becomes_a_timeline(here: Path, call: Call) -> None:
    code, out, err = call("cut", "film.mp4", "-o", "film.otio")
    assert (code, err) == (0, "")
    assert out == "film.otio: 3 clips, 4.80 s at 25 fps\n"
    assert lengths(here / "film.otio") == [40, 50, 30]
    assert left_over(here) == []


def test_several_films_and_several_targets(here: Path, call: Call) -> None:
    code, out, _ = call("cut", "film.mp4", "-o", "a.otio", "film.mp4", "-o", "a.edl")
    assert code == 0
    assert lengths(here / "a.otio") == [40, 50, 30, 40, 50, 30]
    assert (here / "a.edl").read_text().startswith("TITLE:")
    assert len(out.splitlines()) == 2


def test_options_are_flags_made_of_their_declarations(here: Path, call: Call) -> None:
    assert call("cut", "film.mp4", "-o", "a.otio", "--end", "90f", "--name", "Cut")[0] == 0
    assert lengths(here / "a.otio") == [40, 50]
    assert otio.adapters.read_from_file("a.otio").name == "Cut"


def test_options_as_otioconvert_takes_them(here: Path, call: Call) -> None:
    assert call("cut", "film.mp4", "-o", "a.otio", "-a", "end=90f", "-a", "audio=None")[0] == 0
    assert lengths(here / "a.otio") == [40, 50]
    assert not otio.adapters.read_from_file("a.otio").audio_tracks()


def test_another_shot_network_by_name(here: Path, call: Call) -> None:
    shots_movie(here / "short.mp4", [(1, 0, 22), (2, 0, 25)], sound=False)
    network = ("-a", "shot_network=transnetv2")
    assert call("cut", "short.mp4", "-o", "a.otio", *network)[0] == 0
    assert lengths(here / "a.otio") == [22, 25]
    made = otio.adapters.read_from_file("a.otio")
    assert made.metadata["autoedit"]["options"]["shot_network"] == "transnetv2"
    (seen,) = json.loads(call("analyze", "short.mp4", "--json", "-", *network)[1])["analyses"]
    assert [each["first_after"] for each in seen["transitions"]] == [22]
    assert seen["jump_cuts"] is None
    assert seen["made_by"]["shots"]["network"] == "transnetv2"


def test_a_wrong_option_says_what_it_takes(here: Path, call: Call) -> None:
    code, _, err = call("cut", "film.mp4", "-o", "a.otio", "--end", "soon")
    assert code == 2
    assert err.startswith("error: --end soon: ")
    assert len(err.splitlines()) == 1
    assert not (here / "a.otio").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["cut", "-o", "a.otio"], "which footage"),
        (["cut", "film.mp4"], "-o"),
        (["cut", "film.mp4", "-o", "a.otio", "--ned", "9"], "did you mean '--end'"),
        (["cut", "film.mp4", "-o", "a.otio", "-r", "shosts"], "did you mean 'shots'"),
        (["cut", "film.mp4", "-o", "a.otio", "-a", "ned=9"], "did you mean 'end'"),
        (["cut", "film.mp4", "-o", "a.otio", "-a", "end"], "name=value"),
        (["cut", "film.mp4", "-o", "a.otio", "--for", "avid"], "resolve"),
        (["cut", "film.mp4", "-o", "film.mp4"], "the footage itself"),
        (["cut", "film.mp4", "-o", "./film.mp4"], "the footage itself"),
        (["cut", "film.mp4", "-o", "other.mov"], "as other.otio"),
        (["cut", "film.mp4", "-o", "none/a.otio"], "none does not exist"),
        (["cut", "film.mp4", "-o", "film.mp4/a.otio"], "film.mp4 is a file"),
        (["cut", "film.mp4", "-o", "a.docx"], ".fcpxml"),
        (["cut", "film.mp4", "-o", "a"], "needs a suffix"),
        (["cut", "film.mp4", "-o", "a.edl", "--for", "premiere", "--for", "blender"], ".otio"),
        (["cut", "film.mp4", "-o", "a.otio", "-O", "otio_jso"], "did you mean 'otio_json'"),
    ],
)
def test_called_wrongly(here: Path, call: Call, words: list[str], says: str) -> None:
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert says in err
    assert len(err.splitlines()) == 1
    assert sorted(os.listdir(here)) == ["film.mp4"]


def test_an_adapter_that_is_not_installed_has_a_name(
    here: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = [one for one in otio.plugins.ActiveManifest().adapters if one.name != "AAF"]
    monkeypatch.setattr(otio.plugins, "ActiveManifest", lambda: SimpleNamespace(adapters=rest))
    code, _, err = call("cut", "film.mp4", "-o", "a.aaf")
    assert code == 2
    assert "otio-aaf-adapter" in err
    assert "pip install 'otio-autoedit[programs]'" in err


@pytest.mark.parametrize("name", ["-film.mp4", "a film's 100%.mp4", "fïlm #1?.mp4", '"quoted".mp4'])
def test_odd_names(here: Path, call: Call, name: str) -> None:
    (here / "film.mp4").rename(here / name)
    assert call("cut", "-o", "a.otio", "--", name)[0] == 0
    assert lengths(here / "a.otio") == [40, 50, 30]
    if name.startswith("-"):
        assert "./-film.mp4" in call("cut", name, "-o", "b.otio")[2]
        assert call("cut", f"./{name}", "-o", "b.otio")[0] == 0


def test_a_file_that_is_no_film(here: Path, call: Call) -> None:
    (here / "text.mp4").write_text("Not a film.")
    for name in ("text.mp4", "nowhere.mp4"):
        code, out, err = call("cut", name, "-o", "a.otio")
        assert (code, out) == (1, "")
        assert err.startswith("error: ")
        assert name in err
        assert len(err.splitlines()) == 1
    assert not (here / "a.otio").exists()


@pytest.mark.parametrize("suffix", [".otio", ".otioz", ".otiod"])
def test_what_was_there_is_replaced(here: Path, call: Call, suffix: str) -> None:
    target = here / f"a{suffix}"
    assert call("cut", "film.mp4", "-o", target.name)[0] == 0
    assert call("cut", "film.mp4", "-o", target.name, "--end", "90f")[0] == 0
    assert lengths(target) == [40, 50]
    assert left_over(here) == []


def test_a_bundle_holds_the_film(here: Path, call: Call) -> None:
    assert call("cut", "film.mp4", "-o", "a.otioz")[0] == 0
    with zipfile.ZipFile("a.otioz") as bundle:
        assert any(name.endswith("film.mp4") for name in bundle.namelist())


def test_what_was_there_stays_where_writing_fails(here: Path, call: Call) -> None:
    (here / "a.otioz").write_text("before")
    (here / "gone.mp4").symlink_to("film.mp4")
    assert call("cut", "film.mp4", "-o", "a.otioz", "-A", "no_such_argument=1")[0] == 1
    assert (here / "a.otioz").read_text() == "before"
    assert left_over(here) == []


def test_losses_are_short_lines(here: Path, call: Call) -> None:
    code, _, err = call("cut", "film.mp4", "-o", "a.edl")
    assert code == 0
    assert err
    assert all(line.startswith("warning: a.edl: ") for line in err.splitlines())


@pytest.mark.parametrize(
    ("program", "written"),
    [("resolve", "a.otio"), ("premiere", "a.xml"), ("blender", "a.otio"), ("kdenlive", "a.otio")],
)
def test_for_a_program(here: Path, call: Call, program: str, written: str) -> None:
    code, out, _ = call("cut", "film.mp4", "-o", "a", "--for", program)
    assert code == 0
    assert (here / written).is_file()
    assert out.splitlines()[-1].count(written) == 1


def test_quiet(here: Path, call: Call) -> None:
    assert call("cut", "film.mp4", "-o", "a.otio", "-q", "--for", "resolve") == (0, "", "")


def test_progress_as_json(here: Path, call: Call) -> None:
    words = ["cut", "film.mp4", "-o", "a.edl", "--progress=json", "--no-cache"]
    code, out, err = call(*words)
    assert (code, out) == (0, "")
    lines = [json.loads(line) for line in err.splitlines()]
    steps = [line for line in lines if line["event"] == "progress"]
    assert steps
    assert all(step["path"] == "film.mp4" for step in steps)
    assert steps[-1]["done"] == steps[-1]["total"] == 120
    assert {"fps", "eta", "stage"} <= steps[-1].keys()
    assert any(line["event"] == "warning" for line in lines)
    assert lines[-1]["event"] == "written"
    assert lines[-1]["path"] == "a.edl"
    failed = call("cut", "nowhere.mp4", "-o", "a.edl", "--progress=json")
    assert failed[0] == 1
    assert json.loads(failed[2])["event"] == "error"


@pytest.fixture(scope="module")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film that takes some seconds to watch."""
    import av
    import numpy as np

    path = tmp_path_factory.mktemp("long") / "long.mp4"
    noise = np.random.default_rng(0).integers(0, 255, (360, 640, 3), np.uint8)
    with av.open(str(path), "w") as box:
        stream = box.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        frame = av.VideoFrame.from_ndarray(noise, format="rgb24").reformat(format="yuv420p")
        for number in range(MANY):
            frame.pts = number
            box.mux(stream.encode(frame))
        box.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_stopped_halfway(tmp_path: Path, long_film: Path, how: signal.Signals) -> None:
    target = tmp_path / "long.otio"
    target.write_text("before")
    words = ["cut", str(long_film), "-o", str(target), "--progress=json", "--no-cache"]
    process = spawn(words)
    assert process.stderr is not None
    first = json.loads(process.stderr.readline())  # it is at work
    assert first["event"] == "progress"
    process.send_signal(how)
    begun = time.monotonic()
    _, err = process.communicate(timeout=30)
    assert time.monotonic() - begun < 10
    assert process.returncode == 1
    last = json.loads(err.splitlines()[-1])
    assert last["event"] == "error"
    assert "stopped" in last["text"]
    assert target.read_text() == "before"
    assert os.listdir(tmp_path) == ["long.otio"]


def test_a_timeline_is_shortened_and_the_target_has_a_short_flag(here: Path, call: Call) -> None:
    assert call("cut", "film.mp4", "-o", "whole.otio")[0] == 0
    code, _, err = call("cut", "whole.otio", "-r", "shots", "-t", "2s", "-o", "short.otio")
    assert code == 0, err
    short = otio.adapters.read_from_file("short.otio")
    assert 1.9 <= short.duration().to_seconds() <= 2
    assert short.metadata["autoedit"]["recut"]["recipe"] == "shots"
    assert "media that it plays is not there" in _moved(here, call)
    code, _, err = call("cut", "whole.otio", "film.mp4", "-o", "b.otio")
    assert code != 0
    assert "by itself" in err


def _moved(here: Path, call: Call) -> str:
    (here / "film.mp4").rename(here / "away.mp4")
    err = call("cut", "whole.otio", "-r", "shots", "-o", "c.otio")[2]
    (here / "away.mp4").rename(here / "film.mp4")
    return err


def test_an_edit_without_pieces_is_said(here: Path, call: Call) -> None:
    code, out, _ = call("cut", "film.mp4", "-a", "keep=shot_length > 1000", "-o", "none.otio")
    assert code == 0
    assert "note: nothing plays: shot_length > 1000" in out


def test_the_summary_counts_what_plays() -> None:
    rate = 24000 / 1001
    whole = otio.opentime.TimeRange(
        otio.opentime.RationalTime(0, rate), otio.opentime.RationalTime(48, rate)
    )
    timeline = otio.schema.Timeline(global_start_time=otio.opentime.RationalTime(0, rate))
    assert summary(timeline) == "0 clips, 0.00 s at 23.976 fps"
    for name, enabled in (("V1", True), ("Alternates", False)):
        track = otio.schema.Track(name, kind="Video")
        track.append(otio.schema.Clip(source_range=whole))
        track.enabled = enabled
        timeline.tracks.append(track)
    assert summary(timeline) == "1 clip, 2.00 s at 23.976 fps"
