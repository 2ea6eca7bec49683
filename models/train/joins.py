"""Joins between two generated shots: dissolves, fades, wipes of many shapes.

Each takes the last `d` frames of the old shot and the first `d` of the new, `(d, 3, H, W)`, and
returns `d` frames, every one of them a mixture of both: so the transition runs from the frame
before them to the frame after them.
"""

from __future__ import annotations

import math
import random

import torch
import torch.nn.functional as F
from torch import Tensor

from otio_autoedit.models.train.camera import motion_blur


def join(old: Tensor, new: Tensor, type_: str, rng: random.Random) -> Tensor:
    """Returns the frames between two shots for a "dissolve", "fade" or "wipe"."""
    if type_ == "dissolve":
        return _dissolve(old, new, rng)
    if type_ == "fade":
        return _fade(old, new, rng)
    if rng.random() < 0.3:
        return _push(old, new, rng)
    return _wipe(old, new, rng)


def progress(frames: int, rng: random.Random | None = None) -> Tensor:
    """Returns `(frames,)` how far the join is, never 0 nor 1: even, or eased now and then."""
    a = torch.linspace(0, 1, frames + 2)[1:-1]
    if rng is not None and rng.random() < 0.3:
        a = 0.5 * a + 0.5 * a * a * (3 - 2 * a)
    return a


def _dissolve(old: Tensor, new: Tensor, rng: random.Random) -> Tensor:
    a = progress(len(old), rng).view(-1, 1, 1, 1)
    style = rng.random()
    if style < 0.12:  # mixed in linear light, as some renderers do
        return ((old**2) * (1 - a) + (new**2) * a).sqrt()
    if style < 0.2:  # through a blur
        strength = (1 - (2 * a - 1).abs()).sqrt()
        mixed = old * (1 - a) + new * a
        return (
            mixed * (1 - strength)
            + F.avg_pool2d(mixed, 7, 1, 3, count_include_pad=False) * strength
        )
    if style < 0.28:  # additive: both brighten as they meet
        return (old * (1 - a) ** 0.6 + new * a**0.6).clamp(0, 255)
    return old * (1 - a) + new * a


def _fade(old: Tensor, new: Tensor, rng: random.Random) -> Tensor:
    """Returns a fade through one colour, which may stand for a while in the middle."""
    colour = fade_colour(rng)
    a = progress(len(old)).view(-1, 1, 1, 1)
    hold = rng.choice((0.0, 0.0, 0.0, 0.2, 0.4))
    turn = rng.choice((0.5, 0.5, 0.5, rng.uniform(0.25, 0.75)))
    leave = (1 - a / (turn * (1 - hold))).clamp(0, 1)
    arrive = ((a - turn - hold * (1 - turn)) / ((1 - turn) * (1 - hold))).clamp(0, 1)
    left = old * leave + colour * (1 - leave)
    arrived = new * arrive + colour * (1 - arrive)
    return torch.where(a < turn, left, arrived)


def fade_colour(rng: random.Random) -> Tensor:
    """Returns `(1, 3, 1, 1)`: black mostly, white, seldom another."""
    chance = rng.random()
    if chance < 0.65:
        return torch.full((1, 3, 1, 1), float(rng.randint(0, 12)))
    if chance < 0.93:
        return torch.full((1, 3, 1, 1), float(rng.randint(235, 255)))
    return torch.tensor([rng.uniform(0, 255) for _ in range(3)]).view(1, 3, 1, 1)


def _wipe(old: Tensor, new: Tensor, rng: random.Random) -> Tensor:
    """Returns the new shot uncovered along an order of pixels, its edge hard or soft."""
    order = _order(old.shape[2], old.shape[3], rng)
    order = (order - order.min()) / (order.max() - order.min()).clamp(min=1e-6)
    soft = rng.choice((0.0, 0.0, 0.02, 0.08, 0.25))
    a = progress(len(old)).view(-1, 1, 1, 1) * (1 + soft)
    shown = ((a - order) / soft).clamp(0, 1) if soft else (order < a).float()
    mixed = old * (1 - shown) + new * shown
    if rng.random() < 0.12 and not soft:  # a drawn border
        edge = ((a - order).abs() < 0.03).float()
        mixed = mixed * (1 - edge) + fade_colour(rng) * edge
    return mixed


def _order(height: int, width: int, rng: random.Random) -> Tensor:
    """Returns `(H, W)`: when each pixel is uncovered."""
    y = torch.linspace(-1, 1, height)[:, None].expand(height, width)
    x = torch.linspace(-1, 1, width)[None, :].expand(height, width)
    shape = rng.choice(
        ("line", "line", "line", "iris", "iris", "clock", "blinds", "barn", "blocks", "wave")
    )
    sign = rng.choice((-1.0, 1.0))
    angle = rng.choice((0.0, 0.0, math.pi / 2, math.pi / 2, rng.uniform(0, math.pi)))
    along = x * math.cos(angle) + y * math.sin(angle)
    if shape == "iris":
        cx, cy = rng.gauss(0, 0.25), rng.gauss(0, 0.25)
        across, down = (x - cx).abs(), (y - cy).abs()
        return sign * rng.choice(
            ((across**2 + down**2).sqrt(), torch.maximum(across, down), across + down)
        )
    if shape == "clock":
        return sign * torch.remainder(torch.atan2(y, x) + rng.uniform(0, 6.3), 2 * math.pi)
    if shape == "blinds":
        return torch.remainder(sign * along * rng.choice((2, 3, 4)), 1.0)
    if shape == "barn":
        return sign * along.abs()
    if shape == "blocks":
        rows, columns = rng.choice(((3, 5), (5, 8), (9, 16)))
        cells = torch.tensor([rng.random() for _ in range(rows * columns)]).view(
            1, 1, rows, columns
        )
        return F.interpolate(cells, (height, width))[0, 0] + 0.5 * sign * along
    if shape == "wave":
        across = -x * math.sin(angle) + y * math.cos(angle)
        return sign * along + 0.25 * torch.sin(across * rng.uniform(2, 7) + rng.uniform(0, 6))
    return sign * along


def _push(old: Tensor, new: Tensor, rng: random.Random) -> Tensor:
    """Returns the new shot pushing the old one out, or sliding over it, blurred if it is fast."""
    frames, _, height, width = old.shape
    a = progress(frames)
    if rng.random() < 0.5:
        a = a * a * (3 - 2 * a)
    axis, length = (3, width) if rng.random() < 0.65 else (2, height)
    backwards = rng.random() < 0.5
    slides_over = rng.random() < 0.35
    out = torch.empty_like(old)
    for i in range(frames):
        shift = min(length - 1, max(1, round(float(a[i]) * length)))
        first, second = (new[i], old[i]) if backwards else (old[i], new[i])
        cut = length - shift if not backwards else shift
        dim = axis - 1
        if backwards:
            head = first.narrow(dim, length - cut, cut)
            tail = second.narrow(dim, cut if slides_over else 0, length - cut)
        else:
            head = first.narrow(dim, 0 if slides_over else shift, cut)
            tail = second.narrow(dim, 0, length - cut)
        out[i] = torch.cat([head, tail], dim)
    if frames <= 10 and rng.random() < 0.6:
        out = motion_blur(out, rng.choice((5, 7, 11)), vertical=axis == 2)
    return out
