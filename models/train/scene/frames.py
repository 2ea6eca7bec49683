"""Frames of videos as a set: runs of a few seconds, three frames a second."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from otio_autoedit.models.train.scene.guard import Guard
from otio_autoedit.models.train.scene.sets import SetError, SetWriter

RATE = 3  # frames a second
LONGEST = 24  # frames of a run
RUNS = 2  # of one video, at most, and
APART = 20.0  # seconds from one's start to the next's
_SUFFIXES = (".mp4", ".mkv", ".m4v", ".mov", ".webm")


def write_frames(
    writer: SetWriter,
    folders: Sequence[Path],
    guard: Guard,
    progress: Callable[[int, int], None] | None = None,
) -> int:
    """Adds runs of frames of all videos in the folders; returns how many videos were barred.

    A video of which one frame is measured on is left out as a whole, and so is a broken one.

    Raises:
        SetError: a folder has no video.
    """
    videos = [path for folder in folders for path in _videos(folder)]
    barred = 0
    for done, path in enumerate(videos, 1):
        runs = list(_runs(path))
        images = [Image.fromarray(pixels) for run in runs for _, pixels in run]
        if any(guard.bars(path.stem, image) for image in images):
            barred += 1
            continue
        for number, run in enumerate(runs):
            clip = path.stem if not number else f"{path.stem}-{number + 1}"
            for index, (second, pixels) in enumerate(run):
                writer.add(f"{clip}_{index:02}", pixels, clip=clip, second=round(second, 3))
        if progress:
            progress(done, len(videos))
    return barred


def _videos(folder: Path) -> list[Path]:
    found = sorted(path for path in folder.glob("*") if path.suffix.lower() in _SUFFIXES)
    if not found:
        raise SetError(f"{folder}: no video is there; `otio-autoedit train gather` fetches some")
    return found


def _runs(path: Path) -> Iterator[list[tuple[float, NDArray[np.uint8]]]]:
    """Yields runs of a video's frames, each with its second from the video's start."""
    begins = [number * APART for number in range(RUNS)]
    run: list[tuple[float, NDArray[np.uint8]]] = []
    try:
        for second, frame in _timed(path):
            if not begins:
                break
            if second + 1e-6 < begins[0] + len(run) / RATE:
                continue
            run.append((second, _upright(frame)))
            if len(run) == LONGEST:
                yield run
                run = []
                begins.pop(0)
    except (OSError, av.FFmpegError):
        return
    if run and len(run) < LONGEST:
        yield run


def _timed(path: Path) -> Iterator[tuple[float, av.VideoFrame]]:
    with av.open(str(path)) as container:
        if not container.streams.video:
            return
        first = None
        for frame in container.decode(video=0):
            if frame.time is None:
                continue
            first = frame.time if first is None else first
            yield frame.time - first, frame


def _upright(frame: av.VideoFrame) -> NDArray[np.uint8]:
    """Returns a frame as it is to be shown: turned, and stretched to its sample aspect."""
    pixels = frame.to_ndarray(format="rgb24")
    aspect = frame.sample_aspect_ratio if hasattr(frame, "sample_aspect_ratio") else None
    if aspect and aspect != 1:
        width = max(1, round(pixels.shape[1] * float(aspect)))
        pixels = np.asarray(Image.fromarray(pixels).resize((width, pixels.shape[0])))
    return np.ascontiguousarray(np.rot90(pixels, (frame.rotation // 90) % 4))
