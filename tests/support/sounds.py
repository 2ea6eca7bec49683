"""Sound files, and a sound file with a cover picture."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from tests.support import coded
from tests.support.coded import SAMPLE_RATE

_ENCODERS = {".wav": "pcm_s16le", ".mp4": "aac", ".m4a": "aac", ".mp3": "libmp3lame",
             ".flac": "flac", ".mka": "pcm_s16le"}  # fmt: skip


def sound_file(path: Path, *, seconds: float = 2.0, layout: str = "stereo") -> Path:
    """A tone of 440 Hz at -20 dBFS and no picture."""
    with av.open(str(path), "w") as box:
        _write_tone(box, box.add_stream(_ENCODERS[path.suffix], rate=SAMPLE_RATE), seconds, layout)
    return path


def cover_art_file(path: Path, *, seconds: float = 2.0) -> Path:
    """Sound with a picture attached, as albums have it."""
    with av.open(str(path), "w") as box:
        sound = box.add_stream("aac", rate=SAMPLE_RATE)
        cover = box.add_stream("mjpeg", rate=Fraction(1))
        cover.width, cover.height, cover.pix_fmt = 128, 128, "yuvj420p"
        attached = av.stream.Disposition.attached_pic
        try:
            cover.disposition = attached
        except TypeError:  # PyAV 14
            cover.disposition = attached.value
        frame = av.VideoFrame.from_ndarray(coded.picture(0, 0, 128, 128), format="rgb24")
        frame.pts, frame.time_base = 0, Fraction(1)
        pictures = [*cover.encode(frame.reformat(format="yuvj420p")), *cover.encode()]
        _write_tone(box, sound, seconds, "stereo")
        box.mux(pictures)
    return path


def _write_tone(
    box: av.container.OutputContainer, stream: av.AudioStream, seconds: float, layout: str
) -> None:
    context = stream.codec_context
    context.layout = layout
    resampler = av.AudioResampler(context.format.name, layout, SAMPLE_RATE)
    count = int(seconds * SAMPLE_RATE)
    tone = 0.1 * np.sin(2 * np.pi * 440 * np.arange(count) / SAMPLE_RATE).astype(np.float32)
    for start in range(0, count, 1024):
        piece = np.repeat(tone[None, start : start + 1024], len(context.layout.channels), 0)
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
        for part in resampler.resample(frame):
            box.mux(stream.encode(part))
    box.mux(stream.encode())
