"""Runs of frames where something holds."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def runs(holds: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The spans ``[start, stop)`` in which ``holds`` is true throughout, none touching another."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], holds, [False])).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))
