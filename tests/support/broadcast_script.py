"""What happens in a generated football broadcast: events, shots of the cameras, swells of sound.

``pick_script`` decides all of it before anything is drawn, so that a test knows every event.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

EventKind = Literal["goal", "save", "miss"]
View = Literal["wide", "medium", "closeup", "crowd", "replay", "wipe"]

WIPE_S = 0.6
_RUN_UP_S = 7.0  # from the pass that begins the attack to the shot
_REACTIONS: dict[EventKind, tuple[tuple[View, float], ...]] = {
    "goal": (("wide", 2.6), ("closeup", 3.2), ("closeup", 2.8), ("crowd", 3.0), ("wipe", WIPE_S),
             ("replay", 7.0), ("wipe", WIPE_S)),
    "save": (("wide", 2.4), ("closeup", 2.8)),
    "miss": (("wide", 2.2), ("closeup", 2.6), ("wipe", WIPE_S), ("replay", 5.0), ("wipe", WIPE_S)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Event:
    """What an editor would keep; seconds of the film.

    Attributes:
        start: the attack begins.
        moment: the ball crosses the line, is caught, goes past.
        stop: people have reacted, before any replay.
        side: -1 for the left goal, 1 for the right.
    """

    kind: EventKind
    start: float
    moment: float
    stop: float
    side: int


@dataclass(frozen=True, slots=True)
class Shot:
    """One camera's picture, ``[start, stop)`` in seconds; of a replay, whose `moment` it shows."""

    view: View
    start: float
    stop: float
    side: int = 0
    moment: float = 0.0


@dataclass(frozen=True, slots=True)
class Swell:
    """The crowd is louder than usual: "chant" is no event, "cheer" and "groan" follow one."""

    kind: Literal["chant", "cheer", "groan"]
    start: float
    stop: float


@dataclass(frozen=True, slots=True)
class Script:
    """All that is known of the film, which begins with play and ends with it."""

    seconds: float
    events: tuple[Event, ...]
    shots: tuple[Shot, ...]
    swells: tuple[Swell, ...]

    def replays(self) -> tuple[tuple[float, float], ...]:
        """The spans from a replay's first wipe to its second, wipes included."""
        return tuple(
            (shot.start - WIPE_S, shot.stop + WIPE_S)
            for shot in self.shots
            if shot.view == "replay"
        )


def pick_script(seconds: float, seed: int) -> Script:
    """Returns a script of that length: an event in about 40 s, the first of them a goal."""
    rng = np.random.default_rng(seed)
    events = tuple(_events(seconds, rng))
    shots = tuple(_shots(seconds, events, rng))
    return Script(seconds, events, shots, tuple(_swells(seconds, events, rng)))


def reaction_s(kind: EventKind) -> float:
    """How long the cameras dwell on an event, replay included."""
    return sum(length for _, length in _REACTIONS[kind])


def _events(seconds: float, rng: np.random.Generator) -> Iterator[Event]:
    kinds: tuple[EventKind, ...] = ("goal", "save", "miss", "save", "goal", "miss", "save")
    at, number = 16.0 + rng.uniform(0, 4), 0
    while True:
        kind = kinds[number % len(kinds)]
        if at + reaction_s(kind) + 3 > seconds:
            return
        calm = sum(n for view, n in _REACTIONS[kind] if view in ("wide", "closeup", "crowd"))
        side = (1, -1)[number % 2]
        yield Event(kind, at - _RUN_UP_S, at, at + calm, side)
        at += reaction_s(kind) + _RUN_UP_S + rng.uniform(9, 24)
        number += 1


def _shots(seconds: float, events: tuple[Event, ...], rng: np.random.Generator) -> Iterator[Shot]:
    begun = 0.0
    for event in events:
        yield from _play(begun, event.moment + _REACTIONS[event.kind][0][1], rng)
        at = event.moment
        for number, (view, length) in enumerate(_REACTIONS[event.kind]):
            if number:  # the first is the wide shot that goes on
                yield Shot(view, at, at + length, event.side, event.moment)
            at += length
        begun = at
    yield from _play(begun, seconds, rng)


def _play(start: float, stop: float, rng: np.random.Generator) -> Iterator[Shot]:
    """Yields the shots of open play, the last of them wide."""
    at = start
    while stop - at > 22:
        length = float(rng.uniform(8, 13))
        yield Shot("wide", at, at + length)
        view: View = "medium" if rng.random() < 0.6 else "closeup"
        between = float(rng.uniform(2, 3.5))
        yield Shot(view, at + length, at + length + between)
        at += length + between
    yield Shot("wide", at, stop)


def _swells(seconds: float, events: tuple[Event, ...], rng: np.random.Generator) -> Iterator[Swell]:
    for event in events:
        late = rng.uniform(0.3, 0.8)
        kind: Literal["cheer", "groan"] = "cheer" if event.kind == "goal" else "groan"
        length = 9.0 if kind == "cheer" else 3.0
        yield Swell(kind, event.moment + late, event.moment + late + length)
    busy = [(event.start, event.moment + reaction_s(event.kind)) for event in events]
    edges = [0.0, *(edge for span in busy for edge in span), seconds]
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        if stop - start > 7:
            length = min(9.0, stop - start - 2)
            begun = start + rng.uniform(0.5, stop - start - length - 0.5)
            yield Swell("chant", begun, begun + length)
