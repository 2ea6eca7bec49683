"""The network of the shots stage: the one asked for by name, made when it is needed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from otio_autoedit.analysis.choices import SHOT_NETWORK
from otio_autoedit.analysis.device import Device, choose_device
from otio_autoedit.analysis.stages import SHOTS, Shots, stage_key
from otio_autoedit.models import transition
from otio_autoedit.models.transnet import find_transnet_weights
from otio_autoedit.models.weight_files import find_weights
from otio_autoedit.options import read_options

if TYPE_CHECKING:
    from otio_autoedit.models.shots import ShotDetector
    from otio_autoedit.models.transnet import TransNetDetector


class ShotNetwork:
    """What is to find the shots of a file, and, once it did, what it was and where it ran."""

    def __init__(self, name: str | None, wanted: str, threshold: float | None) -> None:
        """Args: ``SHOT_NETWORK``'s value, a device, least confidence; None for the default.

        Raises:
            OptionError: there is no network of that name.
        """
        asked = {SHOT_NETWORK.name: name}
        self._name = str(read_options(asked, [SHOT_NETWORK], where="")[SHOT_NETWORK.name])
        self._wanted = wanted
        self._threshold = threshold
        self._made_by: dict[str, object] = {}
        self._device = ""
        self._failed = ""

    def key(self) -> str:
        """Returns the key of the stage: by name, weights and threshold.

        Raises:
            MissingExtraError: the network comes in a package that is not here.
            WeightsError: its weights are missing.
        """
        path = find_transnet_weights() if self._name == "transnetv2" else find_weights("shots")
        weights = hashlib.sha256(path.read_bytes()).hexdigest()
        return stage_key(SHOTS, network=self._name, weights=weights, threshold=self._threshold)

    def detector(self) -> ShotDetector | TransNetDetector:
        """Returns the network, ready for a film."""
        device = self._choose()
        self._device = device.name
        detector: ShotDetector | TransNetDetector
        if self._name == "transnetv2":
            from otio_autoedit.models.transnet import TransNetDetector

            detector = TransNetDetector(device=device.name, threshold=self._threshold)
        else:
            from otio_autoedit.models.shots import ShotDetector

            detector = ShotDetector(device=device.name, threshold=self._threshold)
        why = self._failed or device.why
        self._made_by = {**detector.made_by, "device": device.name, "device_why": why}
        return detector

    def fall_back(self, error: RuntimeError) -> bool:
        """Returns whether to try the processor: where nobody asked for a device by name."""
        if self._wanted != "auto" or self._device in ("", "cpu"):
            return False
        text = " ".join(str(error).split())[:200] or type(error).__name__
        self._failed = f"{self._device} failed: {text}"
        return True

    def stage(self, found: transition.Shots) -> Shots:
        """Returns what the network ``found`` as a stage that says who made it."""
        made_by: Mapping[str, object] = self._made_by or {
            "network": None,
            "why": "no moving pictures",
        }
        jump_cuts = None if self._name == "transnetv2" else found.jump_cuts
        return Shots(found.transitions, jump_cuts, MappingProxyType(made_by))

    def _choose(self) -> Device:
        device = choose_device("cpu" if self._failed else self._wanted)
        if self._name == "transnetv2" and self._wanted == "auto" and device.name == "mps":
            return replace(device, name="cpu", why="TransNetV2 is not exact on Apple graphics")
        return device
