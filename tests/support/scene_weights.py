"""Weights of the scene network that nobody trained, for tests of what is done with its answers.

Its heads are set so that they tell the places of a film apart: a few cells of each picture hold
something, masks come and go, scenes differ. What they say means nothing; it is always the same.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from otio_autoedit.models.scene import SceneNet, SceneNetConfig
from otio_autoedit.models.weight_files import save_weights

SMALL = SceneNetConfig(
    widths=(8, 8, 12, 16, 24), depths=(1, 1, 1, 1), neck=16, states=8, hidden=16, decoder=8
)
_SPREAD = 3.0  # standard deviation of the heads' logits
_SIDE = 1.5  # of the boxes: the logarithm of their sides, in cells


def write_scene_weights(
    folder: Path,
    frames: npt.NDArray[np.uint8],
    *,
    seed: int = 5,
    rare: float = 4.5,
    config: SceneNetConfig = SMALL,
) -> Path:
    """Writes ``scene.safetensors`` into ``folder`` and returns it.

    Args:
        folder: for ``OTIO_AUTOEDIT_WEIGHTS``.
        frames: uint8 ``(n, H, W, 3)``, of the film that is to be told apart.
        seed: another one gives another network.
        rare: by how many standard deviations a place must stand out to hold something.
        config: of the network.
    """
    torch.manual_seed(seed)
    net = SceneNet(config).eval()
    pictures = torch.from_numpy(frames.copy()).permute(0, 3, 1, 2)[None]
    with torch.inference_mode():
        outputs, _ = net(pictures)
    maps = torch.cat([outputs.masks, outputs.foreground[:, :, None]], 2)
    _spread(net.objects.cls, outputs.cells.classes.movedim(2, -1))
    _spread(net.masks.out, maps.movedim(2, -1))
    _spread(net.scene.kind[-1], outputs.scene)
    with torch.no_grad():
        net.objects.cls.weight[0] = 0
        net.objects.cls.bias[0] = _SPREAD * rare  # type: ignore[index]
        net.objects.loc.bias[2:] = _SIDE  # type: ignore[index]
    path = folder / "scene.safetensors"
    save_weights(path, "scene", asdict(net.config), net.state_dict())
    return path


def _spread(layer: nn.Module, logits: Tensor) -> None:
    """Makes a layer's outputs, the last axis of ``logits``, 0 on average and of one deviation."""
    assert isinstance(layer, nn.Linear | nn.Conv2d)
    assert layer.bias is not None
    each = logits.flatten(0, -2)
    scale = _SPREAD / each.std(0).clamp_min(1e-9)
    with torch.no_grad():
        layer.weight.mul_(scale.view(-1, *[1] * (layer.weight.ndim - 1)))
        layer.bias.copy_((layer.bias - each.mean(0)) * scale)
