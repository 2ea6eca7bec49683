from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from otio_autoedit.errors import MediaError
from otio_autoedit.media.footage import open_footage, read_frames
from otio_autoedit.media.info import FrameIndex
from tests.support import coded, surgery
from tests.support.movies import coded_movie, shots_movie
from tests.support.sounds import sound_file
from tests.support.tricky import variable_rate_movie


def index_of(path: Path) -> FrameIndex:
    with open_footage(path) as footage:
        for _ in footage.read(sound=False):
            pass
    return footage.index


def numbers(path: Path, wanted: list[int], index: FrameIndex | None) -> list[tuple[int, int]]:
    found = []
    for number, image in read_frames(path, wanted, index=index):
        code = coded.read_code(image.mean(2).astype("float32"))
        assert code is not None
        found.append((number, code[0]))
    return found


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [("mp4", "h264"), ("mkv", "h264"), ("ts", "h264"), ("mpg", "mpeg2"), ("avi", "mpeg4"),
     ("mxf", "mpeg2"), ("webm", "vp9"), ("flv", "flv1"), ("mov", "mjpeg"), ("wmv", "wmv2")],
)  # fmt: skip
def test_leaping_finds_the_frames_that_reading_through_finds(
    tmp_path: Path, suffix: str, codec: str
) -> None:
    path = coded_movie(tmp_path / f"m.{suffix}", codec=codec, frames=90, size=(320, 180))
    wanted = [89, 0, 1, 47, 46, 48, 47, 12, 11]
    expected = [(n, n) for n in sorted(set(wanted))]
    assert numbers(path, wanted, None) == expected
    assert numbers(path, wanted, index_of(path)) == expected


def test_frames_of_odd_times(tmp_path: Path) -> None:
    late = coded_movie(tmp_path / "late.mp4", frames=40, size=(320, 180),
                       pts=range(300, 340), time_base=Fraction(1, 25))  # fmt: skip
    trimmed = coded_movie(tmp_path / "trim.mp4", frames=40, size=(320, 180), gop=8,
                          pts=range(-5, 35), time_base=Fraction(1, 25))  # fmt: skip
    varying = variable_rate_movie(tmp_path / "vfr.mp4")
    for path, first in ((late, 0), (trimmed, 5), (varying, 0)):
        for index in (None, index_of(path)):
            assert numbers(path, [0, 13, 30], index) == [(n, first + n) for n in (0, 13, 30)]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_pictures_stand_upright(tmp_path: Path, turn: int) -> None:
    path = coded_movie(tmp_path / "m.mp4", frames=3, size=(320, 180), sound=False)
    (_, plain), = read_frames(path, [2])  # fmt: skip
    surgery.turn_mp4(path, turn)
    (_, shown), = read_frames(path, [2])  # fmt: skip
    assert shown.shape == ((320, 180, 3) if turn in (90, 270) else (180, 320, 3))
    assert np.array_equal(shown, np.rot90(plain, -turn // 90))
    assert shown.dtype == np.uint8


def test_pixels_are_square(tmp_path: Path) -> None:
    path = coded_movie(tmp_path / "m.mp4", frames=2, size=(320, 180), sample_aspect=Fraction(4, 3))
    (_, image), = read_frames(path, [1])  # fmt: skip
    assert image.shape == (180, 427, 3)


def test_frames_that_are_not_there(tmp_path: Path) -> None:
    path = shots_movie(tmp_path / "m.mp4", [(0, 0, 10)], size=(160, 90), sound=False)
    for wanted, index in (([10], None), ([3, 10], index_of(path)), ([-1], None)):
        with pytest.raises(MediaError, match="no frame"):
            list(read_frames(path, wanted, index=index))
    with pytest.raises(MediaError, match="no frame 0"):
        list(read_frames(sound_file(tmp_path / "a.wav"), [0]))
    assert list(read_frames(path, [])) == []
