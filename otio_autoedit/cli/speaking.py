"""How the command line speaks: results on stdout, everything else on stderr, as text or as JSON."""

from __future__ import annotations

import json
import os
import sys
import warnings
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from otio_autoedit.cli.progress_view import View, no_view, view_for
from otio_autoedit.progress import ProgressCallback

DEBUG_VARIABLE = "OTIO_AUTOEDIT_DEBUG"


class Speaker:
    """What a command says while it works, and how.

    With ``as_json`` every line on stderr is one JSON object with an ``event``: ``progress``,
    ``warning``, ``error``, ``written``.
    """

    def __init__(self, mode: str, quiet: bool = False) -> None:
        self.as_json = mode == "json"
        self.quiet = quiet
        self._mode = "none" if quiet and mode != "json" else mode
        self._view: View = no_view

    @classmethod
    def asked_for(cls, given: Namespace) -> Speaker:
        """As ``--progress`` and ``--quiet`` say."""
        return cls(getattr(given, "progress", "none"), getattr(given, "quiet", False))

    def error(self, text: str) -> None:
        self._aside("error", text)

    def warning(self, text: str) -> None:
        self._aside("warning", text)

    def written(self, path: str, text: str) -> None:
        """A file is there: ``text`` says what is in it."""
        if self.as_json:
            self.event("written", path=path, text=text)
        elif not self.quiet:
            print(f"{_printable(path)}: {text}")

    def say(self, text: str) -> None:
        """Something for the person, unless they want quiet."""
        if not self.quiet and not self.as_json:
            print(text)

    def event(self, event: str, **fields: object) -> None:
        """One JSON line on stderr."""
        print(json.dumps({"event": event, **fields}), file=sys.stderr, flush=True)

    @contextmanager
    def progress(self) -> Iterator[ProgressCallback | None]:
        """A callback that shows how far the work is; None where nobody wants to know."""
        with view_for(self._mode) as view:
            self._view = view
            try:
                yield view.show if view is not no_view else None
            finally:
                self._view = no_view

    @contextmanager
    def hears_warnings(self) -> Iterator[None]:
        """Our own warnings, losses above all, become short lines; those of libraries go."""
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.showwarning = self._show_warning
            yield

    def _show_warning(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if category.__module__.startswith("otio_autoedit.") or debugging():
            self.warning(" ".join(str(message).split()))

    def _aside(self, event: str, text: str) -> None:
        if self.as_json:
            self.event(event, text=text)
        else:
            with self._view.aside():
                print(f"{event}: {_printable(text)}", file=sys.stderr, flush=True)


def debugging() -> bool:
    """``OTIO_AUTOEDIT_DEBUG=1`` shows tracebacks, and what libraries warn of."""
    return os.environ.get(DEBUG_VARIABLE, "") not in ("", "0")


def _printable(text: str) -> str:
    """Names of files may hold anything; a terminal must not act on it."""
    return "".join(c if c.isprintable() else " " for c in text)


def plain_speaker() -> Speaker:
    """A speaker for what goes wrong before anything was asked for."""
    return Speaker("none")
