"""``otio-autoedit evaluate scene``: the scene network beside its teachers."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from otio_autoedit.cli.arguments import CommandParser, add_common, chosen_parts, comma_words
from otio_autoedit.cli.data import VARIABLE, data_folder
from otio_autoedit.cli.speaking import Speaker
from otio_autoedit.cli.telling import teller
from otio_autoedit.errors import OptionError
from otio_autoedit.models.evaluate import SCENE_PARTS

if TYPE_CHECKING:
    from otio_autoedit.models.evaluate.scene import SceneOptions

EXAMPLES = (
    "scene --json measured.json --sheets sheets",
    "scene --weights runs/scene/scene.safetensors --no-peers --only objects,masks",
    "scene --peers-only",
)
_LEAST_SIDE = 64  # pixels


def parser() -> CommandParser:
    """The arguments of ``evaluate scene``."""
    result = CommandParser(
        "evaluate",
        "measure the scene network on labelled pictures and films, beside the networks that it "
        "learnt from",
        EXAMPLES,
        "Nothing is trained or chosen on these. Prints Markdown tables.",
    )
    result.add_argument("network", choices=["scene"], help="which network")
    result.add_argument("--data", help=f"the footage folder (default: {VARIABLE})")
    result.add_argument("--weights", type=Path, help="other weights than those that are shipped")
    result.add_argument(
        "--only", default=",".join(SCENE_PARTS), metavar="PARTS",
        help=f"of {', '.join(SCENE_PARTS)}, with commas (default: all)",
    )  # fmt: skip
    result.add_argument(
        "--size", default="", metavar="SIZES",
        help="ours at other sizes too, with commas, as 384x216,512x288",
    )  # fmt: skip
    result.add_argument(
        "--sets", type=Path, metavar="FOLDER",
        help="sets that training took, for the kinds of scene: what it held out of them is told",
    )  # fmt: skip
    _add_peers(result)
    _add_results(result)
    add_common(result)
    return result


def _add_peers(result: CommandParser) -> None:
    group = result.add_argument_group("teachers")
    which = group.add_mutually_exclusive_group()
    which.add_argument("--no-peers", action="store_true", help="ours alone")
    which.add_argument("--peers-only", action="store_true", help="the teachers alone")
    group.add_argument(
        "--fresh", action="store_true",
        help="run the teachers even on frames of which their answers are kept",
    )  # fmt: skip


def _add_results(result: CommandParser) -> None:
    group = result.add_argument_group("results")
    group.add_argument(
        "--json", type=Path, metavar="FILE",
        help="write the figures too; parts that are not measured now stay as they are in it",
    )  # fmt: skip
    group.add_argument(
        "--sheets", type=Path, metavar="FOLDER",
        help="write sheets of the pictures and frames in which ours is most wrong",
    )  # fmt: skip


def run(given: Namespace, speaker: Speaker) -> int:
    """Measure, and print the tables."""
    parts, areas = chosen_parts("--only", given.only, SCENE_PARTS), _areas(given.size)
    if given.sheets and given.peers_only:
        raise OptionError("--sheets: they show our mistakes; leave --peers-only")
    data = data_folder(given.data)
    from otio_autoedit.models.evaluate.scene import evaluate_scene
    from otio_autoedit.models.evaluate.scene_report import write_report
    from otio_autoedit.models.evaluate.scene_tables import whole_text

    report = evaluate_scene(data, _options(given, parts, areas), teller(given, speaker))
    print(whole_text(report))
    if given.json:
        write_report(given.json, report)
        speaker.written(str(given.json), "the figures")
    if given.sheets:
        speaker.written(str(given.sheets), "sheets to look at")
    return 0


def _options(given: Namespace, parts: list[str], areas: list[int]) -> SceneOptions:
    from otio_autoedit.analysis.store import default_folder
    from otio_autoedit.models.evaluate.kept import Kept
    from otio_autoedit.models.evaluate.scene import SceneOptions

    return SceneOptions(
        parts=parts,
        ours=not given.peers_only,
        weights=given.weights,
        areas=areas,
        peers=not given.no_peers,
        kept=Kept(default_folder() / "measured", given.fresh),
        sets=given.sets,
        sheets=given.sheets,
    )


def _areas(text: str) -> list[int]:
    """Areas in pixels of sizes such as 384x216."""
    areas = []
    for word in comma_words(text):
        sides = [int(side) for side in word.split("x") if side.isdecimal()]
        if len(sides) != 2 or min(sides) < _LEAST_SIDE:
            raise OptionError(
                f"--size {word}: write WIDTHxHEIGHT, as 384x216, of {_LEAST_SIDE} or more"
            )
        areas.append(sides[0] * sides[1])
    return areas
