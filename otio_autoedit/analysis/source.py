"""What makes stages out of the pictures of a file: a network, or a measure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt


class Batch(NamedTuple):
    """Some pictures, one after the other: RGB ``(n, H, W, 3)``, their source frames ``(n,)``, and
    when each is shown, in seconds after the first of the film ``(n,)``."""

    frames: npt.NDArray[np.uint8]
    positions: npt.NDArray[np.int64]
    times: npt.NDArray[np.float64]


class Watcher(Protocol):
    """Looks at the pictures of one file, handed over in order."""

    def size_for(self, width: int, height: int) -> tuple[int, int]:
        """Returns the (width, height) at which it wants pictures of a displayed size."""

    def push(self, batch: Batch) -> None:
        """Takes the next pictures."""

    def finish(self) -> Mapping[str, object]:
        """Returns the stages that the pictures gave, by name."""


class Source(Protocol):
    """Makes watchers, one for a pass, and names what their results depend on.

    Attributes:
        makes: the stages that it can make.
        sampled: whether two to four pictures a second are enough for it; else it sees all.
        stills: whether there is anything in a single picture for it.
    """

    makes: tuple[str, ...]
    sampled: bool
    stills: bool

    def key(self, stage: str) -> str:
        """Returns the key of a stage that it makes. Loads nothing that takes time."""

    def watcher(self, stages: Collection[str]) -> Watcher:
        """Returns one for a pass that is to make ``stages``; it may make others of its own too."""

    def nothing(self, stage: str) -> object:
        """Returns the result of a stage for a file without pictures (or a still)."""

    def fall_back(self, error: RuntimeError) -> bool:
        """Returns whether it is worth trying again: on the processor, after a device failed."""
