"""What signals are read from: one file, with its frames as the timeline counts them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.record import Analysis, Track
from otio_autoedit.edit.believed import Believed
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.signal import Values
from otio_autoedit.edit.signals.believed_tracks import believed_parts
from otio_autoedit.edit.signals.labels import LABELS
from otio_autoedit.edit.transcript import Transcript
from otio_autoedit.edit.zones import Zone
from otio_autoedit.errors import OptionError, did_you_mean
from otio_autoedit.media import timing

_DOUBTED_S = 1.5  # unsure detections carry a thing over no longer a gap


@dataclass(frozen=True, eq=False)
class View:
    """An analysed file and what a person said of it; ``believed`` are the transitions in force."""

    analysis: Analysis
    clock: Clock
    believed: Sequence[Believed] = ()
    transcript: Transcript | None = None
    zones: Mapping[str, Zone] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def rate(self) -> Fraction:
        """Frames a second, of the timeline."""
        return self.clock.rate

    @cached_property
    def length(self) -> int:
        """The file's length in frames of the timeline."""
        return self.clock.length

    @property
    def is_still(self) -> bool:
        """Whether one picture stands for the whole length."""
        return self.clock.source.media.kind == "still"

    @property
    def source_length(self) -> int:
        """How many source frames have a place in `per_frame`."""
        return self.clock.source.media.frame_count

    @cached_property
    def middles(self) -> npt.NDArray[np.float64]:
        """The middle of each frame, seconds from the file's head."""
        return np.asarray((np.arange(self.length) + 0.5) / float(self.rate), np.float64)

    @cached_property
    def shown(self) -> npt.NDArray[np.int64]:
        """The source frame on screen at each frame, as `Clock.source_frame` says it; a still's is
        its only one."""
        source, media = self.clock.source, self.clock.source.media
        frames = np.arange(self.length, dtype=np.int64)
        if media.kind != "video":
            return np.zeros_like(frames)
        if media.variable_rate:
            scale = source.index.time_base * self.rate
            starts = timing.round_positions(source.index.pts, scale)
            found = np.searchsorted(starts, frames, side="right") - 1
            return np.clip(found, 0, media.frame_count - 1).astype(np.int64)
        ratio = media.edit_rate / self.rate
        at = frames * ratio.numerator // ratio.denominator
        return np.minimum(at, max(media.frame_count - 1, 0))

    def per_frame(self, by_source: Values) -> Values:
        """Values of source frames ``[source_length]`` as they show on the timeline."""
        if not len(by_source):
            return self.unknown()
        return by_source[self.shown]

    def unknown(self) -> Values:
        """Not a number, everywhere."""
        return np.full(self.length, np.nan, np.float32)

    def tracks_of(self, label: str) -> tuple[Track, ...] | None:
        """The tracks of one kind of thing within the file; None where none were looked for.

        Raises:
            OptionError: nothing is ever called that.
        """
        tracks = self.analysis.tracks or ()
        if label not in LABELS and all(track.label != label for track in tracks):
            raise OptionError(f"nothing is called {label!r}{did_you_mean(label, LABELS)}")
        if self.analysis.tracks is None or not self.source_length:
            return None
        doubted = max(1, round(_DOUBTED_S * self.analysis.media.edit_rate))
        return tuple(
            part
            for track in self.analysis.tracks
            if track.label == label and track.start >= 0 and track.stop <= self.source_length
            for part in believed_parts(track, doubted)
        )
