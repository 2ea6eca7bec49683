"""Thumbnails against an area average of our own."""

from __future__ import annotations

import av
import numpy as np
import pytest

from otio_autoedit.media.thumbnails import thumbnail


def area_average(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Averages every output pixel over exactly the source area that it covers."""

    def weights(source: int, target: int) -> np.ndarray:
        edges = np.arange(target + 1) * source / target
        covered = np.zeros((target, source))
        for i in range(target):
            for j in range(source):
                covered[i, j] = max(0.0, min(edges[i + 1], j + 1) - max(edges[i], j))
        return covered / covered.sum(axis=1, keepdims=True)

    rows, columns = weights(pixels.shape[0], size[1]), weights(pixels.shape[1], size[0])
    return np.einsum("ij,jkc,lk->ilc", rows, pixels.astype(float), columns)


@pytest.mark.parametrize(
    "pixel_format", ["rgb24", "yuv420p", "yuv444p", "yuv420p10le", "nv12", "gray", "gbrp"]
)
@pytest.mark.parametrize(("width", "height"), [(640, 360), (199, 113), (360, 640)])
def test_a_thumbnail_is_an_average_over_areas(pixel_format: str, width: int, height: int) -> None:
    y, x = np.mgrid[0:height, 0:width]
    pixels = np.stack(
        [
            127 + 100 * np.sin(x / width * 9),
            127 + 100 * np.sin(y / height * 7),
            127 + 90 * np.sin((x + y) / width * 5),
        ],
        axis=-1,
    ).astype(np.uint8)
    if pixel_format == "gray":
        pixels[:] = pixels[..., :1]
    frame = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format=pixel_format)
    small = thumbnail(frame, (48, 27))
    assert small.shape == (27, 48, 3)
    assert small.dtype == np.uint8
    error = np.abs(small - area_average(pixels, (48, 27)))
    assert error.mean() < 4


def test_fine_texture_averages_out_instead_of_flickering() -> None:
    pixels = np.zeros((360, 640, 3), np.uint8)
    pixels[::2, ::2] = 255
    small = thumbnail(av.VideoFrame.from_ndarray(pixels, "rgb24"), (48, 27))
    assert small.std() < 6


def test_a_picture_smaller_than_its_thumbnail_is_enlarged() -> None:
    pixels = np.full((2, 4, 3), 90, np.uint8)
    small = thumbnail(av.VideoFrame.from_ndarray(pixels, "rgb24"), (48, 27))
    assert small.shape == (27, 48, 3)
    assert np.abs(small.astype(int) - 90).max() <= 2
