"""The rules that recipes are made of: each declared once, with its parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from otio_autoedit.edit import shots
from otio_autoedit.edit.draft import Draft
from otio_autoedit.edit.marks import jump_cut_marks, transition_marks
from otio_autoedit.errors import OptionError
from otio_autoedit.options import Duration, Option, Position


@dataclass(frozen=True, slots=True)
class Rule:
    """A step from one draft to the next. ``parameters`` are what a recipe may give it, ``needs``
    the stage of an analysis that it reads, "" for none."""

    name: str
    summary: str
    apply: Callable[[Draft, Mapping[str, object]], Draft]
    parameters: tuple[Option, ...] = ()
    needs: str = ""


def _shots(draft: Draft, given: Mapping[str, object]) -> Draft:
    threshold = given["threshold"]
    assert threshold is None or isinstance(threshold, float)
    found = draft.analysis.transitions or ()
    return shots.split(draft, shots.believe(found, draft.length, draft.clock, threshold or 0.0))


def _part(draft: Draft, given: Mapping[str, object]) -> Draft:
    start, end = given["start"], given["end"]
    if draft.clock.source.media.kind == "still" or (start is None and end is None):
        return draft
    first = _place(draft, "start", start) if isinstance(start, Position) else 0
    last = _place(draft, "end", end) if isinstance(end, Position) else draft.clock.length
    path = draft.clock.source.media.path
    if first >= draft.clock.length:
        seconds = float(draft.clock.length / draft.clock.rate)
        raise OptionError(f"start={start} lies beyond the end of {path} ({seconds:.2f} s)")
    if last <= first:
        raise OptionError(f"start={start}, end={end}: nothing of {path} lies between them")
    # A source frame is taken whole: what is on screen at either place is in.
    return shots.trim(draft, draft.clock.source_frame(first), _first_from(draft, last))


def _place(draft: Draft, name: str, position: Position) -> int:
    """The timeline frame, from the file's head, that an option names; the end at most."""
    clock = draft.clock
    drop = ";" in clock.source.media.start_timecode
    frame = position.frame(clock.rate, clock.length, clock.start, drop=drop)
    if frame < 0 and name == "start":
        return 0
    return min(frame, clock.length)


def _first_from(draft: Draft, frame: int) -> int:
    """The first source frame that starts to show at ``frame`` or later."""
    at = draft.clock.source_frame(frame)
    while at < draft.length and draft.clock.frame(at) < frame:
        at += 1
    return at


def _join_short(draft: Draft, given: Mapping[str, object]) -> Draft:
    length = given["shorter_than"]
    assert isinstance(length, Duration)
    return shots.join_short(draft, length.frames(draft.clock.rate))


def _mark_transitions(draft: Draft, given: Mapping[str, object]) -> Draft:
    if not given["on"]:
        return draft
    return replace(draft, marks=draft.marks + transition_marks(draft))


def _mark_jump_cuts(draft: Draft, given: Mapping[str, object]) -> Draft:
    if not given["on"]:
        return draft
    return replace(draft, marks=draft.marks + jump_cut_marks(draft))


RULES = {
    rule.name: rule
    for rule in (
        Rule(
            "shots",
            "a piece for each shot, cut in the middle of each transition",
            _shots,
            (
                Option(
                    "threshold", "number", None, "Least confidence; otherwise the network's own.",
                    minimum=0, maximum=1,
                ),
            ),
            needs="shots",
        ),
        Rule(
            "part",
            "only what lies between two places of the file",
            _part,
            (
                Option("start", "position", None, "Begin here."),
                Option("end", "position", None, "End here."),
            ),
        ),
        Rule(
            "join_short",
            "short pieces join the neighbour across the less sure cut",
            _join_short,
            (Option("shorter_than", "duration", 0, "What is short."),),
        ),
        Rule(
            "mark_transitions",
            "a mark over every dissolve, fade and wipe in the footage",
            _mark_transitions,
            (Option("on", "flag", True, "Whether to."),),
        ),
        Rule(
            "mark_jump_cuts",
            "a mark where the footage leaves out time within a shot",
            _mark_jump_cuts,
            (Option("on", "flag", True, "Whether to."),),
        ),
    )
}  # fmt: skip
