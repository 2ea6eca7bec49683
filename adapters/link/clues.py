"""What a clip says of where it comes from, whatever adapter made it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PureWindowsPath
from urllib.parse import unquote, urlsplit

import opentimelineio as otio

from otio_autoedit.adapters.link.tree import MEDIA_SUFFIXES

_MAX_NODES = 2000  # of a clip's metadata: an AAF may hang a whole tree of mobs on one
_MAX_TEXT = 1024
_MAX_CLUES = 40

# Keys as adapters and cameras write them, without case, spaces or punctuation.
_KINDS = {
    "reel": "reel reelname reelnumber tape tapename tapeid sourcetape sourcereel camroll "
    "cameraroll labroll soundroll soundtape",
    "file": "sourcefile sourcefilename sourcefilepath sourcepath filename filepath file path "
    "pathurl src uncpath originalfile originalfilename mediafile mediafilepath mediasource",
    "name": "clip clipname sourceclip masterclip masterclipname",
}
_KIND_OF_KEY = {key: kind for kind, keys in _KINDS.items() for key in keys.split()}

# `* SOURCE FILE: x`, `* FROM CLIP NAME: x`, `FROM CLIP IS x`, `* REEL: x`.
_COMMENT = re.compile(
    r"^\W*(?:KEY |FROM |TO |SOURCE )?"
    r"(?P<what>CLIP NAME|CLIP|FILE NAME|FILE PATH|FILE|REEL NAME|REEL|TAPE NAME|TAPE)"
    r"(?: IS)?\s*:\s*(?P<value>.+)$",
    re.IGNORECASE,
)
# What Avid puts behind a master clip's name.
_AVID_TAIL = re.compile(r"(\.(new|copy|sub)\.\d+)+$", re.IGNORECASE)
_NOBODYS_REELS = frozenset({"AX", "BL", "BLACK", "BARS", "UNKNOWN", "NONE"})


@dataclass(frozen=True, slots=True)
class Clues:
    """Where a clip may come from, the surest first in each list.

    ``url`` is what its reference points at now, ``files`` are names or paths of files, ``names``
    what people call it (perhaps a file's name without suffix), ``reels`` the tape or card.
    """

    url: str
    files: tuple[str, ...]
    names: tuple[str, ...]
    reels: tuple[str, ...]


def clues_of(clip: otio.schema.Clip) -> Clues:
    """Everything in the clip, its reference and their metadata that may name its media."""
    reference = clip.media_reference
    url = str(getattr(reference, "target_url", "") or "")
    files: list[str] = [url] if url else []
    names: list[str] = []
    reels: list[str] = []
    for text in (getattr(reference, "name", "") or "", clip.name or ""):
        (files if _is_file_name(text) else names).append(text)
    metadata = [clip.metadata]
    if reference is not None:
        metadata.append(reference.metadata)
    for source in metadata:
        for kind, text in _told(source):
            {"file": files, "name": names, "reel": reels}[kind].append(text)
    names = [short for name in names for short in (name, _AVID_TAIL.sub("", name))]
    event = "cmx_3600" in clip.metadata
    return Clues(
        url=url,
        files=_distinct(files),
        # An EDL event without a clip name is called by its number, which names no file.
        names=_distinct(name for name in names if not (event and name.isdigit())),
        reels=_distinct(reel for reel in reels if reel.upper() not in _NOBODYS_REELS),
    )


def local_path(url: str) -> Path | None:
    """The local file that a reference's target names, absolute or as relative as it is written.

    Takes URLs, plain paths and, on Windows, its own; None for what lies on another machine.

    >>> local_path("file://localhost/rushes/A%20B.mov").as_posix()
    '/rushes/A B.mov'
    """
    if not url or "\0" in url:
        return None
    parts = urlsplit(url) if "://" in url else None
    if parts is None:
        return Path(url.removeprefix("file:"))
    if parts.scheme.lower() != "file" or parts.netloc.lower() not in ("", "localhost"):
        return None
    # A bare '#' or '?' in a file's URL is part of the name of a file written by careless programs.
    text = unquote(url[url.index("://") + 3 + len(parts.netloc) :])
    if re.match(r"/[A-Za-z]:[/\\]", text):
        text = text[1:]
    return Path(text)


@lru_cache(maxsize=1024)
def path_parts(text: str) -> tuple[str, ...]:
    """The folders and the name in a URL or path of any system, percent signs decoded.

    >>> path_parts("file:///D:/cards/A%20001/clip.mov")[-2:]
    ('A 001', 'clip.mov')
    """
    path = local_path(text)
    plain = unquote(urlsplit(text).path) if path is None else str(path)
    return tuple(part for part in PureWindowsPath(plain).parts if part.strip("/\\"))


def _told(metadata: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Every (kind, text) that some key or EDL comment of the metadata tells."""
    waiting: list[tuple[str, object]] = [("", metadata)]
    seen = 0
    while waiting and seen < _MAX_NODES:
        key, value = waiting.pop(0)
        seen += 1
        if isinstance(value, str):
            yield from _told_by_text(key, value)
        elif isinstance(value, Mapping):
            for name, inner in value.items():
                # FCP 7 XML: reel/name; the name of a thing of a telling kind is its text.
                told_by = key if _letters(name) == "name" and _kind(key) else str(name)
                if name != "autoedit":
                    waiting.append((told_by, inner))
        elif isinstance(value, Sequence) and not isinstance(value, bytes):
            waiting.extend((key, inner) for inner in value)


def _told_by_text(key: str, value: str) -> Iterator[tuple[str, str]]:
    text = value.strip()
    if not text or len(text) > _MAX_TEXT:
        return
    kind = _kind(key)
    if kind:
        yield kind, text
    elif comment := _COMMENT.match(text):
        what = comment["what"].upper().split()[0]
        said = comment["value"].strip()
        if what == "CLIP":
            yield ("file" if _is_file_name(said) else "name"), said
        else:
            yield {"FILE": "file", "REEL": "reel", "TAPE": "reel"}[what], said


def _kind(key: str) -> str:
    return _KIND_OF_KEY.get(_letters(key), "")


def _letters(key: object) -> str:
    return re.sub(r"[^a-z]", "", str(key).lower())


def _is_file_name(text: str) -> bool:
    return PureWindowsPath(text).suffix.lower() in MEDIA_SUFFIXES


def _distinct(texts: Iterator[str] | Sequence[str]) -> tuple[str, ...]:
    kept = dict.fromkeys(text.strip() for text in texts if text and text.strip())
    return tuple(kept)[:_MAX_CLUES]
