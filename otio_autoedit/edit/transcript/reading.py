"""Reading a transcript from a file: SubRip, WebVTT, or JSON of words."""

from __future__ import annotations

import codecs
import os
from pathlib import Path

from otio_autoedit.edit.transcript.cues import read_srt, read_vtt
from otio_autoedit.edit.transcript.record import Transcript, Word
from otio_autoedit.edit.transcript.word_json import read_json
from otio_autoedit.errors import OptionError
from otio_autoedit.options import one_line

_LARGEST = 64 * 1024 * 1024
_MOST_WORDS = 1_000_000  # more than a hundred hours of talk
_WAY = "give a .srt, a .vtt, or JSON of words as whisper and WhisperX write it"


def read_transcript(path: str | os.PathLike[str]) -> Transcript:
    """The words of ``path``, told by its content: WebVTT (with times inside its cues where they
    are), JSON (WhisperX, whisper, faster-whisper, or a list of ``{word, start, end}``), SubRip.

    Where a line has no times for its words they are spread over it by letters, and a note says so.
    Text is UTF-8, UTF-16 with its mark, or else Windows-1252.

    Raises:
        OptionError: one line with the file and what is wrong with it.
    """
    name = one_line(os.fspath(path))
    text = _text(Path(path), name)
    start = text.lstrip()[:6]
    try:
        if start.startswith("WEBVTT"):
            words, language = read_vtt(text)
        elif start[:1] in ("{", "["):
            words, language = read_json(text)
        elif "-->" in text:
            words, language = read_srt(text), ""
        else:
            raise ValueError(f"neither SubRip nor WebVTT nor JSON; {_WAY}")
    except ValueError as error:
        raise OptionError(one_line(f"transcript={name}: {error}")) from error
    if not words:
        raise OptionError(f"transcript={name}: no words in it")
    if len(words) > _MOST_WORDS:
        raise OptionError(f"transcript={name}: more than {_MOST_WORDS} words")
    return Transcript(tuple(sorted(words, key=_time)), language, _notes(words))


def _time(word: Word) -> float:
    return word.start


def _notes(words: list[Word]) -> tuple[str, ...]:
    guessed = sum(not word.measured for word in words)
    if not guessed:
        return ()
    return (f"times of {guessed} of {len(words)} words are spread over their lines by letters",)


def _text(path: Path, name: str) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise OptionError(one_line(f"transcript={name}: {why}")) from error
    if len(data) > _LARGEST:
        raise OptionError(f"transcript={name}: larger than {_LARGEST >> 20} MiB")
    text = _decoded(data)
    if "\0" in text:
        raise OptionError(f"transcript={name}: not text; {_WAY}")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
