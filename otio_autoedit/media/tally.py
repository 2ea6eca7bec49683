"""What a pass over a file learns: where each picture lies, how long each sound lasts."""

from __future__ import annotations

from array import array
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from otio_autoedit.media.cadence import find_cadence, plural
from otio_autoedit.media.demux import Trouble
from otio_autoedit.media.headers import Headers, sound_frames
from otio_autoedit.media.info import AudioStream, FrameIndex, MediaInfo
from otio_autoedit.media.start_timecode import with_start_frame
from otio_autoedit.media.timing import duration_frames, seconds


class PictureTally:
    """Numbers the pictures and mends their times, so that each comes after the one before."""

    def __init__(self, headers: Headers) -> None:
        self._headers = headers
        self._pts = array("q")
        self._keys = array("q")
        self._last = -1
        self._origin: int | None = None
        self._step = max(1, round(1 / (headers.info.edit_rate * headers.time_base)))
        self._end = 0
        self._mended = self._jumps = 0
        self.undecodable = 0
        self.trouble = Trouble()

    @property
    def count(self) -> int:
        return len(self._pts)

    def place(self, frame: Any) -> int:
        """The time of the next picture, in ticks after the first."""
        pts: int | None = frame.pts
        if self._origin is None:
            self._origin = pts if pts is not None else 0
        if pts is None:
            pts = self._last + self._step if self._pts else 0
            self._mended += 1
        else:
            pts -= self._origin
            if pts <= self._last:
                pts = self._mend(pts)
        if frame.key_frame:
            self._keys.append(len(self._pts))
        self._pts.append(pts)
        self._last = pts
        return pts

    def see(self, packet: Any) -> None:
        """Learns from a packet when its picture leaves the screen."""
        if packet.pts is not None and packet.duration and not packet.is_discard:
            self._end = max(self._end, packet.pts + packet.duration)

    def finish(self) -> tuple[MediaInfo, FrameIndex]:
        """The exact record and index, after the last picture."""
        headers = self._headers
        pts = np.frombuffer(self._pts, np.int64) if self._pts else np.zeros(0, np.int64)
        cadence = find_cadence(pts, headers.time_base, headers.stated_rates)
        end = self._end - (self._origin or 0)
        index = FrameIndex(
            pts=pts,
            time_base=headers.time_base,
            edit_rate=cadence.edit_rate,
            variable_rate=cadence.variable,
            keys=np.frombuffer(self._keys, np.int64) if self._keys else np.zeros(0, np.int64),
            end=end if self._last < end and not self._jumps else 0,
        )
        kept = [note for note in headers.info.notes if not note.startswith("frame rate ")]
        info = replace(
            headers.info,
            edit_rate=cadence.edit_rate,
            frame_count=len(pts),
            duration_frames=duration_frames(index),
            variable_rate=cadence.variable,
            notes=(
                *kept,
                *([cadence.note] if cadence.note else []),
                *self._notes(seconds(index, len(pts))),
            ),
        )
        return with_start_frame(info), index

    def _mend(self, pts: int) -> int:
        """A time that does not come after the one before: a clock that started again, or a slip."""
        assert self._origin is not None
        if self._last - pts > 25 * self._step:
            self._jumps += 1
            self._origin -= self._last + self._step - pts
            return self._last + self._step
        self._mended += 1
        return self._last + 1

    def _notes(self, held: Fraction) -> list[str]:
        notes: list[str] = []
        promised = self._headers.length
        if self.undecodable:
            frames = plural(self.undecodable, "frame")
            notes.append(f"{frames} could not be decoded: the one before is held")
        if self.trouble.passed:
            places = plural(self.trouble.passed, "place")
            notes.append(f"{places} of the file could not be read: passed over")
        if self.trouble.broke_off:
            why = self.trouble.broke_off
            notes.append(f"reading broke off after frame {self.count - 1} ({why})")
        elif promised - held > max(Fraction(1, 2), promised / 50):
            notes.append(
                f"the pictures end at {float(held):.1f} s "
                f"of the {float(promised):.1f} s that the file promises"
            )
        if self._mended:
            frames = plural(self._mended, "frame")
            notes.append(f"{frames} with no time, or one out of order: placed after the one before")
        if self._jumps:
            times = plural(self._jumps, "time")
            notes.append(f"the clock jumps back {times}: the parts follow each other")
        return notes


class SoundTally:
    """Measures the sound streams that are decoded."""

    def __init__(self, streams: tuple[AudioStream, ...]) -> None:
        self._samples = {stream.number: 0 for stream in streams}
        self.undecodable = 0

    def hear(self, number: int, frame: Any) -> None:
        self._samples[number] += frame.samples

    def finish(self, info: MediaInfo) -> MediaInfo:
        """``info`` with durations counted where the headers had none, or guessed."""
        sounds = tuple(
            replace(sound, duration=self._heard(sound))
            if sound.number in self._samples and (info.kind == "audio" or not sound.duration)
            else sound
            for sound in info.audio
        )
        notes = info.notes
        if self.undecodable:
            pieces = plural(self.undecodable, "piece")
            notes = (*notes, f"{pieces} of sound could not be decoded")
        info = replace(info, audio=sounds, notes=notes)
        if info.kind == "audio":
            length = max(sound.duration for sound in sounds)
            info = replace(info, duration_frames=sound_frames(length, info.edit_rate))
        return info

    def _heard(self, sound: AudioStream) -> Fraction:
        return Fraction(self._samples[sound.number], sound.sample_rate)


def empty_index(info: MediaInfo) -> FrameIndex:
    """The index of a file without pictures."""
    return FrameIndex(np.zeros(0, np.int64), Fraction(1), info.edit_rate, variable_rate=False)
