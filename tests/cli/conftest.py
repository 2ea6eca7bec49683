"""Films for the command line: made once, cut often."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from otio_autoedit.cli import main
from tests.support.movies import shots_movie

SHOTS = [(1, 0, 40), (2, 0, 50), (3, 0, 30)]
"""Three shots of strongly different look: tag, first number, frames."""


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of three shots, 120 frames at 25, with sound and timecode."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return shots_movie(path, SHOTS, timecode="01:00:00:00")


@pytest.fixture
def here(tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, with the film in it."""
    shutil.copy(film, tmp_path / "film.mp4")
    monkeypatch.chdir(tmp_path)
    return tmp_path


Call = Callable[..., tuple[int, str, str]]


@pytest.fixture
def call(capfd: pytest.CaptureFixture[str]) -> Call:
    """Run a command in this process: its exit code, stdout, stderr."""

    def run(*words: str) -> tuple[int, str, str]:
        capfd.readouterr()
        code = main(list(words))
        said = capfd.readouterr()
        return code, said.out, said.err

    return run


def spawn(words: Sequence[str], **more: str) -> subprocess.Popen[str]:
    """Start a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "otio_autoedit.cli", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **more},
    )
