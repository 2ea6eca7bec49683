"""The shot network: thumbnails of a film in, its transitions out."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from otio_autoedit.errors import WeightsError
from otio_autoedit.media.thumbnails import check_thumbnails
from otio_autoedit.models.blocks import Blocks
from otio_autoedit.models.guises import both_guises, mean_scores, turned
from otio_autoedit.models.heads import TransitionHead, TransitionLogits
from otio_autoedit.models.shot_cnn import FrameFeatures, SmallCNN
from otio_autoedit.models.shot_rnn import TemporalRNN
from otio_autoedit.models.threads import one_thread
from otio_autoedit.models.transition import (
    BoundaryScores,
    Shots,
    Thresholds,
    shots_from,
)
from otio_autoedit.models.weight_files import Weights, load_weights
from otio_autoedit.models.window_stream import Features, WindowStream
from otio_autoedit.models.windows import WindowGrid

SIZE = (48, 27)  # width, height of the thumbnails it sees
GRID = WindowGrid(centre=256, warm_up=64)


@dataclass(frozen=True, slots=True)
class ShotNetConfig:
    """Everything that fixes the network's shape; stored with its weights.

    Attributes:
        width: channels of the first convolution.
        features: length of a frame's vector.
        cell_features: length of a cell's vector.
        inputs, hidden: of the RNN.
        head: hidden units of the head.
    """

    width: int = 24
    features: int = 96
    cell_features: int = 16
    inputs: int = 128
    hidden: int = 96
    head: int = 64


class ShotNet(nn.Module):
    """CNN over frames, RNN over time, typed transition head."""

    def __init__(self, config: ShotNetConfig) -> None:
        super().__init__()
        self.config = config
        self.backbone = SmallCNN(config.width, config.features, config.cell_features)
        self.temporal = TemporalRNN(config.features, config.inputs, config.hidden)
        self.head = TransitionHead(2 * config.hidden, config.head)

    def forward(self, frames: Tensor) -> TransitionLogits:
        """Returns logits for whole windows `(B, T, 3, 27, 48)` in 0..1."""
        return self.over_time(self.backbone(frames, frames[:, :1]))

    def over_time(self, features: FrameFeatures) -> TransitionLogits:
        """Returns logits for windows whose frames the backbone has seen already."""
        logits: TransitionLogits = self.head(self.temporal(features))
        return logits


def as_input(frames: Tensor) -> Tensor:
    """Returns uint8 RGB frames `(B, T, H, W, 3)` as the network takes them."""
    return frames.permute(0, 1, 4, 2, 3).float() / 255


def as_scores(logits: TransitionLogits) -> BoundaryScores:
    """Returns the probabilities of a single window, `(G, T)` logits of its guises, as arrays."""
    mean = mean_scores(logits)
    parts = (mean.middle, mean.inside, mean.kind, mean.jump)
    return BoundaryScores(*(part[0].cpu().numpy() for part in parts))


def film_scores(net: ShotNet, frames: NDArray[np.uint8], *, once: bool = False) -> BoundaryScores:
    """Returns what the network says of a film that is held whole, `(n, 27, 48, 3)` uint8 RGB.

    `once` shows it the film as it is only: for measuring what the other guise is worth.
    """
    stream = _ScoreStream(net, "cpu", once=once)
    stream.push(frames)
    return stream.finish()


class ShotDetector:
    """Finds the transitions of one film from its thumbnails, handed over in order.

    Thumbnails may come in pieces of any size: the result is the same. Of the film only the current
    window is held, and seven numbers a frame of what has passed.

        detector = ShotDetector()
        for frame in frames:
            detector.push(thumbnail(frame, detector.size)[None])
        shots = detector.finish()

    Attributes:
        size: (width, height) of the thumbnails it wants.
        made_by: network, weights' hash and options, for the record.
        thresholds: what it holds the network's answers against.
    """

    size = SIZE

    def __init__(
        self,
        weights: Path | None = None,
        device: str = "cpu",
        threshold: float | None = None,
    ) -> None:
        """Loads the network.

        Args:
            weights: a weights file; by default the one that comes with the package.
            device: "cpu", "cuda", "mps".
            threshold: how sure the network must be, 0 to 1; by default what validation chose.

        Raises:
            WeightsError: the weights cannot be used.
        """
        if threshold is not None and not 0 < threshold < 1:
            raise ValueError(f"threshold must lie between 0 and 1, not {threshold}")
        loaded = load_weights("shots", weights)
        net, stored = network_from(loaded)
        self._stream = _ScoreStream(net.to(device), device)
        self.thresholds = stored if threshold is None else replace(stored, transition=threshold)
        self.made_by: dict[str, Any] = {
            "network": "shots",
            "weights": loaded.sha256,
            "threshold": self.thresholds.transition,
        }

    def push(self, thumbs: NDArray[np.uint8]) -> None:
        """Takes the next thumbnails of the film, `(n, 27, 48, 3)` uint8 RGB; n may be 0."""
        check_thumbnails(thumbs, SIZE)
        self._stream.push(thumbs)

    def finish(self) -> Shots:
        """Returns the film's transitions and jump cuts; ready for another film after it."""
        return shots_from(self.finish_scores(), self.thresholds)

    def finish_scores(self) -> BoundaryScores:
        """Returns what the network says of every boundary; ready for another film after it."""
        return self._stream.finish()


class _ScoreStream:
    """Thumbnails in, what the network says of each boundary out; for one film after another.

    The backbone sees blocks of the grid, so that how they arrive changes nothing. A block waits for
    the next, whose first frame comes before its last in the film backwards.
    """

    def __init__(self, net: ShotNet, device: str, *, once: bool = False) -> None:
        self._net, self._device, self._once = net, device, once
        self._begin()

    def _begin(self) -> None:
        self._blocks: Blocks[np.uint8] = Blocks(GRID.centre)
        self._before: Tensor | None = None  # the last frame of the block before
        self._waiting: Tensor | None = None  # the block to see
        self.windows = WindowStream(self._over_time, GRID)
        self._scores: list[BoundaryScores] = []

    @one_thread()
    @torch.inference_mode()
    def push(self, thumbs: NDArray[np.uint8]) -> None:
        for block in self._blocks.push(thumbs):
            self._next(block)

    @one_thread()
    @torch.inference_mode()
    def finish(self) -> BoundaryScores:
        for block in self._blocks.rest():
            self._next(block)
        if self._waiting is not None:
            self._see(self._waiting, self._waiting[:, -1:])
        self._scores += self.windows.finish()
        scores = BoundaryScores.joined(self._scores)
        self._begin()
        return scores

    def _next(self, block: NDArray[np.uint8]) -> None:
        """Takes a block of the grid, or the film's last, and sees the one that waited for it."""
        frames = as_input(torch.from_numpy(block)[None].to(self._device))
        if self._waiting is not None:
            self._see(self._waiting, frames[:, :1])
        self._waiting = frames

    def _see(self, frames: Tensor, after: Tensor) -> None:
        """Runs the backbone on a block, in both guises."""
        before = frames[:, :1] if self._before is None else self._before
        if self._once:
            features = self._net.backbone(frames, before)
        else:
            features = turned(self._net.backbone(*both_guises(frames, before, after)))
        self._before = frames[:, -1:].clone()
        self._scores += self.windows.push(features.time_first())

    def _over_time(self, features: Features, kept: slice) -> BoundaryScores:
        """Runs the RNN and the head on a window."""
        seen = FrameFeatures.batch_first(features)
        scores = as_scores(self._net.over_time(seen if self._once else turned(seen)))
        return scores.slice(kept.start, kept.stop)


def network_from(weights: Weights) -> tuple[ShotNet, Thresholds]:
    """Returns the network ready to run, its normalisation folded in, and its thresholds."""
    net, thresholds = trainable_from(weights)
    net.eval()
    for step in net.backbone.convolutions:
        assert isinstance(step, nn.Sequential)
        step[0] = fuse_conv_bn_eval(step[0], step[1])  # type: ignore[arg-type, type-var]
        step[1] = nn.Identity()
    return net, thresholds


def trainable_from(weights: Weights) -> tuple[ShotNet, Thresholds]:
    """Returns the network as it was trained, to train on, and its thresholds.

    Raises:
        WeightsError: the weights are of another network.
    """
    names = {field.name for field in fields(ShotNetConfig)}
    try:
        config = ShotNetConfig(**{k: int(v) for k, v in weights.config.items() if k in names})
        stored = weights.config["thresholds"]
        thresholds = Thresholds(**{str(k): float(v) for k, v in stored.items()})
        if not all(0 < getattr(config, name) <= 4096 for name in names):
            raise ValueError("a size is out of range")
        net = ShotNet(config)
        net.load_state_dict(weights.tensors)
    except (AttributeError, TypeError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(
            f"{weights.path} does not fit the shot network ({reason}): it was made by another "
            "version, train again or fetch the file that belongs to this one"
        ) from error
    return net, thresholds
