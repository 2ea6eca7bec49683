"""``otio-autoedit analyze``: what was seen, as text and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from otio_autoedit.analysis.export import from_json
from otio_autoedit.analysis.record import JumpCut
from otio_autoedit.cli.analyze import describe
from tests.cli.conftest import Call
from tests.support.analyses import change, film


def test_what_was_seen(here: Path, call: Call) -> None:
    code, out, err = call("analyze", "film.mp4", "--needs", "shots,loudness")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "film.mp4, video, 640x360, 120 frames, 25 fps, from 01:00:00:00"
    cuts = [line.split()[:3] for line in lines if line.split()[0] == "cut"]
    assert cuts == [["cut", "39", "40"], ["cut", "89", "90"]]
    assert "loudness" in lines[-1]
    assert "LUFS" in lines[-1]


def test_jump_cuts_stand_apart_from_the_transitions() -> None:
    lines = describe(film([change(99, 100)], jump_cuts=[JumpCut(149, 0.8125)])).splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["transition", "last", "before", "first", "after", "confidence"],
        ["cut", "99", "100", "0.90"],
        ["time", "left", "out", "last", "before", "first", "after", "confidence"],
        ["jump", "cut", "149", "150", "0.81"],
    ]
    alone = describe(film(jump_cuts=[JumpCut(149, 0.8125)])).splitlines()
    assert alone[1] == "  no transitions: one shot"
    assert "jump cut" in alone[-1]


def test_json_on_stdout_and_in_a_file(here: Path, call: Call) -> None:
    code, out, _ = call("analyze", "film.mp4", "--json", "-")
    assert code == 0
    document = json.loads(out)
    assert document["schema"] == 1
    assert document["analyses"][0]["transitions"][0]["first_after"] == 40
    assert call("analyze", "film.mp4", "--json", "film.json", "-q") == (0, "", "")
    assert json.loads((here / "film.json").read_text()) == document
    assert from_json(document)[0].media.frame_count == 120


def test_a_file_that_cannot_be_read_does_not_stop_the_others(here: Path, call: Call) -> None:
    (here / "text.mp4").write_text("Not a film.")
    code, out, err = call("analyze", "text.mp4", "film.mp4", "--json", "-")
    assert code == 1
    assert "text.mp4" in err
    assert len(err.splitlines()) == 1
    assert [one["media"]["path"] for one in json.loads(out)["analyses"]] == ["film.mp4"]
    code, out, _ = call("analyze", "text.mp4", "--json", "none.json")
    assert code == 1
    assert not (here / "none.json").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--needs", "shtos"], "did you mean 'shots'"),
        (["--threshold", "2"], "threshold"),
        (["-a", "threshold=2"], "--threshold 2"),
        (["-a", "shot_network=transnet"], "did you mean 'transnetv2'"),
        (["--shot-network", "yolo"], "shot-network"),
        (["--device", "cdua"], "did you mean 'cuda'"),
        (["--json", "none/film.json"], "does not exist"),
        (["--json", "film.mp4"], "the footage itself"),
    ],
)
def test_called_wrongly(here: Path, call: Call, words: list[str], says: str) -> None:
    code, out, err = call("analyze", "film.mp4", "--no-cache", *words)
    assert (code, out) == (2, "")
    assert says in err
    assert len(err.splitlines()) == 1


def test_a_second_run_takes_what_was_kept(
    here: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = call("analyze", "film.mp4")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("it was watched again")

    monkeypatch.setattr("otio_autoedit.analysis.watch.watch", refuse)
    assert call("analyze", "film.mp4") == first
    assert call("analyze", "film.mp4", "--no-cache")[0] == 1
