"""Transitions that an edit takes for true."""

from __future__ import annotations

from dataclasses import dataclass

from otio_autoedit.analysis.record import Transition


@dataclass(frozen=True, slots=True)
class Believed:
    """A transition, and the source frame at its middle where the cut goes: 0 for a fade in at the
    head, the file's length for a fade out at the tail (neither cuts anything)."""

    transition: Transition
    cut: int

    @property
    def mixed(self) -> tuple[int, int]:
        """The frames ``[start, stop)`` that are wholly of neither shot; none in a cut."""
        return max(self.transition.last_before + 1, 0), self.transition.first_after
