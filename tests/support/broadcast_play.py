"""A football match that plays a script: where the ball and 22 players are at every frame.

Metres as in `models.train.scene.grounds`: x along the pitch from its middle, z away from the
camera's side, y up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tests.support.broadcast_script import Event, Script

RATE = 25
PLAYERS = 22
Floats = NDArray[np.float64]

_FASTEST = 7.5  # metres a second of a player
_GRAVITY = 9.8
_HOMES = np.array(
    [(-49, 34), (-33, 12), (-36, 27), (-36, 41), (-33, 56), (-14, 14), (-18, 28), (-18, 40),
     (-14, 54), (-2, 26), (-1, 43)], float,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Play:
    """The ball `[frames, 3]` (x, y, z), players `[frames, 22, 2]` (x, z), how fast they run
    `[frames, 22]`, and who has the ball. The first eleven defend the left goal."""

    ball: Floats
    players: Floats
    speed: Floats
    holder: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Stop:
    """The ball is there at that second; `high` metres is the top of its flight to there."""

    second: float
    x: float
    z: float
    high: float = 0.0
    team: int = -1  # who plays it on; -1: nobody


def play_match(script: Script, seed: int) -> Play:
    """Returns the match; the same for the same script and seed."""
    rng = np.random.default_rng(seed)
    stops = _stops(script, rng)
    ball = _flight(stops, round(script.seconds * RATE))
    return _run(ball, stops, script, rng)


def _stops(script: Script, rng: np.random.Generator) -> list[_Stop]:
    at = 0.0
    stops = [_Stop(0.0, 0.0, 34.0, team=0)]
    for event in script.events:
        _pass_about(stops, at, event.start, rng)
        _attack(stops, event, rng)
        at = event.stop + (12.0 if event.kind == "goal" else 3.0)
        restart = (0.0, 34.0) if event.kind == "goal" else (event.side * 47.0, 34.0)
        stops.append(_Stop(event.stop + 1.0, *restart, team=int(event.side > 0)))
    _pass_about(stops, at, script.seconds, rng)
    return stops


def _pass_about(stops: list[_Stop], start: float, stop: float, rng: np.random.Generator) -> None:
    """Passes in midfield, out for a throw-in now and then, until `stop`."""
    at, team = max(start, stops[-1].second) + 0.5, int(rng.integers(2))
    x, z = (0.0, 34.0) if abs(stops[-1].x) > 40 else (stops[-1].x, stops[-1].z)
    while at < stop - 1.5:
        x = float(np.clip(x + rng.normal(0, 9) - 0.15 * x, -28, 28))
        z = float(np.clip(z + rng.normal(0, 11), 6, 62))
        if rng.random() < 0.08 and at < stop - 6:
            z = 68.5 if z > 34 else -0.5
            stops.append(_Stop(at, x, z))
            at += 3.2
            stops.append(_Stop(at, x, z, team=1 - team))
        else:
            stops.append(_Stop(at, x, z, float(rng.choice((0, 0, 0, 4))), team))
        team = team if rng.random() < 0.75 else 1 - team
        at += float(rng.uniform(1.1, 2.6))


def _attack(stops: list[_Stop], event: Event, rng: np.random.Generator) -> None:
    """From midfield to a wing, before the goal, and on it."""
    side, team = event.side, 0 if event.side > 0 else 1
    wing = float(rng.choice((10.0, 58.0)))
    stops += [
        _Stop(event.start, side * 8, 34 + rng.normal(0, 6), team=team),
        _Stop(event.start + 2.2, side * 28, wing, 0, team),
        _Stop(event.start + 4.2, side * 43, wing + np.sign(34 - wing) * 4, 0, team),
        _Stop(event.moment - 0.85, side * 41, 34 + rng.normal(0, 3), 3.0, team),
    ]
    if event.kind == "goal":
        z = 34 + float(rng.choice((-2.6, 2.6)))
        stops.append(_Stop(event.moment, side * 52.6, z, 1.6))
        stops.append(_Stop(event.moment + 0.3, side * 53.7, z))
        stops.append(_Stop(event.stop, side * 53.7, z))
    elif event.kind == "save":
        stops.append(
            _Stop(event.moment, side * 50.5, 34 + float(np.clip(rng.normal(0, 2), -3, 3)), 1.2)
        )
        stops.append(_Stop(event.stop, side * 50.0, 34.0))
    else:
        z = 34 + float(rng.choice((-6.0, 6.0)))
        stops.append(_Stop(event.moment, side * 52.8, z, 2.4))
        stops.append(_Stop(event.moment + 0.7, side * 57.0, z))
        stops.append(_Stop(event.stop, side * 57.0, z))


def _flight(stops: list[_Stop], frames: int) -> Floats:
    """Returns the ball's place at each frame."""
    seconds = np.arange(frames) / RATE
    known = np.array([stop.second for stop in stops])
    x = np.interp(seconds, known, [stop.x for stop in stops])
    z = np.interp(seconds, known, [stop.z for stop in stops])
    following = np.searchsorted(known, seconds, "right").clip(1, len(stops) - 1)
    before, after = known[following - 1], known[following]
    share = ((seconds - before) / np.maximum(after - before, 1e-6)).clip(0, 1)
    high = np.array([stop.high for stop in stops])[following]
    return np.stack([x, 0.11 + high * 4 * share * (1 - share), z], 1)


def _run(ball: Floats, stops: list[_Stop], script: Script, rng: np.random.Generator) -> Play:
    """Everybody drifts with the play; whoever shall have the ball runs to where it will be."""
    homes = np.concatenate([_HOMES, np.stack([-_HOMES[:, 0], 68 - _HOMES[:, 1]], 1)])
    keepers = np.array([0, 11])
    place = homes * (0.35, 1.0)
    known = np.array([stop.second for stop in stops])
    players = np.empty((len(ball), PLAYERS, 2))
    speed = np.empty((len(ball), PLAYERS))
    holder = np.full(len(ball), -1)
    drift, chosen, chosen_for = rng.normal(0, 2, (PLAYERS, 2)), -1, -1
    for frame in range(len(ball)):
        at = frame / RATE
        drift += rng.normal(0, 0.35, drift.shape) - 0.01 * drift
        spot = ball[frame, [0, 2]]
        wanted = homes + drift + 0.45 * (spot - (0, 34)) * (1.0, 0.5)
        wanted[keepers, 0] = np.sign(homes[keepers, 0]) * 50
        wanted[keepers, 1] = 34 + 0.12 * (spot[1] - 34)
        following = int(np.searchsorted(known, at, "right").clip(0, len(stops) - 1))
        stop = stops[following]
        if stop.team >= 0:
            if chosen_for != following:
                chosen, chosen_for = _nearest(place, stop), following
            wanted[chosen] = (stop.x, stop.z)
            holder[frame] = chosen
        _celebrate(wanted, place, script, at)
        step = wanted - place
        length = np.hypot(step[:, 0], step[:, 1]) + 1e-9
        moved = np.minimum(length * 1.6, _FASTEST) / RATE
        place = place + step / length[:, None] * np.minimum(moved, length)[:, None]
        players[frame], speed[frame] = place, moved * RATE
    return Play(ball, players, speed, holder)


def _nearest(place: Floats, stop: _Stop) -> int:
    """Returns the player of the stop's team, no keeper, who is nearest to it."""
    team = np.arange(1, 11) + 11 * stop.team
    away = np.hypot(place[team, 0] - stop.x, place[team, 1] - stop.z)
    return int(team[np.argmin(away)])


def _celebrate(wanted: Floats, place: Floats, script: Script, at: float) -> None:
    """After a goal its team runs to the corner, the other stands; changes `wanted`."""
    for event in script.events:
        if event.kind == "goal" and event.moment + 0.5 < at < event.stop:
            mine = np.arange(1, 11) + (0 if event.side > 0 else 11)
            others = np.arange(1, 11) + (11 if event.side > 0 else 0)
            ring = np.linspace(0, 2 * np.pi, 10, endpoint=False)
            wanted[mine] = np.stack(
                [event.side * 46 + 1.8 * np.cos(ring), 8 + 1.8 * np.sin(ring)], 1
            )
            wanted[others] = place[others] * (0.99, 1.0)  # walking back
