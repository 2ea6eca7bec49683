"""The arrays of a stored entry, checked as they are taken."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.entry import Entry


class EntryArrays:
    """The arrays of an entry taken one by one, each checked; errors say where."""

    def __init__(self, entry: Entry, where: str) -> None:
        self._entry, self._where = entry, where

    def integers(self, name: str) -> npt.NDArray[np.int64]:
        values = self._entry.arrays.get(name)
        if values is None or values.dtype != np.int64 or values.ndim != 1:
            raise ValueError(f"{self._where}.{name} is missing")
        return values

    def positions(self, frames: int) -> npt.NDArray[np.int64]:
        """The rising source frames of a file of ``frames``."""
        values = self.integers("positions")
        if len(values) and (values[0] < 0 or values[-1] >= frames or (np.diff(values) <= 0).any()):
            raise ValueError(f"{self._where}.positions do not rise, or lie outside the file")
        return values

    def floats(self, name: str, *shape: int | None) -> npt.NDArray[np.float32]:
        """Numbers of a shape; None is any length, no shape is any one."""
        values: npt.NDArray[np.float32] = self._numbers(name, np.float32, shape or (None,))
        return values

    def doubles(self, name: str, *shape: int | None) -> npt.NDArray[np.float64]:
        """The same of 64 bits."""
        values: npt.NDArray[np.float64] = self._numbers(name, np.float64, shape)
        return values

    def _numbers(self, name: str, kind: type, wanted: tuple[int | None, ...]) -> npt.NDArray[Any]:
        values = self._entry.arrays.get(name)
        if values is None or values.dtype != kind or values.ndim != len(wanted):
            raise ValueError(f"{self._where}.{name} are missing")
        if any(n is not None and n != m for n, m in zip(wanted, values.shape, strict=True)):
            raise ValueError(f"{self._where}.{name} do not fit")
        if not np.isfinite(values).all():
            raise ValueError(f"{self._where}.{name} are not all numbers")
        return values
