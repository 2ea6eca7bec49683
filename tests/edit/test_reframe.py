"""An edit in another aspect: who is held, and what keys a piece gets."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from otio_autoedit.analysis.record import Track
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.plan import Framing, Piece, Source
from otio_autoedit.edit.reframe import frame_pieces, read_follow, reframed_size
from otio_autoedit.edit.shots import believe
from otio_autoedit.errors import OptionError
from tests.support.analyses import change, film, sound_file

TALL = (1080, 1920)


def track(
    id: int, start: int, places: list[float], *, label: str = "person", size: float = 0.2
) -> Track:
    """A thing in the middle of the height, at ``places`` along the width from frame ``start``."""
    x = np.array(places)
    boxes = np.stack(
        [x - size / 2, 0.5 - size / 2 + 0 * x, x + size / 2, 0.5 + size / 2 + 0 * x], 1
    )
    return Track(
        id, label, np.arange(start, start + len(x)), boxes.astype(np.float32),
        np.full(len(x), 0.9, np.float32),
    )  # fmt: skip


def framed(
    tracks: list[Track],
    cuts: list[int] | None = None,
    *,
    span: tuple[int, int] = (0, 250),
    size: tuple[int, int] = TALL,
    follow: str = "person",
    rate: int = 25,
) -> Framing:
    """The camera path over frames of a ten second film of 640 x 360."""
    analysis = film([change(cut - 1, cut) for cut in cuts or []])
    analysis = replace(analysis, tracks=tuple(tracks))
    clock = Clock(Source(analysis.media, analysis.index), Fraction(rate))
    believed = believe(analysis.transitions or (), 250, clock, 0)
    (found,) = frame_pieces([Piece(0, *span)], [analysis], [clock], [believed], size, follow=follow)
    return found


def test_a_subject_that_stays_is_one_key() -> None:
    found = framed([track(3, 0, [0.3] * 250)])
    (key,) = found.keys
    assert (key.frame, key.y, found.follows) == (0, 0.5, "person 3")
    assert key.x == pytest.approx(0.3, abs=1e-4)
    assert key.width == pytest.approx(81 / 256)


def test_a_subject_that_walks_is_followed_with_few_keys() -> None:
    found = framed([track(1, 0, list(np.linspace(0.2, 0.8, 250)))])
    assert 2 < len(found.keys) < 25
    assert [key.frame for key in found.keys] == sorted({key.frame for key in found.keys})
    assert found.keys[0].frame == 0
    assert found.keys[-1].frame == 249
    assert found.keys[-1].x - found.keys[0].x > 0.4


def test_a_baked_cut_is_two_keys_on_neighbouring_frames() -> None:
    found = framed([track(1, 0, [0.3] * 100), track(2, 100, [0.7] * 150)], [100])
    assert [(key.frame, round(key.x, 3)) for key in found.keys] == [
        (0, 0.3), (99, 0.3), (100, 0.7),
    ]  # fmt: skip
    assert found.follows == "person 1, then person 2"


def test_keys_count_from_the_piece_at_the_timelines_rate() -> None:
    tracks = [track(1, 0, [0.3] * 100), track(2, 100, [0.7] * 150)]
    found = framed(tracks, [100], span=(50, 200), rate=50)
    assert [key.frame for key in found.keys] == [0, 99, 100]


def test_the_camera_does_not_turn_back_and_forth() -> None:
    """The main subject is held while it is there; a passer-by is not looked at."""
    tracks = [track(1, 0, [0.3] * 250, size=0.4), track(2, 60, [0.8] * 100, size=0.3)]
    assert framed(tracks).follows == "person 1"
    # Who is there before and after the main subject is held once.
    tracks = [track(1, 80, [0.3] * 60, size=0.6), track(2, 0, [0.8] * 250, size=0.1)]
    assert framed(tracks).follows == "person 1, then person 2"


def test_without_what_was_asked_for_faces_are_held_then_anything() -> None:
    ball = track(1, 0, [0.8] * 250, label="ball", size=0.5)
    face = track(2, 0, [0.4] * 250, label="face", size=0.1)
    person = track(3, 0, [0.2] * 250, size=0.1)
    assert framed([ball, face, person]).follows == "person 3"
    assert framed([ball, face]).follows == "face 2"
    assert framed([ball]).follows == "ball 1"
    assert framed([ball, face, person], follow="ball, person").follows == "ball 1"
    assert [key.x for key in framed([]).keys] == [0.5]


@pytest.mark.parametrize("size", [(1080, 1920), (1080, 1080), (864, 1080), (2390, 1000)])
def test_the_crop_never_leaves_the_picture(size: tuple[int, int]) -> None:
    random = np.random.default_rng(5)
    tracks = [track(1, 0, list(random.random(250)))]
    for key in framed(tracks, [40, 120], size=size).keys:
        height = key.width * (640 / 360) / (size[0] / size[1])
        assert height <= 1 + 1e-6
        assert key.width / 2 - 1e-6 <= key.x <= 1 - key.width / 2 + 1e-6
        assert height / 2 - 1e-6 <= key.y <= 1 - height / 2 + 1e-6


def test_the_same_aspect_and_sound_have_no_path() -> None:
    analysis, sound = film(), sound_file()
    clocks = [Clock(Source(one.media, one.index), Fraction(25)) for one in (analysis, sound)]
    pieces = [Piece(0, 0, 250), Piece(1, 0, 250)]
    assert not frame_pieces(pieces, [analysis, sound], clocks, [(), ()], (1920, 1080))
    assert len(frame_pieces(pieces, [analysis, sound], clocks, [(), ()], TALL)) == 1


def test_a_wrong_name_gets_the_nearest() -> None:
    with pytest.raises(OptionError, match=r"'persn' \(did you mean 'person'\?\)"):
        read_follow("persn")
    assert read_follow("ball, person") == ("ball", "person")


@pytest.mark.parametrize(
    ("aspect", "size"),
    [("9/16", (1080, 1920)), ("1", (1080, 1080)), ("4/5", (1080, 1350)), ("16/9", (1920, 1080))],
)
def test_the_short_side_stays(aspect: str, size: tuple[int, int]) -> None:
    assert reframed_size((1920, 1080), Fraction(aspect)) == size
    assert reframed_size((1080, 1920), Fraction(aspect)) == size


def test_of_a_person_taller_than_the_crop_the_face_is_held() -> None:
    """Upright footage into a wide timeline: the crop moves up and down."""
    tall = track(1, 0, [0.5] * 250, size=0.6)
    (key,) = framed([tall], size=(2390, 1000)).keys
    assert key.y == pytest.approx(0.5)  # shorter than the crop: its middle
    (key,) = framed([tall], size=(4000, 1000)).keys
    assert key.y == pytest.approx(0.2 + 0.2 * 0.6, abs=1e-3)
    assert key.width == 1
