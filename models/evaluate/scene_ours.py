"""Our scene network as a contender.

A picture is a film of one frame. Of a film every frame is measured as the sample that it could be:
the film is read several times, each time a frame later, at four samples a second.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from otio_autoedit.models.detection import found_in
from otio_autoedit.models.evaluate.average_precision import Detected
from otio_autoedit.models.evaluate.contenders import LEAST, OURS, TO_GROUPS, Contender, Frame
from otio_autoedit.models.evaluate.masks import resized_masks
from otio_autoedit.models.evaluate.scene_sets import GROUPS
from otio_autoedit.models.scene import AREA, SceneOutputs, frame_size, network_from
from otio_autoedit.models.scene_findings import SceneFindings
from otio_autoedit.models.scene_reader import SceneReader
from otio_autoedit.models.threads import one_thread
from otio_autoedit.models.weight_files import load_weights
from otio_autoedit.models.zoo.pictures import resized

STEP = 6
"""Frames between two samples of a film: of 24 a second, four."""
_HALF = 128  # of a mask's 255


def our_contender(weights: Path | None = None, area: int = AREA) -> Contender:
    """Returns our network, seeing pictures of about `area` pixels.

    Raises:
        WeightsError: the weights cannot be used.
    """
    ours = _Ours(weights, area)
    name = OURS
    if area != AREA:
        width, height = frame_size(1920, 1080, area)
        name += f" at {width}x{height}"
    return Contender(
        name,
        ours.detect,
        ours.segment,
        foreground=ours.foreground,
        scene=ours.scene,
        watch=ours.watch,
        area=area,
    )


class _Ours:
    def __init__(self, weights: Path | None, area: int) -> None:
        self._net = network_from(load_weights("scene", weights))
        self._reader = SceneReader(weights, area=area)
        self._area = area
        self._last: tuple[bytes, SceneOutputs] | None = None

    def detect(self, frame: Frame) -> Detected:
        cells = self._see(frame).cells
        (found,) = found_in(type(cells)(cells.classes[0], cells.boxes[0]), LEAST)
        return Detected(found.boxes.numpy(), found.classes.numpy() - 1, found.scores.numpy())

    def segment(self, frame: Frame) -> NDArray[np.uint8]:
        shares = self._see(frame).masks[0, 0].softmax(0)
        groups = shares.new_zeros(len(GROUPS), *shares.shape[1:])
        groups.index_add_(0, torch.tensor(TO_GROUPS), shares)
        large = resized(groups[None], (frame.shape[0], frame.shape[1]))[0]
        likeliest: NDArray[np.uint8] = large.argmax(0).to(torch.uint8).numpy()
        return likeliest

    def scene(self, frame: Frame) -> str:
        return self._net.config.scenes[int(self._see(frame).scene[0, 0].argmax())]

    def foreground(self, frames: NDArray[np.uint8]) -> NDArray[np.bool_]:
        size = (frames.shape[1], frames.shape[2])
        masks = np.zeros(frames.shape[:3], bool)
        small = self._film(frames)
        for first in range(min(STEP, len(frames))):
            found = self._read(small[first::STEP])
            for at, shares in enumerate(found.masks):
                masks[first + STEP * at] = resized_masks(shares[-1:], size)[0] >= _HALF
        return masks

    def watch(self, frames: NDArray[np.uint8]) -> SceneFindings:
        return self._read(self._film(frames))

    def _film(self, frames: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """`(n, h, w, 3)`: the frames as the network sees them."""
        small = torch.cat([self._shrunk(frame) for frame in frames])
        return small.permute(0, 2, 3, 1).contiguous().numpy()

    def _read(self, samples: NDArray[np.uint8]) -> SceneFindings:
        self._reader.push(samples, np.arange(len(samples)))
        return self._reader.finish()

    @one_thread()
    @torch.inference_mode()
    def _see(self, frame: Frame) -> SceneOutputs:
        """What the heads say of a frame by itself; the last answer is remembered."""
        key = frame.tobytes()
        if self._last is None or self._last[0] != key:
            outputs, _ = self._net(self._shrunk(frame)[None])
            self._last = key, outputs
        return self._last[1]

    def _shrunk(self, frame: Frame) -> Tensor:
        """`(1, 3, h, w)` uint8."""
        width, height = frame_size(frame.shape[1], frame.shape[0], self._area)
        batch = torch.from_numpy(frame.copy()).permute(2, 0, 1)[None]
        return resized(batch, (height, width)).round().clamp(0, 255).to(torch.uint8)
