"""Marks: what is baked into the footage, and what a recipe looks for; with texts for people."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise

from otio_autoedit.analysis.record import JumpCut
from otio_autoedit.edit.believed import Believed
from otio_autoedit.edit.expressions import Expression, evaluate
from otio_autoedit.edit.material import Material
from otio_autoedit.edit.plan import Mark, Piece
from otio_autoedit.edit.reasons import measured
from otio_autoedit.edit.runs import runs
from otio_autoedit.edit.settings import Settings


def marks_of(of: Material, pieces: Sequence[Piece], settings: Settings) -> Iterator[Mark]:
    """The marks of one file of which its pieces show anything: over every dissolve, fade and wipe,
    on the first frame after each jump cut in the midst of a piece, and those of the recipe."""
    own = [piece for piece in pieces if piece.source == of.number]
    if settings.markers:
        yield from _transition_marks(of, own)
        yield from _jump_cut_marks(of, own)
        yield from _made_jump_marks(of, pieces)
    for when, name in settings.marks:
        yield from _recipe_marks(of, own, when, name)


def _transition_marks(of: Material, pieces: Sequence[Piece]) -> Iterator[Mark]:
    for one in of.believed:
        if one.transition.type != "cut" and _is_played(pieces, *one.mixed):
            yield _mark(of, one)


def _jump_cut_marks(of: Material, pieces: Sequence[Piece]) -> Iterator[Mark]:
    """Where the edit cuts anyway there is none."""
    for one in of.analysis.jump_cuts or ():
        if any(piece.start < one.last_before + 1 < piece.stop for piece in pieces):
            yield _jump_mark(of, one)


def _made_jump_marks(of: Material, pieces: Sequence[Piece]) -> Iterator[Mark]:
    """Where the edit itself leaves out time within a shot."""
    cuts = [one.cut for one in of.believed]
    for before, after in pairwise(pieces):
        if not before.source == after.source == of.number or after.start <= before.stop:
            continue
        if bisect_left(cuts, before.stop) == bisect_right(cuts, after.start):
            yield _made_jump_mark(of, before.stop, after.start)


def _made_jump_mark(of: Material, stop: int, start: int) -> Mark:
    first, last = of.clock.frame(stop), of.clock.frame(start)
    seconds = float((last - first) / of.clock.rate)
    comment = f"{seconds:.2f} s of this shot left out before {of.stamp(last)}"
    return Mark(
        of.number, start, start + 1, "jump_cut", "jump cut", comment, None, {"frames": last - first}
    )


def _recipe_marks(
    of: Material, pieces: Sequence[Piece], when: Expression, name: str
) -> Iterator[Mark]:
    kind = re.sub(r"\W+", "_", name.lower()).strip("_") or "mark"
    for span in runs(evaluate(when, of.scope)):
        piece = of.piece(span)
        if piece.start < piece.stop and _is_played(pieces, piece.start, piece.stop):
            said = "; ".join(filter(None, (when.text, measured(of, when, span))))
            places = f"{of.stamp(span[0])} to {of.stamp(span[1] - 1)}"
            numbers = {"frames": span[1] - span[0]}
            yield Mark(
                of.number, piece.start, piece.stop, kind, name, f"{places}: {said}", None, numbers
            )


def _is_played(pieces: Sequence[Piece], start: int, stop: int) -> bool:
    return any(piece.start < stop and start < piece.stop for piece in pieces)


def _mark(of: Material, one: Believed) -> Mark:
    start, stop = one.mixed
    first, last = of.clock.frame(start), of.clock.frame(stop)
    frames = max(last - first, 1)
    kind = one.transition.type
    if kind == "fade" and start == 0:
        kind_text = "fade in"
    elif kind == "fade" and stop >= of.length:
        kind_text = "fade out"
    else:
        kind_text = kind
    span = f"{of.stamp(first)} to {of.stamp(first + frames - 1)}"
    return Mark(
        source=of.number,
        start=start,
        stop=stop,
        kind=kind,
        name=f"{kind_text}, {frames} {'frame' if frames == 1 else 'frames'}",
        comment=(
            f"{kind_text.capitalize()} baked into the footage: {span}, "
            f"{one.transition.confidence:.0%} sure"
        ),
        confidence=round(one.transition.confidence, 4),
        numbers={"frames": frames},
    )


def _jump_mark(of: Material, jump: JumpCut) -> Mark:
    start = jump.last_before + 1
    place = of.stamp(of.clock.frame(start))
    return Mark(
        source=of.number,
        start=start,
        stop=start + 1,
        kind="jump_cut",
        name="jump cut",
        comment=f"Time left out within this shot before {place}, {jump.confidence:.0%} sure",
        confidence=round(jump.confidence, 4),
    )
