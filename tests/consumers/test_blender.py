"""Blender plays the .otio we write, frame for frame, through a small script of its own."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import opentimelineio as otio
import pytest

from tests.consumers.films import Number, film, played, recut, shots_timeline, shown, sound_errors
from tests.support.consumers import play_in_blender

pytestmark = pytest.mark.consumer

ORDER = (2, 0, -1, 1, 0)
FILMS = [
    ("two words.mov", Fraction(24000, 1001), "01:00:00:00"),
    ("it's 50% #1.mp4", Fraction(24), None),
    ("Schnitt ä ß.mov", Fraction(25), "10:00:00:00"),
    ("drop.mov", Fraction(30000, 1001), "01:00:00;00"),
]


@pytest.mark.parametrize(("name", "rate", "timecode"), FILMS, ids=[f[0] for f in FILMS])
def test_every_frame_of_every_shot_is_the_right_one(
    tmp_path: Path, name: str, rate: Fraction, timecode: str | None
) -> None:
    made = film(tmp_path / name, rate, timecode=timecode)
    timeline = recut(shots_timeline(made), ORDER)
    project = tmp_path / "edit.otio"
    otio.adapters.write_to_file(timeline, str(project))

    result = play_in_blender(project, tmp_path / "render.mkv")

    expected = played(made, ORDER)
    assert shown(result) == expected
    # Blender takes up to two frames to find its place in a sound where a strip begins.
    settled = [n for n in range(len(expected)) if not {n, n - 1, n + 1} & set(cuts(expected))]
    wrong = sound_errors(result, rate, expected, frames=settled)
    assert wrong == []


def cuts(numbers: Sequence[Number]) -> list[int]:
    """The frames at which a clip or a gap begins."""
    jumps = pairwise(numbers)
    return [
        n
        for n, (a, b) in enumerate(jumps, start=1)
        if (a is None) != (b is None) or (a is not None and b is not None and b != a + 1)
    ]
