"""The README is true: its commands run, its Python runs, its tables are what the code says."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from otio_autoedit.cli.commands import COMMANDS
from otio_autoedit.models.weight_files import SHA256
from tests.support.movies import coded_movie, shots_movie

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    """The README's code blocks of a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the README's commands speak of."""
    folder = tmp_path_factory.mktemp("readme")
    shots_movie(folder / "film.mp4", [(1, 0, 40), (2, 0, 50), (3, 0, 30)])
    (folder / "rushes").mkdir()
    coded_movie(folder / "rushes" / "a.mov", frames=60, timecode="01:00:00:00", tag=4)
    event = "001  a        V     C        01:00:00:10 01:00:01:10 00:00:00:00 00:00:01:00\n"
    (folder / "cut.edl").write_text(f"TITLE: cut\n\n{event}* FROM CLIP NAME: a.mov\n")
    for recipe in blocks("toml"):
        (folder / f"{tomllib.loads(recipe)['name']}.toml").write_text(recipe)
    return folder


@pytest.mark.parametrize("command", [line for b in blocks("sh") for line in b.splitlines()])
def test_every_command_runs(footage: Path, command: str) -> None:
    assert command.split()[0] in ("otio-autoedit", "otioconvert")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=footage,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    if named := re.findall(r"(?:-o|--json) (\S+)", command):
        assert all((footage / name).stat().st_size > 100 for name in named)


@pytest.mark.parametrize("name", [tomllib.loads(block)["name"] for block in blocks("toml")])
def test_every_recipe_runs(footage: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    from otio_autoedit import cut

    monkeypatch.chdir(footage)
    timeline = cut("film.mp4", f"{name}.toml")
    assert timeline.metadata["autoedit"]["recipe"] == name


def test_the_python_runs(footage: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(footage)
    for block in blocks("python"):
        names: dict[str, object] = {}
        exec(block, names)
        assert names["timeline"]


def test_the_tables_are_what_the_code_says() -> None:
    """Mended by ``make docs``."""
    pytest.importorskip("otio_aaf_adapter")
    made = readme_tables()
    assert made.filled(README, made.tables()) == README


@pytest.mark.parametrize("network", ["shots", "scene"])
def test_a_model_card_shows_what_was_measured_of_the_weights_that_ship(network: str) -> None:
    """Of a network that does not ship yet, its teachers alone."""
    made = readme_tables()
    card = made.CARDS[network].read_text("utf-8")
    assert made.filled(card, made.card_tables(network)) == card
    measured = json.loads(made.MEASURED[network].read_text("utf-8"))
    assert measured["weights"] == SHA256.get(f"{network}.safetensors", "")


def test_every_command_is_known() -> None:
    named = set(re.findall(r"otio-autoedit ([a-z]+)", README)) - {""}
    assert named <= set(COMMANDS)


def test_every_file_it_names_is_there() -> None:
    linked = re.findall(r"\]\(([^)#]+)\)", README)
    named = re.findall(r"`((?:adapters|models|scripts|tests|docs|otio_autoedit)/[\w./-]*)`", README)
    for path in (*linked, *named):
        if not path.startswith("http"):
            there = (ROOT / path).exists() or (ROOT / f"{path}.py").exists()
            assert there, f"{path} is not there"


def test_every_setting_is_one_that_the_code_reads() -> None:
    code = "\n".join(
        path.read_text("utf-8")
        for top in ("otio_autoedit", "adapters", "models")
        for path in (ROOT / top).rglob("*.py")
    )
    listed = set(re.findall(r"OTIO_AUTOEDIT_[A-Z]+", README)) - {"OTIO_AUTOEDIT_STRICT"}
    used = set(re.findall(r"[\"'](OTIO_AUTOEDIT_[A-Z]+)[\"']", code))
    assert listed == used


def readme_tables() -> ModuleType:
    path = ROOT / "scripts" / "readme_tables.py"
    spec = importlib.util.spec_from_file_location("readme_tables", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
