"""The `EditPlan`: which pieces, in what order. Decided here, laid out by `timeline`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from types import MappingProxyType
from typing import Literal

from otio_autoedit.media.info import FrameIndex, MediaInfo


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A file that a plan draws from. Of a sound or a still, which have no frames to count, the span
    ``[0, media.duration_frames)`` is the whole; a still's lasts as long as the plan shows it."""

    media: MediaInfo
    index: FrameIndex
    label: str = ""  # what its clips are called after; no two sources of a plan have one label


@dataclass(frozen=True, slots=True)
class Piece:
    """A span ``[start, stop)`` of source frames that plays, and why. ``clean`` is the part of it
    free of any transition baked into the footage: what may be re-cut without showing one."""

    source: int  # index into EditPlan.sources
    start: int
    stop: int
    name: str = ""
    score: float | None = None
    reason: str = ""
    clean: tuple[int, int] | None = None
    signals: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Mark:
    """A marker on the source span ``[start, stop)``, shown wherever the edit plays it."""

    source: int
    start: int
    stop: int
    kind: str  # "dissolve", "fade", "wipe", "jump_cut"
    name: str
    comment: str = ""
    confidence: float | None = None
    numbers: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True, eq=False)
class EditPlan:
    """A decided edit. ``rate`` is the timeline's, ``size`` its display size in pixels; ``audio``
    says whether each piece carries its own linked sound or none."""

    name: str
    sources: tuple[Source, ...]
    pieces: tuple[Piece, ...]
    rate: Fraction
    size: tuple[int, int]
    marks: tuple[Mark, ...] = ()
    audio: Literal["linked", "none"] = "linked"
    recipe: str = ""
    start_timecode: str = ""  # of the timeline's first frame; "" for 00:00:00:00
    options: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
