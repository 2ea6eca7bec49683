"""Torchvision's detectors and segmenters, with weights from where ours are looked for.

The networks, their weights' names and their classes are torchvision's
(https://docs.pytorch.org/vision/stable/models.html); papers: Faster R-CNN (Ren et al. 2015), Mask
R-CNN (He et al. 2017), SSD (Liu et al. 2016), SSDlite (Sandler et al. 2018), RetinaNet (Lin et al.
2017), FCOS (Tian et al. 2019), FCN (Long et al. 2015), DeepLabV3 (Chen et al. 2017), LRASPP (Howard
et al. 2019).
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from otio_autoedit.errors import OptionError
from otio_autoedit.models.zoo.detections import Detections, Instances, LabelMap
from otio_autoedit.models.zoo.networks import Network, family_of, task_of
from otio_autoedit.models.zoo.pictures import (
    Frames,
    batches,
    label_map,
    normalised,
    padded,
    resized,
)
from otio_autoedit.models.zoo.pretrained import Pretrained, fill, load, published, unfilled
from otio_autoedit.progress import ProgressCallback

BACKGROUND = "background"
LEAST_SHORT_SIDE = 64
"""The smallest that `short_side` may be: the deepest maps have a stride of 64."""
_NO_CLASS = (BACKGROUND, "N/A")  # COCO's numbers have gaps
_LICENCE = "BSD-3-Clause"
_SEGMENTER_SIDE = 520  # of torchvision's segmentation presets
_MASK_THRESHOLD = 0.5
_NO_EPSILON = ("fasterrcnn_resnet50_fpn", "maskrcnn_resnet50_fpn", "retinanet_resnet50_fpn")


def describe(name: str) -> Network:
    """Returns what torchvision says of a network of its own and of its best weights."""
    task = task_of(name)
    assert task is not None
    member = _default_weights(name)
    meta = member.meta
    return Network(
        name=name,
        task=task,
        family=family_of(name),
        parameters=int(meta["num_params"]),
        classes=tuple(one for one in _classes(meta) if one not in _NO_CLASS),
        licence=str(meta.get("license", _LICENCE)),
        source=str(meta.get("recipe") or member.url),
        weights=published(member),
    )


class TorchvisionDetector:
    """Objects in frames, with masks where the network is a Mask R-CNN.

    Frames may have any size; they are scaled inside. Below `pictures.SMALLEST` pixels on a side,
    or longer than `pictures.WIDEST` to 1, they are padded.

    Attributes:
        classes: what it can find.
        device: where it runs.
        made_by: network, weights' hash and options, for the record.
    """

    def __init__(
        self,
        name: str,
        *,
        device: str = "cpu",
        threshold: float = 0.3,
        short_side: int | None = None,
        batch: int = 4,
        progress: ProgressCallback | None = None,
    ) -> None:
        """Builds the network and loads its weights.

        Args:
            name: of a detector of torchvision's.
            device: by torch's name.
            threshold: the least score of what is returned.
            short_side: pixels that the shorter side of a frame is scaled to; None for what the
                network was trained with. SSD's is fixed.
            batch: frames at a time.
            progress: hears of a download.

        Raises:
            OptionError: the size does not fit the network.
            WeightsError: the weights cannot be had, or are not its own.
        """
        options = _sizes(name, short_side)
        key = "box_score_thresh" if "rcnn" in name else "score_thresh"
        weights = load(name, describe(name).weights, progress)
        self._net = _filled(name, weights, {**options, key: threshold}).to(device)
        self._labels = _classes(_default_weights(name).meta)
        self._batch = batch
        self.classes = tuple(one for one in self._labels if one not in _NO_CLASS)
        self._named = torch.tensor([one not in _NO_CLASS for one in self._labels], device=device)
        self.device = device
        self.made_by: dict[str, Any] = {
            "network": name,
            "weights": weights.sha256,
            "threshold": threshold,
            "short_side": short_side,
        }

    @torch.inference_mode()
    def __call__(self, frames: Frames) -> list[Detections]:
        """Returns what is in each frame (`Instances` from a Mask R-CNN).

        Raises:
            ValueError: `frames` is not uint8 `[T, H, W, 3]`.
        """
        height, width = frames.shape[1:3]
        found: list[Detections] = []
        for batch in batches(frames, self._batch):
            pictures = list(padded(batch.to(self.device)).float() / 255)
            found += [self._seen(one, height, width) for one in self._net(pictures)]
        return found

    def _seen(self, output: dict[str, Tensor], height: int, width: int) -> Detections:
        scale = output["boxes"].new_tensor([width, height, width, height])
        boxes = (output["boxes"] / scale).clamp(0, 1)
        inside = ((boxes[:, 2:] - boxes[:, :2]) > 0).all(1)  # not in the padding alone
        inside &= self._named[output["labels"]]
        labels = tuple(self._labels[number] for number in output["labels"][inside].tolist())
        places = boxes[inside].float().cpu().numpy()
        scores = output["scores"][inside].float().cpu().numpy()
        if "masks" not in output:
            return Detections(places, labels, scores)
        masks = output["masks"][inside, 0, :height, :width] >= _MASK_THRESHOLD
        return Instances(places, labels, scores, masks.cpu().numpy())


class TorchvisionSegmenter:
    """The class of every pixel of frames. Frames may have any size, as for detectors.

    Attributes:
        classes: by number; 0 is "background".
        device: where it runs.
        made_by: network, weights' hash and options, for the record.
    """

    def __init__(
        self,
        name: str,
        *,
        device: str = "cpu",
        short_side: int | None = None,
        batch: int = 2,
        progress: ProgressCallback | None = None,
    ) -> None:
        """Builds the network and loads its weights; arguments and errors as a detector's."""
        _sizes(name, short_side)
        weights = load(name, describe(name).weights, progress)
        self._net = _filled(name, weights, {}).to(device)
        self._side = short_side or _SEGMENTER_SIDE
        self._batch = batch
        self.classes = _classes(_default_weights(name).meta)
        self.device = device
        self.made_by: dict[str, Any] = {
            "network": name,
            "weights": weights.sha256,
            "short_side": self._side,
        }

    @torch.inference_mode()
    def __call__(self, frames: Frames) -> list[LabelMap]:
        """Returns the classes of each frame's pixels.

        Raises:
            ValueError: `frames` is not uint8 `[T, H, W, 3]`.
        """
        height, width = frames.shape[1:3]
        maps: list[LabelMap] = []
        for batch in batches(frames, self._batch):
            pictures = padded(batch.to(self.device))
            probabilities = self._net(self._prepared(pictures))["out"].softmax(1)
            tall, wide = pictures.shape[2:]
            h, w = probabilities.shape[2:]
            shown = probabilities[:, :, : -(-h * height // tall), : -(-w * width // wide)]
            maps += [label_map(self.classes, one, (height, width)) for one in shown]
        return maps

    def _prepared(self, pictures: Tensor) -> Tensor:
        """Scaled by the shorter side, and normalised as in training."""
        shorter = min(pictures.shape[2:])
        height, width = (self._side * side // shorter for side in pictures.shape[2:])
        return normalised(resized(pictures, (height, width)))


def _filled(name: str, weights: Pretrained, options: dict[str, Any]) -> nn.Module:
    """The network with its weights, ready to run.

    Torchvision's own way of loading would unpickle the file whole. Where it trained with frozen
    batch norms, plain ones compute the same in evaluation; three of its oldest networks were
    trained without their epsilon.
    """
    from torchvision.models import get_model

    member = _default_weights(name)
    # FCN and DeepLab were trained with a second head, whose weights are in their files.
    auxiliary = {"aux_loss": True} if name.startswith(("fcn_", "deeplab")) else {}
    with unfilled():
        network: nn.Module = get_model(
            name,
            weights=None,
            weights_backbone=None,
            num_classes=len(member.meta["categories"]),
            **auxiliary,
            **options,
        )
    fill(network, weights, name)
    if name in _NO_EPSILON:
        for module in network.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eps = 0.0
    return network.eval()


def _sizes(name: str, short_side: int | None) -> dict[str, int]:
    """What the builder of a detector is told of sizes. Raises OptionError where it cannot be."""
    if short_side is None:
        return {}
    if name.startswith("ssd"):
        raise OptionError(f"short_side: {name} scales every picture to a size of its own; leave it")
    if short_side < LEAST_SHORT_SIDE:
        raise OptionError(f"short_side {short_side}: {name} takes {LEAST_SHORT_SIDE} or more")
    return {"min_size": short_side, "max_size": 2 * short_side}


def _classes(meta: dict[str, Any]) -> tuple[str, ...]:
    return tuple(BACKGROUND if one == "__background__" else one for one in meta["categories"])


def _default_weights(name: str) -> Any:
    from torchvision.models import get_model_weights

    return get_model_weights(name).DEFAULT
