"""A sheet of pictures: the first and last frame of every shot of a timeline, side by side."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import opentimelineio as otio

from otio_autoedit.files import whole_file
from otio_autoedit.media.footage import read_frames

Picture = npt.NDArray[np.uint8]

WIDTH = 160
GAP, BETWEEN = 2, 10
PAIRS_A_ROW = 4
MOST_PAIRS = 80


def draw(timeline: otio.schema.Timeline, target: Path) -> Path:
    """Write the sheet of ``timeline`` to ``target`` (PNG) and return it."""
    clips = list(timeline.video_tracks()[0].find_clips())[:MOST_PAIRS]
    pictures = _pictures(clips)
    pairs = [np.hstack([first, _band(first, GAP), last]) for first, last in pictures]
    blank = np.full_like(pairs[0], 24)
    rows = []
    for start in range(0, len(pairs), PAIRS_A_ROW):
        row = pairs[start : start + PAIRS_A_ROW]
        row += [blank] * (min(PAIRS_A_ROW, len(pairs)) - len(row))
        spaced = [part for pair in row for part in (pair, _band(pair, BETWEEN))][:-1]
        rows += [np.hstack(spaced)]
    sheet = np.vstack([part for row in rows for part in (row, np.full_like(row[:BETWEEN], 24))])
    with whole_file(target) as part:
        write_png(part, sheet)
    return target


def write_png(path: Path, picture: Picture) -> None:
    """``picture`` as a PNG file; PyAV has the encoder, so no other package is needed."""
    codec = av.CodecContext.create("png", "w")
    codec.height, codec.width = picture.shape[:2]
    codec.pix_fmt, codec.time_base = "rgb24", Fraction(1, 25)
    frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
    frame.pts, frame.time_base = 0, codec.time_base
    packets = [*codec.encode(frame), *codec.encode(None)]
    path.write_bytes(b"".join(bytes(packet) for packet in packets))


def _pictures(clips: Sequence[otio.schema.Clip]) -> list[tuple[Picture, Picture]]:
    """Each clip's first and last frame, shrunk; every file is read once."""
    wanted: dict[str, set[int]] = {}
    spans = [_span(clip) for clip in clips]
    for path, first, last in spans:
        wanted.setdefault(path, set()).update((first, last))
    seen = {
        (path, number): _shrunk(picture)
        for path, numbers in wanted.items()
        for number, picture in read_frames(Path(path), sorted(numbers))
    }
    height = max(picture.shape[0] for picture in seen.values())
    blank: Picture = np.zeros((height, WIDTH, 3), np.uint8)

    def at(path: str, number: int) -> Picture:
        picture = seen.get((path, number), blank)
        below = np.zeros((height - picture.shape[0], WIDTH, 3), np.uint8)
        return np.vstack([picture, below])

    return [(at(path, first), at(path, last)) for path, first, last in spans]


def _span(clip: otio.schema.Clip) -> tuple[str, int, int]:
    """A clip's file, and the numbers of the first and last frame of it that play."""
    media = clip.media_reference
    path = otio.url_utils.filepath_from_url(media.target_url)
    offset = media.available_range.start_time if media.available_range else None
    start = clip.source_range.start_time
    first = round((start - offset).value if offset is not None else start.value)
    return path, first, first + round(clip.source_range.duration.value) - 1


def _shrunk(picture: Picture) -> Picture:
    """``picture`` at the sheet's width, each pixel the mean of those it stands for."""
    height = max(2, round(picture.shape[0] * WIDTH / picture.shape[1]))
    rows = np.linspace(0, picture.shape[0], height + 1).astype(int)
    columns = np.linspace(0, picture.shape[1], WIDTH + 1).astype(int)
    totals = np.add.reduceat(picture.astype(np.float32), rows[:-1], axis=0)
    totals = np.add.reduceat(totals, columns[:-1], axis=1)
    counts = np.maximum(1, np.diff(rows))[:, None, None] * np.maximum(1, np.diff(columns))[:, None]
    return np.asarray(np.clip(totals / counts + 0.5, 0, 255).astype(np.uint8))


def _band(beside: Picture, width: int) -> Picture:
    return np.full((beside.shape[0], width, 3), 24, np.uint8)
