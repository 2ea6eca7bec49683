"""The segmentation head: `S_i = FCN(h_i)`, a class for every pixel of the frame.

Two decoders. `FCNDecoder` reads the states alone and enlarges what it says to the frame: cheap, and
as coarse as the map. `UNetDecoder` goes back up through the backbone's finer maps, which know where
edges are.

Layers are normalised over groups of channels, not over the batch: the frames of a window are alike,
and what one frame gives must not depend on the others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class FCNDecoder(nn.Module):
    """A 3x3 convolution, a class for each cell, bilinear to the frame.

    Long, Shelhamer, Darrell, "Fully convolutional networks for semantic segmentation"
    (https://arxiv.org/abs/1411.4038).
    """

    def __init__(self, states: int, classes: int, hidden: int = 64) -> None:
        super().__init__()
        self.hidden = _convolution(states, hidden)
        self.out = nn.Conv2d(hidden, classes, 1)

    def forward(self, states: Tensor, size: tuple[int, int]) -> Tensor:
        """Returns logits `(..., classes, H, W)` for states `(..., S, H', W')`; `size` is H, W."""
        lead = states.shape[:-3]
        logits = self.out(self.hidden(states.reshape(-1, *states.shape[-3:])))
        return _enlarged(logits, size).reshape(*lead, logits.shape[1], *size)


class UNetDecoder(nn.Module):
    """From the states up through the backbone's finer maps, and bilinear from the finest.

    Ronneberger, Fischer, Brox, "U-Net" (https://arxiv.org/abs/1505.04597), with padding, and
    bilinear steps up in place of transposed convolutions, which leave a chequered pattern.
    """

    def __init__(self, states: int, skips: Sequence[int], classes: int, hidden: int = 64) -> None:
        """Builds a step for every finer map.

        Args:
            states: channels of the states.
            skips: channels of the finer maps, finest first: a backbone's `level_channels` without
                the last, or the last few of those.
            classes: of pixels, background included.
            hidden: channels on the way up.
        """
        super().__init__()
        self.skips = tuple(skips)
        self.narrow = _convolution(states, hidden)
        self.steps = nn.ModuleList(
            nn.Sequential(_convolution(hidden + skip, hidden), _convolution(hidden, hidden))
            for skip in reversed(self.skips)
        )
        self.out = nn.Conv2d(hidden, classes, 1)

    def forward(self, states: Tensor, finer: Sequence[Tensor], size: tuple[int, int]) -> Tensor:
        """Returns logits `(..., classes, H, W)`.

        Args:
            states: `(..., S, H', W')`.
            finer: maps `(..., C, h, w)`, finest first, as said to the constructor.
            size: H, W of the frame.
        """
        given = tuple(maps.shape[-3] for maps in finer)
        if given != self.skips:
            raise ValueError(f"finer maps must have {self.skips} channels, not {given}")
        lead = states.shape[:-3]
        x = self.narrow(states.reshape(-1, *states.shape[-3:]))
        for step, maps in zip(self.steps, reversed(finer), strict=True):
            skip = maps.reshape(-1, *maps.shape[-3:])
            x = step(torch.cat([_enlarged(x, skip.shape[-2:]), skip], 1))
        logits = self.out(x)
        return _enlarged(logits, size).reshape(*lead, logits.shape[1], *size)


def _convolution(inputs: int, outputs: int) -> nn.Sequential:
    groups = math.gcd(8, outputs)
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.GroupNorm(groups, outputs),
        nn.ReLU(),
    )


def _enlarged(maps: Tensor, size: tuple[int, ...]) -> Tensor:
    return F.interpolate(maps, tuple(size), mode="bilinear", align_corners=False)
