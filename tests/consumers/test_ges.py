"""GStreamer plays our .xges. GES 1.22 doubles or drops a frame at cuts, not the same on every run,
so this is a check to one frame; melt and Blender are the proof."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from tests.consumers.films import (
    SIZE,
    Number,
    film,
    played,
    recut,
    shots_timeline,
    shown,
    sound_errors,
)
from tests.support.consumers import play_in_ges

pytestmark = [
    pytest.mark.consumer,
    pytest.mark.filterwarnings("ignore::otio_autoedit.errors.AutoEditLossWarning"),
]

ORDER = (2, 0, -1, 1)


@pytest.mark.parametrize(
    ("name", "rate", "timecode"),
    [
        ("two words.mov", Fraction(24000, 1001), "01:00:00:00"),
        ("it's 50% #1.mp4", Fraction(25), None),
        ("drop ä.mov", Fraction(30000, 1001), "01:00:00;00"),
    ],
)
def test_every_shot_plays_to_one_frame(
    tmp_path: Path, name: str, rate: Fraction, timecode: str | None
) -> None:
    made = film(tmp_path / name, rate, timecode=timecode)
    project = tmp_path / "edit.xges"
    otio.adapters.write_to_file(recut(shots_timeline(made), ORDER), str(project))

    result = play_in_ges(project, tmp_path / "render.mkv", rate=rate, size=SIZE)

    expected = played(made, ORDER)
    numbers = shown(result)
    assert abs(len(numbers) - len(expected)) <= 1
    assert beside(numbers, expected) == []
    assert len(sound_errors(result, rate, expected)) <= 3


def beside(numbers: Sequence[Number], expected: Sequence[Number]) -> list[str]:
    """The frames that show neither what they should nor what a neighbour should."""
    return [
        f"frame {n}: shows {number}"
        for n, number in enumerate(numbers)
        if number not in expected[max(0, n - 1) : n + 2]
    ]
