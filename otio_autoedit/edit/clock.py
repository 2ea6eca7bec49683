"""Where a file's frames lie on a timeline of any rate."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

from otio_autoedit.edit.plan import Source
from otio_autoedit.media import timing
from otio_autoedit.media.info import FrameIndex


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """Counts one file's time in frames of ``rate``.

    The frame that shows at time ``t / rate`` is the one on screen at that time in the file: its
    own frames one by one where ``rate`` is its edit rate, else conformed by time.
    """

    source: Source
    rate: Fraction

    def frame(self, source_frame: int) -> int:
        """The first frame of the timeline's rate, from the file's head, that shows
        ``source_frame`` or a later one; never less for a later source frame."""
        media = self.source.media
        if media.kind != "video":
            return _conformed(source_frame, media.edit_rate, self.rate)
        if source_frame >= media.frame_count:
            return self.length
        if media.variable_rate and self.rate != media.edit_rate:
            return min(timing.edit_frame(self._index, source_frame), self.length)
        edit = timing.edit_frame(self.source.index, source_frame)
        return min(_conformed(edit, media.edit_rate, self.rate), self.length)

    def source_frame(self, frame: int) -> int:
        """The source frame that is on screen at ``frame`` of the timeline's rate."""
        media = self.source.media
        if frame >= self.length:
            return media.frame_count if media.kind == "video" else media.duration_frames
        edit = math.floor(frame * media.edit_rate / self.rate)
        if media.kind != "video":
            return edit
        if media.variable_rate and self.rate != media.edit_rate:
            last = timing.duration_frames(self._index) - 1  # the length is rounded up, this is not
            return timing.source_frame(self._index, min(frame, last))
        return timing.source_frame(self.source.index, edit)

    @property
    def length(self) -> int:
        """The whole file, in frames of the timeline's rate."""
        media = self.source.media
        return _conformed(media.duration_frames, media.edit_rate, self.rate)

    @property
    def start(self) -> int:
        """The file's own start timecode, in frames of the timeline's rate."""
        media = self.source.media
        return math.floor(media.start_frame * self.rate / media.edit_rate + Fraction(1, 2))

    @property
    def _index(self) -> FrameIndex:
        return _at_rate(self.source.index, self.rate)


@lru_cache(maxsize=16)
def _at_rate(index: FrameIndex, rate: Fraction) -> FrameIndex:
    return replace(index, edit_rate=rate)


def _conformed(frames: int, media_rate: Fraction, rate: Fraction) -> int:
    return frames if rate == media_rate else math.ceil(frames * rate / media_rate)
