"""GStreamer Editing Services projects (.xges), through OTIO's ``xges`` adapter.

GES counts nanoseconds from each file's first frame. The adapter says 30 frames a second for every
timeline, and adds up times that were cut off to nanoseconds.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import opentimelineio as otio

from otio_autoedit.adapters.conform import steps
from otio_autoedit.adapters.conform.facts import Facts
from otio_autoedit.adapters.conform.from_zero import from_zero
from otio_autoedit.adapters.conform.gaps import drop_end_transitions, fileless_to_gaps
from otio_autoedit.adapters.conform.losses import Loss, lost
from otio_autoedit.adapters.conform.retimes import drop_retimes
from otio_autoedit.adapters.conform.streams import first_stream_only
from otio_autoedit.files import write_whole

OTIO = "write .otio to keep them"
SECOND = 10**9  # GES counts nanoseconds


def prepare(timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Times from each file's first frame, the true rate and size, nothing GES drops unsaid."""
    rate = facts.rate
    start = timeline.global_start_time
    losses = lost("start timecode of the timeline", int(bool(start and start.value)), OTIO)
    losses += lost("markers", steps.drop_markers(timeline, lambda thing: True), OTIO)
    steps.clean_text(timeline)
    steps.fill_ranges(timeline, rate)
    losses += lost("nested compositions laid out flat", steps.unnest(timeline), OTIO)
    losses += lost("disabled clips left as gaps", steps.disabled_to_gaps(timeline), OTIO)
    losses += lost("clips without a media file left as gaps", fileless_to_gaps(timeline), OTIO)
    losses += lost("clips of further sound streams left out", first_stream_only(timeline), OTIO)
    retimes, effects = drop_retimes(timeline)
    losses += lost("retimed clips played at normal speed", retimes, OTIO)
    losses += lost("effects", effects, OTIO)
    between = from_zero(timeline, rate)
    losses += lost("clips between two frames of the timeline, moved", between, OTIO)
    steps.one_rate(timeline, rate, media=True)
    steps.drop_empty(timeline)
    losses += _only_between_clips(timeline, facts)
    for clip in timeline.find_clips():
        clip.media_reference.target_url = _uri(clip.media_reference.target_url)
    _caps(timeline, facts)
    return losses


def finish(path: Path, timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Write every time as that of a whole frame, cut off once, not summed up from cut-off parts."""
    # Our own adapter wrote it a moment ago; it has no entities and no document type.
    root = ElementTree.fromstring(path.read_bytes())  # noqa: S314
    for clip in root.iter("clip"):
        start, length = _frame(clip, "start", facts.rate), _frame(clip, "duration", facts.rate)
        clip.set("start", str(_time(start, facts.rate)))
        # The next clip's start, so that no two overlap and none leave a hole.
        clip.set("duration", str(_time(start + length, facts.rate) - _time(start, facts.rate)))
        clip.set("inpoint", str(_time(_frame(clip, "inpoint", facts.rate), facts.rate)))
    write_whole(path, ElementTree.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n")
    return []


def _only_between_clips(timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """GES knows transitions where two clips overlap; a fade at an end or beside a gap has one."""
    shortened, left_out = steps.fit_dissolves(timeline, facts.rate)
    left_out += drop_end_transitions(timeline)
    for track in timeline.tracks:
        for index in reversed(range(len(track))):
            if not isinstance(track[index], otio.schema.Transition):
                continue
            sides = [track[n] for n in (index - 1, index + 1) if 0 <= n < len(track)]
            if not (len(sides) == 2 and all(isinstance(s, otio.schema.Clip) for s in sides)):
                del track[index]
                left_out += 1
    return [
        *lost("dissolves shortened to the picture there is", shortened, OTIO),
        *lost("fades without a clip on either side", left_out, OTIO),
    ]


def _uri(url: str) -> str:
    """GES opens URIs only; the adapter's own reader stumbles over an apostrophe in one."""
    if "://" not in url and not url.startswith("file:"):
        url = Path(url).absolute().as_uri()
    return url.replace("'", "%27")


def _caps(timeline: otio.schema.Timeline, facts: Facts) -> None:
    """The adapter takes its tracks from this metadata, and without it says 30 frames a second."""
    adapter = otio.adapters.from_name("xges").module()
    size = f", width=(int){facts.size[0]}, height=(int){facts.size[1]}" if facts.size else ""
    rate = f"framerate=(fraction){facts.rate.numerator}/{facts.rate.denominator}"
    tracks = []
    for kind in dict.fromkeys(track.kind for track in timeline.tracks):
        track = adapter.XgesTrack.new_from_otio_track_kind(kind)
        if kind == otio.schema.TrackKind.Video:
            track.properties.set("restriction-caps", "string", f"video/x-raw, {rate}{size}")
        tracks.append(track)
    own = dict(timeline.tracks.metadata.get("XGES", {}))
    timeline.tracks.metadata["XGES"] = {**own, "tracks": tracks}


def _frame(clip: ElementTree.Element, key: str, rate: Fraction) -> int:
    return steps.whole(int(clip.get(key, "0")) * rate / SECOND)


def _time(frame: int, rate: Fraction) -> int:
    return int(frame * SECOND / rate)
