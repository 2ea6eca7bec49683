"""Results that come a few at a time, gathered in one piece of memory each.

Thousands of small arrays, kept while a network's large ones come and go between them, would leave
holes that nothing else fits into: measured, ten times the memory of what is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.box_colours import DIMENSIONS, box_colours
from otio_autoedit.analysis.results import Detected, MadeBy, packed_colours
from otio_autoedit.models.scene_findings import Objects


class Rows:
    """Arrays ``(n, ...)`` of one dtype and one shape but for n, one after the other."""

    def __init__(self, dtype: npt.DTypeLike, *shape: int) -> None:
        """Args: ``shape`` of a row, where it is known before the first comes."""
        self._dtype = np.dtype(dtype)
        self._shape = shape
        self._bytes = bytearray()

    def add(self, rows: npt.NDArray[Any]) -> None:
        """Takes the next rows."""
        self._shape = rows.shape[1:]
        self._bytes += np.ascontiguousarray(rows, self._dtype).tobytes()

    def whole(self) -> npt.NDArray[Any]:
        """Returns all of them; nothing can be added after it."""
        each = int(np.prod(self._shape, dtype=np.int64)) * self._dtype.itemsize
        count = len(self._bytes) // each if each else 0
        return np.frombuffer(self._bytes, self._dtype).reshape(count, *self._shape)


class ObjectRows:
    """The objects of sampled frames, with their colours."""

    def __init__(self) -> None:
        self._positions, self._counts = Rows(np.int64), Rows(np.int64)
        self._boxes, self._classes = Rows(np.float32, 4), Rows(np.int64)
        self._scores, self._colours = Rows(np.float32), Rows(np.uint8, DIMENSIONS)

    def add(self, position: int, frame: npt.NDArray[np.uint8], objects: Objects) -> None:
        """Takes what was found in source frame ``position``; ``frame`` is its picture."""
        self._positions.add(np.array([position]))
        self._counts.add(np.array([len(objects.scores)]))
        self._boxes.add(objects.boxes)
        self._classes.add(objects.classes)
        self._scores.add(objects.scores)
        self._colours.add(packed_colours(box_colours(frame, objects.boxes)))

    def detected(self, labels: Sequence[str], made_by: MadeBy) -> Detected:
        """Returns all as one record; nothing can be added after it."""
        return Detected(
            self._positions.whole(),
            self._counts.whole(),
            self._boxes.whole(),
            self._classes.whole(),
            self._scores.whole(),
            tuple(labels),
            self._colours.whole(),
            made_by,
        )
