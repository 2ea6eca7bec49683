"""Analyses written by hand, where a test wants to know every transition."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from otio_autoedit.analysis.record import Analysis, FrameIndex, JumpCut, MediaInfo, Transition
from otio_autoedit.media import timing
from otio_autoedit.media.info import AudioStream
from otio_autoedit.media.timecode import frames_from_timecode


def change(
    last_before: int, first_after: int, type: str = "", confidence: float = 0.9
) -> Transition:
    """A transition; a cut where the frames are neighbours, else a dissolve unless named."""
    kind = type or ("cut" if first_after == last_before + 1 else "dissolve")
    return Transition(last_before, first_after, kind, confidence)


def sound(
    number: int = 0, *, start: object = 0, duration: object = 10, channels: int = 2
) -> AudioStream:
    """A sound stream of so many seconds."""
    layout = {1: "mono", 2: "stereo", 6: "5.1"}[channels]
    return AudioStream(
        number, "aac", 48000, channels, layout, Fraction(str(start)), Fraction(str(duration))
    )


def film(
    transitions: Sequence[Transition] | None = (),
    *,
    jump_cuts: Sequence[JumpCut] = (),
    frames: int = 250,
    rate: Fraction = Fraction(25),
    path: str = "/rushes/match.mp4",
    start_timecode: str = "",
    audio: Sequence[AudioStream] | None = None,
    pts: Sequence[int] | None = None,
    time_base: Fraction | None = None,
) -> Analysis:
    """A film with those transitions. ``pts`` (from 0, in ``time_base``) make its rate vary. It has
    stereo sound of its own length unless ``audio`` says otherwise."""
    base = time_base or 1 / rate
    places = np.arange(frames) if pts is None else np.array(pts)
    index = FrameIndex(places.astype(np.int64), base, rate, pts is not None)
    length = timing.duration_frames(index)
    start = frames_from_timecode(start_timecode or "00:00:00:00", rate)
    if audio is None:
        audio = (sound(duration=length / rate),)
    media = MediaInfo(
        path=path, fingerprint="f" * 16, kind="video", container="mov,mp4", codec="h264",
        edit_rate=rate, frame_count=len(places), duration_frames=length,
        variable_rate=pts is not None, start_timecode=start_timecode, start_frame=start,
        size=(640, 360), pixel_format="yuv420p", audio=tuple(audio),
    )  # fmt: skip
    if transitions is None:
        return Analysis(media, index)
    return Analysis(media, index, tuple(transitions), tuple(jump_cuts))


def sound_file(
    *audio: AudioStream, path: str = "/rushes/talk.wav", rate: Fraction = Fraction(25)
) -> Analysis:
    """A file of sound alone."""
    streams = audio or (sound(),)
    length = max(round(stream.duration * rate) for stream in streams)
    media = MediaInfo(
        path=path, fingerprint="a" * 16, kind="audio", container="wav", codec="pcm_s16le",
        edit_rate=rate, frame_count=0, duration_frames=length, audio=streams,
    )  # fmt: skip
    return Analysis(media, FrameIndex(np.zeros(0, np.int64), 1 / rate, rate, False))


def still(path: str = "/rushes/title.png") -> Analysis:
    """A picture that does not move."""
    rate = Fraction(25)
    media = MediaInfo(
        path=path, fingerprint="e" * 16, kind="still", container="png_pipe", codec="png",
        edit_rate=rate, frame_count=1, duration_frames=1, size=(800, 600),
    )  # fmt: skip
    return Analysis(media, FrameIndex(np.zeros(1, np.int64), 1 / rate, rate, False))
