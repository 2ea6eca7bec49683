"""``otio-autoedit cache``: what is kept of footage that was watched."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence

from otio_autoedit.analysis.store import Store, Usage
from otio_autoedit.cli.arguments import CommandParser
from otio_autoedit.cli.speaking import Speaker

EXAMPLES = ("", "clear", "path")


def parser(argv: Sequence[str]) -> CommandParser:
    """The arguments of ``cache``."""
    result = CommandParser(
        "cache",
        "what is kept of footage that was watched",
        EXAMPLES,
        "OTIO_AUTOEDIT_CACHE names another folder. The footage itself is never touched.",
    )
    result.add_argument(
        "action", nargs="?", choices=["show", "clear", "path"], default="show",
        help="show how much is kept (the default), clear it, or print where it is",
    )  # fmt: skip
    return result


def run(given: Namespace, speaker: Speaker) -> int:
    """Show it, clear it, or say where it is."""
    store = Store()
    if given.action == "path":
        print(store.folder)
    elif given.action == "clear":
        print(f"cleared {_amount(store.clear())}")
    else:
        usage = store.usage()
        most = _size(usage.max_bytes)
        print(f"{usage.folder}\n{_amount(usage)}; at most {most}, least used out first")
    return 0


def _amount(usage: Usage) -> str:
    files = "1 file" if usage.files == 1 else f"{usage.files} files"
    stages = "1 stage" if usage.stages == 1 else f"{usage.stages} stages"
    return f"{stages} of {files}, {_size(usage.bytes)}"


def _size(number: int) -> str:
    size = float(number)
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
