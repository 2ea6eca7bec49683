"""tau-b and rho against scipy, against the definition, and against what is published."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from otio_autoedit.models.evaluate.importance_marks import read_marks
from otio_autoedit.models.evaluate.rank_correlation import kendall_tau, mean_ranks, spearman_rho

Values = NDArray[np.float64]


def tau_by_definition(x: Values, y: Values) -> float:
    signs = [
        (np.sign(x[i] - x[j]), np.sign(y[i] - y[j]))
        for i, j in itertools.combinations(range(len(x)), 2)
    ]
    product = sum(a * b for a, b in signs)
    known = [sum(abs(pair[k]) for pair in signs) for k in (0, 1)]
    return float(product / np.sqrt(known[0] * known[1]))


def test_a_worked_example() -> None:
    x, y = np.array([1, 2, 2, 3, 5]), np.array([1, 3, 2, 2, 4])
    # Ten pairs: 7 in one order, 1 in opposite ones ((2,3),(3,2)); one tied in x, one in y.
    assert kendall_tau(x, y) == pytest.approx((7 - 1) / np.sqrt(9 * 9))
    assert mean_ranks(y).tolist() == [1, 4, 2.5, 2.5, 5]


@pytest.mark.parametrize("seed", range(40))
def test_both_agree_with_scipy_and_the_definition(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 80))
    x = rng.integers(0, int(rng.integers(2, 30)), n).astype(float)
    y = (x + rng.normal(0, 5, n)).round(int(rng.integers(0, 3)))
    if not np.ptp(x) or not np.ptp(y):
        x[0], y[0] = x[1] + 1, y[1] + 1
    assert kendall_tau(x, y) == pytest.approx(stats.kendalltau(x, y).statistic, abs=1e-12)
    assert kendall_tau(x, y) == pytest.approx(tau_by_definition(x, y), abs=1e-12)
    assert spearman_rho(x, y) == pytest.approx(stats.spearmanr(x, y).statistic, abs=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 31, 32, 33, 1000])
def test_order_alone_counts(n: int) -> None:
    x = np.random.default_rng(n).permutation(n)
    for measure in (kendall_tau, spearman_rho):
        if n > 1:
            assert measure(x, np.exp(x / n)) == pytest.approx(1)
            assert measure(x, -x) == pytest.approx(-1)
        else:
            assert np.isnan(measure(x, x))


@pytest.mark.parametrize("measure", [kendall_tau, spearman_rho])
def test_what_is_constant_has_no_order(measure: Callable[[Values, Values], float]) -> None:
    assert np.isnan(measure(np.ones(9), np.arange(9.0)))
    assert np.isnan(measure(np.arange(9.0), np.ones(9)))
    assert np.isnan(measure(np.zeros(0), np.zeros(0)))
    with pytest.raises(ValueError, match="3"):
        measure(np.arange(3.0), np.arange(4.0))


def test_people_among_themselves_on_tvsum_as_published(data_dir: Path) -> None:
    """Otani et al. (2019), table 2: human tau .177, rho .204. They took every frame; here one of
    each two seconds, which is how often people marked."""
    taus, rhos = [], []
    for marks in read_marks(data_dir / "tvsum" / "tvsum_anno_per_frame.npz").values():
        rows = [row for row in marks.values[:, ::60] if np.ptp(row)]
        pairs = list(itertools.combinations(rows, 2))
        taus.append(np.mean([kendall_tau(a, b) for a, b in pairs]))
        rhos.append(np.mean([spearman_rho(a, b) for a, b in pairs]))
    assert len(taus) == 50
    assert np.mean(taus) == pytest.approx(0.177, abs=0.0015)
    assert np.mean(rhos) == pytest.approx(0.204, abs=0.0015)


def test_warnings_are_not_raised_on_the_way() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kendall_tau(np.arange(3), np.array([1, 1, 2]))
        spearman_rho(np.zeros(3), np.zeros(3))
