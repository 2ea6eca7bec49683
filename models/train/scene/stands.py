"""What stands around a ground: rows of people on seats, empty seats, boards with advertising."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from otio_autoedit.models.train.scene.compose import Colours
from otio_autoedit.models.train.scene.textures import Texture, noise_tile

SEAT = (0.52, 0.8)
"""Metres along the stand and up it that one person takes."""
SEAT_TEXELS = (12, 16)
BOARD_TEXELS = 32
"""Texels of a metre of a board."""
_SEATS, _ROWS = 48, 24
_STAMPS = 6
_CLOTHES = (
    *((28, 28, 32), (40, 46, 66), (84, 84, 90), (70, 84, 116)),
    *((120, 104, 86), (205, 205, 205), (150, 40, 40), (60, 90, 60)),
)


@dataclass(frozen=True, slots=True)
class Followers:
    """Who sits on a stand: `share` of the seats taken, shirts of `colours` worn by `loyal` of
    them, seats of colour `seat`, flags and banners held up, light on all of it.
    """

    share: float
    colours: tuple[tuple[float, float, float], ...]
    loyal: float
    seat: tuple[float, float, float]
    flags: int
    light: float


def pick_followers(rng: np.random.Generator, *, empty: bool = False) -> Followers:
    """Returns a random crowd, of more than a third of the seats; or none at all."""
    colours = tuple(bright_colour(rng) for _ in range(int(rng.integers(1, 4))))
    return Followers(
        share=0.0 if empty else float(rng.choice((rng.uniform(0.35, 0.75), rng.uniform(0.8, 1)))),
        colours=colours,
        loyal=float(rng.choice((rng.uniform(0.02, 0.2), rng.uniform(0.3, 0.8)))),
        seat=bright_colour(rng) if rng.random() < 0.7 else (120.0, 120.0, 124.0),
        flags=int(rng.integers(1, 14)) if rng.random() < 0.35 else 0,
        light=float(rng.uniform(0.35, 1.05)),
    )


def stand_texture(followers: Followers, rng: np.random.Generator) -> Texture:
    """Returns the stand as seen from the ground, `SEAT_TEXELS` a seat."""
    wide, tall = SEAT_TEXELS
    shape = (_ROWS, _SEATS)
    taken = rng.random(shape) < followers.share
    clothes, skin, hair = _people(followers, shape, rng)
    kinds = rng.integers(0, _STAMPS, shape)
    stamps = _stamps(rng)[:, kinds]  # (3, rows, seats, tall, wide): body, face, hair
    step = np.linspace(0.5, 0.85, tall, dtype=np.float32)[:, None, None]
    seat = np.array(followers.seat, np.float32) * (0.55 if followers.share > 0.5 else 1.0)
    worn = rng.uniform(0.8, 1.1, (*shape, 1, 1, 1)).astype(np.float32)
    picture = np.repeat(seat * step * worn, wide, 3)  # what is between people lies in their shadow
    for layer, colour in zip(stamps, (clothes, skin, hair), strict=True):
        alpha = (layer * taken[..., None, None])[..., None]
        picture += (colour.astype(np.float32)[:, :, None, None] - picture) * alpha
    picture = picture.transpose(0, 2, 1, 3, 4).reshape(_ROWS * tall, _SEATS * wide, 3)
    if followers.share > 0:
        _raise_flags(picture, followers, rng)
    light = 1 + 0.12 * _resampled(noise_tile(64, rng), picture.shape[:2])
    return Texture((picture * light[..., None] * followers.light).clip(0, 255).astype(np.float32))


def board_texture(rng: np.random.Generator) -> Texture:
    """Returns a row of advertising boards, 32 texels high."""
    width = 1024
    picture = Image.new("RGB", (width, BOARD_TEXELS))
    draw = ImageDraw.Draw(picture)
    one = bright_colour(rng) if rng.random() < 0.4 else None
    left = 0
    while left < width:
        wide = int(rng.integers(60, 260))
        ground = one or (bright_colour(rng) if rng.random() < 0.75 else (236.0, 236.0, 236.0))
        dark = sum(ground) < 380
        ink = (245, 245, 245) if dark else tuple(int(v) for v in rng.uniform(0, 90, 3))
        draw.rectangle((left, 0, left + wide, BOARD_TEXELS), tuple(int(v) for v in ground))
        font = ImageFont.load_default(int(rng.integers(14, 28)))
        draw.text((left + 8, int(rng.integers(0, 8))), word(rng), fill=ink, font=font)
        left += wide
    return Texture(np.array(picture, np.float32) * np.float32(rng.uniform(0.6, 1.05)))


def word(rng: np.random.Generator, longest: int = 9) -> str:
    """Returns letters that read as some brand's name."""
    length = int(rng.integers(3, longest + 1))
    pairs = ("bcdfghklmnprstvz", "aeiou")
    letters = "".join(pairs[i % 2][rng.integers(len(pairs[i % 2]))] for i in range(length))
    return letters.upper() if rng.random() < 0.6 else letters.title()


def bright_colour(rng: np.random.Generator) -> tuple[float, float, float]:
    """Returns a colour as clubs and brands take them: strong, or white or black."""
    choice = rng.random()
    if choice < 0.22:
        value = float(rng.choice((24.0, 235.0)))
        return (value, value, value)
    hue, strength, value = rng.random() * 6, rng.uniform(0.6, 0.95), rng.uniform(0.35, 0.9) * 255
    channel = [1 - strength * np.clip(2 - abs((hue + k) % 6 - 3), 0, 1) for k in (0, 2, 4)]
    red, green, blue = (float(value * c) for c in channel)
    return (red, green, blue)


def _people(
    followers: Followers, shape: tuple[int, int], rng: np.random.Generator
) -> tuple[NDArray[np.float64], ...]:
    """Returns colours `(rows, seats, 3)` of clothes, faces and hair."""
    usual = np.array(_CLOTHES, np.float64)
    often = np.array([0.26, 0.2, 0.14, 0.12, 0.08, 0.1, 0.05, 0.05])
    clothes = usual[rng.choice(len(usual), shape, p=often)]
    loyal = np.array(followers.colours)
    block = _resampled(noise_tile(32, rng, 0.4), shape)  # who wears the same sits together
    which = np.clip((block + 1.5) / 3 * len(loyal), 0, len(loyal) - 1).astype(int)
    wears = rng.random(shape) < np.clip(followers.loyal + 0.2 * block, 0, 1)
    clothes = np.where(wears[..., None], loyal[which], clothes)
    clothes = clothes * rng.uniform(0.6, 1.2, (*shape, 1)) + rng.normal(0, 8, (*shape, 3))
    tones = np.array([(222, 176, 148), (202, 152, 120), (160, 112, 84), (104, 70, 52)], np.float64)
    skin = tones[rng.choice(4, shape, p=(0.5, 0.28, 0.12, 0.1))] * rng.uniform(
        0.7, 1.1, (*shape, 1)
    )
    shades = np.array([(34, 26, 22), (74, 54, 38), (140, 112, 74), (190, 190, 190)], np.float64)
    hair = shades[rng.choice(4, shape, p=(0.5, 0.28, 0.14, 0.08))]
    return clothes, skin, hair


def _stamps(rng: np.random.Generator) -> Colours:
    """Returns how much of each texel is body, face and hair: `(3, kinds, tall, wide)`."""
    wide, tall = SEAT_TEXELS
    y, x = np.mgrid[0:tall, 0:wide] + 0.5
    kinds = []
    for kind in range(_STAMPS):
        middle, top = wide / 2 + rng.uniform(-1.5, 1.5), rng.uniform(3.2, 5.5)
        head = ((x - middle) / 2.4) ** 2 + ((y - top) / 3.0) ** 2
        body = ((x - middle) / rng.uniform(4.6, 5.6)) ** 4 + ((y - top - 9.5) / 6.5) ** 4
        shoulder = np.clip((1.15 - body) * 4, 0, 1)
        if kind < 2:  # an arm in the air
            arm = np.abs(x - middle - (4.2 if kind else -4.2)) < 1.1
            shoulder = np.maximum(shoulder, arm & (y > 1))
        hair = np.clip((1.25 - head) * 3, 0, 1) * (y < top - rng.uniform(0, 1.6))
        kinds.append((shoulder, np.clip((1.15 - head) * 3, 0, 1), hair))
    return np.array(kinds, np.float32).transpose(1, 0, 2, 3)


def _raise_flags(picture: Colours, followers: Followers, rng: np.random.Generator) -> None:
    """Draws flags, scarves and banners of the followers' colours on the stand, in place."""
    height, width = picture.shape[:2]
    for _ in range(followers.flags):
        tall, wide = int(rng.integers(8, 40)), int(rng.integers(14, 110))
        top, left = int(rng.integers(0, height - tall)), int(rng.integers(0, width - wide))
        bands = int(rng.integers(1, 4))
        for band in range(bands):
            colour = np.array(followers.colours[rng.integers(len(followers.colours))])
            if rng.random() < 0.4:
                colour = np.array(bright_colour(rng))
            rows = slice(top + band * tall // bands, top + (band + 1) * tall // bands)
            folds = 1 + 0.12 * np.sin(np.arange(wide) * rng.uniform(0.1, 0.5))
            picture[rows, left : left + wide] = colour * folds[:, None]


def _resampled(tile: Colours, shape: tuple[int, ...]) -> Colours:
    """Returns `(h, w)` values of the whole tile, nearest."""
    rows = np.arange(shape[0]) * tile.shape[0] // shape[0]
    columns = np.arange(shape[1]) * tile.shape[1] // shape[1]
    values: Colours = tile[rows[:, None], columns]
    return values
