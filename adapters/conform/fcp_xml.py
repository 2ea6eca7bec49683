"""Final Cut Pro 7 XML (.xml) for Premiere, Resolve and whatever else reads ``xmeml``.

The stock adapter writes the cuts; what it leaves out goes in here: the picture format, drop-frame
timecode, channels and links of the sound, markers counted from the file's first frame, one
clipitem for each clip. Its ``metadata["fcp_xml"]`` is the door for most of it; links and the order
of elements are put into the written file by `finish` (`fcp_file.py`).

As Premiere writes it, a stereo sound track is two ``<track>`` elements, one a channel, marked as
exploded halves of one track (Resolve reads the same; OTIO's reader joins them again).
A retimed clip's ``in`` and ``out`` count frames as they play: source frame 100 at 200 % is 50.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otio_autoedit.adapters.conform import fcp_media, fcp_sound, steps
from otio_autoedit.adapters.conform.facts import OURS, RATES, Facts, exact_rate, plain
from otio_autoedit.adapters.conform.legal import at_a_legal_rate
from otio_autoedit.adapters.conform.losses import Loss, lost
from otio_autoedit.adapters.conform.retimes import one_retime, speed_of

KEY = "fcp_xml"
OTIO = ".otio keeps them"
LEGAL = tuple(rate for rate in RATES if rate <= 60)


def prepare(timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Put the timeline into FCP 7's terms, and what OTIO has no field for into ``fcp_xml`` keys."""
    losses, facts = at_a_legal_rate(timeline, facts, LEGAL, "FCP 7 XML")
    rate = facts.rate
    losses += _count_lost(timeline)
    steps.clean_text(timeline, one_line=True)
    losses += fcp_media.only_files(timeline)
    steps.fill_ranges(timeline, rate)
    steps.one_rate(timeline, rate)
    losses += lost("nested sequences laid out flat", steps.unnest(timeline), OTIO)
    steps.drop_empty(timeline)
    _effects_in_metadata(timeline)
    losses += one_retime(timeline, OTIO)
    losses += _dissolves(timeline, rate)
    fcp_media.one_file_a_url(timeline, facts, LEGAL)
    _lift_markers(timeline)
    for clip in timeline.find_clips():
        _time_of_media(clip, rate)
    fcp_sound.channels_to_tracks(timeline, facts)
    facts.notes["links"] = _name_items(timeline)
    _markers(timeline)
    _sequence(timeline, facts)
    return losses


def finish(path: Path, timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Put links, the sound of dissolves and the order of elements into the written file."""
    from otio_autoedit.adapters.conform.fcp_file import mend

    mend(path, facts)
    return []


def keys(thing: otio.core.SerializableObjectWithMetadata, **values: Any) -> None:
    """Add to a thing's ``fcp_xml`` metadata, which the stock adapter writes as elements."""
    thing.metadata[KEY] = {**dict(thing.metadata.get(KEY, {})), **values}


def _count_lost(timeline: otio.schema.Timeline) -> list[Loss]:
    second = sum(len(c.media_references()) > 1 for c in timeline.find_clips())
    known = (otio.schema.TrackKind.Video, otio.schema.TrackKind.Audio)
    others = [
        t for t in timeline.tracks if isinstance(t, otio.schema.Track) and t.kind not in known
    ]
    for track in others:
        timeline.tracks.remove(track)
    wipes = steps.wipes(timeline)
    frozen = sum(speed_of(c) == 0 for c in timeline.find_clips())
    return [
        *lost("second media of clips left out", second, OTIO),
        *lost("tracks of neither picture nor sound left out", len(others), OTIO),
        *lost("transitions other than dissolves written as dissolves", wipes, OTIO),
        *lost("freeze frames written as speed 0, which not every program takes", frozen, OTIO),
    ]


def _effects_in_metadata(timeline: otio.schema.Timeline) -> None:
    """Effects that came from FCP XML stand in the clip's own keys, and go back from there."""
    for clip in timeline.find_clips():
        if "filter" in clip.metadata.get(KEY, {}):
            clip.effects[:] = [e for e in clip.effects if KEY not in e.metadata]


def _dissolves(timeline: otio.schema.Timeline, rate: Fraction) -> list[Loss]:
    """FCP knows a dissolve centred on its cut, and fades from and to black."""
    shortened, left_out = steps.fit_dissolves(timeline, rate)
    odd = 0
    for track in timeline.tracks:
        for index in reversed(range(len(track))):
            if isinstance(track[index], otio.schema.Transition):
                odd += _centre(track, index, rate)
    return [
        *lost("dissolves shortened to the picture there is", shortened, OTIO),
        *lost("dissolves without picture on either side made cuts", left_out, OTIO),
        *lost("dissolves of an odd length made a frame shorter", odd, OTIO),
    ]


def _centre(track: otio.schema.Track, index: int, rate: Fraction) -> int:
    """Move the cut under a dissolve to its middle: the same pictures, as readers place it."""
    item = track[index]
    lead, trail = (int(steps.frames(t, rate)) for t in (item.in_offset, item.out_offset))
    before = track[index - 1] if index else None
    after = track[index + 1] if index + 1 < len(track) else None
    from_black = not isinstance(before, otio.schema.Clip)
    to_black = not isinstance(after, otio.schema.Clip)
    if from_black or to_black:
        _move_cut(before, after, -lead if from_black else trail, rate)
        total = steps.time_at(lead + trail, rate), steps.time_at(0, rate)
        item.out_offset, item.in_offset = total if from_black else (total[1], total[0])
        return 0
    odd = (lead + trail) % 2
    if lead + trail == 1:
        del track[index]
        return 1
    lead, trail = (lead - odd, trail) if lead > trail else (lead, trail - odd)
    shift = (trail - lead) // 2
    _move_cut(before, after, shift, rate)
    item.in_offset = steps.time_at(lead + shift, rate)
    item.out_offset = steps.time_at(trail - shift, rate)
    return odd


def _move_cut(before: Any, after: Any, shift: int, rate: Fraction) -> None:
    """Move the cut between two neighbours by ``shift`` frames; their pictures stay in place."""
    moved = steps.time_at(shift, rate)
    if before is not None:
        span = before.source_range
        before.source_range = otio.opentime.TimeRange(span.start_time, span.duration + moved)
        if speed_of(before) < 0:  # played backwards, the tail lies at the start of the source
            _slide(before, shift * speed_of(before), rate)
    if after is not None:
        span = after.source_range
        after.source_range = otio.opentime.TimeRange(span.start_time, span.duration - moved)
        if speed_of(after) > 0:
            _slide(after, shift * speed_of(after), rate)


def _slide(item: Any, by: Fraction, rate: Fraction) -> None:
    span = item.source_range
    moved = steps.time_at(steps.whole(by), rate)
    item.source_range = otio.opentime.TimeRange(span.start_time + moved, span.duration)


def _lift_markers(timeline: otio.schema.Timeline) -> None:
    """Markers of tracks and gaps, which the adapter drops, become markers of the sequence."""
    stack = timeline.tracks
    for track in stack:
        stack.markers.extend(m.deepcopy() for m in track.markers)
        track.markers[:] = []
        for index, item in enumerate(track):
            if isinstance(item, otio.schema.Gap) and len(item.markers):
                shift = track.range_of_child_at_index(index).start_time
                for marker in item.markers:
                    lifted = marker.deepcopy()
                    start = marker.marked_range.start_time - item.source_range.start_time + shift
                    lifted.marked_range = otio.opentime.TimeRange(
                        start, marker.marked_range.duration
                    )
                    stack.markers.append(lifted)
                item.markers[:] = []


def _time_of_media(clip: otio.schema.Clip, rate: Fraction) -> None:
    """Whole frames from the file's first, as the clip plays it, for the clip and its markers."""
    available = clip.media_reference.available_range
    zero = available.start_time if available is not None else steps.time_at(0, rate)
    base = steps.frames(zero, rate)
    speed = speed_of(clip)
    span = clip.source_range
    length = int(steps.frames(span.duration, rate))
    first = steps.whole(steps.frames(span.start_time, rate) - base)
    start = first
    if speed < 0 and available is not None:
        end = steps.whole(steps.frames(available.duration, rate))
        start = end - (first + steps.whole(length * abs(speed)))
    start = steps.whole(start / abs(speed)) if speed else start
    for marker in clip.markers:
        at = steps.whole(steps.frames(marker.marked_range.start_time, rate) - base)
        if speed not in (0, 1):
            at = start + steps.whole((at - first) / abs(speed))
        marker.marked_range = steps.span_at(at, int(marker.marked_range.duration.value), rate)
    clip.source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(float(base + start), float(rate)), steps.time_at(length, rate)
    )
    if speed != 1:
        keys(clip, filter=fcp_media.time_remap(speed, clip.parent().kind))


def _name_items(timeline: otio.schema.Timeline) -> list[list[str]]:
    """An id of its own for every clip, so that none is written as empty; those linked together."""
    files: dict[str, int] = {}
    links: dict[Any, list[str]] = {}
    for number, clip in enumerate(timeline.find_clips(), 1):
        url = getattr(clip.media_reference, "target_url", "")
        keys(clip, **{"@id": f"clipitem-{number}", "enabled": "TRUE" if clip.enabled else "FALSE"})
        if url:
            master = files.setdefault(url, len(files) + 1)
            keys(clip, masterclipid=f"masterclip-{master}")
        link = _link(clip)
        if link is not None:
            links.setdefault(link, []).append(f"clipitem-{number}")
    for track in timeline.tracks:
        keys(track, enabled="TRUE" if track.enabled else "FALSE", locked="FALSE")
    return [ids for ids in links.values() if len(ids) > 1]


def _link(clip: otio.schema.Clip) -> Any:
    """What the clips of one group share: our number, Resolve's, or the links FCP XML came with."""
    link = clip.metadata.get(OURS, {}).get("link")
    if link is None:
        link = clip.metadata.get("Resolve_OTIO", {}).get("Link Group ID")
    if link is not None:
        return link
    links = plain(clip.metadata.get(KEY, {}).get("link", []))
    names = {str(x.get("linkclipref")) for x in (links if isinstance(links, list) else [links])}
    return tuple(sorted(names)) or None


def _markers(timeline: otio.schema.Timeline) -> None:
    things = [timeline.tracks, *timeline.find_clips()]
    for marker in (m for thing in things for m in thing.markers):
        keys(marker, **fcp_media.marker_look(marker))


def _sequence(timeline: otio.schema.Timeline, facts: Facts) -> None:
    """The picture format, the sound's outputs and the timecode of the sequence."""
    if timeline.global_start_time is None:
        timeline.global_start_time = steps.time_at(0, facts.rate)
    if not len(timeline.tracks):
        timeline.tracks.append(otio.schema.Track(kind=otio.schema.TrackKind.Video))
    drop = facts.drop and exact_rate(timeline.global_start_time.rate) == facts.rate
    keys(
        timeline,
        timecode={"displayformat": "DF" if drop else "NDF"},
        media={
            "video": {"format": {"samplecharacteristics": fcp_media.sequence_picture(facts)}},
            "audio": fcp_sound.outputs(),
        },
    )
