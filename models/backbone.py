"""The CNN over frames: pictures `I_i` become features `f_i`, one vector or one map a frame.

    frames [T, 3, H, W] -> normalised -> convolutions -> maps [T, C, H', W'] -> vectors [T, D]

Any CNN for classification that torchvision knows by name, and "small": the trunk of the shot
network that comes with the package. What a network was trained on (mean, deviation, smallest
picture) is read from torchvision's own record of its weights. Networks of patches (ViT, Swin,
MaxViT) are not offered: they take one size of picture only and have no maps at the scales that
the heads use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Literal, cast

import torch
import torchvision.models
from torch import Tensor, nn

from otio_autoedit.errors import OptionError, WeightsError, did_you_mean
from otio_autoedit.models.shot_cnn import FrameFeatures, SmallCNN
from otio_autoedit.models.shots import SIZE, ShotNetConfig
from otio_autoedit.models.weight_files import load_weights
from otio_autoedit.models.zoo import networks
from otio_autoedit.models.zoo.pretrained import state_dict_for
from otio_autoedit.progress import ProgressCallback

Output = Literal["vectors", "maps"]
Weights = Mapping[str, Tensor] | Literal["pretrained"] | None

_PARTS: dict[str, tuple[str, ...]] = {  # family -> modules from the picture to the last map
    "alexnet": ("features",),
    "convnext": ("features",),
    "densenet": ("features", "relu"),
    "efficientnet": ("features",),
    "googlenet": (
        *("conv1", "maxpool1", "conv2", "conv3", "maxpool2"),
        *("inception3a", "inception3b", "maxpool3", "inception4a", "inception4b", "inception4c"),
        *("inception4d", "inception4e", "maxpool4", "inception5a", "inception5b"),
    ),
    "inception": (
        *("Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3", "maxpool1"),
        *("Conv2d_3b_1x1", "Conv2d_4a_3x3", "maxpool2", "Mixed_5b", "Mixed_5c", "Mixed_5d"),
        *("Mixed_6a", "Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"),
        *("Mixed_7a", "Mixed_7b", "Mixed_7c"),
    ),
    "mnasnet": ("layers",),
    "mobilenet": ("features",),
    "regnet": ("stem", "trunk_output"),
    "resnet": ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"),
    "shufflenet": ("conv1", "maxpool", "stage2", "stage3", "stage4", "conv5"),
    "squeezenet": ("features",),
    "vgg": ("features",),
}
_PARTS["resnext"] = _PARTS["wide_resnet"] = _PARTS["resnet"]
_PATCHES = ("maxvit", "swin", "vit")
_OWN_SCALE = ("googlenet", "inception")  # trained on -1..1; torchvision rescales inside the network
_HEADS = ("fc", "classifier", "AuxLogits", "aux1", "aux2")


def backbone(
    name: str,
    output: Output = "vectors",
    weights: Weights = "pretrained",
    progress: ProgressCallback | None = None,
) -> Backbone:
    """Returns the network `name` without its classifier, in eval mode, on the CPU.

    >>> net = backbone("resnet18", "maps", weights=None)
    >>> net.features(torch.zeros(5, 3, 64, 96, dtype=torch.uint8)).shape
    torch.Size([5, 512, 2, 3])

    Args:
        name: "small", or a CNN of `backbone_names()`.
        output: what `forward` and `features` return.
        weights: "pretrained" (for "small" those of the package, for the others torchvision's best,
            see `pretrained`), or a state
            dict in torchvision's layout whose classifier is passed over, or None: random.
        progress: hears of a download.

    Raises:
        OptionError: there is no such network, or it is no CNN.
        WeightsError: the weights are missing or belong to another network.
    """
    if output not in ("vectors", "maps"):
        raise OptionError(f"output {output!r}: a backbone gives 'vectors' or 'maps'")
    if name == "small":
        return Backbone(name, output, _small(weights), (SIZE[1], SIZE[0]))
    family = _family(name)
    record = torchvision.models.get_model_weights(name).DEFAULT
    preset = record.transforms()
    trunk = _TorchvisionTrunk(
        _convolutions(name, family, _found(name, weights, progress)),
        *(([0.5] * 3, [0.5] * 3) if family in _OWN_SCALE else (preset.mean, preset.std)),
    )
    height, width = record.meta["min_size"]
    return Backbone(name, output, trunk, (height, width))


def backbone_names() -> list[str]:
    """Returns the names that `backbone` knows, ours first."""
    return ["small", *networks.names("backbone")]


class Backbone(nn.Module):
    """A CNN over frames.

    Frames are RGB `(T, 3, H, W)`, uint8 or float in 0..1, of any size from `smallest` up; smaller
    ones are refused. "small" sees thumbnails of 27 x 48 and shrinks what is larger to that; it
    looks at each frame together with the one before, so a film that comes in pieces needs
    `previous`, the last frame of the piece before. The others pass that over.

    Attributes:
        name, output: as asked for.
        channels: C of the maps and D of the vectors (equal but for "small", whose vectors come
            from a layer of their own), as `output` has it.
        level_channels: of the maps that `pyramid` returns.
        smallest: (height, width) in pixels.
    """

    def __init__(self, name: str, output: Output, trunk: _Trunk, smallest: tuple[int, int]) -> None:
        super().__init__()
        self.name = name
        self.output = output
        self.smallest = smallest
        self.trunk = trunk
        self.eval()
        with torch.no_grad():
            levels, vectors = trunk(torch.zeros(0, 3, 224, 224), None)
        self.level_channels = tuple(level.shape[1] for level in levels)
        self.channels: int = (vectors if output == "vectors" else levels[-1]).shape[1]

    def forward(self, frames: Tensor, previous: Tensor | None = None) -> Tensor:
        """Returns vectors `(T, D)` or maps `(T, C, H', W')` in one pass; gradients flow.

        `previous` is `(3, H, W)`, the frame before the first; None where the film begins.

        To train a backbone keep its batch normalisation in eval mode (or give it large batches of
        mixed films): the frames of a window are too alike to take statistics from.
        """
        levels, vectors = self._run(frames, previous)
        return vectors if self.output == "vectors" else levels[-1]

    def pyramid(self, frames: Tensor, previous: Tensor | None = None) -> tuple[Tensor, ...]:
        """Returns the last maps of each scale, finest first; the last are the maps themselves."""
        return self._run(frames, previous)[0]

    @torch.no_grad()  # not inference mode: heads may be trained on what comes out
    def features(self, frames: Tensor, previous: Tensor | None = None, chunk: int = 32) -> Tensor:
        """Returns what `forward` returns, computed in eval mode, `chunk` frames at a time.

        So memory is bounded by the chunk and by what is returned. No frames give an empty tensor
        of the right shape.
        """
        if chunk < 1:
            raise ValueError(f"a chunk has at least one frame, not {chunk}")
        was_training = self.training
        self.eval()
        try:
            pieces = [
                self(frames[start : start + chunk], frames[start - 1] if start else previous)
                for start in range(0, max(1, len(frames)), chunk)
            ]
        finally:
            self.train(was_training)
        return pieces[0] if len(pieces) == 1 else torch.cat(pieces)

    def _run(self, frames: Tensor, previous: Tensor | None) -> tuple[tuple[Tensor, ...], Tensor]:
        if frames.ndim != 4 or frames.shape[1] != 3:
            raise ValueError(f"frames must be (T, 3, H, W), not {tuple(frames.shape)}")
        if frames.shape[2] < self.smallest[0] or frames.shape[3] < self.smallest[1]:
            least, given = self.smallest, frames.shape
            raise OptionError(
                f"backbone {self.name!r} sees frames of at least {least[1]}x{least[0]}, not "
                f"{given[3]}x{given[2]}: enlarge them, or choose another backbone"
            )
        like = next(self.parameters())
        before = None if previous is None else _as_numbers(previous, like)
        return cast(
            "tuple[tuple[Tensor, ...], Tensor]", self.trunk(_as_numbers(frames, like), before)
        )


class _TorchvisionTrunk(nn.Module):
    """The convolutions of one of torchvision's networks, behind their normalisation."""

    mean: Tensor
    std: Tensor

    def __init__(self, steps: list[nn.Module], mean: list[float], std: list[float]) -> None:
        super().__init__()
        # Channels last in memory: a quarter faster on the CPU.
        self.steps = nn.ModuleList(steps).to(memory_format=torch.channels_last)
        self.register_buffer("mean", torch.tensor(mean).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(std).view(3, 1, 1), persistent=False)
        self.ends = self._scale_ends()

    def forward(self, frames: Tensor, previous: Tensor | None) -> tuple[tuple[Tensor, ...], Tensor]:
        levels = []
        maps = ((frames - self.mean) / self.std).contiguous(memory_format=torch.channels_last)
        for index, step in enumerate(self.steps):
            maps = step(maps)
            if index in self.ends:
                levels.append(maps)
        return tuple(levels), maps.mean((2, 3))

    @torch.no_grad()
    def _scale_ends(self) -> frozenset[int]:
        """Returns the steps after which the map shrinks, and the last: where each scale ends."""
        training = [step.training for step in self.steps]
        self.eval()
        maps, ends = torch.zeros(0, 3, 224, 224), set()
        for index, step in enumerate(self.steps):
            before, maps = maps.shape[-1], step(maps)
            if index and maps.shape[-1] < 0.7 * before:  # less is a convolution without padding
                ends.add(index - 1)
        for step, was in zip(self.steps, training, strict=True):
            step.train(was)
        return frozenset(ends | {len(self.steps) - 1})


class _SmallTrunk(nn.Module):
    """The shot network's CNN as it is; its maps are overheard on their way to its vectors."""

    def __init__(self, cnn: SmallCNN) -> None:
        super().__init__()
        self.cnn = cnn

    def forward(self, frames: Tensor, previous: Tensor | None) -> tuple[tuple[Tensor, ...], Tensor]:
        if not len(frames):
            levels, vectors = self(frames.new_zeros(1, 3, SIZE[1], SIZE[0]), None)
            return tuple(level[:0] for level in levels), vectors[:0]
        maps: list[Tensor] = []
        frames = _shrunk(frames)
        before = frames[:1] if previous is None else _shrunk(previous[None])
        hooks = [step.register_forward_hook(_noted(maps)) for step in self.cnn.convolutions]
        try:
            seen: FrameFeatures = self.cnn(frames[None], before[None])
        finally:
            for hook in hooks:
                hook.remove()
        finest_first = [
            level
            for level, after in zip(maps, [*maps[1:], None], strict=True)
            if after is None or after.shape[-1] < level.shape[-1]
        ]
        return tuple(finest_first), seen.vector[0]


_Trunk = _TorchvisionTrunk | _SmallTrunk


def _noted(maps: list[Tensor]) -> Callable[[nn.Module, object, Tensor], None]:
    def note(module: nn.Module, inputs: object, output: Tensor) -> None:
        maps.append(output)

    return note


def _shrunk(frames: Tensor) -> Tensor:
    """Returns frames averaged over areas to a thumbnail's size, as `media.thumbnails` does."""
    size = (SIZE[1], SIZE[0])
    return (
        frames if frames.shape[2:] == size else nn.functional.interpolate(frames, size, mode="area")
    )


def _as_numbers(frames: Tensor, like: Tensor) -> Tensor:
    """Returns frames in 0..1 where, and as exact as, the network's weights are."""
    if frames.dtype == torch.uint8:
        return frames.to(like.device).to(like.dtype) / 255
    if not frames.is_floating_point():
        raise ValueError(f"frames must be uint8 or float in 0..1, not {frames.dtype}")
    return frames.to(like)


def _family(name: str) -> str:
    """Returns the family of a network that can be built; refuses all others."""
    if name.startswith(_PATCHES):
        raise OptionError(
            f"backbone {name!r} is a transformer over patches; backbones are CNNs: "
            f"small, {', '.join(sorted(_PARTS))}"
        )
    if name not in networks.names("backbone"):
        raise OptionError(f"no backbone {name!r}{did_you_mean(name, backbone_names())}")
    return next(family for family in _PARTS if name.startswith(family))


def _small(weights: Weights) -> _SmallTrunk:
    if weights is None:
        shape = ShotNetConfig()
        return _SmallTrunk(SmallCNN(shape.width, shape.features, shape.cell_features))
    if weights == "pretrained":
        part = "backbone."
        tensors = load_weights("shots").tensors
        weights = {k.removeprefix(part): v for k, v in tensors.items() if k.startswith(part)}
    layers = ("convolutions.0.0.weight", "vector.weight", "cell.weight")
    if not all(layer in weights for layer in layers):
        raise WeightsError(
            f"these weights do not fit the backbone 'small' (no {', '.join(layers)}): "
            "give those of the shot network's CNN"
        )
    cnn = SmallCNN(*(len(weights[layer]) for layer in layers))
    _load(cnn, "small", weights)
    return _SmallTrunk(cnn)


def _found(
    name: str, weights: Weights, progress: ProgressCallback | None
) -> Mapping[str, Tensor] | None:
    if weights != "pretrained":
        return weights
    return state_dict_for(name, progress)


def _convolutions(name: str, family: str, weights: Mapping[str, Tensor] | None) -> list[nn.Module]:
    """Returns the network's steps from the picture to the last map, weights in place."""
    options = {"aux_logits": False, "init_weights": weights is None}
    options = options if family in _OWN_SCALE else {}
    # Without memory for weights that are about to be replaced; RegNet computes its widths in it.
    with torch.device("cpu" if weights is None or family == "regnet" else "meta"):
        net = torchvision.models.get_model(name, weights=None, **options)
    for head in _HEADS:
        if hasattr(net, head):
            setattr(net, head, nn.Identity())
    if weights is not None:
        _load(net, name, weights)
    return list(_steps(net, family))


def _steps(net: nn.Module, family: str) -> Iterator[nn.Module]:
    for part in _PARTS[family]:
        # DenseNet's last ReLU is a function, not a module of its own.
        module = nn.ReLU() if (family, part) == ("densenet", "relu") else getattr(net, part)
        yield from module.children() if type(module) is nn.Sequential else [module]


def _load(net: nn.Module, name: str, weights: Mapping[str, Tensor]) -> None:
    """Puts weights into a network whose heads are gone.

    Raises:
        WeightsError: some are missing, too many, or of another shape.
    """
    state = {
        _modern(key): value.float() if value.is_floating_point() else value
        for key, value in weights.items()
        if key.split(".")[0] not in _HEADS
    }
    try:
        net.load_state_dict(_versioned(state), strict=True, assign=True)
    except RuntimeError as error:
        reason = re.sub(r"\s+", " ", str(error).partition("\n")[2])[:160]
        raise WeightsError(
            f"these weights do not fit the backbone {name!r} ({reason}): "
            "give those that belong to it"
        ) from error


def _modern(key: str) -> str:
    """Returns a key of DenseNet's first files (`denselayer1.norm.1.weight`) as it is today."""
    return re.sub(r"(denselayer\d+\.(?:norm|relu|conv))\.(\d\.)", r"\1\2", key)


def _versioned(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Returns the state with the version that MNASNet asks for and safetensors cannot keep."""

    class Versioned(dict[str, Tensor]):
        _metadata = {"": {"version": 2}}  # noqa: RUF012

    return Versioned(state)
