"""Small pictures for the networks.

One function, used by training and by analysis alike, so that a network sees in a film what it saw
when it was trained.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import av


def thumbnail(frame: av.VideoFrame, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Returns `frame` averaged over areas down to `size`, its aspect squeezed to fit.

    Args:
        frame: any size, any pixel format; the scaler converts 10 bit, 4:4:4, grey and RGB.
        size: (width, height) in pixels.

    Returns:
        `(H, W, 3)` uint8, RGB, contiguous.

    At 640x360 this takes about 0.1 ms. It runs on the calling thread only: left alone, PyAV 16 and
    later start a pool of threads for each frame, which costs ten times the work itself.
    """
    width, height = size
    try:
        small = frame.reformat(width, height, "rgb24", interpolation="AREA", threads=1)
    except TypeError:  # before PyAV 16 there was no such argument, and no threads
        small = frame.reformat(width, height, "rgb24", interpolation="AREA")
    pixels: NDArray[np.uint8] = small.to_ndarray()
    return pixels


def check_thumbnails(thumbs: NDArray[np.generic], size: tuple[int, int]) -> None:
    """Raises ValueError unless these are thumbnails of ``size`` (width, height):
    ``(n, height, width, 3)`` uint8."""
    width, height = size
    if thumbs.ndim != 4 or thumbs.shape[1:] != (height, width, 3) or thumbs.dtype != np.uint8:
        raise ValueError(
            f"thumbnails must be uint8 (n, {height}, {width}, 3), not {thumbs.dtype} {thumbs.shape}"
        )
