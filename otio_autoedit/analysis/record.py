"""The `Analysis`: everything the networks and measures found in one file, as plain data."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from otio_autoedit.media.info import FrameIndex, MediaInfo
from otio_autoedit.models.transition import JumpCut, Transition

__all__ = [
    "Analysis",
    "Curve",
    "Features",
    "FrameIndex",
    "JumpCut",
    "Masks",
    "MediaInfo",
    "Track",
    "Transition",
]

TOGETHER = 64  # samples compressed as one piece


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A measure over time: ``values`` float32 ``[n]``, ``rate`` samples a second, the first at
    ``start`` seconds after the first picture."""

    unit: str
    rate: float
    start: float
    values: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One thing followed over time, within one shot.

    Attributes:
        id: from 1, its own within a file.
        label: what it is: "person", "ball".
        frames: int64 ``[n]``: every source frame from its first to its last.
        boxes: float32 ``[n, 4]``: x0, y0, x1, y1 in 0..1 of the displayed picture.
        confidence: float32 ``[n]`` in 0..1.
    """

    id: int
    label: str
    frames: npt.NDArray[np.int64]
    boxes: npt.NDArray[np.float32]
    confidence: npt.NDArray[np.float32]

    @property
    def start(self) -> int:
        """The first source frame."""
        return int(self.frames[0])

    @property
    def stop(self) -> int:
        """The source frame after the last."""
        return int(self.frames[-1]) + 1


@dataclass(frozen=True, slots=True, eq=False)
class Masks:
    """Sampled mattes of one kind of thing, held compressed: a two-hour film has 300 MB of them.

    Attributes:
        label: "person", "vehicle", "foreground".
        frames: int64 ``[n]``: the source frames sampled, rising.
        size: (width, height) of a matte, which covers the displayed picture whole.
        packed: pieces of `TOGETHER` samples each, zlib over uint8 ``[n, height, width]``.
        file: where they were written to; "" for nowhere.
    """

    label: str
    frames: npt.NDArray[np.int64]
    size: tuple[int, int]
    packed: tuple[bytes, ...]
    file: str = ""

    @classmethod
    def of(cls, label: str, frames: npt.NDArray[np.int64], values: npt.NDArray[np.uint8]) -> Masks:
        """Returns the mattes ``values`` ``[n, h, w]`` (0..255 is a probability of 0..1)."""
        height, width = values.shape[1:]
        pieces = range(0, len(values), TOGETHER)
        packed = tuple(packed_mattes(values[at : at + TOGETHER]) for at in pieces)
        return cls(label, frames, (width, height), packed)

    @property
    def values(self) -> npt.NDArray[np.uint8]:
        """All of them, ``[n, height, width]``: a lot of memory for a long film."""
        return self.part(0, len(self.frames))

    def part(self, start: int, stop: int) -> npt.NDArray[np.uint8]:
        """Returns the mattes of samples ``[start, stop)``, ``[stop - start, height, width]``.

        Raises:
            ValueError: they are damaged, or not here: an analysis read from JSON has none.
        """
        width, height = self.size
        first, last = start // TOGETHER, -(-stop // TOGETHER)
        pieces = self.packed[first:last]
        if stop <= start:
            return np.zeros((0, height, width), np.uint8)
        if len(pieces) < last - first:
            raise ValueError(f"the masks of {self.label!r} are not here")
        held = np.concatenate([_unpacked(piece, width, height) for piece in pieces])
        return held[start - first * TOGETHER : stop - first * TOGETHER]


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What a network makes of sampled pictures: alike pictures have vectors near each other.

    Attributes:
        frames: int64 ``[n]``: the source frames sampled, rising.
        vectors: float32 ``[n, D]``.
    """

    frames: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]


def packed_mattes(values: npt.NDArray[np.uint8]) -> bytes:
    """Returns uint8 ``[n, h, w]`` compressed, as a piece of `Masks`."""
    return zlib.compress(np.ascontiguousarray(values).tobytes(), 1)


def _unpacked(piece: bytes, width: int, height: int) -> npt.NDArray[np.uint8]:
    most = TOGETHER * width * height
    unpack = zlib.decompressobj()
    try:
        raw = unpack.decompress(piece, most)
    except zlib.error as error:
        raise ValueError(f"damaged masks ({error})") from error
    if not unpack.eof or not most or len(raw) % (width * height):
        raise ValueError("damaged masks")
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width)


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """What is known of one file. Positions are source frames; ``transitions`` is None where shots
    were not asked for; ``jump_cuts`` too, and where the network does not tell them; so are
    ``tracks`` without "objects", ``masks`` without "masks", ``features`` without "features" (and
    where it was read from JSON, which has none). ``made_by`` names each stage's network
    or measure, the hash of its weights, its options.

    Curves, by name: "loudness", "motion", "novelty", "score", "brightness", "contrast", "change",
    "shake", "sharpness", "field", and for each kind of scene "scene_indoor" and so on:
    see docs/analysis-json.md.
    """

    media: MediaInfo
    index: FrameIndex
    transitions: tuple[Transition, ...] | None = None
    jump_cuts: tuple[JumpCut, ...] | None = None
    curves: Mapping[str, Curve] = field(default_factory=lambda: MappingProxyType({}))
    tracks: tuple[Track, ...] | None = None
    masks: tuple[Masks, ...] | None = None
    features: Features | None = None
    made_by: Mapping[str, Mapping[str, object]] = field(
        default_factory=lambda: MappingProxyType({})
    )
