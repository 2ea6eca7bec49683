"""``otio-autoedit train sets``: sets of labelled pictures, made of public repositories."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from otio_autoedit.cli.arguments import CommandParser, add_common
from otio_autoedit.cli.data import VARIABLE, data_folder
from otio_autoedit.cli.speaking import Speaker
from otio_autoedit.errors import OptionError, did_you_mean

if TYPE_CHECKING:
    from otio_autoedit.models.train.scene.scene_sources import SceneSource

EXAMPLES = (
    "sets --from ~/copies --footage ~/gathered/single --out sets",
    "sets --only pennfudan coco_small --out sets",
    "sets --list",
)


def parser() -> CommandParser:
    """The arguments of ``train sets``."""
    result = CommandParser(
        "train",
        "make sets of labelled pictures for the scene network, of what is public",
        EXAMPLES,
        "A set that is there already stays as it is. What is measured on is held back, under any "
        "name: by the names and the looks of the data folder's pictures.",
    )
    result.add_argument("what", choices=["sets"], help="sets of labelled pictures")
    result.add_argument(
        "--from", dest="copies", type=Path, metavar="DIR",
        help="a folder of git clones, each called OWNER+NAME or NAME (--list names them)",
    )  # fmt: skip
    result.add_argument(
        "--footage", type=Path, nargs="+", default=[], metavar="DIR",
        help="folders of videos; `train gather` fetches some into single/",
    )  # fmt: skip
    result.add_argument("--data", help=f"the data folder (default: {VARIABLE})")
    result.add_argument("--out", type=Path, help="where the sets go, a folder each")
    result.add_argument("--only", nargs="+", metavar="SET", help="these sets alone")
    result.add_argument("--list", action="store_true", help="print the sources and their licences")
    add_common(result)
    return result


def run(given: Namespace, speaker: Speaker) -> int:
    """Make what can be made; returns 1 where a set that was named or possible could not be."""
    from otio_autoedit.models.train.scene.scene_sources import load_scene_sources

    rows = _chosen(load_scene_sources(), given.only)
    if given.list:
        for row in rows:
            print(f"{row.set}\t{row.source}\t{row.licence}")
        return 0
    if given.out is None:
        raise OptionError("train sets needs --out DIR: where the sets go")
    return _make(rows, given, speaker)


def _make(rows: list[SceneSource], given: Namespace, speaker: Speaker) -> int:
    data = data_folder(given.data)
    from otio_autoedit.models.train.scene.convert import make_set
    from otio_autoedit.models.train.scene.guard import guard_of
    from otio_autoedit.models.train.scene.sets import SetError

    given.out.mkdir(parents=True, exist_ok=True)
    guard = guard_of(data)
    footage = [data / "shots" / "train", *given.footage]
    failed = 0
    for row in rows:
        if (given.out / row.set).exists():
            continue
        try:
            made = make_set(
                row, given.out, guard=guard, copies=given.copies, data=data, footage=footage,
                progress=_shower(row.set, given, speaker),
            )  # fmt: skip
        except SetError as error:
            failed += 1
            speaker.warning(str(error))
            continue
        count = len(made.made.pictures)
        words = f"{count} pictures, {made.barred} held back as measured on, {made.unfit} unfit"
        speaker.written(str(made.made.folder), words)
    return 1 if failed else 0


def _chosen(rows: tuple[SceneSource, ...], names: list[str] | None) -> list[SceneSource]:
    known = {row.set: row for row in rows}
    for name in names or ():
        if name not in known:
            raise OptionError(f"--only {name}: no such set{did_you_mean(name, known)}")
    return [row for row in rows if names is None or row.set in names]


def _shower(name: str, given: Namespace, speaker: Speaker) -> Callable[[int, int], None] | None:
    """A line a few hundred pictures, or an event; None where nobody wants to know."""
    if given.progress == "none" or given.quiet:
        return None

    def show(done: int, total: int) -> None:
        if speaker.as_json:
            speaker.event("progress", stage=f"sets {name}", done=done, total=total)
        elif done % 500 == 0 or done == total:
            print(f"{name}: {done} of {total}", file=sys.stderr, flush=True)

    return show
