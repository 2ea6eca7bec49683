"""An editor's timeline in, a shorter one out."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from otio_autoedit.errors import AutoEditError, OptionError
from otio_autoedit.options import one_line

if TYPE_CHECKING:
    import opentimelineio as otio

    from otio_autoedit.analysis.record import Analysis
    from otio_autoedit.edit.recipes import Recipe

SUFFIXES = frozenset((".otio", ".otioz", ".otiod", ".edl", ".xml", ".fcpxml", ".aaf"))
"""Of what is read as a timeline, not as footage."""


def is_timeline(path: str | os.PathLike[str]) -> bool:
    """Whether a file is a timeline, by its suffix."""
    return Path(path).suffix.lower() in SUFFIXES


def cut_timeline(
    path: str | os.PathLike[str],
    recipe: Recipe,
    given: Mapping[str, object],
    look: Callable[[str], Analysis],
) -> otio.schema.Timeline:
    """What ``recipe`` keeps of the timeline in ``path``; ``look`` analyses a file that it plays.

    Media that is not there is left unknown, unless none is. Raises OptionError and AutoEditError.
    """
    from otio_autoedit.timeline.recut import recut
    from otio_autoedit.timeline.timeline_scope import media_of

    timeline = _read(path, given)
    files = {url: _file(url, Path(path).parent) for url in media_of(timeline)}
    there = {url: file for url, file in files.items() if file.is_file()}
    if not there:
        named = f": {one_line(next(iter(files.values())))}" if files else ""
        raise OptionError(f"{one_line(path)}: the media that it plays is not there{named}")
    seen: dict[Path, Analysis] = {}
    for file in there.values():
        if file not in seen:
            seen[file] = look(str(file))
    return recut(timeline, {url: seen[file] for url, file in there.items()}, recipe, given)


def _read(path: str | os.PathLike[str], given: Mapping[str, object]) -> otio.schema.Timeline:
    import opentimelineio as otio

    rate, edl = given["rate"], Path(path).suffix.lower() == ".edl"
    arguments = {"rate": float(rate)} if edl and isinstance(rate, Fraction) else {}
    try:
        found = otio.adapters.read_from_file(os.fspath(path), **arguments)
    except AutoEditError:
        raise
    except Exception as error:  # whatever an adapter of others raises
        raise OptionError(
            f"{one_line(path)}: not readable as a timeline: {one_line(error)}"
        ) from error
    if isinstance(found, otio.schema.SerializableCollection):
        found = next(iter(found.find_children(descended_from_type=otio.schema.Timeline)), None)
    if not isinstance(found, otio.schema.Timeline):
        raise OptionError(f"{one_line(path)}: holds no timeline")
    return found


def _file(url: str, folder: Path) -> Path:
    """The file that a URL names; a relative one lies beside the timeline."""
    import opentimelineio as otio

    return folder / str(otio.url_utils.filepath_from_url(url))
