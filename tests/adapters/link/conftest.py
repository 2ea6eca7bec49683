"""Footage whose shots are known: kept in the store as if the network had seen them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from otio_autoedit.analysis.pipeline import analyze
from otio_autoedit.analysis.record import Transition
from otio_autoedit.analysis.results import Shots
from otio_autoedit.analysis.shot_network import ShotNetwork
from otio_autoedit.analysis.stage_entries import to_entry
from otio_autoedit.analysis.stages import SHOTS
from otio_autoedit.analysis.store import Store
from tests.support.movies import shots_movie

Keep = Callable[..., None]


@pytest.fixture
def keep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Keep:
    """``keep(path, Transition(...), ...)``: what the store has of a file's shots. The network
    cannot be asked: its weights are no weights."""
    weights = tmp_path / "weights" / "shots.safetensors"
    weights.parent.mkdir()
    weights.write_bytes(b"never loaded")
    monkeypatch.setenv("OTIO_AUTOEDIT_WEIGHTS", str(weights.parent))
    monkeypatch.setenv("OTIO_AUTOEDIT_CACHE", str(tmp_path / "cache"))
    key = ShotNetwork(None, "auto", None).key()

    def keep_shots(path: Path, *transitions: Transition) -> None:
        seen = analyze(path, needs=())
        shots = Shots(transitions, (), {"network": "a person who knows"})
        Store().save(seen.media.fingerprint, SHOTS, key, to_entry(shots))

    return keep_shots


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder tree of small movies, made once; ask for `rushes` to get one of your own."""
    folder = tmp_path_factory.mktemp("library")
    for name, rate, timecode, shots in (
        ("day1/A001.mov", 24, "01:00:00:00", [(1, 0, 50), (2, 0, 70), (3, 0, 80)]),
        ("day 2/Café 100%25 B.mov", 24, None, [(4, 0, 60), (5, 0, 60)]),
        ("camera_A_001.mov", 24, "10:00:00:00", [(6, 0, 60), (7, 0, 60)]),
        ("slow.mov", Fraction(24000, 1001), "02:00:00:00", [(8, 0, 96)]),
        ("drop.mov", Fraction(30000, 1001), "03:00:00;00", [(9, 0, 90)]),
        ("pal.mp4", 25, None, [(10, 0, 50), (11, 0, 50)]),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shots_movie(path, shots, rate=Fraction(rate), timecode=timecode, size=(160, 96))
    return folder


@pytest.fixture
def rushes(library: Path, tmp_path: Path) -> Path:
    """The library's tree in a folder that a test may add to (its files are links to the movies)."""
    folder = tmp_path / "rushes"
    for path in library.rglob("*.m*"):
        own = folder / path.relative_to(library)
        own.parent.mkdir(parents=True, exist_ok=True)
        own.hardlink_to(path)
    return folder
