"""The networks that ours learnt from, and another, as contenders; their answers are kept.

Their files are in the data folder's `weights`. Each is fed as its authors feed it, on one thread.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from otio_autoedit.errors import WeightsError
from otio_autoedit.models.evaluate.average_precision import Detected
from otio_autoedit.models.evaluate.contenders import LEAST, Contender, Frame
from otio_autoedit.models.evaluate.kept import Answer, Kept
from otio_autoedit.models.evaluate.motion import foreground_by_motion
from otio_autoedit.models.evaluate.scene_sets import GROUPS
from otio_autoedit.models.scene import frame_size
from otio_autoedit.models.scene_labels import COCO_TO_OBJECT, OBJECTS, VOC_TO_MASK
from otio_autoedit.models.threads import one_thread
from otio_autoedit.models.train.scene.teachers import LiteModel
from otio_autoedit.models.zoo.onnx_nets import OnnxDetector, OnnxSegmenter
from otio_autoedit.models.zoo.pictures import resized
from otio_autoedit.models.zoo.torchvision_nets import BACKGROUND, describe

YOLOX = "YOLOX-nano, 416x416"
YOLOX_SMALL = "YOLOX-nano, picture at ours' size"
DEEPLAB = "DeepLab v3, 257x257"
DEEPLAB_FINE = "DeepLab v3, 513x513"
SELFIE = "MediaPipe selfie, 256x256"
MOTION = "motion alone"
FILES = {
    YOLOX: "yolox_nano.onnx",
    YOLOX_SMALL: "yolox_nano.onnx",
    DEEPLAB: "deeplab_v3_1_default_1.onnx",
    DEEPLAB_FINE: "deeplabv3_mnv2_pascal_quant.tflite",
    SELFIE: "selfie_segmentation.tflite",
}

_OVERLAP = 0.65  # of YOLOX's own evaluation, beside a least score of .01
_SIDE = 416
_GREY_PICTURE, _GREY_BORDER = 128, 114  # DeepLab's, YOLOX's
_VOC = (BACKGROUND, *describe("lraspp_mobilenet_v3_large").classes)
_GROUP_OF_VOC = np.array([GROUPS.index(VOC_TO_MASK.get(name, "other")) for name in _VOC], np.uint8)

Index = Callable[[Frame], NDArray[np.uint8]]
"""`(H, W)` uint8, Pascal VOC's classes, of a frame."""


def peer_contenders(weights: Path, kept: Kept) -> list[Contender]:
    """Returns them in the order of the tables; a network is opened when it is first asked.

    Args:
        weights: the folder with their files.
        kept: where their answers are kept.

    Raises:
        WeightsError: a file is missing.
    """
    keys = {name: f"{_slug(name)}-{_sha256(weights / file)}" for name, file in FILES.items()}

    def keeping(name: str, open_: Callable[[Path], Callable[[Frame], Answer]]) -> _Asked:
        return _Asked(keys[name], weights / FILES[name], open_, kept)

    return [
        Contender(YOLOX, _detect(keeping(YOLOX, open_yolox))),
        Contender(YOLOX_SMALL, _detect(keeping(YOLOX_SMALL, open_yolox_small))),
        _segmenter(DEEPLAB, keeping(DEEPLAB, open_deeplab)),
        _segmenter(DEEPLAB_FINE, keeping(DEEPLAB_FINE, open_deeplab_fine)),
        Contender(SELFIE, segment=_index(keeping(SELFIE, open_selfie)), knows=("person",)),
        Contender(MOTION, foreground=foreground_by_motion),
    ]


def open_yolox(path: Path) -> Callable[[Frame], Answer]:
    """Returns YOLOX's answers: the picture in a square of 416 pixels."""
    detector = OnnxDetector(path, threshold=LEAST, overlap=_OVERLAP)

    def ask(frame: Frame) -> Answer:
        (found,) = detector(frame[None])
        kinds = [COCO_TO_OBJECT.get(label) for label in found.labels]
        ours = np.array([kind is not None for kind in kinds], bool)
        classes = np.array([OBJECTS.index(kind) for kind in kinds if kind], np.int64)
        return {"boxes": found.boxes[ours], "classes": classes, "scores": found.scores[ours]}

    return ask


def open_yolox_small(path: Path) -> Callable[[Frame], Answer]:
    """Returns YOLOX's answers to pictures of the pixels that ours sees, grey around them."""
    whole = open_yolox(path)

    def ask(frame: Frame) -> Answer:
        width, height = frame_size(frame.shape[1], frame.shape[0])
        square = np.full((_SIDE, _SIDE, 3), _GREY_BORDER, np.uint8)
        square[:height, :width] = _resized(frame, (height, width)).round()
        found = whole(square)
        scale = np.array([_SIDE / width, _SIDE / height] * 2, np.float32)
        return {**found, "boxes": (found["boxes"] * scale).clip(0, 1)}

    return ask


def open_deeplab(path: Path) -> Callable[[Frame], Answer]:
    """Returns DeepLab's answers, VOC's classes; the picture is stretched."""
    segmenter = OnnxSegmenter(path)
    return lambda frame: {"index": segmenter(frame[None])[0].index}


def open_deeplab_fine(path: Path) -> Callable[[Frame], Answer]:
    """Returns the finer DeepLab's answers; the picture keeps its aspect, grey beside it."""
    model = LiteModel(path)
    side = min(model.size)

    def ask(frame: Frame) -> Answer:
        scale = side / max(frame.shape[:2])
        height, width = (max(1, round(edge * scale)) for edge in frame.shape[:2])
        square = np.full((*model.size, 3), _GREY_PICTURE, np.uint8)
        square[:height, :width] = _resized(frame, (height, width)).round()
        index = model(square)[:height, :width].astype(np.uint8)
        picture = Image.fromarray(index).resize(
            (frame.shape[1], frame.shape[0]), Image.Resampling.NEAREST
        )
        return {"index": np.asarray(picture)}

    return ask


def open_selfie(path: Path) -> Callable[[Frame], Answer]:
    """Returns MediaPipe's answers, `GROUPS`; the picture is stretched."""
    model = LiteModel(path)

    def ask(frame: Frame) -> Answer:
        person = model(_resized(frame, model.size) / 255)
        large = _resized(person, (frame.shape[0], frame.shape[1]))[..., 0]
        return {"index": (large >= 0.5).astype(np.uint8)}

    return ask


class _Asked:
    """A network of others: opened when it is first needed, its answers kept."""

    def __init__(
        self, key: str, path: Path, open_: Callable[[Path], Callable[[Frame], Answer]], kept: Kept
    ) -> None:
        self._key, self._path, self._open, self._kept = key, path, open_, kept
        self._ask: Callable[[Frame], Answer] | None = None

    def __call__(self, frame: Frame) -> Answer:
        return self._kept.answer(self._key, frame, lambda: self._fresh(frame))

    @one_thread()
    @torch.inference_mode()
    def _fresh(self, frame: Frame) -> Answer:
        if self._ask is None:  # sessions keep the number of threads that they are opened with
            self._ask = self._open(self._path)
        return self._ask(frame)


def _detect(asked: _Asked) -> Callable[[Frame], Detected]:
    def detect(frame: Frame) -> Detected:
        found = asked(frame)
        return Detected(found["boxes"], found["classes"], found["scores"])

    return detect


def _index(asked: _Asked) -> Index:
    return lambda frame: asked(frame)["index"]


def _segmenter(name: str, asked: _Asked) -> Contender:
    """Anything that is not background is its foreground."""
    index = _index(asked)

    def segment(frame: Frame) -> NDArray[np.uint8]:
        groups: NDArray[np.uint8] = _GROUP_OF_VOC[index(frame)]
        return groups

    def foreground(frames: NDArray[np.uint8]) -> NDArray[np.bool_]:
        return np.stack([index(frame) > 0 for frame in frames])

    return Contender(name, segment=segment, foreground=foreground)


def _resized(picture: NDArray[np.generic], size: tuple[int, int]) -> NDArray[np.float32]:
    """Returns `(*size, C)` float32 of a picture `(H, W, C)`."""
    batch = torch.from_numpy(picture.copy()).permute(2, 0, 1)[None]
    small: NDArray[np.float32] = resized(batch, size)[0].permute(1, 2, 0).numpy()
    return small


def _slug(name: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in name.lower())


def _sha256(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise WeightsError(
            f"cannot read the model {path}: {error.strerror}; --no-peers measures ours alone"
        ) from error
