"""Why a piece plays, in an editor's words, and what its signals are."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from otio_autoedit.edit.choice import Pick
from otio_autoedit.edit.expressions import Expression
from otio_autoedit.edit.ground import Span
from otio_autoedit.edit.material import Material
from otio_autoedit.edit.settings import Settings
from otio_autoedit.edit.signal import Call
from otio_autoedit.edit.signals import SIGNALS

_MOST_SIGNALS = 6  # that a reason names; all are among the piece's signals
_ASKED = "the place asked for"
_ENOUGH = 0.1  # the share of a piece in which what is said of it holds
_NIL = 0.0005  # what is less reads as 0
_BESIDE = 3  # changes on each side of a place that are looked at


def reason(material: Material, pick: Pick, settings: Settings, of: int) -> str:
    """One line: what held, what was measured, its place among all, where it begins and ends."""
    parts = _why(material, pick.span, settings)
    parts += [said for call in _told(settings) if (said := _measured(material, call, pick.span))][
        :_MOST_SIGNALS
    ]
    if settings.weight.calls:
        parts.append(f"{_ordinal(pick.rank)} of {of}, worth {pick.worth:.3g}")
    if material.clock.source.media.kind == "video":
        parts.append(_from_to(material, pick.span))
    return "; ".join(part for part in parts if part)


def signals(material: Material, span: Span, settings: Settings) -> Mapping[str, float]:
    """The mean of every signal that the recipe names, over a span; those unknown there left out."""
    means = {str_of(call): _mean(material, call, span) for call in _calls(settings)}
    return MappingProxyType({k: v for k, v in means.items() if v is not None})


def str_of(call: Call) -> str:
    """A signal as a recipe writes it: ``near(ball, person)``."""
    words = "words" in SIGNALS[call.name].arguments
    inside = ", ".join(f'"{one}"' if words else one for one in call.arguments)
    return f"{call.name}({inside})" if call.arguments else call.name


def measured(material: Material, expression: Expression, span: Span) -> str:
    """The signals of an expression over a span, in words."""
    return "; ".join(filter(None, (_measured(material, c, span) for c in expression.calls)))


def _calls(settings: Settings) -> tuple[Call, ...]:
    named = (*settings.keep.calls, *settings.weight.calls, *settings.avoid.calls)
    return tuple(dict.fromkeys(named))


def _told(settings: Settings) -> list[Call]:
    """The signals that a reason names: none that speaks against a piece."""
    named = dict.fromkeys((*settings.keep.calls, *settings.weight.calls))
    text = settings.keep.text
    return [call for call in named if f"not {str_of(call)}" not in text]


def _why(material: Material, span: Span, settings: Settings) -> list[str]:
    """The recipe's words for what holds; the conditions themselves where it has none for it."""
    words = [words for when, words in settings.because if _share(material, span, when) >= _ENOUGH]
    return words or list(_held(material, span, settings.keep))


def _held(material: Material, span: Span, keep: Expression) -> Iterator[str]:
    """Which of the conditions that "or" joins held, and for how much of the span."""
    if not keep.calls:
        return
    for part in keep.alternatives:
        share = _share(material, span, part)
        if share > 0:
            yield f"{part.text}" + ("" if share > 0.995 else f" ({share:.0%} of it)")


def _share(material: Material, span: Span, condition: Expression) -> float:
    """In how much of a span a condition holds."""
    return float(np.mean(material.scope.holds(condition)[slice(*span)]))


def _measured(material: Material, call: Call, span: Span) -> str:
    """A signal's course in a few words: where it is highest, and how high; "" if 0 or unknown."""
    values = material.scope.values(call)[slice(*span)]
    mean = _mean(material, call, span)
    if mean is None:
        return ""
    top = span[0] + int(np.nanargmax(values))
    peak, signal = float(np.nanmax(values)), SIGNALS[call.name]
    if signal.kind == "condition":
        return f"{str_of(call)} {peak:.2g} at {material.stamp(top)}" if peak >= 0.5 else ""
    if max(abs(peak), abs(mean)) < _NIL:
        return ""
    name = signal.unit.split(",")[0]  # its range follows
    unit = f" {name}" if name in ("LUFS", "dBFS", "s") else ""
    if peak - mean <= 0.05 * max(abs(peak), abs(mean)):
        return f"{str_of(call)} {_figure(mean)}{unit}"
    return f"{str_of(call)} {_figure(mean)}{unit} ({_figure(peak)} at {material.stamp(top)})"


def _mean(material: Material, call: Call, span: Span) -> float | None:
    values: npt.NDArray[np.float32] = material.scope.values(call)[slice(*span)]
    known = values[np.isfinite(values)]
    return round(float(known.mean(dtype=np.float64)), 4) if len(known) else None


def _from_to(material: Material, span: Span) -> str:
    """What stands where the piece begins and where it ends."""
    begins = _stands(material, span[0]) or material.stamp(span[0])
    ends = _stands(material, span[1]) or material.stamp(span[1] - 1)
    return f"{begins} to {ends}"


def _stands(material: Material, frame: int) -> str:
    """The change of picture at that frame, the file's head or end, or the place asked for; ""."""
    clock, believed = material.clock, material.believed
    if frame in (0, clock.length):
        return "the file's end" if frame else "the file's head"
    at = bisect_left(believed, clock.source_frame(frame), key=lambda one: one.cut)
    here = [
        one.transition
        for one in believed[max(0, at - _BESIDE) : at + _BESIDE]
        if frame in (clock.frame(end) for end in (*one.mixed, one.cut))
    ]
    if here:
        surest = max(here, key=lambda one: one.confidence)
        return f"{surest.type} ({surest.confidence:.0%} sure)"
    return _ASKED if frame in (material.ground.start, material.ground.stop) else ""


def _figure(value: float) -> str:
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2g}"


def _ordinal(number: int) -> str:
    last = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else last}"
