"""Generated sports broadcasts: a ground, stands, players, a ball, captions, all of it labelled.

What a network must learn of a ground cannot be had labelled; what a ground looks like from a
stand can be drawn: plan, mowing, perspective and a crowd too far away to have faces.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from otio_autoedit.models.scene_labels import MASKS
from otio_autoedit.models.train.scene.captions import caption
from otio_autoedit.models.train.scene.compose import (
    IGNORED,
    Box,
    Canvas,
    Labelled,
    Piece,
    bounds,
)
from otio_autoedit.models.train.scene.crowds import crowd_picture
from otio_autoedit.models.train.scene.looks import Look, apply_look, blurred, pick_look, smeared
from otio_autoedit.models.train.scene.match import Ball, Match, Player, moved, pick_match
from otio_autoedit.models.train.scene.material import Material
from otio_autoedit.models.train.scene.players import dressed, figure
from otio_autoedit.models.train.scene.stadium import pick_venue
from otio_autoedit.models.train.scene.venue import Camera, Venue, view

RATE = 3.0
"""Frames a second of a clip."""
_SIZES = ((448, 252), (448, 252), (448, 252), (448, 252), (448, 336), (252, 448), (384, 288))
_REACTIONS = 0.07  # the share of pictures of nothing but people on a stand
_LARGE = 90  # pixels; a drawn figure is too plain to be seen larger
_CROWD_TO_IGNORE = 9.0  # pixels of a seat: larger, and somebody may be taken for a person, rightly


@dataclass(frozen=True, slots=True)
class Shot:
    """How one camera follows: metres `seen` across at its target, `place` where it stands, metres
    that it looks `ahead` of the ball, whether all behind is out of `focus`.
    """

    kind: str
    seen: float
    place: tuple[float, float, float]
    ahead: tuple[float, float]
    focus: float
    size: tuple[int, int]


def broadcast_scene(
    rng: np.random.Generator, material: Material, frames: int = 1
) -> tuple[Labelled, ...]:
    """Returns `frames` pictures of one shot, `RATE` a second, the camera following the play."""
    venue = pick_venue(rng, material)
    match = pick_match(venue.plan, rng, len(material.standing))
    return _follow(venue, match, rng, material, frames)


def broadcast_stills(
    rng: np.random.Generator, material: Material, shots: int
) -> tuple[Labelled, ...]:
    """Returns one picture each of several cameras on one ground, at several moments."""
    venue = pick_venue(rng, material)
    pictures: list[Labelled] = []
    for _ in range(shots):
        if rng.random() < _REACTIONS:
            pictures.append(crowd_picture(rng, material, _SIZES[rng.integers(len(_SIZES))]))
            continue
        match = pick_match(venue.plan, rng, len(material.standing))
        pictures += _follow(venue, match, rng, material, 1)
    return tuple(pictures)


def _follow(
    venue: Venue, match: Match, rng: np.random.Generator, material: Material, frames: int
) -> tuple[Labelled, ...]:
    shot = _pick_shot(venue, rng)
    look, graphics = pick_look(rng), caption(shot.size, rng)
    ball = np.array(match.ball.place)
    pictures = []
    for number in range(frames):
        camera, pan = _aimed(shot, match, ball, rng)
        pictures.append(
            _picture(venue, match, shot, camera, graphics, look, material, rng, pan, number / RATE)
        )
        match = moved(match, venue.plan, 1 / RATE, rng)
        ball = ball + 0.7 * (np.array(match.ball.place) - ball)
    return tuple(pictures)


def _pick_shot(venue: Venue, rng: np.random.Generator) -> Shot:
    plan = venue.plan
    size = _SIZES[rng.integers(len(_SIZES))]
    scale = float(np.hypot(plan.length, plan.width)) / 125
    kind = str(rng.choice(("wide", "medium", "close"), p=(0.5, 0.3, 0.2)))
    far, high = rng.uniform(12, 40) * max(0.35, scale), rng.uniform(7, 24) * max(0.4, scale)
    reach = {"wide": (0.35, 0.85), "medium": (0.12, 0.32)}
    seen = rng.uniform(2.2, 8)
    if kind != "close":
        seen = max(6.0, rng.uniform(*reach[kind]) * max(plan.length, plan.width))
    elif rng.random() < 0.7:
        high = rng.uniform(1.2, 6)
    if size[0] < size[1]:
        seen *= 0.6
    aside = rng.normal(0, 0.25) * plan.length
    place = (aside, high, -plan.margin - far)
    if rng.random() < 0.18:  # from behind a goal, or a corner
        side = float(rng.choice((-1, 1)))
        place = (side * (plan.length / 2 + plan.margin + far), high, plan.width * rng.uniform(0, 1))
    focus = float(rng.uniform(0.004, 0.02)) if kind == "close" else 0.0
    ahead = (float(rng.normal(0, 0.12) * seen), float(rng.normal(0, 0.08) * seen))
    return Shot(kind, float(seen), place, ahead, focus, size)


def _aimed(
    shot: Shot, match: Match, ball: NDArray[np.float64], rng: np.random.Generator
) -> tuple[Camera, int]:
    """Returns the camera as it stands now, and over how many pixels its pan smears."""
    x, y, z = ball[0] + shot.ahead[0], 0.5, ball[2] + shot.ahead[1]
    if shot.kind == "close":
        nearest = match.players[match.followed]
        x, y, z = nearest.place[0], nearest.height * 0.6, nearest.place[1]
        x += shot.ahead[0]
    offset = np.array((x, y, z)) - np.array(shot.place)
    focal = shot.size[0] * float(np.linalg.norm(offset)) / shot.seen
    shake = rng.normal(0, 0.004 * shot.seen, 3)
    target = (float(x + shake[0]), float(y + shake[1]), float(z + shake[2]))
    pan = int(rng.integers(2, 9)) if rng.random() < 0.25 else 0
    return Camera(shot.place, target, focal, shot.size, float(rng.normal(0, 0.006))), pan


def _picture(
    venue: Venue,
    match: Match,
    shot: Shot,
    camera: Camera,
    graphics: Sequence[tuple[Piece, int, int]],
    look: Look,
    material: Material,
    rng: np.random.Generator,
    pan: int,
    second: float,
) -> Labelled:
    colours, masks, sharp = view(venue, camera)
    if shot.focus:
        soft = blurred(colours, shot.focus * shot.size[0])
        mild = blurred(colours, shot.focus * shot.size[0] * 0.25)
        colours = np.where(sharp[..., None], mild, soft)
    canvas = Canvas(smeared(colours, pan), masks)
    ignored = _large_crowd(venue, camera, masks)
    _draw_goals(canvas, venue, camera)
    things: list[Player | Ball] = [*match.players]
    things += [match.ball] if match.ball.size else []
    for thing in sorted(things, key=lambda thing: -_depth(thing, camera)):
        if isinstance(thing, Ball):
            _draw_ball(canvas, thing, camera)
        else:
            _draw_player(canvas, thing, match, camera, material)
    for piece, left, top in graphics:
        canvas.paste(piece, left, top, mask="other")
    canvas.colours = apply_look(canvas.colours, look, rng).astype(np.float32)
    return canvas.finish(second, ignored)


def _depth(thing: Player | Ball, camera: Camera) -> float:
    place = thing.place if isinstance(thing, Ball) else (thing.place[0], 0.0, thing.place[1])
    return float(camera.project(np.array([place], np.float64))[2][0])


def _draw_player(
    canvas: Canvas, player: Player, match: Match, camera: Camera, material: Material
) -> None:
    x, z = player.place
    across, down, depth = camera.project(np.array([(x, 0.0, z)]))
    height = round(camera.focal * player.height / depth[0])
    if depth[0] < 1 or height < 4 or height > 3 * camera.size[1]:
        return
    if player.photographed or height > _LARGE:
        piece = material.standing[player.cutout].piece
        tall, wide = piece.alpha.shape
        piece = piece.resized(max(2, round(wide * height / tall)), height)
        piece = piece if player.body.right else piece.mirrored()
        piece = dressed(piece, player.kit) if player.recoloured or height < _LARGE else piece
    else:
        piece = figure(player.kit, player.body, player.pose, height)
    tall, wide = piece.alpha.shape
    left, top = round(across[0] - wide / 2), round(down[0]) - tall
    for sway, strength in match.shadows:
        _draw_shadow(canvas, piece, left, top + tall, sway, strength)
    lit = Piece(piece.colours * np.float32(match.light), piece.alpha)
    canvas.paste(
        lit, left, top, mask="person", name="person", identity=player.identity, foreground=True
    )


def _draw_shadow(
    canvas: Canvas, piece: Piece, left: int, foot: int, sway: float, strength: float
) -> None:
    """Draws the piece's shadow: flat on the ground, leaning `sway` heights to the right."""
    tall, wide = piece.alpha.shape
    flat = max(1, round(tall * 0.3))
    shape = Piece(np.zeros((tall, wide, 3), np.float32), piece.alpha).resized(wide, flat).alpha
    reach = round(abs(sway) * tall)
    alpha = np.zeros((flat, wide + reach), np.float32)
    for row in range(flat):
        shift = round((flat - 1 - row) / flat * reach)
        shift = shift if sway > 0 else reach - shift
        alpha[row, shift : shift + wide] = shape[row]
    canvas.darken(alpha * np.float32(strength), left - (reach if sway < 0 else 0), foot - flat)


def _draw_ball(canvas: Canvas, ball: Ball, camera: Camera) -> None:
    x, y, z = ball.place
    across, down, depth = camera.project(np.array([(x, y, z), (x, 0.0, z)]))
    if depth[0] < 1:
        return
    size = max(2.4, camera.focal * ball.size / depth[0])
    side = int(np.ceil(size)) + 1
    rows, columns = np.mgrid[0:side, 0:side] + 0.5
    distance = np.hypot(rows - side / 2, columns - side / 2)
    alpha = np.clip(size / 2 + 0.5 - distance, 0, 1).astype(np.float32)
    light = np.clip(1.05 - 0.5 * (rows / side) ** 2, 0, 1.2)
    if ball.spots and size > 7:
        light = light * np.where(np.sin(rows * 9 / size) * np.sin(columns * 8 / size) > 0.3, 0.3, 1)
    colours = np.array(ball.colour, np.float32) * light[..., None].astype(np.float32)
    left, top = round(across[0] - side / 2), round(down[0] - side / 2)
    if y > 0:
        canvas.darken(alpha[::3] * 0.4, round(across[1] - side / 2), round(down[1]))
    piece = Piece(colours, alpha)
    canvas.paste(piece, left, top, mask="other", name="sports ball", identity=0, foreground=True)


def _draw_goals(canvas: Canvas, venue: Venue, camera: Camera) -> None:
    """Draws goals and the net across the ground; thin and seen through, they change no label."""
    plan = venue.plan
    wide, tall = plan.goal
    middle = plan.width / 2
    lines: list[tuple[NDArray[np.float64], float, float]] = []
    for end in (-plan.length / 2, plan.length / 2) if wide else ():
        near, far = middle - wide / 2, middle + wide / 2
        frame = np.array([(end, 0, near), (end, tall, near), (end, tall, far), (end, 0, far)])
        lines.append((frame, 0.1, 1.0))
        back = end + np.sign(end) * tall * 0.7
        for share in np.linspace(0, 1, 9):
            z = near + share * wide
            lines.append((np.array([(end, tall, z), (back, 0, z)]), 0.03, 0.35))
    if plan.net:
        ends = (-plan.length / 2 - 0.9, plan.length / 2 + 0.9)
        foot = 0.0 if plan.net < 1.5 else plan.net - 1.0
        for share in np.linspace(0, 1, 9):
            y = foot + share * (plan.net - foot)
            edge = 1.0 if share == 1 else 0.45
            row = np.array([(ends[0], y, middle), (ends[1], y, middle)])
            lines.append((row, 0.07 if share == 1 else 0.04, edge))
    _draw_lines(canvas, camera, lines)


def _draw_lines(
    canvas: Canvas, camera: Camera, lines: Sequence[tuple[NDArray[np.float64], float, float]]
) -> None:
    """Draws white lines through points in the world, each so many metres thick, so opaque."""
    layer = Image.new("L", camera.size)
    draw = ImageDraw.Draw(layer)
    for points, width, opacity in lines:
        x, y, depth = camera.project(points)
        if depth.min() < 1 or np.abs(x).max() > 4000 or np.abs(y).max() > 4000:
            continue
        thick = camera.focal * width / float(depth.mean())
        ends = [(float(a), float(b)) for a, b in zip(x, y, strict=True)]
        draw.line(ends, int(255 * min(1.0, max(0.4, thick)) * opacity), max(1, round(thick)))
    alpha = np.array(layer, np.float32) / 255
    canvas.colours += (np.float32(225) - canvas.colours) * alpha[..., None]


def _large_crowd(venue: Venue, camera: Camera, masks: NDArray[np.uint8]) -> tuple[Box, ...]:
    """Returns a box to ignore where people on the stands are large enough to be found singly."""
    crowd = masks == MASKS.index("crowd")
    away = np.array([(0.0, 3.0, venue.plan.width + venue.plan.margin + 8.0)])
    depth = max(1.0, float(camera.project(away)[2][0]))
    if not crowd.any() or camera.focal * 0.5 / depth < _CROWD_TO_IGNORE:
        return ()
    return (Box(IGNORED, bounds(crowd), -1),)
