"""What a long measuring or gathering says of itself, a line at a time."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable

from otio_autoedit.cli.speaking import Speaker


def teller(given: Namespace, speaker: Speaker) -> Callable[[str], None]:
    """Says lines as ``--progress`` and ``--quiet`` want it: to a person, as events, or not."""
    shown = not given.quiet and (
        given.progress in ("bar", "json") or (given.progress == "auto" and sys.stderr.isatty())
    )

    def tell(text: str) -> None:
        if speaker.as_json:
            speaker.event("progress", stage="evaluate", text=text)
        elif shown:
            print(text, file=sys.stderr, flush=True)

    return tell
