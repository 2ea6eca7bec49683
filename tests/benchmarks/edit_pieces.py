"""What an edit keeps, in seconds of its sources: how measurements read a timeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

import opentimelineio as otio


@dataclass(frozen=True, slots=True)
class Kept:
    """A piece of a file, ``[start, stop)`` in seconds from its head, and why it was kept."""

    source: str
    start: float
    stop: float
    reason: str = ""
    score: float | None = None

    @property
    def seconds(self) -> float:
        """How long it plays."""
        return self.stop - self.start


@dataclass(frozen=True, slots=True)
class Joined:
    """A dissolve between two clips; whether both have the frames that it needs."""

    frames: int
    true_handles: bool


def kept_pieces(timeline: otio.schema.Timeline) -> tuple[Kept, ...]:
    """Returns the clips of the first picture track (or sound track, where there is none)."""
    tracks = [*timeline.video_tracks(), *timeline.audio_tracks()]
    clips = [one for one in tracks[0] if isinstance(one, otio.schema.Clip)] if tracks else []
    return tuple(_kept(clip) for clip in clips)


def dissolves(timeline: otio.schema.Timeline) -> tuple[Joined, ...]:
    """Returns the transitions between two clips of the first picture track."""
    track = timeline.video_tracks()[0]
    found = []
    for number, item in enumerate(track):
        if not isinstance(item, otio.schema.Transition) or not 0 < number < len(track) - 1:
            continue
        before, after = track[number - 1], track[number + 1]
        if isinstance(before, otio.schema.Clip) and isinstance(after, otio.schema.Clip):
            tail = before.available_range().end_time_exclusive()
            tail -= before.source_range.end_time_exclusive()
            head = after.source_range.start_time - after.available_range().start_time
            true = tail >= item.out_offset and head >= item.in_offset
            found.append(Joined(int((item.in_offset + item.out_offset).value), true))
    return tuple(found)


def covered(pieces: Sequence[Kept], start: float, stop: float) -> float:
    """Returns the seconds of ``[start, stop)`` that pieces play; what overlaps, twice."""
    return sum(max(0.0, min(piece.stop, stop) - max(piece.start, start)) for piece in pieces)


def _kept(clip: otio.schema.Clip) -> Kept:
    span, head = clip.source_range, clip.available_range().start_time
    start = (span.start_time - head).to_seconds()
    ours = clip.metadata.get("autoedit", {})
    source = Path(unquote(urlparse(clip.media_reference.target_url).path)).name
    return Kept(
        source, start, start + span.duration.to_seconds(), str(ours.get("reason", "")),
        ours.get("score"),
    )  # fmt: skip
