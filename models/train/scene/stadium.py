"""Random venues: a plan with its surface, and stands, halls or trees around it."""

from __future__ import annotations

import numpy as np

from otio_autoedit.models.train.scene.compose import Colours, resized
from otio_autoedit.models.train.scene.grounds import PLANS, Plan, Values, pick_surface
from otio_autoedit.models.train.scene.material import Material
from otio_autoedit.models.train.scene.stands import (
    board_texture,
    bright_colour,
    pick_followers,
    stand_texture,
)
from otio_autoedit.models.train.scene.textures import Texture, grey_texture, noise_tile
from otio_autoedit.models.train.scene.venue import Venue, Wall, boards, seats

_SHARES = (0.45, 0.06, 0.11, 0.06, 0.05, 0.08, 0.05, 0.04, 0.04, 0.06)  # of `PLANS`


def pick_venue(rng: np.random.Generator, material: Material) -> Venue:
    """Returns a random venue."""
    plan = PLANS[rng.choice(len(PLANS), p=_SHARES)]
    indoor = plan.indoor or (plan.name == "tennis" and rng.random() < 0.2)
    open_air = not indoor and rng.random() < (0.6 if plan.name == "plain" else 0.15)
    night = bool(rng.random() < 0.35)
    surface = pick_surface(plan, rng, sun=not indoor and not night)
    noise = grey_texture(noise_tile(512, rng))
    backdrop, horizon, reach = _backdrop(rng, material, indoor=indoor, night=night, trees=open_air)
    walls = _fence(plan, rng) if open_air else _stands(plan, rng, indoor=indoor)
    beyond = None if open_air and rng.random() < 0.7 else _floor(rng)
    return Venue(plan, surface, noise, walls, beyond, backdrop, horizon, reach)


def _stands(plan: Plan, rng: np.random.Generator, *, indoor: bool) -> tuple[Wall, ...]:
    """Returns boards and stands on the sides, one or two storeys high."""
    scale = 0.5 if max(plan.length, plan.width) < 45 else 1.0
    textures = [stand_texture(pick_followers(rng), rng) for _ in range(2)]
    empty_side = rng.random() < 0.3
    empty = stand_texture(pick_followers(rng, empty=True), rng) if empty_side else textures[0]
    advertising = board_texture(rng)
    has_boards = rng.random() < 0.85
    gap, foot = rng.uniform(1, 6) * scale, rng.uniform(0.5, 2.5) * scale
    rise, depth = rng.uniform(0.38, 0.75), rng.uniform(10, 34) * scale
    second = rng.random() < 0.55
    walls: list[Wall] = []
    for side in ("far", "near", "left", "right"):
        if has_boards:
            walls.append(boards(side, rng.uniform(0, 0.3), 0, rng.uniform(0.8, 1.1), advertising))
        filled = not empty_side or rng.random() < 0.6
        if rng.random() < 0.08:
            continue
        texture = textures[rng.integers(2)] if filled else empty
        mask = "crowd" if filled else "other"
        walls.append(Wall(side, gap, 0, None, foot, _plaster(rng), (4, 4), "other"))
        walls.append(seats(side, gap, foot, rise, depth, texture, mask))
        out = gap + depth / np.hypot(1, rise)
        top = foot + rise * (out - gap)
        if second:
            band = rng.uniform(1.2, 4) * scale
            board = boards(side, out - 0.5, top + 1, band, advertising)
            walls.append(Wall(side, out, top, None, 1 + band, _plaster(rng), (4, 4), "other"))
            walls.append(board if rng.random() < 0.6 else walls[-1])
            upper = textures[rng.integers(2)] if filled else empty
            walls.append(seats(side, out, top + 1 + band, rise + 0.15, depth, upper, mask))
        elif indoor:
            walls.append(Wall(side, out, top, None, 12, _plaster(rng), (4, 4), "other"))
    return tuple(walls)


def _fence(plan: Plan, rng: np.random.Generator) -> tuple[Wall, ...]:
    """Returns a row of boards, or nothing: a ground in a park."""
    if rng.random() < 0.6:
        return ()
    texture = board_texture(rng)
    return tuple(boards(side, 0.5, 0, 1.0, texture) for side in ("far", "left", "right"))


def _plaster(rng: np.random.Generator) -> Texture:
    """Returns a plain wall."""
    colour = np.array(bright_colour(rng), np.float32) if rng.random() < 0.3 else np.float32(90)
    tile = 1 + 0.08 * noise_tile(32, rng)
    return Texture((colour * tile[..., None] * np.ones(3)).clip(0, 255).astype(np.float32))


def _floor(rng: np.random.Generator) -> Values:
    """Returns the colour of concrete, tartan or floor beside the ground."""
    colours = ((110, 110, 112), (70, 72, 78), (150, 80, 64), (60, 90, 130), (140, 130, 116))
    colour = np.array(colours[rng.integers(len(colours))], np.float32)
    return (colour * rng.uniform(0.6, 1.1)).astype(np.float32)


def _backdrop(
    rng: np.random.Generator, material: Material, *, indoor: bool, night: bool, trees: bool
) -> tuple[Colours, float, float]:
    """Returns the picture behind all, its horizon, and the radians that its width takes."""
    if trees and material.outdoors:
        place = material.outdoors[rng.integers(len(material.outdoors))].astype(np.float32)
        return place, float(rng.uniform(0.55, 0.85)), float(rng.uniform(0.9, 1.8))
    ends = np.array([(170, 200, 235), (215, 226, 238)], np.float32)
    if indoor:
        ends[:] = rng.uniform(10, 120) * np.array([[0.6], [1.0]])
    elif night:
        ends[:] = (6, 8, 18), (20, 24, 36)
    ends = ends[:, None] * np.float32(rng.uniform(0.8, 1.1))
    return resized(ends, 1, 64), 0.8, 1.0
