"""Whole or not at all: every file we write appears complete, or not."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(target: str | os.PathLike[str]) -> Iterator[Path]:
    """A temporary path in the target's folder, renamed to the target when the block ends well.

    The temporary name keeps the target's suffix, since many writers choose a format by it. On any
    error, Ctrl-C included, the temporary file goes and what was there before stays.
    """
    path = Path(target)
    handle, name = tempfile.mkstemp(
        prefix=f".{path.stem[:40]}.", suffix=f".part{path.suffix}", dir=path.parent
    )
    os.close(handle)
    part = Path(name)
    part.unlink()
    try:
        yield part
        if part.is_file():
            os.chmod(part, 0o666 & ~_umask())
        os.replace(part, path)
    finally:
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)


def write_whole(target: str | os.PathLike[str], data: bytes) -> None:
    """Write ``data`` to ``target``, whole or not at all."""
    with whole_file(target) as part:
        part.write_bytes(data)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
