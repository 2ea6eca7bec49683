"""How a file is known again, wherever it was moved to."""

from __future__ import annotations

import hashlib
import os

from otio_autoedit.errors import MediaError

BLOCKS = 16
BLOCK_SIZE = 64 * 1024


def fingerprint(path: str | os.PathLike[str], *, whole: bool = False) -> str:
    """A name for a file's content: 32 hex digits from its size and 16 blocks spread over it.

    Two files that differ only between the blocks get the same name; ``whole`` reads everything, for
    a known path whose date has changed.

    Raises:
        MediaError: the file cannot be read.
    """
    digest = hashlib.blake2b(digest_size=16)
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            digest.update(f"{size}:{'whole' if whole else 'blocks'}:".encode())
            if whole or size <= BLOCKS * BLOCK_SIZE:
                while block := file.read(1 << 20):
                    digest.update(block)
            else:
                for i in range(BLOCKS):
                    file.seek(i * (size - BLOCK_SIZE) // (BLOCKS - 1))
                    digest.update(file.read(BLOCK_SIZE))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise MediaError(f"{os.fsdecode(path)!r}: cannot be read ({why})") from error
    return digest.hexdigest()
