"""Steps that several formats share. Each changes the timeline it is given and says how much it did.

All times end up as whole frames of one exact rate; record positions are rounded as positions, so
that cuts stay where they are and nothing drifts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_autoedit.adapters.conform.facts import exact_rate
from otio_autoedit.adapters.conform.retimes import speed_of

Time = otio.opentime.RationalTime
Range = otio.opentime.TimeRange


def tracks_of(timeline: otio.schema.Timeline) -> list[otio.schema.Track]:
    """Every track, nested ones too."""
    return list(timeline.find_children(descended_from_type=otio.schema.Track))


def frames(time: otio.opentime.RationalTime, rate: Fraction) -> Fraction:
    """The time in frames of ``rate``, exact: 29.97 counts as 30000/1001."""
    value, own = time.value, exact_rate(time.rate)
    if value.is_integer():
        count = Fraction(int(value))
    else:
        count = Fraction(value).limit_denominator(1_000_000)
    return count if own == rate else count / own * rate


def whole(value: Fraction) -> int:
    """The nearest whole number, halves up (not to even: neighbours must round alike)."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)


def time_at(frame: int, rate: Fraction) -> otio.opentime.RationalTime:
    """A time of whole frames at an exact rate."""
    return Time(frame, float(rate))


def span_at(start: int, duration: int, rate: Fraction) -> otio.opentime.TimeRange:
    """A range of whole frames at an exact rate."""
    return Range(time_at(start, rate), time_at(duration, rate))


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


def legal_rate(rate: Fraction, legal: Iterable[Fraction]) -> Fraction:
    """The rate a format takes that keeps ``rate``'s cuts best: itself, a multiple, a part, the
    nearest.

    >>> legal_rate(Fraction(25, 2), [Fraction(24), Fraction(25)])
    Fraction(25, 1)
    """
    known = sorted(legal)
    if rate in known:
        return rate
    multiples = [r for r in known if (r / rate).denominator == 1]
    parts = [r for r in known if (rate / r).denominator == 1]
    if multiples:
        return multiples[0]
    return parts[-1] if parts else min(known, key=lambda r: abs(r - rate))


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


def wipes(timeline: otio.schema.Timeline) -> int:
    """How many transitions are no dissolves."""
    kind = otio.schema.TransitionTypes.SMPTE_Dissolve
    found = timeline.find_children(descended_from_type=otio.schema.Transition)
    return sum(transition.transition_type != kind for transition in found)


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


def fit_dissolves(timeline: otio.schema.Timeline, rate: Fraction) -> tuple[int, int]:
    """Shorten dissolves to the picture there is on either side; (shortened, left out)."""
    shortened = left_out = 0
    for track in tracks_of(timeline):
        for index in reversed(range(len(track))):
            item = track[index]
            if not isinstance(item, otio.schema.Transition):
                continue
            before = track[index - 1] if index else None
            after = track[index + 1] if index + 1 < len(track) else None
            lead, trail = _whole_offsets(item, rate)
            fitting = min(lead, _handles(after, rate)[0]), min(trail, _handles(before, rate)[1])
            fitting = (
                min(fitting[0], max(0, _length(before, rate) - _taken(track, index - 2, rate))),
                min(fitting[1], _length(after, rate)),
            )
            if fitting == (lead, trail):
                continue
            if fitting[0] + fitting[1] < 1:
                del track[index]
                left_out += 1
                continue
            item.in_offset, item.out_offset = (time_at(n, rate) for n in fitting)
            shortened += 1
    return shortened, left_out


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


def relative_to_media(
    clip: otio.schema.Clip, rate: Fraction, time: otio.opentime.RationalTime
) -> int:
    """A time of the clip's media as whole frames of ``rate`` from the file's first frame."""
    available = clip.media_reference.available_range if clip.media_reference else None
    start = available.start_time if available is not None else Time(0, float(rate))
    return whole(frames(time, rate) - frames(start, rate))


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
            item.in_offset, item.out_offset = (time_at(n, rate) for n in _whole_offsets(item, rate))
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


def _whole_offsets(item: otio.schema.Transition, rate: Fraction) -> tuple[int, int]:
    return whole(frames(item.in_offset, rate)), whole(frames(item.out_offset, rate))


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


def drop_stray_transitions(track: otio.schema.Track) -> int:
    """Transitions with no clip on either side, or two in a row, mean nothing."""
    dropped = 0
    for index in reversed(range(len(track))):
        if not isinstance(track[index], otio.schema.Transition):
            continue
        sides = [track[n] for n in (index - 1, index + 1) if 0 <= n < len(track)]
        plays = [s for s in sides if not isinstance(s, (otio.schema.Gap, otio.schema.Transition))]
        if not plays or any(isinstance(s, otio.schema.Transition) for s in sides):
            del track[index]
            dropped += 1
    return dropped


_ENDLESS = 1 << 40


def _handles(item: Any, rate: Fraction) -> tuple[int, int]:
    """Record frames of media before and after what an item plays; no end without media."""
    reference = item.media_reference if isinstance(item, otio.schema.Clip) else None
    media = otio.schema.ExternalReference, otio.schema.ImageSequenceReference
    if not isinstance(reference, media) or reference.available_range is None:
        return _ENDLESS, _ENDLESS
    speed = speed_of(item)
    if speed == 0:
        return _ENDLESS, _ENDLESS
    span, there = item.source_range, reference.available_range
    played = frames(span.duration, rate) * abs(speed)
    start = frames(span.start_time, rate)
    before = start - frames(there.start_time, rate)
    behind = frames(there.end_time_exclusive(), rate) - start - played
    if speed < 0:
        before, behind = behind, before
    head, tail = (max(0, (n / abs(speed)).__floor__()) for n in (before, behind))
    return head, tail


def _taken(track: otio.schema.Track, index: int, rate: Fraction) -> int:
    """Frames of the item after ``index`` that the dissolve there already plays in."""
    item = track[index] if index >= 0 else None
    return _whole_offsets(item, rate)[1] if isinstance(item, otio.schema.Transition) else 0


def _length(item: otio.core.Composable | None, rate: Fraction) -> int:
    if not isinstance(item, otio.core.Item):
        return 0  # nothing plays before the head or behind the tail
    return whole(frames(item.duration(), rate))
