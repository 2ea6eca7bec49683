"""The scene network: what is in the picture, where, and what kind of picture it is.

    I_i -> CNN -> f_i -> RNN on the maps -> h_i -> heads: boxes, masks, foreground, scene, f_(i+1)

It sees two to four frames a second. The heads read a map of stride 8 that is made of the states
(stride 16) and the CNN's finer map; the masks go up to stride 4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from otio_autoedit.errors import WeightsError
from otio_autoedit.models.detection import CellOutputs, DetectionHead
from otio_autoedit.models.heads import NextFeatureHead, SceneHead
from otio_autoedit.models.scene_cnn import (
    MULTIPLE,
    ConvNorm,
    SceneCNN,
    SceneFeatures,
    doubled,
    fold,
)
from otio_autoedit.models.scene_labels import MASKS, OBJECTS, SCENES
from otio_autoedit.models.segmentation import UNetDecoder
from otio_autoedit.models.temporal import ConvGRU, GatedResidual
from otio_autoedit.models.weight_files import Weights

AREA = 256 * 144  # pixels of the pictures it was trained on


@dataclass(frozen=True, slots=True)
class SceneNetConfig:
    """Everything that fixes the network's shape; stored with its weights.

    Attributes:
        widths: channels of the stem and of the maps of strides 4, 8, 16, 32.
        depths: residual blocks at each of the four strides.
        neck: channels of the maps that RNN and heads read.
        states: of the RNN, a cell.
        hidden: of the small heads; of the detection head, the neck's.
        decoder: channels on the way up to the masks.
        objects, masks, scenes: what it tells apart; see `scene_labels`.
    """

    widths: tuple[int, ...] = (24, 32, 72, 128, 192)
    depths: tuple[int, ...] = (1, 2, 2, 2)
    neck: int = 64
    states: int = 48
    hidden: int = 96
    decoder: int = 24
    objects: tuple[str, ...] = OBJECTS
    masks: tuple[str, ...] = MASKS
    scenes: tuple[str, ...] = SCENES


class SceneOutputs(NamedTuple):
    """What the heads say of T frames of B films.

    Attributes:
        cells: of the map of stride 8, `(B, T, ...)`.
        masks: `(B, T, K, H/4, W/4)` logits.
        foreground: `(B, T, H/4, W/4)` logits.
        scene: `(B, T, S)` logits.
        vectors: `(B, T, D)`: `f_i`.
        following: `(B, T, D)`: what `f_(i+1)` is expected to be.
        fine: `(B, T, neck, H/8, W/8)`: the map that the heads read.
    """

    cells: CellOutputs
    masks: Tensor
    foreground: Tensor
    scene: Tensor
    vectors: Tensor
    following: Tensor
    fine: Tensor


class SceneNet(nn.Module):
    """CNN over frames, RNN over its maps, all heads."""

    def __init__(self, config: SceneNetConfig) -> None:
        super().__init__()
        self.config = config
        neck, vector = config.neck, config.widths[-1]
        self.backbone = SceneCNN(config.widths, config.depths, neck)
        self.temporal = GatedResidual(ConvGRU(neck, config.states))
        self.lateral = nn.Conv2d(config.widths[2], neck, 1)
        self.merge = ConvNorm(neck, neck)
        self.objects = DetectionHead(neck, len(config.objects), hidden=neck)
        self.masks = UNetDecoder(
            neck, [config.widths[1]], len(config.masks) + 1, hidden=config.decoder
        )
        self.scene = SceneHead(vector + neck, config.hidden, len(config.scenes))
        self.next = NextFeatureHead(vector + neck, config.hidden, vector)

    def forward(self, frames: Tensor, state: Tensor | None = None) -> tuple[SceneOutputs, Tensor]:
        """Returns what the heads say of whole windows, and the RNN's last state.

        Args:
            frames: `(B, T, 3, H, W)`, uint8 or float in 0..1, sizes of `frame_size`.
            state: of the frames before; None where a window begins.
        """
        features = self.see(frames.flatten(0, 1))
        lead = frames.shape[:2]
        timed = SceneFeatures(*(_split(part, lead) for part in features))
        h, state = self.over_time(timed, state)
        return self.heads(timed, h), state

    def see(self, frames: Tensor) -> SceneFeatures:
        """Returns the CNN's features of frames `(N, 3, H, W)`, uint8 or float in 0..1."""
        weight = self.lateral.weight
        scaled = frames.to(weight.dtype) / 255 if frames.dtype == torch.uint8 else frames
        features: SceneFeatures = self.backbone(
            scaled.contiguous(memory_format=torch.channels_last)
        )
        return features

    def over_time(
        self, features: SceneFeatures, state: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """Returns states `h_i` `(B, T, neck, H/16, W/16)` and the RNN's last."""
        h, state = self.temporal(features.f16, state)
        return h, state

    def heads(self, features: SceneFeatures, h: Tensor) -> SceneOutputs:
        """Returns what the heads read off features and states, both `(B, T, ...)`."""
        lead = h.shape[:2]
        f4, f8, states = (part.flatten(0, 1) for part in (features.f4, features.f8, h))
        lateral = self.lateral(f8)
        fine = self.merge(lateral + doubled(states, lateral))
        cells: CellOutputs = self.objects(fine)
        masks = _split(self.masks(fine, [f4], f4.shape[-2:]), lead)
        known = torch.cat([features.vector, h.mean((3, 4))], 2)
        return SceneOutputs(
            CellOutputs(_split(cells.classes, lead), _split(cells.boxes, lead)),
            masks[:, :, :-1],
            masks[:, :, -1],
            self.scene(known),
            features.vector,
            features.vector + self.next(known),
            _split(fine, lead),
        )


def frame_size(width: int, height: int, area: int = AREA) -> tuple[int, int]:
    """Returns the (width, height) at which the network sees pictures of a displayed size.

    About `area` pixels, multiples of 16, the aspect kept as nearly as those allow.

    >>> frame_size(1920, 1080), frame_size(1080, 1920), frame_size(720, 720)
    ((256, 144), (144, 256), (192, 192))
    """
    if width < 1 or height < 1:
        raise ValueError(f"a picture has a size, not {width}x{height}")
    aspect = min(4.0, max(0.25, width / height))  # beyond that it is squeezed
    wide = max(1, round(math.sqrt(area * aspect) / MULTIPLE))
    high = max(1, round(math.sqrt(area / aspect) / MULTIPLE))
    return wide * MULTIPLE, high * MULTIPLE


def network_from(weights: Weights) -> SceneNet:
    """Returns the network ready to run, its normalisation folded in."""
    net = trainable_from(weights)
    fold(net)
    return net.to(memory_format=torch.channels_last)


def trainable_from(weights: Weights) -> SceneNet:
    """Returns the network as it was trained, to train on.

    Raises:
        WeightsError: the weights are of another network.
    """
    try:
        config = _config(weights)
        net = SceneNet(config)
        net.load_state_dict(weights.tensors)  # half floats in the file, single in memory
    except (AttributeError, TypeError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(
            f"{weights.path} does not fit the scene network ({reason}): it was made by another "
            "version, train again or fetch the file that belongs to this one"
        ) from error
    return net


def _split(maps: Tensor, lead: torch.Size) -> Tensor:
    """Returns `(B T, ...)` as `(B, T, ...)`."""
    return maps.reshape(*lead, *maps.shape[1:])


def _config(weights: Weights) -> SceneNetConfig:
    """Returns the shape that is stored with weights; ValueError where it cannot be one."""
    stored = {field.name: weights.config[field.name] for field in fields(SceneNetConfig)}
    sizes = [n for value in stored.values() for n in _items(value) if not isinstance(n, str)]
    if not all(isinstance(n, int) and 0 <= n <= 4096 for n in sizes):
        raise ValueError("a size is out of range")
    as_kept: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in stored.items()}
    return SceneNetConfig(**as_kept)


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else [value]
