"""What the scene network and its teachers cost."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from otio_autoedit.models.evaluate.contenders import Contender
from otio_autoedit.models.evaluate.cost import multiply_adds, parameters
from otio_autoedit.models.evaluate.counted import Counted, counted
from otio_autoedit.models.evaluate.scene_peers import FILES
from otio_autoedit.models.evaluate.scene_report import SceneCost
from otio_autoedit.models.scene import AREA, SceneNet, frame_size, network_from, trainable_from
from otio_autoedit.models.scene_cnn import SceneFeatures
from otio_autoedit.models.scene_reader import GRID
from otio_autoedit.models.threads import one_thread
from otio_autoedit.models.weight_files import load_weights

_RUNS = 3  # the least of which counts: what else the machine does only ever adds
_AT_ONCE = 48  # frames


def measure_costs(
    files: Path, contenders: Iterable[Contender], frames: NDArray[np.uint8], weights: Path | None
) -> list[SceneCost]:
    """Returns what each costs.

    Args:
        files: the folder of the teachers' weights.
        contenders: which keep no answers.
        frames: `(n, H, W, 3)` of a film, for the time.
        weights: other weights of ours than the package's.
    """
    frames = frames[:_AT_ONCE]
    costs = []
    for contender in contenders:
        known: Counted | None = None
        if contender.name in FILES:
            known = counted(files / FILES[contender.name])
        elif contender.area:
            stored = load_weights("scene", weights)
            ours = our_multiply_adds(network_from(stored), contender.area)
            known = parameters(trainable_from(stored)), ours
        learnt, adds = known or (None, None)
        costs.append(SceneCost(contender.name, learnt, adds, _frames_a_second(contender, frames)))
    return costs


def our_multiply_adds(net: SceneNet, area: int = AREA) -> float:
    """Returns multiply-adds a frame of a window in the middle of a film, of 16:9 pictures.

    The CNN sees every frame once; the RNN runs over the warm-up of both sides too, and the heads
    read one frame more than they answer for.
    """
    width, height = frame_size(1920, 1080, area)
    centre, whole = GRID.centre, GRID.centre + 2 * GRID.warm_up
    with torch.inference_mode():
        frame = torch.zeros(1, 3, height, width)
        seen = multiply_adds(lambda: net.see(frame))
        film = SceneFeatures(*(part[:, None] for part in net.see(frame)))
        over_time = multiply_adds(lambda: net.over_time(film))
        h, _ = net.over_time(film)
        heads = multiply_adds(lambda: net.heads(film, h))
    return seen + over_time * whole / centre + heads * (centre + 1) / centre


def _frames_a_second(contender: Contender, frames: NDArray[np.uint8]) -> float:
    with one_thread():
        _answers(contender, frames[:2])  # opens it
        least = min(_seconds(contender, frames) for _ in range(_RUNS))
    return len(frames) / least


def _seconds(contender: Contender, frames: NDArray[np.uint8]) -> float:
    start = time.process_time()  # of one thread; what else the machine does is not counted
    _answers(contender, frames)
    return time.process_time() - start


def _answers(contender: Contender, frames: NDArray[np.uint8]) -> None:
    one_by_one = contender.detect or contender.segment
    if contender.watch:
        contender.watch(frames)
    elif one_by_one:
        for frame in frames:
            one_by_one(frame)
    elif contender.foreground:
        contender.foreground(frames)
