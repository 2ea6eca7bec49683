"""AAF for Avid (and Resolve, Premiere), through OTIO's ``AAF`` adapter.

The adapter wants an id for every file, everything at one rate and a dissolve's whole effect
definition; it opens the target before it looks, so that a timeline it refuses costs the file that
was there. Here the timeline gets all that, and is written once on trial.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import opentimelineio as otio

from otio_autoedit.adapters.conform import steps
from otio_autoedit.adapters.conform.facts import OURS, Facts, path_of
from otio_autoedit.adapters.conform.gaps import drop_end_transitions
from otio_autoedit.adapters.conform.losses import Loss, lost
from otio_autoedit.adapters.conform.retimes import drop_retimes
from otio_autoedit.adapters.conform.streams import first_stream_only
from otio_autoedit.errors import ExportError

OTIO = "write .otio to keep them"
DISSOLVE = otio.schema.TransitionTypes.SMPTE_Dissolve

# Avid's own names and ids of the two dissolves, as its files carry them.
_DISSOLVES = {
    "Video": ("0c3bea40-fc05-11d2-8a29-0050040ef7d2", "VideoDissolve", "Picture"),
    "Audio": ("0c3bea41-fc05-11d2-8a29-0050040ef7d2", "MonoAudioDissolve", "Sound"),
}


def prepare(timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """One rate, one mob a file, whole dissolves, nothing the adapter drops unsaid.

    Raises:
        ExportError: the adapter cannot write this timeline; a file in the target's place is safe.
    """
    rate = facts.rate
    losses = _drop_markers(timeline)
    losses += lost("clip names, in AAF the file's", _own_names(timeline), OTIO)
    steps.fill_ranges(timeline, rate)
    losses += lost("nested compositions laid out flat", steps.unnest(timeline), OTIO)
    losses += lost("disabled clips left as gaps", steps.disabled_to_gaps(timeline), OTIO)
    losses += lost("clips of further sound streams left out", first_stream_only(timeline), OTIO)
    retimes, effects = drop_retimes(timeline)
    losses += lost("retimed clips played at normal speed", retimes, OTIO)
    losses += lost("effects", effects, OTIO)
    _references(timeline)
    losses += lost(
        "clips between two frames of the timeline, moved by less than one",
        steps.one_rate(timeline, rate, media=True),
        OTIO,
    )
    steps.drop_empty(timeline)
    losses += _dissolves(timeline, facts)
    for clip in timeline.find_clips():
        _mob(clip, facts)
        _essence(clip, facts)
    _try(timeline, facts.settings)
    facts.notes["drop"] = {c.name: True for c in timeline.find_clips() if facts.is_drop(c)}
    facts.notes["tapes"] = _tapes(timeline, facts)
    return losses


def finish(path: Path, timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Set each timecode's own rate and drop-frame flag, and marks counted from the first frame."""
    from otio_autoedit.adapters.conform.aaf_file import mend

    mend(path, facts)
    return []


def _drop_markers(timeline: otio.schema.Timeline) -> list[Loss]:
    return lost("markers", steps.drop_markers(timeline, lambda thing: True), OTIO)


def _own_names(timeline: otio.schema.Timeline) -> int:
    return sum(bool(c.name) and c.name != _file_name(c) for c in timeline.find_clips())


def _file_name(clip: otio.schema.Clip) -> str:
    url = getattr(clip.media_reference, "target_url", "")
    return os.path.basename(path_of(url) or url) or clip.name or "clip"


def _references(timeline: otio.schema.Timeline) -> None:
    """Files stay; whatever else becomes missing media of a known length, offline in Avid."""
    for clip in timeline.find_clips():
        reference = clip.media_reference
        if not isinstance(reference, otio.schema.ExternalReference) or not reference.target_url:
            reference = steps.missing_like(reference or otio.schema.MissingReference())
            reference.available_range = reference.available_range or clip.source_range
            clip.media_reference = reference


def _dissolves(timeline: otio.schema.Timeline, facts: Facts) -> list[Loss]:
    """Whole effect definitions; the cut stands ``in_offset`` frames into the dissolve."""
    shortened, left_out = steps.fit_dissolves(timeline, facts.rate)
    left_out += drop_end_transitions(timeline)  # AAF fades to a filler, which is not there
    changed = 0
    for track in timeline.tracks:
        for index in reversed(range(len(track))):
            item = track[index]
            if not isinstance(item, otio.schema.Transition):
                continue
            changed += item.transition_type != DISSOLVE
            item.transition_type = DISSOLVE
            item.metadata["AAF"] = _dissolve(track.kind, round(item.in_offset.value))
    return [
        *lost("dissolves shortened to the picture there is", shortened, OTIO),
        *lost("dissolves without picture on either side made cuts", left_out, OTIO),
        *lost("wipes and other transitions made dissolves", changed, OTIO),
    ]


def _dissolve(kind: str, cut: int) -> dict[str, Any]:
    identification, name, data = _DISSOLVES["Audio" if kind == "Audio" else "Video"]
    return {
        "PointList": [{"Time": 0, "Value": 0}, {"Time": 1, "Value": 1}],
        "CutPoint": cut,
        "OperationGroup": {
            "Operation": {
                "Identification": identification,
                "IsTimeWarp": False,
                "Bypass": 0,
                "NumberInputs": 2,
                "OperationCategory": "OperationCategory_Effect",
                "Name": name,
                "Description": "dissolve",
                "DataDefinition": {"Name": data},
            }
        },
    }


def _mob(clip: otio.schema.Clip, facts: Facts) -> None:
    """One master mob a file, named as the file; the same file gets the same id every time."""
    known = clip.metadata.get("AAF", {})
    name = _file_name(clip)
    clip.name = name
    if not known.get("MobID") and not known.get("SourceID"):
        url = getattr(clip.media_reference, "target_url", "") or clip.name
        digest = hashlib.sha256(f"otio-autoedit {facts.rate} {url}".encode()).hexdigest()[:32]
        parts = ".".join(digest[n : n + 8] for n in range(0, 32, 8))
        identity = f"urn:smpte:umid:060a2b34.01010105.01010f20.13000000.{parts}"
        clip.metadata["AAF"] = {**known, "SourceID": identity}


def _essence(clip: otio.schema.Clip, facts: Facts) -> None:
    """What the file holds, where the adapter would claim 1920x1080 and one channel for all."""
    source = facts.source_of(clip)
    if source is None or "AAF" in clip.media_reference.metadata:
        return
    if clip.parent().kind == otio.schema.TrackKind.Audio:
        if source.audio:
            sound = source.audio[0]
            essence = {"Channels": sound.channels, "AudioSamplingRate": sound.sample_rate}
            essence |= {"SampleRate": sound.sample_rate, "BlockAlign": 2 * sound.channels}
            essence["AverageBPS"] = 2 * sound.channels * sound.sample_rate
            clip.media_reference.metadata["AAF"] = {"EssenceDescription": essence}
    elif source.size:
        width, height = source.size
        shape = width * source.sample_aspect / height
        picture = {"StoredWidth": width, "StoredHeight": height, "ImageAspectRatio": str(shape)}
        clip.media_reference.metadata["AAF"] = {"EssenceDescription": picture}


def _tapes(timeline: otio.schema.Timeline, facts: Facts) -> dict[str, str]:
    """The reel of each file that names one."""
    tapes = {}
    for clip in timeline.find_clips():
        source = facts.source_of(clip)
        if source is not None and source.reel:
            tapes[clip.name] = source.reel
    return tapes


def _try(timeline: otio.schema.Timeline, settings: Mapping[str, Any]) -> None:
    """Write the timeline to a folder of its own first: what fails there spares the real file."""
    adapter = otio.adapters.from_name("AAF").module()
    arguments = {k: v for k, v in settings.items() if k != "target"}
    with tempfile.TemporaryDirectory(prefix="otio-autoedit-aaf-") as folder:
        try:
            adapter.write_to_file(
                timeline.deepcopy(), os.path.join(folder, "trial.aaf"), **arguments
            )
        except Exception as problem:
            said = " ".join(str(problem).split())[:200] or type(problem).__name__
            name = timeline.metadata.get(OURS, {}).get("recipe") or timeline.name or "this timeline"
            raise ExportError(
                f"AAF cannot hold {name}: {said}; write .otio or FCP 7 .xml instead"
            ) from problem
