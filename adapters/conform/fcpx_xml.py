"""Final Cut Pro X XML (.fcpxml) through OTIO's ``fcpx_xml`` adapter.

The adapter counts in whole frames a second: 23.976, 29.97 and 59.94 are written as 24, 30 and 60
and every time of the written file is stretched by 1001/1000 afterwards, which is exact. `finish`
(`fcpx_file.py`) also sets the picture format, the start timecode, the places of connected clips,
where media starts inside its clip, dissolves of the main storyline and disabled clips.

What no hook mends: the adapter keeps picture and sound of one file as two clips, and retimes do
not pass.
"""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import quote

import opentimelineio as otio

from otio_autoedit.adapters.conform import steps
from otio_autoedit.adapters.conform.dissolves import drop_dissolves
from otio_autoedit.adapters.conform.facts import OURS, RATES, Facts, nominal, path_of
from otio_autoedit.adapters.conform.legal import at_a_legal_rate
from otio_autoedit.adapters.conform.losses import Loss, lost
from otio_autoedit.adapters.conform.retimes import drop_retimes

OTIO = ".otio and FCP 7 .xml keep them"
LEGAL = tuple(rate for rate in RATES if rate <= 60 and nominal(rate) != 48)
PAD = 2  # frames: the adapter rounds times down when it looks for the clip under another
GAP_START = 3600  # seconds: where the adapter's gaps begin to count


def prepare(timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Files and gaps at a whole rate, a main storyline as long as everything connected to it."""
    losses, facts = at_a_legal_rate(timeline, facts, LEGAL, "Final Cut")
    rate = facts.rate
    losses += _count_lost(timeline) + read_back(rate)
    if timeline.global_start_time is None:
        timeline.global_start_time = steps.time_at(0, rate)
    steps.clean_text(timeline, one_line=True)
    steps.fill_ranges(timeline, rate)
    steps.one_rate(timeline, rate, media=True)
    losses += lost("nested sequences laid out flat", steps.unnest(timeline), OTIO)
    losses += lost("clips without a media file left as gaps", fileless_to_gaps(timeline), OTIO)
    steps.drop_empty(timeline)
    retimes, effects = drop_retimes(timeline)
    losses += lost("retimed clips played at normal speed", retimes, OTIO)
    losses += lost("effects left out", effects, OTIO)
    losses += _dissolves(timeline, rate)
    for clip in timeline.find_clips():
        clip.media_reference.target_url = file_url(clip.media_reference.target_url)
    steps.same_range_a_url(timeline)
    spine = _main_storyline(timeline, rate)
    losses += lost(
        "markers beyond the last clip left out", _markers(timeline, spine, rate), ".otio keeps them"
    )
    _note(timeline, facts, spine)
    if rate.denominator != 1:
        steps.relabel(timeline, Fraction(nominal(rate)))
    return losses


def finish(path: Path, timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Set times, format, places, dissolves and names right in the written file."""
    from otio_autoedit.adapters.conform.fcpx_file import mend

    mend(path, facts)
    return []


def read_back(rate: Fraction) -> list[Loss]:
    """OTIO's own readers of FCPXML count in whole frames a second; no hook runs before them."""
    what = f"frame rate that OTIO reads back as {int(rate)} (programs read it right)"
    return lost(what, int(rate.denominator != 1), "keep the .otio for OTIO")


def file_url(url: str) -> str:
    """``file:///...``, percent-encoded, with the ``'`` that the adapter cannot bear."""
    path = path_of(url)
    if not path:
        return url.replace("'", "%27")
    path = path.replace("\\", "/") if path[1:2] == ":" else os.path.abspath(path)
    return "file://" + quote(path if path.startswith("/") else f"/{path}", safe="/:")


def _count_lost(timeline: otio.schema.Timeline) -> list[Loss]:
    clips = list(timeline.find_clips())
    linked = {_link(c) for t in timeline.video_tracks() for c in t.find_clips()}
    apart = sum(
        _link(c) is not None and _link(c) in linked
        for t in timeline.audio_tracks()
        for c in t.find_clips()
    )
    plain = {"RED", "GREEN", "PURPLE", ""}
    things = [timeline.tracks, *timeline.find_children()]
    markers = [m for thing in things for m in getattr(thing, "markers", [])]
    colors = sum(str(m.color or "") not in plain for m in markers)
    return [
        *lost("transitions other than dissolves written as dissolves", steps.wipes(timeline), OTIO),
        *lost("sounds that come as clips apart from their picture", apart, "FCP 7 .xml links them"),
        *lost(
            "second media of clips left out",
            sum(len(c.media_references()) > 1 for c in clips),
            ".otio keeps them",
        ),
        *lost("colours of markers other than red and green", colors, OTIO),
    ]


def _link(clip: otio.schema.Clip) -> Any:
    return clip.metadata.get(OURS, {}).get("link")


def fileless_to_gaps(timeline: otio.schema.Timeline) -> int:
    changed = 0
    for track in timeline.tracks:
        for index, item in enumerate(list(track)):
            if isinstance(item, otio.schema.Clip) and not getattr(
                item.media_reference, "target_url", ""
            ):
                gap = otio.schema.Gap(
                    source_range=otio.opentime.TimeRange(duration=item.source_range.duration)
                )
                track[index] = gap
                changed += 1
        steps.drop_stray_transitions(track)
    return changed


def _dissolves(timeline: otio.schema.Timeline, rate: Fraction) -> list[Loss]:
    """Those of the first picture track stay; connected clips have none."""
    shortened, left_out = steps.fit_dissolves(timeline, rate)
    first = next(iter(timeline.video_tracks()), None)
    others = drop_dissolves(track for track in timeline.tracks if track is not first)
    return [
        *lost("dissolves shortened to the picture there is", shortened, OTIO),
        *lost("dissolves without picture on either side made cuts", left_out, OTIO),
        *lost("dissolves beside the first picture track made cuts", others, OTIO),
    ]


def _main_storyline(timeline: otio.schema.Timeline, rate: Fraction) -> otio.schema.Track:
    """The first picture track, first in the stack and no shorter than any other."""
    kind = otio.schema.TrackKind.Video
    spine = next((t for t in timeline.tracks if t.kind == kind), None)
    if spine is None:
        spine = otio.schema.Track(kind=kind)
        timeline.tracks.insert(0, spine)
    lengths = [int(steps.frames(t.duration(), rate)) for t in timeline.tracks]
    own = int(steps.frames(spine.duration(), rate))
    if len(timeline.tracks) > 1 or not own:
        missing = max(lengths, default=0) - own + PAD
        spine.append(otio.schema.Gap(source_range=steps.span_at(0, missing, rate)))
    return spine


def _markers(timeline: otio.schema.Timeline, spine: otio.schema.Track, rate: Fraction) -> int:
    """Markers of the sequence and its tracks go to what plays in the main storyline, gaps too."""
    zero = steps.time_at(GAP_START * nominal(rate), rate)
    for gap in (i for t in timeline.tracks for i in t if isinstance(i, otio.schema.Gap)):
        for marker in gap.markers:
            start = zero + (marker.marked_range.start_time - gap.source_range.start_time)
            marker.marked_range = otio.opentime.TimeRange(start, marker.marked_range.duration)
    for track in timeline.tracks:
        if track is not spine:
            spine.markers.extend(m.deepcopy() for m in track.markers)
            track.markers[:] = []
    homeless = []
    for marker in [*timeline.tracks.markers, *spine.markers]:
        item = spine.child_at_time(marker.marked_range.start_time)
        if not isinstance(item, otio.schema.Gap):
            continue
        homeless.append(marker)
        moved = marker.deepcopy()
        inside = marker.marked_range.start_time - item.range_in_parent().start_time
        moved.marked_range = otio.opentime.TimeRange(zero + inside, marker.marked_range.duration)
        item.markers.append(moved)
    return steps.markers_to_clips(timeline, spine) - len(homeless)


def _note(timeline: otio.schema.Timeline, facts: Facts, spine: otio.schema.Track) -> None:
    """Leave for `finish` what the adapter does not write, in frames."""
    rate = facts.rate
    start = timeline.global_start_time
    apostrophes: dict[str, str] = {}
    for clip in timeline.find_clips():
        if "'" in clip.name:
            name = clip.name.replace("'", "\u2019")
            apostrophes[name] = clip.name
            clip.name = name
    lanes: dict[str, list[dict[str, Any]]] = {}
    kinds = {"Video": 0, "Audio": 0}
    for track in timeline.tracks:
        kinds[track.kind] += 1
        lane = kinds[track.kind] - 1 if track.kind == "Video" else -kinds[track.kind]
        lanes[str(lane)] = [
            _placed(track, n, rate) for n, i in enumerate(track) if _is_item(i, lane)
        ]
    comments = {
        f"{m.name}@{int(steps.frames(m.marked_range.start_time, rate))}": m.comment
        for i in timeline.find_children()
        if isinstance(i, otio.core.Item)
        for m in i.markers
        if m.comment
    }
    facts.notes.update(
        rate=str(rate),
        size=list(facts.size or (1920, 1080)),
        start=int(steps.frames(start, rate)) if start is not None else 0,
        drop=facts.drop,
        pad=PAD if len(timeline.tracks) > 1 or not any(True for _ in timeline.find_clips()) else 0,
        lanes=lanes,
        names=apostrophes,
        comments=comments,
        dissolves=_dissolve_places(spine, rate),
        assets={c.media_reference.target_url: asset_facts(c, facts) for c in timeline.find_clips()},
    )


def _is_item(item: otio.core.Composable, lane: int) -> bool:
    # The adapter writes gaps in the main storyline only.
    return isinstance(item, otio.schema.Clip) or (lane == 0 and isinstance(item, otio.schema.Gap))


def _placed(track: otio.schema.Track, index: int, rate: Fraction) -> dict[str, Any]:
    item = track[index]
    return {
        "at": int(steps.frames(track.range_of_child_at_index(index).start_time, rate)),
        "enabled": bool(item.enabled and track.enabled),
    }


def _dissolve_places(spine: otio.schema.Track, rate: Fraction) -> list[dict[str, int]]:
    """Each dissolve: the number of the item after it, its start and length."""
    places, items, at = [], 0, 0
    for item in spine:
        if isinstance(item, otio.schema.Transition):
            lead, trail = (int(steps.frames(t, rate)) for t in (item.in_offset, item.out_offset))
            places.append({"before": items, "at": at - lead, "length": lead + trail})
        else:
            items += 1
            at += int(steps.frames(item.duration(), rate))
    return places


def asset_facts(clip: otio.schema.Clip, facts: Facts) -> dict[str, Any]:
    source = facts.source_of(clip)
    url = clip.media_reference.target_url
    name = os.path.basename(path_of(url)) or clip.name
    if source is None:
        return {"name": name}
    return {
        "name": name,
        "video": source.size is not None,
        "channels": [sound.channels for sound in source.audio],
        "sample_rate": source.audio[0].sample_rate if source.audio else 0,
    }
