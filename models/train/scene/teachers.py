"""The teachers: published networks that label pictures for ours to learn from.

All run on one thread, on the processor, a picture at a time (uint8 `[H, W, 3]` RGB). Their files
are in the data folder's `weights`; onnxruntime, onnx and ai-edge-litert are the extra `train`.
"""

from __future__ import annotations

import tempfile
import warnings
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from otio_autoedit.errors import MissingExtraError, WeightsError
from otio_autoedit.models.scene_labels import MASKS, VOC_TO_MASK
from otio_autoedit.models.threads import one_thread
from otio_autoedit.models.train.scene.levels import with_levels
from otio_autoedit.models.zoo import yolo
from otio_autoedit.models.zoo.detections import Detections
from otio_autoedit.models.zoo.onnx_session import OnnxModel
from otio_autoedit.models.zoo.torchvision_nets import BACKGROUND, describe

Picture = NDArray[np.uint8]

LEAST, OVERLAP = 0.12, 0.45  # of objects' scores; YOLOX's own overlap
LEAST_FACE, OVERLAP_FACE = 0.6, 0.3
FACE_SIDES = (320, 640)  # long sides at which faces are sought: large ones, small ones
GROUPS = 4  # of MASKS, those that a teacher knows: other, person, vehicle, animal


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What all teachers say of a picture.

    Attributes:
        objects: boxes with COCO's names, the surest first, then those of faces.
        p3: `[64, 52, 52]` float32, what YOLOX's head of stride 8 reads of the picture (behind its
            stem), which stands top left in a square of 416 pixels, its long side at 416.
        p4: `[64, 26, 26]` float32, likewise of stride 16.
        groups: `[4, 129, 129]` float32, probabilities of `MASKS[:4]`, the whole picture; or None.
        logits: `[1001]` float32, of ImageNet's classes after a background.
    """

    objects: Detections
    p3: NDArray[np.float32]
    p4: NDArray[np.float32]
    groups: NDArray[np.float32] | None
    logits: NDArray[np.float32]


class Teachers:
    """Opens all teachers once.

    Raises:
        MissingExtraError: the extra `train` is not installed.
        WeightsError: a file is missing or another than it should be.
    """

    def __init__(self, weights: Path) -> None:
        with one_thread():  # sessions keep the number of threads that they are opened with
            self._objects = ObjectTeacher(weights / "yolox_nano.onnx")
            self._faces = FaceTeacher(weights / "yunet_n_dynamic.onnx")
            self._groups = GroupTeacher(weights / "deeplab_v3_1_default_1.onnx")
            self._classes = ClassTeacher(weights / "mobilenet_v2_1.0_224_quant.tflite")
            self._portrait = PortraitTeacher(weights / "selfie_segmentation.tflite")

    def look(self, picture: Picture, pixels: bool = True) -> Seen:
        """Returns what they say of a picture; of its `pixels` if that is wanted."""
        with one_thread(), torch.inference_mode():
            objects, p3, p4 = self._objects(picture)
            # Small faces cost four times the large ones, and count only in persons' boxes.
            faces = doubted(self._faces(picture, "person" in objects.labels), objects)
            return Seen(
                Detections(
                    np.concatenate([objects.boxes, faces.boxes]),
                    objects.labels + faces.labels,
                    np.concatenate([objects.scores, faces.scores]),
                ),
                p3,
                p4,
                self._groups(picture) if pixels else None,
                self._classes(picture),
            )

    def portrait(self, picture: Picture) -> NDArray[np.float32]:
        """Returns `[256, 256]`: probability of the person in a picture of one, near."""
        with one_thread(), torch.inference_mode():
            return self._portrait(picture)


def doubted(faces: Detections, objects: Detections) -> Detections:
    """Returns the faces, with a third of their score where no person's box holds them.

    Of 226 faces in persons' boxes on COCO's pictures 223 were of people; of 83 others 55: the rest
    were cats, tomatoes and wheels. With a third of its score a face counts neither way.
    """
    people = objects.boxes[[name == "person" for name in objects.labels]]
    centres = (faces.boxes[:, None, :2] + faces.boxes[:, None, 2:]) / 2
    held = ((centres > people[:, :2]) & (centres < people[:, 2:])).all(2)
    larger = _areas(people) > 0.7 * _areas(faces.boxes)[:, None]  # a near face fills its box
    scores = np.where((held & larger).any(1), faces.scores, faces.scores / 3)
    order = np.argsort(-scores, kind="stable")
    return Detections(faces.boxes[order], faces.labels, scores[order].astype(np.float32))


class ObjectTeacher:
    """YOLOX-nano: boxes of COCO's 80 classes, and the maps that its heads read."""

    def __init__(self, path: Path) -> None:
        data, levels = with_levels(path)
        with tempfile.TemporaryDirectory() as folder:
            changed = Path(folder) / path.name
            changed.write_bytes(data)
            self._model = OnnxModel(changed)
        if self._model.size is None or len(levels) < 2:
            raise WeightsError(f"{path} takes pictures of any size; one of a fixed size is needed")
        self._size = self._model.size
        self._names = describe("ssdlite320_mobilenet_v3_large").classes

    def __call__(
        self, picture: Picture
    ) -> tuple[Detections, NDArray[np.float32], NDArray[np.float32]]:
        """Returns the objects, and the maps of strides 8 and 16, each `[C, h, w]`."""
        square, placed = yolo.letterboxed(_batch(picture), self._size, "yolox")
        output, p3, p4 = self._model(square.numpy())[:3]
        rows = yolo.decoded(torch.from_numpy(output), "yolox", self._size, len(self._names))[0]
        boxes = yolo.in_picture(yolo.chosen(rows, LEAST, OVERLAP), placed)
        labels = tuple(self._names[number] for number in boxes.classes.tolist())
        return Detections(boxes.places.numpy(), labels, boxes.scores.numpy()), p3[0], p4[0]


class FaceTeacher:
    """YuNet (Wu et al. 2023, Machine Intelligence Research 20): faces of about 10 to 300 pixels.

    Each cell of strides 8, 16, 32 has a class score and an objectness, whose geometric mean is the
    score, and a box: centre = (cell + xy) * stride, size = exp(wh) * stride.
    """

    def __init__(self, path: Path) -> None:
        self._model = OnnxModel(path)
        self._path = path

    def __call__(self, picture: Picture, small: bool = True) -> Detections:
        """Returns the faces, the surest first; without `small`, large ones only."""
        sides = FACE_SIDES if small else FACE_SIDES[:1]
        rows = torch.cat([self._rows(picture, side) for side in sides])
        found = yolo.chosen(rows, LEAST_FACE, OVERLAP_FACE)
        scores = found.scores.numpy()
        return Detections(found.places.clamp(0, 1).numpy(), ("face",) * len(scores), scores)

    def _rows(self, picture: Picture, side: int) -> Tensor:
        """`[cells, 5]`: x0, y0, x1, y1 in 0..1 and the score, from the picture at a size."""
        scale = side / max(picture.shape[:2]) / 32
        size = (ceil(picture.shape[0] * scale) * 32, ceil(picture.shape[1] * scale) * 32)
        square, placed = yolo.letterboxed(_batch(picture), size, "yolox")
        outputs = self._model(square.numpy())
        if len(outputs) != 12:
            raise WeightsError(f"{self._path} has {len(outputs)} outputs, not YuNet's 12")
        kinds = [torch.from_numpy(np.concatenate(outputs[at : at + 3], 1)) for at in (0, 3, 6)]
        classes, objectness, boxes = (kind[0].float() for kind in kinds)
        cells = yolo.grid(size).to(boxes)
        centre = (boxes[:, :2] + cells[:, :2]) * cells[:, 2:]
        extent = boxes[:, 2:].exp() * cells[:, 2:]
        score = (classes.clamp(0, 1) * objectness.clamp(0, 1)).sqrt()
        corners = torch.cat([centre - extent / 2, centre + extent / 2], 1)
        x_side, y_side = placed.scale[0] * picture.shape[1], placed.scale[1] * picture.shape[0]
        return torch.cat([corners / corners.new_tensor([x_side, y_side] * 2), score], 1)


class GroupTeacher:
    """DeepLab v3 (Chen et al. 2017, arXiv 1706.05587) of Pascal VOC's classes, as `MASKS`."""

    def __init__(self, path: Path) -> None:
        self._model = OnnxModel(path)
        names = (BACKGROUND, *describe("lraspp_mobilenet_v3_large").classes)
        groups = [MASKS.index(VOC_TO_MASK.get(name, "other")) for name in names]
        self._group = torch.eye(GROUPS)[groups]  # [21, 4]

    def __call__(self, picture: Picture) -> NDArray[np.float32]:
        """Returns `[4, h, w]`, probabilities of `MASKS[:4]`."""
        size = self._model.size or (257, 257)
        values = _scaled(picture, size) / 127.5 - 1
        output = torch.from_numpy(self._model(values.numpy())[0][0])
        if output.ndim != 3 or output.shape[2] != len(self._group):
            raise WeightsError(f"{self._model.path} does not score Pascal VOC's 21 classes")
        output = output[::2, ::2]  # it was scaled up from 33x33: every second row has all there is
        groups = (output - output.amax(2, keepdim=True)).exp() @ self._group
        shares: NDArray[np.float32] = (
            (groups / groups.sum(2, keepdim=True)).permute(2, 0, 1).numpy()
        )
        return shares


class ClassTeacher:
    """MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381), quantised: ImageNet's classes.

    Its output is a softmax in steps of 1/256, mostly zeros; the logits are what goes into that.
    """

    def __init__(self, path: Path) -> None:
        self._model = LiteModel(path, keep=True)
        self._logits = self._model.before_output()

    def __call__(self, picture: Picture) -> NDArray[np.float32]:
        """Returns `[1001]` logits; the whole picture is squeezed, nothing is cut off."""
        values = _scaled(picture, self._model.size)
        self._model(values[0].permute(1, 2, 0).numpy().astype(np.uint8))
        return self._model.tensor(self._logits)


class PortraitTeacher:
    """MediaPipe's selfie model: one person near the camera, with clean edges."""

    def __init__(self, path: Path) -> None:
        self._model = LiteModel(path)

    def __call__(self, picture: Picture) -> NDArray[np.float32]:
        """Returns `[256, 256]`: probability of person."""
        values = _scaled(picture, self._model.size) / 255
        output = self._model(values[0].permute(1, 2, 0).numpy())
        return output.reshape(output.shape[:2])


class LiteModel:
    """A TensorFlow Lite model of one picture and one output, on one thread.

    `keep` keeps what is between, for `tensor`.
    """

    def __init__(self, path: Path, keep: bool = False) -> None:
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise MissingExtraError(
                "tflite teachers need ai-edge-litert: pip install 'otio-autoedit[train]'"
            ) from error
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # keeping tensors is said to be for debugging
                self._run: Any = Interpreter(
                    str(path), num_threads=1, experimental_preserve_all_tensors=keep
                )
        except (ValueError, OSError) as error:
            raise WeightsError(f"cannot read the model {path}: {error}") from error
        self._run.allocate_tensors()
        self._path = path
        (self._input,) = self._run.get_input_details()
        (self._output,) = self._run.get_output_details()
        shape = self._input["shape"]
        self.size = (int(shape[1]), int(shape[2]))

    def __call__(self, picture: NDArray[Any]) -> NDArray[np.float32]:
        """Returns its output for `picture` `[h, w, 3]`, without the first dimension."""
        self._run.set_tensor(self._input["index"], picture[None].astype(self._input["dtype"]))
        self._run.invoke()
        return self.tensor(self._output)

    def before_output(self) -> dict[str, Any]:
        """The last tensor before the output, of its shape: what the softmax takes."""
        shape = tuple(self._output["shape"])
        others = [
            one
            for one in self._run.get_tensor_details()
            if tuple(one["shape"]) == shape and one["index"] < self._output["index"]
        ]
        if not others:
            raise WeightsError(f"{self._path} has no logits before its output")
        return dict(max(others, key=lambda one: int(one["index"])))

    def tensor(self, details: dict[str, Any]) -> NDArray[np.float32]:
        """A tensor of the last run, as real numbers, without the first dimension."""
        values: NDArray[np.float32] = self._run.get_tensor(details["index"])[0].astype(np.float32)
        scale, zero = details["quantization"]
        return (values - np.float32(zero)) * np.float32(scale) if scale else values


def _scaled(picture: Picture, size: tuple[int, int]) -> Tensor:
    """Float `[1, 3, *size]` in 0..255, without aliasing; by Pillow, eight times as fast."""
    image = Image.fromarray(picture).resize(size[::-1], Image.Resampling.BILINEAR)
    return _batch(np.asarray(image)).float()


def _areas(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    areas: NDArray[np.float32] = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    return areas


def _batch(picture: Picture) -> Tensor:
    return torch.from_numpy(picture.copy()).permute(2, 0, 1)[None]
