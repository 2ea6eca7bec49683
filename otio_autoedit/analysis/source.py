"""What makes stages out of the pictures or the sound of a file: a network, or a measure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import av


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


class Maker(Protocol):
    """Makes stages in the pass over a file, and names what they depend on.

    Attributes:
        makes: the stages that it can make.
    """

    makes: tuple[str, ...]

    def key(self, stage: str) -> str:
        """Returns the key of a stage that it makes. Loads nothing that takes time."""

    def fall_back(self, error: RuntimeError) -> bool:
        """Returns whether it is worth trying again: on the processor, after a device failed."""


class Listener(Protocol):
    """Hears the first sound stream of one file."""

    def push(self, frame: av.AudioFrame) -> None:
        """Hears the next frame, and leaves it as it is."""

    def finish(self, start: Fraction) -> Mapping[str, object]:
        """Returns the stages that the sound gave, by name; of a file without sound too. ``start``
        is when the first sample sounds, in seconds after the first picture."""


@runtime_checkable
class SoundMaker(Maker, Protocol):
    """Makes stages out of the sound of a file."""

    def listener(self) -> Listener:
        """Returns one for a pass."""


@runtime_checkable
class Source(Maker, Protocol):
    """Makes watchers, one for a pass: stages out of the pictures of a file.

    Attributes:
        sampled: whether two to four pictures a second are enough for it; else it sees all.
        stills: whether there is anything in a single picture for it.
    """

    sampled: bool
    stills: bool

    def watcher(self, stages: Collection[str]) -> Watcher:
        """Returns one for a pass that is to make ``stages``; it may make others of its own too."""

    def nothing(self, stage: str) -> object:
        """Returns the result of a stage for a file without pictures (or a still)."""
