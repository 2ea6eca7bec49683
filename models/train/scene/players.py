"""Players: small drawn figures that run, and people cut out of photographs, in a team's colours."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from otio_autoedit.models.train.scene.compose import Colours, Piece
from otio_autoedit.models.train.scene.stands import bright_colour

Colour = tuple[float, float, float]
Point = tuple[float, float]
_TALL = 200  # pixels that a figure is drawn with before it is made smaller
_SKINS = ((228, 182, 150), (206, 156, 122), (150, 104, 76), (98, 66, 50))
_HAIRS = ((30, 24, 20), (70, 50, 34), (150, 118, 76), (110, 60, 34))


@dataclass(frozen=True, slots=True)
class Kit:
    """What a player wears: colours 0..255; `pattern` "plain", "stripes", "hoops" or "halves";
    `bulk` 1 for a runner, more for one in pads; `bare` legs, or trousers.
    """

    shirt: Colour
    second: Colour
    shorts: Colour
    socks: Colour
    pattern: str
    bulk: float
    bare: bool


@dataclass(frozen=True, slots=True)
class Body:
    """One person: skin, hair, how far they turn to the side (0 front, 1 side), facing right."""

    skin: Colour
    hair: Colour
    side: float
    right: bool


@dataclass(frozen=True, slots=True)
class Pose:
    """How a figure holds itself; `phase` of the step in radians, the rest 0..1."""

    phase: float
    stride: float
    arms: float
    crouch: float


def pick_kit(rng: np.random.Generator, *, bulk: float = 1.0, bare: bool = True) -> Kit:
    """Returns a team's kit."""
    shirt = bright_colour(rng)
    second = bright_colour(rng)
    shorts = (shirt, second, (235.0, 235.0, 235.0), (30.0, 30.0, 34.0))[rng.integers(4)]
    socks = (shirt, shorts, second)[rng.integers(3)]
    pattern = ("plain", "plain", "stripes", "hoops", "halves")[rng.integers(5)]
    return Kit(shirt, second, shorts, socks, pattern, bulk, bare)


def pick_body(rng: np.random.Generator) -> Body:
    """Returns a random person."""
    skin = np.array(_SKINS[rng.choice(4, p=(0.4, 0.25, 0.15, 0.2))]) * rng.uniform(0.85, 1.08)
    hair = _HAIRS[rng.choice(4, p=(0.5, 0.25, 0.15, 0.1))]
    return Body(
        (float(skin[0]), float(skin[1]), float(skin[2])),
        hair,
        float(rng.uniform(0.1, 1.0)),
        bool(rng.random() < 0.5),
    )


def pick_pose(rng: np.random.Generator, moving: bool) -> Pose:
    """Returns a pose of someone who runs, or waits."""
    stride = rng.uniform(0.5, 1.0) if moving else rng.uniform(0.0, 0.35)
    arms = float(rng.choice((0.0, 0.0, 0.0, rng.uniform(0.4, 1.0))))
    crouch = float(rng.choice((0.0, 0.0, rng.uniform(0.1, 0.5))))
    return Pose(float(rng.uniform(0, 6.28)), float(stride), arms, crouch)


def figure(kit: Kit, body: Body, pose: Pose, height: int) -> Piece:
    """Returns a drawn player about `height` pixels tall, cut to what is drawn."""
    picture = Image.new("RGBA", (_TALL, int(_TALL * 1.35)))
    draw = ImageDraw.Draw(picture)
    _Drawing(draw, kit, body, pose).all()
    values = np.array(picture, np.float32)
    alpha = values[..., 3] / np.float32(255)
    rows, columns = np.flatnonzero(alpha.any(1)), np.flatnonzero(alpha.any(0))
    part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    piece = Piece(_rounded(values[..., :3], alpha)[part], alpha[part])
    if not body.right:
        piece = piece.mirrored()
    scale = height / _TALL
    tall, wide = piece.alpha.shape
    return piece.resized(max(2, round(wide * scale)), max(3, round(tall * scale)))


def dressed(piece: Piece, kit: Kit) -> Piece:
    """Returns a standing person in the kit: shirt, shorts and socks by height, skin left alone."""
    height = len(piece.alpha)
    place = (np.arange(height) + 0.5) / height
    colours = piece.colours.copy()
    bands = [(0.15, 0.5, kit.shirt), (0.5, 0.7 if kit.bare else 0.95, kit.shorts)]
    bands += [(0.78, 0.95, kit.socks)] if kit.bare else []
    cloth = (piece.alpha > 0.3) & ~_is_skin(colours)
    light = colours.mean(-1)
    for first, last, colour in bands:
        band = cloth & ((place >= first) & (place < last))[:, None]
        if band.sum() < 4:
            continue
        usual = max(20.0, float(np.median(light[band])))
        gain = np.clip(light[band] / usual, 0.35, 1.6) ** 0.8
        colours[band] += 0.9 * (np.array(colour, np.float32) * gain[:, None] - colours[band])
    return Piece(colours.clip(0, 255), piece.alpha)


def later(pose: Pose, seconds: float) -> Pose:
    """Returns the pose some time later in the run."""
    return replace(pose, phase=pose.phase + seconds * (4 + 9 * pose.stride))


class _Drawing:
    """A figure of thick limbs; y is up, in heights, the feet at 0."""

    def __init__(self, draw: ImageDraw.ImageDraw, kit: Kit, body: Body, pose: Pose) -> None:
        self._draw, self._kit, self._body, self._pose = draw, kit, body, pose
        self._drop = 0.18 * pose.crouch
        self._lean = 0.03 + 0.1 * pose.stride * body.side + 0.15 * pose.crouch * body.side

    def all(self) -> None:
        hip, neck = (0.0, 0.52 - self._drop), (self._lean, 0.83 - self._drop)
        half = (0.055 + 0.06 * (1 - self._body.side)) * self._kit.bulk
        self._arm((neck[0] - half * 0.8, neck[1] - 0.02), np.pi, dark=0.8)
        self._leg((hip[0] - half * 0.45, hip[1]), np.pi, dark=0.82)
        self._leg((hip[0] + half * 0.45, hip[1]), 0.0, dark=1.0)
        self._torso(hip, neck, half)
        head = (neck[0] + 0.015 * self._body.side, neck[1] + 0.105)
        self._line([(neck[0], neck[1]), head], 0.05, self._body.skin)
        self._disc(head, 0.056, 0.068, self._body.hair)
        face = (head[0] + 0.022 * self._body.side, head[1] - 0.016)
        self._disc(face, 0.044, 0.05, self._body.skin)
        self._arm((neck[0] + half * 0.8, neck[1] - 0.02), 0.0, dark=1.0)

    def _torso(self, hip: Point, neck: Point, half: float) -> None:
        kit = self._kit
        corners = [
            (neck[0] - half, neck[1]),
            (neck[0] + half, neck[1]),
            (hip[0] + half * 0.85, hip[1] - 0.03),
            (hip[0] - half * 0.85, hip[1] - 0.03),
        ]
        self._polygon(corners, kit.shirt)
        bands = {"stripes": 3, "hoops": 4, "halves": 1}.get(kit.pattern, 0)
        for band in range(bands):
            a, b = (band + 0.3) / bands, (band + 0.75) / bands
            if kit.pattern == "hoops":
                quad = [_mix(corners[0], corners[3], a), _mix(corners[1], corners[2], a)]
                quad += [_mix(corners[1], corners[2], b), _mix(corners[0], corners[3], b)]
            else:
                quad = [_mix(corners[0], corners[1], a), _mix(corners[0], corners[1], b)]
                quad += [_mix(corners[3], corners[2], b), _mix(corners[3], corners[2], a)]
            self._polygon(quad, kit.second)
        shorts = [(hip[0] - half * 0.9, hip[1] + 0.04), (hip[0] + half * 0.9, hip[1] + 0.04)]
        shorts += [(hip[0] + half, hip[1] - 0.08), (hip[0] - half, hip[1] - 0.08)]
        self._polygon(shorts, kit.shorts)

    def _leg(self, hip: Point, shift: float, dark: float) -> None:
        pose, kit = self._pose, self._kit
        swing = np.sin(pose.phase + shift) * pose.stride * (0.3 + 0.6 * self._body.side)
        swing += 0.5 * pose.crouch
        bend = pose.stride * max(0.0, -np.cos(pose.phase + shift)) * 1.3 + pose.crouch * 1.0
        reach = 0.25 * (1 - 0.3 * pose.crouch)
        knee = (hip[0] + reach * np.sin(swing), hip[1] - reach * np.cos(swing))
        shin = swing - bend
        ankle = (knee[0] + 0.25 * np.sin(shin), knee[1] - 0.25 * np.cos(shin))
        upper = self._body.skin if kit.bare else kit.shorts
        lower = kit.socks if kit.bare else kit.shorts
        width = 0.075 * kit.bulk
        self._line([hip, knee], width, upper, dark)
        self._line([hip, _mix(hip, knee, 0.6)], width * 1.35, kit.shorts, dark)
        self._line([knee, ankle], width * 0.75, upper, dark)
        self._line([_mix(knee, ankle, 0.2), ankle], width * 0.8, lower, dark)
        toe = (ankle[0] + 0.07 * (0.4 + 0.6 * self._body.side), ankle[1] - 0.015)
        self._line([ankle, toe], 0.045, (40, 40, 44), dark)

    def _arm(self, shoulder: Point, shift: float, dark: float) -> None:
        pose, kit = self._pose, self._kit
        swing = -np.sin(pose.phase + shift) * pose.stride * (0.3 + 0.7 * self._body.side)
        outwards = (0.12 + 0.25 * (1 - self._body.side)) * (1 if shift == 0 else -1)
        swing = swing + outwards + pose.arms * 2.6 * (1 if shift == 0 else -1)
        elbow = (shoulder[0] + 0.16 * np.sin(swing), shoulder[1] - 0.16 * np.cos(swing))
        fore = swing + 0.4 + pose.stride * 0.8 if pose.arms < 0.3 else swing * 0.95
        hand = (elbow[0] + 0.16 * np.sin(fore), elbow[1] - 0.16 * np.cos(fore))
        width = 0.055 * kit.bulk
        self._line([shoulder, elbow, hand], width, self._body.skin if kit.bare else kit.shirt, dark)
        self._line([shoulder, _mix(shoulder, elbow, 0.8)], width * 1.25, kit.shirt, dark)
        self._disc(hand, width * 0.55, width * 0.6, self._body.skin)

    def _place(self, point: Point) -> Point:
        return (_TALL * (0.5 + point[0]), _TALL * (1.3 - point[1]))

    def _line(self, points: list[Point], width: float, colour: Colour, dark: float = 1.0) -> None:
        placed = [self._place(point) for point in points]
        fill = _fill(colour, dark)
        self._draw.line(placed, fill, max(1, round(width * _TALL)), joint="curve")
        radius = width * _TALL / 2
        for x, y in (placed[0], placed[-1]):
            self._draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill)

    def _disc(self, middle: Point, wide: float, tall: float, colour: Colour) -> None:
        x, y = self._place(middle)
        wide, tall = wide * _TALL, tall * _TALL
        self._draw.ellipse((x - wide, y - tall, x + wide, y + tall), _fill(colour, 1.0))

    def _polygon(self, corners: list[Point], colour: Colour) -> None:
        self._draw.polygon([self._place(corner) for corner in corners], _fill(colour, 1.0))


def _mix(a: Point, b: Point, share: float) -> Point:
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)


def _fill(colour: Colour, dark: float) -> tuple[int, int, int, int]:
    red, green, blue = (int(np.clip(value * dark, 0, 255)) for value in colour)
    return (red, green, blue, 255)


def _rounded(colours: Colours, alpha: Colours) -> Colours:
    """Returns the drawing with light from above and darker rims, so that it is not flat."""
    inner = alpha.copy()
    for shift in (2, 4, 6):
        inner += np.roll(alpha, shift, 1) + np.roll(alpha, -shift, 1)
    light = 0.55 + 0.5 * inner / 7
    down = np.linspace(1.08, 0.85, len(alpha), dtype=np.float32)
    return (colours * light[..., None] * down[:, None, None]).astype(np.float32)


def _is_skin(colours: Colours) -> NDArray[np.bool_]:
    red, green, blue = colours[..., 0], colours[..., 1], colours[..., 2]
    warm: NDArray[np.bool_] = (red > green + 12) & (green > blue) & (red > 70) & (red < green * 1.9)
    return warm
