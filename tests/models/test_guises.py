"""The shot network's second look at a film: mirrored and backwards."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
import torch

from otio_autoedit.models.guises import both_guises, mean_scores, turned
from otio_autoedit.models.heads import TransitionLogits
from otio_autoedit.models.shot_cnn import FrameFeatures
from otio_autoedit.models.shots import GRID, ShotNet, film_scores, network_from
from otio_autoedit.models.transition import BoundaryScores
from otio_autoedit.models.weight_files import load_weights

Film = npt.NDArray[np.uint8]


@pytest.fixture(scope="module")
def net() -> ShotNet:
    return network_from(load_weights("shots", None))[0]


def film(*lengths: int) -> Film:
    rng = np.random.default_rng(0)
    shots = [rng.integers(0, 256, (1, 27, 48, 3), np.uint8).repeat(n, 0) for n in lengths]
    return np.concatenate(shots)


def from_the_other_side(frames: Film) -> Film:
    return np.ascontiguousarray(frames[::-1, :, ::-1])


def backwards(scores: BoundaryScores) -> list[float]:
    """Of frames abcd the boundaries are ab, bc, cd; backwards they are dc, cb, ba."""
    middle: list[float] = scores.middle[:-1][::-1].tolist()
    return middle


def test_both_guises_are_the_film_and_the_film_mirrored_and_backwards() -> None:
    frames = torch.arange(2 * 3 * 4).float().reshape(1, 2, 1, 3, 4)
    before, after = torch.full((1, 1, 1, 3, 4), 7.0), torch.arange(12.0).reshape(1, 1, 1, 3, 4)
    seen, neighbours = both_guises(frames, before, after)
    assert torch.equal(seen[0], frames[0])
    assert torch.equal(seen[1, 0, 0], frames[0, 1, 0].flip(1))
    assert torch.equal(neighbours[0], before[0])
    assert neighbours[1, 0, 0, 0].tolist() == [3, 2, 1, 0]


def test_turning_twice_changes_nothing() -> None:
    parts = [torch.randn(2, 5, n) for n in (4, 6, 3, 3, 3)]
    once = turned(FrameFeatures(*parts))
    assert torch.equal(once.vector[0], parts[0][0])
    assert torch.equal(once.vector[1], parts[0][1].flip(0))
    assert torch.equal(turned(once).cells, parts[1])


def test_a_boundary_keeps_its_place_in_the_film_backwards() -> None:
    first = torch.tensor([[0.1, 0.2, 0.9, 0.3]])
    second = torch.tensor([[0.9, 0.2, 0.1, 0.3]])  # the same film, backwards
    both = torch.cat([first, second]).logit()
    kinds = torch.zeros(2, 4, 4)
    mean = mean_scores(TransitionLogits(both, both, kinds, both))
    assert mean.middle[0].tolist() == pytest.approx(first[0].tolist())
    alone = mean_scores(TransitionLogits(both[:1], both[:1], kinds[:1], both[:1]))
    assert torch.allclose(alone.middle, first)


def test_the_answer_is_the_mean_of_both(net: ShotNet) -> None:
    frames = film(40, 60)
    found = film_scores(net, frames)
    assert int(np.argmax(found.middle)) == 39
    there = film_scores(net, frames, once=True).middle[:-1].tolist()
    back = backwards(film_scores(net, from_the_other_side(frames), once=True))
    mean = [(a + b) / 2 for a, b in zip(there, back, strict=True)]
    assert found.middle[:-1].tolist() == pytest.approx(mean, abs=1e-5)


@pytest.mark.parametrize("length", [1, 2, GRID.centre, GRID.centre + 1])
def test_a_film_from_the_other_side_has_the_same_answers(net: ShotNet, length: int) -> None:
    """Within one window, whose neighbours do not change."""
    frames = film(length // 2, length - length // 2)
    there, back = film_scores(net, frames), film_scores(net, from_the_other_side(frames))
    assert there.middle[:-1].tolist() == pytest.approx(backwards(back), abs=1e-5)
