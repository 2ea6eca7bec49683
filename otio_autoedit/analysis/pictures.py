"""What the networks see of a picture: a thumbnail, in the brightness that people see.

A picture graded for HDR (PQ or HLG) is flat and grey if its numbers are taken for ordinary video;
for analysis it is tone-mapped, after scaling, so that it costs next to nothing. The source stays as
it is.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from otio_autoedit.media.thumbnails import thumbnail

if TYPE_CHECKING:
    import av

_REFERENCE_WHITE = 203.0  # cd/m2, ITU-R BT.2408
_HLG_PEAK = 1000.0  # cd/m2, the display that BT.2100 gives HLG's system gamma 1.2 for
_BRIGHTEST = 4.0  # reference whites; brighter is white
_SAMPLES = 8  # a side
_TO_BT709 = np.array(  # from BT.2020, ITU-R BT.2087
    [
        [1.6605, -0.5876, -0.0728],
        [-0.1246, 1.1329, -0.0083],
        [-0.0182, -0.1006, 1.1187],
    ],
    np.float32,
)


def seen(
    frame: av.VideoFrame, size: tuple[int, int], transfer: str = "", rotation: int = 0
) -> npt.NDArray[np.uint8]:
    """Returns ``frame`` as a network sees it: upright, ``(H, W, 3)`` uint8 RGB of BT.709.

    ``size`` is (width, height); ``transfer`` and ``rotation`` are `MediaInfo`'s.
    """
    width, height = (size[1], size[0]) if rotation in (90, 270) else size
    frame = _coarse(frame, width, height)
    if transfer in ("smpte2084", "arib-std-b67"):
        small = tone_mapped(_deep(frame, width, height), transfer)
    else:
        small = thumbnail(frame, (width, height))
    return np.ascontiguousarray(np.rot90(small, -rotation // 90)) if rotation else small


def _coarse(frame: av.VideoFrame, width: int, height: int) -> av.VideoFrame:
    """Returns a large ``frame`` as every n-th pixel of it, 8 by 8 for each of the thumbnail's.

    Averaging 64 pixels instead of the 1,600 of a 1080p picture is off by half a level of 255, and
    takes a third of the time; it spares reading every pixel of a picture that has millions.
    """
    if frame.width < 2 * _SAMPLES * width or frame.height < 2 * _SAMPLES * height:
        return frame
    return _scaled(frame, _SAMPLES * width, _SAMPLES * height, frame.format.name, "POINT")


def tone_mapped(codes: npt.NDArray[np.uint16], transfer: str) -> npt.NDArray[np.uint8]:
    """Returns ``codes`` ``(H, W, 3)`` of PQ or HLG in BT.2020 as 8-bit BT.709."""
    light = _light(transfer)[codes]  # 1 is reference white
    if transfer == "arib-std-b67":
        luma = light @ np.array([0.2627, 0.6780, 0.0593], np.float32)
        light = light * np.power(luma, 0.2)[..., None] * np.float32(_HLG_PEAK / _REFERENCE_WHITE)
    light = np.clip(light @ _TO_BT709.T, 0.0, _BRIGHTEST)
    # Reinhard, with a white: https://doi.org/10.1145/566654.566575, equation 4
    mapped = light * (1.0 + light / _BRIGHTEST**2) / (1.0 + light)
    shown: npt.NDArray[np.uint8] = np.round(
        255.0 * np.power(np.clip(mapped, 0.0, 1.0), 1 / 2.2)
    ).astype(np.uint8)
    return shown


def _deep(frame: av.VideoFrame, width: int, height: int) -> npt.NDArray[np.uint16]:
    """Returns ``frame`` averaged down to ``(height, width, 3)``, 16 bit."""
    pixels: npt.NDArray[np.uint16] = _scaled(frame, width, height, "rgb48le", "AREA").to_ndarray()
    return pixels


def _scaled(
    frame: av.VideoFrame, width: int, height: int, pixels: str, method: str
) -> av.VideoFrame:
    try:
        return frame.reformat(width, height, pixels, interpolation=method, threads=1)
    except TypeError:  # before PyAV 16 there was no such argument, and no threads
        return frame.reformat(width, height, pixels, interpolation=method)


@cache
def _light(transfer: str) -> npt.NDArray[np.float32]:
    """Returns the light of each 16-bit code: PQ in reference whites, HLG of the scene in 0..1."""
    code = np.arange(65536) / 65535.0
    if transfer == "smpte2084":  # SMPTE ST 2084, equation 4.1
        power = np.power(code, 32 / 2523)
        light = np.maximum(power - 3424 / 4096, 0.0) / (2413 / 128 - 2392 / 128 * power)
        light = 10000.0 / _REFERENCE_WHITE * np.power(light, 16384 / 2610)
    else:  # ITU-R BT.2100, table 5
        light = np.where(
            code <= 0.5,
            np.square(code) / 3,
            (np.exp((code - 0.55991073) / 0.17883277) + 0.28466892) / 12,
        )
    return light.astype(np.float32)
