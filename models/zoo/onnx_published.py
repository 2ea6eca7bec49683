"""Networks that their authors, or others, publish as ONNX files: which, where, under what terms."""

from __future__ import annotations

from dataclasses import dataclass

from otio_autoedit.models.zoo.networks import Network, WeightsFile, family_of, task_of

_YOLOX = "https://github.com/Megvii-BaseDetection/YOLOX"
_DEEPLAB = (
    "https://raw.githubusercontent.com/Kazuhito00/Image-Processing-Node-Editor/"
    "46979d5b8eacb181abe970e4dd18e8f4cf0e750b/node/deep_learning_node/semantic_segmentation/"
    "deeplab_v3/model/deeplab_v3_1_default_1.onnx"
)


@dataclass(frozen=True, slots=True)
class _Published:
    """What is published of a network: parameters as its authors count them."""

    parameters: int
    licence: str
    source: str
    weights: WeightsFile


def describe(name: str) -> Network:
    """Returns what is known of a network in `PUBLISHED`. Its classes are COCO's or Pascal VOC's."""
    from otio_autoedit.models.zoo import torchvision_nets

    task = task_of(name)
    assert task is not None
    alike = "ssdlite320_mobilenet_v3_large" if task == "detector" else "lraspp_mobilenet_v3_large"
    known = PUBLISHED[name]
    return Network(
        name=name,
        task=task,
        family=family_of(name),
        parameters=known.parameters,
        classes=torchvision_nets.describe(alike).classes,
        licence=known.licence,
        source=known.source,
        weights=known.weights,
    )


def _yolox(size: str, parameters: int, sha256: str, length: int) -> _Published:
    file = f"yolox_{size}.onnx"
    url = f"{_YOLOX}/releases/download/0.1.1rc0/{file}"
    return _Published(parameters, "Apache-2.0", _YOLOX, WeightsFile(file, url, sha256, length))


PUBLISHED = {
    "yolox_nano": _yolox(
        "nano",
        910_000,
        "c789161ed43c8269fcd4e67c67eeeb4e80c622da2eb296a20bc6007bd18a0b7d",
        3_659_407,
    ),
    "yolox_tiny": _yolox(
        "tiny",
        5_060_000,
        "427cc366d34e27ff7a03e2899b5e3671425c262ea2291f88bb942bc1cc70b0f7",
        20_219_662,
    ),
    "yolox_s": _yolox(
        "s",
        9_000_000,
        "c5c2d13e59ae883e6af3b45daea64af4833a4951c92d116ec270d9ddbe998063",
        35_858_002,
    ),
    # TensorFlow's DeepLab for telephones (depth multiplier .5, 257 pixels), converted by tf2onnx.
    "deeplabv3_mobilenet_v2_257": _Published(
        690_000,
        "Apache-2.0",
        "https://github.com/tensorflow/models/tree/master/research/deeplab",
        WeightsFile(
            "deeplab_v3_1_default_1.onnx",
            _DEEPLAB,
            "48a46b346ca7e2e96760b8a10a302046a3b5a9ce55e59d4c659c36d9cbd44118",
            2_781_296,
        ),
    ),
}
