"""Who goes with whom: the pairs of least cost, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def assign(cost: npt.NDArray[np.floating[Any]], unmatched: float) -> list[tuple[int, int]]:
    """Returns pairs (row, column), each row and column at most once, rows rising, such that the sum
    of the pairs' costs and of `unmatched` for every row without a partner is least.

    Shortest augmenting paths (Jonker and Volgenant 1987, https://doi.org/10.1007/BF02278710): rows
    squared times columns, fit for some hundreds of them. A pair that costs as much as `unmatched`
    or more, infinity or NaN, is never made.

    Args:
        cost: `(n, m)`.
        unmatched: of a row that stays alone.
    """
    rows, columns = cost.shape
    worth = np.where(cost < unmatched, cost - unmatched, 0.0)  # alone costs 0; NaN too
    whole = np.concatenate([worth, np.zeros((rows, rows))], 1)
    owner = np.full(columns + rows, -1)
    row_price, column_price = np.zeros(rows), np.zeros(columns + rows)
    for row in range(rows):
        _augment(row, whole, owner, row_price, column_price)
    pairs = [(int(owner[j]), j) for j in range(columns) if owner[j] >= 0]
    return sorted((i, j) for i, j in pairs if cost[i, j] < unmatched)


def _augment(
    row: int,
    cost: npt.NDArray[np.float64],
    owner: npt.NDArray[np.int64],
    row_price: npt.NDArray[np.float64],
    column_price: npt.NDArray[np.float64],
) -> None:
    """Gives `row` a column, moving others where that is cheaper; `owner` and prices change."""
    count = cost.shape[1]
    distance = np.full(count, np.inf)
    came_from = np.full(count, -1)
    done = np.zeros(count, np.bool_)
    rows_seen, here, far = [row], row, 0.0
    while True:
        through = far + cost[here] - row_price[here] - column_price
        nearer = ~done & (through < distance)
        distance[nearer] = through[nearer]
        came_from[nearer] = here
        column = int(np.where(done, np.inf, distance).argmin())
        far = float(distance[column])
        done[column] = True
        if owner[column] < 0:
            break
        here = int(owner[column])
        rows_seen.append(here)
    column_price[done] -= far - distance[done]
    held = {int(owner[j]): float(far - distance[j]) for j in np.flatnonzero(done) if owner[j] >= 0}
    for seen in rows_seen:
        row_price[seen] += held.get(seen, far)
    while True:
        giver = int(came_from[column])
        owner[column], previous = giver, _column_of(giver, owner, column)
        if giver == row:
            return
        column = previous


def _column_of(row: int, owner: npt.NDArray[np.int64], but: int) -> int:
    """Returns the column that a row holds, other than `but`; -1 for none."""
    held = [int(j) for j in np.flatnonzero(owner == row) if j != but]
    return held[0] if held else -1
