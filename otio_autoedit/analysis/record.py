"""The `Analysis`: everything the networks and measures found in one file, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from otio_autoedit.media.info import FrameIndex, MediaInfo
from otio_autoedit.models.transition import JumpCut, Transition

__all__ = ["Analysis", "Curve", "FrameIndex", "JumpCut", "MediaInfo", "Transition"]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A measure over time: ``values`` float32 ``[n]``, ``rate`` samples a second, the first at
    ``start`` seconds after the first picture."""

    unit: str
    rate: float
    start: float
    values: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What is known of one file. Positions are source frames; ``transitions`` is None where shots
    were not asked for; ``jump_cuts`` too, and where the network does not tell them. ``made_by``
    names each stage's network or measure, the hash of its weights, its options."""

    media: MediaInfo
    index: FrameIndex
    transitions: tuple[Transition, ...] | None = None
    jump_cuts: tuple[JumpCut, ...] | None = None
    curves: Mapping[str, Curve] = field(default_factory=lambda: MappingProxyType({}))
    made_by: Mapping[str, Mapping[str, object]] = field(
        default_factory=lambda: MappingProxyType({})
    )
