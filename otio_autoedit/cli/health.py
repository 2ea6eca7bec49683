"""What ``doctor`` looks at: each look returns findings, each finding says what to do."""

from __future__ import annotations

import importlib
import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Literal

import otio_autoedit
from otio_autoedit.cli.writing import EXTRA, PACKAGES, writers
from otio_autoedit.errors import WeightsError

ADAPTER, LINKER, HOOK = "autoedit_media", "autoedit", "autoedit_conform"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``missing`` is fine to lack; ``broken`` is not."""

    name: str
    state: Literal["good", "missing", "broken"]
    text: str
    remedy: str = ""


def examine() -> list[Finding]:
    """Everything there is to know, in the order to read it. A look that fails is a finding too."""
    findings: list[Finding] = []
    for look in _LOOKS:
        try:
            findings += look()
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
            findings.append(Finding(look.__name__.strip("_"), "broken", " ".join(text.split())))
    return findings


def _versions() -> Iterator[Finding]:
    yield Finding("otio-autoedit", "good", otio_autoedit.__version__)
    yield Finding("python", "good", f"{platform.python_version()} ({sys.executable})")
    yield Finding("system", "good", platform.platform())
    for package in ("opentimelineio", "torch", "torchvision", "numpy", "safetensors"):
        yield _version(package)


def _media() -> Iterator[Finding]:
    import av

    ffmpeg = getattr(av, "ffmpeg_version_info", "")
    libavcodec = ".".join(map(str, av.library_versions.get("libavcodec", ())))
    text = f"{av.__version__}, ffmpeg {ffmpeg}" if ffmpeg else f"{av.__version__}"
    yield Finding("av", "good", f"{text} (libavcodec {libavcodec})")


def _devices() -> Iterator[Finding]:
    import torch

    from otio_autoedit.analysis.device import choose_device

    chosen = choose_device("auto")
    yield Finding("device", "good", f"{chosen.name}: {chosen.why}")
    yield Finding("threads", "good", f"{torch.get_num_threads()} of {os.cpu_count()} cores")


def _weights() -> Iterator[Finding]:
    from otio_autoedit.models.weight_files import load_weights

    try:
        weights = load_weights("shots")
    except WeightsError as error:
        yield Finding("weights shots", "broken", str(error))
    else:
        text = f"{weights.path} (sha256 {weights.sha256[:12]})"
        yield Finding("weights shots", "good", text)


def _store() -> Iterator[Finding]:
    from otio_autoedit.analysis.store import Store

    usage = Store().usage()
    folder = usage.folder
    above = next(parent for parent in (folder, *folder.parents) if parent.exists())
    if not os.access(above, os.W_OK):
        yield Finding(
            "cache", "broken", f"{folder} cannot be written",
            "OTIO_AUTOEDIT_CACHE names another folder; until then nothing is kept",
        )  # fmt: skip
    else:
        yield Finding(
            "cache", "good", f"{folder}, {usage.bytes / 1e6:.1f} MB of {usage.files} files"
        )


def _plugin() -> Iterator[Finding]:
    """Whether OTIO found us: adapter, linker, hook."""
    import opentimelineio as otio

    manifest = otio.plugins.ActiveManifest()
    again = (
        "pip install --force-reinstall --no-deps otio-autoedit; look at OTIO_PLUGIN_MANIFEST_PATH"
    )
    for kind, name, there in (
        ("adapter", ADAPTER, ADAPTER in {one.name for one in manifest.adapters}),
        ("media linker", LINKER, LINKER in {one.name for one in manifest.media_linkers}),
        ("hook script", HOOK, HOOK in {one.name for one in manifest.hook_scripts}),
    ):
        if there:
            yield Finding(f"OTIO {kind}", "good", name)
        else:
            yield Finding(f"OTIO {kind}", "broken", f"OTIO does not find {name}", again)
    for point in ("pre_adapter_write", "post_adapter_write"):
        if HOOK not in otio.hooks.scripts_attached_to(point):
            yield Finding(f"hook {point}", "broken", f"{HOOK} is not attached", again)
    paths = os.environ.get("OTIO_PLUGIN_MANIFEST_PATH", "").split(os.pathsep)
    for path in filter(None, paths):
        if not os.path.isfile(path):
            yield Finding(
                "manifest path", "broken", f"{path} does not exist, and OTIO says nothing",
                "mend OTIO_PLUGIN_MANIFEST_PATH",
            )  # fmt: skip


def _suffixes() -> Iterator[Finding]:
    """Whether ours is the adapter that OTIO takes for each of our suffixes: it takes the first."""
    import opentimelineio as otio

    manifest = otio.plugins.ActiveManifest()
    ours = [one for one in manifest.adapters if one.name == ADAPTER]
    if not ours:
        return
    suffixes = list(ours[0].suffixes)
    if not suffixes:
        yield Finding(
            "suffixes", "missing", "none claimed: OTIO_AUTOEDIT_SUFFIXES=off",
            f"-I {ADAPTER} reads media all the same",
        )  # fmt: skip
        return
    lost = {}
    for suffix in suffixes:
        first = next(one.name for one in manifest.adapters if suffix in one.suffixes)
        if first != ADAPTER:
            lost[suffix] = first
    if len(lost) < len(suffixes):
        kept = [suffix for suffix in suffixes if suffix not in lost]
        yield Finding("suffixes", "good", " ".join(kept))
    for suffix, other in lost.items():
        yield Finding(
            f"suffix {suffix}", "broken", f"{other} takes it before us",
            f"say -I {ADAPTER}, or uninstall the package that brings {other}",
        )  # fmt: skip


def _formats() -> Iterator[Finding]:
    """What can be written, and which package brings what cannot."""
    found = dict(writers())
    builtin = [suffix for suffix in found if suffix not in PACKAGES]
    yield Finding("writes", "good", " ".join(sorted(builtin)))
    for suffix, package in sorted(PACKAGES.items()):
        if suffix in found:
            yield Finding(f"writes {suffix}", "good", f"{found[suffix]} ({_version(package).text})")
        else:
            yield Finding(
                f"writes {suffix}", "missing", f"{package} is not installed",
                f"pip install 'otio-autoedit[{EXTRA}]'",
            )  # fmt: skip


def _version(package: str) -> Finding:
    try:
        text = metadata.version(package)
    except metadata.PackageNotFoundError:
        try:  # put on the path by hand, without a record of it
            text = str(importlib.import_module(package).__version__)
        except (ImportError, AttributeError):
            return Finding(package, "broken", "not installed", f"pip install {package}")
    return Finding(package, "good", text)


_LOOKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _versions,
    _media,
    _devices,
    _weights,
    _store,
    _plugin,
    _suffixes,
    _formats,
)
