"""The grid of windows that networks over time run on.

Windows are anchored at frame 0 and do not depend on how a film arrives. Each has a centre, which
is kept, and a warm-up on both sides, in which the network finds its feet and which is thrown away.
So a film in segments that start on the grid gives what one pass gives.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WindowSpan:
    """One window: run on `[start, stop)`, keep `[keep_start, keep_stop)`; source frames."""

    start: int
    stop: int
    keep_start: int
    keep_stop: int


@dataclass(frozen=True, slots=True)
class WindowGrid:
    """Frames kept from each window, and frames of warm-up on either side."""

    centre: int
    warm_up: int

    def __post_init__(self) -> None:
        if self.centre < 1 or not 0 <= self.warm_up <= self.centre:
            raise ValueError(f"a grid needs 0 <= warm_up <= centre and centre >= 1, not {self}")

    def window(self, index: int, frames: int) -> WindowSpan:
        """Returns window `index` of a film of `frames`; the film's ends cut it short."""
        keep_start = index * self.centre
        keep_stop = min(frames, keep_start + self.centre)
        return WindowSpan(
            max(0, keep_start - self.warm_up),
            min(frames, keep_stop + self.warm_up),
            keep_start,
            keep_stop,
        )

    def windows(self, frames: int) -> Iterator[WindowSpan]:
        """Yields all windows of a film; their centres cover it once, in order.

        >>> [(w.keep_start, w.keep_stop) for w in WindowGrid(4, 2).windows(9)]
        [(0, 4), (4, 8), (8, 9)]
        """
        for index in range(-(-frames // self.centre)):
            yield self.window(index, frames)
