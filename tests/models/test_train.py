"""Training, for a second or two: it runs, stops, goes on, and leaves weights that load."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from otio_autoedit.errors import AutoEditError, WeightsError
from otio_autoedit.models.heads import TransitionLogits
from otio_autoedit.models.shots import ShotDetector, ShotNetConfig
from otio_autoedit.models.train import shots
from otio_autoedit.models.train.footage import Footage, load_footage, split
from otio_autoedit.models.train.shots import Progress, TrainOptions, shot_loss, train_shots
from otio_autoedit.models.transition import Shots

SMALL = ShotNetConfig(width=4, features=8, cell_features=4, inputs=16, hidden=8, head=8)
SHORT = TrainOptions(batch=2, validation_windows=2)


@pytest.fixture
def noise(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(0)
    clips = tuple(rng.integers(0, 255, (40, 54, 96, 3), np.uint8) for _ in range(6))
    stills = tuple(rng.integers(0, 255, (108, 192, 3), np.uint8) for _ in range(6))
    monkeypatch.setattr(shots, "load_footage", lambda data, extra: Footage(clips, stills))


@pytest.mark.usefixtures("noise")
def test_a_run_goes_on_from_its_checkpoint(tmp_path: Path) -> None:
    seen: list[Progress] = []

    def train(minutes: float, resume: bool = True) -> Path:
        return train_shots(
            tmp_path,
            tmp_path / "out",
            minutes=minutes,
            resume=resume,
            options=SHORT,
            config=SMALL,
            progress=seen.append,
        )

    path = train(0.001)  # at least one step is taken
    first = seen[-1].step
    train((seen[-1].elapsed_s + 0.5) / 60)
    assert seen[-1].step > first
    history = json.loads((tmp_path / "out" / "shots-history.json").read_text("utf-8"))
    assert [entry["step"] for entry in history] == [first, seen[-1].step]
    assert ShotDetector(path).finish() == Shots()
    train(0.0, resume=False)
    assert seen[-1].step == 0


@pytest.mark.usefixtures("noise")
def test_a_run_begins_with_the_weights_of_another(tmp_path: Path) -> None:
    def train(out: str, steps: int, begin: Path | None = None) -> Path:
        given = {"steps": steps, "begin": begin, "options": SHORT}
        return train_shots(tmp_path, tmp_path / out, config=None if begin else SMALL, **given)

    first = train("first", 3)
    same, further = train("same", 0, first), train("further", 2, first)
    before, after, trained = (load_file(path) for path in (first, same, further))
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert not all(torch.equal(before[name], trained[name]) for name in before)
    with pytest.raises(WeightsError, match="cannot read"):
        train("wrong", 1, first.with_name("nothing"))


@pytest.mark.usefixtures("noise")
def test_a_callback_that_raises_stops_the_run(tmp_path: Path) -> None:
    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train_shots(tmp_path, tmp_path, minutes=0.001, options=SHORT, config=SMALL, progress=stop)
    assert not (tmp_path / "shots.safetensors").exists()


def test_footage_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(AutoEditError, match="no clips to train on"):
        load_footage(tmp_path)


def test_what_is_held_out_is_not_trained_on() -> None:
    items = tuple(np.full((1, 1, 1, 3), i, np.uint8) for i in range(13))
    training, held_out = split(Footage(items, items), every=6)
    assert [int(c[0, 0, 0, 0]) for c in held_out.clips] == [5, 11]
    assert len(training.clips) == len(training.stills) == 11


def test_the_loss_is_small_for_what_was_wanted_and_large_for_its_opposite() -> None:
    middle = torch.zeros(1, 10)
    middle[0, 4] = 1
    wanted = {
        "middle": middle,
        "middle_weight": torch.ones(1, 10),
        "inside": middle.clone(),
        "inside_weight": torch.ones(1, 10),
        "kind": torch.where(middle > 0, 2, -1).long(),
        "jump": middle.clone(),
        "jump_weight": torch.ones(1, 10),
    }
    kind = torch.zeros(1, 10, 4)
    kind[..., 2] = 9
    right = TransitionLogits(*(middle * 18 - 9,) * 2, kind, middle * 18 - 9)
    wrong = TransitionLogits(*(9 - middle * 18,) * 2, -kind, 9 - middle * 18)
    assert float(shot_loss(right, wanted, 0.0)) < 0.01
    assert float(shot_loss(wrong, wanted, 0.0)) > 5
    assert torch.isfinite(shot_loss(right, wanted | {"kind": torch.full((1, 10), -1)}, 0.01))
