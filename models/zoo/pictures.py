"""Frames into networks, and maps of classes out of them, at the size of the frames."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from otio_autoedit.models.zoo.detections import LabelMap

Frames = npt.NDArray[np.uint8] | Tensor
"""uint8 RGB, `[T, H, W, 3]`: upright, in square pixels."""

SMALLEST = 16
"""Pixels on a side; what is smaller is padded with black on the right and at the bottom."""
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)  # ImageNet's, as in training
WIDEST = 8
"""The longest a picture may be by its shorter side; what is longer is padded likewise, since
networks scale by the shorter side."""


def batches(frames: Frames, size: int) -> Iterator[Tensor]:
    """Yields uint8 `[n, 3, H, W]` of at most `size` frames each.

    Raises:
        ValueError: these are no frames.
    """
    if frames.ndim != 4 or frames.shape[3] != 3 or str(frames.dtype).split(".")[-1] != "uint8":
        raise ValueError(f"frames are uint8 [T, H, W, 3], not {frames.dtype} {list(frames.shape)}")
    if 0 in frames.shape[1:]:
        raise ValueError(f"frames of no size: {list(frames.shape)}")
    for start in range(0, len(frames), max(1, size)):
        some = frames[start : start + max(1, size)]
        batch = some if isinstance(some, Tensor) else torch.from_numpy(some.copy())
        yield batch.permute(0, 3, 1, 2)


def padded(batch: Tensor) -> Tensor:
    """Returns `[n, 3, H', W']`: the batch with black on the right and below, where it is smaller or
    longer than networks take it."""
    height, width = batch.shape[2:]
    least = max(SMALLEST, -(-max(height, width) // WIDEST))
    right, below = max(0, least - width), max(0, least - height)
    return pad(batch, (0, right, 0, below)) if right or below else batch


def label_map(classes: tuple[str, ...], probabilities: Tensor, size: tuple[int, int]) -> LabelMap:
    """Returns the likeliest class of each pixel of a picture of `size` (height, width).

    `probabilities` is `[K, h, w]`, of the whole picture at another size.
    """
    best = torch.full(size, -1.0, device=probabilities.device)
    index = torch.zeros(size, dtype=torch.uint8, device=probabilities.device)
    for number, plane in enumerate(probabilities):  # one at a time: 21 planes of a 4K picture
        at_size = resized(plane[None, None], size)[0, 0]
        better = at_size > best
        best = torch.where(better, at_size, best)
        index[better] = number
    return LabelMap(classes, index.cpu().numpy(), probabilities.float().cpu().numpy())


def normalised(pictures: Tensor) -> Tensor:
    """Returns RGB `[n, 3, H, W]` in 0..255 as networks trained on ImageNet take them."""
    mean, std = (pictures.new_tensor(three)[:, None, None] for three in (_MEAN, _STD))
    return (pictures / 255 - mean) / std


def resized(images: Tensor, size: tuple[int, int]) -> Tensor:
    """Returns float `[n, C, *size]`, bilinear, without aliasing where it becomes smaller."""
    if tuple(images.shape[2:]) == size:
        return images.float()
    return interpolate(images.float(), size, mode="bilinear", align_corners=False, antialias=True)
