"""Summaries made of scores, and how well two of them overlap: the F1 of the published protocol.

    scores of frames -> mean of each piece -> the pieces worth most in 15 % of the film -> F1

Zhang et al., "Video summarization with long short-term memory" (https://arxiv.org/abs/1605.08110).
The figure stands beside that of random scores, because much of it is the pieces' doing and not the
scores' (Otani et al., https://arxiv.org/abs/1903.11328).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.floating] | NDArray[np.integer]
Chosen = NDArray[np.bool_]
Segments = NDArray[np.int64]

SHARE = 0.15  # of the film that a summary may take
PIECE_S = 2.0  # where a film comes without pieces, as TVSum was marked


def at_frames(scores: Numbers, positions: NDArray[np.int64], frames: int) -> NDArray[np.float64]:
    """Returns a score for every frame, `(frames,)`: that of the sample shown last."""
    last = np.searchsorted(positions, np.arange(frames), side="right") - 1
    return np.asarray(scores, np.float64)[np.maximum(last, 0)]


def even_segments(frames: int, rate: float) -> Segments:
    """Returns pieces of `PIECE_S`, `(s, 2)` half-open frames; the last one may be shorter."""
    starts = np.unique((np.arange(0, frames / rate, PIECE_S) * rate).astype(np.int64))
    return np.stack([starts, np.append(starts[1:], frames)], 1)


def summary(scores: Numbers, segments: Segments, share: float = SHARE) -> Chosen:
    """Returns which frames a summary takes, `(frames,)`, for a score of every frame.

    Whole pieces, whose mean scores add up to the most within the share of the film's length.
    """
    lengths = segments[:, 1] - segments[:, 0]
    sums = np.concatenate([[0.0], np.cumsum(np.asarray(scores, np.float64))])
    values = (sums[segments[:, 1]] - sums[segments[:, 0]]) / np.maximum(lengths, 1)
    chosen = np.zeros(len(scores), bool)
    for piece in knapsack(values, lengths, int(share * len(scores))):
        chosen[segments[piece, 0] : segments[piece, 1]] = True
    return chosen


def evenly_spread(frames: int, rate: float, share: float = SHARE) -> Chosen:
    """Returns a summary that looks at nothing: the first `PIECE_S` of every 13 s, for 15 %."""
    period = max(1, round(PIECE_S * rate / share))
    return np.arange(frames) % period < share * period


def knapsack(values: Numbers, weights: NDArray[np.int64], capacity: int) -> list[int]:
    """Returns which things to take, rising, so that their values add up to the most.

    Exact, by the table over capacities; worthless things are left.

    Args:
        values: `(n,)`, 0 or more.
        weights: `(n,)`, whole numbers of 0 or more.
        capacity: what the weights of all taken may add up to.
    """
    best = np.zeros(capacity + 1)
    taken = np.zeros((len(values), capacity + 1), bool)
    for i, (value, weight) in enumerate(zip(values, weights, strict=True)):
        if value <= 0 or weight > capacity:
            continue
        with_it = best[: capacity + 1 - weight] + value
        better = with_it > best[weight:]
        taken[i, weight:] = better
        best[weight:] = np.where(better, with_it, best[weight:])
    chosen, left = [], capacity
    for i in reversed(range(len(values))):
        if taken[i, left]:
            chosen.append(i)
            left -= int(weights[i])
    return chosen[::-1]


def f1(ours: Chosen, theirs: Chosen) -> float:
    """Returns the harmonic mean of how much of each is in the other; 0 where one is empty."""
    taken = int(ours.sum()) + int(theirs.sum())
    return 2 * int((ours & theirs).sum()) / taken if taken else 0.0
