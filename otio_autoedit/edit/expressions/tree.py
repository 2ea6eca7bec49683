"""The syntax tree of an expression: all that one can be made of.

``column`` (from 1) is where a node stands in its text; two trees are equal wherever theirs stand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from otio_autoedit.edit.signal import Call
from otio_autoedit.times import Duration


@dataclass(frozen=True, slots=True)
class Node:
    """Any part of a tree."""

    column: int = field(default=1, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Number(Node):
    """A plain number, 0 or more: ``-30`` is the `Negative` of 30."""

    value: float


@dataclass(frozen=True, slots=True)
class Length(Node):
    """A length of time: ``0.5s``, ``12f``, ``00:00:02:00``."""

    value: Duration


@dataclass(frozen=True, slots=True)
class Truth(Node):
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True, slots=True)
class Text(Node):
    """Words in quotes, for a signal that takes them."""

    value: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A word: a signal, or the label or zone that a signal is asked for."""

    name: str


@dataclass(frozen=True, slots=True)
class Chosen(Node):
    """``$name``: what an option says."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply(Node):
    """A function of arguments; before names are looked up, also a signal with brackets."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Reading(Node):
    """A signal's value, once its name is looked up; ``holds``: whether it is .5 or more."""

    call: Call
    holds: bool = False


@dataclass(frozen=True, slots=True)
class Negative(Node):
    """``-x``."""

    of: Node


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """``left + right``, also ``-``, ``*``, ``/``."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """``a < b <= c``: each operator stands between two neighbours, and all must hold."""

    operators: tuple[str, ...]
    operands: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """``not x``."""

    of: Node


@dataclass(frozen=True, slots=True)
class Both(Node):
    """``a and b and c``."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either(Node):
    """``a or b or c``."""

    parts: tuple[Node, ...]


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below one."""
    match node:
        case Negative(of) | Not(of):
            return (of,)
        case Arithmetic(_, left, right):
            return (left, right)
        case Comparison(_, parts) | Apply(_, parts) | Both(parts) | Either(parts):
            return parts
    return ()


def walk(node: Node) -> Iterator[Node]:
    """A node and all below it, in the order of the text."""
    yield node
    for child in children(node):
        yield from walk(child)
