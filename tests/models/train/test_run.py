"""What every training run has: its rate, its running mean, its checkpoints, old ones too."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from otio_autoedit.models.train.run import (
    Run,
    begin_run,
    has_checkpoint,
    learning_rate,
    read_history,
    restore,
    take_step,
    write_checkpoint,
    write_json,
)


def network(seed: int) -> nn.Sequential:
    torch.manual_seed(seed)
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))


def step(run: Run[nn.Sequential], seed: int) -> None:
    x = torch.randn(8, 3, generator=torch.Generator().manual_seed(seed))
    take_step(run, run.net(x).square().mean(), 1e-2, 0.9)


def test_the_rate_rises_stays_and_falls() -> None:
    rates = [learning_rate(1.0, step, step / 1000, 0.4) for step in (0, 49, 99, 599, 800, 999)]
    assert rates == pytest.approx([0.01, 0.5, 1.0, 1.0, 0.5, 0.01], rel=0.01)
    assert learning_rate(1.0, 0, 0.0, 0.4, warm_up=1) == 1.0


def test_a_restored_run_goes_on_as_if_it_had_never_stopped(tmp_path: Path) -> None:
    whole, first = (begin_run(network(0), 1e-2) for _ in range(2))
    for seed in range(6):
        step(whole, seed)
    for seed in range(3):
        step(first, seed)
    assert not has_checkpoint(tmp_path)
    first.taken = {"pictures": 3}
    write_checkpoint(first, tmp_path)
    assert has_checkpoint(tmp_path)
    second = begin_run(network(1), 1e-2)
    restore(second, tmp_path)
    assert second.taken == {"pictures": 3}
    for seed in range(3, 6):
        step(second, seed)
    assert (second.step, second.loss) == (whole.step, whole.loss)
    for name, value in whole.net.state_dict().items():
        assert torch.equal(value, second.net.state_dict()[name])
        assert torch.equal(whole.mean[name], second.mean[name])


def test_only_the_last_checkpoint_is_kept(tmp_path: Path) -> None:
    run = begin_run(network(0), 1e-2)
    for seed in range(3):
        step(run, seed)
        write_checkpoint(run, tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["checkpoint-3.safetensors", "checkpoint.json"]


def test_a_checkpoint_of_before_is_still_read(tmp_path: Path) -> None:
    """As runs of the shot network wrote them before there were batches of several kinds."""
    run = begin_run(network(0), 1e-2)
    step(run, 0)
    tensors = {f"net.{k}": v for k, v in run.net.state_dict().items()}
    tensors |= {f"mean.{k}": v for k, v in run.mean.items()}
    for index, state in run.optimizer.state_dict()["state"].items():
        tensors |= {f"adam.{index}.{k}": torch.as_tensor(v) for k, v in state.items()}
    save_file(tensors, tmp_path / "checkpoint-1.safetensors")
    state = {"file": "checkpoint-1.safetensors", "step": 1, "elapsed_s": 2.5, "loss": run.loss}
    (tmp_path / "checkpoint.json").write_text(json.dumps(state))
    again = begin_run(network(1), 1e-2)
    restore(again, tmp_path)
    assert (again.step, again.elapsed_s, again.taken) == (1, 2.5, {})
    step(run, 1)
    step(again, 1)
    for name, value in run.net.state_dict().items():
        assert torch.equal(value, again.net.state_dict()[name])


def test_groups_have_rates_of_their_own() -> None:
    net = network(0)
    frozen = {"params": list(net[0].parameters()), "scale": 0.0}
    run = begin_run(net, 1e-2, [frozen, {"params": list(net[2].parameters())}])
    before = [net[0].weight.clone(), net[2].weight.clone()]
    step(run, 0)
    assert torch.equal(before[0], net[0].weight)
    assert not torch.equal(before[1], net[2].weight)


def test_the_mean_follows_the_weights() -> None:
    run = begin_run(network(0), 1e-2)
    first = run.mean["0.weight"].clone()
    for seed in range(30):
        step(run, seed)
    now = run.net.state_dict()["0.weight"]
    assert (run.mean["0.weight"] - now).norm() < (first - now).norm()
    assert not torch.equal(run.mean["0.weight"], now)
    assert int(run.mean["1.num_batches_tracked"]) == 30


def test_a_history_is_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "history.json"
    assert read_history(path) == []
    write_json(path, [{"step": 1}])
    assert read_history(path) == [{"step": 1}]
    assert [each.name for each in tmp_path.iterdir()] == ["history.json"]
