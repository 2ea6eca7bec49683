"""Marks on what is baked into the footage, with texts for people."""

from __future__ import annotations

from otio_autoedit.analysis.record import JumpCut
from otio_autoedit.edit.draft import Believed, Draft
from otio_autoedit.edit.plan import Mark
from otio_autoedit.media.timecode import timecode_from_frames


def transition_marks(draft: Draft) -> tuple[Mark, ...]:
    """A mark over every dissolve, fade and wipe of which the draft's pieces show anything."""
    return tuple(
        _mark(draft, one)
        for one in draft.believed
        if one.transition.type != "cut" and _is_played(draft, *one.mixed)
    )


def jump_cut_marks(draft: Draft) -> tuple[Mark, ...]:
    """A mark on the first frame after every jump cut in the midst of a piece; where the draft cuts
    anyway there is none."""
    return tuple(
        _jump_mark(draft, one)
        for one in draft.analysis.jump_cuts or ()
        if any(piece.start < one.last_before + 1 < piece.stop for piece in draft.pieces)
    )


def _is_played(draft: Draft, start: int, stop: int) -> bool:
    return any(piece.start < stop and start < piece.stop for piece in draft.pieces)


def _mark(draft: Draft, one: Believed) -> Mark:
    start, stop = one.mixed
    first, last = draft.clock.frame(start), draft.clock.frame(stop)
    frames = max(last - first, 1)
    kind = one.transition.type
    if kind == "fade" and start == 0:
        kind_text = "fade in"
    elif kind == "fade" and stop >= draft.length:
        kind_text = "fade out"
    else:
        kind_text = kind
    span = f"{_stamp(draft, first)} to {_stamp(draft, first + frames - 1)}"
    return Mark(
        source=draft.number,
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


def _jump_mark(draft: Draft, jump: JumpCut) -> Mark:
    start = jump.last_before + 1
    place = _stamp(draft, draft.clock.frame(start))
    return Mark(
        source=draft.number,
        start=start,
        stop=start + 1,
        kind="jump_cut",
        name="jump cut",
        comment=f"Time left out within this shot before {place}, {jump.confidence:.0%} sure",
        confidence=round(jump.confidence, 4),
    )


def _stamp(draft: Draft, frame: int) -> str:
    """The timecode of a frame, as the file's own timecode counts; seconds where timecode has no
    such rate."""
    media, rate = draft.clock.source.media, draft.clock.rate
    drop = ";" in media.start_timecode and rate == media.edit_rate
    try:
        return timecode_from_frames(draft.clock.start + frame, rate, drop=drop)
    except ValueError:
        return f"{float(frame / rate):.2f} s"
