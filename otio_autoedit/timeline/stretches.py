"""The inside of the flat view: what plays in any OTIO item, in exact seconds of its own time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

import opentimelineio as otio

_ZERO, _ONE = Fraction(0), Fraction(1)
_NTSC = tuple(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120, 240))
_DEEPEST = 50


@dataclass(frozen=True, slots=True, eq=False)
class Playing:
    """A clip at work in a stretch; see `flat.Layer`."""

    clip: otio.schema.Clip
    start: Fraction
    speed: Fraction
    opacity: tuple[Fraction, Fraction] = (_ONE, _ONE)


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """The seconds ``[start, stop)`` in which the same clips play, from the bottom up."""

    start: Fraction
    stop: Fraction
    layers: tuple[Playing, ...] = ()

    def cut(self, start: Fraction, stop: Fraction) -> Stretch:
        """The same with other ends; what plays goes on as it was going."""
        whole = self.stop - self.start

        def at(one: Playing, time: Fraction) -> Fraction:
            first, last = one.opacity
            share = (time - self.start) / whole if whole else _ZERO
            return min(max(first + (last - first) * share, _ZERO), _ONE)

        layers = tuple(
            Playing(
                one.clip,
                one.start + (start - self.start) * one.speed,
                one.speed,
                (at(one, start), at(one, stop)),
            )
            for one in self.layers
        )
        return Stretch(start, stop, layers)

    def moved(self, by: Fraction) -> Stretch:
        """The same, later."""
        return replace(self, start=self.start + by, stop=self.stop + by)

    def ramped(self, first: Fraction, last: Fraction) -> Stretch:
        """The same, with all layers' opacity times a ramp."""
        layers = (
            replace(one, opacity=(one.opacity[0] * first, one.opacity[1] * last))
            for one in self.layers
        )
        return replace(self, layers=tuple(layers))


def of_stack(stack: Any, kind: str, deep: int = 0) -> list[Stretch]:
    """What plays in a stack, from its head, before its own ``source_range`` trims it."""
    parts = []
    for child in stack:
        if isinstance(child, otio.schema.Track) and child.kind != kind:
            continue
        parts.append(_item(child, kind, _ZERO, _ZERO, deep + 1))
    return overlaid(parts, hides=kind == otio.schema.TrackKind.Video)


def overlaid(parts: Sequence[Sequence[Stretch]], *, hides: bool) -> list[Stretch]:
    """Several lists of stretches at once, the first at the bottom. Where one ``hides`` what lies
    below it, that is left out."""
    ends = sorted({end for part in parts for one in part for end in (one.start, one.stop)})
    places = [0] * len(parts)
    result = []
    for start, stop in pairwise(ends):
        layers: tuple[Playing, ...] = ()
        for number, part in enumerate(parts):
            at = places[number]
            while at < len(part) and part[at].stop <= start:
                at += 1
            places[number] = at
            if at < len(part) and part[at].start <= start:
                upper = part[at].cut(start, stop).layers
                opaque = any(one.opacity == (_ONE, _ONE) for one in upper)
                layers = upper if hides and opaque else layers + upper
        result.append(Stretch(start, stop, layers))
    return result


def _item(item: Any, kind: str, before: Fraction, after: Fraction, deep: int) -> list[Stretch]:
    """What plays in an item, in seconds from its own head, and so long before and after it."""
    length = seconds(item.duration())
    if not item.enabled or isinstance(item, otio.schema.Gap) or deep > _DEEPEST:
        return [Stretch(-before, length + after)]
    speed = speed_of(item)
    if isinstance(item, otio.schema.Clip):
        range_ = item.trimmed_range()
        start = seconds(range_.start_time)
        if speed < 0:
            start -= (length - 1 / exact_rate(range_.duration.rate)) * speed
        whole = Stretch(_ZERO, length or _ONE, (Playing(item, start, speed),))
        return [whole.cut(-before, length + after)]
    inside = (
        _track(item, kind, deep)
        if isinstance(item, otio.schema.Track)
        else of_stack(item, kind, deep)
    )
    head = seconds(item.source_range.start_time) if item.source_range else _ZERO
    return _windowed(inside, head, length, speed, before, after)


def _windowed(
    inside: Sequence[Stretch], head: Fraction, length: Fraction, speed: Fraction,
    before: Fraction, after: Fraction,
) -> list[Stretch]:  # fmt: skip
    """The part of a composition that its ``source_range`` and its speed show."""
    if speed == 0:
        at = next((one for one in inside if one.start <= head < one.stop), None)
        layers = at.cut(head, at.stop).layers if at else ()
        still = tuple(
            replace(one, speed=_ZERO, opacity=(one.opacity[0], one.opacity[0])) for one in layers
        )
        return [Stretch(-before, length + after, still)]
    warped = []
    for one in inside:
        start, stop = (one.start - head) / abs(speed), (one.stop - head) / abs(speed)
        layers = one.layers
        if speed < 0:
            start, stop = length - stop, length - start
            layers = tuple(_backwards(layer, one.stop - one.start) for layer in layers)
        layers = tuple(replace(layer, speed=layer.speed * abs(speed)) for layer in layers)
        warped.append(Stretch(start, stop, layers))
    if speed < 0:
        warped.reverse()
    window = [Stretch(-before, length + after)]
    shown = overlaid([window, warped], hides=False)
    return [one for one in shown if -before <= one.start and one.stop <= length + after]


def _backwards(layer: Playing, length: Fraction) -> Playing:
    """A layer played from its end. Its last frame begins a frame before that end."""
    frame = 1 / exact_rate(layer.clip.trimmed_range().duration.rate)
    last = layer.start + (length - frame) * layer.speed
    return Playing(layer.clip, last, -layer.speed, (layer.opacity[1], layer.opacity[0]))


def _track(track: Any, kind: str, deep: int) -> list[Stretch]:
    """What plays in a track, from its head: its items one after the other, transitions over the
    cuts between them."""
    children = list(track)
    result: list[Stretch] = []
    place = _ZERO
    for number, child in enumerate(children):
        if isinstance(child, otio.schema.Transition):
            result += _transition(track, number, place, kind, deep)
            continue
        length = seconds(child.duration())
        start, stop = place, place + length
        if number and isinstance(children[number - 1], otio.schema.Transition):
            start += seconds(children[number - 1].out_offset)
        if number + 1 < len(children) and isinstance(children[number + 1], otio.schema.Transition):
            stop -= seconds(children[number + 1].in_offset)
        own = (one.moved(place) for one in _item(child, kind, _ZERO, _ZERO, deep + 1))
        result += _between(own, start, stop)
        place += length
    return result


def _transition(track: Any, number: int, cut: Fraction, kind: str, deep: int) -> list[Stretch]:
    """What plays while one item passes into the next around ``cut``: the first goes on below, the
    next comes on above it. From nothing, or into nothing, it is a fade."""
    transition = track[number]
    start, stop = cut - seconds(transition.in_offset), cut + seconds(transition.out_offset)
    leaving: list[Stretch] = []
    coming: list[Stretch] = []
    if number:
        item = track[number - 1]
        place = cut - seconds(item.duration())
        own = _item(item, kind, _ZERO, stop - cut, deep + 1)
        leaving = _between((one.moved(place) for one in own), start, stop)
    if number + 1 < len(track):
        own = _item(track[number + 1], kind, cut - start, _ZERO, deep + 1)
        coming = _between((one.moved(cut) for one in own), start, stop)
    if any(one.layers for one in coming):
        return overlaid([leaving, _ramp(coming, start, stop, _ZERO, _ONE)], hides=False)
    return _ramp(leaving, start, stop, _ONE, _ZERO)


def _ramp(
    parts: Iterable[Stretch], start: Fraction, stop: Fraction, first: Fraction, last: Fraction
) -> list[Stretch]:
    def at(time: Fraction) -> Fraction:
        return first + (last - first) * (time - start) / (stop - start)

    return [one.ramped(at(one.start), at(one.stop)) for one in parts]


def _between(parts: Iterable[Stretch], start: Fraction, stop: Fraction) -> list[Stretch]:
    return [
        one.cut(max(one.start, start), min(one.stop, stop))
        for one in parts
        if one.start < stop and start < one.stop
    ]


def speed_of(item: Any) -> Fraction:
    """The product of an item's linear time warps; a freeze frame is one of 0."""
    speed = _ONE
    for effect in item.effects:
        if isinstance(effect, otio.schema.LinearTimeWarp):
            speed *= Fraction(effect.time_scalar).limit_denominator(10_000)
    return speed


def seconds(time: Any) -> Fraction:
    """An OTIO time, exactly."""
    return Fraction(time.value).limit_denominator(1_000_000) / exact_rate(time.rate)


@lru_cache(maxsize=256)
def exact_rate(rate: float) -> Fraction:
    """The rate that a float stands for: 23.976 and 23.98 are 24000/1001."""
    near = min(_NTSC, key=lambda ntsc: abs(float(ntsc) - rate))
    if abs(float(near) - rate) < 2e-4 * rate:
        return near
    return Fraction(rate).limit_denominator(1001)
