"""A ground with stands around it, seen by a camera: each pixel's surface by the nearest ray hit.

The world is in metres, x to the right, y up, z away from the camera's side (see `grounds`). Four
things can be hit: the ground, boards, slopes full of seats, and walls; the rest is backdrop.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.models.scene_labels import MASKS
from otio_autoedit.models.train.scene.compose import UNKNOWN, Colours, Labels
from otio_autoedit.models.train.scene.grounds import Plan, Seen, Surface, Values, shade
from otio_autoedit.models.train.scene.stands import BOARD_TEXELS, SEAT, SEAT_TEXELS
from otio_autoedit.models.train.scene.textures import Texture

_FAR = np.float32(1e6)


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera at `position` that looks at `target`; `focal` in pixels, `size` width, height."""

    position: tuple[float, float, float]
    target: tuple[float, float, float]
    focal: float
    size: tuple[int, int]
    roll: float = 0.0

    def axes(self) -> NDArray[np.float32]:
        """Returns right, up and forward as the rows of `(3, 3)`."""
        forward = np.array(self.target, np.float64) - np.array(self.position)
        forward /= np.linalg.norm(forward)
        right = np.array((forward[2], 0.0, -forward[0])) / np.hypot(forward[0], forward[2])
        up = np.cross(forward, right)
        turned = np.cos(self.roll) * right + np.sin(self.roll) * up
        return np.stack((turned, np.cross(forward, turned), forward)).astype(np.float32)

    def rays(self) -> Values:
        """Returns directions `(H, W, 3)` of depth 1 along the view."""
        width, height = self.size
        right, up, forward = self.axes()
        x = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / np.float32(self.focal)
        y = (height / 2 - np.arange(height, dtype=np.float32) - 0.5) / np.float32(self.focal)
        directions: Values = x[None, :, None] * right + y[:, None, None] * up + forward
        return directions

    def project(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
        """Returns x and y in pixels and the depth in metres of points `(n, 3)`."""
        seen = (points - np.array(self.position)) @ self.axes().T.astype(np.float64)
        depth = np.maximum(seen[:, 2], 1e-3)
        x = self.size[0] / 2 + self.focal * seen[:, 0] / depth
        y = self.size[1] / 2 - self.focal * seen[:, 1] / depth
        return x, y, seen[:, 2]


@dataclass(frozen=True, slots=True)
class Wall:
    """One plane beside the ground.

    Attributes:
        side: "far", "near", "left" or "right" of the ground.
        offset: metres beyond the ground's margin where it begins, `foot` metres up.
        rise: metres up a metre outwards; None: upright.
        extent: metres from its foot to its top, along the plane.
        texture: what is on it, `texels` of a metre along and up.
        mask: which of `MASKS` it is.
        sharp: whether it lies near enough to the ground to be in focus with it.
    """

    side: str
    offset: float
    foot: float
    rise: float | None
    extent: float
    texture: Texture
    texels: tuple[float, float]
    mask: str
    sharp: bool = False


@dataclass(frozen=True, slots=True)
class Venue:
    """All that does not move.

    Attributes:
        beyond: colour of the floor outside the ground's margin; None: as the ground, and unknown.
        backdrop: `(h, w, 3)` picture behind everything, or `(h, 1, 3)` colours from top to bottom.
        horizon: which share of the backdrop's height lies above the horizon.
        reach: radians of the view that the backdrop's width takes.
    """

    plan: Plan
    surface: Surface
    noise: Texture
    walls: tuple[Wall, ...]
    beyond: Values | None
    backdrop: Colours
    horizon: float
    reach: float


def view(venue: Venue, camera: Camera) -> tuple[Colours, Labels, NDArray[np.bool_]]:
    """Returns colours `(H, W, 3)`, labels `(H, W)` and what is in focus with the ground."""
    rays = camera.rays()
    nearest, which = _ground_hits(rays, camera)
    for number, wall in enumerate(venue.walls):
        distance = _wall_hits(wall, venue.plan, rays, camera)
        closer = distance < nearest
        nearest = np.where(closer, distance, nearest)
        which[closer] = number + 1
    colours = _backdrop(venue, rays)
    labels = np.full(which.shape, MASKS.index("other"), np.uint8)
    sharp = which == 0
    _draw_ground(venue, camera, rays, nearest, which == 0, colours, labels)
    for number, wall in enumerate(venue.walls):
        hit = which == number + 1
        if hit.any():
            colours[hit] = _wall_colours(wall, venue.plan, camera, rays[hit], nearest[hit])
            labels[hit] = MASKS.index(wall.mask)
            sharp |= hit & wall.sharp
    return colours, labels, sharp


def _ground_hits(rays: Values, camera: Camera) -> tuple[Values, NDArray[np.int16]]:
    """Returns each ray's distance to the ground, and 0 where there is one, -1 where none."""
    down = rays[..., 1]
    hit = down < -1e-4
    distance = np.where(hit, -np.float32(camera.position[1]) / np.where(hit, down, -1), _FAR)
    return distance, np.where(hit, 0, -1).astype(np.int16)


def _wall_hits(wall: Wall, plan: Plan, rays: Values, camera: Camera) -> Values:
    """Returns each ray's distance to the wall, very far where it misses."""
    place, direction = _outwards(wall.side, plan, camera, rays)
    if direction.max() <= 0:  # the camera looks the other way
        return np.full(direction.shape, _FAR, np.float32)
    height, up = np.float32(camera.position[1]), rays[..., 1]
    begin = np.float32(wall.offset) - place
    with np.errstate(divide="ignore", invalid="ignore"):
        if wall.rise is None:
            distance = begin / direction
            along = height + distance * up - np.float32(wall.foot)
        else:
            rise = np.float32(wall.rise)
            distance = (wall.foot - height - rise * begin) / (up - rise * direction)
            along = (distance * direction - begin) * np.float32(np.hypot(1, wall.rise))
        missed = ~((distance > 0) & (along >= 0) & (along <= wall.extent) & (direction > 0))
    return np.where(missed, _FAR, distance).astype(np.float32)


def _outwards(side: str, plan: Plan, camera: Camera, rays: Values) -> tuple[np.float32, Values]:
    """Returns the camera's place outwards from the side's edge, and the rays' way outwards."""
    x, _, z = camera.position
    if side == "near":
        return np.float32(-z - plan.margin), -rays[..., 2]
    if side == "far":
        return np.float32(z - plan.width - plan.margin), rays[..., 2]
    sign = 1 if side == "right" else -1
    return np.float32(sign * x - plan.length / 2 - plan.margin), sign * rays[..., 0]


def _draw_ground(
    venue: Venue,
    camera: Camera,
    rays: Values,
    distance: Values,
    hit: NDArray[np.bool_],
    colours: Colours,
    labels: Labels,
) -> None:
    """Colours and labels the ground where it is hit, and the floor outside of it."""
    plan = venue.plan
    far = distance[hit]
    x = np.float32(camera.position[0]) + far * rays[hit][:, 0]
    z = np.float32(camera.position[2]) + far * rays[hit][:, 2]
    aside, behind = plan.length / 2 + plan.margin, plan.width + plan.margin
    inside = (np.abs(x) <= aside) & (z >= -plan.margin) & (z <= behind)
    drawn = inside if venue.beyond is not None else np.ones_like(inside)
    forward = camera.axes()[2]
    level = float(np.hypot(forward[0], forward[2]))
    across = far / np.float32(camera.focal)
    away = across * np.maximum(1, far / np.float32(max(camera.position[1], 0.5)))
    seen = Seen(
        *(x[drawn], z[drawn], across[drawn], away[drawn]),
        heading=(float(forward[0]) / level, float(forward[2]) / level),
    )
    shown = np.empty((len(far), 3), np.float32)
    shown[drawn] = shade(plan, venue.surface, venue.noise, seen)
    if venue.beyond is not None:
        shown[~drawn] = venue.beyond
    colours[hit] = shown
    outside = UNKNOWN if venue.beyond is None else MASKS.index("other")
    labels[hit] = np.where(inside, MASKS.index("field"), outside)


def _wall_colours(
    wall: Wall, plan: Plan, camera: Camera, rays: Values, distance: Values
) -> Colours:
    """Returns the wall's colours `(n, 3)` where rays `(n, 3)` hit it."""
    points = np.array(camera.position, np.float32) + rays * distance[:, None]
    aside = points[:, 0] if wall.side in ("far", "near") else points[:, 2]
    aside = -aside if wall.side in ("near", "right") else aside  # letters are read from inside
    up = points[:, 1] - np.float32(wall.foot)
    if wall.rise is not None:
        up = up * np.float32(np.hypot(1, wall.rise) / wall.rise)
    wide, tall = wall.texels
    texels = distance / np.float32(camera.focal) * np.float32(np.sqrt(wide * tall))
    return wall.texture.sample(
        aside * np.float32(wide), (wall.extent - up) * np.float32(tall), texels
    )


def _backdrop(venue: Venue, rays: Values) -> Colours:
    """Returns what is behind everything, by the rays' direction; mirrored left and right."""
    height, width = venue.backdrop.shape[:2]
    turn = np.arctan2(rays[..., 0], rays[..., 2]) / np.float32(venue.reach)
    turn = np.abs((turn + 0.5) % 2 - 1)
    rise = np.arctan2(rays[..., 1], np.hypot(rays[..., 0], rays[..., 2]))
    down = venue.horizon - rise / (venue.reach * height / width if width > 1 else 0.8)
    column = np.clip(turn * width, 0, width - 1).astype(np.int32)
    row = np.clip(down * height, 0, height - 1).astype(np.int32)
    colours: Colours = venue.backdrop[row, column].astype(np.float32)
    return colours


def seats(
    side: str, offset: float, foot: float, rise: float, extent: float, texture: Texture, mask: str
) -> Wall:
    """Returns a slope of seats."""
    texels = (SEAT_TEXELS[0] / SEAT[0], SEAT_TEXELS[1] / SEAT[1])
    return Wall(side, offset, foot, rise, extent, texture, texels, mask)


def boards(side: str, offset: float, foot: float, height: float, texture: Texture) -> Wall:
    """Returns an upright row of advertising boards, as high as its texture."""
    texels = BOARD_TEXELS / height
    return Wall(side, offset, foot, None, height, texture, (texels, texels), "other", sharp=True)
