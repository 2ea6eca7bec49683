"""The laying out: an `EditPlan` becomes an OTIO timeline.

    V1  |shot 001|shot 002    |shot 003|      one clip a piece
    A1  |shot 001|shot 002    |  gap |sh|     its own sound, linked, a track a stream of the file

Every clip's ``source_range`` counts in the media's own timecode at the timeline's rate and lies
inside its ``available_range``, which is the whole file. Frames are whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.plan import EditPlan, Piece
from otio_autoedit.media.timecode import frames_from_timecode
from otio_autoedit.timeline import metadata
from otio_autoedit.timeline.facts import plan_facts, safe_text
from otio_autoedit.timeline.marking import marker, marks_of_pieces
from otio_autoedit.timeline.sound import heard


def build_timeline(plan: EditPlan) -> otio.schema.Timeline:
    """The timeline that plays ``plan``; the same plan gives the same timeline."""
    timeline = otio.schema.Timeline(safe_text(plan.name))
    timeline.global_start_time = _time(_start(plan), plan.rate)
    clocks = [Clock(source, plan.rate) for source in plan.sources]
    references = _references(plan, clocks)
    places = [
        _Place(clocks[piece.source], references[piece.source], piece) for piece in plan.pieces
    ]
    links = _links(plan, places)
    if any(place.clock.source.media.kind != "audio" for place in places):
        timeline.tracks.append(_picture_track(plan, places, links))
    timeline.tracks.extend(_sound_tracks(plan, places, links))
    metadata.stamp(timeline, plan_facts(plan))
    return timeline


@dataclass(frozen=True, slots=True, eq=False)
class _Place:
    """A piece, and the frames of the file that it shows, from its head at the plan's rate."""

    clock: Clock
    reference: otio.schema.ExternalReference
    piece: Piece

    @property
    def start(self) -> int:
        return self.clock.frame(self.piece.start)

    @property
    def stop(self) -> int:
        return self.clock.frame(self.piece.stop)

    def clip(self, start: int, stop: int, facts: dict[str, object], link: int) -> otio.schema.Clip:
        """The clip that plays the file's frames ``[start, stop)``."""
        clip = otio.schema.Clip(
            name=safe_text(self.piece.name),
            media_reference=self.reference.clone(),
            source_range=_range(self.clock.start + start, stop - start, self.clock.rate),
        )
        ours: dict[str, object] = {"source": self.piece.source, **facts}
        if link:
            ours["link"] = link
            clip.metadata["Resolve_OTIO"] = {"Link Group ID": link}
        clip.metadata[metadata.KEY] = ours
        return clip


def _picture_track(
    plan: EditPlan, places: Sequence[_Place], links: Sequence[int]
) -> otio.schema.Track:
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    for place, link, marks in zip(places, links, marks_of_pieces(plan), strict=True):
        if place.clock.source.media.kind == "audio":
            _append_gap(track, place.stop - place.start, plan.rate)
            continue
        if place.start == place.stop:
            continue
        clip = place.clip(place.start, place.stop, _picture_facts(place), link)
        clip.markers.extend(marker(mark, place.clock, place.piece) for mark in marks)
        track.append(clip)
    return track


def _sound_tracks(
    plan: EditPlan, places: Sequence[_Place], links: Sequence[int]
) -> list[otio.schema.Track]:
    """One track a stream; those of which nothing is heard are left out, and gaps at the end too."""
    if plan.audio == "none":
        return []
    count = max((len(source.media.audio) for source in plan.sources), default=0)
    tracks: list[otio.schema.Track] = []
    for stream in range(count):
        track = otio.schema.Track(f"A{len(tracks) + 1}", kind=otio.schema.TrackKind.Audio)
        silence = 0
        for place, link in zip(places, links, strict=True):
            start, stop = heard(place.clock, stream, place.start, place.stop)
            if start == stop:
                silence += place.stop - place.start
                continue
            _append_gap(track, silence + start - place.start, plan.rate)
            track.append(place.clip(start, stop, _sound_facts(place, stream), link))
            silence = place.stop - stop
        if len(track):
            tracks.append(track)
    return tracks


def _links(plan: EditPlan, places: Sequence[_Place]) -> list[int]:
    """A number for each piece that becomes clips that belong together, 0 where it is one alone."""
    result, last = [], 0
    for place in places:
        media = place.clock.source.media
        members = int(media.kind != "audio" and place.start < place.stop)
        if plan.audio == "linked":
            spans = (
                heard(place.clock, n, place.start, place.stop) for n in range(len(media.audio))
            )
            members += sum(start < stop for start, stop in spans)
        last += members > 1
        result.append(last if members > 1 else 0)
    return result


def _references(plan: EditPlan, clocks: Sequence[Clock]) -> list[otio.schema.ExternalReference]:
    """One reference a source; no two files have one name there, since some formats tell media apart
    by name alone."""
    result: list[otio.schema.ExternalReference] = []
    names: dict[str, Path] = {}
    for source, clock in zip(plan.sources, clocks, strict=True):
        path = Path(source.media.path).absolute()
        name, again = safe_text(path.name), 2
        while names.setdefault(name, path) != path:
            name, again = safe_text(f"{path.stem} ({again}){path.suffix}"), again + 1
        reference = otio.schema.ExternalReference(
            target_url=path.as_uri(), available_range=_range(clock.start, clock.length, plan.rate)
        )
        reference.name = name
        result.append(reference)
    return result


def _picture_facts(place: _Place) -> dict[str, object]:
    piece, clock = place.piece, place.clock
    facts: dict[str, object] = {"reason": piece.reason} if piece.reason else {}
    if piece.score is not None:
        facts["score"] = piece.score
    if piece.signals:
        facts["signals"] = dict(piece.signals)
    if piece.clean is not None:
        facts["clean"] = [clock.start + clock.frame(frame) for frame in piece.clean]
    return facts


def _sound_facts(place: _Place, stream: int) -> dict[str, object]:
    audio = place.clock.source.media.audio[stream]
    facts: dict[str, object] = {
        "stream": stream,
        "channels": audio.channels,
        "sample_rate": audio.sample_rate,
        "layout": audio.layout,
    }
    named = {"language": safe_text(audio.language), "title": safe_text(audio.title)}
    return facts | {key: text for key, text in named.items() if text}


def _append_gap(track: otio.schema.Track, frames: int, rate: Fraction) -> None:
    if frames > 0:
        track.append(otio.schema.Gap(source_range=_range(0, frames, rate)))


def _start(plan: EditPlan) -> int:
    return frames_from_timecode(plan.start_timecode, plan.rate) if plan.start_timecode else 0


def _time(frames: int, rate: Fraction) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, float(rate))


def _range(start: int, frames: int, rate: Fraction) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(_time(start, rate), _time(frames, rate))
