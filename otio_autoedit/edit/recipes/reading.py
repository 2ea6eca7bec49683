"""A recipe's data checked: all that is wrong with it is said at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from otio_autoedit.edit.expressions import read_condition, read_number
from otio_autoedit.edit.general import GENERAL, RECIPE
from otio_autoedit.edit.parameters import EXPRESSIONS, PARAMETERS
from otio_autoedit.edit.recipes.record import NETWORKS, MarkRule, Recipe, put_in, uses
from otio_autoedit.edit.signals import SIGNALS
from otio_autoedit.errors import RecipeError, did_you_mean
from otio_autoedit.options import Option, one_line

SCHEMA = 1
_KEYS = ("schema", "name", "summary", "extends", "set", "options", "mark", "because")
_OPTION_KEYS = ("kind", "default", "help", "choices", "minimum", "maximum", "unit")
_MARK_KEYS = ("when", "name")
_SETTABLE = {one.name: one for one in (*PARAMETERS, *GENERAL)}
_TAKEN = frozenset((RECIPE.name, *_SETTABLE, *(one.name for one in NETWORKS)))
_TOP = frozenset(_SETTABLE) - frozenset(_KEYS)  # "name" there is the recipe's
_NO_RECIPE = Recipe("", "")


def read_recipe(where: str, data: Mapping[str, object], base: Callable[[str], Recipe]) -> Recipe:
    """The recipe that ``data`` describes; ``where`` is how messages call it, ``base`` finds the one
    that it builds on. Raises RecipeError with all that is wrong, in one line."""
    return _Reader(where, data, base).recipe()


class _Reader:
    def __init__(
        self, where: str, data: Mapping[str, object], base: Callable[[str], Recipe]
    ) -> None:
        self.where, self.data, self.find = where, data, base
        self.wrong: list[str] = []

    def recipe(self) -> Recipe:
        self._check_names(self.data, (*_KEYS, *_SETTABLE), "")
        self._check_schema()
        base = self._base()
        options = {one.name: one for one in (*base.options, *self._options())}
        options = self._with_defaults(options)
        values = {**base.values, **self._values(options)}
        marks = (*base.marks, *self._marks(options))
        because = self._because(options)
        if "keep" not in values or values["keep"] == base.values.get("keep"):
            because = {**base.because, **because}  # what else it keeps, the other's words know not
        name = self._word("name")
        summary = base.summary if "summary" not in self.data else ""
        summary = summary or self._word("summary")
        if not self.wrong and not values and not marks:
            self.wrong.append('it sets nothing; add keep = "..." or extends = "shots"')
        if self.wrong:
            raise RecipeError(f"recipe {self.where}: " + "; ".join(map(one_line, self.wrong)))
        own = tuple(options.values())
        told = MappingProxyType(because)
        return Recipe(name, summary, own, MappingProxyType(values), marks, told)

    def _check_schema(self) -> None:
        if self.data.get("schema", SCHEMA) != SCHEMA:
            self.wrong.append(
                f"schema {self.data['schema']} is not known here (there is: {SCHEMA})"
            )

    def _base(self) -> Recipe:
        extends = self.data.get("extends")
        if extends is None:
            return _NO_RECIPE
        if not isinstance(extends, str):
            self.wrong.append("extends: must be a recipe's name")
            return _NO_RECIPE
        return self.find(extends)

    def _word(self, key: str) -> str:
        value = self.data.get(key)
        if isinstance(value, str) and value.strip():
            return one_line(value.strip())
        self.wrong.append(f"{key} is missing")
        return ""

    def _table(self, key: str, how: str) -> Mapping[str, object]:
        table = self.data.get(key, {})
        if isinstance(table, dict):
            return table
        self.wrong.append(f"{key}: must be {how}")
        return {}

    def _options(self) -> list[Option]:
        table = self._table("options", "tables, [options.NAME]")
        return [one for name, data in table.items() if (one := self._option(name, data))]

    def _option(self, name: str, data: object) -> Option | None:
        if not isinstance(data, dict):
            self.wrong.append(f"options.{name}: must be a table")
            return None
        self._check_names(data, _OPTION_KEYS, f"options.{name}.")
        if name in _TAKEN:
            self.wrong.append(f"options.{name}: there is an option of that name already")
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
        """Its own options with the defaults that ``[set]`` gives."""
        result = dict(options)
        for name, value in self._table("set", "a table").items():
            if name in options:
                self._check(f"set.{name}", partial(options[name].read, value))
                result[name] = replace(options[name], default=value)
            elif name not in _SETTABLE:
                known = (*options, *_SETTABLE)
                self.wrong.append(f"set.{name}: no such option{did_you_mean(name, known)}")
        return result

    def _values(self, options: Mapping[str, Option]) -> dict[str, object]:
        """What is set of the parameters and of the options of every recipe."""
        table = self._table("set", "a table")
        own = {name: value for name, value in self.data.items() if name in _TOP}
        own |= {name: value for name, value in table.items() if name in _SETTABLE}
        for name, value in own.items():
            self._check_value(name, value, options)
        return own

    def _check_value(self, name: str, value: object, options: Mapping[str, Option]) -> None:
        unknown = sorted(uses(value) - set(options))
        if unknown:
            hint = did_you_mean(unknown[0], options)
            self.wrong.append(f"{name}: no option ${unknown[0]}{hint}")
        elif name in EXPRESSIONS:
            self._check_expression(name, _SETTABLE[name], value, options)
        else:
            filled = put_in(value, {one.name: one.default for one in options.values()})
            self._check(name, lambda: _SETTABLE[name].read(filled))

    def _check_expression(
        self, name: str, parameter: Option, value: object, options: Mapping[str, Option]
    ) -> None:
        read = read_number if parameter.kind == "expression" else read_condition
        own = _defaults(options)
        self._check(name, lambda: read(str(parameter.read(value)), SIGNALS, own))

    def _marks(self, options: Mapping[str, Option]) -> list[MarkRule]:
        marks = self.data.get("mark", [])
        if not isinstance(marks, list) or not all(isinstance(mark, dict) for mark in marks):
            self.wrong.append("mark: must be tables, [[mark]]")
            return []
        return [mark for data in marks if (mark := self._mark(data, options))]

    def _mark(self, data: Mapping[str, object], options: Mapping[str, Option]) -> MarkRule | None:
        self._check_names(data, _MARK_KEYS, "mark.")
        when, name = data.get("when"), data.get("name")
        if not (isinstance(when, str) and isinstance(name, str) and name.strip()):
            self.wrong.append('mark: write when = "a condition" and name = "a name"')
            return None
        self._check(
            f"mark {one_line(name)!r}",
            lambda: read_condition(when, SIGNALS, _defaults(options)),
        )
        return MarkRule(when, one_line(name.strip()))

    def _because(self, options: Mapping[str, Option]) -> dict[str, str]:
        """Why a piece may play: conditions by their words."""
        table = self._table("because", 'a table, [because], of "words" = "a condition"')
        given = {one_line(words.strip()): when for words, when in table.items()}
        for words, when in given.items():
            self._check_reason(words, when, options)
        return {words: str(when) for words, when in given.items()}

    def _check_reason(self, words: str, when: object, options: Mapping[str, Option]) -> None:
        if not (words and isinstance(when, str)):
            self.wrong.append('because: write "words" = "a condition"')
            return
        own = _defaults(options)
        self._check(f"because {words!r}", lambda: read_condition(when, SIGNALS, own))

    def _check(self, what: str, read: Callable[[], object]) -> None:
        try:
            read()
        except ValueError as error:
            self.wrong.append(f"{what}: {error}")

    def _check_names(self, data: Iterable[str], known: Iterable[str], prefix: str) -> None:
        names = list(known)
        for name in data:
            if name not in names:
                self.wrong.append(f"{prefix}{name}: unknown{did_you_mean(name, names)}")


def _defaults(options: Mapping[str, Option]) -> dict[str, object]:
    values = {name: one.read(one.default) for name, one in options.items()}
    return {name: value for name, value in values.items() if value is not None}
