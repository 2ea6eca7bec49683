"""The detection head: objects on the cells of a map, by box and by class.

Each cell of the states' map says which class it is in the middle of, or background (softmax), and
where the object's box lies from there (regression): no anchors, as in FCOS
(https://arxiv.org/abs/1904.01355) and CenterNet (https://arxiv.org/abs/1904.07850).

    h [..., C, H', W'] -> classes [..., 1 + K, H', W'], boxes [..., 4, H', W'] -> decoded -> NMS

A box is said by its centre from the cell's centre, in cells, and the logarithm of its size, in
cells. Boxes elsewhere are x0, y0, x1, y1 in 0..1 of the picture. Class 0 is background.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torchvision.ops import batched_nms

BACKGROUND = 0
IGNORED = -1  # in targets: what is here counts neither way
CORE = 0.5  # of a box's width and height: cells within this middle part are its own
_FOREGROUND_AT_FIRST = 0.1  # the share of cells that an untrained head takes for objects
_CANDIDATES = 1000  # cells that NMS looks at
_LARGEST = 2.0  # pictures; a box cannot be said to be larger


@dataclass(frozen=True, slots=True, eq=False)
class CellOutputs:
    """What the head says of every cell.

    Attributes:
        classes: `(..., 1 + K, H', W')` logits.
        boxes: `(..., 4, H', W')`: dx, dy, log w, log h, in cells; `l_i` of the method.
    """

    classes: Tensor
    boxes: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class CellTargets:
    """What the head should say.

    Attributes:
        classes: `(..., H', W')` int64: 0 background, 1..K, or `IGNORED`.
        boxes: `(..., 4, H', W')`, as in `CellOutputs`; 0 where there is no object.
    """

    classes: Tensor
    boxes: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The objects in one frame, the surest first.

    Attributes:
        boxes: `(n, 4)` x0, y0, x1, y1 in 0..1.
        classes: `(n,)` int64, 1..K.
        scores: `(n,)` in 0..1: the probability of that class.
    """

    boxes: Tensor
    classes: Tensor
    scores: Tensor


class DetectionHead(nn.Module):
    """Classes and boxes of every cell, each linear in what it reads.

    It reads the states themselves, `l_i = W_loc h_i + b`, or, with `hidden` channels, what one
    3x3 convolution makes of them.
    """

    def __init__(self, states: int, classes: int, hidden: int = 0) -> None:
        super().__init__()
        self.hidden: nn.Module = nn.Identity()
        if hidden:
            self.hidden = nn.Sequential(nn.Conv2d(states, hidden, 3, padding=1), nn.ReLU())
        self.cls = nn.Conv2d(hidden or states, 1 + classes, 1)
        self.loc = nn.Conv2d(hidden or states, 4, 1)
        odds = (1 - _FOREGROUND_AT_FIRST) / _FOREGROUND_AT_FIRST
        with torch.no_grad():
            for bias in (self.cls.bias, self.loc.bias):
                assert bias is not None
                bias.zero_()
            self.cls.bias[BACKGROUND] = math.log(classes * odds)  # type: ignore[index]

    def forward(self, states: Tensor) -> CellOutputs:
        """Returns what each cell of the maps `(..., S, H', W')` says."""
        lead = states.shape[:-3]
        seen = self.hidden(states.reshape(-1, *states.shape[-3:]))
        classes, boxes = self.cls(seen), self.loc(seen)
        return CellOutputs(
            classes.reshape(*lead, *classes.shape[1:]), boxes.reshape(*lead, *boxes.shape[1:])
        )


def targets_of(
    boxes: Sequence[Tensor], classes: Sequence[Tensor], size: tuple[int, int]
) -> CellTargets:
    """Returns what the cells of N frames should say, from the frames' objects.

    An object owns the cells whose centres lie in the middle half of its box, and the one that its
    centre lies in. Where two claim a cell the smaller has it; so of two small objects with their
    centres in one cell only the smaller is learnt. Boxes without area are passed over.

    Args:
        boxes: N of `(n, 4)` x0, y0, x1, y1 in 0..1.
        classes: N of `(n,)` int64, 1..K, or `IGNORED` where it is not known what is in the box.
        size: H', W' of the map.
    """
    frames = [_frame_targets(b, c, size) for b, c in zip(boxes, classes, strict=True)]
    return CellTargets(
        torch.stack([f.classes for f in frames]), torch.stack([f.boxes for f in frames])
    )


def found_in(
    outputs: CellOutputs, threshold: float = 0.3, overlap: float = 0.5, most: int = 100
) -> list[Found]:
    """Returns the objects in each of N frames.

    Args:
        outputs: of N frames, `(N, ...)`.
        threshold: the least score.
        overlap: of two boxes of a class whose intersection over union is larger, the surer stays.
        most: how many objects a frame may have.
    """
    scores, classes = outputs.classes.softmax(1)[:, 1:].flatten(2).max(1)
    boxes = decoded(outputs.boxes).flatten(2).transpose(1, 2)
    found = []
    for frame_scores, frame_classes, frame_boxes in zip(scores, classes + 1, boxes, strict=True):
        sure = (frame_scores >= threshold).nonzero()[:, 0]
        sure = sure[frame_scores[sure].argsort(descending=True, stable=True)[:_CANDIDATES]]
        kept = sure[
            batched_nms(frame_boxes[sure], frame_scores[sure], frame_classes[sure], overlap)
        ]
        kept = kept[:most]
        found.append(Found(frame_boxes[kept], frame_classes[kept], frame_scores[kept]))
    return found


def encoded(boxes: Tensor, size: tuple[int, int]) -> Tensor:
    """Returns what each cell would have to say of the box it is given.

    Args:
        boxes: `(..., 4, H', W')`, one box a cell: x0, y0, x1, y1 in 0..1, with an area.
        size: H', W'.
    """
    centres, cells = _centres(size, boxes), _cells_a_picture(size, boxes)
    low, high = boxes[..., :2, :, :], boxes[..., 2:, :, :]
    return torch.cat([((low + high) / 2 - centres) * cells, ((high - low) * cells).log()], -3)


def decoded(said: Tensor) -> Tensor:
    """Returns the boxes, x0, y0, x1, y1 in 0..1, that cells say: `(..., 4, H', W')` both."""
    size = (said.shape[-2], said.shape[-1])
    cells = _cells_a_picture(size, said)
    middle = said[..., :2, :, :] / cells + _centres(size, said)
    half = said[..., 2:, :, :].clamp(max=(_LARGEST * cells).log()).exp() / cells / 2
    return torch.cat([middle - half, middle + half], -3).clamp(0, 1)


def _frame_targets(boxes: Tensor, classes: Tensor, size: tuple[int, int]) -> CellTargets:
    has_area = (boxes[:, 2:] > boxes[:, :2]).all(1)
    boxes, classes = boxes[has_area].float(), classes[has_area]
    ignored = classes == IGNORED
    objects, their_classes = boxes[~ignored], classes[~ignored]
    wanted = torch.full(size, BACKGROUND, dtype=torch.int64, device=boxes.device)
    wanted[_inside(boxes[ignored], size, 1.0).any(0)] = IGNORED
    if not len(objects):
        return CellTargets(wanted, boxes.new_zeros(4, *size))
    owned = _inside(objects, size, CORE)
    owned[torch.arange(len(objects)), *_cell_of_centre(objects, size)] = True
    area = (objects[:, 2:] - objects[:, :2]).prod(1)[:, None, None]
    smallest, owner = torch.where(owned, area, math.inf).min(0)
    is_object = smallest < math.inf
    said = encoded(objects[owner].permute(2, 0, 1), size)
    return CellTargets(
        torch.where(is_object, their_classes[owner], wanted), torch.where(is_object, said, 0.0)
    )


def _inside(boxes: Tensor, size: tuple[int, int], part: float) -> Tensor:
    """Returns `(n, H', W')`: whose centre lies in the middle `part` of each box."""
    middle = (boxes[:, :2] + boxes[:, 2:])[..., None, None] / 2
    reach = (boxes[:, 2:] - boxes[:, :2])[..., None, None] / 2 * part
    return ((_centres(size, boxes) - middle).abs() <= reach).all(1)


def _cell_of_centre(boxes: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """Returns the rows and the columns of the cells that hold the boxes' centres."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    column = (middle[:, 0] * size[1]).long().clamp(0, size[1] - 1)
    row = (middle[:, 1] * size[0]).long().clamp(0, size[0] - 1)
    return row, column


def _centres(size: tuple[int, int], like: Tensor) -> Tensor:
    """Returns `(2, H', W')`: x and y of the cells' centres, in 0..1."""
    y = (torch.arange(size[0], device=like.device, dtype=like.dtype) + 0.5) / size[0]
    x = (torch.arange(size[1], device=like.device, dtype=like.dtype) + 0.5) / size[1]
    return torch.stack(torch.meshgrid(x, y, indexing="xy"))


def _cells_a_picture(size: tuple[int, int], like: Tensor) -> Tensor:
    return like.new_tensor([size[1], size[0]])[:, None, None]
