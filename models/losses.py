"""What training makes small.

    L = L_loc + lambda L_cls  (+ masks + importance + scene + next feature, each with its weight)

A term is a mean, so that its size does not depend on how many frames or objects a batch has.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import torch
import torch.nn.functional as F
from torch import Tensor
from torchvision.ops import generalized_box_iou_loss

from otio_autoedit.models.detection import (
    BACKGROUND,
    CORE,
    IGNORED,
    CellOutputs,
    CellTargets,
    decoded,
)
from otio_autoedit.models.heads import novelty
from otio_autoedit.models.scene_labels import MASKS

VOID = 255  # in masks: pixels of which it is not known what they show
NO_OBJECT = 254  # in masks: neither person nor vehicle nor animal; which of the rest is not known
_REST = tuple(MASKS.index(name) for name in ("other", "field", "crowd"))
_SMOOTH = 1e-6  # keeps Dice defined where nothing is and nothing is said to be


@dataclass(frozen=True, slots=True)
class LossWeights:
    """How much each term counts beside `L_loc`; `classes` is lambda."""

    boxes: float = 1.0
    classes: float = 1.0
    masks: float = 1.0
    importance: float = 1.0
    scene: float = 1.0
    next_feature: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class LossTerms:
    """The terms of a batch, scalars; None for what it has no labels of."""

    boxes: Tensor | None = None
    classes: Tensor | None = None
    masks: Tensor | None = None
    importance: Tensor | None = None
    scene: Tensor | None = None
    next_feature: Tensor | None = None


def total_loss(terms: LossTerms, weights: LossWeights | None = None) -> Tensor:
    """Returns `L`: the weighted sum of the terms that there are."""
    weights = weights or LossWeights()
    parts = [
        getattr(weights, field.name) * term
        for field in fields(terms)
        if (term := getattr(terms, field.name)) is not None
    ]
    if not parts:
        raise ValueError("a loss needs at least one term")
    return torch.stack(parts).sum()


def detection_loss(
    outputs: CellOutputs,
    targets: CellTargets,
    negatives: float = 3.0,
    weights: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Returns `L_loc` and `L_cls`, over the cells i of N frames `(N, ...)`.

        L_loc = 1/P sum_(i on an object) w_i sum_4 smooth_L1(l_i - l*_i)
        L_cls = 1/P sum_(i on an object, or hard) w_i -log softmax(c_i)[c*_i]
        smooth_L1(x) = 0.5 x^2 for |x| < 1, |x| - 0.5 otherwise

    P is the number of cells on objects, each counted as `w_i`, at least 1. Of the background, which
    is nearly everything, only the `negatives` times P cells count, each as 1, that the head is most
    wrong about (as in SSD, https://arxiv.org/abs/1512.02325); where there are no objects,
    `negatives` a frame.

    Args:
        outputs, targets: of N frames.
        negatives: see above.
        weights: `w_i`, `(N, H', W')`; by default 1.
    """
    on_object = targets.classes > BACKGROUND
    counted = on_object.float() if weights is None else on_object * weights
    objects = float(counted.sum())
    distance = F.smooth_l1_loss(outputs.boxes, targets.boxes, reduction="none", beta=1.0)
    loc = (distance * counted[:, None]).sum() / max(1.0, objects)
    surprise = F.cross_entropy(
        outputs.classes, targets.classes, ignore_index=IGNORED, reduction="none"
    )
    background = surprise[targets.classes == BACKGROUND]
    count = int(negatives * (objects or len(targets.classes)))
    hard = background.topk(min(count, len(background))).values
    cls = ((surprise * counted).sum() + hard.sum()) / max(1.0, objects)
    return loc, cls


def overlap_loss(
    outputs: CellOutputs, targets: CellTargets, weights: Tensor | None = None
) -> Tensor:
    """Returns the mean of `1 - GIoU` of the boxes that cells on objects say, 0 to 2.

    What a box is judged by is how much of the object it covers, whatever its size. Rezatofighi et
    al. (https://arxiv.org/abs/1902.09630).

    Args:
        outputs, targets: of N frames `(N, ...)`.
        weights: of cells, `(N, H', W')`; by default 1.
    """
    on_object = targets.classes > BACKGROUND
    if not on_object.any():
        return outputs.boxes.sum() * 0
    said, wanted = (
        decoded(boxes).permute(0, 2, 3, 1)[on_object] for boxes in (outputs.boxes, targets.boxes)
    )
    apart = generalized_box_iou_loss(said, wanted)
    counted = torch.ones_like(apart) if weights is None else weights[on_object]
    lost: Tensor = (apart * counted).sum() / counted.sum()
    return lost


def evened(targets: CellTargets) -> Tensor:
    """Returns weights of cells `(N, H', W')`: 1 over the root of how many cells an object owns.

    So a large object, which owns a hundred cells, counts as ten small ones, not as a hundred.
    """
    area = (targets.boxes[:, 2] + targets.boxes[:, 3]).exp() * CORE**2
    return area.clamp(min=1).rsqrt()


def segmentation_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Returns cross-entropy plus Dice: each pixel right, and each class's shape right.

    Args:
        logits: `(..., K, H, W)`.
        target: `(..., H, W)` int64 of 0..K-1, `VOID`, or `NO_OBJECT`: there the probability of all
            of "other", "field" and "crowd" together is to be 1, as teachers tell them not apart.
    """
    logits = logits.reshape(-1, *logits.shape[-3:])
    target = target.reshape(-1, *target.shape[-2:])
    known = target != VOID
    if not known.any():
        return logits.sum() * 0
    said = logits.log_softmax(1)
    nothing = target == NO_OBJECT
    named = target.masked_fill(nothing, VOID)
    entropy = F.nll_loss(said, named, ignore_index=VOID, reduction="sum")
    rest = [k for k in _REST if k < said.shape[1]]
    entropy = entropy - said[:, rest].logsumexp(1)[nothing].sum()
    return entropy / known.sum() + dice_loss(said.exp(), target)


def dice_loss(probabilities: Tensor, target: Tensor) -> Tensor:
    """Returns `1 - 2 sum(p q) / (sum p + sum q)`, the mean of the classes that are there.

    0 for a perfect mask, 1 for a disjoint one. Sums run over all frames, so that a frame with
    little of a class does not count as much as one that is full of it. Sudre et al.
    (https://arxiv.org/abs/1707.03237).

    Args:
        probabilities: `(N, K, H, W)` in 0..1.
        target: `(N, H, W)` int64 of 0..K-1, `VOID`, or `NO_OBJECT`: of no object, and of the rest
            unknown.
    """
    classes = probabilities.shape[1]
    named = target < NO_OBJECT
    q = F.one_hot(torch.where(named, target, 0), classes).permute(0, 3, 1, 2) * named[:, None]
    objects = [k not in _REST for k in range(classes)]
    judged = torch.tensor(objects, device=target.device)[:, None, None]
    known = named[:, None] | ((target == NO_OBJECT)[:, None] & judged)
    p = probabilities * known
    shared, all_p, all_q = ((2 * p * q).sum((0, 2, 3)), p.sum((0, 2, 3)), q.sum((0, 2, 3)))
    dice = (shared + _SMOOTH) / (all_p + all_q + _SMOOTH)
    return 1 - dice[all_q > 0].mean() if (all_q > 0).any() else probabilities.sum() * 0


def importance_loss(scores: Tensor, target: Tensor, known: Tensor | None = None) -> Tensor:
    """Returns how wrong importance is, as a number and as an order.

    Cross-entropy of each frame's score with what people gave it; and for every two frames of a
    film, which people told apart, RankNet's `log(1 + exp(-(s_a - s_b)))` for a above b, weighted by
    how far apart. An edit takes the best frames, so that the order is what matters.

    Args:
        scores: `(B, T)` logits.
        target: `(B, T)` in 0..1.
        known: `(B, T)` bool; by default all frames are.
    """
    known = torch.ones_like(target, dtype=torch.bool) if known is None else known
    if not known.any():
        return scores.sum() * 0
    entropy = F.binary_cross_entropy_with_logits(scores[known], target[known])
    apart = (target[:, :, None] - target[:, None, :]).clamp(min=0)
    apart = apart * (known[:, :, None] & known[:, None, :])
    lead = scores[:, :, None] - scores[:, None, :]
    order = (apart * F.softplus(-lead)).sum() / apart.sum().clamp(min=_SMOOTH)
    return entropy + order


def scene_loss(logits: Tensor, target: Tensor) -> Tensor:
    """Returns the cross-entropy of logits `(B, T, K)` with `(B, T)` int64, or `IGNORED`."""
    flat, wanted = logits.flatten(0, 1), target.flatten()
    if not (wanted != IGNORED).any():
        return logits.sum() * 0
    return F.cross_entropy(flat, wanted, ignore_index=IGNORED)


def next_feature_loss(features: Tensor, predicted: Tensor) -> Tensor:
    """Returns the mean `novelty` of all frames but the first.

    The features are what is to be hit, not what may move: else the backbone would learn to make
    all frames alike.
    """
    if features.shape[1] < 2:
        return predicted.sum() * 0
    return novelty(features.detach(), predicted)[:, 1:].mean()
