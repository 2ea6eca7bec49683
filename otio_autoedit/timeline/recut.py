"""An editor's timeline shortened by a recipe: what to keep is decided as for footage, over what the
timeline plays, and every track gives up the same frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import opentimelineio as otio

from otio_autoedit.analysis.record import Analysis
from otio_autoedit.edit.expressions import evaluate
from otio_autoedit.edit.ground import Change, Ground
from otio_autoedit.edit.material import worth_of
from otio_autoedit.edit.parameters import PARAMETERS
from otio_autoedit.edit.recipes import Recipe
from otio_autoedit.edit.selection import Candidate, Chosen, select
from otio_autoedit.edit.settings import Settings, of_the_edit
from otio_autoedit.edit.signal import Values
from otio_autoedit.edit.spans import spans_of
from otio_autoedit.edit.windows import split_long
from otio_autoedit.errors import OptionError
from otio_autoedit.options import plain
from otio_autoedit.timeline.flat import timeline_rate
from otio_autoedit.timeline.metadata import KEY
from otio_autoedit.timeline.shorten import shorten
from otio_autoedit.timeline.timeline_scope import TimelineScope

_OF_NEW_JOINS = ("transition", "fade", "j_cut", "l_cut", "reframe", "rate")
_OF_A_CHOICE = ("alternates", "variety")


def recut(
    timeline: otio.schema.Timeline,
    analyses: Mapping[str, Analysis],
    recipe: Recipe,
    options: Mapping[str, object],
) -> otio.schema.Timeline:
    """A new timeline: what ``recipe`` keeps of ``timeline``, with its tracks, media, effects and
    metadata, at its own rate.

    ``analyses`` are of the files that it plays, by the URL that `timeline_scope.media_of` gives; of
    a file that is not among them nothing is known. What was decided stands in
    ``metadata["autoedit"]["recut"]``: ``recipe``, ``options``, ``spans`` (frames of the timeline
    given, each with its ``worth``), ``notes``. Raises OptionError, RecipeError, and AutoEditError
    where nothing is left.
    """
    given = recipe.read(options)
    settings = Settings.of(recipe, given, timeline_rate(timeline))
    if settings.snap == "sentences":
        raise OptionError("snap=sentences: not for a timeline, only for footage")
    scope = TimelineScope(timeline, analyses, threshold=settings.threshold, zones=settings.zones)
    weight = worth_of(settings.weight, scope)
    ground = Ground(*_part(timeline, scope, settings))
    ground = Ground(ground.start, ground.stop, _within(scope, ground))
    chosen = _chosen(scope, weight, ground, settings)
    result = shorten(timeline, [(one.start, one.stop) for one in chosen])
    if given["name"]:
        result.name = str(given["name"])
    ours = dict(result.metadata.get(KEY) or {})
    ours["recut"] = {
        "recipe": recipe.name,
        "options": of_the_edit(given),
        "spans": [
            {"start": one.start, "stop": one.stop, "worth": _worth(weight, one)} for one in chosen
        ],
        "notes": _notes(recipe, given),
    }
    result.metadata[KEY] = ours
    return result


def _chosen(
    scope: TimelineScope, weight: Values, ground: Ground, settings: Settings
) -> list[Chosen]:
    """The spans that play, in the order in which they do."""
    spans = spans_of(
        evaluate(settings.keep, scope),
        evaluate(settings.avoid, scope),
        ground,
        settings.shape,
        units=[one for one in ground.shots if one[0] < one[1]] if settings.snap == "shots" else (),
        weight=weight if settings.weight.calls else None,
    )
    least, longest = settings.shape.min_clip, settings.shape.max_clip or None
    candidates: list[Candidate] = []
    for start, stop in spans:
        values = weight[start:stop]
        best = start + int(np.argmax(values))
        whole = Candidate(0, start, stop, (best, best + 1), values)
        candidates += split_long(whole, least, longest) if settings.target else [whole]
    kept = [
        _clean(one, ground, settings)
        for one in select(candidates, settings.target or None, min_clip=max(least, 1)).kept
    ]
    kept = [one for one in kept if one.start < one.stop]
    if settings.order == "score":
        return sorted(kept, key=lambda one: (-_worth(weight, one), one.start))
    return sorted(kept, key=lambda one: one.start)


def _clean(one: Chosen, ground: Ground, settings: Settings) -> Chosen:
    """What was chosen, never from or into a part of a transition where it was made shorter."""
    if not settings.target:
        return one
    start, stop = ground.clean((one.start, one.stop), settings.shape.flash)
    return replace(one, start=start, stop=stop)


def _part(
    timeline: otio.schema.Timeline, scope: TimelineScope, settings: Settings
) -> tuple[int, int]:
    """The frames between the places that ``start`` and ``end`` name, by the timeline's timecode."""
    begins = timeline.global_start_time
    stamp = round(begins.rescaled_to(float(scope.rate)).value) if begins is not None else 0
    places = (settings.start, settings.end)
    first, last = (one.frame(scope.rate, scope.length, stamp) if one else None for one in places)
    start = 0 if first is None else max(first, 0)
    stop = scope.length if last is None else min(last, scope.length)
    if start >= stop:
        raise OptionError(
            f"start={settings.start}, end={settings.end}: nothing of the timeline lies between them"
        )
    return start, stop


def _within(scope: TimelineScope, ground: Ground) -> tuple[Change, ...]:
    return tuple(
        one for one in scope.changes if ground.start < one.first and one.stop < ground.stop
    )


def _worth(weight: Values, one: Chosen) -> float:
    return round(float(weight[one.start : one.stop].mean(dtype=np.float64)), 6)


def _notes(recipe: Recipe, given: Mapping[str, object]) -> Sequence[str]:
    """What was asked for that shortening leaves as the editor has it."""
    neutral = {one.name: plain(one.read(one.default)) for one in PARAMETERS}
    usual = {name: plain(value) for name, value in recipe.read({}).items()}
    asked = [n for n in _OF_NEW_JOINS if plain(given.get(n)) != neutral.get(n)]
    asked += [n for n in _OF_A_CHOICE if plain(given.get(n)) != usual.get(n)]
    return [f"{name}={plain(given[name])}: not for a timeline, left as it is" for name in asked]
