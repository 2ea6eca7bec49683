"""Steps that several formats share. Each changes the timeline it is given and says how much it did.

All times end up as whole frames of one exact rate; record positions are rounded as positions, so
that cuts stay where they are and nothing drifts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_autoedit.adapters.conform.dissolves import (
    drop_stray_transitions,
    fit_dissolves,
    whole_offsets,
    wipes,
)
from otio_autoedit.adapters.conform.facts import exact_rate
from otio_autoedit.adapters.conform.times import (
    Range,
    Time,
    frames,
    legal_rate,
    span_at,
    time_at,
    tracks_of,
    whole,
)

# A format's module finds all its steps here.
__all__ = [
    "Range",
    "Time",
    "clean_text",
    "count_of",
    "disabled_to_gaps",
    "drop_empty",
    "drop_markers",
    "drop_stray_transitions",
    "fill_ranges",
    "fit_dissolves",
    "frames",
    "legal_rate",
    "markers_to_clips",
    "missing_like",
    "one_rate",
    "only_references",
    "plain_text",
    "relabel",
    "rounded_down",
    "same_range_a_url",
    "sequence_as_file",
    "span_at",
    "time_at",
    "tracks_of",
    "unnest",
    "whole",
    "wipes",
]


def fill_ranges(timeline: otio.schema.Timeline, rate: Fraction) -> None:
    """Give every clip a source_range and every file an available_range; nested stacks a range."""
    for clip in timeline.find_clips():
        reference = clip.media_reference
        available = reference.available_range if reference is not None else None
        if clip.source_range is None:
            clip.source_range = available or span_at(0, 0, rate)
        if available is None and isinstance(
            reference, (otio.schema.ExternalReference, otio.schema.ImageSequenceReference)
        ):
            span = clip.source_range
            reference.available_range = Range(
                Time(min(0.0, span.start_time.value), span.start_time.rate),
                span.end_time_exclusive()
                - Time(min(0.0, span.start_time.value), span.start_time.rate),
            )
    for nest in _nests(timeline):
        if nest.source_range is None:
            duration = nest.available_range().duration if len(nest) else time_at(0, rate)
            nest.source_range = Range(Time(0, duration.rate), duration)


def drop_empty(timeline: otio.schema.Timeline) -> None:
    """Take out items of no length, and tracks of no items."""
    for track in tracks_of(timeline):
        for index in reversed(range(len(track))):
            item = track[index]
            if not isinstance(item, otio.schema.Transition) and item.duration().value <= 0:
                del track[index]
        drop_stray_transitions(track)
    stack = timeline.tracks
    for index in reversed(range(len(stack))):
        if isinstance(stack[index], otio.schema.Track) and not len(stack[index]):
            del stack[index]


def one_rate(timeline: otio.schema.Timeline, rate: Fraction, media: bool = False) -> int:
    """Every time of the timeline in whole frames of ``rate``; the clips whose times were rounded.

    ``media`` does the same to the files' available_range, which else keeps the file's own rate.
    """
    changed = 0
    for track in tracks_of(timeline):
        changed += _track_at(track, rate)
    for clip in timeline.find_clips():
        reference = clip.media_reference
        if reference is not None and reference.available_range is not None:
            own = exact_rate(reference.available_range.duration.rate)
            known = rate if media or not 1 <= own <= 1000 else own
            reference.available_range = rounded_down(reference.available_range, known)
    for stack in [timeline.tracks, *timeline.find_children(descended_from_type=otio.schema.Stack)]:
        for marker in stack.markers:
            marker.marked_range = _rounded(marker.marked_range, rate)
        if stack.source_range is not None and not _in_track(stack):
            stack.source_range = _rounded(stack.source_range, rate)
    start = timeline.global_start_time
    if start is not None:
        timeline.global_start_time = time_at(whole(frames(start, rate)), rate)
    return changed


def clean_text(timeline: otio.schema.Timeline, one_line: bool = False) -> int:
    """Take control characters and lone surrogates out of every name, comment and URL; how many.

    ``one_line`` also makes the newlines and tabs of names spaces.
    """
    changed = 0
    objects: list[otio.core.SerializableObject] = [timeline, timeline.tracks]
    objects += list(timeline.find_children())
    for thing in list(objects):
        objects += list(getattr(thing, "markers", [])) + list(getattr(thing, "effects", []))
        if isinstance(thing, otio.schema.Clip):
            objects += list(thing.media_references().values())
    for thing in objects:
        for name in ("name", "comment"):
            text = getattr(thing, name, None)
            if isinstance(text, str):
                clean = plain_text(text, one_line and name == "name")
                changed += clean != text
                setattr(thing, name, clean)
    return changed


def plain_text(text: str, one_line: bool = False) -> str:
    """Text that XML can hold, on one line if asked."""
    if one_line:
        text = re.sub(r"\s*[\r\n\u2028\u2029\x85]+\s*", " ", text).replace("\t", " ")
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)


def only_references(
    timeline: otio.schema.Timeline, keep: tuple[type, ...], replace: Callable[[object], object]
) -> int:
    """Replace every media reference not of the kinds in ``keep``; how many."""
    changed = 0
    for clip in timeline.find_clips():
        if not isinstance(clip.media_reference, keep):
            clip.media_reference = replace(clip.media_reference)
            changed += 1
    return changed


def missing_like(reference: otio.core.MediaReference) -> otio.schema.MissingReference:
    """A MissingReference that keeps the name, range and metadata of ``reference``."""
    return otio.schema.MissingReference(
        name=reference.name,
        available_range=reference.available_range,
        metadata=dict(reference.metadata),
    )


def sequence_as_file(reference: otio.core.MediaReference) -> otio.core.MediaReference:
    """The first picture of an image sequence as a file; anything else as missing media."""
    if not isinstance(reference, otio.schema.ImageSequenceReference):
        return missing_like(reference)
    first = reference.target_url_for_image_number(0) if reference.available_range else ""
    return otio.schema.ExternalReference(
        target_url=first,
        available_range=reference.available_range,
        metadata=dict(reference.metadata),
    )


def count_of(timeline: otio.schema.Timeline, kind: type) -> int:
    """How many clips have a media reference of ``kind``."""
    return sum(isinstance(c.media_reference, kind) for c in timeline.find_clips())


def disabled_to_gaps(timeline: otio.schema.Timeline) -> int:
    """Put gaps where disabled clips (or all clips of a disabled track) stand; how many."""
    changed = 0
    for track in tracks_of(timeline):
        for index, item in enumerate(list(track)):
            off = not track.enabled or not getattr(item, "enabled", True)
            if off and isinstance(item, (otio.schema.Clip, otio.schema.Stack)):
                track[index] = otio.schema.Gap(source_range=Range(duration=item.duration()))
                changed += 1
        drop_stray_transitions(track)
    return changed


def unnest(timeline: otio.schema.Timeline) -> int:
    """Put the clips of nested stacks and tracks in their place; how many nests.

    A picture track takes what is seen through the nest (its topmost clips), a sound track its
    first sound track; dissolves inside become cuts.
    """
    from otio_autoedit.adapters.conform.flat import nest_items

    changed = 0
    for index, child in enumerate(list(timeline.tracks)):
        if not isinstance(child, otio.schema.Track):
            timeline.tracks[index] = _track_around(child)
        elif child.source_range is not None:
            inside = nest_items(child, child.kind)
            child[:] = []
            child.source_range = None
            child.extend(inside)
    for track in [t for t in timeline.tracks if isinstance(t, otio.schema.Track)]:
        for index in reversed(range(len(track))):
            item = track[index]
            if isinstance(item, (otio.schema.Stack, otio.schema.Track)):
                track[index : index + 1] = nest_items(item, track.kind)
                changed += 1
        drop_stray_transitions(track)
    return changed


def relabel(timeline: otio.schema.Timeline, rate: Fraction) -> None:
    """Name another rate and keep every frame number: 29.97 counted as 30 is not drop-frame."""
    for item in timeline.find_children():
        if isinstance(item, otio.schema.Transition):
            item.in_offset, item.out_offset = (
                time_at(int(t.value), rate) for t in (item.in_offset, item.out_offset)
            )
            continue
        reference = item.media_reference if isinstance(item, otio.schema.Clip) else None
        for thing in [item, *item.markers, reference]:
            for name in ("source_range", "marked_range", "available_range"):
                span = getattr(thing, name, None)
                if isinstance(span, Range):
                    setattr(thing, name, _named(span, rate))
    for marker in timeline.tracks.markers:
        marker.marked_range = _named(marker.marked_range, rate)
    if timeline.global_start_time is not None:
        timeline.global_start_time = time_at(int(timeline.global_start_time.value), rate)


def drop_markers(timeline: otio.schema.Timeline, where: Callable[[object], bool]) -> int:
    """Take the markers off the things ``where`` picks; how many."""
    dropped = 0
    for thing in [timeline.tracks, *timeline.find_children()]:
        if not isinstance(thing, otio.schema.Transition) and len(thing.markers) and where(thing):
            dropped += len(thing.markers)
            thing.markers[:] = []
    return dropped


def _track_around(item: otio.core.Composable) -> otio.schema.Track:
    """A layer that is no track (a clip or a stack of its own) as a picture track."""
    return otio.schema.Track(kind=otio.schema.TrackKind.Video, children=[item.deepcopy()])


def same_range_a_url(timeline: otio.schema.Timeline) -> None:
    """One available_range for all clips of a file: adapters write a file once, by its URL."""
    clips = [c for c in timeline.find_clips() if getattr(c.media_reference, "target_url", "")]
    ranges: dict[str, otio.opentime.TimeRange] = {}
    for clip in clips:
        url, there = clip.media_reference.target_url, clip.media_reference.available_range
        ranges[url] = ranges[url].extended_by(there) if url in ranges else there
    for clip in clips:
        clip.media_reference.available_range = ranges[clip.media_reference.target_url]


def markers_to_clips(timeline: otio.schema.Timeline, track: otio.schema.Track) -> int:
    """Put the markers of the sequence and of ``track`` on the clip of it that plays there.

    Returns how many had no clip; they are dropped.
    """
    homeless = 0
    places = [(track.range_of_child_at_index(n), item) for n, item in enumerate(track)]
    clips = [(r, i) for r, i in places if isinstance(i, otio.schema.Clip)]
    for marker in [*timeline.tracks.markers, *track.markers]:
        at = marker.marked_range.start_time
        home = next(((r, c) for r, c in clips if r.contains(at)), None)
        if home is None:
            homeless += 1
            continue
        span, clip = home
        moved = marker.deepcopy()
        source = clip.source_range.start_time + (at - span.start_time)
        moved.marked_range = Range(source, marker.marked_range.duration)
        clip.markers.append(moved)
    timeline.tracks.markers[:] = []
    track.markers[:] = []
    return homeless


def _nests(timeline: otio.schema.Timeline) -> Iterator[Any]:
    for track in reversed(tracks_of(timeline)):  # innermost first
        for item in track:
            if isinstance(item, (otio.schema.Stack, otio.schema.Track)):
                yield item


def _in_track(item: otio.core.Item) -> bool:
    return isinstance(item.parent(), otio.schema.Track)


def _track_at(track: otio.schema.Track, rate: Fraction) -> int:
    changed = 0
    exact = Fraction(0)
    for item in track:
        if isinstance(item, otio.schema.Transition):
            item.in_offset, item.out_offset = (time_at(n, rate) for n in whole_offsets(item, rate))
            continue
        length = frames(item.duration(), rate)
        start, stop = whole(exact), whole(exact + length)
        exact += length
        source = item.source_range or item.available_range()
        first = frames(source.start_time, rate)
        for marker in item.markers:
            marker.marked_range = _marker_at(marker.marked_range, first, rate)
        moved = length != stop - start or first != whole(first)
        changed += isinstance(item, otio.schema.Clip) and moved
        item.source_range = span_at(whole(first), stop - start, rate)
    for marker in track.markers:
        marker.marked_range = _rounded(marker.marked_range, rate)
    if track.source_range is not None and not _in_track(track):
        track.source_range = _rounded(track.source_range, rate)
    return changed


def _marker_at(
    span: otio.opentime.TimeRange, first: Fraction, rate: Fraction
) -> otio.opentime.TimeRange:
    # Counted from the clip's first frame, so that rounding never moves it to a neighbour.
    start = whole(first) + whole(frames(span.start_time, rate) - first)
    return span_at(start, whole(frames(span.duration, rate)), rate)


def _named(span: otio.opentime.TimeRange, rate: Fraction) -> otio.opentime.TimeRange:
    return span_at(int(span.start_time.value), int(span.duration.value), rate)


def _rounded(span: otio.opentime.TimeRange, rate: Fraction) -> otio.opentime.TimeRange:
    start = whole(frames(span.start_time, rate))
    return span_at(start, whole(frames(span.end_time_exclusive(), rate)) - start, rate)


def rounded_down(span: otio.opentime.TimeRange, rate: Fraction) -> otio.opentime.TimeRange:
    """The whole frames of a file: a started last frame is none."""
    start = whole(frames(span.start_time, rate))
    length = frames(span.duration, rate)
    return span_at(start, max(0, (length + Fraction(1, 1000)).__floor__()), rate)
