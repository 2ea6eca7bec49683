"""The losses: by hand, against autograd, against finite differences."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from otio_autoedit.models.detection import (
    IGNORED,
    CellOutputs,
    CellTargets,
    DetectionHead,
    encoded,
    targets_of,
)
from otio_autoedit.models.losses import (
    NO_OBJECT,
    VOID,
    LossTerms,
    LossWeights,
    detection_loss,
    dice_loss,
    evened,
    importance_loss,
    next_feature_loss,
    overlap_loss,
    scene_loss,
    segmentation_loss,
    total_loss,
)
from otio_autoedit.models.scene_labels import MASKS


def smooth_l1(x: float) -> float:
    return 0.5 * x * x if abs(x) < 1 else abs(x) - 0.5


def cross_entropy(logits: list[float], wanted: int) -> float:
    return math.log(sum(math.exp(logit) for logit in logits)) - logits[wanted]


# Of a map of one row: what each cell says of two classes, what it should be.
CLASSES = [[0.0, 2.0, 1.0], [3.0, 0.0, 0.0], [0.0, 1.0, 0.5], [1.0, 1.0, 1.0], [0.2, 0.1, 4.0]]
WANTED = [1, 0, 0, IGNORED, 2]
BOXES = [[0.3, -0.5, 2.0, 0.0], [9.0] * 4, [9.0] * 4, [9.0] * 4, [-1.0, 1.0, 0.99, -3.0]]


def one_row() -> tuple[CellOutputs, CellTargets]:
    outputs = CellOutputs(
        torch.tensor(CLASSES).T[None, :, None], torch.tensor(BOXES).T[None, :, None]
    )
    wanted = torch.tensor(WANTED)[None, None]
    return outputs, CellTargets(wanted, torch.zeros(1, 4, 1, 5))


def test_the_detection_loss_by_hand() -> None:
    loc, cls = detection_loss(*one_row(), negatives=0.5)  # of two objects: the one hardest cell
    expected_loc = sum(smooth_l1(x) for cell in (0, 4) for x in BOXES[cell]) / 2
    expected_cls = sum(cross_entropy(CLASSES[cell], WANTED[cell]) for cell in (0, 2, 4)) / 2
    assert loc.item() == pytest.approx(expected_loc)
    assert cls.item() == pytest.approx(expected_cls)
    _, all_cells = detection_loss(*one_row(), negatives=10)
    easy = cross_entropy(CLASSES[1], 0)
    assert all_cells.item() == pytest.approx(expected_cls + easy / 2, rel=1e-5)


def test_lambda_weighs_the_classes() -> None:
    loc, cls = detection_loss(*one_row())
    terms = LossTerms(boxes=loc, classes=cls)
    total = total_loss(terms, LossWeights(classes=0.25))
    assert total.item() == pytest.approx(loc.item() + 0.25 * cls.item())
    assert total_loss(terms).item() == pytest.approx(loc.item() + cls.item())
    with pytest.raises(ValueError, match="at least one"):
        total_loss(LossTerms())


def test_without_objects_only_the_hardest_background_counts() -> None:
    outputs, _ = one_row()
    nothing = targets_of([torch.zeros(0, 4)], [torch.zeros(0, dtype=torch.int64)], (1, 5))
    loc, cls = detection_loss(outputs, nothing, negatives=2)
    hardest = sorted((cross_entropy(logits, 0) for logits in CLASSES), reverse=True)[:2]
    assert loc.item() == 0
    assert cls.item() == pytest.approx(sum(hardest))
    empty = CellOutputs(outputs.classes[:0], outputs.boxes[:0])
    losses = detection_loss(empty, CellTargets(nothing.classes[:0], nothing.boxes[:0]))
    assert [loss.item() for loss in losses] == [0, 0]


def test_the_gradient_of_the_box_weights_is_the_sum_of_outer_products() -> None:
    """dL/dW_loc = sum_i dL/dl_i h_i^T, and the same for the classes."""
    torch.manual_seed(0)
    head = DetectionHead(6, classes=2)
    h = torch.randn(3, 6, 4, 5)
    boxes = [torch.tensor([[0.1, 0.2, 0.6, 0.9]]), torch.tensor([[0.3, 0.0, 1.0, 0.5]])]
    targets = targets_of(
        [*boxes, torch.zeros(0, 4)],
        [torch.tensor([1]), torch.tensor([2]), torch.zeros(0, dtype=torch.int64)],
        (4, 5),
    )
    outputs = head(h)
    outputs.boxes.retain_grad()
    outputs.classes.retain_grad()
    loc, cls = detection_loss(outputs, targets)
    total_loss(LossTerms(boxes=loc, classes=cls), LossWeights(classes=0.5)).backward()
    states = h.permute(0, 2, 3, 1).reshape(-1, 6).numpy()
    for said, layer in ((outputs.boxes, head.loc), (outputs.classes, head.cls)):
        by_cell = said.grad.permute(0, 2, 3, 1).reshape(len(states), -1).numpy()
        expected = sum(np.outer(d, h_i) for d, h_i in zip(by_cell, states, strict=True))
        np.testing.assert_allclose(layer.weight.grad[:, :, 0, 0], expected, atol=1e-6)
        np.testing.assert_allclose(layer.bias.grad, by_cell.sum(0), atol=1e-6)
        assert np.abs(expected).max() > 0.01


def double(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.float64, requires_grad=True)


def test_gradients_are_those_of_finite_differences() -> None:
    torch.manual_seed(1)
    boxes = [torch.tensor([[0.1, 0.2, 0.6, 0.9], [0.7, 0.0, 1.0, 0.4]])]
    targets = targets_of(boxes, [torch.tensor([1, 2])], (3, 4))
    targets = CellTargets(targets.classes, targets.boxes.double())
    wanted = torch.tensor([[[0, 1, VOID], [1, 1, 0]]])
    people = torch.rand(2, 5, dtype=torch.float64)
    seen = torch.rand(2, 4, 3, dtype=torch.float64)
    check = torch.autograd.gradcheck
    assert check(
        lambda c, b: detection_loss(CellOutputs(c, b), targets),
        (double(1, 3, 3, 4), double(1, 4, 3, 4)),
    )
    assert check(lambda x: segmentation_loss(x, wanted), double(1, 2, 2, 3))
    assert check(lambda x: dice_loss(x.softmax(1), wanted), double(1, 2, 2, 3))
    assert check(lambda x: importance_loss(x, people), double(2, 5))
    assert check(lambda x: scene_loss(x, torch.tensor([[0, 2, IGNORED]])), double(1, 3, 3))
    assert check(lambda x: next_feature_loss(seen, x), double(2, 4, 3))


def one_hot(mask: Tensor, classes: int) -> Tensor:
    return torch.nn.functional.one_hot(mask, classes).permute(0, 3, 1, 2).float()


def test_dice_is_0_for_a_perfect_mask_and_1_for_a_disjoint_one() -> None:
    mask = torch.tensor([[[0, 0, 1], [0, 1, 1]]])
    assert dice_loss(one_hot(mask, 2), mask).item() == pytest.approx(0, abs=1e-6)
    assert dice_loss(one_hot(1 - mask, 2), mask).item() == pytest.approx(1, abs=1e-6)
    assert dice_loss(one_hot(mask, 3), mask).item() == pytest.approx(0, abs=1e-6)  # 2 is nowhere


def test_dice_by_hand() -> None:
    """Class 1 is said of two pixels and is of two, one of them the same: 2 * 1 / (2 + 2)."""
    mask = torch.tensor([[[1, 1, 0, 0, 0]]])
    said = torch.tensor([[[0, 1, 1, 0, 0]]])
    background = 1 - 2 * 2 / (3 + 3)
    expected = (background + 0.5) / 2
    assert dice_loss(one_hot(said, 2), mask).item() == pytest.approx(expected, abs=1e-6)
    half_sure = torch.full((1, 2, 1, 5), 0.5)
    expected = 1 - (2 * 1 / (2.5 + 2) + 2 * 1.5 / (2.5 + 3)) / 2
    assert dice_loss(half_sure, mask).item() == pytest.approx(expected, abs=1e-6)


def test_void_pixels_count_for_nothing() -> None:
    torch.manual_seed(0)
    logits = torch.randn(2, 3, 4, 4)
    mask = torch.randint(0, 3, (2, 4, 4))
    mask[:, :, 3] = VOID
    loss = segmentation_loss(logits, mask)
    other = logits.clone()
    other[..., 3] += 10 * torch.randn(2, 3, 4)
    assert segmentation_loss(other, mask).item() == pytest.approx(loss.item())
    without = segmentation_loss(logits[..., :3], mask[..., :3])
    assert without.item() == pytest.approx(loss.item())
    nothing_known = segmentation_loss(logits.requires_grad_(), torch.full((2, 4, 4), VOID))
    nothing_known.backward()
    assert nothing_known.item() == 0


def test_segmentation_is_cross_entropy_and_dice() -> None:
    logits = torch.tensor([2.0, -1.0, 0.5])[None, :, None, None].expand(1, 3, 2, 2)
    mask = torch.tensor([[[0, 0], [2, 2]]])
    p = torch.tensor([2.0, -1.0, 0.5]).softmax(0)
    entropy = -(p[0].log() + p[2].log()) / 2
    dice = 1 - (2 * 2 * p[0] / (4 * p[0] + 2) + 2 * 2 * p[2] / (4 * p[2] + 2)) / 2
    assert segmentation_loss(logits, mask).item() == pytest.approx(
        (entropy + dice).item(), abs=1e-5
    )


def test_importance_by_hand() -> None:
    scores, target = [0.5, -1.0, 2.0], [0.2, 0.8, 0.2]
    entropy = (
        sum(
            math.log(1 + math.exp(-s)) * y + math.log(1 + math.exp(s)) * (1 - y)
            for s, y in zip(scores, target, strict=True)
        )
        / 3
    )
    order = (math.log(1 + math.exp(0.5 + 1)) + math.log(1 + math.exp(2 + 1))) / 2
    loss = importance_loss(torch.tensor([scores]), torch.tensor([target]))
    assert loss.item() == pytest.approx(entropy + order, rel=1e-5)


def test_importance_wants_the_order_and_knows_what_is_unknown() -> None:
    target = torch.tensor([[0.0, 0.5, 1.0, 1.0]])
    right, wrong = torch.tensor([[-4.0, 0.0, 4.0, 4.0]]), torch.tensor([[4.0, 0.0, -4.0, -4.0]])
    assert importance_loss(right, target) < 0.3
    assert importance_loss(wrong, target) > 3
    known = torch.tensor([[True, True, True, False]])
    apart = torch.tensor([[-4.0, 0.0, 4.0, -9.0]])
    expected = importance_loss(right[:, :3], target[:, :3])
    assert importance_loss(apart, target, known).item() == pytest.approx(expected.item())
    assert importance_loss(right, target, torch.zeros(1, 4, dtype=torch.bool)).item() == 0


def test_the_scene_of_unlabelled_frames_counts_for_nothing() -> None:
    logits = torch.tensor([[[1.0, 0.0], [0.0, 5.0]]])
    expected = cross_entropy([1.0, 0.0], 1)
    assert scene_loss(logits, torch.tensor([[1, IGNORED]])).item() == pytest.approx(expected)
    assert scene_loss(logits, torch.tensor([[IGNORED, IGNORED]])).item() == 0


def test_the_next_feature_is_hit_not_moved() -> None:
    features, predicted = torch.randn(1, 4, 3, requires_grad=True), torch.randn(1, 4, 3)
    predicted.requires_grad_()
    loss = next_feature_loss(features, predicted)
    loss.backward()
    assert loss.item() == pytest.approx(
        (features[:, 1:] - predicted[:, :-1]).square().mean().item(), rel=1e-5
    )
    assert features.grad is None
    assert predicted.grad is not None
    assert next_feature_loss(features[:, :1], predicted[:, :1]).item() == 0


def test_boxes_that_are_right_cost_nothing() -> None:
    box = torch.tensor([[0.2, 0.2, 0.8, 0.7]])
    targets = targets_of([box], [torch.tensor([1])], (6, 6))
    said = encoded(box[0][:, None, None].expand(4, 6, 6), (6, 6))[None]
    sure = 30 * one_hot(targets.classes, 2)
    loc, cls = detection_loss(CellOutputs(sure, said), targets)
    assert loc.item() == pytest.approx(0, abs=1e-6)
    assert cls.item() == pytest.approx(0, abs=1e-6)


def test_overlap_is_lost_with_distance() -> None:
    boxes, classes = [torch.tensor([[0.2, 0.2, 0.6, 0.6]])], [torch.tensor([1])]
    targets = targets_of(boxes, classes, (8, 8))
    nothing = torch.zeros(1, 3, 8, 8)
    losses = []
    for shift in (0.0, 0.5, 1.0, 4.0):
        said = targets.boxes + torch.tensor([shift, 0, 0, 0])[:, None, None]
        losses.append(float(overlap_loss(CellOutputs(nothing, said), targets)))
    assert losses[0] == pytest.approx(0, abs=1e-5)
    assert losses == sorted(losses)
    assert losses[-1] > 1  # apart
    empty = targets_of([torch.zeros(0, 4)], [torch.zeros(0, dtype=torch.int64)], (8, 8))
    assert float(overlap_loss(CellOutputs(nothing, targets.boxes), empty)) == 0


def test_a_large_object_counts_as_the_root_of_its_cells() -> None:
    boxes = torch.tensor([[0.0, 0.0, 0.5, 1.0], [0.9, 0.9, 0.95, 0.95]])
    targets = targets_of([boxes], [torch.tensor([1, 2])], (32, 32))
    weights = evened(targets)
    large, small = (weights[targets.classes == number] for number in (1, 2))
    assert len(large) == 8 * 16
    assert float(large.sum()) == pytest.approx(len(large) ** 0.5, rel=0.01)
    assert small.tolist() == [1.0]


def test_weights_of_one_change_nothing() -> None:
    boxes = [torch.tensor([[0.1, 0.1, 0.7, 0.8]])]
    targets = targets_of(boxes, [torch.tensor([1])], (8, 8))
    torch.manual_seed(0)
    said = CellOutputs(torch.randn(1, 3, 8, 8), torch.randn(1, 4, 8, 8))
    plain = detection_loss(said, targets)
    weighted = detection_loss(said, targets, weights=torch.ones(1, 8, 8))
    assert [float(term) for term in plain] == pytest.approx([float(term) for term in weighted])


def test_no_object_leaves_field_and_crowd_open() -> None:
    """A teacher that knows neither says "not a person": field is as right there as other is."""
    target = torch.full((1, 2, 2), NO_OBJECT)
    for name, wrong in (("other", False), ("field", False), ("crowd", False), ("person", True)):
        logits = torch.zeros(1, len(MASKS), 2, 2)
        logits[:, MASKS.index(name)] = 20
        loss = float(segmentation_loss(logits, target))
        assert (loss > 5) is wrong, name
        assert loss < 1e-3 or wrong


def test_no_object_counts_against_the_shape_of_objects() -> None:
    target = torch.full((1, 4, 4), NO_OBJECT)
    target[:, :2] = MASKS.index("person")
    exact = torch.zeros(1, len(MASKS), 4, 4)
    exact[:, MASKS.index("person"), :2] = 20
    exact[:, MASKS.index("field"), 2:] = 20
    spilt = exact.clone()
    spilt[:, MASKS.index("person"), 2:] = 40
    assert float(dice_loss(exact.softmax(1), target)) < 1e-3
    assert float(dice_loss(spilt.softmax(1), target)) > 0.3
