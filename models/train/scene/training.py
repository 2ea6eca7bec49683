"""Training the scene network, from nothing or from earlier weights, to weights that can be shipped.

One run in three parts that flow into each other. First the teachers' features count most, while the
heads learn beside them already; from a third of the time on the heads do. In the last part films
come in: the RNN, passed by until then, learns what time tells, and the CNN, its normalisation now
fixed, hardly changes. The weights kept are the running mean of those trained, as half floats.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from otio_autoedit.errors import MissingExtraError
from otio_autoedit.models.detection import CellOutputs, CellTargets
from otio_autoedit.models.evaluate.curves import SCENE, draw_curves
from otio_autoedit.models.losses import (
    detection_loss,
    evened,
    next_feature_loss,
    overlap_loss,
    scene_loss,
    segmentation_loss,
)
from otio_autoedit.models.scene import SceneNet, SceneNetConfig, SceneOutputs, trainable_from
from otio_autoedit.models.scene_cnn import SceneFeatures
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
from otio_autoedit.models.train.scene.batches import Batch, FilmBatches, PictureBatches, batches
from otio_autoedit.models.train.scene.lessons import Lessons, load_lessons
from otio_autoedit.models.train.scene.trunk import Adapters
from otio_autoedit.models.train.scene.validate import HeldOut, Validation, held_out, validate
from otio_autoedit.models.weight_files import load_weights, save_weights

HISTORY = "scene-history.json"


@dataclass(frozen=True, slots=True)
class TermWeights:
    """How much each term counts; `features` falls from the first to the last."""

    features: tuple[float, float] = (1.0, 0.2)
    boxes: float = 0.5
    overlap: float = 1.0
    classes: float = 1.0
    masks: float = 1.0
    foreground: float = 0.7
    scene: float = 0.3
    following: float = 0.1


@dataclass(frozen=True, slots=True)
class TrainOptions:
    """How the network is trained.

    Attributes:
        weights: of the terms of the loss.
        batch: pictures a step.
        films, frames: films a step and their frames, in the last part.
        features_share: the first part of the run, over which the teachers' features lose weight.
        films_share: the last part, in which two of three steps see films.
        learning_rate: the highest.
        warm_up: steps in which it is reached.
        cnn_scale, rnn_scale: of the learning rate, in the last part.
        falling_share: the last part of the run, in which the learning rate falls to nothing.
        mean_decay: of the running mean of the weights, a step.
        validation_pictures: at most.
        checkpoint_s: seconds between checkpoints.
        workers: processes that make batches; 0 is this one. By default one, which takes a quarter
            of a core; for a graphics card all cores but one, at most 8.
        threads: of torch on the processor; by default one core is left to the worker.
    """

    weights: TermWeights = field(default_factory=TermWeights)
    batch: int = 16
    films: int = 2
    frames: int = 8
    features_share: float = 1 / 3
    films_share: float = 0.2
    learning_rate: float = 2e-3
    warm_up: int = 100
    cnn_scale: float = 0.1
    rnn_scale: float = 2.0
    falling_share: float = 0.4
    mean_decay: float = 0.998
    validation_pictures: int = 160
    checkpoint_s: float = 360.0
    workers: int | None = None
    threads: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands; handed to the callback at each checkpoint and now and then between."""

    step: int
    elapsed_s: float
    loss: float
    validation: Validation | None = None


class Student(nn.Module):
    """The network, and what carries its features to its teachers' while it learns."""

    def __init__(self, net: SceneNet) -> None:
        super().__init__()
        self.net = net
        self.adapters = Adapters(net.config.neck, net.config.widths[-1])


def train_scene(
    sources: Sequence[Path],
    out: Path,
    *,
    minutes: float = 100.0,
    steps: int | None = None,
    seed: int = 0,
    resume: bool = True,
    device: str = "cpu",
    begin: Path | None = None,
    options: TrainOptions | None = None,
    config: SceneNetConfig | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Path:
    """Trains the scene network and returns the weights file, `out/scene.safetensors`.

    Args:
        sources: folders of sets (`sets`), or sets, with what teachers said of them.
        out: a folder for weights, checkpoint, `scene-history.json` and, where matplotlib is
            installed, `scene-history.png`; made if it is not there.
        minutes: time to train, in all: a run that goes on counts what it had.
        steps: how long to train, in all, instead: the same weights on a faster machine.
        seed: of initial weights and of everything drawn.
        resume: go on from a checkpoint in `out`, if there is one; else begin anew.
        device: torch's name of where to train.
        begin: a weights file to begin with in place of random weights, its shape with it.
        options, config: how to train what; see there.
        progress: called with a `Progress`; may raise to stop (the last checkpoint stays).

    Raises:
        SetError: a source is no set, or there is nothing to train on.
        WeightsError: `begin` cannot be begun with.
    """
    options = options or TrainOptions()
    torch.manual_seed(seed)
    # A core is left to the process that draws the batches: threads that share one with it wait for
    # each other.
    torch.set_num_threads(options.threads or max(1, (os.cpu_count() or 2) - 1))
    lessons = load_lessons(sources)
    out.mkdir(parents=True, exist_ok=True)
    run = _start(_first_net(config, begin), lessons, options, torch.device(device))
    if resume and has_checkpoint(out):
        restore(run, out)
    feed = _Feed(run, lessons, options, seed)
    trainer = _Trainer(run, out, options, held_out(lessons, options.validation_pictures))
    trainer.progress = progress or trainer.progress
    saved_s = time.monotonic()
    begun_s = saved_s - run.elapsed_s
    while True:
        done = share_done(run, minutes, steps)
        if done >= 1:
            break
        trainer.learn(feed, done)
        run.elapsed_s = time.monotonic() - begun_s
        if time.monotonic() - saved_s >= options.checkpoint_s:
            trainer.check()
            saved_s = time.monotonic()
            run.elapsed_s = saved_s - begun_s
    trainer.check()
    return trainer.finish()


def features_weight(weights: TermWeights, done: float, share: float) -> float:
    """Returns how much the teachers' features count when `done` of the run is over."""
    first, last = weights.features
    return first + (last - first) * min(1.0, done / share if share else 1.0)


def head_loss(said: SceneOutputs, batch: Batch, weights: TermWeights) -> Tensor:
    """Returns the weighted sum of the heads' terms on a batch."""
    cells = CellOutputs(
        said.cells.classes.flatten(0, 1).float(), said.cells.boxes.flatten(0, 1).float()
    )
    targets = CellTargets(batch["classes"].flatten(0, 1), batch["boxes"].flatten(0, 1))
    counted = evened(targets)
    boxes, classes = detection_loss(cells, targets, weights=counted)
    seen = said.foreground.float()
    two_classes = torch.stack([torch.zeros_like(seen), seen], 2)  # whose softmax is the sigmoid
    loss = weights.boxes * boxes + weights.classes * classes
    loss = loss + weights.overlap * overlap_loss(cells, targets, counted)
    loss = loss + weights.masks * segmentation_loss(said.masks.float(), batch["masks"].long())
    loss = loss + weights.foreground * segmentation_loss(two_classes, batch["foreground"].long())
    loss = loss + weights.scene * scene_loss(said.scene.float(), batch["scene"])
    if said.vectors.shape[1] > 1:
        # What is expected may change, what comes may not: else all frames would be made alike.
        vectors = said.vectors.float().detach()
        expected = said.following.float() - said.vectors.float() + vectors
        loss = loss + weights.following * next_feature_loss(vectors, expected)
    return loss


class _Feed:
    """Batches of both kinds, each begun where the run stands."""

    def __init__(
        self, run: Run[Student], lessons: Sequence[Lessons], options: TrainOptions, seed: int
    ) -> None:
        self._run, self._lessons, self._options, self._seed = run, lessons, options, seed
        self._streams: dict[str, Iterator[Batch]] = {}

    def take(self, kind: str, device: torch.device) -> Batch:
        """Returns the next batch of "pictures" or "films"."""
        if kind not in self._streams:
            self._streams[kind] = self._open(kind, _workers(self._options, device))
        batch = next(self._streams[kind])
        self._run.taken[kind] = self._run.taken.get(kind, 0) + 1
        return {name: values.to(device) for name, values in batch.items()}

    def _open(self, kind: str, workers: int) -> Iterator[Batch]:
        options, first = self._options, self._run.taken.get(kind, 0)
        if kind == "pictures":
            pictures = PictureBatches(self._lessons, options.batch, self._seed, first)
            return batches(pictures, workers)
        films = FilmBatches(self._lessons, options.films, options.frames, self._seed, first)
        return batches(films, workers)


class _Trainer:
    """Takes steps, validates, writes."""

    def __init__(
        self, run: Run[Student], out: Path, options: TrainOptions, pictures: Sequence[HeldOut]
    ) -> None:
        self._run, self._out, self._options, self._pictures = run, out, options, pictures
        self._device = next(run.net.parameters()).device
        self._history: list[dict[str, Any]] = read_history(out / HISTORY) if run.step else []
        self.progress: Callable[[Progress], None] = lambda _: None

    def learn(self, feed: _Feed, done: float) -> None:
        """Takes one step."""
        run, options = self._run, self._options
        last_part = done >= 1 - options.films_share
        kind = "films" if last_part and run.step % 3 else "pictures"
        batch = feed.take(kind, self._device)
        _set_part(run, options, last_part)
        with torch.autocast(self._device.type, torch.bfloat16):
            loss = self._loss(run.net, batch, done, last_part)
        highest, falling = options.learning_rate, options.falling_share
        rate = learning_rate(highest, run.step, done, falling, options.warm_up)
        take_step(run, loss, rate, options.mean_decay)
        if run.step % 50 == 0:
            self.progress(Progress(run.step, run.elapsed_s, run.loss))

    def _loss(self, student: Student, batch: Batch, done: float, over_time: bool) -> Tensor:
        net, frames = student.net, batch["frames"]
        seen = net.see(frames.flatten(0, 1))
        timed = SceneFeatures(*(part.view(*frames.shape[:2], *part.shape[1:]) for part in seen))
        said = net.heads(timed, net.over_time(timed)[0] if over_time else timed.f16)
        loss = head_loss(said, batch, self._options.weights)
        if "p3" not in batch:
            return loss
        weight = features_weight(self._options.weights, done, self._options.features_share)
        apart: Tensor = student.adapters(said.fine.flatten(0, 1), *seen[2:], batch)
        return loss + weight * apart

    def check(self) -> None:
        """Validates the mean weights and writes all that is needed to go on."""
        run = self._run
        found = validate(self._mean_net(), self._pictures, self._device)
        self._history.append(
            {
                "step": run.step,
                "elapsed_s": round(run.elapsed_s),
                "loss": round(run.loss, 4),
                **found.figures(),
            }
        )
        write_checkpoint(run, self._out)
        write_json(self._out / HISTORY, self._history)
        self._save()
        self.progress(Progress(run.step, run.elapsed_s, run.loss, found))

    def finish(self) -> Path:
        """Draws the curves, where they can be drawn; returns the weights' path."""
        with suppress(MissingExtraError):  # the history is there to be drawn elsewhere
            draw_curves(self._out / HISTORY, self._out / f"{Path(HISTORY).stem}.png", SCENE)
        return self._save()

    def _save(self) -> Path:
        path = self._out / "scene.safetensors"
        mean = self._mean()
        halves = {k: v.half() if v.is_floating_point() else v for k, v in mean.items()}
        save_weights(path, "scene", asdict(self._run.net.net.config), halves)
        return path

    def _mean(self) -> dict[str, Tensor]:
        own = "net."
        mean = self._run.mean
        return {k.removeprefix(own): v.cpu() for k, v in mean.items() if k.startswith(own)}

    def _mean_net(self) -> SceneNet:
        net = SceneNet(self._run.net.net.config)
        net.load_state_dict(self._mean())
        return net.to(self._device).eval()


def _workers(options: TrainOptions, device: torch.device) -> int:
    if options.workers is not None:
        return options.workers
    return 1 if device.type == "cpu" else max(1, min(8, (os.cpu_count() or 2) - 1))


def _first_net(config: SceneNetConfig | None, begin: Path | None) -> SceneNet:
    """Returns the network that training begins with."""
    if begin is None:
        return SceneNet(config or SceneNetConfig())
    return trainable_from(load_weights("scene", begin))


def _start(
    net: SceneNet, lessons: Sequence[Lessons], options: TrainOptions, device: torch.device
) -> Run[Student]:
    student = Student(net)
    student.adapters.measure(lessons)
    student.to(device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    apart = {id(p) for part in (net.backbone, net.temporal) for p in part.parameters()}
    rest = [p for p in student.parameters() if id(p) not in apart]
    groups = [
        {"params": list(net.backbone.parameters()), "scale": 1.0},
        {"params": list(net.temporal.parameters()), "scale": 1.0},
        {"params": rest, "scale": 1.0},
    ]
    return begin_run(student, options.learning_rate, groups)


def _set_part(run: Run[Student], options: TrainOptions, last_part: bool) -> None:
    """Sets modes and learning rates: in the last part the normalisation stays as it is."""
    run.net.train()
    cnn, rnn, _ = run.optimizer.param_groups
    cnn["scale"] = options.cnn_scale if last_part else 1.0
    rnn["scale"] = options.rnn_scale if last_part else 1.0
    for module in run.net.modules():
        if last_part and isinstance(module, nn.BatchNorm2d):
            module.eval()
