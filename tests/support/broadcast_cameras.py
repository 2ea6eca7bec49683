"""Cameras of a generated broadcast: each stands on its place and pans over one drawn panorama.

Rendering pitch and stands ray by ray costs seconds, so it is done once a camera; a pan or a zoom
is a part of that picture (as a camera with a shifting lens sees it), which costs milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from otio_autoedit.models.train.scene.compose import Piece
from otio_autoedit.models.train.scene.grounds import PLANS, pick_surface
from otio_autoedit.models.train.scene.players import Body, Kit, Pose, figure
from otio_autoedit.models.train.scene.stands import Followers, board_texture, stand_texture
from otio_autoedit.models.train.scene.textures import Texture, grey_texture, noise_tile
from otio_autoedit.models.train.scene.venue import Camera, Venue, Wall, boards, seats, view

Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]
KITS = (
    Kit((196, 32, 36), (240, 240, 240), (240, 240, 240), (196, 32, 36), "plain", 1.0, True),
    Kit((40, 78, 178), (240, 220, 60), (24, 30, 60), (40, 78, 178), "hoops", 1.0, True),
    Kit((240, 220, 70), (30, 30, 30), (30, 30, 34), (30, 30, 34), "plain", 1.0, True),  # keepers
)
_BODIES = (
    Body((222, 178, 148), (40, 30, 24), 0.8, True),
    Body((150, 104, 76), (30, 24, 20), 0.9, True),
    Body((98, 66, 50), (24, 20, 18), 0.7, True),
)
_PHASES = 8
_GOAL = (7.32, 2.44)


@dataclass(frozen=True, slots=True, eq=False)
class Stand:
    """A camera on its stand: what it can see, and the picture of all of it."""

    camera: Camera
    panorama: Image.Image

    def part(self, at: tuple[float, float], share: float, size: tuple[int, int]) -> Part:
        """Returns what is seen when it looks at a pixel of the panorama; `share` 1: pixel by
        pixel, .7: closer by a third."""
        wide, tall = size[0] / share, size[1] / share
        whole = self.panorama.size
        left = float(np.clip(at[0] - wide / 2, 0, whole[0] - wide))
        top = float(np.clip(at[1] - tall / 2, 0, whole[1] - tall))
        box = (left, top, left + wide, top + tall)
        seen = self.panorama.resize(size, Image.Resampling.BILINEAR, box)
        return Part(self.camera, np.array(seen), left, top, share)


@dataclass(slots=True, eq=False)
class Part:
    """One frame being drawn."""

    camera: Camera
    picture: Picture
    left: float
    top: float
    share: float

    def places(self, points: Floats) -> Floats:
        """Returns pixels across and down, and pixels of a metre there, of points `(n, 3)`."""
        across, down, depth = self.camera.project(points)
        metre = self.camera.focal / np.maximum(1.0, depth) * self.share
        placed: Floats = np.stack(
            [(across - self.left) * self.share, (down - self.top) * self.share, metre], 1
        )
        return placed

    def paste(self, piece: Piece, left: float, top: float) -> None:
        """Draws a piece with its upper left corner there."""
        paste(self.picture, piece, round(left), round(top))


def paste(picture: Picture, piece: Piece, left: int, top: int) -> None:
    """Draws `piece` on the picture, in place; what stands outside is cut off."""
    tall, wide = piece.alpha.shape
    y0, x0 = max(0, top), max(0, left)
    y1, x1 = min(picture.shape[0], top + tall), min(picture.shape[1], left + wide)
    if y1 <= y0 or x1 <= x0:
        return
    part = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    alpha = piece.alpha[part][..., None]
    under = picture[y0:y1, x0:x1]
    picture[y0:y1, x0:x1] = (under + (piece.colours[part] - under) * alpha).astype(np.uint8)


@lru_cache(maxsize=20_000)
def runner(kit: int, body: int, phase: int, right: bool, pace: int, height: int) -> Piece:
    """Returns a drawn player; `pace` 0 stands, 2 runs, 3 has both arms up."""
    whole = _drawn(kit, body % len(_BODIES), phase % _PHASES, pace)
    whole = whole if right else whole.mirrored()
    tall, wide = whole.alpha.shape
    return whole.resized(max(2, round(wide * height / tall)), max(3, height))


@lru_cache(maxsize=1000)
def _drawn(kit: int, body: int, phase: int, pace: int) -> Piece:
    stride = (0.08, 0.5, 0.9, 0.3)[pace]
    pose = Pose(phase * 2 * np.pi / _PHASES, stride, 0.9 if pace == 3 else 0.0, 0.0)
    return figure(KITS[kit], _BODIES[body], pose, 200)


@lru_cache(maxsize=2)
def venue(seed: int) -> Venue:
    """Returns the stadium of that seed."""
    rng = np.random.default_rng(seed)
    plan = next(plan for plan in PLANS if plan.name == "football")
    surface = pick_surface(plan, rng, sun=False)
    noise = grey_texture(noise_tile(512, rng))
    crowds = [stand_texture(_followers(kit), rng) for kit in KITS[:2]]
    advertising, walls = board_texture(rng), []
    plaster = Texture(np.full((8, 8, 3), 84, np.float32))
    for side, crowd in zip(("far", "left", "right", "near"), (0, 0, 1, 1), strict=True):
        walls.append(boards(side, 0.2, 0, 0.95, advertising))
        walls.append(Wall(side, 3.0, 0, None, 1.4, plaster, (4, 4), "other"))
        walls.append(seats(side, 3.0, 1.4, 0.55, 22, crowds[crowd], "crowd"))
        walls.append(Wall(side, 22.0, 11.8, None, 2.5, plaster, (4, 4), "other"))
        walls.append(seats(side, 22.0, 14.3, 0.7, 24, crowds[1 - crowd], "crowd"))
    sky = np.array([[(150, 184, 222)], [(214, 226, 238)]], np.float32)
    floor = np.array((104, 106, 108), np.float32)
    return Venue(plan, surface, noise, tuple(walls), floor, sky, 0.8, 1.0)


@lru_cache(maxsize=8)
def stand(seed: int, which: str) -> Stand:
    """Returns "main", from high at the side, or "left" or "right", low beside that goal."""
    if which == "main":
        camera = Camera((0.0, 21.0, -36.0), (0.0, 0.0, 30.0), 1000.0, (2700, 860))
    else:
        x = -1 if which == "left" else 1
        camera = Camera((x * 34.0, 5.0, -14.0), (x * 50.0, 1.0, 30.0), 1000.0, (1500, 620))
    colours, _, _ = view(venue(seed), camera)
    picture = Image.fromarray(colours.clip(0, 255).astype(np.uint8))
    _goals(picture, camera)
    return Stand(camera, picture)


def _followers(kit: Kit) -> Followers:
    return Followers(0.95, (kit.shirt, kit.second), 0.45, kit.shorts, 6, 0.75)


def _goals(picture: Image.Image, camera: Camera) -> None:
    draw = ImageDraw.Draw(picture)
    wide, tall = _GOAL
    for end in (-52.5, 52.5):
        near, far, back = 34 - wide / 2, 34 + wide / 2, end + np.sign(end) * 1.8
        lines = [((back, 0, near + s * wide), (end, tall, near + s * wide)) for s in _steps(16)]
        lines += [((end + (back - end) * s, tall * (1 - s), near),
                   (end + (back - end) * s, tall * (1 - s), far)) for s in _steps(7)]  # fmt: skip
        for line in lines:
            _draw_line(draw, camera, line, (190, 196, 196), 1)
        posts = [((end, 0, near), (end, tall, near)), ((end, tall, near), (end, tall, far))]
        for line in (*posts, ((end, tall, far), (end, 0, far))):
            _draw_line(draw, camera, line, (246, 246, 246), 3)


def _draw_line(
    draw: ImageDraw.ImageDraw,
    camera: Camera,
    line: tuple[tuple[float, ...], ...],
    colour: tuple[int, int, int],
    width: int,
) -> None:
    x, y, depth = camera.project(np.array(line, np.float64))
    if depth.min() > 1:
        draw.line([(float(a), float(b)) for a, b in zip(x, y, strict=True)], colour, width)


def _steps(count: int) -> list[float]:
    return [n / count for n in range(count + 1)]
