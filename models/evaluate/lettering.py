"""Captions in real letters, which training never draws: it draws strokes that look like them."""

from __future__ import annotations

import random

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

_WORDS = (
    "WAIT FOR IT", "Part 2", "how to", "day 14", "LINK IN BIO", "no way!!", "3 easy steps",
    "before", "AFTER", "she said yes", "subscribe", "Breaking news", "lol", "1/10",
    "the best coffee in town", "POV: you are late", "and then", "@somebody", "50% off",
    "Chapter One",
)  # fmt: skip
_INKS = ((255, 255, 255), (255, 235, 60), (20, 20, 20), (255, 60, 90), (80, 220, 255))
_SCALE = 6  # drawn larger, then averaged, as a caption is when a film is made small


def with_captions(frames: Tensor, times: int, rng: random.Random) -> Tensor:
    """Returns frames `(n, 3, H, W)` in 0..255 with captions that come, stand and go, some over a
    few frames, some on a plate."""
    frames = frames.clone()
    count, _, height, width = frames.shape
    for _ in range(times):
        start = rng.randrange(count - 1)
        stop = min(count, start + rng.randint(8, 90))
        colour, cover = _caption(width, height, rng)
        rise = rng.choice((1, 1, 1, 4, 8))
        age = torch.arange(1, stop - start + 1)
        shown = torch.minimum(age, age.flip(0)).div(rise).clamp(max=1).view(-1, 1, 1, 1)
        frames[start:stop] += (colour - frames[start:stop]) * cover * shown
    return frames


def _caption(width: int, height: int, rng: random.Random) -> tuple[Tensor, Tensor]:
    """Returns the colour `(3, H, W)` of a caption's picture and how far it covers, `(1, H, W)`."""
    picture = Image.new("RGBA", (width * _SCALE, height * _SCALE))
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(rng.uniform(0.08, 0.3) * picture.height)
    text = "\n".join(rng.choice(_WORDS) for _ in range(rng.choice((1, 1, 2))))
    left, top, right, bottom = pen.multiline_textbbox((0, 0), text, font)
    x = (picture.width - (right - left)) * rng.uniform(0.2, 0.8)
    y = (picture.height - (bottom - top)) * rng.choice((0.1, 0.5, 0.85, rng.random()))
    ink = rng.choice(_INKS)
    if rng.random() < 0.4:
        plate = (*rng.choice(_INKS), rng.choice((140, 255)))
        pen.rectangle((x + left - 12, y + top - 8, x + right + 12, y + bottom + 8), fill=plate)
    edge = rng.choice((0, 0, 3))
    pen.multiline_text((x, y), text, (*ink, 255), font, stroke_width=edge, stroke_fill="black")
    small = picture.resize((width, height), Image.Resampling.BOX)
    planes = torch.from_numpy(np.array(small)).permute(2, 0, 1).float()
    return planes[:3], planes[3:] / 255
