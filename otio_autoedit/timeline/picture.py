"""The picture tracks of a plan: the edit itself, and the best of what was left out."""

from __future__ import annotations

from collections.abc import Sequence

import opentimelineio as otio

from otio_autoedit.edit.plan import EditPlan, Framing, Join
from otio_autoedit.timeline.facts import safe_text
from otio_autoedit.timeline.marking import marker, marks_of_pieces
from otio_autoedit.timeline.places import Place, append_gap, dissolve

ALTERNATES = "Alternates"


def picture_track(
    plan: EditPlan, places: Sequence[Place], links: Sequence[int]
) -> otio.schema.Track:
    """V1: a clip a piece with its markers and camera path, a gap where a piece is sound alone."""
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    joins = {join.before: join for join in plan.joins if join.kind == "dissolve"}
    framing = {one.piece: one for one in plan.framing}
    _join(track, plan, joins.get(-1))
    marks = marks_of_pieces(plan)
    for number, (place, link) in enumerate(zip(places, links, strict=True)):
        if place.clock.source.media.kind == "audio":
            append_gap(track, place.length, plan.rate)
        elif place.length:
            facts = _facts(place) | _framing(framing.get(number))
            clip = place.clip(place.start, place.stop, facts, link)
            clip.markers.extend(marker(mark, place.clock, place.piece) for mark in marks[number])
            track.append(clip)
        _join(track, plan, joins.get(number))
    return track


def alternate_tracks(
    places: Sequence[Place], length: int
) -> tuple[list[otio.schema.Track], tuple[str, ...]]:
    """The best pieces left out, one after the other on switched-off tracks above the edit, best
    first; and notes on those that found no room.

    Nothing on them is seen, and none is longer than the edit (``length`` frames): a switched-off
    track still counts in a timeline's duration.
    """
    tracks: list[otio.schema.Track] = []
    used: list[int] = []
    too_long = []
    for place in places:
        if place.clock.source.media.kind == "audio" or not place.length:
            continue
        if place.length > length:
            too_long.append(place.piece.name)
            continue
        at = next((n for n, full in enumerate(used) if full + place.length <= length), len(used))
        if at == len(used):
            name = f"{ALTERNATES} {at + 1}" if at else ALTERNATES
            tracks.append(otio.schema.Track(name, kind=otio.schema.TrackKind.Video))
            tracks[-1].enabled = False
            used.append(0)
        tracks[at].append(place.clip(place.start, place.stop, _facts(place), 0))
        used[at] += place.length
    notes = [f"alternate longer than the whole edit left out: {name}" for name in too_long]
    return tracks, tuple(notes)


def _join(track: otio.schema.Track, plan: EditPlan, join: Join | None) -> None:
    if join is not None and join.head + join.tail:
        track.append(dissolve(join.head, join.tail, plan.rate))


def _facts(place: Place) -> dict[str, object]:
    piece, clock = place.piece, place.clock
    facts: dict[str, object] = {"reason": safe_text(piece.reason)} if piece.reason else {}
    if piece.score is not None:
        facts["score"] = piece.score
    if piece.signals:
        facts["signals"] = dict(piece.signals)
    if piece.clean is not None:
        facts["clean"] = [clock.start + clock.frame(frame) for frame in piece.clean]
    return facts


def _framing(framing: Framing | None) -> dict[str, object]:
    if framing is None:
        return {}
    keys = [[key.frame, key.x, key.y, key.width] for key in framing.keys]
    return {"framing": {"follows": safe_text(framing.follows), "keys": keys}}
