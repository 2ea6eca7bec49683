"""``otio-autoedit train scene``: the door; tests/models/train/scene looks behind it."""

from __future__ import annotations

import json
from pathlib import Path

from otio_autoedit.models.scene import trainable_from
from otio_autoedit.models.weight_files import load_weights
from tests.cli.conftest import Call
from tests.support.taught_sets import drawn_set


def test_a_step_leaves_weights_history_and_curves(tmp_path: Path, call: Call) -> None:
    drawn_set(tmp_path / "sets" / "drawn", 12)
    out = tmp_path / "run"
    words = ["train", "scene", "--source", str(tmp_path / "sets"), "--out", str(out)]
    code, _, _ = call(*words, "--steps", "1", "--progress", "json")
    assert code == 0
    assert trainable_from(load_weights("scene", out / "scene.safetensors")).config.objects
    assert len(json.loads((out / "scene-history.json").read_text("utf-8"))) == 1
    code, _, err = call(*words, "--steps", "2", "--progress", "json")
    assert code == 0
    events = [json.loads(line) for line in err.splitlines()]
    steps = [event["step"] for event in events if event["event"] == "progress"]
    assert steps[-1] == 2  # it went on from the first
    assert {"loss", "ap50", "miou", "scene"} <= events[-2].keys()
    assert len(json.loads((out / "scene-history.json").read_text("utf-8"))) == 2


def test_called_wrongly(tmp_path: Path, call: Call) -> None:
    out = ["--out", str(tmp_path / "out")]
    code, _, err = call("train", "scene", *out)
    assert code != 0
    assert "--source" in err
    code, _, err = call("train", "scene", "--source", str(tmp_path), *out)
    assert code != 0
    assert "no set of pictures" in err
    code, _, err = call("train", "scene", "--source", str(tmp_path), *out, "--device", "cdua")
    assert code != 0
    assert "cuda" in err
    assert len(err.splitlines()) == 1
