"""Heads: what is read off the states of the RNN, frame by frame.

Boxes are in `detection`, masks in `segmentation`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor, nn

from otio_autoedit.models.transition import TYPES


@dataclass(frozen=True, slots=True)
class TransitionLogits:
    """For the boundary after each frame; see `transition.BoundaryScores` for the meaning.

    Attributes:
        middle, inside, jump: `(B, T)`.
        kind: `(B, T, 4)`.
    """

    middle: Tensor
    inside: Tensor
    kind: Tensor
    jump: Tensor

    def float(self) -> TransitionLogits:
        """Returns the logits in single precision."""
        parts = (self.middle, self.inside, self.kind, self.jump)
        return TransitionLogits(*(part.float() for part in parts))


class TransitionHead(nn.Module):
    """One hidden layer, then: in the middle of a transition? inside one? which type? a jump?"""

    def __init__(self, states: int, hidden: int) -> None:
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(states, hidden), nn.ReLU())
        self.out = nn.Linear(hidden, 2 + len(TYPES) + 1)

    def forward(self, states: Tensor) -> TransitionLogits:
        """Returns logits for states `(B, T, S)`."""
        logits = self.out(self.hidden(states))
        return TransitionLogits(logits[..., 0], logits[..., 1], logits[..., 2:-1], logits[..., -1])


class ImportanceHead(nn.Module):
    """How much each frame matters to who watches: one score a frame, its sigmoid in 0..1."""

    def __init__(self, states: int, hidden: int) -> None:
        super().__init__()
        self.score = _perceptron(states, hidden, 1)

    def forward(self, states: Tensor) -> Tensor:
        """Returns logits `(B, T)` for states `(B, T, S)`, or for maps of them."""
        score: Tensor = self.score(pooled(states))
        return score.squeeze(-1)


class SceneHead(nn.Module):
    """What kind of scene a frame is of; a scene's class is that of its frames' mean."""

    def __init__(self, states: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.kind = _perceptron(states, hidden, classes)

    def forward(self, states: Tensor) -> Tensor:
        """Returns logits `(B, T, classes)` for states `(B, T, S)`, or for maps of them."""
        logits: Tensor = self.kind(pooled(states))
        return logits


class NextFeatureHead(nn.Module):
    """What the next frame will look like, as far as the past tells; see `novelty`.

    Of use only on states that have not seen the next frame: of an RNN one way.
    """

    def __init__(self, states: int, hidden: int, features: int) -> None:
        super().__init__()
        self.next = _perceptron(states, hidden, features)

    def forward(self, states: Tensor) -> Tensor:
        """Returns, for each frame of states `(B, T, S)` or maps of them, `f_(i+1)` `(B, T, D)`."""
        following: Tensor = self.next(pooled(states))
        return following


def novelty(features: Tensor, predicted: Tensor) -> Tensor:
    """Returns how far each frame is from what was expected: `mean_d (f_i - p_(i-1))^2`.

    Args:
        features: `(B, T, D)`, or maps, which count by their mean.
        predicted: `(B, T, D)`, of `NextFeatureHead`: after frame i.

    Returns:
        `(B, T)`, 0 or more, in squared units of the features. The first frame, which nothing
        came before, has 0.
    """
    error = (pooled(features)[:, 1:] - predicted[:, :-1]).square().mean(-1)
    return F.pad(error, (1, 0)) if features.shape[1] else error


def pooled(states: Tensor) -> Tensor:
    """Returns one vector a frame, `(B, T, S)`: of maps `(B, T, S, H, W)` the mean of the cells."""
    if states.ndim not in (3, 5):
        raise ValueError(f"states must be (B, T, S) or (B, T, S, H, W), not {tuple(states.shape)}")
    return states if states.ndim == 3 else states.mean((3, 4))


def _perceptron(inputs: int, hidden: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, hidden), nn.ReLU(), nn.Linear(hidden, outputs))
