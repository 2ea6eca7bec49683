"""Sports grounds as plans in metres: their lines, their surfaces, and their colour at any place.

x runs along the picture (0 in the middle), z away from the camera (0 at the near line). Sizes are
those of the rules of each game (FIFA, FIBA, IHF, FIVB, ITF, IIHF), rounded.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.models.train.scene.compose import Colours
from otio_autoedit.models.train.scene.textures import Texture

Segment = tuple[float, float, float, float]
Arc = tuple[float, float, float, float, float]
Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is drawn on a ground, and who plays on it.

    Attributes:
        surfaces: of which it may be.
        length, width: of the marked rectangle, along x and z.
        margin: of the same surface around it.
        segments: lines x0, z0, x1, z1; arcs: x, z, radius, least and largest x that is drawn.
        painted: rectangles x0, z0, x1, z1 of another colour.
        line: width of the lines.
        players: of both sides together, least and most; ball: its diameter.
        net: height of a net across x at half the width, 0: none; goal: width and height.
        indoor: it may lie in a hall.
    """

    name: str
    surfaces: tuple[str, ...]
    length: float
    width: float
    margin: float
    segments: tuple[Segment, ...]
    arcs: tuple[Arc, ...] = ()
    painted: tuple[Segment, ...] = ()
    line: float = 0.12
    players: tuple[int, int] = (10, 22)
    ball: float = 0.22
    net: float = 0.0
    goal: tuple[float, float] = (0.0, 0.0)
    indoor: bool = False


@dataclass(frozen=True, slots=True)
class Surface:
    """The look of one ground: colours are 0..255, shares 0..1, lengths metres.

    Attributes:
        colour, second: of the surface and of its worn or painted places.
        lines: their colour; contrast: how opaque they are.
        stripes: width of a mown stripe, 0: none; along: they run along x, else along z.
        stripe_depth, grain, wear: how much each shows.
        shadow: x, z of a point and the direction x, z of the normal of a shadow's edge; None: no.
        shadow_depth: what the shadow takes away.
    """

    colour: Values
    second: Values
    lines: Values
    contrast: float
    stripes: float
    along: bool
    stripe_depth: float
    grain: float
    wear: float
    shadow: tuple[float, float, float, float] | None
    shadow_depth: float


@dataclass(frozen=True, slots=True)
class Seen:
    """Places on the ground, `(n,)` each, and how large a pixel is there.

    Attributes:
        x, z: metres.
        across, away: a pixel's size there, across the view and along it.
        heading: the view's direction x, z on the ground, of length 1.
    """

    x: Values
    z: Values
    across: Values
    away: Values
    heading: tuple[float, float]

    def size(self, x: Values | float, z: Values | float) -> Values:
        """Returns a pixel's size along the direction x, z (of length 1)."""
        ahead = x * self.heading[0] + z * self.heading[1]
        aside = x * self.heading[1] - z * self.heading[0]
        return np.hypot(ahead * self.away, aside * self.across) + np.float32(1e-3)


def pick_surface(plan: Plan, rng: np.random.Generator, *, sun: bool) -> Surface:
    """Returns a random look of one of the plan's surfaces; `sun` may throw a stand's shadow."""
    name = plan.surfaces[rng.integers(len(plan.surfaces))]
    colours, seconds, lines = _COLOURS[name]
    colour = np.array(colours[rng.integers(len(colours))], np.float32)
    colour = np.clip(colour * rng.normal(1, 0.07, 3) * rng.uniform(0.75, 1.2), 0, 250)
    second = np.array(seconds[rng.integers(len(seconds))], np.float32) * rng.normal(1, 0.08, 3)
    grass = name == "grass"
    angle = rng.normal(np.pi / 2, 0.5)
    edge = (0.0, plan.width * rng.uniform(0.1, 0.9), float(np.cos(angle)), float(np.sin(angle)))
    return Surface(
        colour=colour.astype(np.float32),
        second=np.clip(second, 0, 255).astype(np.float32),
        lines=np.array(lines[rng.integers(len(lines))], np.float32),
        contrast=float(rng.uniform(0.6, 1.0)),
        stripes=float(rng.uniform(3.5, 9)) if grass and rng.random() < 0.75 else 0.0,
        along=bool(rng.random() < 0.25),
        stripe_depth=float(rng.uniform(0.03, 0.16)),
        grain=float(rng.uniform(0.03, 0.12)) * (1.0 if grass or name == "sand" else 0.4),
        wear=float(rng.choice((0.0, rng.uniform(0.1, 0.7)))) if not plan.indoor else 0.05,
        shadow=edge if sun and rng.random() < 0.4 else None,
        shadow_depth=float(rng.uniform(0.3, 0.65)),
    )


def shade(plan: Plan, surface: Surface, noise: Texture, seen: Seen) -> Colours:
    """Returns the colours `(n, 3)` of the ground at the places `seen`."""
    away = np.maximum(seen.across, seen.away)
    blotches = noise.sample(seen.x * 9, seen.z * 9, away * 9)[:, 0]
    grains = noise.sample(seen.x * 120, seen.z * 120, np.sqrt(seen.across * seen.away) * 120)[:, 0]
    light = 1 + surface.grain * (0.5 * blotches + grains) + _stripes(surface, seen)
    worn = np.clip(surface.wear * (blotches - 0.6 + _centre(plan, seen)), 0, 0.8)
    for patch in plan.painted:
        worn = np.maximum(worn, _inside(patch, seen))
    colours: Colours = surface.colour + (surface.second - surface.colour) * worn[:, None]
    colours *= light[:, None]
    drawn = _lines(plan, seen) * surface.contrast
    colours += (surface.lines - colours) * drawn[:, None]
    if surface.shadow is not None:
        x, z, across, ahead = surface.shadow
        distance = (seen.x - x) * across + (seen.z - z) * ahead
        dark = np.clip(distance / (seen.size(across, ahead) + 0.3) + 0.5, 0, 1)
        colours *= (1 - surface.shadow_depth * dark)[:, None]
    return colours


def _stripes(surface: Surface, seen: Seen) -> Values:
    """Returns the mowing stripes, lighter and darker about 0; fading where a pixel covers them."""
    if not surface.stripes:
        return np.zeros_like(seen.x)
    place, size = (seen.z, seen.size(0, 1)) if surface.along else (seen.x, seen.size(1, 0))
    wave = np.sin(place * np.float32(np.pi / surface.stripes))
    edge = np.maximum(size / surface.stripes, np.float32(0.05))
    stripes: Values = np.clip(wave / edge / np.float32(np.pi), -1, 1) * surface.stripe_depth
    stripes *= np.clip(1.6 - size / surface.stripes, 0, 1)
    return stripes


def _centre(plan: Plan, seen: Seen) -> Values:
    """Returns 0..1: where feet wear the surface, before the goals."""
    ends = np.minimum(np.abs(seen.x - plan.length / 2), np.abs(seen.x + plan.length / 2))
    reach = np.hypot(ends / 6, (seen.z - plan.width / 2) / 5)
    worn: Values = np.clip(1.5 - reach, 0, 1)
    return worn


def _inside(patch: Segment, seen: Seen) -> Values:
    x0, z0, x1, z1 = patch
    inside = (seen.x > x0) & (seen.x < x1) & (seen.z > z0) & (seen.z < z1)
    return inside.astype(np.float32)


def _lines(plan: Plan, seen: Seen) -> Values:
    """Returns how much of each pixel its lines cover, 0..1."""
    drawn = np.zeros_like(seen.x)
    for x0, z0, x1, z1 in plan.segments:
        length = float(np.hypot(x1 - x0, z1 - z0))
        along_x, along_z = (x1 - x0) / length, (z1 - z0) / length
        dx, dz = seen.x - np.float32(x0), seen.z - np.float32(z0)
        along = dx * along_x + dz * along_z
        aside = np.abs(dx * along_z - dz * along_x)
        cover = _cover(aside, plan.line, seen.size(along_z, -along_x))
        cover *= (along > -plan.line / 2) & (along < length + plan.line / 2)
        np.maximum(drawn, cover, out=drawn)
    for x, z, radius, least, most in plan.arcs:
        dx, dz = seen.x - np.float32(x), seen.z - np.float32(z)
        distance = np.hypot(dx, dz) + np.float32(1e-3)
        size = seen.size(dx / distance, dz / distance)
        cover = _cover(np.abs(distance - radius), plan.line, size)
        np.maximum(drawn, cover * ((seen.x >= least) & (seen.x <= most)), out=drawn)
    return drawn


def _cover(aside: Values, width: float, size: Values) -> Values:
    """Returns how much of a pixel of that size a line at that distance covers.

    Thin lines are kept at a third at least: cameras sharpen them.
    """
    share = np.clip(np.float32(width) / size, 0.33, 1)
    reach = np.maximum(size, np.float32(width))
    cover: Values = np.clip((np.float32(width / 2) + size / 2 - aside) / reach * 2, 0, 1) * share
    return cover


def _frame(x0: float, z0: float, x1: float, z1: float) -> tuple[Segment, ...]:
    return ((x0, z0, x1, z0), (x1, z0, x1, z1), (x1, z1, x0, z1), (x0, z1, x0, z0))


def _both(*segments: Segment) -> tuple[Segment, ...]:
    """Returns the segments and what mirrors them at x = 0."""
    return (*segments, *((-x0, z0, -x1, z1) for x0, z0, x1, z1 in segments))


def _box(end: float, depth: float, middle: float, half: float) -> tuple[Segment, ...]:
    """Returns three sides of an area before a goal line at x = `end`."""
    near, far, front = middle - half, middle + half, end - depth
    return ((end, near, front, near), (front, near, front, far), (front, far, end, far))


_ALL = 1e3
_AREAS = _both(*_box(52.5, 16.5, 34, 20.2), *_box(52.5, 5.5, 34, 9.2))
_CIRCLES = ((0, 14), (20, 7), (20, 21), (-20, 7), (-20, 21))
_SERVICE = (*((x, 0.0, x, 23.8) for x in (-4.1, 4.1)), (0.0, 5.5, 0.0, 18.3))
_WHITE = ((238, 240, 238), (225, 228, 220))
_GREENS = (
    (72, 128, 48),
    (92, 146, 58),
    (60, 112, 60),
    (110, 150, 62),
    (52, 104, 44),
    (86, 124, 70),
)
_SOILS = ((140, 122, 78), (120, 110, 62), (150, 140, 90))
_FLOORS = ((190, 140, 92), (168, 120, 78), (206, 164, 116), (70, 110, 160), (60, 130, 110))
_PAINTS = ((150, 40, 44), (40, 70, 130), (40, 100, 70), (196, 150, 60), (60, 60, 66))
_COLOURS: dict[str, tuple[tuple[tuple[int, int, int], ...], ...]] = {
    "grass": (_GREENS, _SOILS, _WHITE),
    "parquet": (_FLOORS, _PAINTS, (*_WHITE, (40, 44, 60))),
    "hard": (((52, 88, 140), (60, 120, 84), (70, 74, 120), (130, 70, 60)), _PAINTS, _WHITE),
    "clay": (((176, 98, 62), (190, 112, 76)), ((150, 84, 56),), _WHITE),
    "sand": (
        ((206, 184, 142), (190, 170, 134)),
        ((170, 150, 112),),
        ((40, 70, 150), (220, 60, 50)),
    ),
    "ice": (((216, 226, 234), (200, 214, 226)), ((190, 206, 222),), ((190, 50, 56), (50, 80, 160))),
    "tartan": (((168, 72, 58), (70, 100, 150)), ((150, 64, 52),), _WHITE),
}

PLANS = (
    Plan(
        "football",
        ("grass",),
        *(105, 68, 5),
        (*_frame(-52.5, 0, 52.5, 68), (0, 0, 0, 68), *_AREAS),
        ((0, 34, 9.15, -_ALL, _ALL), (41.5, 34, 9.15, -_ALL, 36), (-41.5, 34, 9.15, -36, _ALL)),
        goal=(7.3, 2.4),
    ),
    Plan(
        "gridiron",
        ("grass",),
        *(110, 49, 5),
        (*_frame(-55, 0, 55, 49), *((x * 4.57, 0, x * 4.57, 49) for x in range(-10, 11))),
        painted=((-55, 0, -46, 49), (46, 0, 55, 49)),
        players=(12, 22),
    ),
    Plan(
        "basketball",
        ("parquet",),
        *(28, 15, 2),
        (*_frame(-14, 0, 14, 15), (0, 0, 0, 15), *_both(*_box(14, 5.8, 7.5, 2.45))),
        ((0, 7.5, 1.8, -_ALL, _ALL), (12.4, 7.5, 6.75, -_ALL, 14), (-12.4, 7.5, 6.75, -14, _ALL)),
        painted=((-14, 5.05, -8.2, 9.95), (8.2, 5.05, 14, 9.95)),
        line=0.07,
        players=(8, 10),
        ball=0.24,
        indoor=True,
    ),
    Plan(
        "handball",
        ("parquet", "hard"),
        *(40, 20, 2),
        (*_frame(-20, 0, 20, 20), (0, 0, 0, 20)),
        ((20, 10, 6, -_ALL, 20), (-20, 10, 6, -20, _ALL), (20, 10, 9, -_ALL, 20)),
        line=0.07,
        players=(10, 14),
        ball=0.19,
        goal=(3.0, 2.0),
        indoor=True,
    ),
    Plan(
        "volleyball",
        ("parquet", "hard"),
        *(18, 9, 4),
        (*_frame(-9, 0, 9, 9), (-3, 0, -3, 9), (3, 0, 3, 9), (0, 0, 0, 9)),
        painted=((-9, 0, 9, 9),),
        line=0.07,
        players=(10, 12),
        ball=0.21,
        indoor=True,
    ),
    Plan(
        "tennis",
        ("hard", "clay", "grass"),
        *(11, 23.8, 5),
        (*_frame(-5.5, 0, 5.5, 23.8), *_frame(-4.1, 5.5, 4.1, 18.3), *_SERVICE),
        line=0.07,
        players=(2, 4),
        ball=0.07,
        net=0.95,
    ),
    Plan(
        "ice hockey",
        ("ice",),
        *(60, 28, 1),
        ((0, 0, 0, 28), (-7.6, 0, -7.6, 28), (7.6, 0, 7.6, 28), (26, 0, 26, 28), (-26, 0, -26, 28)),
        tuple((x, z, 4.5, -_ALL, _ALL) for x, z in _CIRCLES),
        line=0.25,
        players=(8, 12),
        ball=0.0,
        goal=(1.8, 1.2),
        indoor=True,
    ),
    Plan(
        "beach volleyball",
        ("sand",),
        *(8, 16, 4),
        _frame(-4, 0, 4, 16),
        line=0.06,
        players=(4, 4),
        ball=0.21,
        net=2.4,
    ),
    Plan(
        "running",
        ("tartan",),
        *(100, 9.8, 3),
        tuple((-60, z * 1.22, 60, z * 1.22) for z in range(9)),
        line=0.06,
        players=(5, 8),
        ball=0.0,
    ),
    Plan(
        "plain",
        ("grass", "hard", "sand"),
        *(60, 40, 6),
        _frame(-30, 0, 30, 40),
        players=(4, 16),
    ),
)
