"""What a network sees: upright, and as bright as a person sees it."""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt
import pytest

from otio_autoedit.analysis.pictures import seen, tone_mapped
from otio_autoedit.media.thumbnails import thumbnail

SIZE = (48, 27)


def four_corners(width: int, height: int) -> npt.NDArray[np.uint8]:
    """Red, green, blue and white, clockwise from the top left."""
    picture = np.zeros((height, width, 3), np.uint8)
    picture[: height // 2, : width // 2, 0] = 255
    picture[: height // 2, width // 2 :, 1] = 255
    picture[height // 2 :, width // 2 :, 2] = 255
    picture[height // 2 :, : width // 2] = 255
    return picture


def corners(picture: npt.NDArray[np.uint8]) -> str:
    """The colours of the corners, clockwise from the top left."""
    height, width = picture.shape[:2]
    letters = {(1, 0, 0): "R", (0, 1, 0): "G", (0, 0, 1): "B", (1, 1, 1): "W"}
    places = [(2, 2), (2, width - 3), (height - 3, width - 3), (height - 3, 2)]
    return "".join(letters[tuple(int(v > 128) for v in picture[y, x])] for y, x in places)


def test_an_ordinary_picture_is_its_thumbnail() -> None:
    frame = av.VideoFrame.from_ndarray(four_corners(640, 360), format="rgb24")
    np.testing.assert_array_equal(seen(frame, SIZE), thumbnail(frame, SIZE))


@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p10le", "nv12", "rgb24", "gray"])
def test_a_large_picture_is_as_good_as_its_thumbnail(pixels: str) -> None:
    """Only some of its pixels are read; what is seen is the same to a level or so."""
    random = np.random.default_rng(3)
    picture = np.full((1080, 1920, 3), 128.0)
    for cell, contrast in ((480, 40), (120, 20), (40, 12), (8, 8), (2, 6), (1, 4)):
        coarse = random.normal(0, contrast, (-(-1080 // cell), 1920 // cell, 3))
        picture += np.repeat(np.repeat(coarse, cell, 0), cell, 1)[:1080]
    rgb = av.VideoFrame.from_ndarray(np.clip(picture, 0, 255).astype(np.uint8), format="rgb24")
    frame = rgb.reformat(format=pixels)
    difference = np.abs(seen(frame, SIZE).astype(int) - thumbnail(frame, SIZE))
    assert difference.mean() < 1.5
    assert difference.max() < 12


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_a_turned_picture_is_seen_upright(rotation: int) -> None:
    upright = four_corners(360, 640)
    stored = np.ascontiguousarray(np.rot90(upright, rotation // 90))  # undone by turning clockwise
    frame = av.VideoFrame.from_ndarray(stored, format="rgb24")
    picture = seen(frame, SIZE, rotation=rotation)
    assert picture.shape == (27, 48, 3)
    assert corners(picture) == "RGBW"


def pq(nits: float) -> int:
    """SMPTE ST 2084, the other way round: the code of a brightness, 16 bit."""
    y = (nits / 10000) ** (2610 / 16384)
    return round(65535 * ((3424 / 4096 + 2413 / 128 * y) / (1 + 2392 / 128 * y)) ** (2523 / 32))


def hlg(scene: float) -> int:
    """ITU-R BT.2100's HLG curve: the code of scene light, 16 bit."""
    value = (
        np.sqrt(3 * scene)
        if scene <= 1 / 12
        else 0.17883277 * np.log(12 * scene - 0.28466892) + 0.55991073
    )
    return round(65535 * float(value))


def grey(code: int, transfer: str) -> int:
    picture = tone_mapped(np.full((1, 1, 3), code, np.uint16), transfer)[0, 0].astype(int)
    assert picture.max() - picture.min() <= 2  # grey stays grey from BT.2020 to BT.709
    return int(picture[1])


def test_pq_is_as_bright_as_it_looks() -> None:
    assert grey(pq(0), "smpte2084") == 0
    assert 170 <= grey(pq(203), "smpte2084") <= 210  # graphics white, with room for highlights
    assert grey(pq(10000), "smpte2084") == 255
    steps = [grey(pq(nits), "smpte2084") for nits in (1, 10, 50, 100, 203, 400, 800)]
    assert steps == sorted(set(steps))


def test_hlg_shows_as_pq_does_on_the_display_it_is_made_for() -> None:
    for scene in (0.01, 0.05, 0.2, 0.265):
        nits = 1000 * scene**1.2
        shown = grey(hlg(scene), "arib-std-b67")
        assert shown == pytest.approx(grey(pq(nits), "smpte2084"), abs=2)


@pytest.mark.parametrize("transfer", ["smpte2084", "arib-std-b67"])
def test_ten_bit_frames_are_tone_mapped(transfer: str) -> None:
    code = pq(203) if transfer == "smpte2084" else hlg(0.265)
    picture = np.full((360, 640, 3), code, np.uint16)
    frame = av.VideoFrame.from_ndarray(picture, format="rgb48le").reformat(format="yuv420p10le")
    flat = seen(frame, SIZE)
    mapped = seen(frame, SIZE, transfer)
    assert mapped.shape == (27, 48, 3)
    assert mapped.mean() == pytest.approx(191, abs=4)  # reference white, either way
    assert np.ptp(mapped) <= 4
    if transfer == "smpte2084":  # HLG is made to look right unmapped, PQ is not
        assert flat.mean() < mapped.mean() - 20
