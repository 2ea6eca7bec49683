"""What a camera and a broadcast do to a whole picture: grading, haze, blur, noise, compression."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from otio_autoedit.models.train.scene.compose import Colours


@dataclass(frozen=True, slots=True)
class Look:
    """Grading (`gain` a channel, `gamma`, `saturation`, `haze` of white), `vignette` 0..1, `blur`
    of a share of the width, `smaller`: what share of the pixels the broadcast kept, `noise` of
    255, JPEG `quality` (100: none).
    """

    gain: tuple[float, float, float]
    gamma: float
    saturation: float
    haze: float
    vignette: float
    blur: float
    smaller: float
    noise: float
    quality: int


def pick_look(rng: np.random.Generator) -> Look:
    """Returns a random look, mild mostly."""
    brightness = rng.normal(1, 0.1)
    red, green, blue = (float(rng.normal(1, 0.05) * brightness) for _ in range(3))
    return Look(
        gain=(red, green, blue),
        gamma=float(rng.uniform(0.75, 1.3)),
        saturation=float(rng.choice((1.0, rng.uniform(0.4, 1.4)))),
        haze=float(rng.choice((0.0, 0.0, rng.uniform(0.03, 0.25)))),
        vignette=float(rng.choice((0.0, rng.uniform(0, 0.35)))),
        blur=float(rng.choice((0.0, rng.uniform(0.0005, 0.0022)))),
        smaller=float(rng.choice((1.0, 1.0, rng.uniform(0.45, 0.9)))),
        noise=float(rng.choice((0.0, 2.0, rng.uniform(2, 8)))),
        quality=int(rng.integers(25, 80)) if rng.random() < 0.35 else 100,
    )


def apply_look(colours: Colours, look: Look, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Returns `(H, W, 3)` uint8 as the look shows `colours` (0..255)."""
    graded = (colours / 255).clip(0, 1) ** np.float32(look.gamma) * 255
    graded = graded * np.array(look.gain, np.float32)
    grey = graded.mean(-1, keepdims=True)
    graded = grey + (graded - grey) * np.float32(look.saturation)
    graded += (np.float32(225) - graded) * np.float32(look.haze)
    height, width = graded.shape[:2]
    if look.vignette:
        y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
        x = np.linspace(-1, 1, width, dtype=np.float32)[None]
        graded *= (1 - look.vignette * (x * x + y * y) / 2)[..., None]
    if look.noise:
        graded += rng.standard_normal(graded.shape, np.float32) * np.float32(look.noise)
    picture = Image.fromarray(graded.clip(0, 255).astype(np.uint8))
    if look.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(look.blur * width))
    if look.smaller < 1:
        small = (max(32, int(width * look.smaller)), max(32, int(height * look.smaller)))
        picture = picture.resize(small, Image.Resampling.BOX)
    picture = _compressed(picture, look.quality)
    if picture.size != (width, height):
        picture = picture.resize((width, height), Image.Resampling.BICUBIC)
    return np.array(picture)


def blurred(colours: Colours, radius: float) -> Colours:
    """Returns `(H, W, 3)` float32 out of focus by `radius` pixels."""
    picture = Image.fromarray(colours.clip(0, 255).astype(np.uint8))
    return np.array(picture.filter(ImageFilter.GaussianBlur(radius)), np.float32)


def smeared(colours: Colours, pixels: int) -> Colours:
    """Returns `(H, W, 3)` or `(H, W)` float32 as a camera sees it that pans by so many pixels."""
    if pixels < 2:
        return colours
    padded = np.concatenate(
        [colours[:, :1]] * (pixels // 2 + 1) + [colours] + [colours[:, -1:]] * (pixels // 2), 1
    )
    total = np.cumsum(padded, 1, dtype=np.float64)
    width = colours.shape[1]
    whole = total[:, pixels // 2 * 2 + 1 :][:, :width] - total[:, :width]
    smear: Colours = (whole / (pixels // 2 * 2 + 1)).astype(np.float32)
    return smear


def _compressed(picture: Image.Image, quality: int) -> Image.Image:
    if quality >= 100:
        return picture
    stored = io.BytesIO()
    picture.save(stored, "JPEG", quality=quality)
    return Image.open(stored).convert("RGB")
