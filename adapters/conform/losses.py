"""What a format cannot hold: counted, named, with the way that keeps it."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass

from otio_autoedit.errors import AutoEditLossWarning


@dataclass(frozen=True, slots=True)
class Loss:
    """``count`` things of a kind that a format drops or bends. ``what`` says what became of them,
    ``instead`` the way that keeps them.

    >>> print(Loss("sound tracks left out", 2, "FCP 7 .xml and .otio keep them"))
    sound tracks left out (2); FCP 7 .xml and .otio keep them
    """

    what: str
    count: int
    instead: str

    def __str__(self) -> str:
        return f"{self.what} ({self.count}); {self.instead}"


def lost(what: str, count: int, instead: str) -> list[Loss]:
    """One loss, or none where nothing was counted."""
    return [Loss(what, count, instead)] if count else []


def warn(losses: Iterable[Loss], format: str) -> None:
    """Say each loss once, as an `AutoEditLossWarning`: it reaches the terminal of `otioconvert`."""
    for loss in losses:
        warnings.warn(AutoEditLossWarning(f"{format}: {loss}"), stacklevel=2)
