"""Heads: what is read off the states of the RNN."""

from __future__ import annotations

from dataclasses import dataclass

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
