"""What pictures look like, as sources of stages: every frame's light and shift, and some frames'
sharpness and ground. Measured, not learnt; `picture_curves` makes curves of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.picture_ground import ground_share
from otio_autoedit.analysis.picture_light import LightMeter, lumas_of
from otio_autoedit.analysis.picture_sharpness import sharpness
from otio_autoedit.analysis.picture_shift import ShiftMeter
from otio_autoedit.analysis.results import NO_PICTURES, Measured
from otio_autoedit.analysis.rows import Rows
from otio_autoedit.analysis.source import Batch
from otio_autoedit.analysis.stages import DETAIL, LIGHT, stage_key

Pixels = npt.NDArray[np.uint8]

_LIGHT_SIDE = 112  # pixels, the longer side: a 1080p picture is not read whole for it
_DETAIL_SIDE = 512
_GROUND_STEP = 4  # every how many pixels of those; blocks of so many are averaged
_MADE_BY = MappingProxyType({"measure": "light, difference, shift, sharpness, ground colour"})


class LightSource:
    """Brightness, contrast, change and shift of every frame."""

    makes: tuple[str, ...] = (LIGHT,)
    sampled = False
    stills = False

    def key(self, stage: str) -> str:
        """Returns the key of the stage: there is nothing to choose."""
        return stage_key(stage)

    def watcher(self, stages: Collection[str]) -> LightWatcher:
        """Returns the measures, ready for a film."""
        return LightWatcher()

    def nothing(self, stage: str) -> Measured:
        """Returns the measures of what has no moving pictures."""
        return Measured.none(NO_PICTURES)

    def fall_back(self, error: RuntimeError) -> bool:
        """It runs on the processor as it is."""
        return False


class LightWatcher:
    """One film before the measures of every frame. Shifts are kept as parts of the diagonal, and
    "known" says where there is one."""

    def __init__(self) -> None:
        self._light, self._shift = LightMeter(), ShiftMeter()
        self._positions = Rows(np.int64)
        self._values = Rows(np.float32, 6)

    def size_for(self, width: int, height: int) -> tuple[int, int]:
        """Returns a very small size of the picture's aspect."""
        return _fitted(width, height, _LIGHT_SIDE)

    def push(self, batch: Batch) -> None:
        """Takes the next pictures."""
        lumas = lumas_of(batch.frames)
        light = self._light.push(lumas)
        shift = self._shift.push(lumas) / np.float32(np.hypot(*lumas.shape[1:]))
        known = ~np.isnan(shift[:, :1])
        moved = np.where(known, shift, np.float32(0))
        self._positions.add(batch.positions)
        self._values.add(np.column_stack([*light, moved, known]))

    def finish(self) -> Mapping[str, object]:
        """Returns the stage."""
        names = ("brightness", "contrast", "change", "x", "y", "known")
        values = dict(zip(names, self._values.whole().T, strict=True))
        return {LIGHT: Measured(self._positions.whole(), values, _MADE_BY)}


class DetailSource:
    """Sharpness and ground colour of some frames."""

    makes: tuple[str, ...] = (DETAIL,)
    sampled = True
    stills = False

    def key(self, stage: str) -> str:
        """Returns the key of the stage: there is nothing to choose."""
        return stage_key(stage)

    def watcher(self, stages: Collection[str]) -> DetailWatcher:
        """Returns the measures, ready for a film."""
        return DetailWatcher()

    def nothing(self, stage: str) -> Measured:
        """Returns the measures of what has no moving pictures."""
        return Measured.none(NO_PICTURES)

    def fall_back(self, error: RuntimeError) -> bool:
        """It runs on the processor as it is."""
        return False


class DetailWatcher:
    """One film before the measures of samples."""

    def __init__(self) -> None:
        self._positions = Rows(np.int64)
        self._values = Rows(np.float32, 2)

    def size_for(self, width: int, height: int) -> tuple[int, int]:
        """Returns a size that shows focus, never more than there is."""
        return _fitted(width, height, min(_DETAIL_SIDE, max(width, height)))

    def push(self, batch: Batch) -> None:
        """Takes the next sampled pictures."""
        for frame in batch.frames:
            crisp = sharpness(lumas_of(frame[None])[0])
            self._values.add(np.array([[crisp, ground_share(_coarse(frame))]]))
        self._positions.add(batch.positions)

    def finish(self) -> Mapping[str, object]:
        """Returns the stage."""
        values = dict(zip(("sharpness", "field"), self._values.whole().T, strict=True))
        return {DETAIL: Measured(self._positions.whole(), values, _MADE_BY)}


def _fitted(width: int, height: int, side: int) -> tuple[int, int]:
    """Returns a size whose longer side is ``side``; rounded down, so that a large picture has the
    pixels for eight of each side's."""
    share = side / max(width, height)
    return max(1, int(width * share)), max(1, int(height * share))


def _coarse(frame: Pixels) -> Pixels:
    """Returns a picture averaged over blocks."""
    step = max(1, min(_GROUND_STEP, *frame.shape[:2]))
    rows, columns = frame.shape[0] // step, frame.shape[1] // step
    total = np.zeros((rows, columns, 3), np.uint16)
    for down, across in np.ndindex(step, step):
        total += frame[down : rows * step : step, across : columns * step : step]
    mean: Pixels = (total // (step * step)).astype(np.uint8)
    return mean
