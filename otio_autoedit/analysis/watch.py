"""One pass over a file: every frame and sample decoded once, for all that want to know.

    decode -> frames -> thumbnails -> shot network
          \\        \\-> samples    -> scene network, networks by name, camera motion
           \\-> sound -> loudness, levels, speech, crowd

Each arrow is a short queue between threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from otio_autoedit.analysis.loudness import LoudnessMeter
from otio_autoedit.analysis.progress import Reporter
from otio_autoedit.analysis.results import Index, Loudness
from otio_autoedit.analysis.sampling import Sampler
from otio_autoedit.analysis.sight import Sight
from otio_autoedit.analysis.source import Listener, SoundMaker, Source
from otio_autoedit.analysis.stages import INDEX, LOUDNESS
from otio_autoedit.analysis.workers import Line, Team
from otio_autoedit.media.footage import Footage, Picture, open_footage

if TYPE_CHECKING:
    import av

_FRAME_BYTES = 64 << 20  # decoded frames that may wait, in bytes
_MOST_FRAMES = 16
_THUMBNAILS = (64, 8)  # a batch, enough for the network to work at full speed; batches that wait
_SAMPLES = (8, 2)
_SOUNDS = 64

Results = Mapping[str, object]
Seeing = Line[Picture, Results]
Hearing = Line["av.AudioFrame", Sequence[Listener]]


def watch(
    path: Path,
    stages: Collection[str],
    sources: Sequence[Source | SoundMaker],
    report: Reporter,
) -> Results:
    """Returns what the pass over ``path`` gives of ``stages``, by name, each made by the one of
    ``sources`` that makes it; and what came along with them.

    The index is there unless only the sound was read.
    """
    with open_footage(path) as footage:
        info = footage.info
        makers = [source for source in sources if not set(source.makes).isdisjoint(stages)]
        asked = [source for source in makers if isinstance(source, Source)]
        listeners = [each.listener() for each in makers if isinstance(each, SoundMaker)]
        if LOUDNESS in stages:
            listeners.append(_Loudness())
        pictures = info.kind != "audio" and (INDEX in stages or bool(asked))
        looking = [s for s in asked if info.kind == "video" or (s.stills and info.kind == "still")]
        blind = [source for source in asked if source not in looking]
        results = {m: source.nothing(m) for source in blind for m in source.makes if m in stages}
        with _torch_threads(bool(looking)), Team() as team:
            results |= _passed(footage, team, pictures, stages, looking, listeners, report)
        if pictures or info.kind == "audio":
            results[INDEX] = Index(footage.info, footage.index)
        return results


def _passed(
    footage: Footage,
    team: Team,
    pictures: bool,
    stages: Collection[str],
    looking: Sequence[Source],
    listeners: Sequence[Listener],
    report: Reporter,
) -> dict[str, object]:
    """Reads the file to its end, and returns what those who looked and listened found."""
    heard = bool(listeners) or footage.info.kind == "audio"
    seeing = _seeing(team, footage, looking, stages)
    hearing = _hearing(team, listeners)
    count = _read(footage, pictures, heard, seeing, hearing, report)

    def waiting() -> None:
        report.report("analyze", count, count)

    results = dict(seeing.result(waiting)) if seeing is not None else {}
    if hearing is not None:
        heard_by, audio = hearing.result(waiting), footage.info.audio
        for listener in heard_by:
            results |= listener.finish(audio[0].start if audio else Fraction(0))
    report.report("analyze", count, count, always=True)
    return results


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
                    seeing.put(each)
            elif each.stream == 0 and hearing is not None:
                hearing.put(each.frame)
            report.report("analyze", count, total)
    return count


def _seeing(
    team: Team, footage: Footage, sources: Sequence[Source], stages: Collection[str]
) -> Seeing | None:
    """Starts the threads between a decoded frame and what is found in it."""
    sampler = Sampler(footage.info.edit_rate, footage.time_base)
    takes: dict[bool, Callable[[Picture], bool]] = {
        False: lambda picture: True,
        True: lambda picture: sampler.takes(picture.pts),
    }
    sights = [
        Sight(
            team,
            "samples" if sampled else "frames",
            footage.info,
            footage.time_base,
            takes[sampled],
            watchers,
            *(_SAMPLES if sampled else _THUMBNAILS),
        )
        for sampled in (False, True)
        if (watchers := [s.watcher(stages) for s in sources if s.sampled == sampled])
    ]

    def see(pictures: Iterator[Picture]) -> Results:
        for picture in pictures:
            for sight in sights:
                sight.see(picture)
        return {stage: result for sight in sights for stage, result in sight.finish().items()}

    return team.line("pictures", see, frames_that_may_wait(footage.info.size)) if sights else None


def frames_that_may_wait(size: tuple[int, int]) -> int:
    """Returns how many decoded pictures of ``size`` may wait: some, but never much memory."""
    bytes_each = max(1, size[0] * size[1] * 2)
    return max(2, min(_MOST_FRAMES, _FRAME_BYTES // bytes_each))


def _hearing(team: Team, listeners: Sequence[Listener]) -> Hearing | None:
    """Starts the thread that hands the sound to all who listen."""

    def hear(frames: Iterator[av.AudioFrame]) -> Sequence[Listener]:
        for frame in frames:
            for listener in listeners:
                listener.push(frame)
        return listeners

    return team.line("sound", hear, _SOUNDS) if listeners else None


class _Loudness:
    """The loudness meter as one who listens; the last: it takes the frames' time stamps away."""

    def __init__(self) -> None:
        self._meter = LoudnessMeter()

    def push(self, frame: av.AudioFrame) -> None:
        self._meter.push(frame)

    def finish(self, start: Fraction) -> Mapping[str, object]:
        return {LOUDNESS: Loudness(self._meter.finish(start))}


@contextmanager
def _torch_threads(wanted: bool) -> Iterator[None]:
    """Leaves the decoder its cores: it keeps all of them busy, and is what everything waits for.

    Said before any line starts and undone after all ended, since the number is everyone's.
    """
    if not wanted:
        yield
        return
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // 4))
    try:
        yield
    finally:
        torch.set_num_threads(before)
