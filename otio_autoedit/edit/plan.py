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
    kind: str  # "dissolve", "fade", "wipe", "jump_cut", or a recipe's own word
    name: str
    comment: str = ""
    confidence: float | None = None
    numbers: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Join:
    """How piece ``before`` passes into the next one; -1 is the timeline's head, and the last
    piece's is its end. Lengths are frames of the plan's rate.

    Attributes:
        before: index into `EditPlan.pieces`.
        kind: "cut", or "dissolve" (at the head and the end: a fade from and to black).
        head: frames of the dissolve before the cut, which the next piece needs before its start.
        tail: frames after the cut, which this piece needs after its stop.
        sound_head: frames of the sound's crossfade before its cut.
        sound_tail: frames of it after its cut.
        sound_offset: how much later than the picture the sound cuts: below 0 is a J cut, above an
            L cut.
    """

    before: int
    kind: Literal["cut", "dissolve"] = "cut"
    head: int = 0
    tail: int = 0
    sound_head: int = 0
    sound_tail: int = 0
    sound_offset: int = 0


@dataclass(frozen=True, slots=True)
class CropKey:
    """Where the camera stands at ``frame`` (of the plan's rate, from the piece's first): the centre
    of the crop in 0..1 of the source's displayed picture, and its width as a share of that."""

    frame: int
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Framing:
    """A piece's camera path in another aspect: keys rising, the first at frame 0, linear between;
    the crop has the aspect of `EditPlan.size`. ``follows`` says what it holds: "person 3"."""

    piece: int
    keys: tuple[CropKey, ...]
    follows: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class EditPlan:
    """A decided edit. ``rate`` is the timeline's, ``size`` its display size in pixels; ``audio``
    says whether each piece carries its own linked sound or none. ``alternates`` are the best pieces
    left out, best first; ``notes`` say for people what could not be as asked."""

    name: str
    sources: tuple[Source, ...]
    pieces: tuple[Piece, ...]
    rate: Fraction
    size: tuple[int, int]
    marks: tuple[Mark, ...] = ()
    alternates: tuple[Piece, ...] = ()
    joins: tuple[Join, ...] = ()
    framing: tuple[Framing, ...] = ()
    audio: Literal["linked", "none"] = "linked"
    recipe: str = ""
    start_timecode: str = ""  # of the timeline's first frame; "" for 00:00:00:00
    notes: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
