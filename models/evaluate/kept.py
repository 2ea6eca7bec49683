"""What networks of others said of frames, kept on disk: they say the same the next time.

An answer is found by the network's own hash and the frames', never by a file's name.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.files import write_whole

Answer = Mapping[str, NDArray[Any]]

_FORM = 1  # of what is kept, and of how the networks are fed


@dataclass(frozen=True, slots=True)
class Kept:
    """A folder of answers.

    Attributes:
        folder: where; None: nothing is kept.
        fresh: ask again even where the answer is known.
    """

    folder: Path | None = None
    fresh: bool = False

    def answer(self, network: str, frames: NDArray[np.uint8], ask: Callable[[], Answer]) -> Answer:
        """Returns what `network` says of `frames`, by asking it where that is not known.

        Args:
            network: its name and hash, fit for a folder's name.
            frames: what it is asked about.
            ask: asks it; gives arrays of numbers by name.
        """
        path = self._path(network, frames)
        if path and path.is_file() and not self.fresh:
            with np.load(path, allow_pickle=False) as stored:
                return {name: stored[name] for name in stored.files}
        found = ask()
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            packed, arrays = io.BytesIO(), dict[str, Any](found)
            np.savez_compressed(packed, **arrays)
            write_whole(path, packed.getvalue())
        return found

    def _path(self, network: str, frames: NDArray[np.uint8]) -> Path | None:
        if self.folder is None:
            return None
        digest = hashlib.blake2b(np.ascontiguousarray(frames).data, digest_size=16)
        digest.update(str((_FORM, frames.shape)).encode())
        return self.folder / network / f"{digest.hexdigest()}.npz"
