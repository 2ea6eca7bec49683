"""The shot network's CNN over frames: every thumbnail `I_t` becomes features `f_t`.

A frame is seen together with its difference from the frame before. Besides a vector, each frame
gets a small map of normalised cells: `shot_rnn` looks those up in the frames around it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F
from torch import Tensor, nn

GRID = (4, 6)  # cells down and across, for a 27x48 thumbnail
_COLOUR_LEVELS = 6


@dataclass(frozen=True, slots=True)
class FrameFeatures:
    """What is known of each frame of a stretch of film, before time comes in.

    Attributes:
        vector: `(B, T, D)` the CNN's features.
        cells: `(B, T, 24, C)` unit vectors, one a cell of the grid.
        layout: `(B, T, 144)` unit vectors: coarse colours less their mean; no weights in it.
        colours: `(B, T, 216)` unit vectors: root of the colour histogram; no weights in it.
        levels: `(B, T, 3)` mean brightness, contrast, mean difference from the frame before.
    """

    vector: Tensor
    cells: Tensor
    layout: Tensor
    colours: Tensor
    levels: Tensor

    def time_first(self) -> tuple[Tensor, ...]:
        """Returns the parts as `(T, B, ...)`, as `window_stream` takes them."""
        return tuple(getattr(self, field.name).transpose(0, 1) for field in fields(self))

    @classmethod
    def batch_first(cls, parts: tuple[Tensor, ...]) -> FrameFeatures:
        """Returns what `time_first` took apart."""
        return cls(*(part.transpose(0, 1) for part in parts))


class SmallCNN(nn.Module):
    """Four convolutions over 27x48 frames; about 5 million multiply-adds a frame."""

    def __init__(self, width: int, features: int, cell_features: int) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            _convolution(6, width, 2),
            _convolution(width, 2 * width, 2),
            _convolution(2 * width, 3 * width, 1),
            _convolution(3 * width, 4 * width, 2),
        )
        cells = GRID[0] * GRID[1]
        self.vector = nn.Linear(4 * width * cells, features)
        self.cell = nn.Conv2d(4 * width, cell_features, 1)

    def forward(self, frames: Tensor, previous: Tensor) -> FrameFeatures:
        """Returns the features of `frames` `(B, T, 3, 27, 48)` in 0..1.

        `previous` is `(B, 1, 3, 27, 48)`, the frame before the first; the first itself where the
        film begins.
        """
        batch, count = frames.shape[:2]
        difference = frames - torch.cat([previous, frames[:, :-1]], 1)
        seen = torch.cat([frames - 0.45, difference * 3], 2).flatten(0, 1)
        maps = self.convolutions(seen.contiguous(memory_format=torch.channels_last))
        vector = F.relu(self.vector(maps.flatten(1)))
        cells = F.normalize(self.cell(maps), dim=1).flatten(2).transpose(1, 2)
        flat = frames.flatten(0, 1)
        grey = flat.mean(1).flatten(1)
        levels = torch.stack(
            [grey.mean(1), grey.std(1) * 2, difference.abs().flatten(2).mean(2).flatten() * 5], 1
        )

        def timed(x: Tensor) -> Tensor:
            return x.reshape(batch, count, *x.shape[1:])

        return FrameFeatures(
            timed(vector), timed(cells), timed(_layout(flat)), timed(_colours(flat)), timed(levels)
        )


def _convolution(inputs: int, outputs: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def _layout(frames: Tensor) -> Tensor:
    coarse = F.adaptive_avg_pool2d(frames, (6, 8)).flatten(1)
    return F.normalize(coarse - coarse.mean(1, keepdim=True), dim=1)


def _colours(frames: Tensor) -> Tensor:
    """Returns the root of each frame's colour histogram: its cosine is Bhattacharyya's."""
    level = (frames.detach() * (_COLOUR_LEVELS - 1e-3)).long().flatten(2)
    index = (level[:, 0] * _COLOUR_LEVELS + level[:, 1]) * _COLOUR_LEVELS + level[:, 2]
    histogram = torch.zeros(len(frames), _COLOUR_LEVELS**3, device=frames.device)
    histogram.scatter_add_(1, index, torch.ones_like(index, dtype=histogram.dtype))
    return (histogram / index.shape[1]).sqrt()
