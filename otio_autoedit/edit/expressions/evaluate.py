"""An expression's values over the frames of a scope, computed by whole arrays.

What stands in an expression twice is computed once. What is unknown (not a number) compares false;
a division by nothing is unknown.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from otio_autoedit.edit.expressions.functions import FUNCTIONS
from otio_autoedit.edit.expressions.tree import (
    Apply,
    Arithmetic,
    Both,
    Comparison,
    Either,
    Length,
    Negative,
    Node,
    Not,
    Number,
    Reading,
    Truth,
    children,
)
from otio_autoedit.edit.signal import Scope
from otio_autoedit.times import Duration

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}
_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}


def values_of(tree: Node, scope: Scope) -> npt.NDArray[Any]:
    """The values of a checked tree: bool or float32 ``[length]``."""
    with np.errstate(all="ignore"):
        values = _Evaluation(tree, scope).of(tree)
    return np.array(np.broadcast_to(values, scope.length))


class _Evaluation:
    def __init__(self, tree: Node, scope: Scope) -> None:
        self._scope = scope
        self._left = _uses(tree)
        self._kept: dict[Node, Any] = {}

    def of(self, node: Node) -> Any:
        """The values of a node; those that are asked for again are kept until then."""
        self._left[node] -= 1
        if node in self._kept:
            return self._kept[node] if self._left[node] else self._kept.pop(node)
        values = self._computed(node)
        if self._left[node]:
            self._kept[node] = values
        return values

    def _computed(self, node: Node) -> Any:
        match node:
            case Number() | Length() | Truth():
                return _constant(node, self._scope.rate)
            case Reading(call, holds):
                values = self._scope.values(call)
                return values >= np.float32(0.5) if holds else values
            case Apply():
                return self._function(node)
            case Negative(of):
                return -_number(self.of(of))
            case Arithmetic(sign, left, right):
                result = _ARITHMETIC[sign](_number(self.of(left)), _number(self.of(right)))
                return np.where(np.isfinite(result), result, np.float32(np.nan))
            case Comparison():
                return self._comparison(node)
        return self._logic(node)

    def _logic(self, node: Node) -> Any:
        match node:
            case Not(of):
                return ~self.of(of)
            case Both(parts):
                return np.logical_and.reduce(np.broadcast_arrays(*map(self.of, parts)))
            case Either(parts):
                return np.logical_or.reduce(np.broadcast_arrays(*map(self.of, parts)))
        raise TypeError(f"an unchecked tree: {node!r}")

    def _function(self, node: Apply) -> Any:
        function = FUNCTIONS[node.name]
        arguments: list[Any] = []
        for number, child in enumerate(node.arguments):
            takes = function.takes[min(number, len(function.takes) - 1)]
            if takes == "length":
                arguments.append(_frames(child, self._scope.rate))
            elif takes == "percent":
                assert isinstance(child, Number)
                arguments.append(child.value)
            else:
                values = self.of(child)
                values = _number(values) if takes == "number" else values
                arguments.append(np.broadcast_to(values, self._scope.length))
        return function.apply(*arguments)

    def _comparison(self, node: Comparison) -> Any:
        operands = [_number(self.of(one)) for one in node.operands]
        result: Any = np.True_
        for sign, left, right in zip(node.operators, operands[:-1], operands[1:], strict=True):
            result = result & _compared(sign, left, right)
        return result


def _uses(tree: Node) -> Counter[Node]:
    """How often each node is asked for: once more than the first only where it stands again."""
    uses: Counter[Node] = Counter()
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        uses[node] += 1
        if uses[node] == 1:
            waiting.extend(children(node))
    return uses


def _constant(node: Number | Length | Truth, rate: Fraction) -> Any:
    if isinstance(node, Truth):
        return np.bool_(node.value)
    if isinstance(node, Number):
        return np.float32(node.value)
    return np.float32(float(_seconds(node.value, rate)))


def _compared(sign: str, left: Any, right: Any) -> Any:
    if sign == "!=":
        return (left < right) | (left > right)
    return _COMPARE[sign](left, right)


def _number(values: Any) -> Any:
    """A condition counts 1 where it holds and 0 where not."""
    return values.astype(np.float32) if values.dtype == np.bool_ else values


def _frames(node: Node, rate: Fraction) -> int:
    assert isinstance(node, Length)
    return node.value.frames(rate)


def _seconds(duration: Duration, rate: Fraction) -> Fraction:
    if duration.timecode is None and not duration.whole_frames:
        return duration.seconds
    return duration.frames(rate) / rate
