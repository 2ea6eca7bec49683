"""Detectors and segmenters from ONNX files, in the form of all the others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import one_hot

from otio_autoedit.errors import OptionError, WeightsError
from otio_autoedit.models.zoo import yolo
from otio_autoedit.models.zoo.detections import Detections, LabelMap
from otio_autoedit.models.zoo.onnx_session import Array, OnnxModel
from otio_autoedit.models.zoo.pictures import Frames, batches, label_map, normalised, resized

Values = Literal["bytes", "unit", "symmetric", "imagenet"]
"""What a segmenter's input holds: 0..255; 0..1; -1..1; or normalised as torchvision does."""

_MOST_CLASSES = 256  # a map holds bytes
_VOC = 21  # Pascal VOC's classes with the background
_SIDE = 640  # where a model takes any size and says nothing: the family's usual one
_STEP = 32  # sides of inputs that may vary are multiples of the coarsest stride


class OnnxDetector:
    """A network of the YOLO family; `models.yolo` says which forms. Frames may have any size.

    Class names are the file's, or COCO's 80 where there are 80.

    Attributes:
        classes: what it can find; empty where the file does not say.
        device: where it runs, "cuda" or "cpu".
        made_by: network, weights' hash and options, for the record.
    """

    def __init__(
        self,
        path: Path,
        *,
        name: str = "",
        device: str = "cpu",
        threshold: float = 0.3,
        overlap: float = 0.45,
        short_side: int | None = None,
        batch: int = 4,
    ) -> None:
        """Opens the model.

        Args:
            path: of the .onnx file.
            name: for the record; the file's name if empty.
            device: by torch's name; onnxruntime uses CUDA if it was built with it.
            threshold: the least score of what is returned.
            overlap: intersection over union above which the less sure of two boxes goes.
            short_side: side of the input, where the model takes any.
            batch: frames at a time, where the model takes any number.

        Raises:
            MissingExtraError: onnxruntime is not installed.
            OptionError: the model has a size of its own.
            WeightsError: the file is missing, damaged, or no detector of the family.
        """
        self._model = OnnxModel(path, device)
        self._size = _input_size(self._model, short_side)
        self._threshold, self._overlap, self._batch = threshold, overlap, batch
        self._form, count = self._try()
        self.classes = self._model.classes or (_coco() if count == len(_coco()) else ())
        if self._model.classes and count is not None and not self._fits(count):
            raise WeightsError(
                f"{path} names {len(self._model.classes)} classes and scores {count}: export it "
                "again"
            )
        self.device = self._model.device
        self.made_by: dict[str, Any] = {
            "network": name or path.name,
            "weights": self._model.sha256,
            "threshold": threshold,
            "overlap": overlap,
        }

    @torch.inference_mode()
    def __call__(self, frames: Frames) -> list[Detections]:
        """Returns what is in each frame.

        Raises:
            ValueError: `frames` is not uint8 `[T, H, W, 3]`.
        """
        found: list[Detections] = []
        for batch in batches(frames, self._batch):
            pictures, placed = yolo.letterboxed(batch.cpu(), self._size, self._form)
            if self._model.dtype == np.uint8:  # the range is in the type, whatever the form
                pictures = (pictures * (1 if self._form == "yolox" else 255)).round()
            output = torch.from_numpy(self._model(pictures.numpy())[0]).float()
            found += [self._seen(boxes, placed) for boxes in self._boxes(output)]
        return found

    def _boxes(self, output: Tensor) -> list[yolo.Boxes]:
        if self._form == "end-to-end":
            return [yolo.chosen_already(rows, self._threshold) for rows in output]
        known = len(self._model.classes) if self._model.classes else None
        every = yolo.decoded(output, self._form, self._size, known)
        return [yolo.chosen(rows, self._threshold, self._overlap) for rows in every]

    def _seen(self, boxes: yolo.Boxes, placed: yolo.Placed) -> Detections:
        there = yolo.in_picture(boxes, placed)
        labels = tuple(self._label(number) for number in there.classes.tolist())
        return Detections(there.places.numpy(), labels, there.scores.numpy())

    def _label(self, number: int) -> str:
        return self.classes[number] if 0 <= number < len(self.classes) else f"class {number}"

    def _try(self) -> tuple[yolo.Form, int | None]:
        """The form of its output, and how many classes that scores; None where it cannot say."""
        outputs = self._model(np.zeros((1, 3, *self._size), np.float32))
        try:
            form = yolo.form_of(outputs[0].shape, self._size)
        except WeightsError as error:
            raise WeightsError(
                f"{self._model.path} is no detector of the YOLO family: {error}"
            ) from error
        if form == "end-to-end":
            return form, None
        return form, outputs[0].shape[2] - 5 if form == "yolox" else outputs[0].shape[1] - 4

    def _fits(self, count: int) -> bool:
        named = len(self._model.classes or ())
        return named == count or (self._form == "yolov8" and named < count)


class OnnxSegmenter:
    """A network that gives the class of each pixel. Frames may have any size; they are stretched
    to the network's.

    What its input holds (`values`) is not in an ONNX file. Unless it is said: "bytes" where the
    input is uint8, "symmetric" where colours come last (as TensorFlow's networks take them),
    "imagenet" where they come first (as PyTorch's do).

    Its output is `[n, K, h, w]` or `[n, h, w, K]`, logits or probabilities; or the likeliest
    classes themselves, `[n, h, w]`. With one channel it is the probability of a foreground.

    Attributes:
        classes: by number; of the file, or Pascal VOC's where there are 21.
        device: where it runs, "cuda" or "cpu".
        made_by: network, weights' hash and options, for the record.
    """

    def __init__(
        self,
        path: Path,
        *,
        name: str = "",
        device: str = "cpu",
        values: Values | None = None,
        short_side: int | None = None,
        batch: int = 2,
    ) -> None:
        """Opens the model; arguments and errors as a detector's."""
        self._model = OnnxModel(path, device)
        self._size = _input_size(self._model, short_side)
        self._values: Values = values or _values(self._model)
        self._batch = batch
        planes = self._planes(self._model(np.zeros((1, 3, *self._size), np.float32))[0])
        self.classes = self._model.classes or _segment_names(planes.shape[1])
        if planes.shape[1] > _MOST_CLASSES:
            raise WeightsError(f"{path} scores {planes.shape[1]} classes; wrong file?")
        if len(self.classes) < planes.shape[1]:
            raise WeightsError(
                f"{path} names {len(self.classes)} classes and scores {planes.shape[1]}: export "
                "it again"
            )
        self.device = self._model.device
        self.made_by: dict[str, Any] = {
            "network": name or path.name,
            "weights": self._model.sha256,
            "values": self._values,
        }

    @torch.inference_mode()
    def __call__(self, frames: Frames) -> list[LabelMap]:
        """Returns the classes of each frame's pixels.

        Raises:
            ValueError: `frames` is not uint8 `[T, H, W, 3]`.
        """
        size = (int(frames.shape[1]), int(frames.shape[2]))
        maps: list[LabelMap] = []
        for batch in batches(frames, self._batch):
            pictures = _in_range(resized(batch.cpu(), self._size), self._values)
            planes = self._planes(self._model(pictures.numpy())[0])
            maps += [label_map(self.classes, one, size) for one in planes]
        return maps

    def _planes(self, output: Array) -> Tensor:
        """The output as probabilities `[n, K, h, w]`."""
        if output.ndim == 4 and output.shape[3] < min(output.shape[1:3]):
            output = output.transpose(0, 3, 1, 2)
        if output.ndim == 3:
            output = output[:, None]
        if output.ndim != 4:
            raise WeightsError(
                f"{self._model.path} is no segmenter: its output is {list(output.shape)}, not "
                "[n, classes, h, w], [n, h, w, classes] or [n, h, w]"
            )
        if np.issubdtype(output.dtype, np.floating):
            return _probabilities(torch.from_numpy(output).float())
        return self._one_hot(torch.from_numpy(output[:, 0]).long())

    def _one_hot(self, index: Tensor) -> Tensor:
        """Numbers of classes `[n, h, w]` as sure probabilities."""
        count = len(self._model.classes or _segment_names(_VOC))
        if bool((index < 0).any()) or bool((index >= count).any()):
            raise WeightsError(
                f"{self._model.path} gives numbers of classes beyond the {count} that are named: "
                "export it again, with names"
            )
        return one_hot(index, count).permute(0, 3, 1, 2).float()


def _probabilities(scores: Tensor) -> Tensor:
    """Logits or probabilities `[n, K, h, w]` as probabilities; of one channel, two."""
    in_range = bool((scores >= 0).all()) and bool((scores <= 1).all())
    if scores.shape[1] == 1:
        front = scores if in_range else scores.sigmoid()
        return torch.cat([1 - front, front], 1)
    if in_range and bool((scores.sum(1) - 1).abs().max() < 1e-2):
        return scores
    return scores.softmax(1)


def _values(model: OnnxModel) -> Values:
    if model.dtype == np.uint8:
        return "bytes"
    return "symmetric" if model.layout == "NHWC" else "imagenet"


def _in_range(pictures: Tensor, values: Values) -> Tensor:
    if values == "bytes":
        return pictures.round().clamp(0, 255)
    if values == "symmetric":
        return pictures / 127.5 - 1
    if values == "unit":
        return pictures / 255
    return normalised(pictures)


def _input_size(model: OnnxModel, side: int | None) -> tuple[int, int]:
    """The model's own size; or, where it takes any, as asked, as the file says, or the usual."""
    if model.size is not None:
        if side is not None:
            height, width = model.size
            raise OptionError(
                f"short_side: {model.path} takes pictures of {width}x{height} only; leave it"
            )
        return model.size
    if side is not None and (side < _STEP or side % _STEP):
        raise OptionError(f"short_side {side}: {model.path} takes multiples of {_STEP}")
    stated = re.fullmatch(r"\[(\d{1,4}), ?(\d{1,4})\]", model.metadata.get("imgsz", ""))
    if side is None and stated:
        return max(_STEP, int(stated[1])), max(_STEP, int(stated[2]))
    return side or _SIDE, side or _SIDE


def _coco() -> tuple[str, ...]:
    """The 80 names of COCO, in the order that is used where 80 are scored."""
    from otio_autoedit.models.zoo.torchvision_nets import describe

    return describe("ssdlite320_mobilenet_v3_large").classes


def _segment_names(count: int) -> tuple[str, ...]:
    from otio_autoedit.models.zoo.torchvision_nets import BACKGROUND, describe

    if count == 2:
        return BACKGROUND, "foreground"
    voc = (BACKGROUND, *describe("lraspp_mobilenet_v3_large").classes)
    return voc if count == _VOC else tuple(f"class {number}" for number in range(count))
