"""The scene network's CNN over frames: pictures `I_i` become features `f_i` at four scales.

    I_i [3, H, W] -> stem -> C4 -> C8 -> C16 -> C32     strides 4, 8, 16, 32; coarser, more channels

Residual blocks (He et al., https://arxiv.org/abs/1512.03385) of plain 3x3 convolutions: those do
twice the work a second of separable ones on a processor, and learn faster. The maps are brought
to one width by `Neck`, coarse to fine (Lin et al., https://arxiv.org/abs/1612.03144).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

MULTIPLE = 16  # of which a picture's width and height must be


class SceneFeatures(NamedTuple):
    """What is known of N frames before time comes in; `H'` is `H / stride`, rounded up.

    Attributes:
        f4, f8: `(N, C, H', W')`, the trunk's fine maps.
        f16: `(N, C, H', W')`, of the neck: the map that the RNN reads.
        vector: `(N, D)`, the mean of the coarsest map: `f_i` where one vector has to do.
    """

    f4: Tensor
    f8: Tensor
    f16: Tensor
    vector: Tensor


class SceneCNN(nn.Module):
    """Trunk and the coarse part of the neck; about 360 million multiply-adds for 256 x 144."""

    def __init__(self, widths: Sequence[int], depths: Sequence[int], neck: int) -> None:
        """Builds it.

        Args:
            widths: channels of the stem and of the maps of strides 4, 8, 16, 32.
            depths: residual blocks at each of the four strides.
            neck: channels of `f16`.
        """
        super().__init__()
        stem, *stages = widths
        self.stem = ConvNorm(3, stem, stride=2)
        self.stages = nn.ModuleList(
            nn.Sequential(
                ConvNorm(inputs, outputs, stride=2), *(Residual(outputs) for _ in range(depth))
            )
            for inputs, outputs, depth in zip(widths, stages, depths, strict=False)
        )
        self.coarse = nn.Conv2d(stages[3], neck, 1)
        self.middle = nn.Conv2d(stages[2], neck, 1)
        self.merge = ConvNorm(neck, neck)

    def forward(self, frames: Tensor) -> SceneFeatures:
        """Returns the features of `frames` `(N, 3, H, W)` in 0..1, H and W multiples of 16."""
        maps = self.stem((frames - 0.45) / 0.25)
        levels = []
        for stage in self.stages:
            maps = stage(maps)
            levels.append(maps)
        f4, f8, middle, coarse = levels
        f16 = self.merge(self.middle(middle) + doubled(self.coarse(coarse), middle))
        return SceneFeatures(f4, f8, f16, coarse.mean((2, 3)))


class ConvNorm(nn.Module):
    """A 3x3 convolution, normalised over the batch; ReLU unless it is the end of a block."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, *, relu: bool = True) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(outputs)
        self.relu = relu

    def forward(self, maps: Tensor) -> Tensor:
        maps = self.norm(self.conv(maps))
        return F.relu(maps, inplace=True) if self.relu else maps

    def fold(self) -> None:
        if isinstance(self.norm, nn.Identity):
            return
        self.conv = fuse_conv_bn_eval(self.conv, self.norm)  # type: ignore[arg-type]
        self.norm = nn.Identity()


class Residual(nn.Module):
    """`x + F(x)`, two convolutions; begins as the identity."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = ConvNorm(channels, channels)
        self.second = ConvNorm(channels, channels, relu=False)
        assert isinstance(self.second.norm, nn.BatchNorm2d)
        nn.init.zeros_(self.second.norm.weight)

    def forward(self, maps: Tensor) -> Tensor:
        return F.relu(maps + self.second(self.first(maps)))


def doubled(maps: Tensor, like: Tensor) -> Tensor:
    """Returns maps at twice the size, cut to that of `like` where that is odd."""
    height, width = like.shape[-2:]
    return F.interpolate(maps, scale_factor=2, mode="nearest")[..., :height, :width]


def fold(net: nn.Module) -> None:
    """Works every normalisation in `net` into its convolution, for good; eval mode from then on."""
    net.eval()
    for module in net.modules():
        if isinstance(module, ConvNorm):
            module.fold()
