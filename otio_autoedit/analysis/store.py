"""What was seen is kept: a folder for each analysed file, a file for each stage.

Content decides the names, so a moved file is still known and a shared folder needs no service. A
stage is written under a temporary name and renamed: that alone makes it right. What cannot be read
whole is treated as absent. Nothing here is needed: where the folder cannot be written, the work is
done and not kept.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import filelock
import platformdirs

from otio_autoedit.analysis.entry import (
    MAX_BYTES,
    DamagedEntry,
    Entry,
    entry_bytes,
    entry_from_bytes,
)
from otio_autoedit.files import write_whole

DEFAULT_MAX_BYTES = 5 * 10**9

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,199}")
_ENTRY_SUFFIX = ".entry"
_LEFT_AFTER_S = 86400.0  # what is no entry and so old was left by a process that died


class StoreWarning(UserWarning):
    """The store cannot be written: the work is done, and will be done again next time."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a store holds: analysed files, everything kept of them, and bytes on disk."""

    folder: Path
    files: int
    stages: int
    bytes: int
    max_bytes: int


def default_folder() -> Path:
    """Returns ``OTIO_AUTOEDIT_CACHE`` if it is set, else our folder in the user's cache."""
    named = os.environ.get("OTIO_AUTOEDIT_CACHE")
    return Path(named) if named else Path(platformdirs.user_cache_dir("otio-autoedit"))


class Store:
    """Stages by fingerprint, stage name and key, in ``folder``, at most ``max_bytes`` of them."""

    def __init__(
        self,
        folder: str | os.PathLike[str] | None = None,
        max_bytes: int = DEFAULT_MAX_BYTES,
    ) -> None:
        self.folder = Path(folder) if folder is not None else default_folder()
        self.max_bytes = max_bytes
        self._held: int | None = None  # bytes on disk as far as this store knows
        self._warned = False

    def load(self, fingerprint: str, stage: str, key: str) -> Entry | None:
        """Returns what was saved, or None if nothing whole is there."""
        path = self._path(fingerprint, stage, key)
        try:
            found = path.lstat()
            if not stat.S_ISREG(found.st_mode) or found.st_size > MAX_BYTES:
                return None
            entry = entry_from_bytes(path.read_bytes())
        except (OSError, DamagedEntry, MemoryError):
            return None
        with suppress(OSError):  # what was used last goes out last
            os.utime(path)
        return entry

    def save(self, fingerprint: str, stage: str, key: str, entry: Entry) -> None:
        """Keeps ``entry``, whole or not at all; warns once where that cannot be done."""
        path = self._path(fingerprint, stage, key)
        raw = entry_bytes(entry)
        if len(raw) > min(MAX_BYTES, self.max_bytes):
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, raw)
        except OSError as error:
            self._warn(error)
            return
        self._make_room(len(raw))

    @contextmanager
    def alone(
        self, fingerprint: str, stages: Sequence[tuple[str, str]], waiting: Callable[[], None]
    ) -> Iterator[None]:
        """Holds each (stage, key), so that two processes do not do the same work.

        Calls ``waiting`` some ten times a second while another holds one; what that raises ends the
        wait. The system frees the lock of a process that died. Where locks do not work, nothing is
        held, and the work is at worst done twice.
        """
        with ExitStack() as stack:
            for stage, key in sorted(
                stages
            ):  # always the same order, so that no two wait in a ring
                lock = self._lock(fingerprint, stage, key)
                if lock is not None and _acquired(lock, waiting):
                    stack.callback(lock.release)
            yield

    @staticmethod
    def can_name(part: str) -> bool:
        """Returns whether ``part`` may stand for a fingerprint, a stage or a key."""
        return _NAME.fullmatch(part) is not None

    def usage(self) -> Usage:
        """Returns what the folder holds now."""
        entries = list(self._entries())
        return Usage(
            self.folder,
            files=len({path.parent for path, _ in entries if path.name.startswith("index-")}),
            stages=sum(_is_entry(path) for path, _ in entries),
            bytes=sum(found.st_size for _, found in entries),
            max_bytes=self.max_bytes,
        )

    def clear(self) -> Usage:
        """Removes everything of ours and returns what there was; other files stay."""
        before = self.usage()
        for folder in self._folders():
            shutil.rmtree(folder, ignore_errors=True)
        self._held = 0
        return before

    def _path(self, fingerprint: str, stage: str, key: str) -> Path:
        for part in (fingerprint, stage, key):
            if not self.can_name(part):
                raise ValueError(f"{part!r} cannot name a stored stage")
        return self.folder / f"{_PREFIX}{fingerprint}" / f"{stage}-{key}{_ENTRY_SUFFIX}"

    def _lock(self, fingerprint: str, stage: str, key: str) -> filelock.BaseFileLock | None:
        self._path(fingerprint, stage, key)
        path = self.folder / f"{_PREFIX}locks" / f"{fingerprint[:100]}-{stage}-{key}.lock"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._warn(error)
            return None
        return filelock.FileLock(path)

    def _make_room(self, added: int) -> None:
        """Puts the least used out, once the folder holds more than it may, down to 9/10 of that."""
        if self._held is not None and self._held + added <= self.max_bytes:
            self._held += added
            return
        entries = sorted(self._entries(), key=lambda item: item[1].st_mtime)
        held = sum(found.st_size for _, found in entries)
        limit = held if held <= self.max_bytes else self.max_bytes * 9 // 10
        now = time.time()
        for path, found in entries:
            left = now - found.st_mtime > _LEFT_AFTER_S
            if held <= limit if _is_entry(path) else not left:
                continue
            with suppress(OSError):
                path.unlink()
                held -= found.st_size
                path.parent.rmdir()  # succeeds when it was the last
        self._held = held

    def _folders(self) -> list[Path]:
        try:
            return [p for p in self.folder.iterdir() if p.name.startswith(_PREFIX) and p.is_dir()]
        except OSError:
            return []

    def _entries(self) -> Iterator[tuple[Path, os.stat_result]]:
        """Yields every file in our folders, locks and temporary ones too, with size and date."""
        for folder in self._folders():
            with suppress(OSError):
                for path in folder.iterdir():
                    with suppress(OSError):
                        yield path, path.lstat()

    def _warn(self, error: OSError) -> None:
        if not self._warned:
            self._warned = True
            warnings.warn(
                f"{self.folder}: the analysis cannot be kept ({error.strerror or error}); it is "
                "done again next time. OTIO_AUTOEDIT_CACHE names another folder",
                StoreWarning,
                stacklevel=3,
            )


_PREFIX = "media-"


def _is_entry(path: Path) -> bool:
    """Returns whether ``path`` is a stage; else it is a lock, or being written, or was left so."""
    return path.suffix == _ENTRY_SUFFIX and not path.name.startswith(".")


def _acquired(lock: filelock.BaseFileLock, waiting: Callable[[], None]) -> bool:
    """Returns whether ``lock`` is held now; False only where this file system has no locks."""
    while True:
        try:
            lock.acquire(timeout=0.1, poll_interval=0.05)
        except filelock.Timeout:
            waiting()
        except (OSError, NotImplementedError):
            return False
        else:
            return True
