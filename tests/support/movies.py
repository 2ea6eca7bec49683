"""Test movies whose frames carry their number, and the readers that get the numbers back.

``coded_movie`` and ``shots_movie`` write; ``read_numbers``, ``read_tones``, ``read_clicks`` read
any file that plays such pictures and sound, a render by another program too.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from tests.support import coded
from tests.support.coded import SAMPLE_RATE, Code

FilePath = str | os.PathLike[str]

_ENCODERS = {
    "h264": ("libx264", "yuv420p", {"crf": "16", "preset": "veryfast", "threads": "1"}),
    "h264-444": ("libx264", "yuv444p", {"crf": "16", "preset": "veryfast", "threads": "1"}),
    "h265": ("libx265", "yuv420p", {"preset": "ultrafast", "x265-params": "log-level=0:pools=1"}),
    "ffv1": ("ffv1", "yuv444p", {}),
    "mpeg4": ("mpeg4", "yuv420p", {"qscale": "2"}),
    "mpeg2": ("mpeg2video", "yuv420p", {"qscale": "2"}),
    "mjpeg": ("mjpeg", "yuvj420p", {"qscale": "2"}),
    "vp8": ("libvpx", "yuv420p", {"deadline": "realtime", "cpu-used": "8", "b:v": "4M"}),
    "vp9": ("libvpx-vp9", "yuv420p", {"deadline": "realtime", "cpu-used": "8", "b:v": "4M"}),
    "wmv2": ("wmv2", "yuv420p", {"qscale": "2"}),
    "flv1": ("flv", "yuv420p", {"qscale": "2"}),
    "gif": ("gif", "rgb8", {}),
}
_AUDIO_ENCODERS = {
    ".mkv": "pcm_s16le", ".mov": "pcm_s16le", ".avi": "pcm_s16le", ".mxf": "pcm_s16le",
    ".webm": "libopus", ".ogv": "libopus", ".wmv": "mp2", ".mpg": "mp2", ".mpeg": "mp2",
    ".ts": "aac", ".m2ts": "aac", ".flv": "aac",
}  # fmt: skip


Shot = tuple[int, int, int]
"""A run of coded frames: source tag, first number, how many."""


def coded_movie(
    path: FilePath,
    *,
    rate: Fraction = Fraction(25),
    frames: int = 200,
    size: tuple[int, int] = (640, 360),
    codec: str = "h264",
    timecode: str | None = None,
    tag: int = 0,
    first: int = 0,
    sound: bool = True,
    audio: Sequence[str] = ("mono",),
    pts: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    gop: int = 12,
    b_frames: int = 2,
    options: Mapping[str, str] | None = None,
    container_options: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
    sample_aspect: Fraction | None = None,
    format: str | None = None,
) -> Path:
    """One source, numbered from ``first``. Drop-frame timecode is written with ``;`` (01:00:00;00).

    ``audio`` names the layout of each sound stream (each carries the same sound in every channel);
    ``pts`` places the pictures by hand, in units of ``time_base`` (variable rate, late start).
    """
    return shots_movie(
        path, [(tag, first, frames)], rate=rate, size=size, codec=codec, timecode=timecode,
        sound=sound, audio=audio, pts=pts, time_base=time_base, gop=gop, b_frames=b_frames,
        options=options, container_options=container_options, metadata=metadata,
        sample_aspect=sample_aspect, format=format,
    )  # fmt: skip


def shots_movie(
    path: FilePath,
    shots: Sequence[Shot],
    *,
    rate: Fraction = Fraction(25),
    size: tuple[int, int] = (640, 360),
    codec: str = "h264",
    timecode: str | None = None,
    sound: bool = True,
    audio: Sequence[str] = ("mono",),
    pts: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    gop: int = 12,
    b_frames: int = 2,
    options: Mapping[str, str] | None = None,
    container_options: Mapping[str, str] | None = None,
    metadata: Mapping[str, str] | None = None,
    sample_aspect: Fraction | None = None,
    format: str | None = None,
) -> Path:
    """Several shots, cut hard one after the other; settings as in `coded_movie`.

    Unequal tags look unlike enough for any shot detector to find the cuts.
    """
    target = Path(path)
    rate, base = Fraction(rate), time_base or 1 / Fraction(rate)
    codes = [(first + i, tag) for tag, first, count in shots for i in range(count)]
    times = list(pts) if pts is not None else [round(i / rate / base) for i in range(len(codes))]
    last = times[-1] - times[-2] if len(times) > 1 else round(1 / rate / base)
    times.append(times[-1] + last)
    with av.open(
        str(target), "w", format=format or _FORMATS.get(target.suffix.lower()),
        container_options=dict(container_options or {}),
    ) as box:  # fmt: skip
        box.metadata.update(metadata or {})
        video = _add_video(box, codec, rate, base, size, gop, b_frames, options or {})
        if timecode:
            video.metadata["timecode"] = timecode
        if sample_aspect:
            video.codec_context.sample_aspect_ratio = sample_aspect
        speakers = [_Speaker(box, target.suffix.lower(), layout) for layout in audio if sound]
        for i, code in enumerate(codes):
            frame = av.VideoFrame.from_ndarray(coded.picture(*code, *size), format="rgb24")
            frame = _reformat(frame, video.pix_fmt)
            frame.pts, frame.time_base = times[i], base
            box.mux(video.encode(frame))
            span = ((times[i] - times[0]) * base, (times[i + 1] - times[0]) * base)
            for speaker in speakers:
                speaker.say(coded.sound(code[0], *span, rate))
        box.mux(video.encode())
        for speaker in speakers:
            speaker.finish()
    return target


def read_numbers(path: FilePath) -> list[Code | None]:
    """(number, tag) of every frame of a file, None where there is no code (a blend, black)."""
    return [coded.read_code(luma) for luma in read_lumas(path)]


def read_lumas(path: FilePath) -> Iterator[npt.NDArray[np.float32]]:
    """Every picture of a file, as luma ``[H, W]``, 0..255."""
    with av.open(f"file:{Path(path).absolute()}") as box:
        video = box.streams.video[0]
        video.thread_type = "AUTO"
        for frame in box.decode(video):
            yield _reformat(frame, "gray").to_ndarray().astype(np.float32)


def read_tones(
    path: FilePath, rate: Fraction, count: int | None = None, stream: int = 0
) -> list[int | None]:
    """For each frame of a file at ``rate``: the number (mod 64) heard in its middle, or None."""
    samples, start = read_samples(path, stream)
    if count is None:
        count = int((len(samples) / SAMPLE_RATE + start) * Fraction(rate))
    return coded.tones(samples, Fraction(rate), start, count)


def read_clicks(path: FilePath, stream: int = 0) -> list[float]:
    """Seconds after the first picture at which clicks begin, one for each second of numbers."""
    samples, start = read_samples(path, stream)
    return coded.clicks(samples, start)


def read_samples(path: FilePath, stream: int = 0) -> tuple[npt.NDArray[np.float32], Fraction]:
    """The first channel at 48 kHz, and the time of its first sample after the first picture."""
    with av.open(f"file:{Path(path).absolute()}") as box:
        if len(box.streams.audio) <= stream:
            return np.zeros(0, np.float32), Fraction(0)
        picture = Fraction(0)
        if box.streams.video and box.streams.video[0].start_time is not None:
            video = box.streams.video[0]
            picture = video.start_time * _exact(video.time_base)
        resampler = av.AudioResampler("fltp", None, SAMPLE_RATE)
        parts: list[npt.NDArray[np.float32]] = []
        start: Fraction | None = None
        for frame in box.decode(box.streams.audio[stream]):
            if start is None and frame.pts is not None:
                start = frame.pts * _exact(frame.time_base)
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
        parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
    joined = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    return joined, (start or Fraction(0)) - picture


class _Speaker:
    """One sound stream being written."""

    def __init__(self, box: av.container.OutputContainer, suffix: str, layout: str) -> None:
        self.box = box
        self.stream = box.add_stream(_AUDIO_ENCODERS.get(suffix, "aac"), rate=SAMPLE_RATE)
        self.stream.codec_context.layout = layout
        self.layout, self.position = layout, 0
        context = self.stream.codec_context
        self.channels = len(context.layout.channels)
        self.resampler = av.AudioResampler(context.format.name, layout, SAMPLE_RATE)

    def say(self, samples: npt.NDArray[np.float32]) -> None:
        planes = np.repeat(samples[None], self.channels, 0)
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=self.layout)
        frame.sample_rate, frame.pts = SAMPLE_RATE, self.position
        frame.time_base = Fraction(1, SAMPLE_RATE)
        self.position += len(samples)
        for part in self.resampler.resample(frame):
            self.box.mux(self.stream.encode(part))

    def finish(self) -> None:
        self.box.mux(self.stream.encode())


_FORMATS = {".m2ts": "mpegts", ".mts": "mpegts", ".mpg": "mpeg", ".ogv": "ogg", ".wmv": "asf"}


def _add_video(
    box: av.container.OutputContainer, codec: str, rate: Fraction, base: Fraction,
    size: tuple[int, int], gop: int, b_frames: int, options: Mapping[str, str],
) -> av.VideoStream:  # fmt: skip
    name, pixels, settings = _ENCODERS[codec]
    settings = dict(settings)
    if name == "libx264":
        settings |= {"g": str(gop), "bf": str(b_frames)}
    stream = box.add_stream(name, rate=rate)
    stream.width, stream.height = size
    settings |= options
    stream.pix_fmt = settings.pop("pix_fmt", pixels)
    context = stream.codec_context
    context.time_base = base
    if name in ("ffv1", "mjpeg"):
        context.gop_size = 1
    elif name not in ("libx264", "gif"):
        context.gop_size = gop
    stream.options = settings
    return stream


def _reformat(frame: av.VideoFrame, pixels: str) -> av.VideoFrame:
    try:  # PyAV 16 and later start a pool of threads a frame where not told otherwise
        return frame.reformat(format=pixels, threads=1)
    except TypeError:
        return frame.reformat(format=pixels)


def _exact(value: object) -> Fraction:
    return Fraction(value.numerator, value.denominator)  # type: ignore[attr-defined]
