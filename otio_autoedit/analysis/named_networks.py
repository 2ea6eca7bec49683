"""Detectors and segmenters of others, asked for by name, as sources of stages."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.device import Placement
from otio_autoedit.analysis.matte_packer import MattePacker
from otio_autoedit.analysis.results import NO_PICTURES, Detected, Mattes
from otio_autoedit.analysis.rows import ObjectRows
from otio_autoedit.analysis.source import Batch
from otio_autoedit.analysis.stages import MASKS, OBJECTS, stage_key
from otio_autoedit.errors import WeightsError
from otio_autoedit.models import zoo
from otio_autoedit.models.scene_findings import Objects
from otio_autoedit.models.zoo.detections import Detections, LabelMap
from otio_autoedit.models.zoo.networks import Task
from otio_autoedit.progress import ProgressCallback

_LONG_SIDE = 960  # of the pictures they are given; each scales them to what suits it
_LEAST_SCORE = 0.1  # as for our own network: what follows objects makes use of the unsure ones
_MATTE_AREA = 64 * 36  # as our own network's


class _Named:
    """A network of the zoo: its key, its device."""

    sampled = True
    stills = True
    task: Task = "detector"

    def __init__(self, which: str, wanted: str, progress: ProgressCallback | None = None) -> None:
        """Args: a name or an .onnx file; a device; who hears of a download.

        Raises:
            OptionError: there is no network of that name.
        """
        zoo.check(self.task, which)
        self.which = which
        self.progress = progress
        self.placement = Placement(wanted)

    @cached_property
    def _weights(self) -> str:
        if not self.which.lower().endswith(".onnx"):
            path = zoo.fetch(zoo.describe(self.which), self.progress)
        else:
            path = Path(self.which).expanduser()
        try:
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise WeightsError(f"cannot read the network {path}: {error.strerror}") from error

    def key(self, stage: str) -> str:
        """Returns the key of the stage: by the network's weights.

        Raises:
            MissingExtraError: an ONNX model without onnxruntime.
            WeightsError: the weights cannot be had, or are damaged.
        """
        named = "" if self.which.lower().endswith(".onnx") else self.which
        return stage_key(stage, network=named, weights=self._weights)

    def fall_back(self, error: RuntimeError) -> bool:
        """See `Placement.fall_back`."""
        return self.placement.fall_back(error)


class NamedDetector(_Named):
    """Objects, from a detector of the zoo; they are called as it calls them."""

    makes: tuple[str, ...] = (OBJECTS,)
    task: Task = "detector"

    def watcher(self, stages: Collection[str]) -> DetectorWatcher:
        """Returns the detector, ready for a film."""
        device = self.placement.choose()
        net = zoo.detector(
            self.which, device=device.name, threshold=_LEAST_SCORE, progress=self.progress
        )
        return DetectorWatcher(net, {"device": net.device, "device_why": device.why})

    def nothing(self, stage: str) -> Detected:
        """Returns what there is in a file without pictures."""
        return Detected.none()


class NamedSegmenter(_Named):
    """Masks, from a segmenter of the zoo; they are called as it calls them."""

    makes: tuple[str, ...] = (MASKS,)
    task: Task = "segmenter"

    def watcher(self, stages: Collection[str]) -> SegmenterWatcher:
        """Returns the segmenter, ready for a film."""
        device = self.placement.choose()
        net = zoo.segmenter(self.which, device=device.name, progress=self.progress)
        return SegmenterWatcher(net, {"device": net.device, "device_why": device.why})

    def nothing(self, stage: str) -> Mattes:
        """Returns what there is in a file without pictures."""
        return Mattes((), NO_PICTURES)


class DetectorWatcher:
    """One film before a detector."""

    def __init__(self, net: zoo.Detector, where: Mapping[str, object]) -> None:
        self._net = net
        self._made_by = MappingProxyType({**net.made_by, **where})
        self._numbers = {label: number for number, label in enumerate(net.classes)}
        self._rows = ObjectRows()

    def size_for(self, width: int, height: int) -> tuple[int, int]:
        """Returns the picture's own size, or a smaller one of its aspect."""
        return _within(width, height)

    def push(self, batch: Batch) -> None:
        """Takes the next sampled pictures."""
        found = self._net(batch.frames)
        for position, frame, seen in zip(batch.positions, batch.frames, found, strict=True):
            self._rows.add(int(position), frame, self._objects(seen))

    def finish(self) -> Mapping[str, object]:
        """Returns the objects."""
        return {OBJECTS: self._rows.detected(tuple(self._numbers), self._made_by)}

    def _objects(self, found: Detections) -> Objects:
        numbers = self._numbers  # a model may find what it does not name: that is added
        classes = [numbers.setdefault(label, len(numbers)) for label in found.labels]
        return Objects(found.boxes, np.array(classes, np.int64), found.scores)


class SegmenterWatcher:
    """One film before a segmenter."""

    def __init__(self, net: zoo.Segmenter, where: Mapping[str, object]) -> None:
        self._net = net
        self._made_by = MappingProxyType({**net.made_by, **where})
        self._labels = tuple(name for name in net.classes if name != "background")
        self._mattes = MattePacker(self._labels)

    def size_for(self, width: int, height: int) -> tuple[int, int]:
        """Returns the picture's own size, or a smaller one of its aspect."""
        return _within(width, height)

    def push(self, batch: Batch) -> None:
        """Takes the next sampled pictures."""
        if len(batch.frames):
            mattes = [_mattes(each, self._labels) for each in self._net(batch.frames)]
            self._mattes.push(batch.positions, np.stack(mattes))

    def finish(self) -> Mapping[str, object]:
        """Returns the masks."""
        return {MASKS: Mattes(self._mattes.finish(), self._made_by)}


def _within(width: int, height: int) -> tuple[int, int]:
    share = min(1.0, _LONG_SIDE / max(width, height))
    return max(1, round(width * share)), max(1, round(height * share))


def _mattes(seen: LabelMap, labels: tuple[str, ...]) -> npt.NDArray[np.uint8]:
    """Returns the probabilities of ``labels`` at the size that masks are kept at, 0..255."""
    import torch
    from torch.nn.functional import interpolate

    height, width = seen.index.shape
    aspect = width / height
    size = (
        max(1, round((_MATTE_AREA / aspect) ** 0.5)),
        max(1, round((_MATTE_AREA * aspect) ** 0.5)),
    )
    chosen = [seen.classes.index(label) for label in labels]
    maps = torch.from_numpy(seen.probabilities[chosen])[None]
    small = interpolate(maps, size, mode="bilinear", align_corners=False, antialias=True)
    values: npt.NDArray[np.uint8] = (small[0].clamp(0, 1) * 255 + 0.5).numpy().astype(np.uint8)
    return values
