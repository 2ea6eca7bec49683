"""``otio-autoedit models``: the networks that can be asked for by name, and fetching one."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from otio_autoedit.cli.arguments import CommandParser, add_common, columns
from otio_autoedit.cli.speaking import Speaker
from otio_autoedit.models import zoo
from otio_autoedit.models.zoo.networks import TASKS, Network, Task

EXAMPLES = ("", "--task backbone", "ssdlite320_mobilenet_v3_large", "--json")
_SHOWN: tuple[Task, ...] = (
    "shots",
    "scene",
    "detector",
    "segmenter",
)  # backbones are many, and for who builds networks


def parser(argv: Sequence[str]) -> CommandParser:
    """The arguments of ``models``."""
    result = CommandParser(
        "models",
        "the networks that can be asked for by name; with a NAME, fetch its weights",
        EXAMPLES,
        "Weights are looked for in the package, in the folder that OTIO_AUTOEDIT_WEIGHTS names, "
        "and where torch keeps downloads (TORCH_HOME). Nothing is downloaded unless it is named.",
    )
    result.add_argument(
        "network", nargs="?", metavar="NAME", help="fetch the weights of this network"
    )
    result.add_argument(
        "--task", choices=TASKS, help="list only what does this; backbones are listed only so"
    )
    result.add_argument("--json", action="store_true", help="as JSON, for scripts; all of them")
    add_common(result)
    return result


def run(given: Namespace, speaker: Speaker) -> int:
    """List them, or fetch one."""
    if given.network:
        return _fetch(zoo.describe(given.network), speaker, given.json)
    tasks: Sequence[Task] = [given.task] if given.task else TASKS if given.json else _SHOWN
    listed = [zoo.describe(name) for task in tasks for name in zoo.names(task)]
    if given.json:
        print(json.dumps([_as_json(one, zoo.find(one)) for one in listed], indent=1))
        return 0
    print(columns([_row(one) for one in listed], _HEAD))
    if not given.task:
        count = len(zoo.names("backbone"))
        speaker.say(f"\n{count} backbones: otio-autoedit models --task backbone")
    speaker.say("\notio-autoedit models NAME fetches the weights of one")
    return 0


def _fetch(network: Network, speaker: Speaker, as_json: bool) -> int:
    there = zoo.find(network) is not None
    with speaker.progress() as progress:
        path = zoo.fetch(network, progress)
    if as_json:
        print(json.dumps(_as_json(network, path), indent=1))
    else:
        about = f"{network.name}, {network.family}, {network.licence}"
        speaker.written(
            str(path), f"{about}; {'was here' if there else 'fetched, its hash is right'}"
        )
    return 0


_HEAD = ("name", "does", "method", "MB", "million parameters", "classes", "licence", "weights")


def _row(one: Network) -> tuple[object, ...]:
    return (
        one.name,
        one.task,
        one.family,
        f"{one.weights.bytes / 1e6:.1f}",
        f"{one.parameters / 1e6:.2f}",
        len(one.classes) or "",
        one.licence,
        "here" if zoo.find(one) else "",
    )


def _as_json(one: Network, path: Path | None) -> dict[str, object]:
    return {
        "name": one.name,
        "task": one.task,
        "family": one.family,
        "parameters": one.parameters,
        "classes": list(one.classes),
        "licence": one.licence,
        "source": one.source,
        "file": one.weights.name,
        "url": one.weights.url,
        "sha256": one.weights.sha256,
        "bytes": one.weights.bytes,
        "path": None if path is None else str(path),
    }
