"""Camera motion as a source of stages: measured, not learnt."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from otio_autoedit.analysis.camera_motion import MotionMeter
from otio_autoedit.analysis.results import NO_PICTURES, Camera
from otio_autoedit.analysis.source import Batch
from otio_autoedit.analysis.stages import CAMERA, stage_key

_LONG_SIDE = 256  # of the pictures it sees: those of the scene network, where they are 16:9
_MADE_BY = MappingProxyType({"measure": "how each sample lies over the one before"})


class MotionSource:
    """How the camera moves from sample to sample, and what moves by itself."""

    makes: tuple[str, ...] = (CAMERA,)
    sampled = True
    stills = False

    def key(self, stage: str) -> str:
        """Returns the key of the stage: there is nothing to choose."""
        return stage_key(stage)

    def watcher(self, stages: Collection[str]) -> MotionWatcher:
        """Returns the measure, ready for a film."""
        return MotionWatcher()

    def nothing(self, stage: str) -> Camera:
        """Returns the motion of what has no moving pictures."""
        return Camera(MotionMeter().finish(), NO_PICTURES)

    def fall_back(self, error: RuntimeError) -> bool:
        """It runs on the processor as it is."""
        return False


class MotionWatcher:
    """One film before the measure."""

    def __init__(self) -> None:
        self._meter = MotionMeter()

    def size_for(self, width: int, height: int) -> tuple[int, int]:
        """Returns a small size of the picture's aspect."""
        share = _LONG_SIDE / max(width, height)
        return max(1, round(width * share)), max(1, round(height * share))

    def push(self, batch: Batch) -> None:
        """Takes the next sampled pictures."""
        self._meter.push(batch.frames, batch.positions.tolist(), batch.times.tolist())

    def finish(self) -> Mapping[str, object]:
        """Returns the motion between all samples, across cuts too."""
        return {CAMERA: Camera(self._meter.finish(), _MADE_BY)}
