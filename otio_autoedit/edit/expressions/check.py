"""The looking up of names, the putting in of options, and what may stand where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Literal

from otio_autoedit.edit.expressions.functions import FUNCTIONS, Function
from otio_autoedit.edit.expressions.parse import DEEPEST, LARGEST, MOST_NODES, parse
from otio_autoedit.edit.expressions.printing import printed
from otio_autoedit.edit.expressions.problem import ExpressionError
from otio_autoedit.edit.expressions.tree import (
    Apply,
    Arithmetic,
    Both,
    Chosen,
    Comparison,
    Either,
    Length,
    Name,
    Negative,
    Node,
    Not,
    Number,
    Reading,
    Text,
    Truth,
)
from otio_autoedit.edit.signal import Call, Signal
from otio_autoedit.errors import did_you_mean
from otio_autoedit.times import Duration

LONGEST_WINDOW = 3600  # seconds
_EXAMPLES = {"LUFS": "-30", "dBFS": "-30", "s": "2s", "0 to 1": "0.5"}

Kind = Literal["condition", "number", "length"]


@dataclass(frozen=True, slots=True)
class Typed:
    """A checked tree, what it gives, and a number's unit, "" where that is not known."""

    node: Node
    kind: Kind
    unit: str = ""


def checked(tree: Node, signals: Mapping[str, Signal], options: Mapping[str, object]) -> Typed:
    """``tree`` with every name looked up and every option put in. Raises ExpressionError."""
    return _Checker(signals, options).of(tree)


def as_condition(one: Typed) -> Node:
    """The node as a condition. Raises ExpressionError where it is none."""
    if one.kind == "condition":
        return _holding(one.node)
    shown = printed(one.node)
    if one.kind == "length":
        raise ExpressionError(one.node.column, f"{shown} is a length of time, not a condition")
    unit = f" ({one.unit})" if one.unit else ""
    usual = _EXAMPLES.get(one.unit, "1") if isinstance(one.node, Reading) else "1"
    example = f"{shown} > {usual}"
    if isinstance(one.node, Number | Negative):
        example = f"score > {shown}"
    raise ExpressionError(
        one.node.column, f"{_short(shown)} is a number{unit}; compare it, as in {_short(example)}"
    )


def as_number(one: Typed) -> Node:
    """The node as a number; a condition counts 1 where it holds. Raises ExpressionError."""
    if one.kind == "length":
        raise ExpressionError(
            one.node.column, f"{printed(one.node)} is a length of time, not a number"
        )
    return one.node


def _holding(node: Node) -> Node:
    return replace(node, holds=True) if isinstance(node, Reading) else node


class _Checker:
    def __init__(self, signals: Mapping[str, Signal], options: Mapping[str, object]) -> None:
        self._signals, self._options = signals, options
        self._inside: list[str] = []  # of the options whose text is being read
        self._count = self._deep = 0

    def of(self, node: Node) -> Typed:
        self._count += 1
        if self._count > MOST_NODES:
            raise ExpressionError(node.column, f"more than {MOST_NODES} parts with its options")
        self._deep += 1
        if self._deep > DEEPEST:
            raise ExpressionError(node.column, f"nested deeper than {DEEPEST} with its options")
        result = self._typed(node)
        self._deep -= 1
        return result

    def _typed(self, node: Node) -> Typed:
        match node:
            case Text(value):
                raise ExpressionError(
                    node.column, f'"{_short(value)}" stands alone; words belong in the brackets '
                    'of a signal, as in said("goal")',
                )  # fmt: skip
            case Name(name):
                return self._signal(name, (), node.column)
            case Chosen(name):
                return self._option(name, node.column)
            case Apply(name, arguments):
                if name in FUNCTIONS:
                    return self._function(node, FUNCTIONS[name])
                return self._signal(name, arguments, node.column)
            case Negative() | Arithmetic() | Comparison() | Not() | Both() | Either():
                return self._operation(node)
        return _plain(node)

    def _operation(self, node: Node) -> Typed:
        match node:
            case Negative(of):
                inner = self.of(of)
                return Typed(replace(node, of=as_number(inner)), "number", inner.unit)
            case Arithmetic():
                return self._arithmetic(node)
            case Comparison():
                return self._comparison(node)
            case Not(of):
                return Typed(replace(node, of=self._condition(of)), "condition")
            case Both(parts) | Either(parts):
                inside = tuple(map(self._condition, parts))
                return Typed(replace(node, parts=inside), "condition")
        raise TypeError(f"no operation: {node!r}")

    def _condition(self, node: Node) -> Node:
        return as_condition(self.of(node))

    def _arithmetic(self, node: Arithmetic) -> Typed:
        left, right = self.of(node.left), self.of(node.right)
        nodes = [_seconds(one, other) for one, other in ((left, right), (right, left))]
        unit = left.unit or right.unit if node.operator in "+-" else ""
        return Typed(replace(node, left=nodes[0], right=nodes[1]), "number", unit)

    def _comparison(self, node: Comparison) -> Typed:
        operands = [self.of(one) for one in node.operands]
        for one in operands:
            if one.kind == "condition" and not isinstance(one.node, Reading):
                raise ExpressionError(
                    one.node.column,
                    f"{_short(printed(one.node))} is a condition, it holds or not; compare numbers",
                )
        if all(one.kind == "length" for one in operands):
            raise ExpressionError(node.column, "two lengths of time always compare the same")
        for left, right in pairwise(operands):
            _seconds(left, right)
            _seconds(right, left)
        return Typed(replace(node, operands=tuple(one.node for one in operands)), "condition")

    def _function(self, node: Apply, function: Function) -> Typed:
        least, given = len(function.takes), len(node.arguments)
        if given < least or (given > least and not function.many):
            wants = f"{least} or more" if function.many else str(least)
            raise ExpressionError(
                node.column,
                f"{node.name} takes {wants} in its brackets, as in {function.example}; "
                f"here {'is' if given == 1 else 'are'} {given or 'none'}",
            )
        typed = [self._argument(function, at, one) for at, one in enumerate(node.arguments)]
        kind: Kind = "number"
        if function.gives == "condition" or (
            function.gives == "same" and typed[0].kind == "condition"
        ):
            kind = "condition"
        nodes = tuple(one.node for one in typed)
        unit = typed[0].unit if kind == "number" else ""
        return Typed(replace(node, arguments=nodes), kind, unit)

    def _argument(self, function: Function, at: int, node: Node) -> Typed:
        takes = function.takes[min(at, len(function.takes) - 1)]
        one = self.of(node)
        column = node.column
        if takes == "length":
            return _window(one, function, column)
        if takes == "percent":
            if not isinstance(one.node, Number) or one.node.value > 100:
                raise ExpressionError(
                    column, f"{_short(printed(one.node))} is no plain number of 0 to 100, "
                    f"as in {function.example}",
                )  # fmt: skip
            return one
        if takes == "condition" or (takes == "either" and one.kind == "condition"):
            return Typed(as_condition(one), "condition")
        return replace(one, node=as_number(one), kind="number")

    def _signal(self, name: str, arguments: tuple[Node, ...], column: int) -> Typed:
        signal = self._signals.get(name)
        if signal is None:
            if name in FUNCTIONS:
                raise ExpressionError(
                    column, f"{name} is a function; write {FUNCTIONS[name].example}"
                )
            known = [*self._signals, *FUNCTIONS]
            what = "signal or function" if arguments else "signal"
            raise ExpressionError(column, f"no {what} {_short(name)!r}{did_you_mean(name, known)}")
        if len(arguments) != len(signal.arguments):
            example = ", ".join(
                '"words"' if kind == "words" else f"{kind.upper()}" for kind in signal.arguments
            )
            wants = f"{name}({example})" if example else f"{name}, without brackets"
            raise ExpressionError(column, f"{name} is written {wants}")
        words = tuple(
            self._word(one, kind) for one, kind in zip(arguments, signal.arguments, strict=True)
        )
        node = Reading(Call(name, words), column=column)
        unit = signal.unit.partition(",")[0]  # "LUFS, -70 to 0"
        return Typed(node, signal.kind, unit if signal.kind == "number" else "")

    def _word(self, node: Node, kind: str) -> str:
        """What a signal is asked for: a bare word, words in quotes, or an option's text."""
        value: object = None
        if isinstance(node, Name):
            value = node.name
        elif isinstance(node, Text):
            value = node.value
        elif isinstance(node, Chosen):
            value = self._value(node.name, node.column)
        if not isinstance(value, str) or not value.strip():
            raise ExpressionError(node.column, f"here belongs a {kind}, as a word or in quotes")
        if not value.isprintable() or ('"' in value and "'" in value):
            raise ExpressionError(node.column, f"a {kind} has no control characters or both quotes")
        return value

    def _value(self, name: str, column: int) -> object:
        if name not in self._options:
            raise ExpressionError(column, f"no option ${name}{did_you_mean(name, self._options)}")
        value = self._options[name]
        if value is None:
            raise ExpressionError(column, f"${name} is not given; set the option {name}")
        return value

    def _option(self, name: str, column: int) -> Typed:
        """What an option says, as a part of the tree: never as text."""
        value = self._value(name, column)
        if isinstance(value, bool):
            return Typed(Truth(value, column=column), "condition")
        if isinstance(value, int | float | Fraction):
            if not -LARGEST <= value <= LARGEST:
                raise ExpressionError(column, f"${name} is larger than {LARGEST:g}")
            number = Number(abs(float(value)), column=column)
            return Typed(Negative(number, column=column) if value < 0 else number, "number")
        if isinstance(value, Duration):
            return Typed(Length(value, column=column), "length", "s")
        if not isinstance(value, str):
            raise ExpressionError(column, f"${name} is no number, length or expression: {value}")
        if name in self._inside:
            raise ExpressionError(column, f"${name} stands for an expression with ${name} in it")
        self._inside.append(name)
        try:
            result = self.of(parse(value))
        except ExpressionError as error:
            innermost = (
                error.problem if error.problem.startswith("in $") else f"in ${name}, {error}"
            )
            raise ExpressionError(column, innermost) from None
        self._inside.pop()
        return replace(result, node=replace(result.node, column=column))


def _plain(node: Node) -> Typed:
    match node:
        case Number():
            return Typed(node, "number")
        case Length():
            return Typed(node, "length", "s")
        case Truth():
            return Typed(node, "condition")
    raise TypeError(f"no node of an expression: {node!r}")


def _seconds(one: Typed, other: Typed) -> Node:
    """The node as a number beside ``other``: a length beside a number of seconds is seconds."""
    if one.kind == "length" and other.kind != "length" and other.unit not in ("s", ""):
        raise ExpressionError(
            one.node.column,
            f"{printed(one.node)} is a length of time, but {_short(printed(other.node))} is in "
            f"{other.unit}",
        )
    return one.node


def _window(one: Typed, function: Function, column: int) -> Typed:
    shown = _short(printed(one.node))
    if not isinstance(one.node, Length):
        hint = f"{shown} of what? write {shown}s or {shown}f" if isinstance(one.node, Number) else (
            f"{shown} is no plain length of time"
        )  # fmt: skip
        raise ExpressionError(column, f"{hint}, as in {function.example}")
    if one.node.value.frames(Fraction(1000)) > LONGEST_WINDOW * 1000:
        raise ExpressionError(column, f"{shown} is longer than {LONGEST_WINDOW // 3600} h")
    return one


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
