"""Weights of others: where a file of them is, and what is in it.

They are looked for in the package, in the folder that `OTIO_AUTOEDIT_WEIGHTS` names, and in the
folder where torch's hub keeps what it downloaded; and downloaded to there if in none of them. In
the named folder a file may be called as its publisher calls it, or NAME.safetensors by the
network's name; what stands there is its owner's choice and is checked for form only. A downloaded
file must have the hash that was published with it, whenever it is read.

Nothing here runs code of a file: safetensors hold none, and of pickles (.pth) torch takes tensors
and plain values only.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from otio_autoedit.errors import OptionError, WeightsError, did_you_mean
from otio_autoedit.models.weight_files import ENVIRONMENT, PACKAGED
from otio_autoedit.models.zoo.download import download
from otio_autoedit.models.zoo.networks import WeightsFile, names
from otio_autoedit.progress import ProgressCallback

_LARGEST = 4 * 1024**3  # bytes; no weights that are named here come near
_DRAWS = frozenset(
    {
        *("normal_", "uniform_", "trunc_normal_", "xavier_normal_", "xavier_uniform_"),
        *("kaiming_normal_", "kaiming_uniform_"),
    }
)
_SHOWN = 3  # names of tensors in a message


@dataclass(frozen=True, slots=True)
class Pretrained:
    """Learnt tensors by name, and the file that they are from."""

    tensors: dict[str, Tensor]
    path: Path
    sha256: str


def state_dict_for(weights: Any, progress: ProgressCallback | None = None) -> dict[str, Tensor]:
    """Returns the tensors of one of torchvision's networks, on the CPU.

    `weights` is a member of one of torchvision's enumerations of weights, its name
    ("ResNet50_Weights.IMAGENET1K_V2"), or the name of a network ("resnet50") for its best ones.

    Raises:
        OptionError: there are no such weights.
        WeightsError: they cannot be had, or are damaged.
    """
    name, member = _torchvision_weights(weights)
    return load(name, published(member), progress).tensors


def published(member: Any) -> WeightsFile:
    """Returns the file of a member of torchvision's enumerations of weights."""
    url = str(member.url)
    name = url.rsplit("/", 1)[-1]
    digits = re.search(r"-([0-9a-f]{8,64})\.[a-z]+$", name)
    megabytes = float(member.meta.get("_file_size") or 4e-6 * member.meta["num_params"])
    return WeightsFile(name, url, digits[1] if digits else "", int(megabytes * 1024**2))


def load(name: str, file: WeightsFile, progress: ProgressCallback | None = None) -> Pretrained:
    """Returns the tensors of the network `name`, from where they are or from the web.

    Raises:
        WeightsError: they cannot be had, are damaged, or are no tensors.
    """
    path, sha256 = fetch(name, file, progress)
    return Pretrained(read_tensors(path), path, sha256)


def fetch(
    name: str, file: WeightsFile, progress: ProgressCallback | None = None
) -> tuple[Path, str]:
    """Returns where the weights of the network `name` are, downloaded if need be, and their hash.

    Raises:
        WeightsError: they cannot be had, or a downloaded file is not what was published.
    """
    path = find(name, file)
    if path is None:
        path = downloads() / file.name
        download(file, path, progress)
    sha256 = _sha256(path)
    if path.parent == downloads() and not sha256.startswith(file.sha256):
        raise WeightsError(
            f"{path} is damaged or was changed (its SHA-256 is {sha256[:12]}…, should begin with "
            f"{file.sha256[:12]}): delete it, and it is fetched again"
        )
    return path, sha256


def find(name: str, file: WeightsFile) -> Path | None:
    """Returns where the weights of the network `name` are on this machine, or None."""
    places = [PACKAGED / file.name]
    if chosen := os.environ.get(ENVIRONMENT):
        folder = Path(chosen).expanduser()
        places += [folder / f"{name}.safetensors", folder / file.name]
    places.append(downloads() / file.name)
    return next((path for path in places if path.is_file()), None)


def downloads() -> Path:
    """Returns the folder where torch's hub keeps downloads; `TORCH_HOME` moves it."""
    return Path(torch.hub.get_dir()) / "checkpoints"


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Returns the tensors in a .safetensors file, or in a .pth file, of which no code is run.

    A checkpoint that keeps them under "model" or "state_dict", as trainings do, is understood.

    Raises:
        WeightsError: the file is missing, cut short, altered, or holds anything but tensors.
    """
    state = _read(path)
    for key in ("model", "state_dict"):
        if isinstance(state, Mapping) and isinstance(state.get(key), Mapping):
            state = state[key]
    if not isinstance(state, Mapping) or not state:
        raise WeightsError(f"{path} holds no tensors by name: it is no file of weights")
    wrong = [key for key, value in state.items() if not isinstance(value, Tensor)]
    if wrong or not all(isinstance(key, str) for key in state):
        raise WeightsError(
            f"{path} holds other things than tensors ({', '.join(map(str, wrong[:_SHOWN]))}): "
            "it is no file of weights"
        )
    return dict(state)


def fill(network: nn.Module, weights: Pretrained, name: str) -> None:
    """Gives a network its learnt tensors.

    Raises:
        WeightsError: they are not those of this network; the first that differ are named.
    """
    try:  # where keys are of an old layout, torchvision's modules rename them
        network.load_state_dict(weights.tensors)
    except RuntimeError as error:
        raise WeightsError(
            f"{weights.path} does not fit {name} ({_differences(network, weights.tensors)}): "
            "it holds another network's weights"
        ) from error


def _read(path: Path) -> object:
    """Whatever plain values and tensors a file holds."""
    try:
        if path.stat().st_size > _LARGEST:
            raise WeightsError(f"{path} is too large for weights: wrong file?")
        if path.suffix == ".safetensors":
            return load_file(path)
        return torch.load(path, map_location="cpu", weights_only=True)
    except WeightsError:
        raise
    except OSError as error:
        raise WeightsError(f"cannot read the weights {path}: {error.strerror or error}") from error
    except SafetensorError as error:
        raise WeightsError(
            f"{path} is not a whole safetensors file ({error}): fetch it again"
        ) from error
    except Exception as error:  # a broken pickle raises whatever it likes
        raise WeightsError(f"{path} {_what_is_wrong(error)}") from error


class unfilled(TorchFunctionMode):
    """Networks built within draw no random numbers, which takes longer than to read weights.

    For those that `fill` fills whole: until then they hold whatever memory held.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if getattr(func, "__name__", "") in _DRAWS:
            return args[0] if args else (kwargs or {})["tensor"]
        return func(*args, **(kwargs or {}))


def _differences(network: nn.Module, given: Mapping[str, Tensor]) -> str:
    wanted = network.state_dict()
    missing = [key for key in wanted if key not in given]
    strange = [key for key in given if key not in wanted]
    shaped = [
        f"{key} is {tuple(given[key].shape)}, not {tuple(tensor.shape)}"
        for key, tensor in wanted.items()
        if key in given and given[key].shape != tensor.shape
    ]
    kinds = (("lacks", missing), ("has besides", strange), ("of another shape:", shaped))
    return "; ".join(f"{kind} {_first(found)}" for kind, found in kinds if found)


def _first(found: list[str]) -> str:
    rest = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return ", ".join(found[:_SHOWN]) + rest


def _what_is_wrong(error: Exception) -> str:
    text = str(error)
    if "Weights only load failed" in text:
        return (
            "is damaged or holds something other than tensors, which might be code and was not "
            "run: take the publisher's file, or weights as .safetensors"
        )
    short = " ".join(text.split())[:120]
    return f"is damaged or no file of weights ({short or type(error).__name__}): fetch it again"


def _torchvision_weights(asked: Any) -> tuple[str, Any]:
    """The network's name and the member of the enumeration that was asked for."""
    from torchvision.models import get_model_weights, get_weight, list_models

    if not isinstance(asked, str):
        named = (name for name in list_models() if get_model_weights(name) is type(asked))
        return next(named, type(asked).__name__), asked
    if "." in asked:
        try:
            return _torchvision_weights(get_weight(asked))
        except (KeyError, ValueError) as error:
            raise OptionError(f"weights {asked!r}: torchvision has none of that name") from error
    if asked not in list_models():
        raise OptionError(f"network {asked!r} is unknown{did_you_mean(asked, names('backbone'))}")
    return asked, get_model_weights(asked).DEFAULT


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"cannot read the weights {path}: {error.strerror}") from error
