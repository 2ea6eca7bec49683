"""Pairs of least cost, beside SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from otio_autoedit.analysis.assignment import assign

COSTS = arrays(
    np.float64,
    array_shapes(min_dims=2, max_dims=2, min_side=0, max_side=7),
    elements=st.one_of(st.integers(-5, 5).map(float), st.floats(-9, 9), st.just(np.inf)),
)


@given(COSTS, st.floats(-5, 10))
def test_no_pairing_costs_less(cost: NDArray[np.float64], unmatched: float) -> None:
    pairs = assign(cost, unmatched)
    rows, columns = [i for i, _ in pairs], [j for _, j in pairs]
    assert rows == sorted(set(rows))
    assert len(set(columns)) == len(columns)
    ours = sum(cost[i, j] for i, j in pairs) + unmatched * (len(cost) - len(pairs))
    alone = np.full((len(cost), len(cost)), unmatched)
    theirs = np.concatenate([np.where(cost < unmatched, cost, 1e6), alone], 1)
    assert ours == pytest.approx(theirs[linear_sum_assignment(theirs)].sum(), abs=1e-6)


def test_gives_way_where_that_is_cheaper() -> None:
    cost = np.array([[1.0, 2.0], [1.5, 9.0]])  # the first would take what only the second can
    assert assign(cost, 10) == [(0, 1), (1, 0)]


def test_what_costs_as_much_as_being_alone_is_no_pair() -> None:
    assert assign(np.array([[3.0, np.nan]]), 3) == []


def test_many() -> None:
    cost = np.random.default_rng(0).random((80, 60))
    ours = sum(cost[pair] for pair in assign(cost, 2))
    assert ours == pytest.approx(cost[linear_sum_assignment(cost)].sum())
