"""Rank correlation with ties: Kendall's tau-b and Spearman's rho.

    tau_b = (C - D) / sqrt((P - T_x) (P - T_y))      rho = Pearson's r of the mean ranks

over the P = n (n - 1) / 2 pairs, of which C are in the same order in both, D in opposite orders,
and T_x, T_y tied in the one and in the other (Kendall, "The treatment of ties in ranking problems",
Biometrika 33, 1945). People mark in few grades, so that most pairs are tied: leaving ties out of
account would change every figure.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.generic]


def kendall_tau(x: Values, y: Values) -> float:
    """Returns tau-b of two lists of numbers, -1..1; NaN where either is constant.

    In O(n log^2 n).
    """
    a, b = _numbers(x), _numbers(y)
    if len(a) != len(b):
        raise ValueError(f"{len(a)} numbers cannot be compared with {len(b)}")
    order = np.lexsort((b, a))
    a, b = a[order], b[order]
    pairs = len(a) * (len(a) - 1) // 2
    tied_a, tied_b, tied_both = _tied(a), _tied(b), _tied(a * (b.max(initial=0) + 1) + b)
    if pairs in (tied_a, tied_b):
        return float("nan")
    discordant = _inversions(b)  # ties of `a` are in the order of `b`: none of them counts
    concordant = pairs - tied_a - tied_b + tied_both - discordant
    return float((concordant - discordant) / np.sqrt(pairs - tied_a) / np.sqrt(pairs - tied_b))


def spearman_rho(x: Values, y: Values) -> float:
    """Returns rho of two lists of numbers, -1..1; NaN where either is constant."""
    a, b = mean_ranks(x), mean_ranks(y)
    if len(a) != len(b):
        raise ValueError(f"{len(a)} numbers cannot be compared with {len(b)}")
    middle = (len(a) + 1) / 2  # the mean of all ranks, however many are shared
    a, b = a - middle, b - middle
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale else float("nan")


def mean_ranks(values: Values) -> NDArray[np.float64]:
    """Returns ranks from 1; equal values share the mean of theirs."""
    _, which, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (np.cumsum(count) - (count - 1) / 2)[which]
    return ranks


def _numbers(values: Values) -> NDArray[np.int64]:
    """Returns the values as 0, 1, 2… in their order; equal ones alike."""
    numbers: NDArray[np.int64] = np.unique(values, return_inverse=True)[1].astype(np.int64)
    return numbers


def _tied(values: NDArray[np.int64]) -> int:
    """Returns how many pairs of values are equal."""
    count = np.unique(values, return_counts=True)[1]
    return int((count * (count - 1) // 2).sum())


def _inversions(values: NDArray[np.int64]) -> int:
    """Returns how many pairs stand the wrong way round: the earlier greater than the later.

    Mergesort from the bottom up, all blocks of a length at once: of two sorted halves each value
    of the right one is passed by those of the left that are greater.
    """
    n, found, half = len(values), 0, 1
    where = np.arange(n)
    least = values.max(initial=0) + 1
    while half < n:
        block = where // (2 * half)
        is_right = where // half % 2
        # Within a block by value; of equals the left ones first, which are not greater.
        order = np.argsort((block * least + values) * 2 + is_right, kind="stable")
        left_before = np.cumsum(1 - is_right[order])  # left values met, of all blocks so far
        left_until_end = np.cumsum(1 - is_right)[np.minimum((block + 1) * 2 * half, n) - 1]
        found += int(((left_until_end - left_before) * is_right[order]).sum())
        values = values[order]
        half *= 2
    return found
