"""JSON of words, as speech recognition writes it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

from otio_autoedit.edit.transcript.record import Line, Word, spread

_LONGEST = 10_000 * 3600.0  # s


def read_json(text: str) -> tuple[list[Word], str]:
    """The words of a JSON document, and the language it names.

    Read are ``{"segments": [{"words": [{"word", "start", "end"}]}]}`` (whisper, faster-whisper,
    WhisperX), ``{"word_segments": [...]}`` or ``{"words": [...]}``, and a list of segments or of
    words. A segment without words has its text spread over it, a word without times (WhisperX
    leaves out those it could not align) stands between its neighbours.
    """
    try:
        held = json.loads(text)
    except RecursionError:
        raise ValueError("no transcript: too deep") from None
    language = ""
    if isinstance(held, dict):
        named = held.get("language")
        language = named[:2].lower() if isinstance(named, str) else ""
        key = next((key for key in ("segments", "word_segments", "words") if held.get(key)), "")
        held = held.get(key)
        if key in ("word_segments", "words") and isinstance(held, list):
            return _words(held, {}, 0), language
    if not isinstance(held, list):
        raise ValueError("no list of segments or words in it")
    return list(_of_list(held)), language


def _of_list(held: list[object]) -> Iterator[Word]:
    loose: list[dict[str, object]] = []
    for number, one in enumerate(held, 1):
        if not isinstance(one, dict):
            raise ValueError(f"item {number} is no segment and no word")
        if "word" in one:
            loose.append(one)
            continue
        words = one.get("words")
        if isinstance(words, list) and words:
            yield from _words(words, one, number)
        elif isinstance(one.get("text"), str):
            start, stop = _times(one, number)
            if start is None or stop is None:
                raise ValueError(f"item {number} has no start and end")
            yield from spread(Line(start, stop, str(one["text"])))
        else:
            raise ValueError(f"item {number} has neither words nor text")
    if loose:
        yield from _words(loose, {}, 0)


def _words(
    held: list[object] | list[dict[str, object]], of: dict[str, object], n: int
) -> list[Word]:
    """The words of a segment, those without times between their neighbours."""
    texts: list[str] = []
    times: list[tuple[float | None, float | None]] = []
    for number, one in enumerate(held, 1):
        where = n or number
        text = one.get("word", one.get("text")) if isinstance(one, dict) else None
        if not isinstance(one, dict) or not isinstance(text, str):
            raise ValueError(f"item {where} holds something that is no word")
        if text.strip():
            texts.append(" ".join(text.split()))
            times.append(_times(one, where))
    first, last = _times(of, n)
    words: list[Word] = []
    at = 0
    while at < len(texts):
        start, stop = times[at]
        if start is not None and stop is not None:
            words.append(Word(texts[at], start, stop))
            at += 1
            continue
        end = at
        while end < len(texts) and None in times[end]:
            end += 1
        begins = words[-1].stop if words else first
        ends = times[end][0] if end < len(texts) else last
        if begins is None:
            begins = ends
        if begins is None:
            raise ValueError(f"item {max(n, 1)}: words without start and end")
        line = Line(begins, max(begins, ends if ends is not None else begins), "")
        words += _between(line, texts[at:end])
        at = end
    return words


def _between(line: Line, texts: list[str]) -> list[Word]:
    step = (line.stop - line.start) / len(texts)
    return [
        Word(text, line.start + k * step, line.start + (k + 1) * step, measured=False)
        for k, text in enumerate(texts)
    ]


def _times(of: dict[str, object], number: int) -> tuple[float | None, float | None]:
    start, stop = (_time(of.get(key), key, number) for key in ("start", "end"))
    if start is not None and stop is not None:
        stop = max(start, stop)
    return start, stop


def _time(value: object, key: str, number: int) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"item {number}: {key}={value!r} is no number of seconds")
    if not math.isfinite(value) or abs(value) > _LONGEST:
        raise ValueError(f"item {number}: {key}={value!r} is no time in a film")
    return max(float(value), 0.0)
