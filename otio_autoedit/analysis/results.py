"""What each stage of an analysis found in a file, as the store keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.box_colours import DIMENSIONS
from otio_autoedit.analysis.camera_motion import CameraMotion
from otio_autoedit.analysis.record import (
    Curve,
    FrameIndex,
    JumpCut,
    Masks,
    MediaInfo,
    Track,
    Transition,
)

MadeBy = Mapping[str, object]
Positions = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]
Colours = npt.NDArray[np.uint8]

NO_PICTURES: MadeBy = MappingProxyType({"network": None, "why": "no pictures"})


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """What reading the whole file tells."""

    media: MediaInfo
    frames: FrameIndex


@dataclass(frozen=True, slots=True)
class Shots:
    """The transitions, the jump cuts (None where the network does not tell them), and the network
    that saw them."""

    transitions: tuple[Transition, ...]
    jump_cuts: tuple[JumpCut, ...] | None
    made_by: MadeBy


@dataclass(frozen=True, slots=True, eq=False)
class Loudness:
    """The curve, None for a file without sound, and what measured it."""

    curve: Curve | None
    made_by: MadeBy = field(
        default_factory=lambda: MappingProxyType({"measure": "EBU R 128 momentary", "stream": 0})
    )


@dataclass(frozen=True, slots=True, eq=False)
class Detected:
    """The objects in each sampled frame, before they are followed from one to the next.

    Attributes:
        positions: int64 ``[n]``: the source frames sampled.
        counts: int64 ``[n]``: objects in each; they sum to k.
        boxes: float32 ``[k, 4]``: x0, y0, x1, y1 in 0..1 of the displayed picture.
        classes: int64 ``[k]``: indices into ``labels``.
        scores: float32 ``[k]`` in 0..1.
        labels: what there may be.
        colours: uint8 ``[k, DIMENSIONS]``, see `packed_colours`; or ``[k, 0]``.
        made_by: the network that found them.
    """

    positions: Positions
    counts: Positions
    boxes: Floats
    classes: Positions
    scores: Floats
    labels: tuple[str, ...]
    colours: Colours
    made_by: MadeBy

    @classmethod
    def none(cls, made_by: MadeBy = NO_PICTURES) -> Detected:
        """Returns what is found in a file without pictures."""
        no = np.zeros(0, np.int64)
        none, colours = np.zeros(0, np.float32), np.zeros((0, DIMENSIONS), np.uint8)
        return cls(no, no, none.reshape(0, 4), no, none, (), colours, made_by)


def packed_colours(signatures: Floats) -> Colours:
    """Returns signatures of `box_colours` as bytes: none of their values is above a sixth."""
    return np.round(signatures * (6 * 255)).clip(0, 255).astype(np.uint8)


def colours_of(packed: Colours) -> Floats:
    """Returns the signatures that `packed_colours` was given, nearly."""
    return packed.astype(np.float32) / np.float32(6 * 255)


@dataclass(frozen=True, slots=True, eq=False)
class Mattes:
    """The sampled masks, and the network that drew them."""

    masks: tuple[Masks, ...]
    made_by: MadeBy


@dataclass(frozen=True, slots=True, eq=False)
class Scenes:
    """The probability of each kind of scene in each sampled frame: float32 ``[n, labels]``."""

    positions: Positions
    values: Floats
    labels: tuple[str, ...]
    made_by: MadeBy


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """The features ``f_i`` of each sampled frame, float32 ``[n, D]``, and how far each is from what
    was expected, float32 ``[n]``, 0 or more."""

    positions: Positions
    vectors: Floats
    novelty: Floats
    made_by: MadeBy


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """Numbers by name, each float32 ``[n]``, of the source frames ``positions`` ``[n]``, and what
    measured them."""

    positions: Positions
    values: Mapping[str, Floats]
    made_by: MadeBy

    @classmethod
    def none(cls, made_by: MadeBy) -> Measured:
        """Returns what there is of a file without moving pictures."""
        return cls(np.zeros(0, np.int64), {}, made_by)


@dataclass(frozen=True, slots=True)
class Tracks:
    """Objects followed over time; ``made_by`` names what found them and what followed them."""

    tracks: tuple[Track, ...]
    made_by: MadeBy


@dataclass(frozen=True, slots=True, eq=False)
class Camera:
    """The motion between neighbouring samples, across cuts too, and what measured it."""

    motion: CameraMotion
    made_by: MadeBy


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Curves by name, none for what has no moving pictures, and what they are made of."""

    curves: Mapping[str, Curve]
    made_by: MadeBy
