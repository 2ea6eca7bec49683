"""Reports to whoever waits, not more often than an eye can follow."""

from __future__ import annotations

import time

from otio_autoedit.progress import Progress, ProgressCallback

_EVERY_S = 0.1


class Reporter:
    """Calls ``callback`` at most ten times a second; what it raises goes through to the work."""

    def __init__(self, callback: ProgressCallback | None, path: str) -> None:
        self._callback = callback
        self._path = path
        self._started = time.monotonic()
        self._said = -_EVERY_S
        self.raised: BaseException | None = None  # by the callback: no fault of the work
        self._last: tuple[str, int, int | None] = ("analyze", 0, None)

    def report(self, stage: str, done: int, total: int | None, *, always: bool = False) -> None:
        """Says that ``done`` of ``total`` frames are through ``stage``."""
        if self._callback is None:
            return
        self._last = (stage, done, total)
        elapsed = time.monotonic() - self._started
        if always or elapsed - self._said >= _EVERY_S:
            self._said = elapsed
            try:
                self._callback(Progress(stage, self._path, done, total, elapsed))
            except BaseException as error:
                self.raised = error
                raise

    def wait(self) -> None:
        """Says the last report again: the work waits for something, and can be cancelled."""
        self.report(*self._last)
