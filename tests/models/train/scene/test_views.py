"""Views: boxes, label pictures, pictures and teachers' maps are cut to the same place."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from otio_autoedit.models.detection import IGNORED
from otio_autoedit.models.train.scene.batches import VIEWS, strided
from otio_autoedit.models.train.scene.light import Light, lit, random_light
from otio_autoedit.models.train.scene.views import (
    Crop,
    cut_boxes,
    cut_labels,
    cut_maps,
    cut_picture,
    placed,
    random_crop,
)

PICTURE = (448, 252)


def bounding(pixels: np.ndarray) -> np.ndarray | None:
    """The box around what is set, in 0..1."""
    rows, columns = np.flatnonzero(pixels.any(1)), np.flatnonzero(pixels.any(0))
    if not len(rows):
        return None
    height, width = pixels.shape
    return np.array(
        [
            columns[0] / width,
            rows[0] / height,
            (columns[-1] + 1) / width,
            (rows[-1] + 1) / height,
        ]
    )


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), view=st.sampled_from([size for size, _ in VIEWS]))
def test_a_box_stays_on_its_object(seed: int, view: tuple[int, int]) -> None:
    rng = random.Random(seed)
    x0, y0 = rng.uniform(0, 0.8), rng.uniform(0, 0.8)
    box = np.array([[x0, y0, x0 + rng.uniform(0.1, 0.2), y0 + rng.uniform(0.1, 0.2)]], np.float32)
    box = (box * 4 * np.array(PICTURE * 2)).round() / 4 / np.array(PICTURE * 2)
    box = box.round(3).astype(np.float32)
    fine = (PICTURE[0] * 4, PICTURE[1] * 4)
    labels = np.zeros(fine[::-1], np.uint8)
    left, top, right, bottom = (round(v) for v in box[0] * np.array(fine * 2))
    labels[top:bottom, left:right] = 1
    crop = random_crop(PICTURE, view, rng)
    around_mask = bounding(cut_labels(labels, crop, view) == 1)
    around_colour = bounding(
        np.asarray(cut_picture(Image.fromarray(labels * 255).convert("RGB"), crop, view))[..., 0]
        > 127
    )
    moved, _ = cut_boxes(box, np.array([1]), crop, view)
    if around_mask is None:
        assert not len(moved) or (moved[0, 2:] - moved[0, :2]).min() < 1.5 / min(view)
        return
    tolerance = 1.6 / np.array(view * 2)
    assert (np.abs(moved[0] - around_mask) < tolerance).all()
    if around_colour is not None:
        assert (np.abs(moved[0] - around_colour) < 2 * tolerance).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_teachers_maps_are_read_where_the_student_looks(seed: int) -> None:
    """A map whose values are x and y in the teacher's square gives the crop's own places back."""
    rng = random.Random(seed)
    picture = rng.choice([(448, 252), (300, 448), (320, 320)])
    crop = random_crop(picture, (256, 144), rng)
    cells = strided((256, 144), 8)
    middles = torch.arange(52).add(0.5).div(52)
    square = torch.stack(torch.meshgrid(middles, middles, indexing="xy"))
    found, seen = cut_maps(square, picture, crop, cells)
    for row, column in [(0, 0), (cells[1] - 1, cells[0] - 1), (5, 20)]:
        u, v = (column + 0.5) / cells[0], (row + 0.5) / cells[1]
        u = 1 - u if crop.mirrored else u
        x, y = crop.x0 + u * (crop.x1 - crop.x0), crop.y0 + v * (crop.y1 - crop.y0)
        assert bool(seen[row, column]) == (0 <= x <= 1 and 0 <= y <= 1)
        if seen[row, column]:
            wanted = torch.tensor([x * picture[0], y * picture[1]]) / max(picture)
            inside = wanted.clamp(0.5 / 52, 1 - 0.5 / 52)  # no map beyond the outermost middles
            assert torch.allclose(found[:, row, column], inside, atol=1e-4)


def test_what_is_mostly_cut_off_or_tiny_counts_neither_way() -> None:
    boxes = np.array(
        [
            [0.4, 0.4, 0.6, 0.6],  # whole
            [0.0, 0.4, 0.3, 0.6],  # a sixth of it in view
            [0.1, 0.4, 0.3, 0.6],  # half of it
            [0.5, 0.5, 0.502, 0.502],  # a pixel
            [0.9, 0.9, 1.0, 1.0],  # out of view
        ],
        np.float32,
    )
    moved, classes = cut_boxes(boxes, np.arange(1, 6), Crop(0.2, 0.2, 0.85, 0.85), (256, 144))
    assert classes.tolist() == [1, IGNORED, 3, IGNORED]
    assert moved.min() >= 0
    assert moved.max() <= 1
    moved, classes = cut_boxes(boxes[1:2], np.array([2]), Crop(0.25, 0.2, 0.85, 0.85), (256, 144))
    assert classes.tolist() == [IGNORED]


def test_a_mirrored_view_is_the_view_mirrored() -> None:
    rng = np.random.default_rng(0)
    picture = Image.fromarray(rng.integers(0, 255, (90, 160, 3), np.uint8))
    labels = rng.integers(0, 6, (45, 80), np.uint8)
    plain, mirrored = Crop(0.1, 0.2, 0.7, 0.9), Crop(0.1, 0.2, 0.7, 0.9, mirrored=True)
    cut = [np.asarray(cut_picture(picture, c, (64, 32))) for c in (plain, mirrored)]
    assert np.array_equal(cut[0][:, ::-1], cut[1])
    cut = [cut_labels(labels, c, (64, 32)) for c in (plain, mirrored)]
    assert np.array_equal(cut[0][:, ::-1], cut[1])
    box = np.array([[0.3, 0.3, 0.4, 0.5]], np.float32)
    a, b = placed(box, plain)[0], placed(box, mirrored)[0]
    assert np.allclose(b, [1 - a[2], a[1], 1 - a[0], a[3]])


def test_beyond_the_picture_are_bars() -> None:
    picture = Image.new("RGB", (160, 90), (200, 200, 200))
    crop = Crop(-0.5, -0.5, 1.5, 1.5)
    shown = np.asarray(cut_picture(picture, crop, (64, 48), (1, 2, 3)))
    assert (shown[:12] == (1, 2, 3)).all()
    assert (shown[:, -16:] == (1, 2, 3)).all()
    assert (shown[12:36, 16:48] == 200).all()
    labels = cut_labels(np.full((9, 16), 4, np.uint8), crop, (64, 48))
    assert (labels[12:36, 16:48] == 4).all()
    assert labels.sum() == 4 * 24 * 32


def test_crops_have_the_sizes_that_are_promised() -> None:
    rng = random.Random(1)
    shares, stretches = [], []
    for _ in range(400):
        crop = random_crop(PICTURE, (256, 144), rng)
        width, height = (crop.x1 - crop.x0) * PICTURE[0], (crop.y1 - crop.y0) * PICTURE[1]
        stretches.append(width / height / (256 / 144))
        shares.append(max(crop.x1 - crop.x0, crop.y1 - crop.y0))
    assert 0.74 < min(stretches) < 0.8
    assert 1.25 < max(stretches) < 1.35
    assert 0.34 < min(shares) < 0.5
    assert 1.8 < max(shares) < 2.3
    assert np.mean(np.array(shares) > 1.001) == pytest.approx(0.15, abs=0.06)


def test_light_changes_colours_not_places() -> None:
    rng = random.Random(3)
    picture = Image.new("RGB", (64, 64), (60, 60, 60))
    picture.paste((200, 180, 160), (20, 10, 40, 50))
    assert lit(picture, Light(), rng) is picture
    for _ in range(40):
        shown = np.asarray(lit(picture, random_light(rng), rng)).astype(int).sum(2)
        bright = shown > (shown[15:45, 25:35].mean() + shown[:, 50:].mean()) / 2
        inside = np.zeros((64, 64), bool)
        inside[10:50, 20:40] = True
        assert (bright == inside).mean() > 0.9
    grey = np.asarray(lit(picture, Light(saturation=0.0), rng)).astype(int)
    assert np.abs(grey - grey[..., :1]).max() <= 1
