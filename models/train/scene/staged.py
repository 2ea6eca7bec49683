"""Staged scenes: known objects that move over real backgrounds, before a camera that moves.

Each is cut out along its true outline, so boxes, masks and who is who are exact in every frame:
to learn from, and to hold tracking against.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from otio_autoedit.models.scene_labels import COCO_TO_MASK, MASKS
from otio_autoedit.models.train.scene.compose import (
    IGNORED,
    UNKNOWN,
    Box,
    Canvas,
    Colours,
    Labelled,
    Piece,
)
from otio_autoedit.models.train.scene.cutouts import Cutout
from otio_autoedit.models.train.scene.looks import apply_look, pick_look, smeared
from otio_autoedit.models.train.scene.material import Material, Picture, clip_frames

RATE = 3.0
"""Frames a second."""
_SIZES = ((448, 252), (448, 252), (448, 252), (448, 336), (252, 448))
_FILM_RATE = 25.0  # for blur: how long a frame of the film is open
_KINDS = {
    "person": (0.36, 1.72, 1.8),
    "car": (0.1, 1.5, 7.0),
    "bus": (0.05, 3.0, 6.0),
    "truck": (0.05, 2.8, 6.0),
    "train": (0.03, 3.2, 8.0),
    "motorcycle": (0.05, 1.2, 6.0),
    "bicycle": (0.05, 1.1, 3.0),
    "dog": (0.08, 0.65, 1.8),
    "cat": (0.06, 0.4, 1.0),
    "horse": (0.04, 1.8, 2.5),
    "bird": (0.04, 0.35, 1.5),
    "cow": (0.02, 1.5, 0.8),
    "sheep": (0.03, 0.9, 0.8),
    "sports ball": (0.04, 0.3, 4.0),
}
"""COCO's name: how often, how tall in metres, how fast it may go in metres a second."""
_OTHER_KIND = (0.012, 1.6, 1.0)
_LARGEST = 1.7  # times its own size that a cut-out is enlarged at most


@dataclass(frozen=True, slots=True)
class Actor:
    """One object that moves.

    Attributes:
        foot: where it stands, down the picture, in heights of the picture (1: the lower edge).
        x: its middle at the beginning, in widths; speed: widths a second; climb: heights a second.
        height: in heights of the picture; grow: by which it grows in a second.
        gait: how it sways (shares of its height) and how often a second.
    """

    identity: int
    cutout: Cutout
    mirrored: bool
    foot: float
    x: float
    speed: float
    climb: float
    height: float
    grow: float
    gait: tuple[float, float]
    match: float

    def still(self) -> bool:
        """Whether it stays where it is."""
        return abs(self.speed) < 0.02 and abs(self.grow) < 0.02


@dataclass(frozen=True, slots=True)
class Path:
    """How the camera goes over the background: middle and zoom at the start, each second's way."""

    middle: tuple[float, float]
    way: tuple[float, float]
    zoom: float
    push: float
    shake: float


def staged_scene(
    rng: np.random.Generator,
    material: Material,
    frames: int = 8,
    *,
    rate: float = RATE,
    actors: int | None = None,
    known: bool = False,
) -> tuple[Labelled, ...]:
    """Returns a clip of `frames` pictures, `rate` a second, of one scene.

    Args:
        rng: all that is random comes from it.
        material: what the scene is made of.
        frames: how many; rate: a second.
        actors: how many objects; None: one to seven.
        known: only backgrounds with nothing of their own in them. Otherwise half are clips, whose
            own things nobody labelled: there masks and foreground are unknown, and a box "?" says
            so of the whole picture.
    """
    size = _SIZES[rng.integers(len(_SIZES))]
    own = not known and bool(material.clips) and bool(rng.random() < 0.5)
    behind = _behind(material, frames, rate, rng, own)
    count = actors or int(rng.choice((1, 2, 3, 4, 5, 7), p=(0.15, 0.25, 0.25, 0.18, 0.1, 0.07)))
    horizon = rng.uniform(0.2, 0.5)
    cast = [_pick_actor(number, material, size, horizon, rng) for number in range(count)]
    cast.sort(key=lambda actor: actor.foot)
    front = _pick_front(material, size, rng)
    path, look = _pick_path(rng), pick_look(rng)
    whole = (Box(IGNORED, (0.0, 0.0, 1.0, 1.0), -1),) if own else ()
    pictures = []
    for number in range(frames):
        second = number / rate
        middle, zoom = _seen_at(path, second, rng)
        colours = _crop(behind[min(number, len(behind) - 1)], middle, zoom, size)
        canvas = _canvas(colours, own)
        for actor in cast:
            _draw(canvas, actor, second, middle, zoom, path, size)
        if front is not None:
            piece, left = front
            x = round((left - (middle[0] - path.middle[0]) * 1.5) * size[0])
            canvas.paste(piece, x, size[1] - piece.alpha.shape[0], mask="other", identity=-1)
        canvas.colours = apply_look(canvas.colours, look, rng).astype(np.float32)
        pictures.append(canvas.finish(second, whole))
    return tuple(pictures)


def _behind(
    material: Material, frames: int, rate: float, rng: np.random.Generator, own: bool
) -> tuple[Picture, ...]:
    """Returns the frames of a clip, or one picture."""
    if own:
        found = clip_frames(material.clips[rng.integers(len(material.clips))], frames, 1 / rate)
        if found:
            return (*found, *found[-2::-1])
    places = material.outdoors if material.outdoors and rng.random() < 0.6 else material.places
    return (places[rng.integers(len(places))],)


def _canvas(colours: Colours, own: bool) -> Canvas:
    shape = colours.shape[:2]
    masks = np.full(shape, UNKNOWN if own else MASKS.index("other"), np.uint8)
    return Canvas(colours, masks, np.full(shape, UNKNOWN if own else 0, np.uint8))


def _pick_actor(
    number: int,
    material: Material,
    size: tuple[int, int],
    horizon: float,
    rng: np.random.Generator,
) -> Actor:
    cutout = _pick_cutout(material, rng)
    _, tall, fast = _KINDS.get(cutout.name, _OTHER_KIND)
    foot = float(rng.uniform(horizon + 0.12, 1.08))
    eye = rng.uniform(1.1, 2.2)  # metres that the camera stands above the ground
    height = float(tall * rng.normal(1, 0.1) / eye * (foot - horizon))
    if rng.random() < 0.3:  # nearer than anyone who walks: a close shot
        height *= rng.uniform(1.3, 2.2)
    most = _LARGEST * cutout.piece.alpha.shape[0] / size[1]
    height = min(height, most, 1.5)
    if not cutout.whole:  # its cut side leaves the picture
        foot = 1.0 + 0.02 * height
    elif cutout.name in ("bird", "airplane", "sports ball") and rng.random() < 0.6:
        foot = float(rng.uniform(0.15, 0.8))
    speed = rng.normal(0, 0.5) * fast * height / tall * size[1] / size[0]
    speed = float(rng.choice((0.0, speed), p=(0.25, 0.75)))
    x = float(rng.uniform(0.05, 0.95) - speed * rng.uniform(0.2, 1.8))
    return Actor(
        identity=number,
        cutout=cutout,
        mirrored=bool(rng.random() < 0.5),
        foot=foot,
        x=x,
        speed=speed,
        climb=float(rng.normal(0, 0.02)) if cutout.whole else 0.0,
        height=height,
        grow=float(rng.choice((0.0, rng.normal(0, 0.12)))),
        gait=(float(rng.uniform(0, 0.05)), float(rng.uniform(0.5, 2.5))),
        match=float(rng.uniform(0.1, 0.6)),
    )


def _pick_cutout(material: Material, rng: np.random.Generator) -> Cutout:
    """Returns one of a kind drawn by its weight, so that rare kinds are not rare here."""
    names = sorted({cutout.name for cutout in material.cutouts})
    weights = np.array([_KINDS.get(name, _OTHER_KIND)[0] for name in names])
    name = names[rng.choice(len(names), p=weights / weights.sum())]
    of_kind = [cutout for cutout in material.cutouts if cutout.name == name]
    whole = [cutout for cutout in of_kind if cutout.whole]
    chosen = whole if whole and rng.random() < 0.75 else of_kind
    return chosen[rng.integers(len(chosen))]


def _pick_front(
    material: Material, size: tuple[int, int], rng: np.random.Generator
) -> tuple[Piece, float] | None:
    """Returns a post or a wall that stands before everybody, and where; mostly nothing."""
    if rng.random() > 0.3:
        return None
    width, height = size
    wide = max(6, int(width * rng.choice((rng.uniform(0.02, 0.07), rng.uniform(0.1, 0.25)))))
    tall = int(height * rng.choice((1.0, rng.uniform(0.25, 0.7))))
    place = material.places[rng.integers(len(material.places))]
    y = int(rng.integers(0, max(1, place.shape[0] - 24)))
    strip = place[y : y + 24, :40].astype(np.float32)
    whole = Piece(strip, np.ones(strip.shape[:2], np.float32))
    piece = whole.resized(wide, tall)
    light = np.linspace(1.1, 0.6, wide, dtype=np.float32)[None, :, None] * rng.uniform(0.5, 1)
    return Piece(piece.colours * light, piece.alpha), float(rng.uniform(0, 0.9))


def _pick_path(rng: np.random.Generator) -> Path:
    pans = rng.random() < 0.6
    way = (float(rng.normal(0, 0.08)), float(rng.normal(0, 0.02))) if pans else (0.0, 0.0)
    return Path(
        middle=(float(rng.uniform(0.3, 0.7)), float(rng.uniform(0.4, 0.6))),
        way=way,
        zoom=float(rng.uniform(0.5, 0.95)),
        push=float(rng.choice((0.0, rng.normal(0, 0.05)))),
        shake=float(rng.choice((0.0, 0.003, 0.012))),
    )


def _seen_at(
    path: Path, second: float, rng: np.random.Generator
) -> tuple[tuple[float, float], float]:
    """Returns the middle of what is seen (shares of the background), and how much of it is."""
    x = path.middle[0] + path.way[0] * second + rng.normal(0, 1) * path.shake
    y = path.middle[1] + path.way[1] * second + rng.normal(0, 1) * path.shake
    return (float(x), float(y)), float(np.clip(path.zoom * (1 + path.push * second), 0.3, 1))


def _crop(
    picture: Picture, middle: tuple[float, float], zoom: float, size: tuple[int, int]
) -> Colours:
    """Returns what the camera sees of the background, kept inside of it, at the size wanted."""
    height, width = picture.shape[:2]
    wide = min(width, height * size[0] / size[1]) * zoom
    tall = wide * size[1] / size[0]
    left = float(np.clip(middle[0] * width - wide / 2, 0, width - wide))
    top = float(np.clip(middle[1] * height - tall / 2, 0, height - tall))
    box = (left, top, left + wide, top + tall)
    seen = Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC, box)
    return np.array(seen, np.float32)


def _draw(
    canvas: Canvas,
    actor: Actor,
    second: float,
    middle: tuple[float, float],
    zoom: float,
    path: Path,
    size: tuple[int, int],
) -> None:
    """Draws an actor as it is then, its place moved with the camera."""
    scale = path.zoom / zoom
    sway = actor.gait[0] * np.sin(second * actor.gait[1] * 6.28)
    height = actor.height * (1 + actor.grow * second) * scale
    x = (actor.x + actor.speed * second - 0.5) * scale + 0.5 - (middle[0] - path.middle[0]) / zoom
    foot = (actor.foot + actor.climb * second - 0.5) * scale + 0.5
    foot -= (middle[1] - path.middle[1]) / zoom if actor.cutout.whole else 0.0
    tall, wide = actor.cutout.piece.alpha.shape
    pixels = max(4, round(height * size[1]))
    across = max(3, round(wide * pixels / tall * (1 + sway)))
    piece = actor.cutout.piece.resized(across, pixels)
    piece = piece.mirrored() if actor.mirrored else piece
    left = round(x * size[0] - across / 2)
    top = round((foot - abs(sway) * 0.5 * height) * size[1]) - pixels
    blur = round(abs(actor.speed) * size[0] / _FILM_RATE)
    piece = _lit(_blurred(piece, blur), canvas.colours, actor.match)
    left -= (piece.alpha.shape[1] - across) // 2
    _contact(canvas, left, round(foot * size[1]), piece.alpha.shape[1], actor)
    canvas.paste(
        piece,
        left,
        top,
        mask=COCO_TO_MASK.get(actor.cutout.name, "other"),
        name=actor.cutout.name,
        identity=actor.identity,
        foreground=not actor.still() or height > 0.2,
    )


def _blurred(piece: Piece, pixels: int) -> Piece:
    """Returns the piece smeared sideways, wider by what it smears."""
    if pixels < 2:
        return piece
    around = ((0, 0), (pixels, pixels))
    alpha = np.pad(piece.alpha, around)
    colours = np.pad(piece.colours * piece.alpha[..., None], (*around, (0, 0)))
    soft = smeared(alpha, pixels)
    there = np.maximum(soft, np.float32(1e-3))[..., None]
    return Piece((smeared(colours, pixels) / there).astype(np.float32), soft)


def _lit(piece: Piece, around: Colours, share: float) -> Piece:
    """Returns the piece with its light and colour moved towards those of the picture."""
    solid = piece.alpha > 0.5
    if not solid.any():
        return piece
    own = piece.colours[solid].mean(0) + 20
    gain = ((around.reshape(-1, 3)[::97].mean(0) + 20) / own) ** np.float32(share * 0.6)
    return Piece((piece.colours * gain.clip(0.5, 1.6)).clip(0, 255), piece.alpha)


def _contact(canvas: Canvas, left: int, foot: int, wide: int, actor: Actor) -> None:
    """Darkens the ground where the actor touches it."""
    if not actor.cutout.whole:
        return
    tall = max(2, round(wide * 0.18))
    y = np.linspace(-1, 1, tall, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, max(2, wide), dtype=np.float32)[None]
    alpha: NDArray[np.float32] = np.clip(1 - x * x - y * y, 0, 1) * np.float32(0.4)
    canvas.darken(alpha, left, foot - tall // 2)
