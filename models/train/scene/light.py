"""Light, colour, and what cameras and encoders do to a picture: drawn once, done to every frame."""

from __future__ import annotations

import io
import math
import random
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageFilter

_GREY = (0.299, 0.587, 0.114)


@dataclass(frozen=True, slots=True)
class Light:
    """How a picture is changed; the defaults change nothing.

    Attributes:
        gains, lift, gamma: a channel's value v in 0..1 becomes `gain v^gamma + lift`.
        saturation: 0 is grey.
        blur: radius in pixels.
        quality: of a JPEG that it has been through; 0 is none.
        noise: deviation, of 255.
    """

    gains: tuple[float, float, float] = (1.0, 1.0, 1.0)
    lift: float = 0.0
    gamma: float = 1.0
    saturation: float = 1.0
    blur: float = 0.0
    quality: int = 0
    noise: float = 0.0


def random_light(rng: random.Random) -> Light:
    """Returns a change such as films and phones show; one in seven is left as it is."""
    if rng.random() < 1 / 7:
        return Light()
    gain = math.exp(rng.uniform(-0.35, 0.35))
    red, green, blue = (gain * math.exp(rng.uniform(-0.1, 0.1)) for _ in range(3))
    return Light(
        gains=(red, green, blue),
        lift=rng.uniform(-0.1, 0.1),
        gamma=math.exp(rng.uniform(-0.3, 0.3)),
        saturation=0.0 if rng.random() < 0.08 else rng.uniform(0.5, 1.4),
        blur=rng.uniform(0.5, 2.0) if rng.random() < 0.12 else 0.0,
        quality=rng.randint(15, 60) if rng.random() < 0.12 else 0,
        noise=rng.uniform(2, 14) if rng.random() < 0.12 else 0.0,
    )


def lit(picture: Image.Image, light: Light, rng: random.Random) -> Image.Image:
    """Returns an RGB picture so changed; `rng` draws the noise."""
    if light == Light():
        return picture
    if light.saturation != 1:
        picture = picture.convert("RGB", _saturating(light.saturation))
    picture = picture.point(_curves(light))
    if light.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(light.blur))
    if light.noise:
        picture = _noisy(picture, light.noise, rng)
    if light.quality:
        stored = io.BytesIO()
        picture.save(stored, "JPEG", quality=light.quality)
        picture = Image.open(stored).convert("RGB")
    return picture


def _curves(light: Light) -> list[int]:
    values = (np.arange(256) / 255) ** light.gamma
    curves = [(gain * values + light.lift).clip(0, 1) * 255 for gain in light.gains]
    return [int(value) for value in np.concatenate(curves).round()]


def _saturating(saturation: float) -> tuple[float, ...]:
    """Returns the matrix, three rows of four, that draws colours to or from their grey."""
    rows = []
    for channel in range(3):
        row = [(1 - saturation) * part for part in _GREY]
        row[channel] += saturation
        rows += [*row, 0.0]
    return tuple(rows)


def _noisy(picture: Image.Image, deviation: float, rng: random.Random) -> Image.Image:
    values = np.asarray(picture)
    drawn = np.random.default_rng(rng.getrandbits(32)).standard_normal(values.shape, np.float32)
    return Image.fromarray((values + deviation * drawn).clip(0, 255).astype(np.uint8))
