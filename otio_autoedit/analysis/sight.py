"""Decoded pictures, scaled once for each size that is wanted, in batches to those who watch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.pictures import seen
from otio_autoedit.analysis.source import Batch, Watcher
from otio_autoedit.analysis.workers import Line, Team
from otio_autoedit.media.footage import Picture
from otio_autoedit.media.info import MediaInfo

Results = Mapping[str, object]
Frames = npt.NDArray[np.uint8]


class Sight:
    """Hands the pictures that ``takes`` lets pass on to watchers, each on a thread of its own.

    All of a file's sights see it on one thread: a frame of PyAV's may be scaled by one at a time.
    """

    def __init__(
        self,
        team: Team,
        name: str,
        info: MediaInfo,
        time_base: Fraction,
        takes: Callable[[Picture], bool],
        watchers: Sequence[Watcher],
        batch: int,
        waiting: int,
    ) -> None:
        """Args: ``batch`` pictures are handed on at once, and ``waiting`` such batches may wait."""
        self._info, self._time_base = info, time_base
        self._takes = takes
        self._watchers = watchers
        self._batch = batch
        self._lines: list[Line[Batch, Results]] = [
            team.line(f"{name} {number}", partial(_watched, watcher), waiting)
            for number, watcher in enumerate(watchers, 1)
        ]
        self._sizes: list[tuple[int, int]] = []
        self._positions: list[int] = []
        self._times: list[float] = []
        self._frames: list[dict[tuple[int, int], Frames]] = []

    def see(self, picture: Picture) -> None:
        """Looks at the next picture of the file."""
        if not self._takes(picture):
            return
        info = self._info
        if not self._sizes:  # not before there is a picture: the header may not have told
            stored = (picture.frame.width, picture.frame.height)
            width, height = replace(info, size=stored).display_size
            self._sizes = [w.size_for(max(1, width), max(1, height)) for w in self._watchers]
        self._positions.append(picture.number)
        self._times.append(float(picture.pts * self._time_base))
        self._frames.append(
            {
                size: seen(picture.frame, size, info.color_transfer, info.rotation)
                for size in set(self._sizes)
            }
        )
        if len(self._positions) == self._batch:
            self._hand_on()

    def finish(self) -> Results:
        """Returns what the watchers found."""
        if self._positions:
            self._hand_on()
        return {stage: result for line in self._lines for stage, result in line.result().items()}

    def _hand_on(self) -> None:
        positions = np.array(self._positions, np.int64)
        times = np.array(self._times, np.float64)
        stacks = {size: np.stack([each[size] for each in self._frames]) for size in self._frames[0]}
        for size, line in zip(self._sizes, self._lines, strict=True):
            line.put(Batch(stacks[size], positions, times))
        self._positions, self._times, self._frames = [], [], []


def _watched(watcher: Watcher, batches: Iterator[Batch]) -> Results:
    for batch in batches:
        watcher.push(batch)
    return watcher.finish()
