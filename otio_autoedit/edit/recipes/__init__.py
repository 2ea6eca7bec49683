"""Recipes: ways to cut, written as data.

A recipe is a TOML file: what it is called, the rules it applies, in order, and the options it
takes. A rule's parameter is a value, or ``"$name"`` for the option of that name. A person's own
file may build on another recipe and change its defaults::

    name = "calm"
    summary = "Shots of at least two seconds."
    extends = "shots"

    [set]
    min_shot = "2s"
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

from otio_autoedit.analysis.choices import DETECTOR, OF_DETECTOR, OF_SEGMENTER, SEGMENTER
from otio_autoedit.edit.general import GENERAL, RECIPE
from otio_autoedit.edit.rules import RULES
from otio_autoedit.errors import RecipeError, did_you_mean
from otio_autoedit.options import Option, one_line

SCHEMA = 1
_LARGEST = 256 * 1024
_DEEPEST = 8
_KEYS = ("schema", "name", "summary", "extends", "set", "rules", "options")
_OPTION_KEYS = ("kind", "default", "help", "choices", "minimum", "maximum", "unit")


@dataclass(frozen=True, slots=True)
class Step:
    """A rule to apply, and its parameters as the recipe gives them."""

    rule: str
    parameters: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Recipe:
    """A way to cut. ``needs`` are the stages of an analysis that its rules read."""

    name: str
    summary: str
    options: tuple[Option, ...]
    steps: tuple[Step, ...]
    needs: tuple[str, ...]

    @property
    def all_options(self) -> tuple[Option, ...]:
        """Its own options, those of networks that it has use for, those that every recipe has."""
        networks = [
            option
            for option, needs in ((DETECTOR, OF_DETECTOR), (SEGMENTER, OF_SEGMENTER))
            if not needs.isdisjoint(self.needs)
        ]
        return (*self.options, *networks, *GENERAL)


def recipes() -> list[Recipe]:
    """The recipes that come with the package, by name."""
    return [recipe(name) for name in sorted(_shipped())]


def recipe(name_or_path: str | os.PathLike[str]) -> Recipe:
    """The recipe of that name, or in that ``.toml`` file. Raises RecipeError."""
    return _load(os.fspath(name_or_path), 0)


def _load(name: str, depth: int) -> Recipe:
    if depth > _DEEPEST:
        raise RecipeError(f"recipe {one_line(name)!r} extends itself")
    where, text = _text(name)
    try:
        data = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise RecipeError(f"recipe {where}: no TOML ({one_line(error)})") from None
    return _Reader(where, data, depth).recipe()


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


class _Reader:
    """Turns a recipe's data into a `Recipe`, and gathers all that is wrong with it."""

    def __init__(self, where: str, data: Mapping[str, object], depth: int) -> None:
        self.where, self.data, self.depth = where, data, depth
        self.wrong: list[str] = []

    def recipe(self) -> Recipe:
        self._check_names(self.data, _KEYS, "")
        if self.data.get("schema", SCHEMA) != SCHEMA:
            self.wrong.append(
                f"schema {self.data['schema']} is not known here (there is: {SCHEMA})"
            )
        base = self._base()
        options = {one.name: one for one in base.options} if base else {}
        options |= {one.name: one for one in self._options()}
        options = self._with_defaults(options)
        steps = self._steps(options) or (base.steps if base else ())
        if not steps:
            self.wrong.append('it has no rules; add [[rules]] or extends = "shots"')
        name = self._word("name")
        summary = self._word("summary") if "summary" in self.data or not base else base.summary
        if self.wrong:
            raise RecipeError(f"recipe {self.where}: " + "; ".join(map(one_line, self.wrong)))
        needs = dict.fromkeys(RULES[step.rule].needs for step in steps if RULES[step.rule].needs)
        return Recipe(name, summary, tuple(options.values()), steps, tuple(needs))

    def _base(self) -> Recipe | None:
        extends = self.data.get("extends")
        if extends is None:
            return None
        if not isinstance(extends, str):
            self.wrong.append("extends: must be a recipe's name")
            return None
        near = Path(self.where).parent / extends
        if extends.endswith(".toml") and not Path(extends).is_absolute() and near.is_file():
            extends = str(near)
        return _load(extends, self.depth + 1)

    def _word(self, key: str) -> str:
        value = self.data.get(key)
        if isinstance(value, str) and value.strip():
            return one_line(value.strip())
        self.wrong.append(f"{key} is missing")
        return ""

    def _options(self) -> list[Option]:
        table = self.data.get("options", {})
        if not isinstance(table, dict):
            self.wrong.append("options: must be tables, [options.NAME]")
            return []
        return [one for name, data in table.items() if (one := self._option(name, data))]

    def _option(self, name: str, data: object) -> Option | None:
        if not isinstance(data, dict):
            self.wrong.append(f"options.{name}: must be a table")
            return None
        self._check_names(data, _OPTION_KEYS, f"options.{name}.")
        if name in {RECIPE.name, *(one.name for one in GENERAL)}:
            self.wrong.append(f"options.{name}: every recipe has that one already")
            return None
        try:
            option = Option(
                name,
                data.get("kind", "text"),
                data.get("default"),
                one_line(data.get("help", "")),
                choices=tuple(data.get("choices", ())),
                minimum=data.get("minimum"),
                maximum=data.get("maximum"),
                unit=data.get("unit", ""),
            )
            option.read(option.default)
        except (ValueError, TypeError) as error:
            self.wrong.append(f"options.{name}: {error}")
            return None
        return option

    def _with_defaults(self, options: dict[str, Option]) -> dict[str, Option]:
        """The options with the defaults that ``[set]`` gives."""
        table = self.data.get("set", {})
        if not isinstance(table, dict):
            self.wrong.append("set: must be a table")
            return options
        result = dict(options)
        for name, value in table.items():
            if name not in options:
                self.wrong.append(f"set.{name}: no such option{did_you_mean(name, options)}")
                continue
            try:
                options[name].read(value)
            except ValueError as error:
                self.wrong.append(f"set.{name}: {error}")
            result[name] = replace(options[name], default=value)
        return result

    def _steps(self, options: Mapping[str, Option]) -> tuple[Step, ...]:
        rules = self.data.get("rules", [])
        if not isinstance(rules, list) or not all(isinstance(rule, dict) for rule in rules):
            self.wrong.append("rules: must be tables, [[rules]]")
            return ()
        return tuple(step for rule in rules if (step := self._step(dict(rule), options)))

    def _step(self, data: dict[str, object], options: Mapping[str, Option]) -> Step | None:
        name = data.pop("rule", None)
        if not isinstance(name, str) or name not in RULES:
            self.wrong.append(f"rule {name!r}: no such rule{did_you_mean(str(name), RULES)}")
            return None
        parameters = {one.name: one for one in RULES[name].parameters}
        self._check_names(data, parameters, f"{name}.")
        for key, value in data.items():
            if key in parameters:
                self._check_parameter(f"{name}.{key}", parameters[key], value, options)
        return Step(name, data)

    def _check_parameter(
        self, what: str, parameter: Option, value: object, options: Mapping[str, Option]
    ) -> None:
        if isinstance(value, str) and value.startswith("$"):
            option = options.get(value[1:])
            if option is None:
                self.wrong.append(f"{what}: no option {value}{did_you_mean(value[1:], options)}")
            elif option.kind != parameter.kind:
                self.wrong.append(f"{what}: {value} is a {option.kind}, not a {parameter.kind}")
            return
        try:
            parameter.read(value)
        except ValueError as error:
            self.wrong.append(f"{what}: {error}")

    def _check_names(self, data: Mapping[str, object], known: object, prefix: str) -> None:
        names = list(known)  # type: ignore[call-overload]
        for name in data:
            if name not in names:
                self.wrong.append(f"{prefix}{name}: unknown{did_you_mean(name, names)}")
