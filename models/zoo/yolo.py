"""The YOLO family's arithmetic: pictures into the square, numbers into boxes.

Three forms of output are known:

- "yolox": YOLOX as its authors export it (Ge et al. 2021, arXiv 2107.08430; `demo/ONNXRuntime`):
  `[n, A, 5 + K]`, a row for each cell of the grids of strides 8, 16, 32: centre and size still in
  units of the cell (xy + cell) * stride, exp(wh) * stride; then objectness and K class scores,
  both already in 0..1. Input BGR 0..255, the picture top left, the rest 114.
- "yolov8": YOLOv8, v9, v11 as Ultralytics exports them: `[n, 4 + K, A]`, centre, size in pixels of
  the input, K class scores. Input RGB 0..1, the picture in the middle, the rest 114.
- "end-to-end": YOLOv10, v26, or an export with NMS inside: `[n, N, 6]`: x0, y0, x1, y1, score,
  class. Input as yolov8's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from otio_autoedit.errors import WeightsError

Form = Literal["yolox", "yolov8", "end-to-end"]
STRIDES = (8, 16, 32)
_GREY = 114.0
_BEST = 1000  # candidates into NMS; more is noise


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a picture of a size stands in a network's input: input = picture * scale + offset.

    Attributes:
        scale: x, y.
        offset: left, top, in pixels of the input.
        picture: (height, width) of the picture.
    """

    scale: tuple[float, float]
    offset: tuple[int, int]
    picture: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Boxes:
    """Boxes in one input, before they are placed: `[n, 4]` x0, y0, x1, y1 in its pixels, `[n]`
    scores and class numbers."""

    places: Tensor
    scores: Tensor
    classes: Tensor


def form_of(shape: tuple[int, ...], size: tuple[int, int]) -> Form:
    """Returns the form of an output of `shape` for an input of `size` (height, width).

    Raises:
        WeightsError: it is none of the three.
    """
    if len(shape) == 3:
        if shape[1] == len(grid(size)) and shape[2] > 5:
            return "yolox"
        if shape[2] == 6:
            return "end-to-end"
        if 5 <= shape[1] < shape[2]:
            return "yolov8"
    raise WeightsError(
        f"its output {list(shape)} is of no form that is known: YOLOX [1, cells, 5 + classes], "
        "YOLOv8 [1, 4 + classes, cells], or end-to-end [1, n, 6]"
    )


def letterboxed(batch: Tensor, size: tuple[int, int], form: Form) -> tuple[Tensor, Placed]:
    """Returns uint8 `[n, 3, H, W]` as a network of `form` wants it, float `[n, 3, *size]`."""
    picture = (batch.shape[2], batch.shape[3])
    scale = min(size[0] / picture[0], size[1] / picture[1])
    height, width = (max(1, min(round(a * scale), b)) for a, b in zip(picture, size, strict=True))
    small = interpolate(batch.float(), (height, width), mode="bilinear", antialias=scale < 1)
    top, left = (0, 0) if form == "yolox" else ((size[0] - height) // 2, (size[1] - width) // 2)
    square = small.new_full((len(batch), 3, *size), _GREY)
    square[:, :, top : top + height, left : left + width] = small
    placed = Placed((width / picture[1], height / picture[0]), (left, top), picture)
    return (square.flip(1) if form == "yolox" else square / 255), placed


def decoded(output: Tensor, form: Form, size: tuple[int, int], classes: int | None) -> Tensor:
    """Returns `[n, A, 4 + K]`: x0, y0, x1, y1 in pixels of the input, and K scores.

    `classes` is K where it is known: segmenting exports put coefficients behind the scores.
    """
    if form == "yolov8":
        output = output.transpose(1, 2)
        centre, extent, scores = output[..., :2], output[..., 2:4], output[..., 4:]
    else:
        cells = grid(size).to(output)
        centre = (output[..., :2] + cells[:, :2]) * cells[:, 2:]
        extent = output[..., 2:4].exp() * cells[:, 2:]
        scores = output[..., 4:5] * output[..., 5:]
    corners = torch.cat([centre - extent / 2, centre + extent / 2], -1)
    return torch.cat([corners, scores[..., :classes]], -1)


def grid(size: tuple[int, int]) -> Tensor:
    """Returns `[A, 3]`: x and y of each cell, in cells, and its stride, by strides and rows."""
    parts = []
    for stride in STRIDES:
        y, x = torch.meshgrid(
            torch.arange(size[0] // stride), torch.arange(size[1] // stride), indexing="ij"
        )
        parts.append(torch.stack([x, y, torch.full_like(x, stride)], -1).reshape(-1, 3))
    return torch.cat(parts)


def chosen(rows: Tensor, threshold: float, overlap: float) -> Boxes:
    """Returns the boxes of one picture: each cell's best class, of those that overlap by more than
    `overlap` (intersection over union, within a class) the surest.

    `rows` is `[A, 4 + K]` as `decoded` gives it.
    """
    from torchvision.ops import batched_nms

    scores, classes = rows[:, 4:].max(1)
    good = (scores >= threshold) & rows[:, :4].isfinite().all(1)
    places, scores, classes = rows[good, :4], scores[good], classes[good]
    best = scores.argsort(descending=True, stable=True)[:_BEST]
    places, scores, classes = places[best], scores[best], classes[best]
    kept = batched_nms(places, scores, classes, overlap)
    return Boxes(places[kept], scores[kept], classes[kept])


def chosen_already(rows: Tensor, threshold: float) -> Boxes:
    """Returns the boxes of one picture from end-to-end rows `[N, 6]`."""
    good = (rows[:, 4] >= threshold) & rows.isfinite().all(1)
    rows = rows[good]
    rows = rows[rows[:, 4].argsort(descending=True, stable=True)]
    return Boxes(rows[:, :4], rows[:, 4], rows[:, 5].round().long())


def in_picture(boxes: Boxes, placed: Placed) -> Boxes:
    """Returns the boxes in 0..1 of the picture, without those that lie outside of it."""
    (x_scale, y_scale), (left, top), (height, width) = placed.scale, placed.offset, placed.picture
    offset = boxes.places.new_tensor([left, top, left, top])
    scale = boxes.places.new_tensor([x_scale * width, y_scale * height] * 2)
    places = ((boxes.places - offset) / scale).clamp(0, 1)
    inside = ((places[:, 2:] - places[:, :2]) > 0).all(1)
    return Boxes(places[inside], boxes.scores[inside], boxes.classes[inside])
