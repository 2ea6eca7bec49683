"""What the shot network should have said of a window, and how much each answer counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.models.transition import TYPES, Transition


@dataclass(frozen=True, slots=True)
class Targets:
    """For the boundary after each frame, all `(T,)`.

    Attributes:
        middle: 1 in the middle third of a transition (a cut: its one boundary).
        middle_weight: small on the outer thirds, where a yes is as good as a no.
        inside: 1 anywhere in a transition.
        kind: index into `TYPES`, -1 outside.
    """

    middle: NDArray[np.float32]
    middle_weight: NDArray[np.float32]
    inside: NDArray[np.float32]
    kind: NDArray[np.int64]


def targets(transitions: Sequence[Transition], length: int) -> Targets:
    """Returns the targets of a window of `length` frames."""
    middle = np.zeros(length, np.float32)
    weight = np.ones(length, np.float32)
    inside = np.zeros(length, np.float32)
    kind = np.full(length, -1, np.int64)
    weight[-1] = 0  # the boundary after the last frame is not in view
    for transition in transitions:
        first, stop = transition.last_before, transition.first_after
        third = (stop - first) // 3
        whole = slice(max(0, first), max(0, stop))
        inside[whole] = 1
        weight[whole] = 0.1
        kind[whole] = TYPES.index(transition.type)
        centre = slice(max(0, first + third), max(0, stop - third))
        middle[centre] = 1
        weight[centre] = 1
    weight[-1] = 0
    return Targets(middle, weight, inside, kind)
