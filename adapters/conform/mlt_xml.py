"""MLT (.mlt) for melt, Shotcut, Kdenlive, through OTIO's ``mlt_xml`` adapter.

MLT counts frames of the profile from each file's first frame, in and out inclusive, and takes a
bare path for a resource. The adapter passes on what OTIO says (timecode, URLs, names as ids) and
writes no profile, so the timeline is put into MLT's terms first, and the profile, the choice of
sound streams and what each track shows or plays are put into the written file.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otio_autoedit.adapters.conform import steps
from otio_autoedit.adapters.conform.facts import OURS, Facts, path_of, plain
from otio_autoedit.adapters.conform.from_zero import from_zero
from otio_autoedit.adapters.conform.gaps import fileless_to_gaps, leave_a_frame
from otio_autoedit.adapters.conform.losses import Loss, lost
from otio_autoedit.adapters.conform.retimes import one_retime, speed_of, without_neighbours

FILES = (otio.schema.ExternalReference, otio.schema.ImageSequenceReference)
OTIO = "write .otio to keep them"
CONSTANT = "make the file the timeline's constant rate first"


def prepare(timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Times in profile frames from each file's first, bare paths, one id a file, gaps for the rest.

    `finish` finds in ``facts.notes`` which playlists are sound and which stream a producer plays.
    """
    rate = facts.rate
    losses = lost("markers", _count_markers(timeline), OTIO)
    losses += lost("clip names", sum(bool(c.name) for c in timeline.find_clips()), OTIO)
    losses += _start(timeline, rate)
    steps.clean_text(timeline)
    steps.fill_ranges(timeline, rate)
    losses += lost("nested compositions laid out flat", steps.unnest(timeline), OTIO)
    losses += lost("disabled clips left as gaps", steps.disabled_to_gaps(timeline), OTIO)
    losses += lost(
        "clips without a media file left as gaps", fileless_to_gaps(timeline, FILES), OTIO
    )
    losses += near_frames(timeline, facts)
    losses += early_sound(timeline, facts)
    losses += one_retime(timeline, OTIO)
    losses += lost("dissolves beside a retimed clip made cuts", without_neighbours(timeline), OTIO)
    between = from_zero(timeline, rate)
    losses += lost(
        "clips between two frames of the timeline, moved by less than one", between, OTIO
    )
    steps.one_rate(timeline, rate, media=True)
    steps.drop_empty(timeline)
    shortened, left_out = steps.fit_dissolves(timeline, rate)
    shortened += leave_a_frame(timeline, rate)
    losses += lost("dissolves shortened to the picture there is", shortened, OTIO)
    losses += lost("dissolves without picture on either side made cuts", left_out, OTIO)
    facts.notes["streams"] = _name_producers(timeline, facts)
    facts.notes["sound"] = _name_tracks(timeline)
    for clip in timeline.find_clips():
        _warp(clip)
    return losses


def finish(path: Path, timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Put the profile, the tracks' sound and picture and whole numbers into the written file."""
    from otio_autoedit.adapters.conform.mlt_file import mend

    mend(path, facts)
    return []


def near_frames(timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Clips of files whose frames MLT finds by time, and misses by one now and then.

    It shows the frame nearest in time where the file's rate is no multiple of the timeline's, and
    the one that comes next in a file of variable rate.
    """
    sources = plain(timeline.metadata.get(OURS, {})).get("sources", [])
    varying = {n for n, s in enumerate(sources) if isinstance(s, dict) and s.get("variable_rate")}
    variable = other = 0
    for track in timeline.video_tracks():
        for clip in track.find_clips():
            source = facts.source_of(clip)
            if clip.metadata.get(OURS, {}).get("source") in varying:
                variable += 1
            elif source is not None and source.rate and (source.rate / facts.rate).denominator != 1:
                other += 1
    what = "which MLT finds by time, one frame beside now and then"
    return [
        *lost(f"clips of a variable frame rate, {what}", variable, CONSTANT),
        *lost(f"clips of another frame rate, {what}", other, CONSTANT),
    ]


def early_sound(timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Sound clips of mp4 and mov files whose picture starts after the sound: MLT starts both at
    once (melt 7.12, measured; in other containers it waits as it should)."""
    early = 0
    for track in timeline.audio_tracks():
        for clip in track.find_clips():
            source = facts.source_of(clip)
            stream = int(clip.metadata.get(OURS, {}).get("stream") or 0)
            if source is None or stream >= len(source.audio):
                continue
            held = source.path.lower().endswith((".mp4", ".mov", ".m4v"))
            early += held and source.audio[stream].start * facts.rate <= -1
    return lost(
        "sound clips of files whose picture starts late, which MLT plays early",
        early,
        "put the file into .mkv first",
    )


def bare_path(url: str) -> str:
    """What a program without URLs opens: the path of a file URL, anything else as it is."""
    return path_of(url) or url


def _count_markers(timeline: otio.schema.Timeline) -> int:
    things: list[Any] = [timeline.tracks, *timeline.find_children()]
    return sum(len(t.markers) for t in things if isinstance(t, otio.core.Item))


def _start(timeline: otio.schema.Timeline, rate: Fraction) -> list[Loss]:
    """MLT starts at 0; the adapter reads the frame rate off the start time."""
    start = timeline.global_start_time
    timeline.global_start_time = steps.time_at(0, rate)
    return lost("start timecode of the timeline", int(start is not None and start.value != 0), OTIO)


def _name_producers(timeline: otio.schema.Timeline, facts: Facts) -> dict[str, int]:
    """One id a file on picture tracks, one a file and stream on sound tracks; id to stream.

    A file that dissolves into itself needs two, or melt reads it at two places in turn: sound then
    comes late behind every crossfade, and clicks when it is caught up with (melt 7.12, measured).

    The adapter tells producers apart by clip name and URL, writes the reference's name as the id,
    and leaves a sound clip out where id and URL are those of a picture: so sound gets its own.
    """
    files: dict[str, int] = {}
    streams: dict[str, int] = {}
    for clip, kind, side in _clips(timeline):
        reference = clip.media_reference
        if isinstance(reference, otio.schema.ExternalReference):
            url = reference.target_url = bare_path(reference.target_url)
        else:
            url = reference.target_url_base = bare_path(reference.target_url_base)
            url += reference.name_prefix
        number = files.setdefault(url, len(files))
        if kind == otio.schema.TrackKind.Audio:
            stream = int(clip.metadata.get(OURS, {}).get("stream") or 0)
            reference.name = f"file{number}_sound{stream}{side}"
            clip.name = f"{reference.name} of"
            streams[reference.name] = stream
        else:
            clip.name = reference.name = f"file{number}{side}"
    return streams


def _name_tracks(timeline: otio.schema.Timeline) -> list[str]:
    """A playlist id of its own for every track; those that are sound."""
    sound = []
    for number, track in enumerate(timeline.tracks):
        prefix = "A" if track.kind == otio.schema.TrackKind.Audio else "V"
        track.name = f"{prefix}_track{number}"
        if prefix == "A":
            sound.append(track.name)
    return sound


def _clips(timeline: otio.schema.Timeline) -> Iterator[tuple[otio.schema.Clip, str, str]]:
    """Every clip, its track's kind, and its side: "b" for every second of a row of dissolves."""
    for track in timeline.tracks:
        side, crosses = "", False
        for item in track:
            if isinstance(item, otio.schema.Transition):
                crosses = True
                continue
            side = "b" if crosses and not side else ""
            crosses = False
            if isinstance(item, otio.schema.Clip):
                yield item, track.kind, side


def _warp(clip: otio.schema.Clip) -> None:
    """MLT counts a retimed producer in frames as they play, a reversed one from the file's end."""
    speed = speed_of(clip)
    if speed in (0, 1):
        return
    span, available = clip.source_range, clip.media_reference.available_range
    start, length = Fraction(span.start_time.value), Fraction(span.duration.value)
    if speed < 0:
        start = Fraction(available.duration.value) - (start - length * speed)
    first = max(0, steps.whole(start / abs(speed)))
    clip.source_range = steps.span_at(first, int(length), Fraction(span.duration.rate))
