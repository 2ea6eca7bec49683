"""``otio-autoedit train generate``: sets of generated pictures, and of pictures marked by hand."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from otio_autoedit.cli.arguments import CommandParser, add_common
from otio_autoedit.cli.data import VARIABLE, data_folder
from otio_autoedit.cli.speaking import Speaker
from otio_autoedit.errors import OptionError

KINDS = ("broadcast", "staged", "marked")
EXAMPLES = (
    "generate --footage ~/gathered --out sets",
    "generate --only broadcast --pictures 600 --seed 1 --out sets",
)


def parser() -> CommandParser:
    """The arguments of ``train generate``."""
    result = CommandParser(
        "train",
        "generate labelled pictures for the scene network: sports broadcasts, staged scenes; "
        "and write the real grounds that were marked by hand",
        EXAMPLES,
        "The same seed gives the same pictures of the same footage. A set that is there already "
        "stays as it is; seeds beyond 0 write sets of their own (broadcast_1).",
    )
    result.add_argument("what", choices=["generate"], help="generated pictures")
    result.add_argument("--data", help=f"the data folder (default: {VARIABLE})")
    result.add_argument(
        "--footage", type=Path, metavar="DIR", help="what `train gather` fetched, to stand behind"
    )
    result.add_argument(
        "--cutouts", type=Path, nargs="+", default=[], metavar="SET",
        help="sets: people are cut out along true masks; nature without a box stands behind",
    )  # fmt: skip
    result.add_argument(
        "--out", type=Path, help="where the sets go; marked pictures are those of the sets there"
    )
    result.add_argument("--only", nargs="+", choices=KINDS, default=KINDS, help="these alone")
    result.add_argument(
        "--pictures", type=int, default=3000, help="of each generated set (default: 3000)"
    )
    result.add_argument("--seed", type=int, default=0, help="of everything drawn (default: 0)")
    add_common(result)
    return result


def run(given: Namespace, speaker: Speaker) -> int:
    """Write the sets that are not there yet."""
    if given.out is None:
        raise OptionError("train generate needs --out DIR: where the sets go")
    if given.pictures < 1 or given.seed < 0:
        raise OptionError("--pictures must be 1 or more, --seed 0 or more")
    data = data_folder(given.data)
    from otio_autoedit.models.train.scene.generate import write_broadcasts, write_staged
    from otio_autoedit.models.train.scene.marked import write_marked
    from otio_autoedit.models.train.scene.material import load_material

    given.out.mkdir(parents=True, exist_ok=True)
    ending = f"_{given.seed}" if given.seed else ""
    wanted = [
        (write, given.out / f"{kind}{ending}")
        for kind, write in (("broadcast", write_broadcasts), ("staged", write_staged))
        if kind in given.only and not (given.out / f"{kind}{ending}").exists()
    ]
    material = load_material(data, given.footage, tuple(given.cutouts)) if wanted else None
    for write, folder in wanted:
        assert material is not None
        count = write(folder, material, given.pictures, given.seed, _shower(given, speaker))
        speaker.written(str(folder), f"{count} pictures")
    folder = given.out / "marked"
    if "marked" in given.only and not folder.exists():
        count = write_marked(folder, given.out, given.footage)
        if not count:
            speaker.warning(f"{folder}: none of the marked pictures' sets is in {given.out}")
            return 1
        speaker.written(str(folder), f"{count} pictures")
    return 0


def _shower(given: Namespace, speaker: Speaker) -> Callable[[str, int, int], None] | None:
    """A line now and then, or an event; None where nobody wants to know."""
    if given.progress == "none" or given.quiet:
        return None
    said = [0]

    def show(name: str, done: int, total: int) -> None:
        if speaker.as_json:
            speaker.event("progress", stage=f"generate {name}", done=done, total=total)
        elif done // 200 != said[0]:
            said[0] = done // 200
            print(f"{name}: {done} of {total}", file=sys.stderr, flush=True)

    return show
