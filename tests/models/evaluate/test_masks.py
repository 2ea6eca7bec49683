"""Intersection over union and J, by cases worked out by hand; the baseline by motion."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from otio_autoedit.models.evaluate.masks import Confusion, film_j, frame_ious, iou_of, resized_masks
from otio_autoedit.models.evaluate.motion import foreground_by_motion, otsu, shift_between
from otio_autoedit.models.evaluate.scene_sets import VOID


def labels(*rows: list[int]) -> NDArray[np.uint8]:
    return np.array(rows, np.uint8)


def test_iou_is_over_all_pictures_and_void_is_left_out() -> None:
    """Persons: 3 pixels, 2 of them found, one more found: 2 of 4. Vehicles: 1 of 2."""
    pairs = [
        (labels([1, 1], [0, VOID]), labels([1, 0], [0, 3])),
        (labels([1, 2], [2, 0]), labels([1, 2], [0, 1])),
    ]
    confusion = Confusion.of(pairs)
    assert confusion.iou("person") == 2 / 4
    assert confusion.iou("vehicle") == 1 / 2
    assert confusion.iou("other") == 1 / 4
    assert confusion.iou("animal") is None  # there is none, however often it was said
    assert confusion.mean_iou == pytest.approx((1 / 2 + 1 / 2 + 1 / 4) / 3)
    assert Confusion.of([]).mean_iou is None


def test_an_answer_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="the answer is"):
        Confusion.of([(labels([0, 0]), labels([0]))])


def test_j_leaves_out_the_first_and_the_last_frame() -> None:
    masks = np.zeros((4, 2, 2), bool)
    masks[:, 0] = True
    said = masks.copy()
    said[0] = said[3] = False
    said[1, 0, 0] = False
    assert frame_ious(masks, said) == [0.0, 0.5, 1.0, 0.0]
    assert film_j(masks, said) == 0.75
    with pytest.raises(ValueError, match="the answer is"):
        film_j(masks[:2], said[:2])


def test_two_empty_masks_agree() -> None:
    nothing, something = np.zeros((2, 2), bool), np.ones((2, 2), bool)
    assert (iou_of(nothing, nothing), iou_of(nothing, something)) == (1.0, 0.0)


def test_masks_are_enlarged_between_their_middles() -> None:
    large = resized_masks(np.array([[[0, 200]]], np.uint8), (2, 4))
    assert large.shape == (1, 2, 4)
    assert large[0, 0].tolist() == [0, 50, 150, 200]


def test_a_shift_of_the_picture_is_found() -> None:
    ground = np.random.default_rng(0).random((40, 60)).astype(np.float32)
    moved = np.roll(ground, (3, -5), (0, 1))
    assert shift_between(moved, ground) == (3, -5)
    assert shift_between(ground, ground) == (0, 0)


def test_the_threshold_is_between_two_heaps() -> None:
    values = np.concatenate([np.full(90, 1.0), np.full(10, 9.0)]).astype(np.float32)
    assert 1.0 < otsu(values) < 9.0


def test_what_moves_is_found_under_a_camera_that_pans() -> None:
    """A square that goes right over a ground that goes left: most of it, and little else."""
    rng = np.random.default_rng(1)
    ground = rng.integers(0, 180, (20, 80, 3)).repeat(6, 0).repeat(6, 1).astype(np.uint8)
    frames, masks = [], []
    for at in range(10):
        frame = ground[:, 4 * at : 4 * at + 200].copy()
        mask = np.zeros(frame.shape[:2], bool)
        mask[40:70, 60 + 8 * at : 80 + 8 * at] = True
        frame[mask] = 230
        frames.append(frame)
        masks.append(mask)
    found = foreground_by_motion(np.stack(frames))
    assert film_j(np.stack(masks), found) > 0.4
    still = foreground_by_motion(np.stack(frames[:1] * 6))
    assert not still.any()
