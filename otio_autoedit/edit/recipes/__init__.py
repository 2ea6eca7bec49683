"""Recipes: ways to cut, written as data.

A recipe is a TOML file: what it is called, and what it sets of the parameters (`edit.parameters`).
It may declare options of its own, which its values and expressions use as ``$name``, marks, and
words for why a piece plays. A person's own file may build on another recipe::

    name = "calm"
    summary = "Shots of at least two seconds, none of them dark."
    extends = "shots"
    avoid = "brightness < $darkest"
    min_clip = "2s"

    [options.darkest]
    kind = "number"
    default = 0.05
    help = "What is darker is left out."

    [[mark]]
    when = "lasting(silence, 5s)"
    name = "silence"

    [because]
    "somebody speaks" = "speech > 0.5"
    "the light changes" = "within(abs(brightness - smooth(brightness, 2s)) > 0.2, 1s)"

The reason that a piece gives has the words of each condition under ``[because]`` that holds in a
tenth of it or more, in their order, then what was measured. Where none holds, or a recipe has no
such table, it has those of the conditions joined by "or" in ``keep`` that hold. A recipe takes the
words of the one it builds on as long as it keeps what that one keeps; where another ``keep`` is
given on the command line, the words of the recipe are not said.
"""

from __future__ import annotations

import os
import tomllib
from importlib import resources
from pathlib import Path

from otio_autoedit.edit.recipes.reading import read_recipe
from otio_autoedit.edit.recipes.record import MarkRule, Recipe
from otio_autoedit.errors import RecipeError, did_you_mean
from otio_autoedit.options import one_line

__all__ = ["MarkRule", "Recipe", "recipe", "recipe_text", "recipes"]

_LARGEST = 256 * 1024
_DEEPEST = 8


def recipes() -> list[Recipe]:
    """The recipes that come with the package, by name."""
    return [recipe(name) for name in sorted(_shipped())]


def recipe(name_or_path: str | os.PathLike[str]) -> Recipe:
    """The recipe of that name, or in that ``.toml`` file. Raises RecipeError."""
    return _load(os.fspath(name_or_path), 0)


def recipe_text(name_or_path: str | os.PathLike[str]) -> str:
    """The TOML of a recipe, to copy and change. Raises RecipeError."""
    return _text(os.fspath(name_or_path))[1]


def _load(name: str, depth: int) -> Recipe:
    if depth > _DEEPEST:
        raise RecipeError(f"recipe {one_line(name)!r} extends itself")
    where, text = _text(name)
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecipeError(f"recipe {where}: no TOML ({one_line(error)})") from None
    return read_recipe(where, data, lambda base: _load(_beside(where, base), depth + 1))


def _beside(where: str, base: str) -> str:
    """A recipe that another one builds on: a file beside it, or a name."""
    near = Path(where).parent / base
    beside = base.endswith(".toml") and not Path(base).is_absolute() and near.is_file()
    return str(near) if beside else base


def _shipped() -> dict[str, str]:
    folder = resources.files(__package__)
    names = (entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    return {name.removesuffix(".toml"): name for name in names}


def _text(name: str) -> tuple[str, str]:
    """How messages call a recipe, and its text."""
    shipped = _shipped()
    key = name.strip().lower()
    if key in shipped:
        return key, (resources.files(__package__) / shipped[key]).read_text("utf-8")
    path = Path(name).expanduser()
    if path.suffix.lower() != ".toml" and not path.is_file():
        raise RecipeError(f"no recipe {one_line(name)!r}{did_you_mean(key, shipped)}")
    where = one_line(path)
    if path.exists() and not path.is_file():
        raise RecipeError(f"recipe {where}: not a file")
    try:
        if path.stat().st_size > _LARGEST:
            raise RecipeError(f"recipe {where}: larger than a recipe can be (256 KiB)")
        return where, path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a UTF-8 text"
        raise RecipeError(f"recipe {where}: {reason}") from None
