"""Containers with unusual streams."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av

from tests.support import coded
from tests.support.movies import coded_movie


def with_two_pictures(path: Path) -> Path:
    """A file with two picture streams, of tags 2 and 3."""
    with av.open(str(path), "w") as box:
        streams = [box.add_stream("mpeg4", rate=25) for _ in range(2)]
        for stream, size in zip(streams, ((320, 180), (480, 270)), strict=True):
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
        for number in range(30):
            for tag, stream in enumerate(streams, start=2):
                image = coded.picture(number, tag, stream.width, stream.height)
                frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
                frame.pts, frame.time_base = number, Fraction(1, 25)
                box.mux(stream.encode(frame))
        for stream in streams:
            box.mux(stream.encode())
    return path


def with_attachment(path: Path) -> Path:
    """A Matroska movie with a file attached, as subtitles bring their fonts."""
    coded_movie(path, frames=30, size=(320, 180))
    data = path.read_bytes()
    name, kind, content = b"notes.txt", b"text/plain", b"not a picture"
    file = (
        b"\x46\x6e" + _size(len(name)) + name
        + b"\x46\x60" + _size(len(kind)) + kind
        + b"\x46\x5c" + _size(len(content)) + content
        + b"\x46\xae" + _size(1) + b"\x01"
    )  # fmt: skip
    attached = b"\x61\xa7" + _size(len(file)) + file
    element = b"\x19\x41\xa4\x69" + _size(len(attached)) + attached
    # Before the first cluster; the segment is told that its size is unknown, so nothing else moves.
    cluster = data.index(b"\x1f\x43\xb6\x75")
    segment = data.index(b"\x18\x53\x80\x67") + 4
    unknown = b"\x01" + b"\xff" * 7
    path.write_bytes(
        data[:segment] + unknown + data[segment + 8 : cluster] + element + data[cluster:]
    )
    return path


def with_size_change(path: Path) -> Path:
    """A transport stream whose pictures grow from 320x180 to 480x270 after 15 frames."""
    parts = [
        coded_movie(path.with_name(f"part{i}.ts"), frames=15, size=size, sound=False, tag=i,
                    first=15 * i, b_frames=0, pts=range(15 * i, 15 * i + 15),
                    time_base=Fraction(1, 25))
        for i, size in enumerate(((320, 180), (480, 270)))
    ]  # fmt: skip
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    for part in parts:
        part.unlink()
    return path


def _size(length: int) -> bytes:
    """A Matroska element's length, in two bytes."""
    return (0x4000 | length).to_bytes(2, "big")
