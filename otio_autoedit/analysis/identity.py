"""Which stored analysis a file is: by what it holds, not where it lies.

A fingerprint samples a file. That cannot see a change between its samples, so a path that is known
and whose date or size changed is hashed whole, and so is, from then on, whatever samples the same.
"""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from otio_autoedit.analysis.entry import Entry
from otio_autoedit.analysis.store import Store
from otio_autoedit.media.fingerprint import BLOCK_SIZE, BLOCKS, fingerprint

_STAGE, _CONTESTED, _KEY = "path", "contested", "1"


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the file system says of a file; another stamp, another content perhaps."""

    size: int
    modified_ns: int


def stamp(path: Path) -> Stamp | None:
    """Returns the stamp of ``path``; None if there is no file that could be read."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(found.st_mode) or not found.st_size:
        return None
    return Stamp(found.st_size, found.st_mtime_ns)


def identify(path: Path, now: Stamp, store: Store) -> str:
    """Returns the fingerprint that ``path`` is stored by.

    Raises:
        MediaError: the file cannot be read.
    """
    known = store.load(_path_name(path), _STAGE, _KEY)
    before = str(known.data.get("fingerprint")) if known is not None else ""
    if known is not None and known.data.get("stamp") == _listed(now) and store.can_name(before):
        return before
    sampled = fingerprint(path)
    if now.size <= BLOCKS * BLOCK_SIZE:
        return sampled  # that was the whole file
    if before == sampled:
        store.save(sampled, _CONTESTED, _KEY, Entry({}))
    elif store.load(sampled, _CONTESTED, _KEY) is None:
        return sampled
    return fingerprint(path, whole=True)


def remembered(path: Path, store: Store) -> str | None:
    """Returns what ``path`` was stored by when it was last seen, for a file that is not there (its
    disk is not mounted, it was moved); None where it is there, or was never seen."""
    try:
        path.stat()
    except (OSError, ValueError):
        known = store.load(_path_name(path), _STAGE, _KEY)
    else:
        return None
    name = str(known.data.get("fingerprint")) if known is not None else ""
    return name if store.can_name(name) else None


def remember(path: Path, now: Stamp, name: str, store: Store) -> None:
    """Keeps that ``path``, as long as it has this stamp, is stored by ``name``."""
    facts = {"fingerprint": name, "stamp": _listed(now)}
    known = store.load(_path_name(path), _STAGE, _KEY)
    if known is None or dict(known.data) != facts:
        store.save(_path_name(path), _STAGE, _KEY, Entry(facts))


def _listed(now: Stamp) -> list[int]:
    return [now.size, now.modified_ns]


def _path_name(path: Path) -> str:
    return "path-" + hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:32]
