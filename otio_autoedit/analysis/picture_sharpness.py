"""How sharp a picture is: how much is lost when it is blurred again.

Crete and others 2007, "The blur effect", https://doi.org/10.1117/12.702790: blurring takes the
differences between neighbours from a sharp picture, and nearly none from one that is blurred
already. It is a ratio, so that contrast and brightness do not matter. Here it is taken tile by
tile, and the sharpest quarter of those with anything in them counts: a picture is in focus if
something in it is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_BLUR = 9  # pixels, as in the paper
_TILE = 32
_BEST = 0.25
_EDGES = 1.0  # levels of 255 between neighbours, on average: less is flat, or noise


def sharpness(luma: Floats) -> float:
    """Returns 0..1 for luma ``(H, W)``, 0..255: near 0 is blurred, or flat."""
    side = min(_TILE, *luma.shape)
    across, down = _lost(luma, side), _lost(np.ascontiguousarray(luma.T), side)
    edges = np.stack([across[1], down[1].T])
    lost = np.stack([across[0], down[0].T])
    ratio = (lost / np.maximum(edges, 1e-6)).min(0)  # smeared one way is blurred
    ratio = ratio[edges.min(0) >= _EDGES]
    if not len(ratio):
        return 0.0
    return float(np.sort(ratio)[-max(1, round(len(ratio) * _BEST)) :].mean())


def _lost(luma: Floats, side: int) -> tuple[Floats, Floats]:
    """Returns, tile by tile, what a blur along the rows takes from the differences there, and what
    they were: means, in levels."""
    half = _BLUR // 2
    padded = np.pad(luma, ((0, 0), (half + 1, half)), mode="edge")
    edges = np.abs(np.diff(luma, axis=1, prepend=luma[:, :1]))
    # A mean of neighbours changes by what comes in less what goes out.
    left = np.abs(padded[:, _BLUR:] - padded[:, :-_BLUR]) / _BLUR
    return _tiled(np.maximum(edges - left, 0), side), _tiled(edges, side)


def _tiled(values: npt.NDArray[np.floating], side: int) -> Floats:
    rows, columns = values.shape[0] // side, values.shape[1] // side
    whole = values[: rows * side, : columns * side]
    tiles: Floats = whole.reshape(rows, side, columns, side).mean((1, 3)).astype(np.float32)
    return tiles
