"""``otio-autoedit train`` and ``evaluate``: the doors; tests/models looks behind them."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest

from otio_autoedit.models.evaluate.scoring import Counts
from otio_autoedit.models.train import shots
from tests.cli.conftest import SHOTS, Call
from tests.support.movies import shots_movie


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    """A data folder with one labelled film."""
    folder = tmp_path / "data" / "shots" / "eval"
    folder.mkdir(parents=True)
    shots_movie(folder / "short1.mp4", SHOTS, sound=False)
    cuts = [
        {"last_before": at - 1, "first_after": at, "type": "cut", "by": "both"} for at in (40, 90)
    ]
    document = {"frames": 120, "transitions": cuts}
    (folder / "short1.json").write_text(json.dumps(document))
    return tmp_path / "data"


def test_the_printed_accuracy_comes_of_this_command(labelled: Path, call: Call) -> None:
    words = ["evaluate", "shots", "--data", str(labelled), "--no-peers", "--tolerance", "0,1"]
    code, out, err = call(*words)
    assert (code, err) == (0, "")
    rows = [line.split("|") for line in out.splitlines()[2:]]
    assert {row[1].strip() for row in rows} == {"otio-autoedit"}
    assert {row[3].strip() for row in rows} == {"0", "1"}
    assert all(float(row[6]) == 1.0 for row in rows)


def test_the_data_setting(labelled: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTIO_AUTOEDIT_DATA", str(labelled))
    assert call("evaluate", "shots", "--no-peers", "-q")[0] == 0
    monkeypatch.setenv("OTIO_AUTOEDIT_DATA", str(labelled / "none"))
    code, _, err = call("evaluate", "shots", "--no-peers")
    assert code == 2
    assert "OTIO_AUTOEDIT_DATA" in err


def test_a_folder_without_labels(tmp_path: Path, call: Call) -> None:
    code, _, err = call("evaluate", "shots", "--data", str(tmp_path))
    assert code == 1
    assert "no labelled films" in err
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ["train", "shots"],
        ["train", "shtos", "--out", "x"],
        ["train", "shots", "--out", "x", "--data", "/nowhere"],
        ["evaluate", "shots", "--tolerance", "-1"],
        ["evaluate", "shots", "--tolerance", "a"],
    ],
)
def test_called_wrongly(call: Call, words: list[str]) -> None:
    code, out, err = call(*words)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1


def test_training_is_called_as_it_asks(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    signature = inspect.signature(shots.train_shots)
    asked: dict[str, object] = {}

    def train(*words: object, **named: object) -> Path:
        asked.update(signature.bind(*words, **named).arguments)
        report = named["progress"]
        assert callable(report)
        report(shots.Progress(10, 60.0, 0.5))
        report(shots.Progress(20, 90.0, 0.4, 0.5, Counts(found=9, false_alarms=1, missed=1)))
        return tmp_path / "shots.safetensors"

    monkeypatch.setattr(shots, "train_shots", train)
    words = ["train", "shots", "--data", str(tmp_path), "--out", str(tmp_path / "run")]
    code, out, err = call(*words, "--minutes", "2", "--seed", "5", "--from-start")
    assert code == 0
    assert "shots.safetensors" in out
    assert asked["data"] == tmp_path
    assert (asked["minutes"], asked["seed"], asked["resume"]) == (2.0, 5, False)
    assert "step 20, loss 0.4000, 1.5 of 2 min, F1 0.900" in err
    steps = call(*words, "--progress=json")[2].splitlines()
    assert json.loads(steps[1])["f1"] == 0.9
