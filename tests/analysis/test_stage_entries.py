"""What the networks found, kept and taken back: the same, or not there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from otio_autoedit.analysis.box_colours import DIMENSIONS
from otio_autoedit.analysis.camera_motion import MotionMeter
from otio_autoedit.analysis.entry import Entry, entry_bytes, entry_from_bytes
from otio_autoedit.analysis.record import (
    TOGETHER,
    Curve,
    FrameIndex,
    Masks,
    MediaInfo,
    Track,
)
from otio_autoedit.analysis.results import (
    Camera,
    Curves,
    Detected,
    Index,
    Mattes,
    Scenes,
    Tracks,
    Vectors,
    colours_of,
    packed_colours,
)
from otio_autoedit.analysis.stage_entries import About, from_entry, to_entry

FRAMES = 1000
ABOUT = About("film.mp4", "f", FRAMES)
CHANCE = np.random.default_rng(3)
N = TOGETHER + 1  # the last piece of masks holds one
AT = np.arange(N, dtype=np.int64) * 8
MADE_BY = {"network": "scene", "weights": "00ff"}


def floats(*shape: int) -> Any:
    return CHANCE.random(shape, np.float32)


DETECTED = Detected(
    AT,
    np.arange(N, dtype=np.int64) % 3,
    floats((N // 3) * 3 + (N % 3 > 1), 4),
    CHANCE.integers(0, 2, (N // 3) * 3 + (N % 3 > 1)),
    floats((N // 3) * 3 + (N % 3 > 1)),
    ("person", "ball"),
    CHANCE.integers(0, 256, ((N // 3) * 3 + (N % 3 > 1), DIMENSIONS)).astype(np.uint8),
    MADE_BY,
)
MATTES = Mattes(
    tuple(
        Masks.of(label, AT, CHANCE.integers(0, 256, (N, 9, 16)).astype(np.uint8))
        for label in ("person", "foreground")
    ),
    MADE_BY,
)
TRACKS = Tracks(
    (
        Track(1, "person", np.arange(5, 30), floats(25, 4), floats(25)),
        Track(7, "ball", np.arange(998, 1000), floats(2, 4), floats(2)),
    ),
    MADE_BY,
)


def camera() -> Camera:
    meter = MotionMeter()
    frames = CHANCE.integers(0, 256, (3, 72, 128, 3)).astype(np.uint8)
    meter.push(frames, [0, 8, 16], [0.0, 0.3, 0.6])
    return Camera(meter.finish(), MADE_BY)


RESULTS: dict[str, Any] = {
    "objects": DETECTED,
    "masks": MATTES,
    "tracks": TRACKS,
    "scene": Scenes(AT, floats(N, 2), ("indoor", "town"), MADE_BY),
    "vectors": Vectors(AT, floats(N, 12), floats(N), MADE_BY),
    "camera": camera(),
    "motion": Curves({"motion": Curve("diagonals/s", 3.0, 0.5, floats(9))}, MADE_BY),
    "score": Curves({}, MADE_BY),
}


def through_bytes(result: object) -> Entry:
    return entry_from_bytes(entry_bytes(to_entry(result)))


def assert_same(one: Any, other: Any) -> None:
    """Field by field, to the bit."""
    if isinstance(one, Mapping):
        assert one.keys() == other.keys()
        for name, value in one.items():
            assert_same(value, other[name])
        return
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)
    elif hasattr(one, "__dataclass_fields__"):
        for name in one.__dataclass_fields__:
            if not name.startswith("_"):
                assert_same(getattr(one, name), getattr(other, name))
    elif isinstance(one, tuple):
        assert len(one) == len(other)
        for ours, theirs in zip(one, other, strict=True):
            assert_same(ours, theirs)
    else:
        assert one == other


@pytest.mark.parametrize("stage", RESULTS)
def test_what_is_kept_is_taken_back_to_the_bit(stage: str) -> None:
    assert_same(from_entry(stage, through_bytes(RESULTS[stage]), ABOUT), RESULTS[stage])


@pytest.mark.parametrize(
    "result",
    [
        Detected.none(),
        Mattes((), MADE_BY),
        Tracks((), MADE_BY),
        Camera(MotionMeter().finish(), MADE_BY),
    ],
    ids=["objects", "masks", "tracks", "camera"],
)
def test_nothing_is_kept_too(result: Any, request: pytest.FixtureRequest) -> None:
    stage = request.node.callspec.id
    assert_same(from_entry(stage, through_bytes(result), About("a.wav", "f", 0)), result)


@pytest.mark.parametrize("stage", [name for name in RESULTS if name not in ("motion", "score")])
def test_of_another_file_it_is_not_taken(stage: str) -> None:
    with pytest.raises(ValueError, match=stage):
        from_entry(stage, through_bytes(RESULTS[stage]), replace(ABOUT, frames=10))


@pytest.mark.parametrize("stage", RESULTS)
def test_what_lacks_an_array_or_has_another_is_not_taken(stage: str) -> None:
    entry = through_bytes(RESULTS[stage])
    for name, array in entry.arrays.items():
        less = {other: value for other, value in entry.arrays.items() if other != name}
        for wrong in (less, {**less, name: array[:-1]}, {**less, name: array.astype(np.int32)}):
            if stage == "motion" and wrong.get(name) is not None and len(wrong[name]) < len(array):
                continue  # a curve may have any length
            with pytest.raises(ValueError, match=r"\w"):
                from_entry(stage, Entry(entry.data, wrong), ABOUT)


def test_boxes_that_are_no_numbers_are_not_taken() -> None:
    entry = to_entry(TRACKS)
    boxes = entry.arrays["boxes"].copy()
    boxes[3, 1] = np.nan
    with pytest.raises(ValueError, match="not all numbers"):
        from_entry("tracks", Entry(entry.data, {**entry.arrays, "boxes": boxes}), ABOUT)


def test_masks_come_in_parts() -> None:
    values = CHANCE.integers(0, 256, (N, 9, 16)).astype(np.uint8)
    masks = Masks.of("person", AT, values)
    np.testing.assert_array_equal(masks.values, values)
    np.testing.assert_array_equal(masks.part(TOGETHER - 3, N), values[TOGETHER - 3 :])
    assert masks.part(4, 4).shape == (0, 9, 16)


@pytest.mark.parametrize("harm", ["torn", "no zlib", "too long"])
def test_damaged_masks_are_said(harm: str) -> None:
    masks = Masks.of("person", AT, np.zeros((N, 9, 16), np.uint8))
    first = masks.packed[0]
    if harm == "too long":  # a bomb: more than the samples that are promised
        bad = Masks.of("x", AT, np.zeros((N, 90, 160), np.uint8)).packed[0]
    else:
        bad = first[:-6] if harm == "torn" else b"masks"
    with pytest.raises(ValueError, match="damaged masks"):
        replace(masks, packed=(bad, *masks.packed[1:])).part(0, 1)
    with pytest.raises(ValueError, match="not here"):
        replace(masks, packed=()).part(0, 1)


def test_colours_are_kept_to_a_thousandth() -> None:
    signatures = CHANCE.random((20, DIMENSIONS), np.float32) / 6
    np.testing.assert_allclose(colours_of(packed_colours(signatures)), signatures, atol=1e-3)


def test_an_index_kept_before_times_of_recording_is_taken() -> None:
    rate, when = Fraction(25), "2026-07-01T10:00:00.000Z"
    media = MediaInfo("film.mp4", "f", "video", "mov", "h264", rate, 3, 3, recorded=when)
    pts = np.arange(3, dtype=np.int64)
    index = Index(media, FrameIndex(pts, 1 / rate, rate, False, pts[:1], end=3))
    assert_same(from_entry("index", through_bytes(index), ABOUT), index)
    entry = to_entry(index)
    known: dict[str, Any] = dict(entry.data["media"])  # type: ignore[call-overload]
    del known["recorded"]
    older = Entry({**entry.data, "media": known}, entry.arrays)
    taken = from_entry("index", older, ABOUT)
    assert_same(taken, replace(index, media=replace(media, recorded="")))
