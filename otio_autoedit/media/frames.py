"""Single frames out of a file, upright, as people see them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from otio_autoedit.errors import MediaError
from otio_autoedit.media import pyav
from otio_autoedit.media.demux import read_packets
from otio_autoedit.media.headers import Headers, read_headers
from otio_autoedit.media.info import FrameIndex, MediaInfo

Image = npt.NDArray[np.uint8]


def read_frames(
    path: str | os.PathLike[str], numbers: Iterable[int], *, index: FrameIndex | None = None
) -> Iterator[tuple[int, Image]]:
    """The named source frames, each once, in rising order: ``(number, uint8 RGB [H, W, 3])``,
    turned upright, in square pixels.

    With the file's ``index`` it leaps to the frames, without it reads from the start; the frames
    are the same.

    Raises:
        MediaError: the file cannot be read, or has no such frame.
    """
    wanted = sorted(set(numbers))
    headers = read_headers(path)
    if wanted and (wanted[0] < 0 or headers.video is None):
        raise MediaError(f"{pyav.show(path)}: has no frame {wanted[0]}")
    for number, frame in _find(headers, wanted, index):
        yield number, upright(frame, headers.info)


def upright(frame: Any, info: MediaInfo) -> Image:
    """A frame turned for display and stretched to square pixels."""
    width = max(1, round(frame.width * info.sample_aspect))
    image = pyav.to_rgb(frame, width, frame.height)
    return np.ascontiguousarray(np.rot90(image, -info.rotation // 90))


def _find(
    headers: Headers, wanted: list[int], index: FrameIndex | None
) -> Iterator[tuple[int, Any]]:
    found = 0
    if index is not None and len(index.keys):
        for number, frame in _leap(headers, wanted, index):
            if number != wanted[found]:
                break  # the file does not seek as its index says: read it through
            yield number, frame
            found += 1
    if found < len(wanted):
        yield from _read_through(headers, wanted[found:])


def _read_through(headers: Headers, wanted: list[int]) -> Iterator[tuple[int, Any]]:
    left = iter(wanted)
    number = next(left, None)
    count = 0
    with pyav.open_container(headers.info.path) as box:
        video = box.streams[headers.video]
        video.thread_type = "AUTO"
        for frame in _pictures(box, video):
            if number is None:
                return
            if count == number:
                yield number, frame
                number = next(left, None)
            count += 1
    if number is not None:
        raise MediaError(f"{pyav.show(headers.info.path)}: has {count} frames, no frame {number}")


def _leap(headers: Headers, wanted: list[int], index: FrameIndex) -> Iterator[tuple[int, Any]]:
    """Seeks to the key frame before each wanted frame, unless decoding on gets there as soon."""
    if wanted and wanted[-1] >= len(index.pts):
        return
    with pyav.open_container(headers.info.path) as box:
        video = box.streams[headers.video]
        video.thread_type = "AUTO"
        frames: Iterator[Any] = iter(())
        at = -1  # the frame that was read last
        for number in wanted:
            key = int(
                index.keys[max(0, int(np.searchsorted(index.keys, number, side="right")) - 1)]
            )
            if at < 0 or key > at:
                place = headers.first_pts + int(index.pts[min(key, number)])
                try:
                    box.seek(place, stream=video, backward=True)
                except av.error.FFmpegError:
                    return
                frames = _pictures(box, video)
            target = int(index.pts[number])
            for frame in frames:
                if frame.pts is None or frame.pts - headers.first_pts > target:
                    return
                if frame.pts - headers.first_pts == target:
                    yield number, frame
                    break
            else:
                return
            at = number


def _pictures(box: Any, video: Any) -> Iterator[Any]:
    """Every picture that decodes, from where the file stands."""
    for packet in read_packets(box, video):
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            continue
        yield from frames
