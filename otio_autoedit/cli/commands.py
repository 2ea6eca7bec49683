"""Which commands there are, and running one so that a person never sees a traceback."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from types import FrameType
from typing import Protocol, cast

import otio_autoedit
from otio_autoedit.cli.arguments import CommandParser
from otio_autoedit.cli.speaking import DEBUG_VARIABLE, Speaker, debugging, plain_speaker
from otio_autoedit.errors import AutoEditError, Cancelled, OptionError, did_you_mean

PROGRAM = "otio-autoedit"

COMMANDS = {
    "cut": "footage in, a timeline for an editing program out",
    "analyze": "watch footage once, keep what was seen, print it or write it as JSON",
    "recipes": "the recipes that cut knows, and their options",
    "models": "the networks that can be asked for by name; fetch the weights of one",
    "cache": "what is kept of footage that was watched: show it, clear it",
    "doctor": "what is installed, what OTIO finds, what to do about what is missing",
    "evaluate": "measure a network on labelled footage",
    "train": "train a network",
}


class Command(Protocol):
    """What a command's module has."""

    def parser(self, argv: Sequence[str]) -> CommandParser:
        """Its arguments; ``argv`` may choose some of them."""

    def run(self, given: Namespace, speaker: Speaker) -> int:
        """Do it; return the exit code."""


def run(argv: list[str]) -> int:
    """Run the command that ``argv`` names."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):  # a file's name need not be text
            stream.reconfigure(errors="backslashreplace")
    try:
        with _stopped_by_term():
            return _run(argv)
    except SystemExit as stop:  # argparse has said its piece
        return stop.code if isinstance(stop.code, int) else 2
    except KeyboardInterrupt:
        plain_speaker().error("stopped")
        return 1
    except BrokenPipeError:  # whoever read our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(argv: list[str]) -> int:
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(_help())
        return 0 if argv else 2
    if argv[0] in ("-V", "--version"):
        print(f"{PROGRAM} {otio_autoedit.__version__}")
        return 0
    name, rest = argv[0], argv[1:]
    if name not in COMMANDS:
        what = "no such option" if name.startswith("-") else "no such command"
        plain_speaker().error(f"{name}: {what}{did_you_mean(name, COMMANDS)}; try {PROGRAM} --help")
        return 2
    module = importlib.import_module(f"otio_autoedit.cli.{name}")
    return _speaking(cast(Command, module), rest)


def _speaking(command: Command, argv: list[str]) -> int:
    """Parse, do, and say what went wrong in one line."""
    speaker = plain_speaker()
    try:
        given = command.parser(argv).parse(argv)
        speaker = Speaker.asked_for(given)
        with speaker.hears_warnings():
            code = command.run(given, speaker)
        sys.stdout.flush()
        return code
    except (SystemExit, BrokenPipeError):
        raise
    except (KeyboardInterrupt, Cancelled):
        speaker.error("stopped; nothing was left half-written")
        return 1
    except Exception as error:
        if debugging():
            raise
        speaker.error(in_one_line(error))
        return 2 if isinstance(error, OptionError) else 1


def in_one_line(error: BaseException) -> str:
    """What an error has to say to a person."""
    if isinstance(error, AutoEditError):
        text = str(error)
    elif isinstance(error, OSError) and error.strerror:
        text = f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    elif isinstance(error, MemoryError):
        text = "out of memory"
    else:
        text = f"{type(error).__name__}: {error}; {DEBUG_VARIABLE}=1 shows where"
    return " ".join(text.split())


def _help() -> str:
    wide = max(map(len, COMMANDS))
    lines = [f"  {name:<{wide}}  {summary}" for name, summary in COMMANDS.items()]
    return "\n".join(
        [
            f"usage: {PROGRAM} COMMAND ...",
            "",
            "Footage in, editable timeline out.",
            "",
            *lines,
            "",
            "examples:",
            f"  {PROGRAM} cut film.mp4 -o film.otio",
            f"  {PROGRAM} cut rushes/*.mov -o rushes.xml --for premiere",
            f"  {PROGRAM} analyze film.mp4 --json -",
            f"  {PROGRAM} COMMAND --help",
            "",
            "Exit codes: 0 done, 1 failed, 2 called wrongly.",
        ]
    )


@contextmanager
def _stopped_by_term() -> Iterator[None]:
    """A farm's polite kill ends the work as Ctrl-C does, so that nothing is left half-written."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread: somebody calls main() from a program of theirs
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
