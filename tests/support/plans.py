"""Plans written by hand from analyses, joined as a style says."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from otio_autoedit.analysis.record import Analysis
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.joins import JoinStyle, lay_joins
from otio_autoedit.edit.plan import EditPlan, Piece, Source
from otio_autoedit.edit.shots import believe


def plan_of(
    analyses: Sequence[Analysis],
    spans: Sequence[tuple[int, int, int]],
    *,
    rate: Fraction | None = None,
    name: str = "edit",
    more: dict[str, Any] | None = None,
    **style: Any,
) -> EditPlan:
    """A plan of pieces ``(source, start, stop)``, named a, b, c ..., joined in a `JoinStyle`;
    ``more`` are fields of the plan."""
    fps = rate or analyses[0].media.edit_rate
    sources = tuple(Source(one.media, one.index) for one in analyses)
    pieces = tuple(
        Piece(source, start, stop, name=chr(ord("a") + number % 26))
        for number, (source, start, stop) in enumerate(spans)
    )
    clocks = [Clock(source, fps) for source in sources]
    believed = [
        believe(one.transitions or (), _length(one), clock, 0.5)
        for one, clock in zip(analyses, clocks, strict=True)
    ]
    asked = JoinStyle(**style)
    joins, notes = lay_joins(pieces, clocks, believed, asked)
    return EditPlan(
        name=name, sources=sources, pieces=pieces, rate=fps, size=(640, 360), joins=joins,
        notes=notes, audio="linked" if asked.sound else "none", **(more or {}),
    )  # fmt: skip


def _length(analysis: Analysis) -> int:
    media = analysis.media
    return media.frame_count if media.kind == "video" else media.duration_frames
