"""Writing a timeline through OTIO's adapters, whole or not at all."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from otio_autoedit.cli.arguments import same_file
from otio_autoedit.errors import AutoEditError, ExportError, OptionError, did_you_mean
from otio_autoedit.files import whole_file

if TYPE_CHECKING:
    import opentimelineio as otio

EXTRA = "programs"
"""The extra that brings the stock adapters: ``pip install 'otio-autoedit[programs]'``."""

PACKAGES = {
    ".aaf": "otio-aaf-adapter",
    ".ale": "otio-ale-adapter",
    ".edl": "otio-cmx3600-adapter",
    ".fcpxml": "otio-fcpx-xml-adapter",
    ".kdenlive": "otio-kdenlive-adapter",
    ".mlt": "otio-mlt-adapter",
    ".svg": "otio-svg-adapter",
    ".xges": "otio-xges-adapter",
    ".xml": "otio-fcp-adapter",
}
"""Which package of that extra writes which suffix."""


def check_target(
    target: Path, media: Sequence[str | os.PathLike[str]], adapter: str | None = None
) -> None:
    """Everything that can be wrong with where to write, before any work is done.

    Raises OptionError.
    """
    for path in media:
        if same_file(path, target):
            raise OptionError(f"-o {target}: that is the footage itself; name another file")
    folder = target.parent
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist; make it first"
        raise OptionError(f"-o {target}: the folder {folder} {what}")
    if target.is_dir() and target.suffix.lower() != ".otiod":
        raise OptionError(f"-o {target}: that is a folder; name a file in it")
    adapter_for(target, adapter)


def adapter_for(target: Path, adapter: str | None = None) -> str:
    """The OTIO adapter that writes ``target``. Raises OptionError that says what there is."""
    import opentimelineio as otio

    if adapter is not None:
        names = [one.name for one in otio.plugins.ActiveManifest().adapters]
        if adapter not in names:
            raise OptionError(f"-O {adapter}: no such adapter{did_you_mean(adapter, names)}")
        return adapter
    suffix = target.suffix.lower()
    for one in otio.plugins.ActiveManifest().adapters:
        if suffix[1:] in one.suffixes:  # OTIO takes the first, and never tries another
            if _writes(one):
                return str(one.name)
            instead = target.with_suffix(".otio").name
            raise OptionError(
                f"-o {target}: {one.name} cannot write {suffix}; name a timeline, as {instead}"
            )
    if suffix in PACKAGES:
        raise OptionError(
            f"-o {target}: {PACKAGES[suffix]} writes {suffix} and is not installed; "
            f"pip install 'otio-autoedit[{EXTRA}]' brings it"
        )
    what = f"nothing installed writes {suffix}" if suffix else "the name needs a suffix"
    raise OptionError(f"-o {target}: {what} (there is: {', '.join(sorted(dict(writers())))})")


def writers() -> Iterator[tuple[str, str]]:
    """Each suffix that can be written here, with the adapter that OTIO takes for it."""
    import opentimelineio as otio

    seen: set[str] = set()
    for adapter in otio.plugins.ActiveManifest().adapters:
        fresh = [suffix for suffix in adapter.suffixes if suffix not in seen]
        seen.update(fresh)
        if fresh and _writes(adapter):
            for suffix in fresh:
                yield f".{suffix}", str(adapter.name)


def _writes(adapter: otio.adapters.Adapter) -> bool:
    try:
        return bool(adapter.has_feature("write"))
    except Exception:  # an adapter that cannot be loaded, whoever's it is, writes nothing
        return False


def write_timeline(
    timeline: otio.schema.Timeline,
    target: Path,
    adapter: str | None = None,
    arguments: Mapping[str, object] | None = None,
) -> None:
    """Write ``timeline`` to ``target`` by its suffix, through OTIO and so through our conform hook.

    What was there before is replaced in one step at the end. Raises AutoEditError.
    """
    import opentimelineio as otio

    name = adapter_for(target, adapter)
    bundle = target.suffix.lower() == ".otiod"
    with _whole_folder(target) if bundle else whole_file(target) as part, _named(part, target):
        try:
            otio.adapters.write_to_file(timeline, str(part), adapter_name=name, **(arguments or {}))
        except (AutoEditError, OSError):
            raise
        except Exception as error:
            text = " ".join(str(error).split()).replace(str(part), str(target))
            raise ExportError(f"{target}: the adapter {name} cannot write it: {text}") from error


@contextmanager
def _named(part: Path, target: Path) -> Iterator[None]:
    """Warnings name the target and not its temporary name; what adapters print goes nowhere."""
    try:
        with warnings.catch_warnings(record=True) as heard, redirect_stdout(io.StringIO()):
            warnings.simplefilter("always")
            yield
    finally:
        for one in heard:
            text = str(one.message).replace(part.name, target.name)
            warnings.warn_explicit(text, one.category, one.filename, one.lineno)


@contextmanager
def _whole_folder(target: Path) -> Iterator[Path]:
    """As `whole_file`, for a folder: the old one goes only when the new one is complete."""
    with tempfile.TemporaryDirectory(prefix=f".{target.stem[:40]}.", dir=target.parent) as room:
        part, old = Path(room, target.name), Path(room, "old")
        yield part
        if os.path.lexists(target):
            os.replace(target, old)
        try:
            os.replace(part, target)
        except OSError:
            if os.path.lexists(old):
                os.replace(old, target)
            raise
        if old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
