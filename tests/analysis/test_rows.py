"""Rows that come a few at a time, whole at the end."""

from __future__ import annotations

import numpy as np
import pytest

from otio_autoedit.analysis.box_colours import box_colours
from otio_autoedit.analysis.results import Detected, colours_of
from otio_autoedit.analysis.rows import ObjectRows, Rows
from otio_autoedit.models.scene_findings import Objects
from tests.analysis.test_stage_entries import assert_same

CHANCE = np.random.default_rng(7)


@pytest.mark.parametrize("shape", [(), (4,), (2, 3)])
def test_what_came_in_pieces_is_whole(shape: tuple[int, ...]) -> None:
    values = CHANCE.random((50, *shape)).astype(np.float32)
    rows = Rows(np.float32)
    for start, stop in ((0, 1), (1, 1), (1, 30), (30, 50)):
        rows.add(values[start:stop])
    np.testing.assert_array_equal(rows.whole(), values)
    assert rows.whole().dtype == np.float32


def test_nothing_came() -> None:
    assert Rows(np.int64).whole().shape == (0,)
    assert Rows(np.float32, 4).whole().shape == (0, 4)
    assert_same(ObjectRows().detected((), {}), Detected.none({}))


def test_objects_come_with_their_colours() -> None:
    frames = CHANCE.integers(0, 256, (3, 36, 64, 3)).astype(np.uint8)
    some = Objects(
        np.array([[0, 0, 0.5, 1], [0.2, 0.2, 1, 1]], np.float32),
        np.array([1, 0]),
        np.array([0.9, 0.3], np.float32),
    )
    none = Objects(some.boxes[:0], some.classes[:0], some.scores[:0])
    rows = ObjectRows()
    for position, frame, objects in zip((0, 8, 16), frames, (some, none, some), strict=True):
        rows.add(position, frame, objects)
    found = rows.detected(("ball", "person"), {"network": "scene"})
    assert found.positions.tolist() == [0, 8, 16]
    assert found.counts.tolist() == [2, 0, 2]
    assert found.classes.tolist() == [1, 0, 1, 0]
    np.testing.assert_array_equal(found.boxes[2:], some.boxes)
    shown = box_colours(frames[2], some.boxes)
    np.testing.assert_allclose(colours_of(found.colours[2:]), shown, atol=1e-3)
