"""From text to tree: a parser by binding power (Pratt, 1973)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from otio_autoedit.edit.expressions.problem import ExpressionError
from otio_autoedit.edit.expressions.tokens import Token, tokens
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
    Text,
    Truth,
    children,
)
from otio_autoedit.times import Duration

DEEPEST = 50
MOST_NODES = 1000
LARGEST = 1e12
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
# How strongly each holds what stands beside it.
EITHER, BOTH, NOT, COMPARE, SUM, PRODUCT, SIGN, WHOLE = range(1, 9)
_POWERS = (
    {"or": EITHER, "and": BOTH}
    | dict.fromkeys(COMPARISONS, COMPARE)
    | {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT}
)
_LITERALS = ("number", "length", "text", "option")
RESERVED = ("and", "or", "not", "true", "false")


def parse(text: str) -> Node:
    """The tree that ``text`` writes, its names not looked up yet. Raises ExpressionError."""
    parser = _Parser(tokens(text))
    if parser.at_end:
        raise ExpressionError(1, "nothing is written here")
    node = parser.node(0)
    if not parser.at_end:
        parser.refuse()
    _check_depth(node)
    return node


class _Parser:
    def __init__(self, stream: Sequence[Token]) -> None:
        self._stream, self._at = stream, 0
        self._deep = self._count = 0

    @property
    def token(self) -> Token:
        return self._stream[self._at]

    @property
    def at_end(self) -> bool:
        return self.token.kind == "end"

    def node(self, power: int) -> Node:
        """What begins here, up to a sign that holds less strongly than ``power``."""
        self._deep += 1
        if self._deep > DEEPEST:
            raise ExpressionError(self.token.column, f"nested deeper than {DEEPEST}")
        left = self._first()
        while (next_power := _POWERS.get(self._operator(), 0)) > power:
            left = self._joined(left, next_power)
        self._deep -= 1
        return left

    def refuse(self) -> NoReturn:
        """Say that the present token has no place here."""
        token = self.token
        if token.kind == "end":
            raise ExpressionError(token.column, "it ends too soon: something is missing here")
        shown = f'"{token.text}"' if token.kind == "text" else f"{token.text!r}"
        raise ExpressionError(token.column, f"{shown} has no place here")

    def _operator(self) -> str:
        return self.token.text if self.token.kind in ("sign", "name") else ""

    def _step(self) -> Token:
        token = self.token
        self._at += 1
        self._count += 1
        if self._count > MOST_NODES:
            raise ExpressionError(token.column, f"more than {MOST_NODES} words and signs")
        return token

    def _first(self) -> Node:
        """A number, a name, brackets, or a sign that stands before one."""
        token = self._step()
        column = token.column
        if token.kind in _LITERALS:
            return _literal(token)
        match token.kind, token.text:
            case "name", "true" | "false" as text:
                return Truth(text == "true", column=column)
            case "name", "not":
                return Not(self.node(NOT), column=column)
            case "name", text if text not in RESERVED:
                return self._name(token)
            case "sign", "-":
                return Negative(self.node(SIGN), column=column)
            case "sign", "+":
                return self.node(SIGN)
            case "sign", "(":
                inside = self.node(0)
                self._close(column)
                return inside
        self._at -= 1
        self.refuse()

    def _name(self, token: Token) -> Node:
        if self._operator() != "(":
            return Name(token.text, column=token.column)
        opened = self._step().column
        arguments: list[Node] = []
        while self._operator() != ")" or arguments:
            arguments.append(self.node(0))
            if self._operator() != ",":
                break
            self._step()
        self._close(opened)
        return Apply(token.text, tuple(arguments), column=token.column)

    def _close(self, opened: int) -> None:
        if self.token.kind == "end":
            raise ExpressionError(opened, "this bracket is never closed")
        if self._operator() != ")":
            self.refuse()
        self._step()

    def _joined(self, left: Node, power: int) -> Node:
        if power in (EITHER, BOTH):
            word, kind = ("or", Either) if power == EITHER else ("and", Both)
            parts = [left]
            while self._operator() == word:
                self._step()
                parts.append(self.node(power))
            return kind(tuple(parts), column=left.column)
        if power == COMPARE:
            operators, operands = [], [left]
            while self._operator() in COMPARISONS:
                operators.append(self._step().text)
                operands.append(self.node(power))
            return Comparison(tuple(operators), tuple(operands), column=left.column)
        sign = self._step()
        return Arithmetic(sign.text, left, self.node(power), column=sign.column)


def _check_depth(node: Node) -> None:
    level = [node]
    for _ in range(DEEPEST):
        level = [child for one in level for child in children(one)]
        if not level:
            return
    raise ExpressionError(level[0].column, f"nested deeper than {DEEPEST}")


def _literal(token: Token) -> Node:
    column = token.column
    match token.kind:
        case "number":
            return Number(_number(token), column=column)
        case "length":
            return Length(_length(token), column=column)
        case "text":
            return Text(token.text, column=column)
    return Chosen(token.text, column=column)


def _number(token: Token) -> float:
    value = float(token.text)
    if value > LARGEST:
        raise ExpressionError(token.column, f"{token.text[:30]} is larger than {LARGEST:g}")
    return value


def _length(token: Token) -> Duration:
    text = "0" + token.text if token.text.startswith(".") else token.text
    try:
        return Duration.read(text)
    except ValueError as error:
        raise ExpressionError(token.column, str(error)) from None
