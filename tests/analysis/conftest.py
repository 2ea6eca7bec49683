"""A short film with known cuts, and a store of one's own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from otio_autoedit.analysis.store import Store
from otio_autoedit.media.thumbnails import thumbnail
from tests.support.movies import shots_movie
from tests.support.scene_weights import write_scene_weights

SHOTS = [(1, 0, 40), (2, 0, 40), (3, 0, 40), (4, 0, 40)]  # tag, first number, count
CUTS = [(39, 40), (79, 80), (119, 120)]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """160 frames at 25 a second, three cuts, sound."""
    return shots_movie(tmp_path_factory.mktemp("film") / "Käfer 1.mp4", SHOTS)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture(scope="session")
def scene_weights(film: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with weights of the scene network that find something in the film."""
    folder = tmp_path_factory.mktemp("weights")
    with av.open(str(film)) as box:
        frames = [thumbnail(frame, (256, 144)) for frame in box.decode(video=0)]
    write_scene_weights(folder, np.stack(frames[::40]))
    return folder


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    yield
    assert not [t.name for t in threading.enumerate() if t.name.startswith("autoedit")]
