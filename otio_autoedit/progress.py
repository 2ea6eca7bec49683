"""What long work tells whoever waits for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Progress:
    """One report of long work.

    ``stage`` is a word such as ``"analyze"``; ``done`` and ``total`` count frames, or bytes of a
    download (``total`` is None where nobody says how long it is); ``elapsed`` is in seconds.
    """

    stage: str
    path: str
    done: int
    total: int | None
    elapsed: float
    unit: Literal["frames", "bytes"] = "frames"

    @property
    def fps(self) -> float:
        """Frames (bytes) a second so far."""
        return self.done / self.elapsed if self.elapsed > 0 else 0.0

    @property
    def eta(self) -> float | None:
        """Seconds left, or None where it cannot be known."""
        if self.total is None or not self.fps:
            return None
        return max(0.0, (self.total - self.done) / self.fps)


ProgressCallback = Callable[[Progress], None]
"""Called now and then from the working thread; may raise `otio_autoedit.errors.Cancelled`."""
