"""Footage in, timeline out: the whole way through the house in one call."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from otio_autoedit.analysis.choices import DETECTOR, SEGMENTER, SPEECH_DETECTOR
from otio_autoedit.edit.general import RECIPE
from otio_autoedit.edit.recipes import Recipe
from otio_autoedit.edit.recipes import recipe as find_recipe
from otio_autoedit.errors import OptionError
from otio_autoedit.options import Option, option_name
from otio_autoedit.progress import ProgressCallback
from otio_autoedit.recutting import cut_timeline, is_timeline

if TYPE_CHECKING:
    import opentimelineio as otio

    from otio_autoedit.analysis.record import Analysis

FilePath = str | os.PathLike[str]


def cut(
    media: FilePath | Sequence[FilePath],
    recipe: str | os.PathLike[str] | Recipe = "shots",
    *,
    progress: ProgressCallback | None = None,
    store: Any = ...,
    **options: object,
) -> otio.schema.Timeline:
    """The timeline that ``recipe`` makes of one media file, or of several.

    Args:
        media: films, sounds, stills: several become one timeline at the first film's rate. Or a
            timeline (.otio, .edl, .xml ...), which is shortened.
        recipe: the name of a recipe, or a ``.toml`` file.
        progress: called some ten times a second; may raise `Cancelled`.
        store: an analysis store, None to keep nothing; otherwise the user's own.
        options: those of the recipe and those of every recipe (``otio-autoedit recipes``).

    Raises:
        MediaError: a file cannot be read.
        OptionError: an option, or a value, that there is not.
        RecipeError: a recipe that there is not, or that says what a recipe cannot.

    Example:
        >>> timeline = cut("match.mp4", min_clip="12f")  # doctest: +SKIP
    """
    chosen, given = read_cut_options({"recipe": recipe, **options})
    files = [media] if isinstance(media, str | os.PathLike) else list(media)
    if not files:
        raise OptionError("nothing to cut: name at least one media file")
    look = _looker(chosen, given, store, progress)
    if any(map(is_timeline, files)):
        if len(files) > 1:
            raise OptionError("a timeline is cut by itself: name it alone")
        return cut_timeline(files[0], chosen, given, look)
    return _laid_out([look(path) for path in files], chosen, given)


def cut_options(recipe: str | os.PathLike[str] | Recipe = "shots") -> tuple[Option, ...]:
    """Every option of a cut with that recipe, ``recipe`` itself first."""
    chosen = recipe if isinstance(recipe, Recipe) else find_recipe(recipe)
    return (RECIPE, *chosen.all_options)


def read_cut_options(
    options: Mapping[str, object], *, where: str = ""
) -> tuple[Recipe, dict[str, Any]]:
    """The recipe that ``options`` name under "recipe", and the values of all its options.

    ``where`` is how messages call an option: ``-a`` for OTIO's, ``--`` for the command line's. What
    was read may be read again. Raises OptionError and RecipeError.
    """
    named: object = None
    rest = {}
    for name, value in options.items():
        if option_name(name) == RECIPE.name:
            named = value
        else:
            rest[name] = value
    chosen = named if isinstance(named, Recipe) else find_recipe(str(RECIPE.read(named)))
    return chosen, chosen.read(rest, where=where)


def _looker(
    recipe: Recipe, given: dict[str, object], store: Any, progress: ProgressCallback | None
) -> Callable[[FilePath], Analysis]:
    """What analyses a file for that recipe."""
    from otio_autoedit.analysis.pipeline import DEFAULT, analyze

    keep = (DEFAULT if store is ... else store) if given["cache"] else None
    threshold = given.get("threshold")
    assert threshold is None or isinstance(threshold, float)
    return lambda path: analyze(
        path, recipe.needs_of(given), device=str(given["device"]), threshold=threshold,
        shot_network=str(given["shot_network"]), store=keep, progress=progress,
        detector=_network(given, DETECTOR), segmenter=_network(given, SEGMENTER),
        speech_detector=_network(given, SPEECH_DETECTOR),
    )  # fmt: skip


def _network(given: Mapping[str, object], option: Option) -> str | None:
    """The network asked for; None where the recipe has no use for one."""
    return str(given[option.name]) if option.name in given else None


def _laid_out(
    analyses: Sequence[Analysis], recipe: Recipe, given: dict[str, object]
) -> otio.schema.Timeline:
    from otio_autoedit.edit.decide import make_plan
    from otio_autoedit.timeline.build import build_timeline

    return build_timeline(make_plan(analyses, recipe, given))
