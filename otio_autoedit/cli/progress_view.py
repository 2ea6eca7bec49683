"""Progress for whoever waits: a bar on a terminal, JSON lines for a farm, nothing otherwise."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from otio_autoedit.progress import Progress

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress
    from rich.progress import TaskID

_EVERY_S = 0.25


class View(Protocol):
    """Something that shows progress."""

    def show(self, progress: Progress) -> None:
        """Show how far the work is."""

    def aside(self) -> AbstractContextManager[object]:
        """Hold the picture still while a line is printed."""


class _Nothing:
    def show(self, progress: Progress) -> None:
        pass

    def aside(self) -> AbstractContextManager[object]:
        return nullcontext()


no_view: View = _Nothing()


@contextmanager
def view_for(mode: str) -> Iterator[View]:
    """The view that ``--progress`` asked for: ``auto`` is a bar where a person looks."""
    if mode == "json":
        yield _JsonLines()
    elif mode == "bar" or (mode == "auto" and sys.stderr.isatty()):
        with _bar() as view:
            yield view
    else:
        yield no_view


class _JsonLines(_Nothing):
    """One object a line on stderr, four a second at most, and always the last of a stage."""

    def __init__(self) -> None:
        self._last: tuple[str, str, float] = ("", "", 0.0)

    def show(self, progress: Progress) -> None:
        now = time.monotonic()
        same = self._last[:2] == (progress.stage, progress.path)
        if same and progress.done != progress.total and now - self._last[2] < _EVERY_S:
            return
        self._last = (progress.stage, progress.path, now)
        line = {
            "event": "progress",
            "stage": progress.stage,
            "path": progress.path,
            "done": progress.done,
            "total": progress.total,
            "unit": progress.unit,
            "fps": round(progress.fps, 1),
            "eta": None if progress.eta is None else round(progress.eta, 1),
        }
        print(json.dumps(line), file=sys.stderr, flush=True)


@contextmanager
def _bar() -> Iterator[View]:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as RichProgress

    bar = RichProgress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[frames]}", markup=False),
        TextColumn("{task.fields[speed]}", markup=False),
        TextColumn("{task.fields[left]}", markup=False),
        console=Console(stderr=True),
        transient=True,
        redirect_stdout=False,
    )
    with bar:
        yield _Bar(bar)


class _Bar:
    """A rich bar for each file and stage: frames, frames a second, time left."""

    def __init__(self, bar: RichProgress) -> None:
        self._rich = bar
        self._tasks: dict[tuple[str, str], TaskID] = {}

    def show(self, progress: Progress) -> None:
        key = (progress.stage, progress.path)
        frames, speed = _amounts(progress)
        fields: dict[str, Any] = {
            "frames": frames,
            "speed": speed,
            "left": "" if progress.eta is None else f"{_clock(progress.eta)} left",
        }
        if key not in self._tasks:
            text = f"{progress.stage} {Path(progress.path).name}".strip()
            self._tasks[key] = self._rich.add_task(text, total=progress.total, **fields)
        self._rich.update(self._tasks[key], completed=progress.done, total=progress.total, **fields)

    def aside(self) -> AbstractContextManager[object]:
        return nullcontext()  # rich lifts its bar for what is printed through sys.stderr


def _amounts(progress: Progress) -> tuple[str, str]:
    """How much is done of how much, and how fast."""
    if progress.unit == "bytes":
        total = "?" if progress.total is None else f"{progress.total / 1e6:.1f}"
        return f"{progress.done / 1e6:.1f}/{total} MB", f"{progress.fps / 1e6:.1f} MB/s"
    total = "?" if progress.total is None else str(progress.total)
    return f"{progress.done}/{total} frames", f"{progress.fps:.0f} fps"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
