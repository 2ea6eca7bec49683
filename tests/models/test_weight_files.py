"""Weights that are missing, cut short, altered or for something else."""

from __future__ import annotations

import pickle
from dataclasses import asdict
from pathlib import Path

import pytest
import torch

from otio_autoedit.errors import AutoEditError, WeightsError
from otio_autoedit.models import weight_files
from otio_autoedit.models.shots import ShotDetector, ShotNet, ShotNetConfig
from otio_autoedit.models.weight_files import ENVIRONMENT, load_weights, save_weights


def save_net(path: Path, config: ShotNetConfig, **changes: object) -> Path:
    net = ShotNet(config)
    save_weights(path, "shots", asdict(config) | {"thresholds": {}} | changes, net.state_dict())
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return save_net(tmp_path / "shots.safetensors", ShotNetConfig(width=4, features=8))


def test_saved_weights_come_back(path: Path) -> None:
    loaded = load_weights("shots", path)
    assert loaded.config["width"] == 4
    assert ShotDetector(path).made_by["weights"] == loaded.sha256


def test_the_folder_named_by_the_environment_goes_first(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(path.parent))
    assert load_weights("shots").path == path
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "nowhere"))
    with pytest.raises(WeightsError, match=r"nowhere.*unset OTIO_AUTOEDIT_WEIGHTS"):
        load_weights("shots")


@pytest.mark.parametrize("kept", [0, 5, 100, -100])
def test_a_file_cut_short_is_named(path: Path, kept: int) -> None:
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(WeightsError, match=r"shots\.safetensors"):
        ShotDetector(path)


def test_a_pickle_is_refused_unread(path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return (pytest.fail, ("the pickle was run",))

    path.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(WeightsError):
        ShotDetector(path)
    torch.save({"a": torch.zeros(3)}, path)
    with pytest.raises(WeightsError):
        ShotDetector(path)


def test_weights_of_another_network_are_refused(path: Path) -> None:
    save_weights(path, "faces", {}, {"a": torch.zeros(3)})
    with pytest.raises(WeightsError, match="'faces'"):
        ShotDetector(path)


@pytest.mark.parametrize("changes", [{"width": 5}, {"width": 10**9}, {"thresholds": "high"}])
def test_weights_that_do_not_fit_are_refused(path: Path, changes: dict[str, object]) -> None:
    save_net(path, ShotNetConfig(width=4, features=8), **changes)
    with pytest.raises(WeightsError, match="does not fit"):
        ShotDetector(path)


def test_a_changed_packaged_file_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weight_files, "PACKAGED", path.parent)
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    with pytest.raises(WeightsError, match="damaged or was changed"):
        load_weights("shots")


def test_the_packaged_weights_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    assert load_weights("shots").path.stat().st_size < 10_000_000
    assert issubclass(WeightsError, AutoEditError)
