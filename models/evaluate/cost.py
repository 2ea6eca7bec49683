"""What a detector costs: parameters, multiply-adds a frame, frames a second.

Multiply-adds are counted while one window runs: of convolutions and matrix products (a GRU's steps
are such), and of numbers multiplied one by one, all divided by the frames that the window gives
answers for. What a window looks at besides is paid for too.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from otio_autoedit.models.evaluate.detectors import (
    ADAPTIVE,
    CONTENT,
    OURS,
    TRANSNET,
    DetectorOptions,
    our_detector,
)
from otio_autoedit.models.evaluate.films import THUMBNAIL, Film
from otio_autoedit.models.evaluate.peers import TransNet, scenedetect_detector
from otio_autoedit.models.shots import GRID, ShotDetector, ShotNet, network_from
from otio_autoedit.models.threads import one_thread
from otio_autoedit.models.transnet import GRID as TRANSNET_GRID
from otio_autoedit.models.weight_files import load_weights

_RUNS = 3  # the least of which counts: what else the machine does only ever adds
_OUR_WINDOWS, _TRANSNET_WINDOWS = 4, 6


@dataclass(frozen=True, slots=True)
class Cost:
    """What one detector costs; None where it has no network, or nothing was timed.

    Attributes:
        parameters: of the network.
        multiply_adds: a frame.
        alone: frames a second of the network on one thread, thumbnails at hand.
        decoding: frames a second from the file, on all cores.
    """

    detector: str
    parameters: int | None
    multiply_adds: float | None
    alone: float | None
    decoding: float | None


def measure_costs(options: DetectorOptions, films: Sequence[Path]) -> list[Cost]:
    """Returns what the detectors cost; `films` are files to be timed on, together."""
    net, _ = network_from(load_weights("shots", options.weights))
    ours = our_detector(options.weights)
    costs = [
        Cost(
            OURS,
            parameters(net),
            our_multiply_adds(net),
            _alone(_pushed(ShotDetector(options.weights)), _OUR_WINDOWS * GRID.centre),
            _decoding(ours, films),
        )
    ]
    if options.transnet:
        peer = TransNet()
        costs.append(
            Cost(
                TRANSNET,
                parameters(peer.detector.network),
                transnet_multiply_adds(peer.detector.network),
                _alone(peer.run, _TRANSNET_WINDOWS * TRANSNET_GRID.centre),
                _decoding(lambda film: peer.run(film.thumbnails()), films, runs=1),
            )
        )
    if options.peers:
        for name, class_ in ((ADAPTIVE, "AdaptiveDetector"), (CONTENT, "ContentDetector")):
            seconds = _decoding(scenedetect_detector(class_), films)
            costs.append(Cost(name, None, None, None, seconds))
    return costs


def parameters(net: nn.Module) -> int:
    """Returns how many numbers the network has learned."""
    return sum(parameter.numel() for parameter in net.parameters())


def our_multiply_adds(net: ShotNet) -> float:
    """Returns multiply-adds a frame of a window in the middle of a film, shown in both guises.

    The CNN sees every frame once each; the RNN runs over the warm-up of both sides too.
    """
    centre, width = GRID.centre, GRID.centre + 2 * GRID.warm_up
    frames = torch.zeros(2, width, 3, THUMBNAIL[1], THUMBNAIL[0])
    with torch.inference_mode():
        features = net.backbone(frames, frames[:, :1])
        new = frames[:, :centre]
        seen = multiply_adds(lambda: net.backbone(new, new[:, :1]))
        return (seen + multiply_adds(lambda: net.over_time(features))) / centre


def transnet_multiply_adds(net: nn.Module) -> float:
    """Returns multiply-adds a frame: it looks at 100 and answers for 50."""
    looked_at = TRANSNET_GRID.centre + 2 * TRANSNET_GRID.warm_up
    frames = torch.zeros(1, looked_at, THUMBNAIL[1], THUMBNAIL[0], 3, dtype=torch.uint8)
    with torch.inference_mode():
        return multiply_adds(lambda: net(frames)) / TRANSNET_GRID.centre


def multiply_adds(run: Callable[[], object]) -> float:
    """Returns how many multiply-adds `run` takes: half of what torch calls floating operations."""
    one_by_one = {torch.ops.aten.mul: _products}
    with FlopCounterMode(display=False, custom_mapping=one_by_one) as counter:
        run()
    return float(counter.get_total_flops()) / 2


def _products(*_: object, out_shape: Sequence[int], **__: object) -> int:
    return 2 * math.prod(out_shape)


def _pushed(detector: ShotDetector) -> Callable[[NDArray[np.uint8]], object]:
    def detect(frames: NDArray[np.uint8]) -> object:
        detector.push(frames)
        return detector.finish_scores()

    return detect


def _alone(detect: Callable[[NDArray[np.uint8]], object], frames: int) -> float:
    noise = np.random.default_rng(0).integers(0, 256, (frames, THUMBNAIL[1], THUMBNAIL[0], 3))
    film = noise.astype(np.uint8)
    with one_thread():
        return frames / _least_s(lambda: detect(film), _RUNS)


def _decoding(
    detect: Callable[[Film], object], films: Sequence[Path], runs: int = 2
) -> float | None:
    if not films:
        return None
    frames = sum(len(Film(path.stem, path).thumbnails()) for path in films)
    return frames / _least_s(lambda: [detect(Film(path.stem, path)) for path in films], runs)


def _least_s(run: Callable[[], object], runs: int) -> float:
    def timed() -> float:
        begun = time.perf_counter()
        run()
        return time.perf_counter() - begun

    return min(timed() for _ in range(runs))
