"""What a broadcast writes over its pictures: scores, names, a channel's mark."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from otio_autoedit.models.train.scene.compose import Piece
from otio_autoedit.models.train.scene.stands import bright_colour, word


def caption(size: tuple[int, int], rng: np.random.Generator) -> tuple[tuple[Piece, int, int], ...]:
    """Returns pieces and the places of their upper left corners; often none."""
    width, height = size
    found = []
    if rng.random() < 0.55:
        board = _score(max(70, width // 5), max(11, height // 18), rng)
        found.append((board, int(width * rng.uniform(0.03, 0.07)), int(height * 0.06)))
    if rng.random() < 0.35:
        mark = _mark(max(16, width // 14), max(10, height // 16), rng)
        found.append((mark, width - mark.alpha.shape[1] - width // 22, int(height * 0.06)))
    if rng.random() < 0.15:
        tall = int(height * rng.uniform(0.1, 0.18))
        wide = int(width * rng.uniform(0.4, 0.8))
        bar = _names(wide, tall, rng)
        found.append((bar, (width - wide) // 2, int(height * 0.95) - tall))
    return tuple(found)


def _score(wide: int, tall: int, rng: np.random.Generator) -> Piece:
    picture = Image.new("RGB", (wide, tall), _ink(bright_colour(rng)))
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(max(8, int(tall * 0.8)))
    middle = wide * 4 // 10
    draw.rectangle((middle, 0, wide * 6 // 10, tall), (240, 240, 240))
    score = f"{rng.integers(0, 5)}-{rng.integers(0, 5)}"
    draw.text((3, 0), word(rng, 3)[:3].upper(), fill=(245, 245, 245), font=font)
    draw.text((middle + 2, 0), score, fill=(20, 20, 30), font=font)
    draw.text((wide * 6 // 10 + 3, 0), word(rng, 3)[:3].upper(), fill=(245, 245, 245), font=font)
    return _opaque(picture)


def _mark(wide: int, tall: int, rng: np.random.Generator) -> Piece:
    picture = Image.new("RGB", (wide, tall), _ink(bright_colour(rng)))
    font = ImageFont.load_default(max(8, int(tall * 0.7)))
    ImageDraw.Draw(picture).text((2, 1), word(rng, 3), fill=(250, 250, 250), font=font)
    return _opaque(picture)


def _names(wide: int, tall: int, rng: np.random.Generator) -> Piece:
    picture = Image.new("RGB", (wide, tall), _ink(bright_colour(rng)))
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(max(8, int(tall * 0.4)))
    draw.rectangle((0, tall // 2, wide, tall), (236, 238, 240))
    draw.text((8, 1), f"{word(rng)} {word(rng)}", fill=(250, 250, 250), font=font)
    draw.text((8, tall // 2), f"{word(rng)} {word(rng)} {word(rng)}", fill=(20, 20, 40), font=font)
    return _opaque(picture)


def _opaque(picture: Image.Image) -> Piece:
    colours = np.array(picture, np.float32)
    return Piece(colours, np.full(colours.shape[:2], 0.97, np.float32))


def _ink(colour: tuple[float, float, float]) -> tuple[int, int, int]:
    red, green, blue = (int(value * 0.8) for value in colour)
    return (red, green, blue)
