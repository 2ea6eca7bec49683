"""Phrases, filler words and sentences in a transcript."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise

from otio_autoedit.edit.transcript.record import Transcript, Word

_OF_ONE_SIGN = "\u3040-\u30ff\u3400-\u9fff"  # scripts without spaces: each sign is a word
_WORD = re.compile(rf"[{_OF_ONE_SIGN}]|[^\W_{_OF_ONE_SIGN}]+")
_APART = 2.0  # s between two words of one phrase, at most
_PAUSE = 1.0  # s of silence that ends a sentence, whatever is written
_SHORT_PAUSE = 0.3  # s, after a full stop before a small letter
_END = re.compile(r"[.!?…。！？]+[\"'”’»)\]]*$")
_ABBREVIATION = re.compile(
    r"(?:mrs?|ms|dr|prof|st|vs|etc|no|nr|bzw|usw|ca|e\.g|i\.e|z\.b|d\.h|u\.a|[^\W\d]|\d+)\.",
    re.IGNORECASE,
)

FILLERS = {
    "en": ("um", "uh", "uhm", "umm", "er", "erm", "hm", "hmm", "mm"),
    "de": ("äh", "ähm", "öh", "öhm", "ehm", "hm", "hmm"),
    "fr": ("euh", "heu", "hum", "hm"),
    "es": ("eh", "ehm", "em", "mm"),
    "it": ("ehm", "eh", "uhm", "mm"),
    "nl": ("uh", "eh", "ehm", "euh", "uhm"),
    "pt": ("ahn", "hum", "eh", "hã"),
    "sv": ("öh", "eh", "äh", "ehm", "hm"),
    "da": ("øh", "øhm", "eh", "hm"),
}
"""Filler words by language: sounds only, no word that may mean something there."""

_COMMON = {
    "en": "the and of to is that it you was this with for",
    "de": "der die und das ist nicht ich wir auf mit ein zu",
    "fr": "le la les et est pas je nous vous des une que",
    "es": "el los y es que no una por con para las del",
    "it": "il di che è non per una sono con gli della anche",
    "nl": "het een en van is dat niet ik wij op te zijn",
    "pt": "o os e que não uma um para com do da em",
    "sv": "och det att är inte jag vi på en som med för",
    "da": "og det at er ikke jeg vi på en som med for",
}
_ENOUGH = 4  # common words before a language is guessed


def plain_words(text: str) -> tuple[str, ...]:
    """The words of ``text`` without case, accents and punctuation.

    >>> plain_words("C'est l'Été, n'est-ce pas?")
    ('cest', 'lete', 'nest', 'ce', 'pas')
    """
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in folded if not "\u0300" <= c <= "\u036f" and c not in "'’ʼ\u00ad")
    return tuple(_WORD.findall(unicodedata.normalize("NFC", bare)))


def spoken(transcript: Transcript, wanted: Sequence[str]) -> list[tuple[float, float]]:
    """Where the words ``wanted`` (as `plain_words` gives them) follow each other, within 2 s from
    one to the next: spans in seconds."""
    said = [(plain, word) for word in transcript.words for plain in plain_words(word.text)]
    spans = []
    for at in range(len(said) - len(wanted) + 1):
        if all(said[at + k][0] == plain for k, plain in enumerate(wanted)):
            some = [word for _, word in said[at : at + len(wanted)]]
            if all(b.start - a.stop <= _APART for a, b in pairwise(some)):
                spans.append((some[0].start, max(word.stop for word in some)))
    return spans


def filler_words(transcript: Transcript) -> list[tuple[float, float]]:
    """Where filler words are said, whole words only: spans in seconds.

    The language is the transcript's own, else guessed by its commonest words; where that fails,
    only what is a word in no language of `FILLERS` counts ("um" is a preposition in German).
    """
    language = transcript.language or _language(transcript)
    known = frozenset(FILLERS[language]) if language in FILLERS else _in_any_language()
    return [(word.start, word.stop) for word in transcript.words if _is_filler(word.text, known)]


def sentences(transcript: Transcript) -> list[tuple[float, float]]:
    """The sentences, in order: spans in seconds from the first word to the end of the last.

    One ends with ``. ! ?`` (but after an abbreviation, a number or a letter, and before a small
    letter, only where a pause follows), and at any pause of a second.
    """
    words = transcript.words
    spans: list[tuple[float, float]] = []
    first = 0
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else None
        if following is None or _ends(word, following):
            spans.append((words[first].start, max(w.stop for w in words[first : at + 1])))
            first = at + 1
    return spans


def _ends(word: Word, following: Word) -> bool:
    pause = following.start - word.stop
    if pause >= _PAUSE:
        return True
    if not _END.search(word.text):
        return False
    letter = next((c for c in following.text if c.isalpha()), "")
    doubtful = _ABBREVIATION.fullmatch(word.text) is not None or letter.islower()
    return not doubtful or pause >= _SHORT_PAUSE


def _is_filler(text: str, known: frozenset[str]) -> bool:
    bare = unicodedata.normalize("NFC", text).casefold().strip(" \t.,;:!?…-–—\"'“”«»()[]")
    return any(form in known for form in _forms(bare))


def _forms(word: str) -> Iterator[str]:
    """The word, and it without what was drawn out: "ummmm" is "um"."""
    yield word
    yield re.sub(r"(\w)\1{2,}", r"\1", word)


def _in_any_language() -> frozenset[str]:
    taken = {"um", "er", "em", "eh", "hum"}  # de and pt, de and da and nl, pt, it, fr
    return frozenset(word for words in FILLERS.values() for word in words) - taken


def _language(transcript: Transcript) -> str:
    words = [word.text.casefold().strip(".,;:!?") for word in transcript.words[:5000]]
    found = {
        code: sum(word in common for word in words)
        for code, common in ((code, frozenset(text.split())) for code, text in _COMMON.items())
    }
    best = max(found, key=lambda code: found[code])
    return best if found[best] >= _ENOUGH else ""
