"""Bundles (.otioz, .otiod): the timeline with its media, in one file or folder.

An editor hands over a bundle so that the media come along: they are packed. A file that is not
there becomes missing media, with a warning and its range kept; ``-A media_policy=`` still says
otherwise (``AllMissing`` packs none, ``ErrorIfNotFile`` refuses). Names that a bundle's URLs cannot
carry (``#``, ``?``, ``%``), and equal names of different files, are changed inside the bundle only.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import opentimelineio as otio

from otio_autoedit.adapters.conform import steps
from otio_autoedit.adapters.conform.facts import Facts, path_of
from otio_autoedit.adapters.conform.losses import Loss, lost
from otio_autoedit.errors import ExportError
from otio_autoedit.files import whole_file

KEEPS_METADATA = True
POLICIES = ("ErrorIfNotFile", "MissingIfNotFile", "AllMissing")
_STAGED: list[tempfile.TemporaryDirectory[str]] = []  # links to files under names of ours


def prepare(timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Apply the media policy here: after this the stock adapter finds every file it is told of."""
    policy = str(facts.settings.get("media_policy", "MissingIfNotFile"))
    if policy not in POLICIES:
        raise ExportError(f"media_policy={policy}: there is {', '.join(POLICIES)}")
    clips = list(timeline.find_clips())
    second = sum(len(c.media_references()) > 1 for c in clips)
    sequences = steps.count_of(timeline, otio.schema.ImageSequenceReference)
    if policy == "AllMissing":
        for clip in clips:
            _take_away(clip)
        return []
    names = _Names()
    gone = [clip for clip in clips if not _point_at_file(clip, names)]
    if gone and policy == "ErrorIfNotFile":
        first = gone[0].media_reference.target_url
        raise ExportError(f"{first}: no such media file, and media_policy=ErrorIfNotFile")
    for clip in gone:
        _make_missing(clip, "the file was not there")
    target = facts.settings.get("target")
    if target:
        _check_room(Path(str(target)), names.files)
    how = "bring the files back and write again"
    return [
        *lost("clips whose media file is not there, marked as missing media", len(gone), how),
        *lost("second media of clips not packed", second, "copy those files along"),
        *lost("image sequences not packed", sequences, "copy those files along"),
        *lost("media files renamed inside the bundle", names.renamed, ".otio keeps their names"),
    ]


def before_write(adapter: str) -> None:
    """Have the stock adapter's next write happen whole or not at all, also without a folder part.

    The adapter writes to the final name from the first byte on, and takes ``b.otiod`` without a
    folder for a mistake. No hook can change the path it was given, so its function is replaced for
    one call.
    """
    module: Any = otio.adapters.from_name(adapter).module()
    stock: Callable[..., Any] = module.write_to_file
    if getattr(stock, "whole", False):
        return

    def write_to_file(input_otio: Any, filepath: str, **arguments: Any) -> Any:
        module.write_to_file = stock
        if arguments.get("dryrun") or os.path.exists(filepath):
            return stock(input_otio, filepath, **arguments)
        folder = os.path.dirname(os.path.abspath(filepath))
        if not os.path.isdir(folder):
            raise ExportError(f"{filepath}: the folder {folder} is not there; make it first")
        with whole_file(os.path.abspath(filepath)) as part:
            return stock(input_otio, str(part), **arguments)

    write_to_file.whole = True  # type: ignore[attr-defined]
    module.write_to_file = write_to_file


def finish(path: Path, timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Take away the links that the adapter packed from."""
    while _STAGED:
        _STAGED.pop().cleanup()
    return []


class _Names:
    """Which file is packed under which name: legal ones, no two alike."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}  # path: path to pack from
        self.renamed = 0
        self._taken: set[str] = set()
        self._folder = ""

    def packed_from(self, path: str) -> str:
        if path not in self.files:
            name = os.path.basename(path)
            free = self._free(re.sub(r'[#?%\\:*"<>|\x00-\x1f]', "_", name))
            self._taken.add(free.casefold())
            self.files[path] = path if free == name else self._stage(path, free)
        return self.files[path]

    def _free(self, name: str) -> str:
        stem, suffix = os.path.splitext(name)
        number, free = 1, name
        while free.casefold() in self._taken:
            number += 1
            free = f"{stem}_{number}{suffix}"
        return free

    def _stage(self, path: str, name: str) -> str:
        """A link of the wanted name to the file: the adapter packs a file under its own name."""
        if not self._folder:
            _STAGED.append(tempfile.TemporaryDirectory(prefix="otio-autoedit-"))
            self._folder = _STAGED[-1].name
        self.renamed += 1
        link = os.path.join(self._folder, name)
        try:
            os.symlink(path, link)
        except OSError:  # Windows without the privilege
            shutil.copyfile(path, link)
        return link


def _point_at_file(clip: otio.schema.Clip, names: _Names) -> bool:
    """Point the clip at the file to pack; False where there is none."""
    reference = clip.media_reference
    if not isinstance(reference, otio.schema.ExternalReference):
        return True
    path = path_of(reference.target_url)
    found = next((p for p in (path, unquote(path)) if p and os.path.isfile(p)), None)
    if found is None or not os.access(found, os.R_OK):
        return False
    reference.target_url = Path(names.packed_from(os.path.abspath(found))).as_uri()
    return True


def _make_missing(clip: otio.schema.Clip, why: str) -> None:
    missing = steps.missing_like(clip.media_reference)
    missing.metadata["missing_reference_because"] = why
    missing.metadata["original_target_url"] = clip.media_reference.target_url
    clip.media_reference = missing


def _take_away(clip: otio.schema.Clip) -> None:
    """Under AllMissing the stock adapter asks every reference for a URL."""
    reference = clip.media_reference
    if reference is not None and not hasattr(reference, "target_url"):
        clip.media_reference = otio.schema.ExternalReference(
            target_url="",
            available_range=reference.available_range,
            metadata=dict(reference.metadata),
        )


def _check_room(target: Path, files: dict[str, str]) -> None:
    folder = target.absolute().parent
    if not folder.is_dir():
        return
    needed = sum(os.path.getsize(path) for path in files)
    free = shutil.disk_usage(folder).free
    if needed > free:
        raise ExportError(
            f"{target}: the media are {needed >> 20} MB, {free >> 20} MB are free there; "
            "choose another place or -A media_policy=AllMissing"
        )
