"""CMX 3600 EDL (.edl): one picture track, times in whole frames, out points exclusive.

Before the write the timeline becomes one track of plain clips that starts at the programme's
timecode (01:00:00:00 where the timeline has none, as editors expect). After it, the event lines
are set right: each source counts in its own file's timecode, drop-frame (``;``) or not, retimed
sources have their true length and an ``M2`` line, fades come from and go to ``BL``. Lines of
comments stay as the stock adapter wrote them. ``LOC`` times are those of the source.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from otio_autoedit.adapters.conform import steps
from otio_autoedit.adapters.conform.edl_events import events_of, mend, timecode
from otio_autoedit.adapters.conform.facts import (
    RATES,
    Facts,
    exact_rate,
    is_drop_rate,
    nominal,
    path_of,
)
from otio_autoedit.adapters.conform.flat import flatten
from otio_autoedit.adapters.conform.losses import Loss, lost
from otio_autoedit.adapters.conform.retimes import one_retime, speed_of

KEY = "cmx_3600"
OTIO = ".otio and FCP 7 .xml keep them"
LEGAL = tuple(rate for rate in RATES if rate <= 60)
LONGEST_DISSOLVE = 999


def prepare(timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """One picture track from the programme's start, legal reels; the right events in the notes."""
    losses, facts = _at_a_legal_rate(timeline, facts)
    rate = facts.rate
    steps.clean_text(timeline, one_line=True)
    timeline.name = timeline.name or "Untitled"
    steps.fill_ranges(timeline, rate)
    steps.one_rate(timeline, rate)
    losses += lost("nested sequences laid out flat", steps.unnest(timeline), OTIO)
    losses += _picture_only(timeline, rate)
    losses += lost("disabled clips left out", steps.disabled_to_gaps(timeline), OTIO)
    steps.drop_empty(timeline)
    if not len(timeline.tracks):
        timeline.tracks.append(otio.schema.Track(kind=otio.schema.TrackKind.Video))
    track = timeline.tracks[0]
    losses += one_retime(timeline, OTIO)
    losses += _dissolves(timeline, track, rate)
    losses += _markers(timeline, track, facts)
    for clip in track.find_clips():
        _label_source(clip, rate, facts.is_drop(clip))
    _reels(track, facts)
    _sequences_as_files(track)
    _start_at_programme(timeline, track, rate, facts.drop)
    facts.notes["events"] = events_of(track, facts)
    facts.notes["drop"] = facts.drop
    facts.notes["title"] = timeline.name
    if not facts.drop:
        # The stock adapter counts drop-frame at 29.97 and 59.94, and not at 30 and 60.
        steps.relabel(timeline, Fraction(nominal(rate)))
    _keep_the_adapter_from_failing(track, rate)
    if facts.settings.get("style") == "premiere":
        _names_for_premiere(track)
    return losses + _limits(track, rate)


def finish(path: Path, timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Set the event lines of the written file right; add FCM, M2 and LOC lines."""
    mend(path, facts)
    return []


def _at_a_legal_rate(timeline: otio.schema.Timeline, facts: Facts) -> tuple[list[Loss], Facts]:
    asked = facts.settings.get("rate")
    rate = exact_rate(asked) if isinstance(asked, (int, float)) and asked > 0 else facts.rate
    if nominal(rate) == nominal(facts.rate):
        rate = facts.rate  # 30 for 29.97 means "not drop-frame"; drop is what the media says
    rate = steps.legal_rate(rate, LEGAL)
    if rate == facts.rate:
        return [], facts
    count = sum(1 for _ in timeline.find_clips())
    what = f"clips at {float(facts.rate):g} fps put on the {float(rate):g} of the EDL"
    return lost(what, count, ".otio keeps the rate"), replace(facts, rate=rate)


def _picture_only(timeline: otio.schema.Timeline, rate: Fraction) -> list[Loss]:
    """One track of what is seen; sound, second media and hidden layers are counted."""
    kind = otio.schema.TrackKind.Video
    pictures = [t for t in timeline.tracks if t.kind == kind and t.enabled]
    others = [t for t in timeline.tracks if t.kind != kind]
    sounds = sum(1 for t in others for _ in t.find_clips())
    hidden = sum(1 for t in timeline.tracks if t.kind == kind and not t.enabled for _ in t)
    second = sum(len(c.media_references()) > 1 for t in pictures for c in t.find_clips())
    before = sum(1 for t in pictures for _ in t.find_clips())
    flat = flatten(pictures, rate) if len(pictures) > 1 else None
    losses = [
        *lost("clips on sound tracks left out", sounds, OTIO),
        *lost("items of disabled tracks left out", hidden, OTIO),
        *lost("second media of clips left out", second, ".otio keeps them"),
    ]
    if flat is not None:
        losses += lost("picture tracks flattened into one", len(pictures), OTIO)
        gone = before - sum(1 for _ in flat.find_clips())
        losses += lost("clips under others left out", max(0, gone), OTIO)
        for track in pictures:
            timeline.tracks.markers.extend(m.deepcopy() for m in track.markers)
        pictures = [flat]
    timeline.tracks[:] = []
    timeline.tracks.extend(p.deepcopy() for p in pictures)
    return losses


def _dissolves(
    timeline: otio.schema.Timeline, track: otio.schema.Track, rate: Fraction
) -> list[Loss]:
    shortened, left_out = steps.fit_dissolves(timeline, rate)
    wipes = 0
    for index in reversed(range(len(track))):
        item = track[index]
        if not isinstance(item, otio.schema.Transition):
            continue
        wipes += item.transition_type != otio.schema.TransitionTypes.SMPTE_Dissolve
        item.transition_type = otio.schema.TransitionTypes.SMPTE_Dissolve
        shortened += _shorten(track, index, rate)
        after = track[index + 1] if index + 1 < len(track) else None
        if isinstance(after, otio.schema.Gap):
            # The stock adapter starts the gap earlier by the lead: there must be that much before.
            start = item.in_offset + item.out_offset
            after.source_range = otio.opentime.TimeRange(start, after.source_range.duration)
    return [
        *lost("dissolves shortened to the picture there is", shortened, OTIO),
        *lost("dissolves without picture on either side made cuts", left_out, OTIO),
        *lost("transitions other than dissolves written as dissolves", wipes, ".otio keeps them"),
    ]


def _shorten(track: otio.schema.Track, index: int, rate: Fraction) -> int:
    """Keep a dissolve in three digits, and its incoming source from before 00:00:00:00."""
    item = track[index]
    lead, trail = (int(steps.frames(t, rate)) for t in (item.in_offset, item.out_offset))
    after = track[index + 1] if index + 1 < len(track) else None
    room = LONGEST_DISSOLVE
    if isinstance(after, otio.schema.Clip) and speed_of(after) > 0:
        start = steps.frames(after.source_range.start_time, rate)
        room = max(0, (start / speed_of(after)).__floor__())
    before = min(lead, room, LONGEST_DISSOLVE // 2)
    fitting = before, min(trail, LONGEST_DISSOLVE - before)
    if fitting == (lead, trail):
        return 0
    item.in_offset, item.out_offset = (steps.time_at(n, rate) for n in fitting)
    if sum(fitting) == 0:
        del track[index]
    return 1


def _markers(timeline: otio.schema.Timeline, track: otio.schema.Track, facts: Facts) -> list[Loss]:
    """An EDL has markers on clips only: those of the sequence and its tracks go to what plays."""
    homeless = steps.markers_to_clips(timeline, track)
    homeless += steps.drop_markers(timeline, lambda thing: isinstance(thing, otio.schema.Gap))
    markers = [m for c in track.find_clips() for m in c.markers]
    for marker in markers:
        marker.color = marker.color or otio.schema.MarkerColor.GREEN
    comments = sum(bool(m.comment) for m in markers)
    lengths = sum(m.marked_range.duration.value > 0 for m in markers)
    drop = is_drop_rate(facts.rate)
    unread = sum(len(c.markers) for c in track.find_clips() if drop and facts.is_drop(c))
    return [
        *lost("locators in drop-frame, which OTIO does not read back", unread, "programs do"),
        *lost("markers where no clip plays left out", homeless, OTIO),
        *lost("comments of markers left out", comments, OTIO),
        *lost("lengths of markers left out", lengths, OTIO),
    ]


def _label_source(clip: otio.schema.Clip, rate: Fraction, drop: bool) -> None:
    """Count a file of another rate from its own timecode's label: 01:00:00:00 stays that."""
    reference = clip.media_reference
    available = reference.available_range if reference is not None else None
    if available is None or exact_rate(available.start_time.rate) == rate:
        start = steps.frames(clip.source_range.start_time, rate)
        if start < 0:
            clip.source_range = steps.span_at(0, int(clip.source_range.duration.value), rate)
        return
    base = _same_label(int(available.start_time.value), available.start_time.rate, rate, drop)
    shift = base - steps.whole(steps.frames(available.start_time, rate))
    clip.source_range = _shifted(clip.source_range, shift, rate)
    for marker in clip.markers:
        marker.marked_range = _shifted(marker.marked_range, shift, rate)
    length = int(steps.frames(available.duration, rate))
    reference.available_range = steps.span_at(base, length, rate)


def _same_label(frame: int, own: float, rate: Fraction, drop: bool) -> int:
    """The frame that has at ``rate`` the timecode that ``frame`` has at a file's own rate."""
    label = timecode(max(0, frame), exact_rate(own), drop)
    hours, minutes, seconds, rest = (int(n) for n in re.split("[:;]", label))
    count = nominal(exact_rate(own)) or 1
    return ((hours * 60 + minutes) * 60 + seconds) * nominal(rate) + rest * nominal(rate) // count


def _shifted(span: otio.opentime.TimeRange, shift: int, rate: Fraction) -> otio.opentime.TimeRange:
    start = max(0, steps.whole(steps.frames(span.start_time, rate)) + shift)
    return steps.span_at(start, steps.whole(steps.frames(span.duration, rate)), rate)


def _reels(track: otio.schema.Track, facts: Facts) -> None:
    """A reel of up to 8 letters and digits for every file, no two alike; its name in a comment."""
    reels: dict[str, str] = {}
    taken: set[str] = {"", "BL", "BLACK", "BARS", "AX"}
    for clip in track.find_clips():
        own = dict(clip.metadata.get(KEY, {}))
        given = re.sub(r"\s+", "_", str(own.get("reel") or ""))
        source = facts.source_of(clip)
        url = _url_of(clip)
        name = os.path.basename(path_of(url)) if url else ""
        key = given or url or clip.name
        if key not in reels:
            wanted = given or (source.reel if source else "") or os.path.splitext(name)[0]
            reels[key] = given or _free(wanted or clip.name, taken)
            taken.add(reels[key])
        comments = [str(c) for c in own.get("comments", [])]
        if name and not any(c.startswith("SOURCE FILE") for c in comments):
            comments.append(f"SOURCE FILE: {steps.plain_text(name, one_line=True)}")
        clip.metadata[KEY] = {**own, "reel": reels[key], "comments": comments}


def _sequences_as_files(track: otio.schema.Track) -> None:
    """Image sequences as the adapter names them: ``a.[1001-1048].exr``, also past their range."""
    for clip in track.find_clips():
        reference = clip.media_reference
        if not isinstance(reference, otio.schema.ImageSequenceReference):
            continue
        try:
            first, last = reference.frame_range_for_time_range(clip.source_range)
        except ValueError:
            first, last = reference.start_frame, reference.end_frame()
        clip.media_reference = otio.schema.ExternalReference(
            target_url=reference.abstract_target_url(f"[{first}-{last}]"),
            available_range=reference.available_range,
            metadata=dict(reference.metadata),
        )


def _url_of(clip: otio.schema.Clip) -> str:
    reference = clip.media_reference
    if isinstance(reference, otio.schema.ImageSequenceReference):
        return f"{reference.target_url_base}{reference.name_prefix}{reference.name_suffix}"
    return str(getattr(reference, "target_url", "") or "")


def _free(wanted: str, taken: set[str]) -> str:
    """``wanted`` as a legal reel, numbered where it is taken."""
    legal = re.sub(r"[^A-Za-z0-9_]", "", wanted.encode("ascii", "ignore").decode())
    reel = legal[:8]
    number = 1
    while reel in taken:
        number += 1
        reel = f"{legal[: 8 - len(str(number))]}{number}" if legal else f"R{number:03d}"
    return reel


def _start_at_programme(
    timeline: otio.schema.Timeline, track: otio.schema.Track, rate: Fraction, drop: bool
) -> None:
    """A gap up to the programme's first frame: the stock adapter counts from the track's head."""
    if timeline.global_start_time is None:
        timeline.global_start_time = steps.time_at(_first_hour(rate, drop), rate)
    first = max(0, int(timeline.global_start_time.value))
    track.insert(0, otio.schema.Gap(source_range=steps.span_at(0, first, rate)))


def _first_hour(rate: Fraction, drop: bool) -> int:
    """The frame that 01:00:00:00 names."""
    count = nominal(rate)
    return 3600 * count - (54 * (count // 15) if drop else 0)


def _keep_the_adapter_from_failing(track: otio.schema.Track, rate: Fraction) -> None:
    """What it cannot count, `finish` writes: here it only must not come below 00:00:00:00."""
    for clip in track.find_clips():
        if speed_of(clip) < 0:
            # By its usual name the adapter divides the length by the speed.
            clip.effects[0].effect_name = "Reverse"
    for index in range(1, len(track)):
        join, item = track[index - 1], track[index]
        if isinstance(join, otio.schema.Transition) and isinstance(item, otio.schema.Clip):
            span, lead = item.source_range, join.in_offset
            if span.start_time < lead:  # it takes the lead off the start, frozen or reversed too
                item.source_range = otio.opentime.TimeRange(lead, span.duration)


def _names_for_premiere(track: otio.schema.Track) -> None:
    """In this style the stock adapter takes names from files, and fails where there is none."""
    for clip in track.find_clips():
        if not getattr(clip.media_reference, "target_url", ""):
            clip.media_reference = otio.schema.ExternalReference(
                target_url=clip.name or "missing",
                available_range=clip.media_reference.available_range,
            )


def _limits(track: otio.schema.Track, rate: Fraction) -> list[Loss]:
    events = sum(1 for _ in track.find_clips())
    losses = lost("events beyond 999, where some programs stop", max(0, events - 999), OTIO)
    if rate.denominator != 1:
        how = f"OTIO reads it back with -a rate={float(rate)!r}, no other spelling"
        losses += lost("frame rate that an EDL does not name", 1, how)
    return losses
