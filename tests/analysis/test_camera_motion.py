"""The camera's motion, on real pictures moved by known amounts, and on generated ones."""

from __future__ import annotations

import io
import tarfile
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from otio_autoedit.analysis.alignment import align, composed, inverted, pyramid
from otio_autoedit.analysis.camera_motion import (
    CameraMotion,
    MotionMeter,
    motion_curves,
    moved_between,
    within_shots,
)
from otio_autoedit.analysis.record import Transition

Picture = NDArray[np.uint8]
HEIGHT, WIDTH = 144, 256
DIAGONAL = float(np.hypot(HEIGHT, WIDTH))
STEP_S = 0.3
SIMILARITIES = st.tuples(
    st.floats(0.5, 2), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5)
)


@pytest.fixture(scope="module")
def pictures(data_dir: Path) -> list[Picture]:
    """Sixteen wide photographs that may be trained on."""
    found: list[Picture] = []
    with tarfile.open(data_dir / "coco128" / "images.tar.gz") as archive:
        for member in archive:
            if "train2017" in member.name and member.name.endswith(".jpg"):
                file = archive.extractfile(member)
                assert file is not None
                image = Image.open(io.BytesIO(file.read())).convert("RGB")
                if image.width > 1.2 * image.height and len(found) < 16:
                    found.append(np.asarray(image.resize((512, 342))))
    return found


@cache
def clouds(seed: int = 0) -> Picture:
    """A soft picture, 512 x 342, that has structure everywhere."""
    noise = np.random.default_rng(seed).normal(0, 1, (342, 512, 3)).astype(np.float32)
    soft = sum(cv2.GaussianBlur(noise, (0, 0), size) * size for size in (3, 9, 27))
    return np.clip(128 + 60 * soft / soft.std(), 0, 255).astype(np.uint8)


def view(
    picture: Picture, shift: tuple[float, float] = (0, 0), zoom: float = 1, turn: float = 0
) -> tuple[Picture, NDArray[np.float64]]:
    """What a camera sees of a picture, and where: a matrix from its pixels to the picture's."""
    step = 1.35 / zoom
    way = step * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    middle = np.array([picture.shape[1], picture.shape[0]]) / 2 + shift
    there = np.column_stack([way, middle - way @ [WIDTH / 2 - 0.5, HEIGHT / 2 - 0.5]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(picture, there, (WIDTH, HEIGHT), flags=flags, borderMode=cv2.BORDER_WRAP)
    return seen.astype(np.uint8), np.vstack([there, [0, 0, 1]])


def true_move(before: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    unit = np.array([[1 / WIDTH, 0, 0.5 / WIDTH], [0, 1 / HEIGHT, 0.5 / HEIGHT], [0, 0, 1]])
    return (unit @ np.linalg.inv(after) @ before @ np.linalg.inv(unit))[:2]


def off_by(found: NDArray[np.float64], true: NDArray[np.float64]) -> float:
    """Mean distance between where two moves put the picture's places, in pixels."""
    side = np.linspace(0.05, 0.95, 7)
    places = np.stack([*np.meshgrid(side, side), np.ones((7, 7))]).reshape(3, -1)
    across, down = (found - true) @ places
    return float(np.hypot(across * WIDTH, down * HEIGHT).mean())


def motion_of(*frames: Picture) -> CameraMotion:
    meter = MotionMeter(residuals=True)
    numbers = np.arange(len(frames))
    meter.push(np.stack(frames), numbers * 8, numbers * STEP_S)
    return meter.finish()


def with_thing(frame: Picture, thing: Picture, left: int, top: int) -> Picture:
    """The frame with a picture of 60 x 50 in front."""
    out = frame.copy()
    out[top : top + 60, left : left + 50] = cv2.resize(
        thing, (50, 60), interpolation=cv2.INTER_AREA
    )
    return out


@pytest.mark.parametrize(
    ("shift", "zoom", "turn"),
    [
        ((6, 2), 1.0, 0.0),  # a pan
        ((-60, 20), 1.0, 0.0),  # a fast pan: 18 % of the picture between samples
        ((0, 0), 1.25, 0.0),  # a zoom in
        ((5, 5), 0.85, 0.05),  # out, and turned
        ((2, -3), 1.02, -0.03),  # held in the hand
    ],
)
def test_finds_the_move_behind_a_thing_that_goes_its_own_way(
    pictures: list[Picture], shift: tuple[float, float], zoom: float, turn: float
) -> None:
    errors, sure = [], []
    for background, thing in zip(pictures, reversed(pictures), strict=True):
        (before, at_first), (after, at_last) = view(background), view(background, shift, zoom, turn)
        motion = motion_of(
            with_thing(before, thing, left=60, top=50), with_thing(after, thing, left=90, top=40)
        )
        errors.append(off_by(motion.moves[1], true_move(at_first, at_last)))
        sure.append(motion.confidence[1] > 0.5)
    assert np.median(errors) < 0.3
    assert np.mean(np.array(errors) < 2) >= 0.75, errors
    assert np.mean(np.array(errors)[sure] < 4) >= 0.9, errors  # a wrong one knows that it is


def test_speed_is_in_diagonals_a_second() -> None:
    (before, _), (after, _) = view(clouds()), view(clouds(), shift=(20 * 1.35, 0))
    motion = motion_of(before, after)
    assert motion.camera[1] == pytest.approx(20 / DIAGONAL / STEP_S, rel=0.03)
    assert motion.confidence[1] > 0.9
    assert motion.subject[1] < 0.01
    assert motion.aspect == pytest.approx(16 / 9)


def test_a_still_camera_does_not_move(pictures: list[Picture]) -> None:
    noise = np.random.default_rng(1)
    for picture in pictures:
        frame, _ = view(picture)
        frames = [np.clip(frame + noise.normal(0, 2, frame.shape), 0, 255) for _ in range(2)]
        motion = motion_of(*[frame.astype(np.uint8) for frame in frames])
        assert motion.camera[1] < 0.002
        assert motion.subject[1] < 0.002


def test_exposure_is_no_motion() -> None:
    frame, _ = view(clouds())
    darker = (frame * 0.6 + 10).astype(np.uint8)
    motion = motion_of(frame, darker, frame)
    assert motion.camera.max() < 0.002
    assert motion.subject.max() < 0.01


def test_the_thing_that_moves_is_where_the_residual_is() -> None:
    thing = view(clouds(5))[0]
    frames = [
        with_thing(view(clouds(), shift=(9 * i, 0))[0], thing, left=40 + 60 * i, top=40)
        for i in range(3)
    ]
    motion = motion_of(*frames)
    maps = motion.residual_maps(0, 3)
    assert maps.shape == (3, 36, 64)
    assert maps.dtype == np.uint8
    inside = maps[1, 40 // 4 : 100 // 4, 100 // 4 : 150 // 4].mean()
    outside = (maps[1].sum() - maps[1, 9:26, 24:39].sum()) / (36 * 64)
    assert inside > 40
    assert outside < 3  # neither where it was nor where it will be
    assert motion.subject[1:].min() > 0.03


def test_a_cut_is_not_trusted(pictures: list[Picture]) -> None:
    frames = [view(picture)[0] for picture in pictures]
    motion = motion_of(*frames)
    assert np.median(motion.confidence[1:]) < 0.1
    assert motion.confidence[1:].max() < 0.5


def test_nothing_is_said_across_a_change_of_shot() -> None:
    frames = [view(clouds(), shift=(9 * i, 0))[0] for i in range(6)]  # at 0, 8, 16, 24, 32, 40
    changes = [Transition(8, 9, "cut", 1.0), Transition(24, 30, "dissolve", 1.0)]
    motion = within_shots(motion_of(*frames), changes)
    assert motion.across.tolist() == [True, False, True, False, True, False]
    assert (motion.camera > 0).tolist() == (~motion.across).tolist()
    assert not motion.confidence[motion.across].any()
    np.testing.assert_array_equal(motion.moves[2], [[1, 0, 0], [0, 1, 0]])
    curve = motion_curves(motion)["motion"]
    assert len(curve.values) == 6
    assert curve.values.min() > 0  # every sample here is in a pair that is known
    np.testing.assert_allclose(curve.values, motion.camera[1], rtol=0.05)
    assert curve.rate == pytest.approx(1 / STEP_S)


def test_pieces_of_a_film_give_what_the_film_gives() -> None:
    frames = np.stack([view(clouds(i // 4), shift=(12 * i % 50, 5 * i % 20))[0] for i in range(9)])
    numbers = np.arange(9)
    whole = motion_of(*frames)
    meter = MotionMeter(residuals=True)
    for start, stop in ((0, 1), (1, 4), (4, 4), (4, 9)):
        part = slice(start, stop)
        meter.push(frames[part], numbers[part] * 8, numbers[part] * STEP_S)
    pieces = meter.finish()
    np.testing.assert_array_equal(pieces.moves, whole.moves)
    np.testing.assert_array_equal(pieces.camera, whole.camera)
    np.testing.assert_array_equal(pieces.residual_maps(0, 9), whole.residual_maps(0, 9))


def test_moves_add_up() -> None:
    seen = [view(clouds(), shift=(10 * i, 4 * i), zoom=1 + 0.05 * i) for i in range(4)]
    motion = motion_of(*[frame for frame, _ in seen])
    assert off_by(moved_between(motion, 0, 3), true_move(seen[0][1], seen[3][1])) < 0.5
    np.testing.assert_array_equal(moved_between(motion, 2, 2), np.eye(3)[:2])


@pytest.mark.parametrize("size", [(144, 256), (256, 144), (160, 224), (96, 384), (5, 7), (1, 1)])
def test_any_size_and_flat_pictures(size: tuple[int, int]) -> None:
    frames = np.random.default_rng(0).integers(0, 255, (2, *size, 3)).astype(np.uint8)
    motion = motion_of(frames[0], frames[1], np.zeros_like(frames[0]), np.zeros_like(frames[0]))
    assert motion.confidence[2:].tolist() == [0, 0]
    assert np.isfinite(motion.moves).all()
    assert motion.residual_maps(0, 4).shape[0] == 4


def test_no_frames_have_no_motion() -> None:
    motion = MotionMeter().finish()
    assert len(motion) == 0
    assert motion_curves(within_shots(motion, [])) == {}


@given(SIMILARITIES)
def test_a_similarity_and_its_inverse_are_none(there: tuple[float, float, float, float]) -> None:
    np.testing.assert_allclose(composed(there, inverted(there)), (1, 0, 0, 0), atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(st.integers(-30, 30), st.integers(-18, 18), st.integers(0, 3))
def test_there_and_back(across: int, down: int, seed: int) -> None:
    one, two = (pyramid(view(clouds(seed), shift)[0]) for shift in ((0, 0), (across, down)))
    both = composed(align(one, two).similarity, align(two, one).similarity)
    np.testing.assert_allclose(both, (1, 0, 0, 0), atol=0.003)
