"""What is known of a media file: plain records, free of PyAV, so that every room may hold them."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

import numpy as np
import numpy.typing as npt

Kind = Literal["video", "audio", "still"]


@dataclass(frozen=True, slots=True)
class AudioStream:
    """One sound stream. ``start`` and ``duration`` are seconds; ``start`` counts from the first
    picture (from the stream's own first sample where there is no picture) and may be negative."""

    number: int  # 0-based among the file's audio streams
    codec: str
    sample_rate: int
    channels: int
    layout: str
    start: Fraction
    duration: Fraction
    language: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class MediaInfo:
    """A media file as an editor sees it.

    ``edit_rate`` is exact (24000/1001). ``frame_count`` counts source frames, each once, in
    presentation order; ``duration_frames`` is the length at the edit rate: the same number, unless
    ``variable_rate``. For ``kind`` "audio" there are no pictures: ``frame_count`` is 0 and
    ``duration_frames`` is the sound's length at the edit rate. A "still" has one frame.
    """

    path: str
    fingerprint: str
    kind: Kind
    container: str
    codec: str
    edit_rate: Fraction
    frame_count: int
    duration_frames: int
    variable_rate: bool = False
    start_timecode: str = ""  # "01:00:00:00", drop-frame "01:00:00;00", "" where the file has none
    start_frame: int = 0  # the same, in frames at the edit rate
    reel: str = ""
    recorded: str = ""  # when: "2026-07-01T10:00:00.000Z", "" where the file does not say
    size: tuple[int, int] = (0, 0)  # as stored, before rotation and sample aspect
    sample_aspect: Fraction = Fraction(1)
    rotation: int = (
        0  # degrees clockwise that the stored picture is turned for display: 0 90 180 270
    )
    field_order: Literal["progressive", "top", "bottom"] = "progressive"
    pixel_format: str = ""
    color_primaries: str = ""
    color_transfer: str = ""
    color_matrix: str = ""
    color_range: str = ""
    audio: tuple[AudioStream, ...] = ()
    notes: tuple[str, ...] = ()  # every repair and guess, said in plain words

    @property
    def display_size(self) -> tuple[int, int]:
        """Width and height in square pixels, turned upright."""
        w, h = self.size
        w = round(w * self.sample_aspect)
        return (h, w) if self.rotation in (90, 270) else (w, h)

    @property
    def hdr(self) -> bool:
        """True where the transfer is PQ or HLG."""
        return self.color_transfer in ("smpte2084", "arib-std-b67")


@dataclass(frozen=True, slots=True, eq=False)
class FrameIndex:
    """Where each source frame lies: ``pts`` int64 ``[frame_count]``, strictly increasing, in units
    of ``time_base`` seconds, 0 at the first picture; ``keys``: frames a decoder can start at.
    """

    pts: npt.NDArray[np.int64]
    time_base: Fraction
    edit_rate: Fraction
    variable_rate: bool
    keys: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    end: int = 0  # when the last picture leaves the screen; 0 where the file does not say
