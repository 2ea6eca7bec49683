"""Dissolves: how much picture there is for them, and which mean nothing."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from otio_autoedit.adapters.conform.retimes import speed_of
from otio_autoedit.adapters.conform.times import frames, time_at, tracks_of, whole

_ENDLESS = 1 << 40


def drop_dissolves(tracks: Iterable[otio.schema.Track]) -> int:
    """Take every transition out of ``tracks``: cuts are left; how many."""
    dropped = 0
    for track in tracks:
        for index in reversed(range(len(track))):
            if isinstance(track[index], otio.schema.Transition):
                del track[index]
                dropped += 1
    return dropped


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
            lead, trail = whole_offsets(item, rate)
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


def wipes(timeline: otio.schema.Timeline) -> int:
    """How many transitions are no dissolves."""
    kind = otio.schema.TransitionTypes.SMPTE_Dissolve
    found = timeline.find_children(descended_from_type=otio.schema.Transition)
    return sum(transition.transition_type != kind for transition in found)


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
    return whole_offsets(item, rate)[1] if isinstance(item, otio.schema.Transition) else 0


def _length(item: otio.core.Composable | None, rate: Fraction) -> int:
    if not isinstance(item, otio.core.Item):
        return 0  # nothing plays before the head or behind the tail
    return whole(frames(item.duration(), rate))


def whole_offsets(item: otio.schema.Transition, rate: Fraction) -> tuple[int, int]:
    return whole(frames(item.in_offset, rate)), whole(frames(item.out_offset, rate))
