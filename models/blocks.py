"""Frames that arrive in pieces of any size, given on in blocks of the grid.

A CNN that sees one block at a time says the same of a film however the film arrives, to the bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

Kind = TypeVar("Kind", bound=np.generic)


class Blocks(Generic[Kind]):
    """Holds back what does not fill a block of `size` frames."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._held: list[npt.NDArray[Kind]] = []
        self._count = 0

    def push(self, frames: npt.NDArray[Kind]) -> Iterator[npt.NDArray[Kind]]:
        """Yields the blocks that `frames` `(n, ...)` make whole; often none."""
        while len(frames):
            taken = frames[: self.size - self._count]
            self._held.append(taken.copy())  # the caller may use its memory again
            self._count += len(taken)
            frames = frames[len(taken) :]
            if self._count == self.size:
                yield from self.rest()

    def rest(self) -> Iterator[npt.NDArray[Kind]]:
        """Yields what is held back, if anything; ready for another film after it."""
        if self._count:
            block = np.concatenate(self._held)
            self._held, self._count = [], 0
            yield block
