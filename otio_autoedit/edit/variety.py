"""Which pieces look alike, as far as their own footage tells things apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_TOGETHER = 512  # looks compared at a time
_NO_SPREAD = 1e-5  # cosine distance below which nothing tells pictures apart


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """How pieces look: unit vectors ``[n, D]`` (zeros where it is not known), and for each how far
    apart two pictures of its own file are on average (the cosine distance, 0 to 2)."""

    vectors: Floats
    spread: Floats

    @classmethod
    def of(cls, looks: Sequence[Floats | None], sources: Sequence[int]) -> Looks:
        """The looks of pieces, each with the file it is from. Only looks as long as the first are
        compared."""
        known = [look for look in looks if look is not None]
        size = len(known[0]) if known else 1
        vectors = np.zeros((len(looks), size), np.float32)
        for row, look in zip(vectors, looks, strict=True):
            if look is not None and len(look) == size:
                length = float(np.linalg.norm(look))
                row[:] = look / length if np.isfinite(length) and length > 0 else 0
        return cls(vectors, _spreads(vectors, np.array(sources, np.int64)))


def set_aside(looks: Looks, best_first: Sequence[int], variety: float) -> Mapping[int, int]:
    """Pieces that look like a better one, each with the one that it looks like.

    Pieces are taken best first; one is set aside if it is nearer to one taken than ``variety``
    times the average distance of two pieces of its file (of the two files, the lesser). At 0
    nothing is alike.
    """
    aside: dict[int, int] = {}
    taken = np.zeros(0, np.int64)
    if variety <= 0:
        return aside
    for head in range(0, len(best_first), _TOGETHER):
        block = np.array(best_first[head : head + _TOGETHER], np.int64)
        rivals = np.concatenate([taken, block])
        alike = _alike(looks, block, rivals, variety)
        kept = np.ones(len(rivals), bool)
        kept[len(taken) :] = False
        for k, piece in enumerate(block.tolist()):
            like = np.flatnonzero(alike[k] & kept)
            if len(like):
                aside[piece] = int(rivals[like[0]])
            else:
                kept[len(taken) + k] = True
        taken = rivals[kept]
    return aside


def _alike(
    looks: Looks, pieces: npt.NDArray[np.int64], others: npt.NDArray[np.int64], variety: float
) -> npt.NDArray[np.bool_]:
    apart = 1 - looks.vectors[pieces] @ looks.vectors[others].T
    spread = np.minimum(looks.spread[pieces][:, None], looks.spread[others][None, :])
    result: npt.NDArray[np.bool_] = (apart < variety * spread) & (spread > _NO_SPREAD)
    return result


def _spreads(vectors: Floats, sources: npt.NDArray[np.int64]) -> Floats:
    """For each piece the mean cosine distance of two pieces of its file; 0 of a single one, and
    where the look is not known."""
    result = np.zeros(len(vectors), np.float32)
    known = vectors.any(axis=1)
    for source in np.unique(sources):
        of = np.flatnonzero((sources == source) & known)
        if len(of) > 1:
            mean = vectors[of].astype(np.float64).mean(0)
            result[of] = max(1 - float(mean @ mean), 0.0) * len(of) / (len(of) - 1)
    return result
