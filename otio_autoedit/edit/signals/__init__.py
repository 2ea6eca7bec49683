"""Signals: everything of a file that a rule may name, each declared once."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from otio_autoedit.edit.signal import Call, Signal, Values
from otio_autoedit.edit.signals.catalogue import DECLARED
from otio_autoedit.edit.signals.view import View
from otio_autoedit.errors import OptionError, did_you_mean

__all__ = ["SIGNALS", "measure", "signals_table"]

SIGNALS: Mapping[str, Signal] = MappingProxyType({one.name: one for one, _ in DECLARED})
"""By name, in the order that the table has."""

_MEASURES = MappingProxyType({one.name: function for one, function in DECLARED})


def measure(view: View, call: Call) -> Values:
    """The values of ``call`` at each frame, float32 ``[view.length]``.

    Raises:
        OptionError: no such signal, or brackets that do not fit it.
    """
    signal = SIGNALS.get(call.name)
    if signal is None:
        raise OptionError(f"no signal {call.name!r}{did_you_mean(call.name, SIGNALS)}")
    if len(call.arguments) != len(signal.arguments):
        raise OptionError(f"{call.name} is written {written(signal)}")
    values = _MEASURES[call.name](view, *call.arguments)
    return np.array(values, np.float32)


def written(signal: Signal) -> str:
    """How a rule writes it: ``near(label, label)``."""
    inside = ", ".join('"words"' if one == "words" else one for one in signal.arguments)
    return f"{signal.name}({inside})" if signal.arguments else signal.name


def signals_table() -> str:
    """A Markdown table of all signals, as the README prints it."""
    rows = [
        "| signal | what it is | kind | unit, range | comes from | `--needs` |",
        "|---|---|---|---|---|---|",
    ]
    for one in SIGNALS.values():
        needs = ", ".join(f"`{need}`" for need in one.needs)
        rows.append(
            f"| `{written(one)}` | {one.summary} | {one.kind} | {one.unit} | {one.comes_from}"
            f" | {needs} |"
        )
    return "\n".join(rows) + "\n"
