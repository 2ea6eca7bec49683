"""A timeline made right for one format, and what it loses there.

`conform` works on a copy: it shapes the timeline so that OTIO's stock adapter writes what the
program expects. `finish` mends the written file where the adapter itself writes something wrong.
The hook (`adapters/hooks.py`) runs both around every write of a timeline of ours.

One module a format, listed in `FORMATS`. Each has ``prepare(timeline, facts) -> list[Loss]``, which
changes the copy it is given, and may have ``finish(path, timeline, facts) -> list[Loss]``, which
rewrites the written file, whole or not at all.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from otio_autoedit.adapters.conform.losses import Loss, lost, warn
from otio_autoedit.errors import OptionError, did_you_mean

if TYPE_CHECKING:
    import opentimelineio as otio

    from otio_autoedit.adapters.conform.facts import Facts

__all__ = ["FORMATS", "Format", "Loss", "conform", "finish", "format_named", "prepared_for", "warn"]

OURS = "autoedit"


@dataclass(frozen=True, slots=True)
class Format:
    """A format we make timelines right for: OTIO's name of its adapter, the module here that knows
    it ("" where plain OTIO already holds everything), and its suffixes."""

    adapter: str
    module: str
    suffixes: tuple[str, ...]


FORMATS = (
    Format("otio_json", "", ("otio",)),
    Format("otioz", "bundles", ("otioz",)),
    Format("otiod", "bundles", ("otiod",)),
    Format("fcp_xml", "fcp_xml", ("xml",)),
    Format("cmx_3600", "cmx_3600", ("edl",)),
    Format("fcpx_xml", "fcpx_xml", ("fcpxml",)),
    Format("otio_fcpx_xml_lite_adapter", "fcpx_xml_lite", ()),
    Format("mlt_xml", "mlt_xml", ("mlt",)),
    Format("kdenlive", "kdenlive", ("kdenlive",)),
    Format("AAF", "aaf", ("aaf",)),
    Format("ale", "ale", ("ale",)),
    Format("xges", "xges", ("xges",)),
    Format("svg", "svg", ("svg",)),
    Format("hls_playlist", "hls_playlist", ("m3u8",)),
)


class FormatModule(Protocol):
    """What a format's module offers; ``finish`` may be missing."""

    def prepare(self, timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]: ...


def conform(
    timeline: otio.schema.Timeline, format: str, **settings: Any
) -> tuple[otio.schema.Timeline, list[Loss]]:
    """A copy of ``timeline`` that OTIO's adapter for ``format`` writes right, and what is lost.

    Args:
        timeline: any timeline; it is left as it is.
        format: an adapter's name ("fcp_xml") or a suffix ("edl", ".otioz").
        settings: the arguments the adapter will be given, and ``target``, the path if known.

    Raises:
        OptionError: no such format.
        ExportError: the format cannot hold this timeline at all.

    After writing the copy to a file yourself, call `finish`; the hook does both.
    """
    from otio_autoedit.adapters.conform.facts import facts_of
    from otio_autoedit.adapters.conform.record_starts import settle_record_starts

    known = format_named(format)
    copy = timeline.deepcopy()
    module = _module(known)
    if module is None:
        return copy, []
    settle_record_starts(copy)
    facts = facts_of(copy, settings)
    losses = module.prepare(copy, facts)
    if getattr(module, "KEEPS_METADATA", False):
        return copy, losses  # such a file is a timeline again: a stamp would stay in it
    framed = sum("framing" in clip.metadata.get(OURS, {}) for clip in timeline.find_clips())
    losses += lost("camera paths of reframed clips", framed, ".otio keeps them")
    stamp = dict(copy.metadata.get(OURS, {}))
    stamp["prepared"] = known.adapter
    if facts.notes:
        stamp["finish"] = facts.notes
    copy.metadata[OURS] = stamp
    return copy, losses


def finish(
    path: str | Path, timeline: otio.schema.Timeline, format: str | None = None
) -> list[Loss]:
    """Mend the file that the stock adapter wrote from ``timeline``, a copy made by `conform`.

    ``format`` is needed for bundles only; other copies know what they were made for.
    """
    from otio_autoedit.adapters.conform.facts import facts_of

    adapter = prepared_for(timeline) or format
    if not adapter:
        return []
    step = getattr(_module(format_named(adapter)), "finish", None)
    if step is None:
        return []
    losses: list[Loss] = step(Path(path), timeline, facts_of(timeline))
    return losses


def prepared_for(timeline: otio.schema.Timeline) -> str:
    """The adapter that `conform` made this timeline for; "" where it did not."""
    ours = timeline.metadata.get(OURS)
    return str(ours.get("prepared", "")) if ours is not None and hasattr(ours, "get") else ""


def format_named(name: str) -> Format:
    """The format of an adapter's name or a suffix.

    >>> format_named(".EDL").adapter
    'cmx_3600'
    """
    suffix = name.lower().lstrip(".")
    for known in FORMATS:
        if known.adapter == name or suffix in known.suffixes:
            return known
    names = [known.adapter for known in FORMATS] + [s for known in FORMATS for s in known.suffixes]
    raise OptionError(f"no format is called {name!r}{did_you_mean(name, names)}")


def _module(known: Format) -> FormatModule | None:
    if not known.module:
        return None
    module: Any = importlib.import_module(f"{__name__}.{known.module}")
    return module  # type: ignore[no-any-return]
