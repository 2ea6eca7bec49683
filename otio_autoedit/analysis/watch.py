"""One pass over a file: every frame and sample decoded once, for all that want to know.

    decode -> frames -> thumbnails -> network
          \\-> sound  -> loudness

Each arrow is a short queue between threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.export import shortest
from otio_autoedit.analysis.loudness import LoudnessMeter
from otio_autoedit.analysis.pictures import seen
from otio_autoedit.analysis.progress import Reporter
from otio_autoedit.analysis.stages import INDEX, LOUDNESS, SHOTS, Index, Loudness
from otio_autoedit.analysis.workers import Line, Team
from otio_autoedit.media.footage import Footage, Picture, open_footage
from otio_autoedit.models.transition import Shots

if TYPE_CHECKING:
    import av

_BATCH = 64  # thumbnails a push: enough for the network to work at full speed
_FRAME_BYTES = 64 << 20  # decoded frames that may wait, in bytes
_MOST_FRAMES = 16
_BATCHES = 8
_SOUNDS = 64

Batch = npt.NDArray[np.uint8]
Seeing = Line["av.VideoFrame", Shots]
Hearing = Line["av.AudioFrame", LoudnessMeter]


class Detector(Protocol):
    """What finds the shots of a film in its thumbnails, ``size`` (width, height), handed over in
    order: uint8 RGB ``(n, H, W, 3)``."""

    @property
    def size(self) -> tuple[int, int]: ...

    def push(self, thumbs: Batch) -> None: ...

    def finish(self) -> Shots: ...


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What one pass found. ``shots`` and ``loudness`` are None where not asked for;
    ``index`` is None where only the sound was read."""

    index: Index | None
    shots: Shots | None
    loudness: Loudness | None


def watch(
    path: Path,
    stages: Collection[str],
    make_detector: Callable[[], Detector] | None,
    report: Reporter,
) -> Seen:
    """Returns what each of ``stages`` finds in ``path``.

    ``make_detector`` is called for a file that has several pictures, if shots are asked for.
    """
    with open_footage(path) as footage, Team() as team:
        moving = footage.info.kind == "video"
        heard = LOUDNESS in stages or footage.info.kind == "audio"
        pictures = footage.info.kind != "audio" and (INDEX in stages or SHOTS in stages)
        seeing: Seeing | None = None
        hearing: Hearing | None = None
        if SHOTS in stages and moving and make_detector is not None:
            seeing = _seeing(team, footage, make_detector())
        if LOUDNESS in stages:
            hearing = team.line("loudness", _hear, _SOUNDS)
        count = _read(footage, pictures, heard, seeing, hearing, report)

        def waiting() -> None:
            report.report("analyze", count, count)

        shots = seeing.result(waiting) if seeing else Shots()
        meter = hearing.result(waiting) if hearing else None
        info = footage.info
        report.report("analyze", count, count, always=True)
        return Seen(
            Index(info, footage.index) if pictures or info.kind == "audio" else None,
            _as_kept(shots) if SHOTS in stages else None,
            Loudness(meter.finish(info.audio[0].start if info.audio else 0)) if meter else None,
        )


def _read(
    footage: Footage,
    pictures: bool,
    sound: bool,
    seeing: Seeing | None,
    hearing: Hearing | None,
    report: Reporter,
) -> int:
    """Decodes the file and hands its frames on; returns how many pictures there were."""
    total = footage.info.frame_count or None
    count = 0
    with closing(footage.read(pictures=pictures, sound=sound, rough=True)) as frames:
        for each in frames:
            if isinstance(each, Picture):
                count += 1
                if seeing is not None:
                    seeing.put(each.frame)
            elif each.stream == 0 and hearing is not None:
                hearing.put(each.frame)
            report.report("analyze", count, total)
    return count


def _seeing(team: Team, footage: Footage, detector: Detector) -> Seeing:
    """Starts the two threads between a decoded frame and its transitions."""
    transfer, rotation = footage.info.color_transfer, footage.info.rotation
    network: Line[Batch, Shots] = team.line(
        "network", lambda batches: _detect(batches, detector), _BATCHES
    )

    def shrink(frames: Iterator[av.VideoFrame]) -> Shots:
        while True:
            batch = [seen(f, detector.size, transfer, rotation) for f in islice(frames, _BATCH)]
            if not batch:
                return network.result()
            network.put(np.stack(batch))

    return team.line("thumbnails", shrink, frames_that_may_wait(footage.info.size))


def frames_that_may_wait(size: tuple[int, int]) -> int:
    """Returns how many decoded pictures of ``size`` may wait: some, but never much memory."""
    bytes_each = max(1, size[0] * size[1] * 2)
    return max(2, min(_MOST_FRAMES, _FRAME_BYTES // bytes_each))


def _detect(batches: Iterator[Batch], detector: Detector) -> Shots:
    with _torch_threads():
        for batch in batches:
            detector.push(batch)
        return detector.finish()


def _as_kept(shots: Shots) -> Shots:
    """Returns ``shots`` with the digits that are kept: fresh or stored, they are the same."""
    return Shots(
        tuple(replace(t, confidence=shortest(t.confidence)) for t in shots.transitions),
        tuple(replace(j, confidence=shortest(j.confidence)) for j in shots.jump_cuts),
    )


def _hear(frames: Iterator[av.AudioFrame]) -> LoudnessMeter:
    meter = LoudnessMeter()
    for frame in frames:
        meter.push(frame)
    return meter


@contextmanager
def _torch_threads() -> Iterator[None]:
    """Leaves the decoder its cores: it keeps all of them busy, and is what everything waits for."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // 4))
    try:
        yield
    finally:
        torch.set_num_threads(before)
