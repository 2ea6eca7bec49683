"""The deciding: analyses and a recipe become an `EditPlan`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Literal, cast

from otio_autoedit.analysis.record import Analysis
from otio_autoedit.edit.choice import Choice, Pick, choose
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.joins import lay_joins
from otio_autoedit.edit.marks import marks_of
from otio_autoedit.edit.material import Material, check_transcript, material
from otio_autoedit.edit.plan import EditPlan, Framing, Piece
from otio_autoedit.edit.reasons import reason, signals
from otio_autoedit.edit.recipes import Recipe
from otio_autoedit.edit.reframe import frame_pieces
from otio_autoedit.edit.settings import Settings, of_the_edit
from otio_autoedit.edit.shots import clean_spans
from otio_autoedit.edit.sources import edit_rate, edit_size, sources_of, title
from otio_autoedit.errors import OptionError


def make_plan(
    analyses: Sequence[Analysis], recipe: Recipe, options: Mapping[str, object]
) -> EditPlan:
    """The edit that ``recipe`` makes of ``analyses``: chosen across all files, in their order.

    ``options`` are those of the recipe, as written or as read; what is missing has its default. The
    same input gives the same plan. Raises OptionError.
    """
    if not analyses:
        raise OptionError("nothing to cut: name at least one media file")
    given = recipe.read(options)
    rate = edit_rate(analyses, given["rate"])
    settings = Settings.of(recipe, given, rate)
    check_transcript(settings.transcript, len(analyses))
    sources = sources_of(analyses, rate, given["still"])
    materials = [
        material(number, analysis, Clock(source, rate), settings)
        for number, (analysis, source) in enumerate(zip(analyses, sources, strict=True))
    ]
    choice = choose(materials, settings)
    pieces = _pieces(choice.kept, materials, settings, choice)
    clocks, believed = [one.clock for one in materials], [one.believed for one in materials]
    joins, notes = lay_joins(pieces, clocks, believed, settings.joins)
    size = edit_size(sources, settings.aspect)
    framing: tuple[Framing, ...] = ()
    if settings.aspect is not None:
        framing = frame_pieces(pieces, analyses, clocks, believed, size, follow=settings.follow)
    return EditPlan(
        name=str(given["name"] or title(sources)),
        sources=tuple(sources),
        pieces=pieces,
        alternates=_pieces(choice.alternates, materials, settings, choice),
        joins=joins,
        marks=tuple(mark for one in materials for mark in marks_of(one, pieces, settings)),
        rate=rate,
        size=size,
        framing=framing,
        audio=cast(Literal["linked", "none"], given["audio"]),
        recipe=recipe.name,
        start_timecode=str(given["start_timecode"] or ""),
        notes=(*choice.notes, *notes),
        options=of_the_edit(given),
    )


def _pieces(
    picks: Sequence[Pick], materials: Sequence[Material], settings: Settings, choice: Choice
) -> tuple[Piece, ...]:
    """The pieces that play what was picked, each with its name, its reason and its clean span."""
    names = _names(picks, materials)
    return tuple(
        _piece(materials[pick.source], pick, settings, choice, name)
        for pick, name in zip(picks, names, strict=True)
    )


def _piece(of: Material, pick: Pick, settings: Settings, choice: Choice, name: str) -> Piece:
    piece = of.piece(pick.span)
    clean = None
    if of.clock.source.media.kind == "video":
        (clean,) = clean_spans([piece], of.believed)
    return replace(
        piece,
        name=name,
        score=round(pick.worth, 6) if settings.weight.calls else None,
        reason=reason(of, pick, settings, choice.of),
        clean=clean,
        signals=signals(of, pick.span, settings),
    )


def _names(picks: Iterable[Pick], materials: Sequence[Material]) -> list[str]:
    """What pieces are called: after their file, with a number where a file gives several, which
    every film does."""
    picks = list(picks)
    counts, seen = Counter(pick.source for pick in picks), Counter[int]()
    names = []
    for pick in picks:
        source = materials[pick.source].clock.source
        seen[pick.source] += 1
        digits = max(3, len(str(counts[pick.source])))
        one = source.media.kind != "video" and counts[pick.source] == 1
        names.append(source.label if one else f"{source.label} {seen[pick.source]:0{digits}d}")
    return names
