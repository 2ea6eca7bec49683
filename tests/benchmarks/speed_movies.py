"""Films to time with: textured, moving, cut, as heavy to decode as camera footage."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]

RATE = 25
_SHOT_S = 3.2
_MARGIN = 4  # the world is this many eighths larger than the picture, to pan in


def make_movie(path: Path, size: tuple[int, int], seconds: int, crf: int = 21) -> Path:
    """Writes an H.264 film of pans over textures with grain, objects and a cut every 3.2 s."""
    random = np.random.default_rng(7)
    width, height = size
    with av.open(str(path), "w") as box:
        stream = box.add_stream("libx264", rate=RATE, options={"preset": "faster", "crf": str(crf)})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        grain = random.integers(-5, 6, (height + 64, width + 64), dtype=np.int8)
        for number in range(seconds * RATE):
            at = number % round(_SHOT_S * RATE)
            if at == 0:
                shot = _Shot(random, width, height)
            frame = av.VideoFrame.from_ndarray(shot.picture(at, grain), format="yuv420p")
            frame.pts = number
            frame.time_base = Fraction(1, RATE)
            for packet in stream.encode(frame):
                box.mux(packet)
        for packet in stream.encode():
            box.mux(packet)
    return path


def repeat_movie(source: Path, path: Path, times: int) -> Path:
    """Writes the pictures of ``source`` over and over, without encoding them again."""
    with av.open(str(path), "w") as box:
        out: Any = None
        offset = 0
        for _ in range(times):
            with av.open(str(source)) as taken:
                stream = taken.streams.video[0]
                out = out or _same_stream(box, stream)
                end = 0
                for packet in taken.demux(stream):
                    if packet.dts is None:
                        continue
                    end = max(end, packet.pts + packet.duration)
                    packet.pts += offset
                    packet.dts += offset
                    packet.stream = out
                    box.mux(packet)
            offset += end
    return path


def _same_stream(box: Any, stream: Any) -> Any:
    try:
        return box.add_stream_from_template(stream)
    except AttributeError:  # PyAV 14.0
        return box.add_stream(template=stream)


class _Shot:
    """A textured world that a camera pans over, and a few things that cross it."""

    def __init__(self, random: np.random.Generator, width: int, height: int) -> None:
        self._size = (width, height)
        wide, high = (side + side * _MARGIN // 8 // 2 * 2 for side in (width, height))
        low, top = random.integers(16, 90), random.integers(150, 236)
        self._luma = _texture(random, wide, high, low, top, finest=2)
        tint = random.integers(90, 166, 2)
        spread = random.integers(8, 40, 2)
        self._chroma = [
            _texture(random, wide // 2, high // 2, t - s, t + s, finest=16)
            for t, s in zip(tint, spread, strict=True)
        ]
        self._start = random.uniform(0, 1, 2)
        self._speed = random.uniform(-0.35, 0.35, 2)
        self._things = [
            (random.uniform(0, 1, 2), random.uniform(-0.4, 0.4, 2), int(random.integers(16, 236)))
            for _ in range(3)
        ]

    def picture(self, at: int, grain: npt.NDArray[np.int8]) -> Picture:
        """Returns frame ``at`` of the shot as planes of yuv420p, ``[height * 3 / 2, width]``."""
        width, height = self._size
        time = at / (_SHOT_S * RATE)
        place = np.clip(self._start + self._speed * time, 0, 1)
        room = (self._luma.shape[1] - width, self._luma.shape[0] - height)
        x, y = (int(p * r) // 2 * 2 for p, r in zip(place, room, strict=True))
        luma = self._luma[y : y + height, x : x + width].astype(np.int16)
        for start, speed, grey in self._things:
            left, top = ((start + speed * time) % 1 * (width, height)).astype(int)
            luma[top : top + height // 6, left : left + width // 9] = grey
        dx, dy = (at * 37) % 64, (at * 23) % 64
        luma += grain[dy : dy + height, dx : dx + width]
        planes = [np.clip(luma, 0, 255).astype(np.uint8).reshape(-1)]
        for plane in self._chroma:
            part = plane[y // 2 : (y + height) // 2, x // 2 : (x + width) // 2]
            planes.append(part.reshape(-1))
        return np.concatenate(planes).reshape(height * 3 // 2, width)


def _texture(
    random: np.random.Generator, width: int, height: int, low: float, top: float, finest: int
) -> Picture:
    """Returns noise of every scale down to ``finest`` pixels, within ``low``..``top``."""
    total = np.zeros((height, width), np.float32)
    cell, weight = max(width, height) // 3, 1.0
    while cell >= finest:
        rows, columns = -(-height // cell) + 1, -(-width // cell) + 1
        coarse = random.standard_normal((rows, columns)).astype(np.float32)
        total += weight * np.repeat(np.repeat(coarse, cell, 0), cell, 1)[:height, :width]
        cell, weight = cell // 2, weight * 0.62
    total -= total.min()
    return np.clip(low + total / total.max() * (top - low), 0, 255).astype(np.uint8)
