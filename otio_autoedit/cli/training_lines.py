"""What a training says while it runs: a line now and then, each worth keeping."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any, Protocol

from otio_autoedit.cli.speaking import Speaker


class Progress(Protocol):
    """Where a training stands; `validation` is its own, or None between checkpoints."""

    @property
    def step(self) -> int: ...
    @property
    def elapsed_s(self) -> float: ...
    @property
    def loss(self) -> float: ...
    @property
    def validation(self) -> Any: ...


class Lines:
    """A line at each checkpoint, and one in ten seconds between: training counts no frames."""

    def __init__(
        self,
        speaker: Speaker,
        seconds: float,
        wanted: bool,
        words: Callable[[Any], list[str]],
        fields: Callable[[Any], dict[str, float]],
    ) -> None:
        """Prepares to speak.

        Args:
            speaker: says it.
            seconds: of the whole training.
            wanted: whether anything is said.
            words, fields: what is to be said of a validation, to people and to programs.
        """
        self._speaker, self._seconds, self._wanted = speaker, seconds, wanted
        self._words, self._fields = words, fields
        self._said = -60.0

    def show(self, progress: Progress) -> None:
        """Says where the training stands, if it is time to."""
        scored = progress.validation is not None
        if not self._wanted or (not scored and time.monotonic() - self._said < 10):
            return
        self._said = time.monotonic()
        if self._speaker.as_json:
            self._speaker.event("progress", **self._event(progress))
            return
        words = [f"step {progress.step}", f"loss {progress.loss:.4f}"]
        words.append(f"{progress.elapsed_s / 60:.1f} of {self._seconds / 60:.0f} min")
        if scored:
            words += self._words(progress.validation)
        print(", ".join(words), file=sys.stderr, flush=True)

    def _event(self, progress: Progress) -> dict[str, object]:
        left = max(0.0, self._seconds - progress.elapsed_s)
        event: dict[str, object] = {
            "stage": "train",
            "step": progress.step,
            "loss": round(progress.loss, 5),
            "elapsed": round(progress.elapsed_s, 1),
            "eta": round(left, 1),
        }
        return event | (self._fields(progress.validation) if progress.validation else {})
