"""The records: words, and when they are said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """A word and its time ``[start, stop)`` in seconds from the file's head; ``text`` as written,
    with its punctuation. ``measured`` is False where the time was spread over a line by letters."""

    text: str
    start: float
    stop: float
    measured: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """A subtitle or a recognised segment, before its words have times of their own."""

    start: float
    stop: float
    text: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """Words in order of time. ``language`` is a code of two letters, "" where unknown; ``notes``
    say what was guessed."""

    words: tuple[Word, ...]
    language: str = ""
    notes: tuple[str, ...] = ()


def spread(line: Line) -> list[Word]:
    """The words of a line, each given as much of its time as it has of its letters: off by a
    second or more where a subtitle stands longer than it is spoken."""
    texts = line.text.split()
    weights = [sum(c.isalnum() for c in text) + 1 for text in texts]
    whole, at, words = sum(weights) or 1, line.start, []
    for text, weight in zip(texts, weights, strict=True):
        stop = at + (line.stop - line.start) * weight / whole
        words.append(Word(text, at, stop, measured=False))
        at = stop
    return words
