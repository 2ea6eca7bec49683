"""A linked timeline made ours: it then carries the facts of its media, for whatever writes it."""

from __future__ import annotations

from collections.abc import Mapping

import opentimelineio as otio

from otio_autoedit.adapters.conform.record_starts import settle_record_starts
from otio_autoedit.adapters.link.relink import is_linked
from otio_autoedit.media.info import MediaInfo
from otio_autoedit.timeline import metadata
from otio_autoedit.timeline.facts import source_facts


def stamp_linked(
    timeline: otio.schema.Timeline, media: Mapping[str, MediaInfo], tally: Mapping[str, object]
) -> None:
    """Stamps the timeline if clips of it were linked to ``media`` (by URL): its sources stand in
    the timeline's metadata once, each linked clip names its own by number. What is there stays.
    Tracks as the EDL reader leaves them, which show nothing to whoever takes them at their word,
    get the place that is meant.
    """
    if not isinstance(timeline.metadata.get(metadata.KEY, {}), Mapping):
        return  # something else of that name
    known = metadata.read(timeline)
    sources = list(known.get("sources", []))
    numbers = {source.get("fingerprint"): number for number, source in enumerate(sources)}
    linked = False
    for clip in timeline.find_clips():
        info = media.get(getattr(clip.media_reference, "target_url", ""))
        if info is None or not is_linked(clip):
            continue
        if info.fingerprint not in numbers:
            numbers[info.fingerprint] = len(sources)
            sources.append(source_facts(info))
        clip.metadata[metadata.KEY] = {
            **clip.metadata[metadata.KEY], "source": numbers[info.fingerprint]
        }  # fmt: skip
        linked = True
    if linked:
        settle_record_starts(timeline)
        metadata.stamp(timeline, {"sources": sources, "linker": dict(tally)})
