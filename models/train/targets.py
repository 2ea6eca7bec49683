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
        inside_weight: 0 where nobody can say, else 1.
        kind: index into `TYPES`, -1 outside.
        jump: 1 at a jump cut.
        jump_weight: 0 where nobody looked for jump cuts, else 1.
    """

    middle: NDArray[np.float32]
    middle_weight: NDArray[np.float32]
    inside: NDArray[np.float32]
    inside_weight: NDArray[np.float32]
    kind: NDArray[np.int64]
    jump: NDArray[np.float32]
    jump_weight: NDArray[np.float32]


def targets(
    transitions: Sequence[Transition],
    length: int,
    jumps: Sequence[int] | None = (),
    unsure: Sequence[tuple[int, int]] = (),
) -> Targets:
    """Returns the targets of a window of `length` frames; the rest as in `synth.Window`."""
    middle = np.zeros(length, np.float32)
    weight = np.ones(length, np.float32)
    inside = np.zeros(length, np.float32)
    kind = np.full(length, -1, np.int64)
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
    sure = np.ones(length, np.float32)
    sure[-1] = 0  # the boundary after the last frame is not in view
    for start, stop in unsure:
        sure[max(0, start) : max(0, stop)] = 0
    jump, looked = np.zeros(length, np.float32), np.zeros(length, np.float32)
    if jumps is not None:
        jump[list(jumps)] = 1
        looked[:-1] = 1
    kind[sure == 0] = -1
    return Targets(middle, weight * sure, inside, sure, kind, jump, looked)
