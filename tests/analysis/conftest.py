"""A short film with known cuts, and a store of one's own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from otio_autoedit.analysis.store import Store
from otio_autoedit.models.scene import SceneNet, SceneNetConfig
from otio_autoedit.models.weight_files import save_weights
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


@pytest.fixture(scope="session")
def scene_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with weights of the scene network as chance gives them: they find something in
    every picture, and always the same."""
    torch.manual_seed(5)
    net = SceneNet(SceneNetConfig())
    with torch.no_grad():
        net.objects.cls.bias.zero_()  # type: ignore[union-attr, operator]
        for logits, scale in ((net.objects.cls, 30), (net.masks.out, 100), (net.scene, 1)):
            for weight in logits.parameters():
                weight.mul_(scale)
    folder = tmp_path_factory.mktemp("weights")
    save_weights(folder / "scene.safetensors", "scene", asdict(net.config), net.state_dict())
    return folder


@pytest.fixture(autouse=True)
def _no_thread_stays() -> Iterator[None]:
    yield
    assert not [t.name for t in threading.enumerate() if t.name.startswith("autoedit")]
