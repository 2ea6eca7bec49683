"""Around one write: which format is it, conform before, finish after.

No hook is told the adapter's name. Before the write the file's suffix says it; ``-O`` can name
another adapter, so after the write the file itself is looked at, and where it is of another format
than it was prepared for, it is written again from the original. ``-H autoedit_format=NAME`` says
beforehand what ``-O NAME`` hides.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from otio_autoedit.adapters.conform import (
    FORMATS,
    Format,
    Loss,
    conform,
    finish,
    format_named,
    prepared_for,
    warn,
)
from otio_autoedit.errors import ExportError
from otio_autoedit.files import whole_file
from otio_autoedit.timeline.metadata import is_ours

if TYPE_CHECKING:
    import opentimelineio as otio

STATE = "autoedit_conform"
FORMAT = "autoedit_format"
BUNDLES = ("otioz", "otiod")


@dataclass(frozen=True, slots=True)
class Write:
    """One write under way: the timeline as it came, its copy for ``format``, what that lost.

    ``owner`` is the identity of the argument map that it lies in: an adapter that declares
    ``adapter_hook_names`` and writes a string has the hook called with a copy of that map.
    """

    owner: int
    original: otio.schema.Timeline
    copy: otio.schema.Timeline
    format: Format | None
    losses: tuple[Loss, ...]


def around_write(timeline: otio.schema.Timeline, arguments: Any) -> otio.schema.Timeline:
    """The timeline to write (before), or the file mended (after)."""
    path = arguments.get("_filepath")
    if path is None or not is_ours(timeline):
        # A write to a string, or the second call for one: the format is not known here.
        return timeline
    state = arguments.get(STATE)
    if state is not None and state.owner != id(arguments):
        return timeline
    arguments.pop(STATE, None)
    if state is None:
        arguments[STATE] = state = _before(timeline, os.fspath(path), arguments)
        return state.copy
    _after(state, os.fspath(path), arguments)
    return timeline


def take_original(arguments: Any) -> otio.schema.Timeline | None:
    """The timeline as it came, for a writer of ours that needs more than a stock format holds.

    ``arguments`` is the ``hook_function_argument_map`` an adapter gets that declares
    ``adapter_hook_names()``. Taking it says that the file is the writer's own: it is left alone.
    """
    state = arguments.get(STATE)
    if state is None:
        return None
    arguments[STATE] = Write(state.owner, state.original, state.copy, None, ())
    arguments[STATE + "_taken"] = True
    original: otio.schema.Timeline = state.original
    return original


def _before(timeline: otio.schema.Timeline, path: str, arguments: Any) -> Write:
    known = _named_or_by_suffix(path, arguments)
    done = prepared_for(timeline)
    if done:
        if known is not None and done != known.adapter and known.adapter != "otio_json":
            raise ExportError(
                f"{path}: this timeline was conformed for {done}; write the original, or "
                f"conform it for {known.adapter}"
            )
        return Write(id(arguments), timeline, timeline, _named(done), ())
    if known is None or not known.module:
        return Write(id(arguments), timeline, timeline, known, ())
    copy, losses = conform(timeline, known.adapter, **_settings(path, arguments))
    if known.module == "bundles":
        from otio_autoedit.adapters.conform.bundles import before_write

        before_write(known.adapter)
    return Write(id(arguments), timeline, copy, known, tuple(losses))


def _after(state: Write, path: str, arguments: Any) -> None:
    if arguments.get(STATE + "_taken"):
        return
    from otio_autoedit.adapters.conform.sniff import written_format

    adapter = state.format.adapter if state.format else ""
    if not arguments.get(FORMAT):
        adapter = written_format(Path(path), adapter)
    untouched = state.format is None and adapter in BUNDLES  # whole as the adapter wrote it
    if not adapter or untouched or (state.format and adapter == state.format.adapter):
        losses = list(state.losses)
        if state.format is not None and state.format.module:
            losses += finish(path, state.copy, state.format.adapter)
        warn(losses, os.path.basename(path))
    else:
        _write_again(state.original, path, adapter, arguments)


def _write_again(timeline: otio.schema.Timeline, path: str, adapter: str, arguments: Any) -> None:
    """Replace a file prepared for the wrong format by the right one."""
    import opentimelineio as otio

    settings = dict(arguments.get("adapter_arguments", {}))
    copy, losses = conform(timeline, adapter, **settings, target=path)
    with whole_file(path) as part:
        otio.adapters.write_to_file(
            copy,
            str(part),
            adapter_name=adapter,
            hook_function_argument_map={FORMAT: adapter},
            **settings,
        )
        if os.path.isdir(path):
            shutil.rmtree(path)  # no folder can be renamed over another
    warn(losses, os.path.basename(path))


def _settings(path: str, arguments: Any) -> dict[str, Any]:
    return {**dict(arguments.get("adapter_arguments", {})), "target": path}


def _named_or_by_suffix(path: str, arguments: Any) -> Format | None:
    if arguments.get(FORMAT):
        return format_named(str(arguments[FORMAT]))
    suffix = os.path.splitext(path)[1][1:].lower()
    return next((known for known in FORMATS if suffix in known.suffixes), None)


def _named(adapter: str) -> Format | None:
    return next((known for known in FORMATS if known.adapter == adapter), None)
