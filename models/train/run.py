"""What every training run has: its state, a step, the running mean, checkpoints, its history.

A run is stopped and gone on with by its folder: `checkpoint.json`, written last, names the
safetensors file with the weights, their running mean and AdamW's state.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

_STATE = "checkpoint.json"
Net = TypeVar("Net", bound=nn.Module)


@dataclass(slots=True)
class Run(Generic[Net]):
    """All that changes during training, and all that a checkpoint holds.

    Attributes:
        net: what is trained.
        mean: the running mean of its state, which is what is kept in the end.
        optimizer: AdamW. A group's `scale`, 1 if it has none, multiplies its learning rate.
        step: steps taken.
        elapsed_s: seconds trained, in all.
        loss: a running mean.
        taken: batches taken of each kind, for trainers that draw more than one.
    """

    net: Net
    mean: dict[str, Tensor]
    optimizer: torch.optim.AdamW
    step: int = 0
    elapsed_s: float = 0.0
    loss: float = 0.0
    taken: dict[str, int] = field(default_factory=dict)


def begin_run(
    net: Net, learning_rate: float, groups: Sequence[dict[str, Any]] | None = None
) -> Run[Net]:
    """Returns a run before its first step; `groups` are AdamW's, by default one of everything."""
    given: Any = list(groups) if groups is not None else net.parameters()
    optimizer = torch.optim.AdamW(given, learning_rate, weight_decay=1e-2)
    return Run(net, {k: v.clone() for k, v in net.state_dict().items()}, optimizer)


def share_done(run: Run[Any], minutes: float, steps: int | None) -> float:
    """Returns how much of a run is over, 0..1 and beyond: of `steps`, or else of `minutes`."""
    spent, whole = (run.elapsed_s, minutes * 60) if steps is None else (run.step, steps)
    return spent / whole if whole else 1.0


def learning_rate(
    highest: float, step: int, done: float, falling_share: float, warm_up: int = 100
) -> float:
    """Returns the rate of a step: up over `warm_up` steps, level, down over the last share.

    Args:
        highest: of all.
        step: steps taken so far.
        done: how much of the run is over, 0..1.
        falling_share: the last part of the run, in which the rate falls to a hundredth.
        warm_up: steps.
    """
    falling = min(1.0, max(0.0, (1 - done) / falling_share))
    return highest * min(1.0, (step + 1) / warm_up) * max(0.01, falling)


def take_step(run: Run[Any], loss: Tensor, rate: float, mean_decay: float) -> None:
    """Goes down the gradient of `loss`, and keeps the running means of weights and loss."""
    for group in run.optimizer.param_groups:
        group["lr"] = rate * group.get("scale", 1.0)
    run.optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(run.net.parameters(), 1.0)
    run.optimizer.step()
    run.step += 1
    value = float(loss.detach())
    run.loss = value if run.step == 1 else 0.99 * run.loss + 0.01 * value
    decay = min(mean_decay, run.step / (run.step + 10))
    with torch.no_grad():
        for name, now in run.net.state_dict().items():
            if now.is_floating_point():
                run.mean[name].lerp_(now, 1 - decay)
            else:
                run.mean[name].copy_(now)


def has_checkpoint(out: Path) -> bool:
    """Returns whether a run in this folder can be gone on with."""
    return (out / _STATE).exists()


def write_checkpoint(run: Run[Any], out: Path) -> None:
    """Writes all that is needed to go on; the JSON, written last, says that it is whole."""
    tensors = {f"net.{k}": v for k, v in run.net.state_dict().items()}
    tensors |= {f"mean.{k}": v for k, v in run.mean.items()}
    for index, state in run.optimizer.state_dict()["state"].items():
        tensors |= {f"adam.{index}.{k}": torch.as_tensor(v) for k, v in state.items()}
    name = f"checkpoint-{run.step}.safetensors"
    save_file({k: v.contiguous() for k, v in tensors.items()}, out / name)
    state = {"file": name, "step": run.step, "elapsed_s": run.elapsed_s, "loss": run.loss}
    write_json(out / _STATE, state | ({"taken": run.taken} if run.taken else {}))
    for old in out.glob("checkpoint-*.safetensors"):
        if old.name != name:
            old.unlink()


def restore(run: Run[Any], out: Path) -> None:
    """Puts the run where its last checkpoint in `out` left it."""
    state = json.loads((out / _STATE).read_text("utf-8"))
    tensors = load_file(out / state["file"])

    def part(prefix: str) -> dict[str, Tensor]:
        return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}

    run.net.load_state_dict(part("net."))
    mean = part("mean.")
    run.mean = {name: mean[name].to(now.device) for name, now in run.net.state_dict().items()}
    adam: dict[int, dict[str, Tensor]] = {}
    for name, value in part("adam.").items():
        index, key = name.split(".", 1)
        adam.setdefault(int(index), {})[key] = value
    groups = run.optimizer.state_dict()["param_groups"]
    run.optimizer.load_state_dict({"state": adam, "param_groups": groups})
    run.step, run.elapsed_s, run.loss = state["step"], state["elapsed_s"], state["loss"]
    run.taken = dict(state.get("taken", {}))


def read_history(path: Path) -> list[dict[str, Any]]:
    """Returns the entries of a run's history; none where there is no file."""
    loaded: list[dict[str, Any]] = json.loads(path.read_text("utf-8")) if path.exists() else []
    return loaded


def write_json(path: Path, value: object) -> None:
    """Writes a JSON file, whole or not at all."""
    temporary = path.with_suffix(".partial")
    temporary.write_text(json.dumps(value, indent=1) + "\n", "utf-8")
    temporary.replace(path)
