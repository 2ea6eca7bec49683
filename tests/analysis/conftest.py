"""A short film with known cuts, and a store of one's own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from otio_autoedit.analysis.store import Store
from tests.support.movies import shots_movie

SHOTS = [(1, 0, 40), (2, 0, 40), (3, 0, 40), (4, 0, 40)]  # tag, first number, count
CUTS = [(39, 40), (79, 80), (119, 120)]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """160 frames at 25 a second, three cuts, sound."""
    return shots_movie(tmp_path_factory.mktemp("film") / "Käfer 1.mp4", SHOTS)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    yield
    assert not [t.name for t in threading.enumerate() if t.name.startswith("autoedit")]
