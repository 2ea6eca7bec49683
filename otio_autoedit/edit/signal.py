"""What a rule may name: signals, called with their arguments over the frames of a scope."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float32]
Kind = Literal["condition", "number"]
Argument = Literal["label", "words", "zone"]


@dataclass(frozen=True, slots=True)
class Signal:
    """A named measure over time.

    A "condition" may stand alone in a rule and holds where it is .5 or more; a "number" must be
    compared. ``needs`` are what must be analysed for it, ``arguments`` what stands in its brackets.
    """

    name: str
    kind: Kind
    summary: str
    unit: str  # "LUFS", "0 to 1", "s", "share of the picture"
    comes_from: str  # which network or measure, for people
    needs: tuple[str, ...] = ()
    arguments: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Call:
    """A signal as a rule names it: ``near(ball, person)``."""

    name: str
    arguments: tuple[str, ...] = ()


class Scope(Protocol):
    """What a rule looks at: a file or a timeline, from its head, in frames of ``rate``."""

    @property
    def rate(self) -> Fraction:
        """Frames a second."""

    @property
    def length(self) -> int:
        """The number of frames."""

    def values(self, call: Call) -> Values:
        """The signal at each frame, float32 ``[length]``; a condition in 0..1; not a number where
        nothing is known (a file without sound has no loudness)."""
