"""What the rules work on: one file's pieces, on their way to a plan."""

from __future__ import annotations

from dataclasses import dataclass, field

from otio_autoedit.analysis.record import Analysis, Transition
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.plan import Mark, Piece


@dataclass(frozen=True, slots=True, eq=False)
class Draft:
    """The edit of one file so far. Every rule takes one and returns one.

    ``clock`` counts at the timeline's rate. ``believed`` are the transitions that the edit takes
    for true: sorted, inside the file, no two at one place.
    """

    number: int  # of the source in the plan
    analysis: Analysis
    clock: Clock
    pieces: tuple[Piece, ...]
    marks: tuple[Mark, ...] = ()
    believed: tuple[Believed, ...] = field(default=())

    @property
    def length(self) -> int:
        """The file's frames, as pieces count them."""
        media = self.clock.source.media
        return media.frame_count if media.kind == "video" else media.duration_frames


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
