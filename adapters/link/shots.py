"""The shot changes of a linked clip's media, as markers on the clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_autoedit.adapters.link.fit import Fit, Span, time_range
from otio_autoedit.adapters.link.marks import Change, Edge, Miss, inside, misses
from otio_autoedit.adapters.link.relink import ours_of
from otio_autoedit.analysis.record import Analysis
from otio_autoedit.timeline.metadata import KEY as OURS

WATCHED = "watched"  # under OURS on a clip: the part of its source whose shot changes were marked
MISSED = "missed"  # by how many frames each end misses a shot boundary
MISS_KIND = "missed_cut"  # of a marker; else its kind is the transition's

_Color = otio.schema.MarkerColor
# As the timelines that we build have them.
_GRADUAL_COLORS = {"dissolve": _Color.PURPLE, "fade": _Color.BLUE, "wipe": _Color.ORANGE}


@dataclass(frozen=True, slots=True)
class Marked:
    """What was put on a clip."""

    changes: int
    missed: int


def mark(clip: otio.schema.Clip, analysis: Analysis, fit: Fit, *, retimed: bool) -> Marked:
    """Puts a marker on each shot change that the clip plays, and on each end that misses one.

    Marks of an earlier conversion go. A retimed clip gets no marks inside, whose places are not
    those of its media, only one at its head.
    """
    span = Span.of(clip.trimmed_range())
    start, stop = round(span.start), round(span.stop)
    changes = changes_in(analysis, fit)
    missed = misses(changes, start, stop, _cut_edges(clip, retimed))
    seen = [] if retimed else inside(changes, start, stop, missed)
    _take_off_marks(clip)
    clip.markers.extend(_change_marker(change, span.rate) for change in seen)
    clip.markers.extend(_miss_marker(miss, start, stop, span.rate) for miss in missed)
    ours = ours_of(clip)
    ours[WATCHED] = [start, stop]
    ours.pop(MISSED, None)
    if missed:
        ours[MISSED] = {miss.edge: miss.frames for miss in missed}
    clip.metadata[OURS] = ours
    return Marked(len(seen), len(missed))


def is_marked(clip: otio.schema.Clip) -> bool:
    """True where the clip was marked for just what it plays now: nothing is to be added, and what
    somebody took off since stays off."""
    watched = ours_of(clip).get(WATCHED)
    try:
        span = Span.of(clip.trimmed_range())
    except otio.exceptions.OTIOError:
        return False
    return watched is not None and list(watched) == [round(span.start), round(span.stop)]


def changes_in(analysis: Analysis, fit: Fit) -> list[Change]:
    """The analysis's transitions in the clip's time."""
    from otio_autoedit.media.timing import edit_frame

    length = analysis.media.frame_count

    def at(source_frame: int) -> int:
        return fit.clip_frame(edit_frame(analysis.index, min(source_frame, length)))

    return [
        Change(
            at(one.last_before + 1),
            at(one.first_after),
            one.type,
            one.confidence,
            head=one.last_before < 0,
            tail=one.first_after >= length,
        )
        for one in analysis.transitions or ()
    ]


def _cut_edges(clip: otio.schema.Clip, retimed: bool) -> Sequence[Edge]:
    """The ends of the clip that are cuts: no transition of the timeline lies over them, and it is
    known which frame of the media stands there."""
    edges: list[Edge] = ["in", "out"]
    if retimed:
        if not _runs_forward(clip):
            return ()
        edges.remove("out")
    parent = clip.parent()
    if not isinstance(parent, otio.schema.Track):
        return edges
    before, after = parent.neighbors_of(clip)
    if isinstance(before, otio.schema.Transition) and "in" in edges:
        edges.remove("in")
    if isinstance(after, otio.schema.Transition) and "out" in edges:
        edges.remove("out")
    return edges


def _runs_forward(clip: otio.schema.Clip) -> bool:
    warps = [effect for effect in clip.effects if isinstance(effect, otio.schema.TimeEffect)]
    return all(getattr(warp, "time_scalar", 0.0) > 0 for warp in warps)


def _take_off_marks(clip: otio.schema.Clip) -> None:
    """Takes off what an earlier conversion put on; other people's markers stay."""
    kept = [marker for marker in clip.markers if OURS not in marker.metadata]
    if len(kept) != len(clip.markers):
        clip.markers[:] = kept


def _change_marker(change: Change, rate: Fraction) -> otio.schema.Marker:
    length = max(1, change.stop - change.start)
    if change.gradual:
        name = f"{change.kind}, {length} frame{'s' * (length > 1)}"
        comment = f"{change.kind.capitalize()} in the footage itself, {change.confidence:.0%} sure"
    else:
        name = "shot change"
        comment = f"Another shot begins here, {change.confidence:.0%} sure"
    color = _GRADUAL_COLORS.get(change.kind, _Color.GREEN)
    return _marker(name, comment, color, change.start, length, rate, change, change.kind)


def _miss_marker(miss: Miss, start: int, stop: int, rate: Fraction) -> otio.schema.Marker:
    where = "beginning" if miss.edge == "in" else "end"
    count = abs(miss.frames)
    frames = f"{count} frame{'s' * (count > 1)}"
    if miss.shows:
        what = f"the {miss.change.kind}" if miss.change.gradual else "another shot"
        comment = f"The {where} of this clip shows {frames} of {what}"
    else:
        comment = f"The {where} of this clip lacks {frames} of its shot"
    comment += f" ({miss.change.confidence:.0%} sure)"
    at = start if miss.edge == "in" else stop - 1
    extra = {"edge": miss.edge, "frames": miss.frames}
    return _marker(miss.name, comment, _Color.RED, at, 1, rate, miss.change, MISS_KIND, extra)


def _marker(
    name: str,
    comment: str,
    color: str,
    start: int,
    length: int,
    rate: Fraction,
    change: Change,
    kind: str,
    extra: dict[str, Any] | None = None,
) -> otio.schema.Marker:
    return otio.schema.Marker(
        name=name,
        marked_range=time_range(start, length, rate),
        color=color,
        comment=comment,
        metadata={
            OURS: {
                "kind": kind,
                "span": [start, start + length],
                "confidence": round(change.confidence, 4),
                **(extra or {}),
            },
            "Resolve_OTIO": {"Note": comment},  # Resolve drops the comment
        },
    )
