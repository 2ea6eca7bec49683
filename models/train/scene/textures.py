"""Textures that repeat, seen from any distance: each pixel takes the level that suits its size.

A pyramid of averages (Williams 1983, "Pyramidal parametrics"), so that a crowd far away is a
mottled colour and not a flicker of single texels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.models.train.scene.compose import Colours, resized

_LEAST_TEXELS = 4


class Texture:
    """A picture that repeats, with its pyramid."""

    def __init__(self, colours: Colours) -> None:
        """Takes `(h, w, 3)` float32; sides of powers of two repeat seamlessly."""
        levels = [colours]
        while min(levels[-1].shape[:2]) >= 2 * _LEAST_TEXELS:
            height, width = levels[-1].shape[:2]
            levels.append(resized(levels[-1], width // 2, height // 2))
        self._texels = np.concatenate([level.reshape(-1, 3) for level in levels])
        sizes = np.array([level.shape[:2] for level in levels], np.int32)
        self._heights, self._widths = sizes[:, 0], sizes[:, 1]
        self._starts = np.concatenate([[0], np.cumsum(sizes.prod(1))[:-1]]).astype(np.int32)
        self.height, self.width = colours.shape[:2]

    def sample(
        self, across: NDArray[np.float32], down: NDArray[np.float32], texels: NDArray[np.float32]
    ) -> Colours:
        """Returns `(n, 3)` colours at places `(n,)` in texels, each as wide as `texels` `(n,)`."""
        level = np.log2(np.maximum(texels, 1e-3)) + 0.5
        level = np.clip(level, 0, len(self._starts) - 1).astype(np.int32)
        width, height = self._widths[level], self._heights[level]
        x = np.floor(across * (width / self.width)).astype(np.int32) % width
        y = np.floor(down * (height / self.height)).astype(np.int32) % height
        texels_there: Colours = self._texels[self._starts[level] + y * width + x]
        return texels_there


def noise_tile(side: int, rng: np.random.Generator, roughness: float = 0.6) -> Colours:
    """Returns `(side, side)` float32 about 0, of spread 1, that repeats: noise of many scales.

    Args:
        side: a power of two.
        roughness: how much of each finer scale is added; small is cloudy, 1 is grainy.
    """
    total = np.zeros((side, side), np.float32)
    cells, strength = 4, 1.0
    while cells <= side:
        coarse = rng.standard_normal((cells, cells)).astype(np.float32) * strength
        wrapped = np.pad(coarse, 1, mode="wrap")
        scale = side // cells
        finer = resized(wrapped, (cells + 2) * scale, (cells + 2) * scale)
        total += finer[scale : scale + side, scale : scale + side]
        cells, strength = cells * 2, strength * roughness
    even: Colours = (total - total.mean()) / (total.std() + 1e-6)
    return even


def grey_texture(tile: Colours) -> Texture:
    """Returns a texture of one value, in all three channels."""
    return Texture(np.repeat(tile[..., None], 3, -1))
