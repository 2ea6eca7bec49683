"""What a recipe says of footage, in the words of an editor: ``loudness > -30 and not black``.

Grammar, the loosest binding first::

    either      = both {"or" both}
    both        = negation {"and" negation}
    negation    = "not" negation | comparison
    comparison  = sum {("<" | "<=" | ">" | ">=" | "==" | "!=") sum}     a < b < c: both hold
    sum         = product {("+" | "-") product}
    product     = sign {("*" | "/") sign}
    sign        = "-" sign | "+" sign | whole
    whole       = NUMBER | LENGTH | "true" | "false" | "$" OPTION | "(" either ")"
                | NAME | NAME "(" [either {"," either}] ")"
    NUMBER      = 12, 0.5, .5, 1e-3
    LENGTH      = 0.5s, 12f, 1m30s, 0:30, 00:00:02:00
    NAME        = a signal, a function; in a signal's brackets a label, a zone, or "words in quotes"

Everything is a condition, a number or a length of time. A signal that is a condition holds where it
is .5 or more; beside a number it counts as its own value, and any other condition as 1 or 0. A
length beside a number of seconds is seconds. What is unknown compares false, and so ``not`` of that
comparison holds. ``$name`` is an option's value: a number, a length, yes or no, or a text, which is
read as an expression by itself and stands there as if in brackets.

A text has at most 4000 characters and 1000 words and signs, nested 50 deep, windows of an hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy.typing as npt

from otio_autoedit.edit.expressions.check import as_condition, as_number, checked
from otio_autoedit.edit.expressions.evaluate import values_of
from otio_autoedit.edit.expressions.functions import reference
from otio_autoedit.edit.expressions.parse import parse
from otio_autoedit.edit.expressions.printing import printed
from otio_autoedit.edit.expressions.problem import ExpressionError
from otio_autoedit.edit.expressions.tree import Either, Node, Reading, walk
from otio_autoedit.edit.signal import Call, Scope, Signal

__all__ = [
    "Expression",
    "ExpressionError",
    "evaluate",
    "read_condition",
    "read_number",
    "reference",
]

_NO_OPTIONS: Mapping[str, object] = {}


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that was read and checked; ``text`` is how it reads with its options put in."""

    text: str
    tree: Node
    kind: Literal["condition", "number"]

    @property
    def calls(self) -> tuple[Call, ...]:
        """The signals that it names, each once, in the order of the text."""
        named = (node.call for node in walk(self.tree) if isinstance(node, Reading))
        return tuple(dict.fromkeys(named))

    @property
    def alternatives(self) -> tuple[Expression, ...]:
        """The parts of a condition that "or" joins, for whoever wants to know which one holds."""
        parts = self.tree.parts if isinstance(self.tree, Either) else (self.tree,)
        return tuple(Expression(printed(part), part, self.kind) for part in parts)

    def needs(self, signals: Mapping[str, Signal]) -> tuple[str, ...]:
        """What must be analysed for it, each once."""
        return tuple(dict.fromkeys(n for call in self.calls for n in signals[call.name].needs))

    def __str__(self) -> str:
        return self.text


def read_condition(
    text: str, signals: Mapping[str, Signal], options: Mapping[str, object] = _NO_OPTIONS
) -> Expression:
    """The condition that ``text`` writes. Raises ExpressionError, with the column."""
    tree = as_condition(checked(parse(text), signals, options))
    return Expression(printed(tree), tree, "condition")


def read_number(
    text: str, signals: Mapping[str, Signal], options: Mapping[str, object] = _NO_OPTIONS
) -> Expression:
    """The number that ``text`` writes; a condition is 1 where it holds and 0 elsewhere. Raises
    ExpressionError, with the column."""
    tree = as_number(checked(parse(text), signals, options))
    return Expression(printed(tree), tree, "number")


def evaluate(expression: Expression, scope: Scope) -> npt.NDArray[Any]:
    """The expression at each frame of ``scope``: bool ``[length]`` of a condition, float32
    ``[length]`` of a number, not a number where it is unknown. Nobody else holds the array."""
    values = values_of(expression.tree, scope)
    return values.astype("float32", copy=False) if expression.kind == "number" else values
