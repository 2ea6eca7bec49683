"""HDR pictures brought into the range of ordinary ones, for networks and sheets alone.

Not a grade: just enough that a PQ or HLG picture looks to a network like the footage that it was
trained on, instead of grey and flat. Renders never pass through here.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

_PEAK = 1000.0  # cd/m2 that are still told apart; brighter is white
_WHITE = 203.0  # cd/m2 of paper white in HDR (ITU-R BT.2408)

# BT.2020 to BT.709 primaries, linear light (ITU-R BT.2087).
_TO_709 = np.array(
    [
        [1.6605, -0.5876, -0.0728],
        [-0.1246, 1.1329, -0.0083],
        [-0.0182, -0.1006, 1.1187],
    ],
    np.float32,
)
_STEPS = 4096


def tone_map(image: npt.NDArray[np.uint8], transfer: str) -> npt.NDArray[np.uint8]:
    """An RGB picture of an HDR file as one of BT.709.

    Args:
        image: uint8 ``[..., 3]``, the file's own code values (BT.2020 primaries, full range).
        transfer: "smpte2084" (PQ) or "arib-std-b67" (HLG); anything else comes back unchanged.

    Returns:
        uint8 of the same shape. A picture of 64x36 takes about 0.3 ms.
    """
    if transfer not in ("smpte2084", "arib-std-b67"):
        return image
    light = _to_light(transfer)[image] @ _TO_709.T
    steps = np.clip(light, 0.0, 1.0) * (_STEPS - 1)
    mapped: npt.NDArray[np.uint8] = _from_light()[np.rint(steps).astype(np.int32)]
    return mapped


@lru_cache(maxsize=2)
def _to_light(transfer: str) -> npt.NDArray[np.float32]:
    """Linear light, 1.0 at the peak, for each code value."""
    code = np.arange(256, dtype=np.float64) / 255
    light = _pq(code) if transfer == "smpte2084" else _hlg(code)
    return np.clip(light / _PEAK, 0, 1).astype(np.float32)


def _pq(code: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """cd/m2 of a PQ code value (SMPTE ST 2084)."""
    m1, m2 = 2610 / 16384, 2523 / 4096 * 128
    c1, c2, c3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
    power = code ** (1 / m2)
    return 10_000 * (np.maximum(power - c1, 0) / (c2 - c3 * power)) ** (1 / m1)


def _hlg(code: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """cd/m2 of an HLG code value on a display of 1000 cd/m2 (ITU-R BT.2100, channel by channel)."""
    a = 0.17883277
    b, c = 1 - 4 * a, 0.5 - a * np.log(4 * a)
    scene = np.where(code <= 0.5, code**2 / 3, (np.exp((code - c) / a) + b) / 12)
    return 1000 * scene**1.2


@lru_cache(maxsize=1)
def _from_light() -> npt.NDArray[np.uint8]:
    """The BT.709 code value for each step of light, highlights rolled off (Reinhard, extended)."""
    level = np.linspace(0, 1, _STEPS) * _PEAK / _WHITE
    peak = _PEAK / _WHITE
    rolled = level * (1 + level / peak**2) / (1 + level)
    # Paper white comes out at about 80 percent, as skin and snow do in ordinary footage.
    code = np.clip(rolled / rolled[-1] * 1.25, 0, 1) ** (1 / 2.2)
    return np.rint(255 * code).astype(np.uint8)
