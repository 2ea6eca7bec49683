"""The scene network as a source of stages: one look gives objects, masks, scenes and vectors."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.device import Placement
from otio_autoedit.analysis.matte_packer import MattePacker
from otio_autoedit.analysis.results import (
    NO_PICTURES,
    Detected,
    MadeBy,
    Mattes,
    Scenes,
    Vectors,
)
from otio_autoedit.analysis.rows import ObjectRows, Rows
from otio_autoedit.analysis.source import Batch
from otio_autoedit.analysis.stages import MASKS, OBJECTS, SCENE, VECTORS, stage_key
from otio_autoedit.models.scene_findings import SceneFindings
from otio_autoedit.models.weight_files import find_weights

if TYPE_CHECKING:
    from otio_autoedit.models.scene_reader import SceneReader

STAGES = (OBJECTS, MASKS, SCENE, VECTORS)


class SceneNetwork:
    """Our own network, made when it is needed."""

    sampled = True
    stills = True

    def __init__(self, wanted: str, makes: Sequence[str] = STAGES) -> None:
        """Args: a device; the stages that are asked of it, others being another network's."""
        self.makes = tuple(makes)
        self._placement = Placement(wanted)

    def key(self, stage: str) -> str:
        """Returns the key of a stage: by the network's weights.

        Raises:
            WeightsError: they are missing.
        """
        weights = hashlib.sha256(find_weights("scene").read_bytes()).hexdigest()
        return stage_key(stage, network="autoedit", weights=weights)

    def watcher(self, stages: Collection[str]) -> SceneWatcher:
        """Returns the network, ready for a film. Masks take room, and are made only if asked for;
        the rest comes with whatever was."""
        from otio_autoedit.models.scene_reader import SceneReader

        device = self._placement.choose()
        reader = SceneReader(device=device.name)
        made_by = {**reader.made_by, "device": device.name, "device_why": device.why}
        makes = [stage for stage in self.makes if stage != MASKS or stage in stages]
        return SceneWatcher(reader, makes, MappingProxyType(made_by))

    def nothing(self, stage: str) -> object:
        """Returns what there is in a file without pictures."""
        no, none = np.zeros(0, np.int64), np.zeros(0, np.float32)
        empty = {
            OBJECTS: Detected.none(),
            MASKS: Mattes((), NO_PICTURES),
            SCENE: Scenes(no, none.reshape(0, 0), (), NO_PICTURES),
            VECTORS: Vectors(no, none.reshape(0, 0), none, NO_PICTURES),
        }
        return empty[stage]

    def fall_back(self, error: RuntimeError) -> bool:
        """See `Placement.fall_back`."""
        return self._placement.fall_back(error)


class SceneWatcher:
    """One film before the network."""

    def __init__(self, reader: SceneReader, makes: Collection[str], made_by: MadeBy) -> None:
        self._reader = reader
        self._makes = makes
        self._made_by = made_by
        self._waiting: dict[int, npt.NDArray[np.uint8]] = {}  # frames not spoken of yet
        self._mattes = MattePacker(reader.masks)
        self._objects = ObjectRows()
        self._positions, self._novelty = Rows(np.int64), Rows(np.float32)
        self._scene, self._vectors = Rows(np.float32, 0), Rows(np.float32, 0)

    def size_for(self, width: int, height: int) -> tuple[int, int]:
        """Returns about the size that it was trained at, in the picture's aspect."""
        return self._reader.size_for(width, height)

    def push(self, batch: Batch) -> None:
        """Takes the next sampled pictures."""
        self._waiting |= dict(zip(batch.positions.tolist(), batch.frames, strict=True))
        self._reader.push(batch.frames, batch.positions)
        for part in self._reader.take():
            self._keep(part)

    def finish(self) -> Mapping[str, object]:
        """Returns the stages."""
        self._keep(self._reader.finish())
        at, made_by = self._positions.whole(), self._made_by
        made = {
            OBJECTS: self._objects.detected(self._reader.objects, made_by),
            MASKS: Mattes(self._mattes.finish(), made_by),
            SCENE: Scenes(at, self._scene.whole(), self._reader.scenes, made_by),
            VECTORS: Vectors(at, self._vectors.whole(), self._novelty.whole(), made_by),
        }
        return {stage: result for stage, result in made.items() if stage in self._makes}

    def _keep(self, part: SceneFindings) -> None:
        if MASKS in self._makes:
            self._mattes.push(part.positions, part.masks)
        for position, objects in zip(part.positions.tolist(), part.objects, strict=True):
            self._objects.add(position, self._waiting.pop(position), objects)
        self._positions.add(part.positions)
        self._novelty.add(part.novelty)
        self._scene.add(part.scene)
        self._vectors.add(part.vectors)
