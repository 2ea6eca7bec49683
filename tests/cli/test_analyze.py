"""``otio-autoedit analyze``: what was seen, as text and as JSON."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from otio_autoedit.analysis.export import from_json
from otio_autoedit.analysis.record import JumpCut, Masks, Track
from otio_autoedit.cli.analyze import describe
from otio_autoedit.media.thumbnails import thumbnail
from tests.cli.conftest import Call
from tests.support.analyses import change, film
from tests.support.scene_weights import write_scene_weights


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


def test_objects_and_masks_are_counted() -> None:
    people = [
        Track(n, label, np.arange(3), np.zeros((3, 4), np.float32), np.ones(3, np.float32))
        for n, label in enumerate(("ball", "person", "person"), 1)
    ]
    masks = Masks.of("person", np.arange(3) * 8, np.zeros((3, 36, 64), np.uint8))
    lines = describe(replace(film(), tracks=tuple(people), masks=(masks,))).splitlines()
    assert lines[-2:] == [
        "  objects: 2 person, 1 ball",
        "  mask of person: 3 frames, 64x36",
    ]
    assert describe(replace(film(), tracks=())).splitlines()[-1] == "  objects: none"


def test_masks_are_written_where_one_says(
    here: Path, call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    with av.open(str(here / "film.mp4")) as box:
        frames = [thumbnail(frame, (256, 144)) for frame in box.decode(video=0)]
    write_scene_weights(weights, np.stack(frames[::30]))
    monkeypatch.setenv("OTIO_AUTOEDIT_WEIGHTS", str(weights))
    (here / "again").mkdir()
    shutil.copyfile(here / "film.mp4", here / "again" / "film.mp4")
    words = ("analyze", "film.mp4", "again/film.mp4", "--needs", "masks", "--masks-dir", "mattes")
    code, out, err = call(*words, "--json", "film.json")
    assert (code, err) == (0, "")
    first, second = from_json(json.loads((here / "film.json").read_text()))
    assert first.masks
    assert second.masks
    files = [Path(masks.file) for masks in (*first.masks, *second.masks)]
    assert len(set(files)) == len(files)
    assert sorted(here.glob("mattes/*")) == sorted(here / file for file in files)
    assert f"{files[0]}: 15 masks of {first.masks[0].label}" in out
    with np.load(here / files[0], allow_pickle=False) as file:
        assert file["frames"].tolist() == list(range(0, 120, 8))
        assert (file["mattes"].shape, file["mattes"].dtype) == ((15, 36, 64), np.uint8)
        assert file["mattes"].max() >= 128


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
        (["--needs", "object"], "did you mean 'objects'"),
        (["--detector", "yolox_nan"], "did you mean 'yolox_nano'"),
        (["-a", "segmenter=yolox_s"], "that is a detector"),
        (["--masks-dir", "mattes"], "--needs masks"),
        (["--masks-dir", "none/mattes", "--needs", "masks"], "none/mattes"),
        (["--masks-dir", "film.mp4", "--needs", "masks"], "film.mp4"),
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
