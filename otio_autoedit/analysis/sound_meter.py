"""The frames of a sound stream, laid on a grid that stays in step where a recording has holes."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.sound_frames import (
    RATE,
    FrameMeter,
    Frames,
    joined,
    no_frames,
    without_first,
)

if TYPE_CHECKING:
    import av

_JUMP_S = 0.05  # a hole or an overlap longer than this is real, not a rounded time stamp
_LONGEST_JUMP_S = 24 * 3600.0  # a time stamp further off is broken, and is not believed
_MOST_STRETCHES = 10_000


class SpeechMeter(Protocol):
    """Tells speech in one stretch of sound."""

    def push(self, samples: npt.NDArray[np.float32]) -> None:
        """Takes the next samples in -1..1, float32 ``[channels, n]``."""

    def finish(self, count: int) -> npt.NDArray[np.float32]:
        """Returns the probability of speech in each of ``count`` frames."""


class SoundMeter:
    """Takes the frames of one sound stream in order, of any rate, layout and sample format, which
    may change on the way; gives the measures of each 20 ms."""

    def __init__(self, network: Callable[[int], SpeechMeter] | None = None) -> None:
        """Args: ``network`` makes what tells speech in a stretch of sound of a sample rate."""
        self._network = network
        self._stretch: _Stretch | None = None
        self._stretches = 0
        self._first: float | None = None
        self._parts: list[Frames] = []
        self._count = 0  # frames in `_parts`

    def push(self, frame: av.AudioFrame) -> None:
        """Hears one frame, and leaves it as it is."""
        time = _time(frame)
        if self._first is None:
            self._first = time or 0.0
        if self._stretch is None or not self._continues(self._stretch, frame, time):
            start = self._start(time)
            self._keep()
            self._stretches += 1
            self._stretch = _Stretch(frame, start, self._network)
        self._stretch.push(samples_of(frame))

    def finish(self) -> Frames:
        """Returns what was heard, silence where there is a hole; the first from the first sample
        on."""
        self._keep()
        return joined(self._parts)

    def _continues(self, stretch: _Stretch, frame: av.AudioFrame, time: float | None) -> bool:
        if _format(frame) != stretch.format:
            return False
        known = time is not None and self._stretches <= _MOST_STRETCHES  # else a clock gone wild
        return not known or abs(float(time or 0) - stretch.end) <= _JUMP_S

    def _start(self, time: float | None) -> float:
        """Returns when a stretch begins that is not the last one going on."""
        if self._stretch is None:
            return self._first or 0.0
        if time is None or abs(time - self._stretch.end) > _LONGEST_JUMP_S:
            return self._stretch.end
        return time

    def _keep(self) -> None:
        """Puts the stretch that ends where it belongs; what overlaps is heard once."""
        if self._stretch is None:
            return
        heard = self._stretch.finish()
        at = round((self._stretch.start - (self._first or 0.0)) * RATE)
        if at > self._count:
            self._add(no_frames(at - self._count))
        self._add(without_first(self._count - at, heard))
        self._stretch = None

    def _add(self, frames: Frames) -> None:
        self._parts.append(frames)
        self._count += len(frames.level)


class _Stretch:
    """Sound without a hole and of one format."""

    def __init__(
        self, first: av.AudioFrame, start: float, network: Callable[[int], SpeechMeter] | None
    ) -> None:
        self.start = start
        self.format = _format(first)
        self._meter = FrameMeter(first.sample_rate, self.format[1])
        self._network = network(first.sample_rate) if network is not None else None

    @property
    def end(self) -> float:
        return self.start + self._meter.samples / self.format[0]

    def push(self, samples: npt.NDArray[np.float32]) -> None:
        self._meter.push(samples)
        if self._network is not None:
            self._network.push(samples)

    def finish(self) -> Frames:
        frames = self._meter.finish()
        if self._network is None:
            return frames
        spoken = np.round(self._network.finish(len(frames.level)) * 255)
        return frames._replace(spoken=spoken.astype(np.uint8))


def samples_of(frame: av.AudioFrame) -> npt.NDArray[np.float32]:
    """Returns a frame's samples in -1..1, float32 ``[channels, n]``."""
    channels = frame.layout.nb_channels
    values: npt.NDArray[Any] = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(-1, channels).T
    if values.dtype == np.uint8:
        samples = (values.astype(np.float32) - 128) / 128
    elif values.dtype.kind == "i":
        samples = values / float(-np.iinfo(values.dtype).min)
    else:
        samples = np.clip(np.nan_to_num(values), -64, 64)
    result: npt.NDArray[np.float32] = samples.astype(np.float32, copy=False)
    return result


def start_of(audio_start: Fraction | float) -> float:
    """Returns when the middle of the first frame is, for a stream that starts then."""
    return float(audio_start) + 0.5 / RATE


def _format(frame: av.AudioFrame) -> tuple[int, int, str]:
    return frame.sample_rate, frame.layout.nb_channels, frame.format.name


def _time(frame: av.AudioFrame) -> float | None:
    if frame.pts is None or not frame.time_base:
        return None
    return float(frame.pts * frame.time_base)
