"""FCPXML through the ``otio_fcpx_xml_lite_adapter``, which claims .fcpxml beside ``fcpx_xml``.

Which of the two OTIO takes for the suffix differs between machines. This one writes rates and
times right; it leaves out what has no file, takes a file for silent when its picture comes first,
and hangs every clip on one long gap instead of a main storyline.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import opentimelineio as otio

from otio_autoedit.adapters.conform import steps
from otio_autoedit.adapters.conform.dissolves import drop_dissolves
from otio_autoedit.adapters.conform.facts import Facts, plain
from otio_autoedit.adapters.conform.fcpx_file import HEAD
from otio_autoedit.adapters.conform.fcpx_xml import (
    LEGAL,
    asset_facts,
    file_url,
    fileless_to_gaps,
    read_back,
)
from otio_autoedit.adapters.conform.legal import at_a_legal_rate
from otio_autoedit.adapters.conform.losses import Loss, lost
from otio_autoedit.adapters.conform.retimes import drop_retimes
from otio_autoedit.files import write_whole

OTIO = ".otio and FCP 7 .xml keep them"
OTHER = "-O fcpx_xml keeps them"


def prepare(timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Clips with files at one rate, a start time; all else counted."""
    losses, facts = at_a_legal_rate(timeline, facts, LEGAL, "Final Cut")
    rate = facts.rate
    losses += read_back(rate)
    steps.clean_text(timeline, one_line=True)
    steps.fill_ranges(timeline, rate)
    steps.one_rate(timeline, rate, media=True)
    if timeline.global_start_time is None:
        timeline.global_start_time = steps.time_at(0, rate)
    losses += lost("nested sequences laid out flat", steps.unnest(timeline), OTIO)
    losses += lost("clips without a media file left out", fileless_to_gaps(timeline), OTIO)
    steps.drop_empty(timeline)
    retimes, effects = drop_retimes(timeline)
    losses += lost("retimed clips played at normal speed", retimes, OTIO)
    losses += lost("effects left out", effects, OTIO)
    losses += lost("dissolves made cuts", drop_dissolves(timeline.tracks), OTHER)
    stray = steps.drop_markers(timeline, lambda thing: not isinstance(thing, otio.schema.Clip))
    losses += lost("markers of the sequence, its tracks and gaps left out", stray, OTHER)
    losses += lost("main storylines: all clips hang on one gap", 1, OTHER)
    for clip in timeline.find_clips():
        clip.media_reference.target_url = file_url(clip.media_reference.target_url)
    steps.same_range_a_url(timeline)
    facts.notes.update(
        drop=facts.drop,
        size=list(facts.size or (1920, 1080)),
        assets={c.media_reference.target_url: asset_facts(c, facts) for c in timeline.find_clips()},
    )
    return losses


def finish(path: Path, timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Say what each file has, the picture's size, drop-frame."""
    notes = plain(facts.notes)
    root = ElementTree.parse(path).getroot()  # noqa: S314 - written a moment ago, by our process
    for element in root.iterfind("resources/format"):
        element.attrib.pop("name", None)
        element.set("width", str(notes["size"][0]))
        element.set("height", str(notes["size"][1]))
    heard = {c.get("ref") for c in root.iter("asset-clip") if c.get("audioRole")}
    for asset in root.iterfind("resources/asset"):
        media = asset.find("media-rep")
        known = notes["assets"].get(media.get("src") if media is not None else "", {})
        channels = known.get("channels", [2] if asset.get("id") in heard else [])
        asset.set("name", known.get("name", asset.get("name", "")))
        asset.set("hasVideo", "1" if known.get("video", asset.get("hasVideo") == "1") else "0")
        asset.set("hasAudio", "1" if channels else "0")
        for name in ("audioChannels", "audioRate"):
            asset.attrib.pop(name, None)
        if channels:
            asset.set("audioSources", str(len(channels)))
            asset.set("audioChannels", str(max(channels)))
            asset.set("audioRate", str(known.get("sample_rate") or 48000))
    for sequence in root.iter("sequence"):
        sequence.set("tcFormat", "DF" if notes["drop"] else "NDF")
    ElementTree.indent(root, "    ")
    write_whole(path, HEAD + ElementTree.tostring(root, encoding="utf-8") + b"\n")
    return []
