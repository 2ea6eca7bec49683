"""``otio-autoedit train`` and ``evaluate``: the doors; tests/models looks behind them."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import pytest

from otio_autoedit.models.evaluate.scoring import Counts
from otio_autoedit.models.train import shots
from otio_autoedit.models.train.validate import Validation
from otio_autoedit.models.transition import Thresholds
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
    words = ["evaluate", "shots", "--data", str(labelled), "--no-peers", "--only", "films"]
    code, out, err = call(*words, "--tolerance", "0,1")
    assert (code, err) == (0, "")
    lines = [line for line in out.splitlines() if line.startswith("| ")]
    rows = [line.split("|") for line in lines[2:]]
    assert {row[1].strip() for row in rows} == {"otio-autoedit"}
    assert {row[3].strip() for row in rows} == {"0", "1"}
    assert all(float(row[6]) == 1.0 for row in rows)


def test_figures_and_sheets_are_written_where_they_are_asked_for(
    labelled: Path, call: Call, tmp_path: Path
) -> None:
    figures, sheets = tmp_path / "measured.json", tmp_path / "sheets"
    words = ["evaluate", "shots", "--data", str(labelled), "--no-peers", "--only", "films,costs"]
    code, out, _ = call(*words, "--json", str(figures), "--sheets", str(sheets))
    assert code == 0
    stored = json.loads(figures.read_text())
    assert stored["costs"][0]["parameters"] > 0
    assert stored["rows"][0]["counts"]["found"] == 2
    assert {path.name for path in sheets.iterdir()} == {"misses.png", "false-alarms.png"}
    assert "multiply-adds a frame" in out


def test_real_single_shots_are_counted_by_their_folder(labelled: Path, call: Call) -> None:
    """A film of three shots is no single shot: its two cuts are the alarms to count."""
    clips = labelled / "shots" / "eval"
    words = ["evaluate", "shots", "--data", str(labelled), "--no-peers", "--only", "films"]
    code, out, _ = call(*words, "--footage", str(clips))
    assert code == 0
    minutes = 120 / 25 / 60
    assert f"| eval | {minutes:.1f} | {2 / minutes:.2f} |" in out


def test_learning_curves_are_drawn_beside_the_history(tmp_path: Path, call: Call) -> None:
    pytest.importorskip("matplotlib")
    history = tmp_path / "shots-history.json"
    entry = {"step": 1, "elapsed_s": 60, "loss": 0.5, "generated": {"f1": 0.5}}
    history.write_text(json.dumps([entry]))
    code, out, _ = call("evaluate", "shots", "--curves", str(history))
    assert code == 0
    assert "shots-history.png" in out
    assert (tmp_path / "shots-history.png").stat().st_size > 1000


def test_the_data_setting(labelled: Path, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["evaluate", "shots", "--no-peers", "--only", "films", "-q"]
    monkeypatch.setenv("OTIO_AUTOEDIT_DATA", str(labelled))
    assert call(*words)[0] == 0
    monkeypatch.setenv("OTIO_AUTOEDIT_DATA", str(labelled / "none"))
    code, _, err = call(*words)
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
        ["evaluate", "shots", "--only", "flims"],
        ["evaluate", "shots", "--only", ""],
        ["evaluate", "shots", "--windows", "0"],
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
        drawn, real = Counts(found=9, false_alarms=1, missed=1), Counts(found=4, missed=1)
        scored = Validation(Thresholds(), generated=drawn, real=real, jumps=Counts())
        report(shots.Progress(20, 90.0, 0.4, scored))
        return tmp_path / "shots.safetensors"

    monkeypatch.setattr(shots, "train_shots", train)
    words = ["train", "shots", "--data", str(tmp_path), "--out", str(tmp_path / "run")]
    code, out, err = call(*words, "--minutes", "2", "--seed", "5", "--from-start")
    assert code == 0
    assert "shots.safetensors" in out
    assert asked["data"] == tmp_path
    assert (asked["minutes"], asked["seed"], asked["resume"]) == (2.0, 5, False)
    assert asked["steps"] is None
    assert "step 20, loss 0.4000, 1.5 of 2 min, F1 0.900" in err
    assert "on real films 0.889" in err
    steps = call(*words, "--progress=json")[2].splitlines()
    assert json.loads(steps[1])["f1"] == 0.9
