"""The names of the networks of others that can be asked for, and the record of what is known.

No torch here: options and help list names. `zoo` adds ours, and knows the rest of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Task = Literal["shots", "scene", "detector", "segmenter", "backbone"]
TASKS: tuple[Task, ...] = get_args(Task)


@dataclass(frozen=True, slots=True)
class WeightsFile:
    """A file of weights: what it is called, where it is published, how it is told.

    Attributes:
        name: of the file, as its publisher calls it.
        url: where it can be had; empty for those that come with the package.
        sha256: the first digits of its hash, eight or more; empty where nobody published them.
        bytes: about how large it is.
    """

    name: str
    url: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Network:
    """What is known of a network without its weights.

    Attributes:
        name: by which it is asked for.
        task: what it does. A detector of the family "Mask R-CNN" gives masks too.
        family: the method it is of.
        parameters: how many numbers were learnt.
        classes: what it tells apart, in its own words, without the background.
        licence: of code and weights.
        source: where it was made, a page to read.
        weights: the file that it needs.
    """

    name: str
    task: Task
    family: str
    parameters: int
    classes: tuple[str, ...]
    licence: str
    source: str
    weights: WeightsFile


def names(task: Task) -> tuple[str, ...]:
    """The names of the networks of a task, by family."""
    return tuple(name for family in FAMILIES[task].values() for name in family)


def task_of(name: str) -> Task | None:
    """The task of a network, or None where there is none of that name."""
    return next((task for task in TASKS if name in names(task)), None)


def family_of(name: str) -> str:
    """The family of a network that there is."""
    found = (
        family for task in TASKS for family, members in FAMILIES[task].items() if name in members
    )
    return next(found)


FAMILIES: dict[Task, dict[str, tuple[str, ...]]] = {
    "shots": {"TransNetV2": ("transnetv2",)},
    "scene": {},
    "detector": {
        "SSD": ("ssdlite320_mobilenet_v3_large", "ssd300_vgg16"),
        "Faster R-CNN": (
            "fasterrcnn_mobilenet_v3_large_320_fpn",
            "fasterrcnn_mobilenet_v3_large_fpn",
            "fasterrcnn_resnet50_fpn",
            "fasterrcnn_resnet50_fpn_v2",
        ),
        "RetinaNet": ("retinanet_resnet50_fpn", "retinanet_resnet50_fpn_v2"),
        "FCOS": ("fcos_resnet50_fpn",),
        "Mask R-CNN": ("maskrcnn_resnet50_fpn", "maskrcnn_resnet50_fpn_v2"),
        "YOLOX": ("yolox_nano", "yolox_tiny", "yolox_s"),
    },
    "segmenter": {
        "LRASPP": ("lraspp_mobilenet_v3_large",),
        "DeepLabV3": (
            "deeplabv3_mobilenet_v2_257",
            "deeplabv3_mobilenet_v3_large",
            "deeplabv3_resnet50",
            "deeplabv3_resnet101",
        ),
        "FCN": ("fcn_resnet50", "fcn_resnet101"),
    },
    "backbone": {
        "AlexNet": ("alexnet",),
        "ConvNeXt": ("convnext_tiny", "convnext_small", "convnext_base", "convnext_large"),
        "DenseNet": ("densenet121", "densenet161", "densenet169", "densenet201"),
        "EfficientNet": (
            *(f"efficientnet_b{size}" for size in range(8)),
            *("efficientnet_v2_s", "efficientnet_v2_m", "efficientnet_v2_l"),
        ),
        "Inception": ("googlenet", "inception_v3"),
        "MNASNet": ("mnasnet0_5", "mnasnet0_75", "mnasnet1_0", "mnasnet1_3"),
        "MobileNet": ("mobilenet_v2", "mobilenet_v3_small", "mobilenet_v3_large"),
        "RegNet": tuple(
            f"regnet_{kind}_{size}"
            for kind in "xy"
            for size in ("400mf", "800mf", "1_6gf", "3_2gf", "8gf", "16gf", "32gf")
        ),
        "ResNet": ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
        "ResNeXt": ("resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d"),
        "ShuffleNet": tuple(f"shufflenet_v2_x{width}" for width in ("0_5", "1_0", "1_5", "2_0")),
        "SqueezeNet": ("squeezenet1_0", "squeezenet1_1"),
        "VGG": tuple(f"vgg{depth}{bn}" for depth in (11, 13, 16, 19) for bn in ("", "_bn")),
        "Wide ResNet": ("wide_resnet50_2", "wide_resnet101_2"),
    },
}
"""All of them: task, family, names. Convolutional networks only."""
