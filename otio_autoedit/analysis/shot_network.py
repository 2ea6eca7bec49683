"""The network of the shots stage: the one asked for by name, made when it is needed."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from otio_autoedit.analysis.choices import SHOT_NETWORK
from otio_autoedit.analysis.device import Device, Placement
from otio_autoedit.analysis.media_json import shortest
from otio_autoedit.analysis.results import MadeBy, Shots
from otio_autoedit.analysis.source import Batch
from otio_autoedit.analysis.stages import SHOTS, stage_key
from otio_autoedit.models import transition
from otio_autoedit.models.transnet import find_transnet_weights
from otio_autoedit.models.weight_files import find_weights
from otio_autoedit.options import read_options

if TYPE_CHECKING:
    from otio_autoedit.models.shots import ShotDetector
    from otio_autoedit.models.transnet import TransNetDetector

_NOT_ON_APPLE = Device("cpu", "TransNetV2 is not exact on Apple graphics")


class ShotNetwork:
    """What is to find the shots of a file, and, once it did, what it was and where it ran."""

    makes: tuple[str, ...] = (SHOTS,)
    sampled = False
    stills = False

    def __init__(self, name: str | None, wanted: str, threshold: float | None) -> None:
        """Args: ``SHOT_NETWORK``'s value, a device, least confidence; None for the default.

        Raises:
            OptionError: there is no network of that name.
        """
        asked = {SHOT_NETWORK.name: name}
        self._name = str(read_options(asked, [SHOT_NETWORK], where="")[SHOT_NETWORK.name])
        self._placement = Placement(wanted)
        self._threshold = threshold
        self._made_by: dict[str, object] = {}

    def key(self, stage: str = SHOTS) -> str:
        """Returns the key of the stage: by name, weights and threshold.

        Raises:
            MissingExtraError: the network comes in a package that is not here.
            WeightsError: its weights are missing.
        """
        path = find_transnet_weights() if self._name == "transnetv2" else find_weights("shots")
        weights = hashlib.sha256(path.read_bytes()).hexdigest()
        return stage_key(stage, network=self._name, weights=weights, threshold=self._threshold)

    def watcher(self, stages: Collection[str]) -> ShotWatcher:
        """Returns the network, ready for a film."""
        return ShotWatcher(self)

    def detector(self) -> ShotDetector | TransNetDetector:
        """Returns what finds the shots of a film in its thumbnails."""
        detector: ShotDetector | TransNetDetector
        if self._name == "transnetv2":
            from otio_autoedit.models.transnet import TransNetDetector

            device = self._placement.choose(but=_NOT_ON_APPLE)
            detector = TransNetDetector(device=device.name, threshold=self._threshold)
        else:
            from otio_autoedit.models.shots import ShotDetector

            device = self._placement.choose()
            detector = ShotDetector(device=device.name, threshold=self._threshold)
        self._made_by = {
            **detector.made_by,
            "device": device.name,
            "device_why": device.why,
        }
        return detector

    def nothing(self, stage: str) -> Shots:
        """Returns the shots of what has no moving pictures."""
        self._made_by = {}
        return self.stage(transition.Shots())

    def fall_back(self, error: RuntimeError) -> bool:
        """See `Placement.fall_back`."""
        return self._placement.fall_back(error)

    def stage(self, found: transition.Shots) -> Shots:
        """Returns what the network ``found``, with the digits that are kept, as a stage that says
        who made it: fresh or stored, it is the same."""
        made_by: MadeBy = self._made_by or {"network": None, "why": "no moving pictures"}
        jump_cuts = tuple(replace(j, confidence=shortest(j.confidence)) for j in found.jump_cuts)
        return Shots(
            tuple(replace(t, confidence=shortest(t.confidence)) for t in found.transitions),
            None if self._name == "transnetv2" else jump_cuts,
            MappingProxyType(made_by),
        )


class ShotWatcher:
    """One film before the network."""

    def __init__(self, network: ShotNetwork) -> None:
        self._network = network
        self._detector = network.detector()

    def size_for(self, width: int, height: int) -> tuple[int, int]:
        """Returns the one size that it sees, whatever the picture's aspect."""
        return self._detector.size

    def push(self, batch: Batch) -> None:
        """Takes the next thumbnails."""
        self._detector.push(batch.frames)

    def finish(self) -> Mapping[str, object]:
        """Returns the shots."""
        return {SHOTS: self._network.stage(self._detector.finish())}
