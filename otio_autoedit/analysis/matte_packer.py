"""Sampled mattes compressed as they come, so that a long film's need little memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.record import TOGETHER, Masks, packed_mattes
from otio_autoedit.analysis.rows import Rows

_THERE = 128  # of 255; a label that no pixel of the film reaches is not in it


class MattePacker:
    """Takes the mattes of K labels, a few samples at a time."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = tuple(labels)
        self._packed: list[list[bytes]] = [[] for _ in labels]
        self._most = np.zeros(len(labels), np.uint8)
        self._held: list[npt.NDArray[np.uint8]] = []
        self._positions = Rows(np.int64)
        self._size = (0, 0)

    def push(self, positions: npt.NDArray[np.int64], values: npt.NDArray[np.uint8]) -> None:
        """Takes the next mattes, ``(n, K, h, w)``, of source frames ``(n,)``."""
        if not len(values):
            return
        self._size = (values.shape[3], values.shape[2])
        self._positions.add(positions)
        self._most = np.maximum(self._most, values.max((0, 2, 3)))
        while len(values):
            taken = values[: TOGETHER - sum(map(len, self._held))]
            self._held.append(taken.copy())
            values = values[len(taken) :]
            if sum(map(len, self._held)) == TOGETHER:
                self._pack()

    def finish(self) -> tuple[Masks, ...]:
        """Returns the masks of the labels that the film has anything of."""
        if self._held:
            self._pack()
        frames = self._positions.whole()
        return tuple(
            Masks(label, frames, self._size, tuple(packed))
            for label, packed, most in zip(self._labels, self._packed, self._most, strict=True)
            if most >= _THERE
        )

    def _pack(self) -> None:
        together = np.concatenate(self._held)
        self._held = []
        for number, packed in enumerate(self._packed):
            packed.append(packed_mattes(together[:, number]))
