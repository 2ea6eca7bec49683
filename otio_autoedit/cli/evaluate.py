"""``otio-autoedit evaluate shots``: the command that reproduces the printed accuracy."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from otio_autoedit.cli.arguments import CommandParser, add_common, comma_words
from otio_autoedit.cli.data import VARIABLE, data_folder
from otio_autoedit.cli.speaking import Speaker
from otio_autoedit.errors import AutoEditError, OptionError

EXAMPLES = (
    "shots",
    "shots --data ~/footage --tolerance 0,1,2",
    "shots --no-peers --weights runs/shots/shots.safetensors",
)


def parser(argv: Sequence[str]) -> CommandParser:
    """The arguments of ``evaluate``."""
    result = CommandParser(
        "evaluate",
        "measure a network on labelled footage, beside what others ship",
        EXAMPLES,
        "Nothing is trained or chosen on this footage. Prints a Markdown table.",
    )
    result.add_argument("network", choices=["shots"], help="which network")
    result.add_argument("--data", help=f"the footage folder (default: {VARIABLE})")
    result.add_argument("--weights", type=Path, help="other weights than those that are shipped")
    result.add_argument(
        "--tolerance", default="0,1,2", metavar="FRAMES",
        help="by how many frames a label is widened, with commas (default: 0,1,2)",
    )  # fmt: skip
    result.add_argument(
        "--no-peers", action="store_true", help="leave PySceneDetect's detectors out"
    )
    result.add_argument(
        "--transnet", action="store_true", help="measure TransNetV2 too, which takes long"
    )
    add_common(result)
    return result


def run(given: Namespace, speaker: Speaker) -> int:
    """Measure, and print the table."""
    tolerances = _tolerances(given.tolerance)
    data = data_folder(given.data)
    from otio_autoedit.models.evaluate.shots import evaluate_shots, format_table

    shown = not given.quiet and (
        given.progress in ("bar", "json") or (given.progress == "auto" and sys.stderr.isatty())
    )

    def say(text: str) -> None:
        if speaker.as_json:
            speaker.event("progress", stage="evaluate", text=text)
        elif shown:
            print(text, file=sys.stderr, flush=True)

    try:
        rows = evaluate_shots(
            data,
            peers=not given.no_peers,
            transnet=given.transnet,
            tolerances=tolerances,
            weights=given.weights,
            progress=say,
        )
    except FileNotFoundError as error:
        raise AutoEditError(str(error)) from error
    print(format_table(rows))
    return 0


def _tolerances(text: str) -> list[int]:
    try:
        found = [int(word) for word in comma_words(text)]
    except ValueError:
        found = []
    if not found or min(found) < 0:
        raise OptionError(f"--tolerance {text}: write numbers of frames, as 0,1,2")
    return found
