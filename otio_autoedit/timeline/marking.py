"""Marks become markers, on the clips that show them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate

import opentimelineio as otio

from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.plan import EditPlan, Mark, Piece
from otio_autoedit.timeline import metadata
from otio_autoedit.timeline.facts import safe_text

_COLORS = {
    "dissolve": otio.schema.MarkerColor.PURPLE,
    "fade": otio.schema.MarkerColor.BLUE,
    "wipe": otio.schema.MarkerColor.ORANGE,
    "jump_cut": otio.schema.MarkerColor.YELLOW,
}


def marks_of_pieces(plan: EditPlan) -> list[list[Mark]]:
    """For each piece, the marks that begin in it: of which it shows some, without merely going on
    with what the piece before it shows. So a dissolve over a cut is marked once."""
    shown = _shown(plan)
    result = []
    for number, piece in enumerate(plan.pieces):
        before = plan.pieces[number - 1] if number else None
        goes_on = (
            before is not None and before.source == piece.source and before.stop == piece.start
        )
        earlier = {id(mark) for mark in shown[number - 1]} if goes_on else set()
        result.append([mark for mark in shown[number] if id(mark) not in earlier])
    return result


def marker(mark: Mark, clock: Clock, piece: Piece) -> otio.schema.Marker:
    """A marker over the mark's frames: begun inside its clip, and as long as the mark goes on even
    where the clip ends before it."""
    first, stop = clock.frame(mark.start), clock.frame(mark.stop)
    start = min(max(first, clock.frame(piece.start)), clock.frame(piece.stop) - 1)
    rate = float(clock.rate)
    result = otio.schema.Marker(
        name=safe_text(mark.name),
        marked_range=otio.opentime.TimeRange(
            otio.opentime.RationalTime(clock.start + start, rate),
            otio.opentime.RationalTime(max(stop - start, 1), rate),
        ),
        color=_COLORS.get(mark.kind, otio.schema.MarkerColor.GREEN),
        comment=safe_text(mark.comment),
    )
    facts: dict[str, object] = {
        "kind": mark.kind,
        "span": [clock.start + first, clock.start + stop],
        **mark.numbers,
    }
    if mark.confidence is not None:
        facts["confidence"] = mark.confidence
    result.metadata[metadata.KEY] = facts
    result.metadata["Resolve_OTIO"] = {"Note": safe_text(mark.comment)}
    return result


def _shown(plan: EditPlan) -> list[list[Mark]]:
    """For each piece, every mark of which it shows some."""
    shown: list[list[Mark]] = [[] for _ in plan.pieces]
    for source in range(len(plan.sources)):
        marks = sorted(
            (mark for mark in plan.marks if mark.source == source), key=lambda mark: mark.start
        )
        starts = [mark.start for mark in marks]
        furthest = list(accumulate((mark.stop for mark in marks), max))
        for piece, own in zip(plan.pieces, shown, strict=True):
            if piece.source == source:
                near = marks[bisect_right(furthest, piece.start) : bisect_left(starts, piece.stop)]
                own += [mark for mark in near if mark.stop > piece.start]
    return shown
