"""An expression's text, cut into tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from otio_autoedit.edit.expressions.problem import ExpressionError

LONGEST_TEXT = 4000

Kind = Literal["number", "length", "text", "name", "option", "sign", "end"]

_DIGITS = r"(?:\d+(?:\.\d*)?|\.\d+)"
_UNIT = r"(?:frames?|fr|f|ms|min|m|sec|s|h)"
_TOKEN = re.compile(
    rf"""(?P<space>[ \t\r\n]+)
    |(?P<length>\d+(?::\d+)+(?:;\d+)?(?:\.\d+)?|(?:{_DIGITS}{_UNIT})+(?![A-Za-z0-9_]))
    |(?P<number>{_DIGITS}(?:[eE][+-]?\d+)?(?![A-Za-z0-9_.]))
    |(?P<text>"[^"\r\n]*"|'[^'\r\n]*')
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |\$(?P<option>[A-Za-z_][A-Za-z0-9_-]*)
    |(?P<sign><=|>=|==|!=|[-+*/<>=(),≤≥≠−])
    """,
    re.VERBOSE | re.ASCII,
)
_SAME = {"≤": "<=", "≥": ">=", "≠": "!=", "=": "==", "−": "-"}
_WORDS = {"&": "and", "|": "or", "!": "not"}


@dataclass(frozen=True, slots=True)
class Token:
    """``text`` as the parser reads it (a text without its quotes), at ``column``, from 1."""

    kind: Kind
    text: str
    column: int


def tokens(text: str) -> list[Token]:
    """The tokens of ``text``, an "end" last. Raises ExpressionError."""
    if len(text) > LONGEST_TEXT:
        raise ExpressionError(LONGEST_TEXT, f"longer than {LONGEST_TEXT} characters")
    result: list[Token] = []
    at = 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ExpressionError(at + 1, _stray(text[at:]))
        if found.lastgroup != "space":
            result.append(_token(found, at + 1))
        at = found.end()
    return [*result, Token("end", "", len(text) + 1)]


def _token(found: re.Match[str], column: int) -> Token:
    kind: Kind = found.lastgroup  # type: ignore[assignment]
    text = found[kind]
    if kind == "text":
        text = text[1:-1]
        if not text.isprintable():
            raise ExpressionError(column, "the text in quotes has a control character")
    elif kind == "sign":
        text = _SAME.get(text, text)
    elif kind == "option":
        text = text.lower().replace("-", "_")
    elif kind == "name" and text.lower() in ("and", "or", "not", "true", "false"):
        text = text.lower()
    return Token(kind, text, column)


def _stray(rest: str) -> str:
    sign = rest[0]
    if sign in "\"'":
        return f"the text that {sign} begins has no end"
    if sign in _WORDS:
        return f"{sign!r} means nothing here; write {_WORDS[sign]!r}"
    if sign == "$":
        return "'$' wants an option's name, as in $loud"
    if sign.isdigit() or sign == ".":
        word = re.match(r"[\w.:;]+", rest)
        return (
            f"{(word[0] if word else sign)[:30]!r} is no number and no length of time; write 0.5, "
            "0.5s, 12f or 00:00:02:00"
        )
    return f"{sign!r} means nothing here"
