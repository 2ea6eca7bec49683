"""Plans written by hand from analyses, joined as a style says, and what they say of each frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from otio_autoedit.analysis.record import Analysis
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.joins import JoinStyle, lay_joins
from otio_autoedit.edit.plan import EditPlan, Join, Piece, Source
from otio_autoedit.edit.shots import believe

Shown = dict[tuple[str, int], Fraction]
"""How much there is of a file's frame, the files by their names."""


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


def said(plan: EditPlan, kind: str) -> Iterator[Shown]:
    """What the plan's pieces and joins, read one by one, let play at each frame."""
    clocks = [Clock(source, plan.rate) for source in plan.sources]
    joins = {join.before: join for join in plan.joins}
    starts, places = [0], []
    for piece in plan.pieces:
        clock = clocks[piece.source]
        first, stop = clock.frame(piece.start), clock.frame(piece.stop)
        places.append((clock.source.media.path.rsplit("/", 1)[1], first))
        starts.append(starts[-1] + stop - first)
    for frame in range(starts[-1]):
        shown: Shown = {}
        for number, (name, first) in enumerate(places):
            share = 1 - _passed(joins.get(number), starts[number + 1], frame, kind)
            share = min(share, _passed(joins.get(number - 1), starts[number], frame, kind))
            if share > 0:
                key = (name, first + frame - starts[number])
                shown[key] = shown.get(key, Fraction(0)) + share
        yield shown


def _passed(join: Join | None, cut: int, frame: int, kind: str) -> Fraction:
    """How far, 0 to 1, a join is past at a frame."""
    join = join or Join(0)
    head, tail, offset = (
        (join.head, join.tail, 0)
        if kind == "Video"
        else (join.sound_head, join.sound_tail, join.sound_offset)
    )
    start = cut + offset - head
    if frame < start or not head + tail:
        return Fraction(int(frame >= cut + offset))
    return min(Fraction(1), Fraction(frame - start, head + tail))
