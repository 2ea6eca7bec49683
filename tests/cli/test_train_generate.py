"""``train generate`` writes sets that load, keeps what is there, and says what it lacks."""

from __future__ import annotations

from pathlib import Path

import pytest

from otio_autoedit.cli import main
from otio_autoedit.models.train.scene.sets import load_set


def generate(*options: str) -> int:
    return main(["train", "generate", "-q", *options])


def test_a_set_is_written_once_and_then_left_alone(data_dir: Path, tmp_path: Path) -> None:
    options = ("--data", str(data_dir), "--out", str(tmp_path), "--only", "staged")
    assert generate(*options, "--pictures", "8") == 0
    first = (tmp_path / "staged" / "labels.jsonl").read_bytes()
    assert len(load_set(tmp_path / "staged").pictures) == 8
    assert generate(*options, "--pictures", "16") == 0
    assert (tmp_path / "staged" / "labels.jsonl").read_bytes() == first


def test_marks_without_the_sets_they_are_of_are_a_warning(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ("--data", str(data_dir), "--out", str(tmp_path), "--only", "marked")
    assert generate(*options) == 1
    assert "none of the marked pictures' sets" in capsys.readouterr().err
    assert not (tmp_path / "marked").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [((), "--out DIR"), (("--out", "sets", "--pictures", "0"), "--pictures must be 1")],
)
def test_what_is_missing_is_said(
    options: tuple[str, ...], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert generate(*options) != 0
    assert words in capsys.readouterr().err
