"""The records: a recipe, its marks, and what its options come to once they are read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from otio_autoedit.analysis.choices import (
    DETECTOR,
    OF_DETECTOR,
    OF_SEGMENTER,
    OF_SPEECH_DETECTOR,
    SEGMENTER,
    SPEECH_DETECTOR,
)
from otio_autoedit.edit.expressions import Expression, read_condition, read_number
from otio_autoedit.edit.general import GENERAL, RECIPE
from otio_autoedit.edit.parameters import EXPRESSIONS, PARAMETERS
from otio_autoedit.edit.signals import SIGNALS
from otio_autoedit.errors import OptionError, RecipeError
from otio_autoedit.options import Option, as_given, option_name, plain, read_options
from otio_autoedit.times import Duration

_USE = re.compile(r"\$([A-Za-z_]\w*)")
_USED_FOR = (
    (DETECTOR, OF_DETECTOR),
    (SEGMENTER, OF_SEGMENTER),
    (SPEECH_DETECTOR, OF_SPEECH_DETECTOR),
)
NETWORKS = tuple(option for option, _ in _USED_FOR)
"""The options that name a network: of a recipe where what it needs is made by one."""
_PLACES = ("split", "snap")  # parameters that may ask for shots
_NONE: Mapping[str, object] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class MarkRule:
    """A mark over each run of frames where ``when`` holds, called ``name``."""

    when: str
    name: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """A way to cut: its own options, what it sets of the parameters and of the options of every
    recipe, its marks, and why a piece plays: conditions by an editor's words. A value may use an
    option of its own as ``$name``."""

    name: str
    summary: str
    options: tuple[Option, ...] = ()
    values: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    marks: tuple[MarkRule, ...] = ()
    because: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def needs(self) -> tuple[str, ...]:
        """What must be analysed for it, unless its options are changed."""
        return self.needs_of(self.read({}))

    @property
    def all_options(self) -> tuple[Option, ...]:
        """Its own options, the parameters and the options of every recipe, with the defaults that
        it gives them; of the networks' options those that it has use for."""
        unused = _unused(self.needs)
        return tuple(one for one in self._declared(_NONE) if one.name not in unused)

    def read(self, given: Mapping[str, object], *, where: str = "") -> dict[str, object]:
        """The value of every option; what was read may be read again.

        ``where`` is how messages call an option. Raises OptionError, for an expression too.
        """
        own = {one.name for one in self.options}
        named = {key: value for key, value in given.items() if option_name(key) in own}
        values = read_options(named, self.options, where=where)
        result = read_options(given, (RECIPE, *self._declared(values)), where=where)
        del result[RECIPE.name]  # declared for the hint that a misspelt one gets
        for name in [option_name(key) for key in given]:
            if name in EXPRESSIONS:
                _checked(name, result, values, where)
        unused = _unused(self.needs_of(result))
        for name, value in given.items():
            if option_name(name) in unused:
                what = as_given(where, option_name(name), value)
                raise OptionError(f"{what}: recipe {self.name} has no use for it")
        for name in unused:
            del result[name]
        return result

    def expression(self, name: str, given: Mapping[str, object]) -> Expression:
        """The parameter of that name in ``given``, as `read` gave it, read as an expression."""
        read = read_number if name == "weight" else read_condition
        return read(str(given[name]), SIGNALS, self._own(given))

    def marking(self, given: Mapping[str, object]) -> list[tuple[Expression, str]]:
        """The marks, as conditions and names."""
        own = self._own(given)
        return [(read_condition(mark.when, SIGNALS, own), mark.name) for mark in self.marks]

    def reasons(self, given: Mapping[str, object]) -> list[tuple[Expression, str]]:
        """Why a piece may play, as conditions and words; none where ``given`` keeps something else
        than the recipe does, of which its words know nothing."""
        own = self._own(given)
        if self.because and self.expression("keep", given).text != self._kept(given).text:
            return []
        return [(read_condition(when, SIGNALS, own), words) for words, when in self.because.items()]

    def needs_of(self, given: Mapping[str, object]) -> tuple[str, ...]:
        """What must be analysed for the recipe with the options ``given``, as `read` gave them."""
        expressions = [self.expression(name, given) for name in sorted(EXPRESSIONS)]
        expressions += [when for when, _ in (*self.marking(given), *self.reasons(given))]
        needs = [need for one in expressions for need in one.needs(SIGNALS)]
        if needs or _chooses(given):
            needs.insert(0, "shots")  # no piece may begin or end in a transition
        if given["target"] is not None and float(str(given["variety"])) > 0:
            needs.append("features")
        if given["snap"] == "onsets":
            needs.append("sound")
        if given["reframe"] != "none":
            needs.append("objects")
        return tuple(dict.fromkeys(needs))

    def _kept(self, given: Mapping[str, object]) -> Expression:
        """What the recipe itself keeps."""
        return self.expression("keep", {**given, "keep": self.values.get("keep", "true")})

    def _own(self, given: Mapping[str, object]) -> dict[str, object]:
        return {one.name: given[one.name] for one in self.options if given[one.name] is not None}

    def _declared(self, own: Mapping[str, object]) -> Iterator[Option]:
        """Every option with the default that the recipe gives it, once ``own`` options are put
        in."""
        yield from self.options
        values = {one.name: one.default for one in self.options} | dict(own)
        for option in (*PARAMETERS, *NETWORKS, *GENERAL):
            if option.name not in self.values:
                yield option
                continue
            value = self.values[option.name]
            if option.name not in EXPRESSIONS:
                value = put_in(value, values)
            yield replace(option, default=value)


def put_in(value: object, options: Mapping[str, object]) -> object:
    """``value`` with the options' values in the place of ``$name``; KeyError for one that is not
    there."""
    if isinstance(value, list):
        return [put_in(one, options) for one in value]
    if not isinstance(value, str):
        return value
    if whole := _USE.fullmatch(value.strip()):
        return options[whole[1]]
    return _USE.sub(lambda found: str(plain(options[found[1]])), value)


def uses(value: object) -> set[str]:
    """The options of its own that a value uses."""
    return {found for text in _texts(value) for found in _USE.findall(text)}


def _unused(needs: Collection[str]) -> set[str]:
    """The options that name a network which none of the ``needs`` asks."""
    return {option.name for option, of in _USED_FOR if of.isdisjoint(needs)}


def _texts(value: object) -> list[str]:
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def _chooses(given: Mapping[str, object]) -> bool:
    """Whether an edit depends on shots besides its expressions."""
    target, longest = given["target"], given["max_clip"]
    long = isinstance(longest, Duration) and longest.text != "none"
    asks = any(given[name] == "shots" for name in _PLACES) or given["snap"] != "none"
    return asks or target is not None or long or given["reframe"] != "none"


def _checked(name: str, given: Mapping[str, object], own: Mapping[str, object], where: str) -> None:
    read = read_number if name == "weight" else read_condition
    try:
        read(str(given[name]), SIGNALS, {k: v for k, v in own.items() if v is not None})
    except RecipeError as error:
        raise OptionError(f"{as_given(where, name, given[name])}: {error}") from None
