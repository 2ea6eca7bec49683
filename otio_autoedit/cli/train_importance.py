"""``otio-autoedit train importance``: what people marked in films, learnt, and measured."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from otio_autoedit.analysis.device import choose_device
from otio_autoedit.cli.arguments import CommandParser, add_common
from otio_autoedit.cli.importance_films import add_films, check_films, films_of
from otio_autoedit.cli.speaking import Speaker
from otio_autoedit.errors import OptionError

if TYPE_CHECKING:
    from otio_autoedit.models.train.importance import Progress

EXAMPLES = (
    "importance --features eccv16_dataset_tvsum_google_pool5.h5 "
    "--annotations ydata-tvsum50-anno.tsv --out runs/tvsum",
    "importance --videos SumMe/videos --annotations SumMe/GT --seeds 5 --out runs/summe",
)


def parser() -> CommandParser:
    """The arguments of ``train importance``."""
    result = CommandParser(
        "train",
        "train the importance network on what people marked in TVSum, SumMe or films like them",
        EXAMPLES,
        "Prints rank correlation with people on films that a run did not see: five splits, several "
        "seeds. The network that is written learnt from all films.",
    )
    result.add_argument("what", choices=["importance"], help="which network")
    add_films(result)
    group = result.add_argument_group("training")
    group.add_argument(
        "--out", type=Path, required=True, help="a folder for the weights and the figures"
    )
    group.add_argument(
        "--splits", type=Path, metavar="FILE.json",
        help="published splits, train_keys and test_keys (default: five drawn by the seed)",
    )  # fmt: skip
    group.add_argument("--seeds", type=int, default=3, help="runs a split (default: 3)")
    group.add_argument("--seed", type=int, default=0, help="the first of them (default: 0)")
    group.add_argument("--steps", type=int, default=600, help="of each run (default: 600)")
    add_common(result)
    return result


def run(given: Namespace, speaker: Speaker) -> int:
    """Train, measure, and print the table."""
    check_films(given, needed=True)
    for flag, number in (("--seeds", given.seeds), ("--steps", given.steps)):
        if number < 1:
            raise OptionError(f"{flag} {number}: one at least")
    from otio_autoedit.models.evaluate.importance import importance_table
    from otio_autoedit.models.evaluate.importance_sets import read_splits
    from otio_autoedit.models.train.importance import ImportanceTrainOptions, train_importance

    trained = train_importance(
        films_of(given, speaker),
        given.out,
        splits=read_splits(given.splits) if given.splits else None,
        seeds=given.seeds,
        seed=given.seed,
        options=ImportanceTrainOptions(steps=given.steps),
        device=choose_device(given.device).name,
        progress=_lines(given, speaker),
    )
    print(importance_table(trained.rows))
    speaker.written(str(trained.report), "the figures")
    speaker.written(str(trained.weights), "weights; evaluate importance --weights takes them")
    return 0


def _lines(given: Namespace, speaker: Speaker) -> Callable[[Progress], None] | None:
    """A line a run, or an event now and then."""
    if given.quiet or given.progress == "none":
        return None

    def show(progress: Progress) -> None:
        loss = round(progress.loss, 4)
        if speaker.as_json:
            speaker.event(
                "progress", stage="train", run=progress.run, runs=progress.runs,
                step=progress.step, loss=loss,
            )  # fmt: skip
        elif progress.step == given.steps:
            done = f"run {progress.run + 1} of {progress.runs}, loss {loss:.4f}"
            print(done, file=sys.stderr, flush=True)

    return show
