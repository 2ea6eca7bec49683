"""A recipe's options as the deciding takes them: read expressions, and lengths in frames."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeVar, cast

from otio_autoedit.edit.expressions import Expression
from otio_autoedit.edit.joins import JoinStyle
from otio_autoedit.edit.recipes import Recipe
from otio_autoedit.edit.spans import Shape
from otio_autoedit.edit.zones import Zone, read_zones
from otio_autoedit.errors import OptionError
from otio_autoedit.options import Duration, Joint, Margin, Position, plain

_FLASH = Fraction(1, 8)  # seconds of another shot at an end of a piece: seen, but not looked at
_NOT_OF_THE_EDIT = ("device", "cache")  # how it was made, not what
T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """What a recipe asks for at the timeline's rate; ``target`` is in frames, 0 for any length."""

    keep: Expression
    avoid: Expression
    weight: Expression
    marks: tuple[tuple[Expression, str], ...]
    because: tuple[tuple[Expression, str], ...]
    shape: Shape
    snap: Literal["none", "shots", "sentences", "onsets"]
    start: Position | None
    end: Position | None
    threshold: float
    target: int
    variety: float
    alternates: int
    order: Literal["time", "given", "score"]
    joins: JoinStyle
    aspect: Fraction | None
    follow: str
    transcript: str
    zones: Mapping[str, Zone]
    markers: bool

    @classmethod
    def of(cls, recipe: Recipe, given: Mapping[str, object], rate: Fraction) -> Settings:
        """From the options as `Recipe.read` gives them. Raises OptionError."""
        frames = _Frames(given, rate)
        target = frames.of("target")
        order = cast(Literal["time", "given", "score"], given["order"])
        return cls(
            keep=recipe.expression("keep", given),
            avoid=recipe.expression("avoid", given),
            weight=recipe.expression("weight", given),
            marks=tuple(recipe.marking(given)),
            because=tuple(recipe.reasons(given)),
            shape=_shape(given, frames, apart=target > 0 or order == "score"),
            snap=cast(Literal["none", "shots", "sentences", "onsets"], given["snap"]),
            start=_maybe(given["start"], Position),
            end=_maybe(given["end"], Position),
            threshold=_maybe(given["threshold"], float) or 0.0,
            target=target,
            variety=_is(given["variety"], float),
            alternates=_is(given["alternates"], int),
            order=order,
            joins=_joins(given, frames),
            aspect=_aspect(str(given["reframe"])),
            follow=str(given["follow"]),
            transcript=str(given["transcript"] or ""),
            zones=read_zones(str(given["zones"])) if given["zones"] else {},
            markers=bool(given["markers"]),
        )


def of_the_edit(given: Mapping[str, object]) -> dict[str, object]:
    """The options that an edit was made with, as JSON holds them."""
    return {k: plain(v) for k, v in given.items() if k not in _NOT_OF_THE_EDIT}


@dataclass(frozen=True, slots=True)
class _Frames:
    given: Mapping[str, object]
    rate: Fraction

    def of(self, name: str) -> int:
        """The frames of an option that is a length; 0 where it is not given."""
        length = _maybe(self.given[name], Duration)
        return length.frames(self.rate) if length else 0


def _shape(given: Mapping[str, object], frames: _Frames, *, apart: bool) -> Shape:
    margin = _is(given["margin"], Margin)
    if 0 < frames.of("max_clip") < frames.of("min_clip"):
        raise OptionError(
            f"min_clip={given['min_clip']} is longer than max_clip={given['max_clip']}: change one"
        )
    return Shape(
        before=margin.before.frames(frames.rate),
        after=margin.after.frames(frames.rate),
        min_gap=frames.of("min_gap"),
        split=given["split"] == "shots",
        min_clip=frames.of("min_clip"),
        max_clip=frames.of("max_clip"),
        flash=max(1, math.floor(_FLASH * frames.rate)),
        apart=apart,
    )


def _joins(given: Mapping[str, object], frames: _Frames) -> JoinStyle:
    dissolve = _is(given["transition"], Joint).dissolve
    return JoinStyle(
        dissolve=dissolve.frames(frames.rate) if dissolve else 0,
        fade=frames.of("fade"),
        crossfade=frames.of("crossfade"),
        j_cut=frames.of("j_cut"),
        l_cut=frames.of("l_cut"),
        sound=given["audio"] != "none",
    )


def _aspect(text: str) -> Fraction | None:
    if text == "none":
        return None
    width, height = (Fraction(side) for side in text.split(":"))
    return width / height


def _is(value: object, kind: type[T]) -> T:
    assert isinstance(value, kind)
    return value


def _maybe(value: object, kind: type[T]) -> T | None:
    return None if value is None else _is(value, kind)
