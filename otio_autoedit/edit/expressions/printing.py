"""From tree to text, with the brackets that it needs and no more."""

from __future__ import annotations

from otio_autoedit.edit.expressions import parse as powers
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


def printed(node: Node) -> str:
    """The text that `parse` reads as ``node``."""
    match node:
        case Number(value):
            return f"{int(value)}" if value == int(value) else f"{value!r}"
        case Length(value):
            return str(value)
        case Truth(value):
            return "true" if value else "false"
        case Text(value):
            return _quoted(value)
        case Name(name):
            return name
        case Chosen(name):
            return f"${name}"
        case Reading(call):
            inside = ", ".join(map(_word, call.arguments))
            return f"{call.name}({inside})" if inside else call.name
        case Apply(name, arguments):
            return f"{name}({', '.join(map(printed, arguments))})"
    return _operation(node)


def _operation(node: Node) -> str:
    match node:
        case Negative(of):
            return f"-{_inside(of, powers.SIGN)}"
        case Not(of):
            return f"not {_inside(of, powers.NOT)}"
        case Arithmetic(sign, left, right):
            power = powers.SUM if sign in "+-" else powers.PRODUCT
            return f"{_inside(left, power)} {sign} {_inside(right, power + 1)}"
        case Comparison(signs, operands):
            texts = [_inside(one, powers.COMPARE + 1) for one in operands]
            pairs = (f" {sign} {text}" for sign, text in zip(signs, texts[1:], strict=True))
            return texts[0] + "".join(pairs)
        case Both(parts):
            return " and ".join(_inside(one, powers.BOTH + 1) for one in parts)
        case Either(parts):
            return " or ".join(_inside(one, powers.EITHER + 1) for one in parts)
    raise TypeError(f"no node of an expression: {node!r}")


def _inside(node: Node, least: int) -> str:
    """A part's text, in brackets where it holds together less strongly than ``least``."""
    text = printed(node)
    return f"({text})" if _power(node) < least else text


def _power(node: Node) -> int:
    match node:
        case Either():
            return powers.EITHER
        case Both():
            return powers.BOTH
        case Not():
            return powers.NOT
        case Comparison():
            return powers.COMPARE
        case Arithmetic(sign):
            return powers.SUM if sign in "+-" else powers.PRODUCT
        case Negative():
            return powers.SIGN
    return powers.WHOLE


def _word(text: str) -> str:
    plain = text.isascii() and text.isidentifier()
    return text if plain and text.lower() not in powers.RESERVED else _quoted(text)


def _quoted(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'
