"""Kdenlive projects (.kdenlive), through OTIO's ``kdenlive`` adapter.

Its authors have given the adapter up: Kdenlive 25.04 and later reads .otio itself, and keeps more.
What can be mended is: media-relative frames, gaps for what is off, guides, exact clock values, the
profile, and the mixing of the sound tracks, without which only one of them is heard.
"""

from __future__ import annotations

import os
from pathlib import Path

import opentimelineio as otio

from otio_autoedit.adapters.conform import steps
from otio_autoedit.adapters.conform.dissolves import drop_dissolves
from otio_autoedit.adapters.conform.facts import Facts
from otio_autoedit.adapters.conform.from_zero import from_zero
from otio_autoedit.adapters.conform.losses import Loss, lost
from otio_autoedit.adapters.conform.mlt_xml import bare_path, early_sound, near_frames
from otio_autoedit.adapters.conform.retimes import one_retime, speed_of
from otio_autoedit.adapters.conform.streams import first_stream_only

OTIO = "write .otio, which Kdenlive 25.04 and later reads"
DRAWN = ("SolidColor", "SMPTEBars")


def prepare(timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Times from each file's first frame, no dissolves, no reverse, sound tracks below picture."""
    rate = facts.rate
    start = timeline.global_start_time
    losses = [Loss("OTIO's Kdenlive adapter is no longer looked after", 1, OTIO)]
    losses += lost("start timecode of the timeline", int(bool(start and start.value)), OTIO)
    losses += lost("clip names", sum(bool(c.name) for c in timeline.find_clips()), OTIO)
    steps.clean_text(timeline)
    steps.fill_ranges(timeline, rate)
    losses += lost("nested compositions laid out flat", steps.unnest(timeline), OTIO)
    losses += lost("disabled clips left as gaps", steps.disabled_to_gaps(timeline), OTIO)
    losses += lost("clips without a media file left as gaps", _undrawn_to_gaps(timeline), OTIO)
    losses += lost("clips of further sound streams left out", first_stream_only(timeline), OTIO)
    losses += near_frames(timeline, facts)
    losses += early_sound(timeline, facts)
    losses += one_retime(timeline, OTIO)
    losses += lost("reversed or frozen clips played forwards", _only_forwards(timeline), OTIO)
    between = from_zero(timeline, rate)
    losses += lost("clips between two frames of the timeline, moved", between, OTIO)
    steps.one_rate(timeline, rate, media=True)
    losses += lost("dissolves made cuts", drop_dissolves(timeline.tracks), OTIO)
    steps.drop_empty(timeline)
    losses += lost("marker durations", _markers_to_guides(timeline), OTIO)
    _name_clips(timeline)
    _sound_first(timeline)
    return losses


def finish(path: Path, timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Put the profile, exact clock values and the mixing of the tracks into the written file."""
    from otio_autoedit.adapters.conform.kdenlive_file import mend

    mend(path, facts)
    return []


def _undrawn_to_gaps(timeline: otio.schema.Timeline) -> int:
    """Only files, a colour and bars are drawn; a colour without its colour stops the adapter."""
    changed = 0
    for track in timeline.tracks:
        for index, item in enumerate(list(track)):
            if not isinstance(item, otio.schema.Clip):
                continue
            reference = item.media_reference
            kind = getattr(reference, "generator_kind", "")
            if kind in DRAWN:
                reference.parameters.setdefault("color", "black")
                reference.available_range = reference.available_range or item.source_range
            elif not getattr(reference, "target_url", ""):
                length = otio.opentime.TimeRange(duration=item.duration())
                track[index] = otio.schema.Gap(source_range=length)
                changed += 1
    return changed


def _only_forwards(timeline: otio.schema.Timeline) -> int:
    changed = 0
    for clip in timeline.find_clips():
        if speed_of(clip) <= 0:
            clip.effects[:] = []
            changed += 1
    return changed


def _markers_to_guides(timeline: otio.schema.Timeline) -> int:
    """Every marker that is in the edit, as a guide of the timeline; those that lose a duration.

    The adapter writes guides, and reads their text from the name.
    """
    guides = list(timeline.tracks.markers)
    for track in timeline.tracks:
        for marker in track.markers:
            guides.append(marker.clone())
        for item in track:
            if isinstance(item, otio.schema.Transition):
                continue
            place = item.range_in_parent()
            for marker in item.markers:
                moved = marker.clone()
                at = marker.marked_range.start_time - item.source_range.start_time
                if 0 <= at.value < place.duration.value:
                    span = otio.opentime.TimeRange(
                        place.start_time + at, marker.marked_range.duration
                    )
                    moved.marked_range = span
                    guides.append(moved)
    seen: dict[tuple[float, str], otio.schema.Marker] = {}
    for guide in guides:
        text = " - ".join(t for t in (guide.name, guide.comment) if t)
        guide.name = text or "marker"
        seen.setdefault((guide.marked_range.start_time.value, guide.name), guide)
    timeline.tracks.markers[:] = [g.clone() for _, g in sorted(seen.items())]
    return sum(g.marked_range.duration.value > 1 for g in seen.values())


def _name_clips(timeline: otio.schema.Timeline) -> None:
    """The bin shows the name of the first clip of a file: name it as the file."""
    for clip in timeline.find_clips():
        url = getattr(clip.media_reference, "target_url", "")
        if url:
            clip.name = os.path.basename(bare_path(url)) or clip.name


def _sound_first(timeline: otio.schema.Timeline) -> None:
    """Kdenlive counts tracks from the bottom: sound from the last to A1, then picture."""
    tracks = [t.clone() for t in timeline.tracks]
    sound = [t for t in tracks if t.kind == otio.schema.TrackKind.Audio]
    picture = [t for t in tracks if t.kind != otio.schema.TrackKind.Audio]
    timeline.tracks[:] = [*reversed(sound), *picture]
