"""Threads that hand work on: each stage of the way has its own, behind a short queue.

Decoding, scaling and networks leave Python's lock while they work, so that threads overlap. A queue
that is full makes the one before wait: memory stays the same however long the film.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar, cast

T = TypeVar("T")
R = TypeVar("R")

_POLL_S = 0.1


class Stopped(Exception):
    """Ends a line's body when another failed, or when whoever started them gave up."""


class Team:
    """The lines that work together: one that fails stops all, and none outlives the block."""

    def __init__(self) -> None:
        self.error: BaseException | None = None
        self.stopping = threading.Event()
        self._lines: list[Line] = []  # type: ignore[type-arg]

    def line(self, name: str, body: Callable[[Iterator[T]], R], room: int) -> Line[T, R]:
        """Starts a thread that runs ``body`` over what is put in; at most ``room`` things wait."""
        line: Line[T, R] = Line(self, name, body, room)
        self._lines.append(line)
        return line

    def fail(self, error: BaseException) -> None:
        """Keeps the first error and stops everyone."""
        if self.error is None:
            self.error = error
        self.stopping.set()

    def check(self) -> None:
        """Raises what any line failed with."""
        if self.error is not None:
            raise self.error
        if self.stopping.is_set():
            raise Stopped

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        for line in self._lines:
            line.join()


_END = object()


class Line(Generic[T, R]):
    """One thread and the queue before it; made by `Team.line`."""

    def __init__(self, team: Team, name: str, body: Callable[[Iterator[T]], R], room: int) -> None:
        self._team = team
        self._body = body
        self._queue: queue.Queue[object] = queue.Queue(room)
        self._result: R | None = None
        self._thread = threading.Thread(target=self._run, name=f"autoedit {name}", daemon=True)
        self._thread.start()

    def put(self, item: T) -> None:
        """Hands ``item`` over; waits while the queue is full; raises what any line failed with."""
        self._put(item)

    def result(self, waiting: Callable[[], None] = lambda: None) -> R:
        """Says that nothing more comes, and returns what the body returned.

        ``waiting`` is called some ten times a second until then; what it raises ends the wait.
        """
        self._put(_END)
        while self._thread.is_alive():
            self._thread.join(_POLL_S)
            waiting()
        self._team.check()
        return cast(R, self._result)

    def join(self) -> None:
        """Waits until the thread has ended."""
        self._thread.join()

    def _put(self, item: object) -> None:
        while True:
            self._team.check()
            try:
                self._queue.put(item, timeout=_POLL_S)
            except queue.Full:
                continue
            return

    def _run(self) -> None:
        try:
            self._result = self._body(self._items())
        except Stopped:
            pass
        except BaseException as error:
            self._team.fail(error)

    def _items(self) -> Iterator[T]:
        while True:
            self._team.check()
            try:
                item = self._queue.get(timeout=_POLL_S)
            except queue.Empty:
                continue
            if item is _END:
                return
            yield cast(T, item)
