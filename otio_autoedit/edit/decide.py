"""The deciding: analyses and a recipe become an `EditPlan`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal, cast

from otio_autoedit.analysis.record import Analysis
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.draft import Draft
from otio_autoedit.edit.plan import EditPlan, Piece, Source
from otio_autoedit.edit.recipes import Recipe, Step
from otio_autoedit.edit.rules import RULES
from otio_autoedit.edit.shots import clean_spans, join_short
from otio_autoedit.errors import OptionError
from otio_autoedit.media.info import MediaInfo
from otio_autoedit.options import Duration, plain, read_options

_NOT_OF_THE_EDIT = ("device", "cache")  # how it was made, not what


def make_plan(
    analyses: Sequence[Analysis], recipe: Recipe, options: Mapping[str, object]
) -> EditPlan:
    """The edit that ``recipe`` makes of ``analyses``, one file after the other.

    ``options`` are the recipe's own and the general ones, as written or as read; what is missing
    has its default. The same input gives the same plan. Raises OptionError.
    """
    if not analyses:
        raise OptionError("nothing to cut: name at least one media file")
    given = read_options(options, recipe.all_options, where="")
    rate = _rate(analyses, given["rate"])
    sources = _sources(analyses, rate, given["still"])
    drafts = [
        _applied(_draft(number, analysis, source, rate), recipe.steps, given)
        for number, (analysis, source) in enumerate(zip(analyses, sources, strict=True))
    ]
    pieces = [piece for draft in drafts for piece in _finished(draft)]
    return EditPlan(
        name=str(given["name"] or _title(sources)),
        sources=tuple(sources),
        pieces=tuple(pieces),
        rate=rate,
        size=next((s.media.display_size for s in sources if s.media.kind != "audio"), (0, 0)),
        marks=tuple(mark for draft in drafts for mark in draft.marks),
        audio=cast(Literal["linked", "none"], given["audio"]),
        recipe=recipe.name,
        start_timecode=str(given["start_timecode"] or ""),
        options={k: plain(v) for k, v in given.items() if k not in _NOT_OF_THE_EDIT},
    )


def _rate(analyses: Sequence[Analysis], asked: object) -> Fraction:
    """The rate asked for, else that of the first file with pictures that move, else the first's."""
    if isinstance(asked, Fraction):
        return asked
    moving = [one.media.edit_rate for one in analyses if one.media.kind == "video"]
    return moving[0] if moving else analyses[0].media.edit_rate


def _sources(analyses: Sequence[Analysis], rate: Fraction, still: object) -> list[Source]:
    assert isinstance(still, Duration)
    result = []
    for analysis, label in zip(analyses, _labels(a.media.path for a in analyses), strict=True):
        media = analysis.media
        notes = media.notes
        if media.kind == "still":
            frames = max(still.frames(rate), 1)
            media = replace(media, edit_rate=rate, duration_frames=frames, start_frame=0)
        elif media.edit_rate != rate:
            notes += (f"conformed by time from {_fps(media.edit_rate)} to {_fps(rate)} fps",)
        notes += _left_out(media)
        result.append(Source(replace(media, notes=notes), analysis.index, label))
    return result


def _left_out(media: MediaInfo) -> tuple[str, ...]:
    """Notes on sound that outlasts the picture by more than an encoder's rounding."""
    if media.kind != "video":
        return ()
    end = media.duration_frames / media.edit_rate
    over = {audio.number: float(audio.start + audio.duration - end) for audio in media.audio}
    return tuple(
        f"sound {number + 1} goes on {seconds:.1f} s after the last picture: left out"
        for number, seconds in over.items()
        if seconds >= 1
    )


def _draft(number: int, analysis: Analysis, source: Source, rate: Fraction) -> Draft:
    media = source.media
    length = media.frame_count if media.kind == "video" else media.duration_frames
    return Draft(number, analysis, Clock(source, rate), (Piece(number, 0, length),))


def _applied(draft: Draft, steps: Iterable[Step], given: Mapping[str, object]) -> Draft:
    for step in steps:
        rule = RULES[step.rule]
        parameters = {}
        for parameter in rule.parameters:
            value = step.parameters.get(parameter.name, parameter.default)
            if isinstance(value, str) and value.startswith("$"):
                value = given[value[1:]]
            parameters[parameter.name] = parameter.read(value)
        draft = rule.apply(draft, parameters)
    return draft


def _finished(draft: Draft) -> list[Piece]:
    """The draft's pieces, each long enough to be seen, with a name, a reason and its clean span."""
    pieces = join_short(draft, 1).pieces
    digits = max(3, len(str(len(pieces))))
    label = draft.clock.source.label
    if draft.clock.source.media.kind != "video":
        return [replace(piece, name=label) for piece in pieces]
    ends = _ends(draft)
    asked = "the place asked for"
    return [
        replace(
            piece,
            name=f"{label} {number:0{digits}d}",
            reason=f"{ends.get(piece.start, asked)} to {ends.get(piece.stop, asked)}",
            clean=clean,
        )
        for number, (piece, clean) in enumerate(
            zip(pieces, clean_spans(pieces, draft.believed), strict=True), 1
        )
    ]


def _ends(draft: Draft) -> dict[int, str]:
    """What stands at each source frame where a piece may begin or end."""
    ends = {0: "the file's head", draft.length: "the file's end"}
    for one in draft.believed:
        ends[one.cut] = f"{one.transition.type} ({one.transition.confidence:.0%} sure)"
    return ends


def _labels(paths: Iterable[str]) -> list[str]:
    """What to call each file's clips: its name without suffix, made safe, none like another."""
    result: list[str] = []
    for path in paths:
        stem = os.path.splitext(os.path.basename(path))[0]
        stem = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in stem)).strip()
        label, again = stem[:80] or "media", 2
        while label in result:
            label, again = f"{stem[:80] or 'media'} ({again})", again + 1
        result.append(label)
    return result


def _title(sources: Sequence[Source]) -> str:
    more = len(sources) - 1
    return sources[0].label + (f" and {more} more" if more else "")


def _fps(rate: Fraction) -> str:
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")
