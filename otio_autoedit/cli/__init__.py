"""The command line, ``otio-autoedit COMMAND``: one module a command, loaded when it is used."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 failed, 2 called wrongly."""
    from otio_autoedit.cli.commands import run

    return run(list(sys.argv[1:] if argv is None else argv))
