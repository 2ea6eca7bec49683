"""Options: each declared once, and read from whatever a person wrote.

One declaration serves OTIO's ``-a``, the command line, recipes and the README's table. OTIO sends
``-a`` values through ``literal_eval``: ``60`` arrives as an int, ``60s`` as a text, ``None`` as
None, ``2024`` as an int even where a folder is called so. What was meant is taken.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal, get_args

from otio_autoedit.errors import OptionError, did_you_mean
from otio_autoedit.times import Duration, Joint, Margin, Position

__all__ = ["Duration", "Joint", "Margin", "Option", "Position", "options_table", "read_options"]

Kind = Literal[
    "duration",
    "position",
    "number",
    "integer",
    "choice",
    "flag",
    "path",
    "text",
    "rate",
    "timecode",
    "condition",
    "expression",
    "margin",
    "joint",
    "aspect",
]
RESERVED = frozenset(
    {
        # keywords of OTIO's own calls, which never reach an adapter's options
        *("filepath", "input_otio", "input_str", "adapter_name", "hook_function_argument_map"),
        *("media_linker_name", "media_linker_argument_map"),
        *("media", "progress", "store"),  # arguments of our functions
    }
)
_YES = ("yes", "on", "true", "1", "y")
_NO = ("no", "off", "false", "0", "n", "none")
_SECOND_1001 = (24, 30, 48, 60, 120, 240)


@dataclass(frozen=True, slots=True)
class Option:
    """One option: what it is called, what it takes, what it does.

    ``default`` is a value of the option's kind, or anything that reads as one; None stands for "not
    given". ``choices`` are for kind "choice"; ``minimum`` and ``maximum`` for numbers.
    """

    name: str
    kind: Kind
    default: object
    help: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""

    def __post_init__(self) -> None:
        if self.name in RESERVED or not self.name.isidentifier() or self.name != self.name.lower():
            raise ValueError(f"an option cannot be called {self.name!r}")
        if self.kind not in get_args(Kind):
            raise ValueError(f"option {self.name!r}: no kind {self.kind!r}")
        if (self.kind == "choice") != bool(self.choices):
            raise ValueError(f"option {self.name!r}: choices belong to kind 'choice'")
        if any(not isinstance(one, str) or one != one.lower() for one in self.choices):
            raise ValueError(f"option {self.name!r}: choices are words in small letters")
        if any(not isinstance(end, int | float | None) for end in (self.minimum, self.maximum)):
            raise ValueError(f"option {self.name!r}: minimum and maximum are numbers")

    @property
    def flag(self) -> str:
        """Its name on the command line: ``--min-clip``."""
        return "--" + self.name.replace("_", "-")

    def read(self, value: object) -> object:
        """The value that ``value`` stands for. Raises ValueError, with a text that says what the
        option takes.

        None means "not given", except where the option can be switched off: a choice that has
        "none" among its choices, and a flag.
        """
        if value is None and self.kind != "flag" and "none" not in self.choices:
            return None if self.default is None else self.read(self.default)
        return _READERS[self.kind](self, value)


def read_options(
    values: Mapping[str, object], declared: Iterable[Option], *, where: str = "-a"
) -> dict[str, object]:
    """Every declared option with its value: the given one, else its default.

    A name may be written with dashes or in capitals. Raises OptionError that names all that is
    wrong at once, in one line; ``where`` is how an option is given there: ``-a``, ``--``, a word.
    """
    known = {option.name: option for option in declared}
    result = {name: option.read(option.default) for name, option in known.items()}
    wrong: list[str] = []
    for given, value in values.items():
        name = option_name(given)
        if name not in known:
            wrong.append(
                f"{as_given(where, given, value)}: no such option{did_you_mean(name, known)}"
            )
            continue
        try:
            result[name] = known[name].read(value)
        except ValueError as error:
            wrong.append(f"{as_given(where, given, value)}: {one_line(error)}")
    if wrong:
        raise OptionError("; ".join(wrong))
    return result


def option_name(text: str) -> str:
    """The option's name that a person may have written with dashes or in capitals."""
    return str(text).strip().lower().lstrip("-").replace("-", "_")


def options_table(options: Iterable[Option]) -> str:
    """A Markdown table of ``options``, as the README prints it."""
    rows = ["| option | takes | default | what it does |", "|---|---|---|---|"]
    for option in options:
        default = _shown(option.default)
        rows.append(f"| `{option.name}` | {takes(option)} | {default} | {option.help} |")
    return "\n".join(rows) + "\n"


def takes(option: Option) -> str:
    """What an option takes, in a few words."""
    if option.kind == "choice":
        return " or ".join(f"`{choice}`" for choice in option.choices)
    if option.kind in ("number", "integer") and option.minimum is not None:
        top = "up" if option.maximum is None else f"to {option.maximum:g}"
        return (
            f"{option.kind} from {option.minimum:g} {top}{' ' + option.unit if option.unit else ''}"
        )
    return {
        "duration": "length (`60`, `1.5`, `60s`, `12f`, `1m30s`, `0:30`, `00:00:30:00`)",
        "position": "place (as a length; from the end if negative; or the file's timecode)",
        "flag": "`yes` or `no`",
        "rate": "frames a second (`25`, `23.976`, `24000/1001`)",
        "timecode": "timecode (`01:00:00:00`)",
        "condition": "condition (`loudness > -30 and not black`)",
        "expression": "number, or an expression (`score + 2 * cheer`)",
        "margin": "one length, or two (`2s, 1s`: before, after)",
        "joint": "`cut` or `dissolve 12f`",
        "aspect": "aspect (`9:16`, `1:1`, `none`)",
    }.get(option.kind, option.kind)


def plain(value: object) -> object:
    """A read value as JSON holds it: a text for lengths, places, rates and paths."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def one_line(text: object) -> str:
    """``text`` without line breaks or control characters, and of a length that can be shown."""
    line = "".join(c if c.isprintable() else " " for c in str(text))
    return line if len(line) <= 300 else line[:297] + "..."


def as_given(where: str, name: str, value: object) -> str:
    """An option as it was written: ``--min-clip 12f``, ``-a min_clip=12f``."""
    if where == "--":
        return one_line(f"--{name.replace('_', '-')} {value}")
    return one_line(f"{where} {name}={value}".strip())


def _shown(default: object) -> str:
    if default is None or default == "":
        return ""
    if isinstance(default, bool):
        return "`yes`" if default else "`no`"
    return f"`{plain(default)}`"


def _read_duration(option: Option, value: object) -> Duration:
    """A length; "none" is one of no frames, which says so."""
    if isinstance(value, str) and value.strip().lower() in ("none", "off", "no"):
        return Duration("none")
    return Duration.read(value)


def _read_position(option: Option, value: object) -> Position:
    return Position.read(value)


def _read_number(option: Option, value: object) -> float:
    number: float | None = None
    if isinstance(value, str):
        text = value.strip().replace(",", ".")
        percent = text.endswith("%")
        try:
            number = float(text.rstrip("%").strip()) / (100 if percent else 1)
        except ValueError:
            number = None
    elif isinstance(value, int | float | Fraction) and not isinstance(value, bool):
        number = float(value)
    if number is None or not math.isfinite(number):
        raise ValueError(f"{value!r} is no number")
    low, high = option.minimum, option.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        raise ValueError(f"{value} is outside what it takes: {takes(option)}")
    return number


def _read_integer(option: Option, value: object) -> int:
    number = _read_number(option, value)
    if number != int(number):
        raise ValueError(f"{value!r} is no whole number")
    return int(number)


def _read_choice(option: Option, value: object) -> str:
    text = str(value).strip().lower()
    if text in option.choices:
        return text
    if "none" in option.choices and text in _NO:
        return "none"
    if "none" in option.choices and text in _YES and len(option.choices) == 2:
        return next(choice for choice in option.choices if choice != "none")
    raise ValueError(f"{value!r} is not one of its choices{did_you_mean(text, option.choices)}")


def _read_flag(option: Option, value: object) -> bool:
    text = str(value).strip().lower()
    if text in _YES or text in _NO:
        return text in _YES
    raise ValueError(f"{value!r} is neither yes nor no")


def _read_path(option: Option, value: object) -> str:
    return os.path.expanduser(_read_text(option, value))


def _read_text(option: Option, value: object) -> str:
    if isinstance(value, str | int | float | Path):
        return str(value)
    raise ValueError(f"{value!r} is no text; put it in quotes inside quotes: \"'...'\"")


def _read_rate(option: Option, value: object) -> Fraction:
    """An exact rate; two or three decimals of an NTSC rate mean that rate."""
    rate: Fraction | None = None
    if isinstance(value, int | float | Fraction | str) and not isinstance(value, bool):
        try:
            rate = Fraction(str(value).strip().lower().removesuffix("fps").strip())
        except (ValueError, ZeroDivisionError):
            rate = None
    if rate is None or not 1 <= rate <= 1000:
        raise ValueError(f"{value!r} is no frame rate; write 25, 23.976 or 24000/1001")
    near = min((Fraction(n * 1000, 1001) for n in _SECOND_1001), key=lambda ntsc: abs(ntsc - rate))
    if rate.denominator != 1 and abs(near - rate) / near < Fraction(3, 10_000):
        return near
    return rate if rate.denominator <= 1001 else rate.limit_denominator(1001)


def _read_timecode(option: Option, value: object) -> str:
    text = str(value).strip()
    if isinstance(value, str) and Duration.read(text).timecode is not None:
        return text
    raise ValueError(f"{value!r} is no timecode; write 01:00:00:00")


def _read_expression(option: Option, value: object) -> str:
    """An expression's text; whether it can be read, the recipe's reader says."""
    text = str(value).strip()
    if isinstance(value, bool):
        return text.lower()
    if not isinstance(value, int | float | str) or not text:
        raise ValueError(f"{value!r} is no {option.kind}")
    return text


def _read_margin(option: Option, value: object) -> Margin:
    return Margin.read(value)


def _read_joint(option: Option, value: object) -> Joint:
    return Joint.read(value)


def _read_aspect(option: Option, value: object) -> str:
    text = str(value).strip().lower().replace("x", ":").replace("/", ":")
    if text in _NO:
        return "none"
    try:
        width, height = (Fraction(side) for side in text.split(":"))
        fits = Fraction(1, 10) <= width / height <= 10
    except (ValueError, ZeroDivisionError):
        fits = False
    if not fits:
        raise ValueError(f"{value!r} is no aspect; write 9:16, 1:1 or none")
    return text


_READERS: dict[str, Callable[[Option, object], object]] = {
    "duration": _read_duration,
    "position": _read_position,
    "number": _read_number,
    "integer": _read_integer,
    "choice": _read_choice,
    "flag": _read_flag,
    "path": _read_path,
    "text": _read_text,
    "rate": _read_rate,
    "timecode": _read_timecode,
    "condition": _read_expression,
    "expression": _read_expression,
    "margin": _read_margin,
    "joint": _read_joint,
    "aspect": _read_aspect,
}
