"""Avid Log Exchange (.ale), a list of clips, through OTIO's ``ale`` adapter.

The adapter writes every timecode at 24 unless told, and drop-frame at 29.97 whether or not the
media is. The real rate goes into the heading, and each clip's timecode as its own file counts.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otio_autoedit.adapters.conform import steps
from otio_autoedit.adapters.conform.facts import OURS, RATES, Facts, is_drop_rate
from otio_autoedit.adapters.conform.losses import Loss, lost
from otio_autoedit.files import write_whole

OTIO = "write .otio or .aaf to keep them"
LEGAL = [r for r in RATES if r <= 60]
SAID = {Fraction(24000, 1001): "23.976", Fraction(30000, 1001): "29.97"}
SAID |= {Fraction(48000, 1001): "47.952", Fraction(60000, 1001): "59.94"}


def prepare(timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """One row a clip with its own timecode, tape and tracks; sound joins the row of its picture."""
    rate = steps.legal_rate(facts.rate, LEGAL)
    losses = lost("frame rate without timecode, written at another", int(rate != facts.rate), OTIO)
    losses += _not_in_a_list(timeline)
    steps.clean_text(timeline, one_line=True)
    steps.fill_ranges(timeline, rate)
    losses += lost("disabled clips left out", steps.disabled_to_gaps(timeline), OTIO)
    steps.one_rate(timeline, rate, media=True)
    steps.drop_empty(timeline)
    _join_sound(timeline)
    header = timeline.metadata.setdefault("ALE", {}).setdefault("header", {})
    header.setdefault("FPS", repr(float(rate)))
    cells = []
    for clip in timeline.find_clips():
        clip.metadata["ALE"] = {**_columns(clip, facts), **clip.metadata.get("ALE", {})}
        cells.append(_timecodes(clip, rate, facts.is_drop(clip)))
        if not getattr(clip.media_reference, "target_url", ""):
            # An empty last column breaks the row for the reader; say what is there.
            clip.media_reference = otio.schema.ExternalReference(clip.name or "missing")
    if "fps" not in facts.settings:  # a rate the person asked for stays
        facts.notes.update(fps=SAID.get(rate, f"{float(rate):g}"), cells=cells)
    return losses


def finish(path: Path, timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Put each clip's own timecode, and the rate as Avid says it, into the written list."""
    if "cells" not in facts.notes:
        return []
    lines = path.read_text("utf-8").split("\n")
    columns = lines[lines.index("Column") + 1].split("\t")
    first = lines.index("Data") + 1
    for number, said in enumerate(facts.notes["cells"]):
        row = lines[first + number].split("\t")
        for column, text in zip(("Start", "End", "Duration"), said, strict=True):
            row[columns.index(column)] = text
        lines[first + number] = "\t".join(row)
    head = next(n for n, line in enumerate(lines) if line.startswith("FPS\t"))
    lines[head] = f"FPS\t{facts.notes['fps']}"
    write_whole(path, "\n".join(lines).encode())
    return []


def _not_in_a_list(timeline: otio.schema.Timeline) -> list[Loss]:
    transitions = list(timeline.find_children(descended_from_type=otio.schema.Transition))
    items: list[Any] = [timeline.tracks, *timeline.find_children()]
    items = [i for i in items if isinstance(i, otio.core.Item)]
    return [
        *lost("dissolves", len(transitions), OTIO),
        *lost("markers", sum(len(i.markers) for i in items), OTIO),
        *lost("effects and retimes", sum(len(i.effects) for i in items), OTIO),
    ]


def _join_sound(timeline: otio.schema.Timeline) -> None:
    """Take sound clips out that their picture's row already stands for, and say so in that row."""
    rows: dict[tuple[str, float, float], otio.schema.Clip] = {}
    for track in timeline.video_tracks():
        for clip in track.find_clips():
            clip.metadata["ALE"] = {"Tracks": "V", **clip.metadata.get("ALE", {})}
            rows.setdefault(_key(clip), clip)
    for number, track in enumerate(timeline.audio_tracks(), start=1):
        for index in reversed(range(len(track))):
            item = track[index]
            if not isinstance(item, otio.schema.Clip):
                continue
            row = rows.get(_key(item))
            if row is None:
                item.metadata["ALE"] = {"Tracks": f"A{number}", **item.metadata.get("ALE", {})}
            else:
                said = row.metadata["ALE"]["Tracks"]
                row.metadata["ALE"]["Tracks"] = (
                    f"{said}{number}" if "A" in said else f"{said}A{number}"
                )
                del track[index]


def _key(clip: otio.schema.Clip) -> tuple[str, float, float]:
    span = clip.source_range
    url = getattr(clip.media_reference, "target_url", "") or clip.name
    return url, span.start_time.value, span.duration.value


def _columns(clip: otio.schema.Clip, facts: Facts) -> dict[str, str]:
    source = facts.source_of(clip)
    columns = {}
    if source is not None and source.reel:
        columns["Tape"] = steps.plain_text(source.reel, one_line=True)
    if source is not None and source.size:
        columns["Image Size"] = f"{source.size[0]}x{source.size[1]}"
    reason = clip.metadata.get(OURS, {}).get("reason")
    if isinstance(reason, str) and reason:
        columns["Comments"] = steps.plain_text(reason, one_line=True)
    return columns


def _timecodes(clip: otio.schema.Clip, rate: Fraction, drop: bool) -> list[str]:
    span = clip.source_range
    times = (span.start_time, span.end_time_exclusive(), span.duration)
    drop = drop and is_drop_rate(rate)
    return [otio.opentime.to_timecode(t, float(rate), drop_frame=drop) for t in times]
