"""Training the shot network from nothing to weights that can be shipped.

Every batch is made as it is needed by another process: generated edits (`synth`), and pieces of
real edited films (`edited`) where such were gathered. The learning rate rises, stays, and falls
over the last part of the time given. The weights kept are the running mean of those trained. A
checkpoint every few minutes lets a run be stopped and gone on with. Held-out films say how good it
is and choose the thresholds (`validate`).
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from otio_autoedit.models.evaluate.scoring import Counts
from otio_autoedit.models.heads import TransitionLogits
from otio_autoedit.models.shots import ShotNet, ShotNetConfig, as_input, trainable_from
from otio_autoedit.models.train.edited import EditedFilm, load_edited, pick_window, whole
from otio_autoedit.models.train.footage import Footage, load_footage, split
from otio_autoedit.models.train.run import (
    Run,
    begin_run,
    has_checkpoint,
    learning_rate,
    read_history,
    restore,
    share_done,
    take_step,
    write_checkpoint,
    write_json,
)
from otio_autoedit.models.train.synth import SynthOptions, Window, make_window
from otio_autoedit.models.train.targets import targets
from otio_autoedit.models.train.validate import Validation, validate
from otio_autoedit.models.transition import Thresholds
from otio_autoedit.models.weight_files import load_weights, save_weights

HISTORY = "shots-history.json"

VALIDATION = SynthOptions(
    length=240,
    dense_share=0.1,
    shot_frames=90,
    gradual_share=0.2,
    disturbance=1.4,
    jump_share=0.6,
)


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How the network is trained.

    Attributes:
        synth: how generated windows are made.
        batch: windows a step.
        edited_share: part of them that are of real edited films, where there are any.
        gathered: draw from gathered single shots too, where there are any.
        learning_rate: the highest.
        falling_share: the last part of the time, in which the learning rate falls to nothing.
        mean_decay: of the running mean of the weights, a step.
        smoothing: how far targets stand from 0 and 1.
        validation_windows: generated films for validation.
        checkpoint_s: seconds between checkpoints.
    """

    synth: SynthOptions = field(default_factory=SynthOptions)
    batch: int = 8
    edited_share: float = 0.3
    gathered: bool = True
    learning_rate: float = 2e-3
    falling_share: float = 0.4
    mean_decay: float = 0.998
    smoothing: float = 0.01
    validation_windows: int = 120
    checkpoint_s: float = 360.0


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands; handed to the callback at each checkpoint and now and then between."""

    step: int
    elapsed_s: float
    loss: float
    validation: Validation | None = None


def train_shots(
    data: Path,
    out: Path,
    *,
    minutes: float = 200.0,
    steps: int | None = None,
    seed: int = 0,
    resume: bool = True,
    extra: Path | None = None,
    begin: Path | None = None,
    options: TrainOptions | None = None,
    config: ShotNetConfig | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Path:
    """Trains the shot network and returns the weights file, `out/shots.safetensors`.

    Args:
        data: the data folder, as `footage.load_footage` reads it.
        out: a folder for weights, checkpoint and `shots-history.json`; made if it is not there.
        minutes: time to train, in all: a run that goes on counts what it had.
        steps: how long to train, in all, instead: the same weights on a faster machine.
        seed: of initial weights and of every generated window.
        resume: go on from a checkpoint in `out`, if there is one; else begin anew.
        extra: a folder of gathered footage, if any: clips without a cut under `single`, labelled
            films under `edited`.
        begin: a weights file to begin with in place of random weights, its shape with it.
        options, config: how to train what; see there.
        progress: called with a `Progress`; may raise to stop (the last checkpoint stays).
    """
    options = options or TrainOptions()
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)
    # A core is left to the process that draws the windows: threads of the two that share one core
    # wait for each other, and two cores then do less than one.
    torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))
    training, held_out = split(load_footage(data, extra if options.gathered else None))
    films = load_edited(extra, validation=False)
    generated = [
        make_window(held_out, VALIDATION, random.Random(f"validation {i}"))  # noqa: S311
        for i in range(options.validation_windows)
    ]
    real = [whole(film) for film in load_edited(extra, validation=True)]
    run = begin_run(_first_net(config, begin), options.learning_rate)
    if resume and has_checkpoint(out):
        restore(run, out)
    history = read_history(out / HISTORY) if run.step else []
    report = progress or (lambda _: None)
    batches = _batches(_Windows(training, films, options, seed, run.step), options.batch)
    saved_s = begun_s = time.monotonic() - run.elapsed_s
    saved_s += run.elapsed_s
    for windows in batches:
        done = share_done(run, minutes, steps)
        if done >= 1:
            break
        _learn(run, windows, options, done)
        run.elapsed_s = time.monotonic() - begun_s
        if run.step % 50 == 0:
            report(Progress(run.step, run.elapsed_s, run.loss))
        if time.monotonic() - saved_s >= options.checkpoint_s:
            _validate(run, generated, real, history, report)
            write_checkpoint(run, out)
            write_json(out / HISTORY, history)
            saved_s = time.monotonic()
            run.elapsed_s = saved_s - begun_s
    thresholds = _validate(run, generated, real, history, report)
    write_checkpoint(run, out)
    write_json(out / HISTORY, history)
    path = out / "shots.safetensors"
    save_weights(path, "shots", config_of(run.net, thresholds), run.mean)
    return path


def shot_loss(logits: TransitionLogits, wanted: dict[str, Tensor], smoothing: float) -> Tensor:
    """Returns the loss of a batch: middle + inside / 2 + jump / 4 + type / 20.

    Each is a mean over the boundaries of which something is known.
    """
    middle = wanted["middle"] * (1 - 2 * smoothing) + smoothing
    inside = wanted["inside"] * (1 - 2 * smoothing) + smoothing
    weight = wanted["middle_weight"]
    found = F.binary_cross_entropy_with_logits(
        logits.middle, middle, weight=weight * (1 + wanted["middle"]), reduction="sum"
    ) / weight.sum().clamp(min=1)
    extent = _mean_over(logits.inside, inside, wanted["inside_weight"])
    rare = wanted["jump_weight"] * (1 + 9 * wanted["jump"])  # one boundary in some hundreds
    jump = _mean_over(logits.jump, wanted["jump"], rare)
    known = (wanted["kind"] >= 0).sum().clamp(min=1)
    kind = F.cross_entropy(
        logits.kind.flatten(0, 1), wanted["kind"].flatten(), ignore_index=-1, reduction="sum"
    )
    return found + 0.5 * extent + 0.25 * jump + 0.05 * kind / known


def _mean_over(logits: Tensor, wanted: Tensor, weight: Tensor) -> Tensor:
    loss = F.binary_cross_entropy_with_logits(logits, wanted, weight=weight, reduction="sum")
    return loss / weight.sum().clamp(min=1)


def config_of(net: ShotNet, thresholds: Thresholds) -> dict[str, Any]:
    """Returns what is stored with the network's weights."""
    return asdict(net.config) | {"thresholds": asdict(thresholds)}


class _Windows(Dataset[dict[str, Tensor]]):
    """Window `i` of a seed is always the same, whoever makes it."""

    def __init__(
        self,
        footage: Footage,
        films: Sequence[EditedFilm],
        options: TrainOptions,
        seed: int,
        first_step: int,
    ) -> None:
        self.footage, self.films, self.options, self.seed = footage, films, options, seed
        self.first = first_step * options.batch

    def __len__(self) -> int:
        return 1 << 40

    def __getitem__(self, index: int) -> dict[str, Tensor]:
        rng = random.Random(f"{self.seed} {self.first + index}")  # noqa: S311
        window = self._window(rng)
        wanted = targets(window.transitions, len(window.frames), window.jumps, window.unsure)
        known = {each.name: getattr(wanted, each.name) for each in fields(wanted)}
        known["frames"] = window.frames
        return {name: torch.from_numpy(values) for name, values in known.items()}

    def _window(self, rng: random.Random) -> Window:
        if self.films and rng.random() < self.options.edited_share:
            return pick_window(self.films, self.options.synth.length, rng)
        return make_window(self.footage, self.options.synth, rng)


def _batches(windows: _Windows, batch: int) -> Iterator[dict[str, Tensor]]:
    """Yields batches made by a worker process."""

    def counting() -> Iterator[list[int]]:
        index = 0
        while True:
            yield list(range(index, index + batch))
            index += batch

    yield from DataLoader(windows, batch_sampler=counting(), num_workers=1, prefetch_factor=6)


def _first_net(config: ShotNetConfig | None, begin: Path | None) -> ShotNet:
    """Returns the network that training begins with."""
    if begin is None:
        return ShotNet(config or ShotNetConfig())
    return trainable_from(load_weights("shots", begin))[0]


def _learn(
    run: Run[ShotNet], windows: dict[str, Tensor], options: TrainOptions, done: float
) -> None:
    """Takes one step."""
    rate = learning_rate(options.learning_rate, run.step, done, options.falling_share)
    run.net.train()
    with torch.autocast("cpu", torch.bfloat16):
        logits = run.net(as_input(windows["frames"]))
    loss = shot_loss(logits.float(), windows, options.smoothing)
    take_step(run, loss, rate, options.mean_decay)


def _validate(
    run: Run[ShotNet],
    generated: Sequence[Window],
    real: Sequence[Window],
    history: list[dict[str, Any]],
    report: Callable[[Progress], None],
) -> Thresholds:
    """Returns the best thresholds of the mean weights, and notes how good they are."""
    net = ShotNet(run.net.config)
    net.load_state_dict(run.mean)
    net.eval()
    found = validate(net, generated, real)
    history.append(
        {
            "step": run.step,
            "elapsed_s": round(run.elapsed_s),
            "loss": round(run.loss, 4),
            "thresholds": asdict(found.thresholds),
            "generated": _figures(found.generated),
            "real": _figures(found.real),
            "jumps": _figures(found.jumps),
        }
    )
    report(Progress(run.step, run.elapsed_s, run.loss, found))
    return found.thresholds


def _figures(counts: Counts) -> dict[str, float]:
    return {
        "f1": round(counts.f1, 4),
        "precision": round(counts.precision, 4),
        "recall": round(counts.recall, 4),
        "gradual_recall": round(counts.gradual_recall, 4),
        "gradual_iou": round(counts.mean_gradual_iou, 4),
    }
