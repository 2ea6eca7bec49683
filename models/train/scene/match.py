"""Who plays, where they are, and where they run: two teams around a ball."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from otio_autoedit.models.train.scene.grounds import Plan
from otio_autoedit.models.train.scene.players import (
    Body,
    Kit,
    Pose,
    later,
    pick_body,
    pick_kit,
    pick_pose,
)

_BALLS = {
    "basketball": ((206, 110, 50), False),
    "tennis": ((216, 236, 70), False),
    "volleyball": ((236, 220, 110), False),
    "beach volleyball": ((240, 210, 80), False),
}
_PADDED = ("gridiron", "ice hockey")


@dataclass(frozen=True, slots=True)
class Player:
    """One player: `place` and `speed` x, z in metres (a second), `height` in metres.

    The cut-out of that number is shown instead of a drawn figure where it is large, or
    `photographed`; in its team's colours where it is small, or `recoloured`.
    """

    identity: int
    place: tuple[float, float]
    speed: tuple[float, float]
    height: float
    kit: Kit
    body: Body
    pose: Pose
    cutout: int
    photographed: bool
    recoloured: bool


@dataclass(frozen=True, slots=True)
class Ball:
    """The ball: `place` and `speed` x, y, z; its diameter `size`, 0: there is none to be seen."""

    place: tuple[float, float, float]
    speed: tuple[float, float, float]
    size: float
    colour: tuple[int, int, int]
    spots: bool


@dataclass(frozen=True, slots=True)
class Match:
    """All that moves.

    Attributes:
        followed: number of the player whom a close camera follows.
        shadows: of each player, how far it leans to the right (heights) and how dark it is.
        light: on the players.
    """

    players: tuple[Player, ...]
    ball: Ball
    followed: int
    shadows: tuple[tuple[float, float], ...]
    light: float


def pick_match(plan: Plan, rng: np.random.Generator, cutouts: int) -> Match:
    """Returns two teams, a referee or two, a ball; `cutouts` is how many people there are."""
    ball = _pick_ball(plan, rng)
    bulk, bare = (1.35, False) if plan.name in _PADDED else (1.0, bool(rng.random() < 0.85))
    kits = [pick_kit(rng, bulk=bulk, bare=bare) for _ in range(2)]
    kits.append(pick_kit(rng, bulk=bulk, bare=bare))
    count = int(rng.integers(plan.players[0], plan.players[1] + 1))
    photographed = float(rng.choice((0.0, 0.25, 0.6)))
    players = []
    for number in range(count):
        team = number % 2 if number < count - 1 else 2
        place = _position(plan, ball, rng, alone=number == 0)
        pose = pick_pose(rng, moving=bool(rng.random() < 0.65))
        pace = 6.0 * pose.stride * rng.uniform(0.4, 1)
        body = pick_body(rng)
        angle = rng.normal(0, 0.6) + (0 if body.right else np.pi)
        players.append(
            Player(
                identity=number + 1,
                place=place,
                speed=(float(pace * np.cos(angle)), float(pace * np.sin(angle))),
                height=float(rng.normal(1.8, 0.09)),
                kit=kits[team],
                body=body,
                pose=pose,
                cutout=int(rng.integers(cutouts)),
                photographed=bool(rng.random() < photographed),
                recoloured=bool(rng.random() < 0.6),
            )
        )
    return Match(tuple(players), ball, int(rng.integers(count)), _shadows(plan, rng), _light(rng))


def moved(match: Match, plan: Plan, seconds: float, rng: np.random.Generator) -> Match:
    """Returns the match so much later: everybody runs on and turns a little."""
    players = tuple(_moved(player, plan, seconds, rng) for player in match.players)
    ball = match.ball
    x, y, z = (p + s * seconds for p, s in zip(ball.place, ball.speed, strict=True))
    up = ball.speed[1] - 9.8 * seconds
    speed = (ball.speed[0], up, ball.speed[2])
    if y < ball.size / 2:
        y, speed = ball.size / 2, (speed[0] * 0.8, abs(up) * 0.4, speed[2] * 0.8)
    x, z, turn = _kept(x, z, plan)
    speed = (speed[0] * turn[0], speed[1], speed[2] * turn[1])
    return replace(match, players=players, ball=replace(ball, place=(x, y, z), speed=speed))


def _moved(player: Player, plan: Plan, seconds: float, rng: np.random.Generator) -> Player:
    x = player.place[0] + player.speed[0] * seconds
    z = player.place[1] + player.speed[1] * seconds
    x, z, turn = _kept(x, z, plan)
    speed = np.array(player.speed) * turn + rng.normal(0, 0.4, 2)
    body = player.body if turn[0] > 0 else replace(player.body, right=not player.body.right)
    return replace(
        player,
        place=(x, z),
        speed=(float(speed[0]), float(speed[1])),
        body=body,
        pose=later(player.pose, seconds),
    )


def _kept(x: float, z: float, plan: Plan) -> tuple[float, float, tuple[int, int]]:
    """Returns the place kept on the ground, and -1 for each direction that turns round."""
    far, near, end = plan.width + 0.5, -0.5, plan.length / 2 + 0.5
    turn = (1 if abs(x) < end else -1, 1 if near < z < far else -1)
    return float(np.clip(x, -end, end)), float(np.clip(z, near, far)), turn


def _pick_ball(plan: Plan, rng: np.random.Generator) -> Ball:
    x = rng.normal(0, 0.28) * plan.length
    z = plan.width * np.clip(rng.normal(0.5, 0.22), 0.03, 0.97)
    x = float(np.clip(x, -plan.length / 2, plan.length / 2))
    air = bool(rng.random() < (0.25 if plan.name == "football" else 0.5))
    y = rng.uniform(0.5, 5) if air else plan.ball / 2
    speed = (*rng.normal(0, 6, 1), rng.uniform(0, 5) if air else 0.0, *rng.normal(0, 3, 1))
    colour, spots = _BALLS.get(plan.name, ((240, 240, 236), True))
    size = plan.ball * rng.uniform(1.0, 1.6) if rng.random() < 0.85 else 0.0
    sx, sy, sz = (float(value) for value in speed)
    return Ball((x, float(y), float(z)), (sx, sy, sz), float(size), colour, spots)


def _position(
    plan: Plan, ball: Ball, rng: np.random.Generator, *, alone: bool
) -> tuple[float, float]:
    """Returns where a player stands: most about the ball, some anywhere, one in a goal."""
    if alone and plan.goal[0]:
        side = float(rng.choice((-1, 1)))
        return side * (plan.length / 2 - rng.uniform(0.5, 6)), plan.width / 2 + rng.normal(0, 2)
    spread = 0.16 if rng.random() < 0.75 else 0.4
    x = ball.place[0] + rng.normal(0, spread) * plan.length
    z = ball.place[2] + rng.normal(0, spread * 1.3) * plan.width
    end = plan.length / 2
    return float(np.clip(x, -end, end)), float(np.clip(z, 0, plan.width))


def _shadows(plan: Plan, rng: np.random.Generator) -> tuple[tuple[float, float], ...]:
    if plan.indoor or rng.random() < 0.4:  # soft ones, of many lamps
        return tuple((float(rng.normal(0, 0.8)), 0.12) for _ in range(int(rng.integers(1, 4))))
    return ((float(rng.normal(0, 0.9)), float(rng.uniform(0.1, 0.5))),)


def _light(rng: np.random.Generator) -> float:
    return float(rng.uniform(0.75, 1.05))
