"""Training the importance network on people's marks, and measuring it as is published.

    for each split, for each seed:  train on the one part -> scores of the other -> agreement

Five splits of four parts to train on and one to test on (or those of a published file), several
seeds; the spread is over all these runs. Every run has the same number of steps, fixed before: no
epoch is chosen by its test part, which is how some published figures were had. The network that is
kept is trained on all the films, and so must not be measured on any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from otio_autoedit.errors import AutoEditError
from otio_autoedit.models.evaluate.importance import (
    OURS as UNLABELLED,
)
from otio_autoedit.models.evaluate.importance import (
    Agreement,
    Row,
    agreement,
    ours,
    random_agreement,
    row_of,
    uniform_agreement,
)
from otio_autoedit.models.evaluate.importance_sets import MarkedFilm, by_name
from otio_autoedit.models.importance_net import (
    ImportanceNet,
    ImportanceNetConfig,
    config_of,
    film_scores,
)
from otio_autoedit.models.losses import importance_loss
from otio_autoedit.models.threads import one_thread
from otio_autoedit.models.train.run import begin_run, learning_rate, take_step, write_json
from otio_autoedit.models.weight_files import save_weights

REPORT = "importance-report.json"
WEIGHTS = "importance.safetensors"
OURS = "trained on marks"
Split = tuple[Sequence[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class ImportanceTrainOptions:
    """How the network is trained.

    Attributes:
        steps: of each run.
        batch: stretches of film a step.
        length: samples of a stretch: two minutes at two a second.
        learning_rate: the highest.
        falling_share: the last part of the steps, in which it falls to nothing.
        mean_decay: of the running mean of the weights, a step; the mean is what is kept.
        shape: sizes of the network, but for the vectors'; by the names of `ImportanceNetConfig`.
    """

    steps: int = 600
    batch: int = 8
    length: int = 240
    learning_rate: float = 2e-3
    falling_share: float = 0.5
    mean_decay: float = 0.99
    shape: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where training stands: runs done of how many, the step of this one, its running loss."""

    run: int
    runs: int
    step: int
    loss: float


@dataclass(frozen=True, slots=True)
class Trained:
    """What came of it.

    Attributes:
        weights: the file of the network trained on all films.
        report: the file of the figures.
        rows: of the table: the network on films that it did not see, and others on the same ones.
        runs: each run's figures: the mean over its test films.
    """

    weights: Path
    report: Path
    rows: tuple[Row, ...]
    runs: tuple[Agreement, ...]


Report = Callable[[Progress], None]


def train_importance(
    films: Sequence[MarkedFilm],
    out: Path,
    *,
    splits: Sequence[Split] | None = None,
    seeds: int = 3,
    seed: int = 0,
    options: ImportanceTrainOptions | None = None,
    device: str = "cpu",
    progress: Report | None = None,
) -> Trained:
    """Measures by splits and seeds, trains on all films, writes `out/importance.safetensors`.

    Args:
        films: with vectors and marks, all of one length of vector.
        out: a folder for weights and figures; made if it is not there.
        splits: (train, test) names; by default `random_splits`.
        seeds: runs for each split.
        seed: the first of them, and of the splits and the network that is kept.
        options: see there.
        device: "cpu", "cuda", "mps".
        progress: called now and then; may raise to stop.

    Raises:
        AutoEditError: too few films, vectors of several lengths, or a split names unknown films.
    """
    options = options or ImportanceTrainOptions()
    _check(films)
    names = sorted(film.name for film in films)
    chosen = list(splits) if splits is not None else random_splits(names, seed=seed)
    total = len(chosen) * seeds + 1

    def learn(some: Sequence[MarkedFilm], its_seed: int, run: int) -> ImportanceNet:
        return train_net(some, its_seed, options, device, _saying(progress, run, total))

    rows, runs = _measured(films, chosen, range(seed, seed + seeds), learn)
    net = learn(films, seed, total - 1)
    out.mkdir(parents=True, exist_ok=True)
    made_on = {
        "films": sorted(film.identity for film in films),
        "seed": seed,
        "options": asdict(options),
    }
    weights = out / WEIGHTS
    tensors = {name: value.cpu() for name, value in net.state_dict().items()}
    save_weights(weights, "importance", config_of(net, made_on), tensors)
    figures = {"rows": [asdict(row) for row in rows], "runs": [asdict(run) for run in runs]}
    write_json(out / REPORT, figures | made_on | {"splits": chosen})
    return Trained(weights, out / REPORT, tuple(rows), tuple(runs))


def _measured(
    films: Sequence[MarkedFilm],
    splits: Sequence[Split],
    seeds: Sequence[int],
    learn: Callable[[Sequence[MarkedFilm], int, int], ImportanceNet],
) -> tuple[list[Row], list[Agreement]]:
    """Returns the table, and the figures of each run: of every split, with every seed."""
    known = by_name(films)
    parts = [(_named(known, train), _named(known, test)) for train, test in splits]
    runs: list[Agreement] = []
    others: dict[str, list[Agreement]] = {UNLABELLED: [], "random": [], "uniform": []}
    for train, test in parts:
        for seed in seeds:
            net = learn(train, seed, len(runs))
            runs.append(_mean_of([agreement(film, scores(net, film)) for film in test]))
        others[UNLABELLED].append(_mean_of([agreement(film, ours(film).score) for film in test]))
        others["random"].append(_mean_of([random_agreement(film) for film in test]))
        others["uniform"].append(_mean_of([uniform_agreement(film) for film in test]))
    return [row_of(OURS, runs), *(row_of(name, each) for name, each in others.items())], runs


@one_thread()
def train_net(
    films: Sequence[MarkedFilm],
    seed: int,
    options: ImportanceTrainOptions,
    device: str = "cpu",
    say: Callable[[int, float], None] | None = None,
) -> ImportanceNet:
    """Returns a network trained on these films, ready to run.

    On a CPU it is the same for the same seed.
    """
    torch.manual_seed(seed)
    draws = np.random.default_rng(seed)
    config = ImportanceNetConfig(films[0].film.vectors.shape[1], **options.shape)
    net = ImportanceNet(config)
    net.standardise(np.concatenate([film.film.vectors for film in films]))
    run = begin_run(net.to(device), options.learning_rate)
    wanted = [target_of(film) for film in films]
    net.train()
    for step in range(options.steps):
        vectors, marks, known = _batch(films, wanted, options, draws)
        loss = importance_loss(net(vectors.to(device)), marks.to(device), known.to(device))
        done = step / options.steps
        rate = learning_rate(options.learning_rate, step, done, options.falling_share, warm_up=20)
        take_step(run, loss, rate, options.mean_decay)
        if say and (step % 50 == 0 or step + 1 == options.steps):
            say(step + 1, run.loss)
    net.load_state_dict(run.mean)
    return net.eval()


def scores(net: ImportanceNet, film: MarkedFilm) -> NDArray[np.float32]:
    """Returns the network's score of each sample of a film."""
    return film_scores(net, film.film.vectors)


def target_of(film: MarkedFilm) -> NDArray[np.float32]:
    """Returns what is to be learnt of each sample, 0..1: the people's mean, stretched to the film's
    least and most, since what counts is which moment of a film is the best."""
    mean = film.at_samples.mean(0)
    spread = float(np.ptp(mean))
    if not spread:
        return np.full(len(mean), 0.5, np.float32)
    return np.asarray((mean - mean.min()) / spread, np.float32)


def random_splits(names: Sequence[str], count: int = 5, seed: int = 0) -> list[Split]:
    """Returns (train, test) names of `count` splits: a fifth to test on, at least one, drawn anew
    each time, as the published splits are."""
    test = max(1, len(names) // 5)
    draws = np.random.default_rng(seed)
    shuffled = [[names[i] for i in draws.permutation(len(names))] for _ in range(count)]
    return [(sorted(each[test:]), sorted(each[:test])) for each in shuffled]


def _mean_of(found: Sequence[Agreement]) -> Agreement:
    """Returns the mean over films of each figure."""
    return row_of("", found).mean


def _batch(
    films: Sequence[MarkedFilm],
    wanted: Sequence[NDArray[np.float32]],
    options: ImportanceTrainOptions,
    draws: np.random.Generator,
) -> tuple[Tensor, Tensor, Tensor]:
    """Returns stretches of random films: vectors `(B, T, D)`, targets and what is known."""
    length = min(options.length, max(len(each) for each in wanted))
    width = films[0].film.vectors.shape[1]
    vectors = np.zeros((options.batch, length, width), np.float32)
    marks = np.zeros((options.batch, length), np.float32)
    known = np.zeros((options.batch, length), bool)
    for row in range(options.batch):
        which = int(draws.integers(len(films)))
        n = len(wanted[which])
        start = int(draws.integers(max(1, n - length + 1)))
        there = min(length, n - start)
        vectors[row, :there] = films[which].film.vectors[start : start + there]
        vectors[row, there:] = vectors[row, there - 1]  # the last one stays until all are done
        marks[row, :there] = wanted[which][start : start + there]
        known[row, :there] = True
    return torch.from_numpy(vectors), torch.from_numpy(marks), torch.from_numpy(known)


def _named(known: dict[str, MarkedFilm], names: Sequence[str]) -> list[MarkedFilm]:
    missing = [name for name in names if name not in known]
    if missing:
        raise AutoEditError(f"a split names {missing[0]}, which is not among the films")
    if not names:
        raise AutoEditError("a split has a part without films")
    return [known[name] for name in names]


def _check(films: Sequence[MarkedFilm]) -> None:
    if len(films) < 2:
        raise AutoEditError(f"{len(films)} film with marks: to train on some and test on others, 2")
    widths = {film.film.vectors.shape[1] for film in films}
    if len(widths) > 1:
        raise AutoEditError(f"vectors of {sorted(widths)} numbers: take films of one network")
    empty = next((film.name for film in films if not len(film.film.vectors)), None)
    if empty is not None:
        raise AutoEditError(f"{empty}: has no samples")


def _saying(progress: Report | None, run: int, runs: int) -> Callable[[int, float], None] | None:
    if progress is None:
        return None
    return lambda step, loss: progress(Progress(run, runs, step, loss))
