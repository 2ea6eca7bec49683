"""Drawn pictures: flat shapes, gradients and lettering, as in animation, slides and title cards;
and pages, nearly empty, as on a screen.

Photographs alone teach the network to doubt the first, and to take what pops up on a page for all
that there is to see.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def draw_picture(size: tuple[int, int], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Returns a picture `(H, W, 3)` uint8 RGB of `size` (width, height)."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    y, x = (y + 0.5) / height, (x + 0.5) / width
    if rng.random() < 0.3:
        return _page(x, y, rng)
    picture = np.broadcast_to(rng.uniform(0, 255, 3), (height, width, 3)).copy()
    if rng.random() < 0.5:  # a gradient
        angle = rng.uniform(0, 2 * np.pi)
        along = np.clip(0.5 + (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle), 0, 1)
        picture += (rng.uniform(0, 255, 3) - picture) * along[..., None]
    for _ in range(rng.integers(0, 12)):
        picture[_shape(x, y, rng)] = rng.uniform(0, 255, 3)
    for _ in range(rng.integers(0, 4) if rng.random() < 0.5 else 0):
        picture[_lettering(x, y, rng)] = rng.choice((0, 255, rng.uniform(0, 255)))
    return np.clip(picture, 0, 255).astype(np.uint8)


def _page(
    x: NDArray[np.float64], y: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """Returns a light or dark page with a few small things on it, or nothing at all."""
    if rng.random() < 0.25:  # what a film cuts to before its titles
        return np.full((*x.shape, 3), int(rng.choice((0, 0, 8, 255))), np.uint8)
    paper = rng.uniform(225, 255) if rng.random() < 0.75 else rng.uniform(0, 40)
    picture = np.full((*x.shape, 3), paper)
    for _ in range(rng.integers(1, 9)):
        left, top = rng.uniform(0, 0.9, 2)
        wide, high = rng.uniform(0.03, 0.35), rng.uniform(0.02, 0.2)
        box = (x > left) & (x < left + wide) & (y > top) & (y < top + high)
        picture[box] = rng.uniform(0, 255, 3) if rng.random() < 0.5 else abs(paper - 120)
    for _ in range(rng.integers(0, 6)):
        picture[_lettering(x, y, rng)] = abs(paper - rng.uniform(150, 255))
    return np.clip(picture, 0, 255).astype(np.uint8)


def _shape(
    x: NDArray[np.float64], y: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Returns the mask of an ellipse, a box or a bar, turned."""
    angle = rng.uniform(0, np.pi) if rng.random() < 0.5 else 0.0
    dx, dy = x - rng.uniform(0, 1), y - rng.uniform(0, 1)
    across = (dx * np.cos(angle) + dy * np.sin(angle)) / rng.uniform(0.03, 0.35)
    down = (dy * np.cos(angle) - dx * np.sin(angle)) / rng.uniform(0.03, 0.35)
    mask: NDArray[np.bool_] = across**2 + down**2 < 1
    if rng.random() >= 0.55:
        mask = (np.abs(across) < 1) & (np.abs(down) < (1 if rng.random() < 0.7 else 1 - across))
    return mask


def _lettering(
    x: NDArray[np.float64], y: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Returns the mask of a line of strokes that reads as text from afar."""
    left, top = rng.uniform(0, 0.6), rng.uniform(0.05, 0.85)
    high, wide = rng.uniform(0.05, 0.2), rng.uniform(0.2, 0.8)
    inside = (x > left) & (x < left + wide) & (y > top) & (y < top + high)
    strokes = rng.random((4, 40)) < 0.55
    row = np.clip((y - top) / high * 4, 0, 3).astype(int)
    column = np.clip((x - left) / wide * 40, 0, 39).astype(int)
    mask: NDArray[np.bool_] = inside & strokes[row, column]
    return mask
