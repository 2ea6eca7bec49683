"""The scene network over one film: sampled frames in, what is in them out.

    frames of a block -> CNN -> features -> windows of the grid -> RNN, heads -> findings

What it says of a frame depends on the window of samples the frame is in, not on how they arrive.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from otio_autoedit.models.blocks import Blocks
from otio_autoedit.models.detection import CellOutputs, Found, found_in
from otio_autoedit.models.heads import novelty
from otio_autoedit.models.scene import AREA, SceneOutputs, frame_size, network_from
from otio_autoedit.models.scene_cnn import SceneFeatures
from otio_autoedit.models.scene_findings import Objects, SceneFindings
from otio_autoedit.models.threads import one_thread
from otio_autoedit.models.weight_files import load_weights
from otio_autoedit.models.window_stream import Features, WindowStream
from otio_autoedit.models.windows import WindowGrid

GRID = WindowGrid(centre=16, warm_up=8)  # samples
LEAST_SCORE = 0.1  # of an object that is worth noting: trackers make use of the unsure ones


class SceneReader:
    """Finds what is in one film after another, from frames sampled two to four times a second.

        reader = SceneReader()
        reader.push(frames, positions)
        findings = reader.finish()

    Attributes:
        objects, masks, scenes: names of the findings' classes and channels, in their order.
        made_by: network, weights' hash and options, for the record.
    """

    def __init__(self, weights: Path | None = None, device: str = "cpu", area: int = AREA) -> None:
        """Loads the network.

        Args:
            weights: a weights file; by default the one that comes with the package.
            device: "cpu", "cuda", "mps".
            area: pixels of the pictures that it is to see; more is finer and slower.

        Raises:
            WeightsError: the weights cannot be used.
        """
        loaded = load_weights("scene", weights)
        self._net = network_from(loaded).to(device)
        self._device = device
        self._area = area
        config = self._net.config
        self.objects = config.objects
        self.masks = (*config.masks[1:], "foreground")
        self.scenes = config.scenes
        self._half = device.partition(":")[0] == "cuda"  # a processor is as exact as it can be
        self.made_by: dict[str, Any] = {
            "network": "scene",
            "weights": loaded.sha256,
            "area": area,
            "precision": "float16" if self._half else "float32",
        }
        self._begin()

    def _begin(self) -> None:
        self._frames: Blocks[np.uint8] = Blocks(GRID.centre)
        self._positions: Blocks[np.int64] = Blocks(GRID.centre)
        self._windows = WindowStream(self._read, GRID)
        self._findings: list[SceneFindings] = []

    def size_for(self, width: int, height: int) -> tuple[int, int]:
        """Returns the (width, height) to hand pictures over at, for their displayed size."""
        return frame_size(width, height, self._area)

    @one_thread()
    @torch.inference_mode()
    def push(self, frames: NDArray[np.uint8], positions: NDArray[np.int64]) -> None:
        """Takes the next samples of the film: `(n, H, W, 3)` uint8 RGB, and their source frames.

        n may be 0; all samples of a film have one size.
        """
        if frames.ndim != 4 or frames.shape[3] != 3 or frames.dtype != np.uint8:
            raise ValueError(f"frames must be uint8 (n, H, W, 3), not {frames.shape}")
        if len(frames) != len(positions):
            raise ValueError(f"{len(frames)} frames have {len(positions)} positions")
        blocks = self._frames.push(frames)
        their_positions = self._positions.push(positions.astype(np.int64))
        for block, where in zip(blocks, their_positions, strict=True):
            self._see(block, where)

    def take(self) -> list[SceneFindings]:
        """Returns what is known of the film so far, in order, and lets go of it.

        For long films, whose masks need not be held: `finish` then returns the rest.
        """
        taken, self._findings = self._findings, []
        return taken

    @one_thread()
    @torch.inference_mode()
    def finish(self) -> SceneFindings:
        """Returns what is in the film (after `take`, in the rest); ready for another film."""
        for block, where in zip(self._frames.rest(), self._positions.rest(), strict=True):
            self._see(block, where)
        self._findings += self._windows.finish()
        found = self._findings or [self._nothing()]
        self._begin()
        return SceneFindings.joined(found)

    def _see(self, block: NDArray[np.uint8], positions: NDArray[np.int64]) -> None:
        frames = torch.from_numpy(block).to(self._device).permute(0, 3, 1, 2)
        with self._precision():
            features = self._net.see(frames)
        self._findings += self._windows.push((*features, torch.from_numpy(positions)))

    def _read(self, parts: Features, kept: slice) -> SceneFindings:
        """Runs the RNN on a window, and the heads on the frames that are kept of it."""
        *features, positions = parts
        timed = SceneFeatures(*(part[None] for part in features))
        with self._precision():
            h, _ = self._net.over_time(timed)
            # The one before is needed to tell how new the first is.
            seen = slice(max(0, kept.start - 1), kept.stop)
            outputs = self._net.heads(SceneFeatures(*(part[:, seen] for part in timed)), h[:, seen])
        return _findings(outputs, positions[kept].cpu().numpy(), kept.start - seen.start)

    def _nothing(self) -> SceneFindings:
        """Returns the findings of a film without frames."""
        config = self._net.config
        return SceneFindings(
            np.zeros(0, np.int64),
            (),
            np.zeros((0, len(self.masks), 0, 0), np.uint8),
            np.zeros((0, len(self.scenes)), np.float32),
            np.zeros((0, config.widths[-1]), np.float32),
            np.zeros(0, np.float32),
        )

    def _precision(self) -> torch.autocast:
        kind = self._device.partition(":")[0]
        return torch.autocast(kind, torch.float16, enabled=self._half)


def _findings(outputs: SceneOutputs, positions: NDArray[np.int64], skip: int) -> SceneFindings:
    """Returns a film's findings, of the frames from `skip` on, for outputs of a batch of one."""
    cells = CellOutputs(
        outputs.cells.classes[0, skip:].float(), outputs.cells.boxes[0, skip:].float()
    )
    new = novelty(outputs.vectors.float(), outputs.following.float())
    shares = outputs.masks[0, skip:].float().softmax(1)[:, 1:]
    foreground = outputs.foreground[0, skip:, None].float().sigmoid()
    return SceneFindings(
        positions,
        tuple(_objects(found) for found in found_in(cells, LEAST_SCORE)),
        _array(torch.cat([shares, foreground], 1) * 255 + 0.5).astype(np.uint8),
        _array(outputs.scene[0, skip:].softmax(1)),
        _array(outputs.vectors[0, skip:]),
        _array(new[0, skip:]),
    )


def _objects(found: Found) -> Objects:
    return Objects(_array(found.boxes), found.classes.cpu().numpy() - 1, _array(found.scores))


def _array(values: Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = values.float().cpu().numpy()
    return array
