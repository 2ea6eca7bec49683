"""The sound tracks of a plan: a track a stream, cut with the picture or beside it.

V1  |shot 001 |shot 002    |         a J cut: the sound of shot 002 begins before its picture
A1  |shot 001 x  shot 002  |         x: a crossfade
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import opentimelineio as otio

from otio_autoedit.edit.handles import heard, streams_across
from otio_autoedit.edit.plan import EditPlan, Join
from otio_autoedit.timeline.facts import safe_text
from otio_autoedit.timeline.places import Place, append_gap, dissolve


def sound_tracks(
    plan: EditPlan, places: Sequence[Place], links: Sequence[int]
) -> list[otio.schema.Track]:
    """One track a stream; those of which nothing is heard are left out, and gaps at the end too."""
    if plan.audio == "none":
        return []
    count = max((len(source.media.audio) for source in plan.sources), default=0)
    joins = _joins(plan, places)
    tracks: list[otio.schema.Track] = []
    for stream in range(count):
        track = _track(f"A{len(tracks) + 1}", stream, plan, places, links, joins)
        if len(track):
            tracks.append(track)
    return tracks


def _track(
    name: str, stream: int, plan: EditPlan, places: Sequence[Place], links: Sequence[int],
    joins: Sequence[tuple[Join, tuple[int, ...]]],
) -> otio.schema.Track:  # fmt: skip
    """The track of a stream: what is heard of it of each piece, joined where it goes across."""
    track = otio.schema.Track(name, kind=otio.schema.TrackKind.Audio)
    starts = accumulate((place.length for place in places), initial=0)
    end = 0  # of what is laid so far, in frames of the timeline
    for number, (place, link, at) in enumerate(zip(places, links, starts, strict=False)):
        join, across = joins[number]
        after, goes_on = joins[number + 1]
        start = place.start + (join.sound_offset if stream in across else 0)
        stop = place.stop + (after.sound_offset if stream in goes_on else 0)
        first, last = heard(place.clock, stream, start, stop)
        if first == last:
            continue
        append_gap(track, at + first - place.start - end, plan.rate)
        if stream in across and join.sound_head + join.sound_tail:
            track.append(dissolve(join.sound_head, join.sound_tail, plan.rate))
        track.append(place.clip(first, last, _facts(place, stream), link))
        end = at + last - place.start
    last_join, across = joins[-1]
    if stream in across and last_join.sound_head:
        track.append(dissolve(last_join.sound_head, last_join.sound_tail, plan.rate))
    return track


def _joins(plan: EditPlan, places: Sequence[Place]) -> list[tuple[Join, tuple[int, ...]]]:
    """How the sound joins before each piece and after the last, and the streams that go across."""
    known = {join.before: join for join in plan.joins}
    clocks = [place.clock for place in places]
    pieces = [place.piece for place in places]
    result = []
    for before in range(-1, len(places)):
        join = known.get(before, Join(before))
        sounds = join.sound_head or join.sound_tail or join.sound_offset
        left = (clocks[before], pieces[before]) if before >= 0 else None
        right = (clocks[before + 1], pieces[before + 1]) if before + 1 < len(places) else None
        result.append((join, streams_across(left, right) if sounds else ()))
    return result


def _facts(place: Place, stream: int) -> dict[str, object]:
    audio = place.clock.source.media.audio[stream]
    facts: dict[str, object] = {
        "stream": stream,
        "channels": audio.channels,
        "sample_rate": audio.sample_rate,
        "layout": audio.layout,
    }
    named = {"language": safe_text(audio.language), "title": safe_text(audio.title)}
    return facts | {key: text for key, text in named.items() if text}
