"""Views: a part of a picture, at the network's size, with everything that is known of it.

A crop is a rectangle in 0..1 of the picture, perhaps mirrored; one that reaches beyond the picture
shows it small between bars. Pictures, boxes, label pictures and teachers' maps are cut by the same
crop, each in its own way, and agree to the fraction of a pixel.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from otio_autoedit.models.detection import IGNORED

Size = tuple[int, int]  # width, height
Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

_LEAST_LEFT = 0.4  # of an object's area: with less in view it counts neither way
_LEAST_SIDE = 3.0  # pixels, the root of its area: nobody tells what is smaller
_WHOLE_SHARE = 0.25  # of views that show all that their shape allows
_SMALL_SHARE = 0.15  # of views that show the picture small


@dataclass(frozen=True, slots=True)
class Crop:
    """What a view shows: x from `x0` to `x1`, y from `y0` to `y1`, in 0..1 of the picture."""

    x0: float = 0.0
    y0: float = 0.0
    x1: float = 1.0
    y1: float = 1.0
    mirrored: bool = False

    def moved(self, right: float, down: float, zoom: float = 1.0) -> Crop:
        """Returns the crop a little elsewhere: by parts of its own size, and larger by `zoom`."""
        width, height = self.x1 - self.x0, self.y1 - self.y0
        x, y = (self.x0 + self.x1) / 2 + right * width, (self.y0 + self.y1) / 2 + down * height
        half_width, half_height = width * zoom / 2, height * zoom / 2
        return replace(
            self, x0=x - half_width, y0=y - half_height, x1=x + half_width, y1=y + half_height
        )


def random_crop(picture: Size, view: Size, rng: random.Random) -> Crop:
    """Returns a crop for training, its side .35 to 1 of the largest that fits, or beyond.

    Things look up to a third wider or narrower than they are; mirrored half of the time.

    Args:
        picture: its size, pixels square.
        view: the size that the crop will be shown at.
        rng: decides.
    """
    stretch = math.exp(rng.uniform(-1, 1) * math.log(4 / 3))
    aspect = view[0] / view[1] * stretch * picture[1] / picture[0]  # in 0..1 of the picture
    fitting = (min(1.0, aspect), min(1.0, 1 / aspect))
    chance = rng.random()
    if chance < _SMALL_SHARE:
        larger = rng.uniform(1.0, 2.2)
        width, height = fitting[0] * larger, fitting[1] * larger
    else:
        part = 1.0 if chance > 1 - _WHOLE_SHARE else rng.uniform(0.35, 1.0)
        width, height = fitting[0] * part, fitting[1] * part
    x0, y0 = rng.uniform(0, 1 - width), rng.uniform(0, 1 - height)
    return Crop(x0, y0, x0 + width, y0 + height, rng.random() < 0.5)


def cut_picture(
    picture: Image.Image, crop: Crop, view: Size, bars: tuple[int, int, int] = (0, 0, 0)
) -> Image.Image:
    """Returns what the crop shows, averaged down or enlarged to `view`; bars where it is beyond."""
    box, source = _meeting(crop, view, picture.size)
    shown = picture.resize((box[2] - box[0], box[3] - box[1]), Image.Resampling.BILINEAR, source)
    if shown.size != view:
        canvas = Image.new("RGB", view, bars)
        canvas.paste(shown, box[:2])
        shown = canvas
    return shown.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if crop.mirrored else shown


def cut_labels(labels: Bytes, crop: Crop, view: Size, beyond: int = 0) -> Bytes:
    """Returns a label picture `(H, W)` cut to `(h, w)`, the label in the middle of each pixel."""
    height, width = labels.shape
    x, y = _sampled(crop, view)
    column, row = np.floor(x * width).astype(np.intp), np.floor(y * height).astype(np.intp)
    cut: Bytes = labels[row.clip(0, height - 1)][:, column.clip(0, width - 1)]
    cut[(row < 0) | (row >= height)] = beyond
    cut[:, (column < 0) | (column >= width)] = beyond
    return cut


def cut_boxes(
    boxes: Floats, classes: npt.NDArray[np.int64], crop: Crop, view: Size
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Returns the boxes `(n, 4)` in view, in 0..1 of it, and their classes.

    One of which too little is left, or that is too small to see, is `IGNORED`.
    """
    moved = placed(boxes, crop)
    cut = moved.clip(0, 1)
    left, whole = _areas(cut), _areas(moved)
    unsure = (left < _LEAST_LEFT * whole) | (left * view[0] * view[1] < _LEAST_SIDE**2)
    there = left > 0
    return cut[there], np.where(unsure, IGNORED, classes)[there]


def placed(boxes: Floats, crop: Crop) -> Floats:
    """Returns boxes of the picture `(n, 4)` in 0..1 of the view, where they may reach beyond."""
    scale = np.array([crop.x1 - crop.x0, crop.y1 - crop.y0] * 2, np.float32)
    moved = (boxes - np.array([crop.x0, crop.y0] * 2, np.float32)) / scale
    return (
        np.stack([1 - moved[:, 2], moved[:, 1], 1 - moved[:, 0], moved[:, 3]], 1)
        if crop.mirrored
        else moved
    )


def cut_maps(maps: Tensor, picture: Size, crop: Crop, cells: Size) -> tuple[Tensor, Tensor]:
    """Returns a teacher's maps where the student's cells are, and which of those it saw.

    Args:
        maps: `(C, n, n)`, of the picture enlarged or shrunk until its longer side filled the
            square, at its top left.
        picture: the picture's size.
        crop: as the student sees it.
        cells: width and height of the student's map.

    Returns:
        `(C, h, w)`, and `(h, w)` 1 or 0.
    """
    x, y = _sampled(crop, cells)
    longer = max(picture)
    grid_x, grid_y = np.meshgrid(x * picture[0] / longer, y * picture[1] / longer)
    grid = torch.from_numpy(np.stack([grid_x, grid_y], 2).astype(np.float32) * 2 - 1)
    cut = F.grid_sample(
        maps[None].float(), grid[None], "bilinear", padding_mode="border", align_corners=False
    )[0]
    seen = ((y >= 0) & (y <= 1))[:, None] & ((x >= 0) & (x <= 1))[None]
    return cut, torch.from_numpy(seen.astype(np.float32))


def _sampled(crop: Crop, size: Size) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Returns where the middles of the view's columns and rows lie, in 0..1 of the picture."""
    x = (np.arange(size[0]) + 0.5) / size[0]
    y = (np.arange(size[1]) + 0.5) / size[1]
    x = 1 - x if crop.mirrored else x
    return crop.x0 + x * (crop.x1 - crop.x0), crop.y0 + y * (crop.y1 - crop.y0)


def _meeting(
    crop: Crop, view: Size, picture: Size
) -> tuple[tuple[int, int, int, int], tuple[float, float, float, float]]:
    """Returns the pixels of the view (not mirrored) that show picture, and what of it they show."""
    spans = []
    for low, high, pixels, side in (
        (crop.x0, crop.x1, view[0], picture[0]),
        (crop.y0, crop.y1, view[1], picture[1]),
    ):
        a_pixel = (high - low) / pixels
        first = max(0, min(pixels - 1, round(-low / a_pixel)))
        last = max(first + 1, min(pixels, round((1 - low) / a_pixel)))
        from_, to = (min(1.0, max(0.0, low + n * a_pixel)) * side for n in (first, last))
        spans.append((first, last, from_, max(to, from_ + 1e-3)))
    (x0, x1, u0, u1), (y0, y1, v0, v1) = spans
    return (x0, y0, x1, y1), (u0, v0, min(u1, picture[0]), min(v1, picture[1]))


def _areas(boxes: Floats) -> Floats:
    sides = (boxes[:, 2:] - boxes[:, :2]).clip(0)
    areas: Floats = sides[:, 0] * sides[:, 1]
    return areas
