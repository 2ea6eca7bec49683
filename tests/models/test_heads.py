"""The heads: boxes on cells, masks of pixels, scores of frames."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from otio_autoedit.models.detection import (
    IGNORED,
    CellOutputs,
    DetectionHead,
    decoded,
    encoded,
    found_in,
    targets_of,
)
from otio_autoedit.models.heads import (
    ImportanceHead,
    NextFeatureHead,
    SceneHead,
    novelty,
    pooled,
)
from otio_autoedit.models.segmentation import FCNDecoder, UNetDecoder

BOX = [0.1, 0.2, 0.5, 0.9]


def boxes(*rows: list[float]) -> Tensor:
    return torch.tensor(rows).reshape(-1, 4)


def numbers(*rows: int) -> Tensor:
    return torch.tensor(rows, dtype=torch.int64)


def sides() -> st.SearchStrategy[tuple[float, float]]:
    low = st.floats(0, 0.99)
    return low.flatmap(lambda a: st.floats(a + 0.005, 1).map(lambda b: (a, b)))


@settings(max_examples=60, deadline=None)
@given(sides(), sides(), st.integers(1, 20), st.integers(1, 20))
def test_a_box_comes_back_from_every_cell(
    x: tuple[float, float], y: tuple[float, float], rows: int, columns: int
) -> None:
    box = torch.tensor([x[0], y[0], x[1], y[1]], dtype=torch.float64)
    everywhere = box[:, None, None].expand(4, rows, columns)
    back = decoded(encoded(everywhere, (rows, columns)))
    torch.testing.assert_close(back, everywhere, atol=1e-9, rtol=0)


def test_a_box_by_hand() -> None:
    """Of 4 x 8 cells the one in row 1, column 2 has its centre at (2.5/8, 1.5/4)."""
    said = encoded(torch.tensor([0.25, 0.25, 0.5, 0.75])[:, None, None].expand(4, 4, 8), (4, 8))
    expected = torch.tensor([(0.375 - 0.3125) * 8, (0.5 - 0.375) * 4, 2.0, 2.0])
    expected[2:] = expected[2:].log()
    torch.testing.assert_close(said[:, 1, 2], expected)


def test_boxes_said_to_be_huge_stay_in_the_picture() -> None:
    huge = decoded(torch.full((4, 3, 3), 1e4))
    assert huge.isfinite().all()
    assert huge.min() >= 0
    assert huge.max() <= 1


def test_the_middle_of_a_box_is_its_own_and_the_rest_is_background() -> None:
    targets = targets_of([boxes([0.0, 0.0, 0.5, 1.0])], [numbers(3)], (4, 8))
    expected = torch.zeros(4, 8, dtype=torch.int64)
    expected[1:3, 1:3] = 3
    assert torch.equal(targets.classes[0], expected)
    decoded_boxes = decoded(targets.boxes[0])[:, expected == 3]
    torch.testing.assert_close(decoded_boxes, boxes([0.0, 0.0, 0.5, 1.0]).T.expand(4, 4))
    assert targets.boxes[0][:, expected == 0].abs().sum() == 0


def test_the_smaller_of_two_has_the_cell_and_a_speck_has_one() -> None:
    large, small, speck = [0.0, 0.0, 1.0, 1.0], [0.4, 0.4, 0.6, 0.6], [0.01, 0.01, 0.02, 0.02]
    targets = targets_of([boxes(large, small, speck)], [numbers(1, 2, 3)], (8, 8))
    assert targets.classes[0, 0, 0] == 3
    assert targets.classes[0, 4, 4] == 2
    assert targets.classes[0, 2, 2] == 1
    back = decoded(targets.boxes[0])[:, 4, 4]
    torch.testing.assert_close(back, torch.tensor(small), atol=1e-6, rtol=0)


def test_what_is_not_known_counts_neither_way() -> None:
    frames = [boxes([0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 0.5, 0.5]), boxes(), boxes([0.5, 0.5, 0.5, 1])]
    targets = targets_of(frames, [numbers(IGNORED, 1), numbers(), numbers(1)], (4, 4))
    assert (targets.classes[0] == 1).sum() == 4
    assert (targets.classes[0] == IGNORED).sum() == 12
    assert targets.classes[1:].eq(0).all()  # no objects, and one without area
    assert targets.boxes.isfinite().all()


def outputs_that_say(cells: dict[tuple[int, int], tuple[list[float], int, float]]) -> CellOutputs:
    """One frame of 4 x 4 cells: (row, column) -> box, class of 2, logit; elsewhere background."""
    classes, said = torch.zeros(1, 3, 4, 4), torch.zeros(1, 4, 4, 4)
    classes[:, 0] = 5
    for (row, column), (box, kind, logit) in cells.items():
        everywhere = torch.tensor(box)[:, None, None].expand(4, 4, 4)
        said[0, :, row, column] = encoded(everywhere, (4, 4))[:, row, column]
        classes[0, kind, row, column] = logit
    return CellOutputs(classes, said)


def test_of_boxes_over_each_other_the_surest_stays() -> None:
    shifted = [0.12, 0.2, 0.52, 0.9]
    away = [0.6, 0.1, 0.9, 0.4]
    outputs = outputs_that_say(
        {
            (1, 1): (BOX, 1, 8.0),
            (2, 1): (shifted, 1, 9.0),
            (2, 0): (BOX, 2, 7.0),  # of another class: stays
            (0, 3): (away, 1, 6.0),
            (3, 3): (away, 1, 3.0),  # not sure enough
        }
    )
    (found,) = found_in(outputs, threshold=0.3, overlap=0.5)
    torch.testing.assert_close(found.boxes, boxes(shifted, BOX, away), atol=1e-6, rtol=0)
    assert found.classes.tolist() == [1, 2, 1]
    expected = torch.stack([torch.tensor([5.0, logit, 0]).softmax(0)[1] for logit in (9, 7, 6)])
    torch.testing.assert_close(found.scores, expected)
    assert found_in(outputs, most=1)[0].classes.tolist() == [1]
    assert len(found_in(outputs, overlap=0.99)[0].boxes) == 4
    assert found_in(outputs, threshold=0.999)[0].boxes.shape == (0, 4)


def test_what_targets_say_is_found_again() -> None:
    frames = [boxes(BOX, [0.55, 0.05, 0.95, 0.3]), boxes([0.3, 0.3, 0.7, 0.7]), boxes()]
    kinds = [numbers(1, 2), numbers(2), numbers()]
    targets = targets_of(frames, kinds, (8, 8))
    sure = nn.functional.one_hot(targets.classes, 3).permute(0, 3, 1, 2) * 20.0
    for found, box, kind in zip(
        found_in(CellOutputs(sure, targets.boxes)), frames, kinds, strict=True
    ):
        order = found.classes.argsort()
        assert torch.equal(found.classes[order], kind)
        torch.testing.assert_close(found.boxes[order], box, atol=1e-5, rtol=0)


@pytest.mark.parametrize("hidden", [0, 12])
def test_the_detection_head_keeps_leading_axes_and_begins_with_background(hidden: int) -> None:
    head = DetectionHead(6, classes=3, hidden=hidden)
    outputs = head(torch.randn(2, 5, 6, 4, 7) * 0.1)
    assert outputs.classes.shape == (2, 5, 4, 4, 7)
    assert outputs.boxes.shape == (2, 5, 4, 4, 7)
    background = outputs.classes.softmax(2)[:, :, 0].mean()
    assert background.item() == pytest.approx(0.9, abs=0.03)
    none = head(torch.zeros(2, 0, 6, 4, 7))
    assert none.classes.shape == (2, 0, 4, 4, 7)
    assert found_in(head(torch.zeros(0, 6, 4, 7))) == []


def test_fcn_says_a_class_for_every_pixel() -> None:
    decoder = FCNDecoder(6, classes=3, hidden=16)
    states = torch.randn(2, 5, 6, 4, 7)
    logits = decoder(states, (37, 50))
    assert logits.shape == (2, 5, 3, 37, 50)
    torch.testing.assert_close(decoder(states[1:, 3], (37, 50))[0], logits[1, 3], atol=1e-5, rtol=0)
    assert decoder(states[:, :0], (37, 50)).shape == (2, 0, 3, 37, 50)
    assert FCNDecoder(4, classes=2, hidden=12)(states[0, :, :4], (8, 8)).shape == (5, 2, 8, 8)


def test_unet_sees_edges_that_the_map_is_too_coarse_for() -> None:
    """A line one pixel wide stands in the finest map alone, and in the mask at its place."""
    torch.manual_seed(0)
    decoder = UNetDecoder(6, (2, 4), classes=3, hidden=8)
    states, finer = torch.randn(1, 6, 2, 3), [torch.randn(1, 2, 32, 48), torch.randn(1, 4, 8, 12)]
    flat = decoder(states, finer, (32, 48))
    finer[0][:, :, :, 20] += 2
    changed = (decoder(states, finer, (32, 48)) - flat).abs().sum((0, 1, 2))
    assert flat.shape == (1, 3, 32, 48)
    near = torch.zeros(48, dtype=torch.bool)
    near[18:23] = True  # two convolutions of 3 x 3
    assert changed[near].max() > 5 * changed[~near].max()
    with pytest.raises(ValueError, match=r"must have \(2, 4\) channels, not \(4, 2\)"):
        decoder(states, finer[::-1], (32, 48))


def test_unet_keeps_leading_axes() -> None:
    decoder = UNetDecoder(6, (2, 4), classes=3, hidden=8)
    states, finer = (
        torch.randn(2, 5, 6, 2, 3),
        [torch.randn(2, 5, 2, 9, 13), torch.randn(2, 5, 4, 5, 7)],
    )
    logits = decoder(states, finer, (18, 26))
    assert logits.shape == (2, 5, 3, 18, 26)
    one = decoder(states[1, 3:4], [maps[1, 3:4] for maps in finer], (18, 26))
    torch.testing.assert_close(one[0], logits[1, 3], atol=1e-5, rtol=0)


def test_scores_of_frames_from_vectors_and_from_maps() -> None:
    importance, scene = ImportanceHead(6, 8), SceneHead(6, 8, classes=4)
    maps = torch.randn(2, 5, 6, 3, 4)
    vectors = maps.mean((3, 4))
    assert importance(vectors).shape == (2, 5)
    assert scene(vectors).shape == (2, 5, 4)
    torch.testing.assert_close(importance(maps), importance(vectors))
    torch.testing.assert_close(scene(maps), scene(vectors))
    assert importance(vectors[:, :0]).shape == (2, 0)
    with pytest.raises(ValueError, match="states must be"):
        pooled(torch.zeros(2, 5))


def test_novelty_is_the_error_of_what_was_expected() -> None:
    features = torch.tensor([[[1.0, 0.0], [1.0, 0.0], [0.0, 3.0], [0.0, 3.0]]])
    same_again = features  # the next frame is expected to be as this one is
    assert novelty(features, same_again).tolist() == [[0, 0, 5, 0]]
    assert novelty(features[:, :1], same_again[:, :1]).tolist() == [[0]]
    assert novelty(features[:, :0], same_again[:, :0]).shape == (1, 0)
    maps = features[..., None, None].expand(1, 4, 2, 3, 3)
    assert novelty(maps, same_again).tolist() == [[0, 0, 5, 0]]
    assert NextFeatureHead(6, 8, features=2)(torch.randn(2, 5, 6)).shape == (2, 5, 2)


def devices() -> list[str]:
    return ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


@pytest.mark.parametrize("device", devices())
def test_every_device_agrees_with_double_precision(device: str) -> None:
    torch.manual_seed(0)
    states, finer = torch.randn(3, 6, 4, 5), torch.randn(3, 4, 8, 10)
    parts = nn.ModuleList(
        [
            DetectionHead(6, 3, 8),
            FCNDecoder(6, 3, 8),
            UNetDecoder(6, (4,), 3, 8),
            SceneHead(6, 8, 3),
        ]
    )

    def everything(device: str, dtype: torch.dtype) -> list[Tensor]:
        detect, fcn, unet, scene = parts.to(device, dtype)
        h, skip = states.to(device, dtype), finer.to(device, dtype)
        said = detect(h)
        return [
            x.detach().cpu().double()
            for x in (
                *(said.classes, decoded(said.boxes), fcn(h, (16, 20))),
                *(unet(h, [skip], (16, 20)), scene(h[None])),
            )
        ]

    pairs = zip(everything(device, torch.float32), everything("cpu", torch.float64), strict=True)
    for found, exact in pairs:
        torch.testing.assert_close(found, exact, atol=1e-4, rtol=0)
