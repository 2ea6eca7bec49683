"""Arguments as people write them: hints for wrong names, options from their declarations."""

from __future__ import annotations

import argparse
import ast
import os
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn

from otio_autoedit.errors import OptionError, did_you_mean
from otio_autoedit.options import Option, takes

_NOT_GIVEN = object()
_PREFIX = "option_"


class CommandParser(argparse.ArgumentParser):
    """An argparse parser that takes files and options in any order, and helps with wrong names."""

    def __init__(
        self, command: str, summary: str, examples: Sequence[str], detail: str = ""
    ) -> None:
        lines = ["examples:", *(f"  otio-autoedit {command} {example}" for example in examples)]
        super().__init__(
            prog=f"otio-autoedit {command}",
            description=textwrap.fill(f"{summary[:1].upper()}{summary[1:]}. {detail}".strip(), 78),
            epilog="\n".join(lines),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )

    def parse(self, argv: Sequence[str]) -> argparse.Namespace:
        """Parse; everything after ``--`` is a file, whatever it looks like."""
        head, files = _split(argv)
        given, unknown = self.parse_known_intermixed_args(head)
        if unknown:
            self.error(f"{unknown[0]}: no such option{self._hint(unknown[0])}")
        if hasattr(given, "media"):
            given.media += files
            if not given.media:
                self.error("which footage? name at least one file")
        elif files:
            self.error(f"{files[0]}: this takes no files")
        return given

    def error(self, message: str) -> NoReturn:
        """One line, and where to read on."""
        self.exit(2, f"error: {message} (see {self.prog} --help)\n")

    def _hint(self, unknown: str) -> str:
        if os.path.exists(unknown):
            return f"; for the file of that name write ./{unknown}"
        name = unknown.split("=")[0]
        flags = [flag for flag in self._option_string_actions if flag.startswith("--")]
        hint = did_you_mean(name, flags)
        return hint if "mean" in hint else ""


def add_media(parser: CommandParser, what: str = "the footage") -> None:
    parser.add_argument("media", nargs="*", metavar="MEDIA", help=what)


def add_common(parser: CommandParser) -> None:
    """What every long command takes."""
    group = parser.add_argument_group("running")
    group.add_argument(
        "--progress",
        choices=["auto", "bar", "json", "none"],
        default="auto",
        help="a bar on a terminal (auto), JSON lines on stderr, or nothing",
    )
    group.add_argument("-q", "--quiet", action="store_true", help="say only what went wrong")


def add_options(
    parser: CommandParser,
    title: str,
    options: Iterable[Option],
    short: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """A flag for every declared option, and a ``short`` one for those named there."""
    group = parser.add_argument_group(title)
    for option in options:
        if option.flag in parser._option_string_actions:
            continue  # the command has it as an argument of its own
        text = _help(option)
        where = _PREFIX + option.name
        if option.kind == "flag":
            group.add_argument(
                option.flag,
                dest=where,
                default=_NOT_GIVEN,
                action=argparse.BooleanOptionalAction,
                help=text,
            )
        else:
            metavar = "|".join(option.choices) if option.choices else option.kind.upper()
            flags = [short[option.name]] if option.name in short else []
            group.add_argument(
                *flags, option.flag, dest=where, default=_NOT_GIVEN, metavar=metavar, help=text
            )


def given_options(given: argparse.Namespace) -> dict[str, object]:
    """The declared options that were given, by ``-a key=value`` or by their own flags."""
    values: dict[str, object] = {}
    for pair in getattr(given, "argument", None) or ():
        name, value = key_value(pair)
        values[name.replace("-", "_")] = value
    for where, value in vars(given).items():
        if where.startswith(_PREFIX) and value is not _NOT_GIVEN:
            values[where.removeprefix(_PREFIX)] = value
    return values


def key_value(pair: str, flag: str = "-a") -> tuple[str, object]:
    """``key=value`` as ``otioconvert`` reads it: Python literals, and text for all the rest.

    Raises OptionError where there is no key.
    """
    name, equals, text = pair.partition("=")
    if not equals or not name.strip():
        raise OptionError(f"{flag} {pair}: write {flag} name=value")
    try:
        value: object = ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        value = text
    return name.strip(), value


def comma_words(text: str) -> list[str]:
    """``shots, loudness`` as a list."""
    return [word for word in (part.strip() for part in text.split(",")) if word]


def chosen_parts(flag: str, text: str, known: Sequence[str]) -> list[str]:
    """The parts that ``text`` names, with commas, some of ``known``; ``flag`` is for the message.

    Raises:
        OptionError: none is named, or one that there is not.
    """
    found = comma_words(text)
    for word in found:
        if word not in known:
            raise OptionError(f"{flag} {word}: no such part{did_you_mean(word, known)}")
    if not found:
        raise OptionError(f"{flag}: name some of {', '.join(known)}")
    return found


def same_file(one: str | os.PathLike[str], other: str | os.PathLike[str]) -> bool:
    """True where two paths lead to one file."""
    try:
        return os.path.samefile(one, other)
    except OSError:
        return Path(os.path.abspath(one)) == Path(os.path.abspath(other))


def columns(rows: Sequence[Sequence[object]], head: Sequence[str] = (), indent: str = "") -> str:
    """Rows of text in columns; the last one runs as long as it is."""
    texts = [[str(cell) for cell in row] for row in ([head, *rows] if head else rows)]
    wide = [max(len(row[i]) for row in texts) for i in range(len(texts[0]) - 1)] if texts else []
    lines = (
        "  ".join([*(f"{c:<{w}}" for c, w in zip(row, wide, strict=False)), row[-1]])
        for row in texts
    )
    return "\n".join((indent + line).rstrip() for line in lines)


def _split(argv: Sequence[str]) -> tuple[list[str], list[str]]:
    if "--" not in argv:
        return list(argv), []
    at = list(argv).index("--")
    return list(argv[:at]), list(argv[at + 1 :])


def _help(option: Option) -> str:
    text = option.help.removesuffix(".")
    if option.kind not in ("choice", "flag", "text", "path"):
        text += f"; takes {takes(option)}"
    if option.default is not None and option.default != "":
        shown: object = option.default
        if isinstance(shown, bool):
            shown = "yes" if shown else "no"
        text += f" (default: {shown})"
    return text.replace("`", "").replace("%", "%%")
