"""``otio-autoedit evaluate scene``: the door; tests/models/evaluate looks behind it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from otio_autoedit.models.scene import SceneNet, SceneNetConfig
from otio_autoedit.models.weight_files import save_weights
from tests.cli.conftest import Call
from tests.support.scene_data import make_scene_data
from tests.support.taught_sets import drawn_set

SMALL = SceneNetConfig(
    widths=(8, 8, 12, 16, 24), depths=(1, 1, 1, 1), neck=16, states=8, hidden=16, decoder=8
)


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    """The command on a data folder in little, with a network that has learnt nothing."""
    torch.manual_seed(0)
    weights = tmp_path / "scene.safetensors"
    save_weights(weights, "scene", asdict(SMALL), SceneNet(SMALL).state_dict())
    data = make_scene_data(tmp_path / "data")
    return ["evaluate", "scene", "--data", str(data), "--weights", str(weights), "--no-peers"]


def test_figures_tables_and_sheets_are_of_one_run(
    words: list[str], call: Call, tmp_path: Path
) -> None:
    figures, sheets = tmp_path / "measured.json", tmp_path / "sheets"
    code, out, err = call(
        *words, "--only", "objects,foreground", "--size", "96x64", "--json", str(figures),
        "--sheets", str(sheets),
    )  # fmt: skip
    assert code == 0, err
    stored = json.loads(figures.read_text())
    assert [row["contender"] for row in stored["objects"]] == [
        "otio-autoedit",
        "otio-autoedit at 112x64",
    ]
    assert f"| otio-autoedit | {stored['films'][0]['mean']:.3f} |" in out
    assert {path.name for path in sheets.iterdir()} == {
        "objects.png",
        "masks.png",
        "foreground.png",
    }


def test_kinds_of_scene_are_measured_on_what_training_held_out(
    words: list[str], call: Call, tmp_path: Path
) -> None:
    drawn_set(tmp_path / "sets" / "drawn", 120)
    code, out, err = call(*words, "--only", "scenes", "--sets", str(tmp_path / "sets"))
    assert code == 0, err
    assert "| otio-autoedit | all | " in out


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["--only", "objcts"], "did you mean 'objects'"),
        (["--only", ""], "name some of"),
        (["--size", "384"], "write WIDTHxHEIGHT"),
        (["--size", "8x8"], "of 64 or more"),
        (["--sets", "nowhere"], "nowhere"),
        (["--peers-only"], "not allowed with"),
        (["--sheet", "x"], "did you mean '--sheets'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    words: list[str], call: Call, more: list[str], reason: str
) -> None:
    code, out, err = call(*words, *more)
    assert code != 0
    assert out == ""
    assert err.count("\n") == 1
    assert reason in err


def test_sheets_are_of_ours(call: Call, tmp_path: Path) -> None:
    code, _, err = call("evaluate", "scene", "--peers-only", "--sheets", str(tmp_path / "sheets"))
    assert code == 2
    assert "leave --peers-only" in err


def test_help_of_each_network_names_the_others(call: Call) -> None:
    code, out, _ = call("evaluate", "--help")
    assert code == 0
    assert "evaluate scene --help" in " ".join(out.split())
    code, out, _ = call("evaluate", "scene", "--help")
    assert code == 0
    assert "--peers-only" in out
