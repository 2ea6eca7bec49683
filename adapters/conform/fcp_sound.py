"""Sound in FCP 7 XML: a track is one channel, so a stereo track is two, marked as halves of one."""

from __future__ import annotations

from typing import Any

import opentimelineio as otio

from otio_autoedit.adapters.conform.facts import OURS, Facts

KEY = "fcp_xml"
TYPES = {1: "Mono", 2: "Stereo", 6: "5.1"}


def channels_to_tracks(timeline: otio.schema.Timeline, facts: Facts) -> None:
    """Replace every sound track by one track a channel."""
    stack = timeline.tracks
    for index in reversed(range(len(stack))):
        track = stack[index]
        if track.kind == otio.schema.TrackKind.Audio:
            count = max((_channels(c, facts)[1] for c in track.find_clips()), default=2)
            stack[index : index + 1] = [_channel(track, n, count, facts) for n in range(count)]


def outputs() -> dict[str, Any]:
    """The sequence's sound: 16 bit, 48 kHz, two outputs."""
    return {
        "numOutputChannels": 2,
        "format": {"samplecharacteristics": {"depth": 16, "samplerate": 48000}},
        "outputs": {
            "group": [
                {"index": n, "numchannels": 1, "downmix": 0, "channel": {"index": n}}
                for n in (1, 2)
            ]
        },
    }


def _channel(track: otio.schema.Track, number: int, count: int, facts: Facts) -> otio.schema.Track:
    half = track.deepcopy()
    for clip in half.find_clips():
        first, channels = _channels(clip, facts)
        source = {"mediatype": "audio", "trackindex": first + min(number, channels - 1) + 1}
        clip.metadata[KEY] = {**dict(clip.metadata.get(KEY, {})), "sourcetrack": source}
    half.metadata[KEY] = {
        **dict(half.metadata.get(KEY, {})),
        "@currentExplodedTrackIndex": str(number),
        "@totalExplodedTrackCount": str(count),
        "@premiereTrackType": TYPES.get(count, "Adaptive"),
        "outputchannelindex": number % 2 + 1,
    }
    return half


def _channels(clip: otio.schema.Clip, facts: Facts) -> tuple[int, int]:
    """The first channel of the clip's stream among all of its file, and how many it has."""
    source = facts.source_of(clip)
    stream = clip.metadata.get(OURS, {}).get("stream")
    stream = stream if isinstance(stream, int) and stream >= 0 else 0
    if source is None or stream >= len(source.audio):
        return 0, 2
    before = sum(sound.channels for sound in source.audio[:stream])
    return before, max(1, source.audio[stream].channels)
