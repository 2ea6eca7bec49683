"""Which stored analysis a file is: by what it holds, not where it lies.

A fingerprint samples a file. That cannot see a change between its samples, so a path that is known
and whose date or size changed is hashed whole, and so is, from then on, whatever samples the same.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from otio_autoedit.analysis.entry import Entry
from otio_autoedit.analysis.store import Store
from otio_autoedit.errors import MediaError
from otio_autoedit.media.fingerprint import fingerprint

_STAGE, _CONTESTED, _KEY = "path", "contested", "1"
_CHUNK = 4 << 20


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the file system says of a file; another stamp, another content perhaps."""

    size: int
    modified_ns: int


def stamp(path: Path) -> Stamp:
    """Returns the stamp of ``path``; MediaError if there is no such file."""
    try:
        found = path.stat()
    except OSError as error:
        raise MediaError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    if path.is_dir():
        raise MediaError(f"{path}: this is a folder; name a media file in it")
    return Stamp(found.st_size, found.st_mtime_ns)


def identify(path: Path, now: Stamp, store: Store, waiting: Callable[[], None]) -> str:
    """Returns the fingerprint that ``path`` is stored by.

    ``waiting`` is called now and then while a file is hashed whole; what it raises ends that.
    """
    named = _path_name(path)
    known = store.load(named, _STAGE, _KEY)
    if known is not None and known.data.get("stamp") == [now.size, now.modified_ns]:
        before = known.data.get("fingerprint")
        if isinstance(before, str) and before.isascii() and before.replace("-", "").isalnum():
            return before
    sampled = fingerprint(path)
    changed = known is not None and str(known.data.get("fingerprint")).startswith(sampled)
    result = sampled
    if changed or store.load(sampled, _CONTESTED, _KEY) is not None:
        store.save(sampled, _CONTESTED, _KEY, Entry({}))
        result = f"{sampled}-{_whole_hash(path, waiting)}"
    store.save(
        named, _STAGE, _KEY, Entry({"fingerprint": result, "stamp": [now.size, now.modified_ns]})
    )
    return result


def _path_name(path: Path) -> str:
    return "path-" + hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:32]


def _whole_hash(path: Path, waiting: Callable[[], None]) -> str:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                waiting()
    except OSError as error:
        raise MediaError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    return digest.hexdigest()[:32]
