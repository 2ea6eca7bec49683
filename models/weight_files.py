"""Weights on disk: safetensors with the network's configuration inside, checked before use.

A safetensors file holds numbers and text, no code; nothing here unpickles. The files that come with
the package are known by their hash, so that a damaged or swapped one is told at once. The folder
`OTIO_AUTOEDIT_WEIGHTS`, when set, is looked in before the package's own; what stands there is its
owner's choice and is checked for form only.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from safetensors import SafetensorError, safe_open

from otio_autoedit.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor

ENVIRONMENT = "OTIO_AUTOEDIT_WEIGHTS"
PACKAGED = Path(__file__).with_name("weights")
SHA256 = {
    "shots.safetensors": "3eae46d5537040716cae65fc264ab67e524080aa5ac6f9f3cf50276693752587",
    "scene.safetensors": "3c32dc5f3c3e488837ebd6208a96032fed80ffd595bdfee56c5a5d947522ca5f",
}  # of the files in PACKAGED
_LARGEST = 512 * 1024 * 1024  # bytes; more is no weights of ours


@dataclass(frozen=True, slots=True)
class Weights:
    """A weights file in memory.

    Attributes:
        network: which network they are for, e.g. "shots".
        config: what the network is built with, plain JSON values.
        tensors: by the names of the network's state.
        sha256: of the file.
        path: where it was read.
    """

    network: str
    config: dict[str, Any]
    tensors: dict[str, Tensor]
    sha256: str
    path: Path


def save_weights(
    path: Path, network: str, config: dict[str, Any], tensors: dict[str, Tensor]
) -> None:
    """Writes a weights file, whole or not at all."""
    from safetensors.torch import save_file  # torch, which finding weights has no need of

    temporary = path.with_suffix(".partial")
    metadata = {"network": network, "config": json.dumps(config, sort_keys=True)}
    save_file({k: v.contiguous() for k, v in tensors.items()}, temporary, metadata)
    temporary.chmod(0o644)
    temporary.replace(path)


def find_weights(network: str) -> Path:
    """Returns where the weights of a network are: in the named folder, or else in the package.

    Raises:
        WeightsError: in neither; or there is no such folder.
    """
    name = f"{network}.safetensors"
    chosen = os.environ.get(ENVIRONMENT)
    folders = [Path(chosen).expanduser()] if chosen else []
    if chosen and not folders[0].is_dir():
        raise WeightsError(f"no folder {folders[0]} for weights: mend or unset {ENVIRONMENT}")
    for path in (folder / name for folder in (*folders, PACKAGED)):
        if path.is_file():
            return path
    raise WeightsError(
        f"no weights for the {network} network at {PACKAGED / name}: reinstall otio-autoedit, or "
        f"set {ENVIRONMENT} to a folder that has {name}"
    )


def load_weights(network: str, path: Path | None = None) -> Weights:
    """Returns the weights of a network, from `path` or from where they belong.

    Raises:
        WeightsError: the file is missing, cut short, altered, or for another network.
    """
    path = path or find_weights(network)
    try:
        size = path.stat().st_size
        if size > _LARGEST:
            raise WeightsError(f"{path} is too large for weights ({size} bytes): wrong file?")
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise WeightsError(f"cannot read the weights {path}: {error.strerror}") from error
    _check_packaged(path, sha256)
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        config = json.loads(metadata.get("config", "null"))
    except (SafetensorError, ValueError, OSError) as error:
        raise WeightsError(
            f"{path} is not a whole safetensors file ({error}): fetch it again"
        ) from error
    if metadata.get("network") != network or not isinstance(config, dict):
        raise WeightsError(
            f"{path} holds weights for {metadata.get('network', 'an unknown network')!r}, "
            f"not for {network!r}: choose another file"
        )
    return Weights(network, config, tensors, sha256, path)


def _check_packaged(path: Path, sha256: str) -> None:
    """Raises if a file of the package is not the one that was shipped."""
    if path.parent.resolve() != PACKAGED.resolve():
        return
    if SHA256.get(path.name) != sha256:
        raise WeightsError(
            f"{path} is damaged or was changed (its SHA-256 is {sha256[:12]}…): reinstall "
            f"otio-autoedit, or set {ENVIRONMENT} to a folder of your own weights"
        )
