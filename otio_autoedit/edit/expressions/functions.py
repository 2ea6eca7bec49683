"""The functions of expressions, each declared once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from otio_autoedit.edit.expressions.running import (
    Flags,
    lasting_runs,
    running_any,
    running_max,
    running_mean,
    running_min,
)
from otio_autoedit.edit.signal import Values

Takes = Literal["condition", "number", "either", "length", "percent"]
"""What stands in a function's brackets. A percent is a plain number of 0 to 100."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of values over time.

    Attributes:
        takes: its arguments, in order.
        gives: "number" is of the unit of its first argument; "same" is whatever that is.
        apply: of arrays over all frames; a length arrives as frames, a percent as a number.
        many: whether the last argument may stand any number of times.
    """

    name: str
    example: str
    summary: str
    takes: tuple[Takes, ...]
    gives: Literal["condition", "number", "same"]
    apply: Callable[..., Any]
    many: bool = False


def reference() -> str:
    """Returns a Markdown table of all functions, as the README prints it."""
    rows = ["| function | gives | what |", "|---|---|---|"]
    for one in FUNCTIONS.values():
        gives = "as `x`" if one.gives == "same" else f"a {one.gives}"
        rows.append(f"| `{one.example}` | {gives} | {one.summary} |")
    return "\n".join(rows) + "\n"


def _rising(x: Any, frames: int) -> Any:
    if x.dtype == np.bool_:
        return x & running_any(~x, frames, 0)
    return x - running_min(x, frames, 0)


def _falling(x: Any, frames: int) -> Any:
    if x.dtype == np.bool_:
        return ~x & running_any(x, frames, 0)
    return running_max(x, frames, 0) - x


def _within(x: Flags, frames: int) -> Flags:
    return running_any(x, frames, frames)


def _lasting(x: Flags, frames: int) -> Flags:
    return lasting_runs(x, frames)


def _smooth(x: Values, frames: int) -> Values:
    return running_mean(x, frames // 2)


def _peak(x: Values, frames: int) -> Values:
    return running_max(x, frames // 2, frames // 2)


def _percentile(x: Values, share: float) -> Values:
    known = x[np.isfinite(x)]
    value = np.percentile(known, share) if len(known) else np.nan
    return np.full(len(x), value, np.float32)


def _mean(x: Values) -> Values:
    known = x[np.isfinite(x)]
    value = np.mean(known, dtype=np.float64) if len(known) else np.nan
    return np.full(len(x), value, np.float32)


def _min(*numbers: Values) -> Values:
    return np.fmin.reduce(numbers)  # type: ignore[no-any-return]


def _max(*numbers: Values) -> Values:
    return np.fmax.reduce(numbers)  # type: ignore[no-any-return]


FUNCTIONS = MappingProxyType(
    {
        one.name: one
        for one in (
            Function(
                "rising", "rising(x, 1s)",
                "How far a number stands above its lowest in the 1 s before. Of a condition: where "
                "it holds, and began to within the 1 s before.",
                ("either", "length"), "same", _rising,
            ),
            Function(
                "falling", "falling(x, 1s)",
                "How far a number stands below its highest in the 1 s before. Of a condition: "
                "where it does not hold, but did within the 1 s before.",
                ("either", "length"), "same", _falling,
            ),
            Function(
                "within", "within(x, 2s)", "Up to 2 s before and after where a condition holds.",
                ("condition", "length"), "condition", _within,
            ),
            Function(
                "lasting", "lasting(x, 1s)",
                "Where a condition holds without a break for 1 s or longer.",
                ("condition", "length"), "condition", _lasting,
            ),
            Function(
                "smooth", "smooth(x, 0.5s)",
                "The mean over the 0.5 s around (an odd number of frames, fewer at the ends).",
                ("number", "length"), "number", _smooth,
            ),
            Function(
                "peak", "peak(x, 1s)",
                "The highest value in the 1 s around, counted as by `smooth`.",
                ("number", "length"), "number", _peak,
            ),
            Function(
                "percentile", "percentile(x, 90)",
                "The value below which 90 % of the frames lie: one number for the whole.",
                ("number", "percent"), "number", _percentile,
            ),
            Function(
                "mean", "mean(x)", "The mean over all frames: one number for the whole.",
                ("number",), "number", _mean,
            ),
            Function(
                "min", "min(x, y)",
                "The lower of two numbers or more; what is unknown does not count.",
                ("number", "number"), "number", _min, many=True,
            ),
            Function(
                "max", "max(x, y)",
                "The higher of two numbers or more; what is unknown does not count.",
                ("number", "number"), "number", _max, many=True,
            ),
            Function(
                "abs", "abs(x)", "A number without its sign.", ("number",), "number", np.abs,
            ),
        )
    }
)  # fmt: skip
