"""Files, effects and markers in the words of FCP 7 XML."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import Any
from urllib.parse import quote

import opentimelineio as otio

from otio_autoedit.adapters.conform import steps
from otio_autoedit.adapters.conform.facts import (
    Facts,
    SourceFacts,
    exact_rate,
    is_drop_rate,
    nominal,
    path_of,
)
from otio_autoedit.adapters.conform.losses import Loss, lost

KEY = "fcp_xml"
SOUND_ONLY = {".wav", ".aac", ".mp3", ".aif", ".aiff", ".m4a", ".flac", ".ogg", ".opus", ".wma"}

# The colours of Premiere's marker menu, red, green, blue.
COLORS = {
    "GREEN": (0x71, 0x86, 0x37),
    "RED": (0xD2, 0x2C, 0x36),
    "PURPLE": (0xAF, 0x8B, 0xB1),
    "ORANGE": (0xE9, 0x6F, 0x24),
    "YELLOW": (0xD0, 0xA1, 0x2B),
    "WHITE": (0xFF, 0xFF, 0xFF),
    "BLUE": (0x42, 0x8D, 0xFC),
    "CYAN": (0x19, 0xF4, 0xD6),
}
NEAREST = {"PINK": "PURPLE", "MAGENTA": "PURPLE", "BLACK": "WHITE"}


def file_url(url: str) -> str:
    """``file://localhost/...``, percent-encoded: as FCP 7 and Premiere write it; others' as it is.

    >>> file_url("file:///m/a b#1.mov")
    'file://localhost/m/a%20b%231.mov'
    """
    path = path_of(url)
    if not path:
        return url
    if len(path) > 1 and path[1] == ":":  # a Windows drive
        return "file://localhost/" + quote(path.replace("\\", "/"), safe="/")
    return "file://localhost" + quote(os.path.abspath(path), safe="/")


def only_files(timeline: otio.schema.Timeline) -> list[Loss]:
    """Files and missing media are all FCP knows beside its own generators."""
    external, missing = otio.schema.ExternalReference, otio.schema.MissingReference
    for clip in timeline.find_clips():
        if clip.media_reference is None or (
            isinstance(clip.media_reference, external) and not clip.media_reference.target_url
        ):
            clip.media_reference = steps.missing_like(clip.media_reference or missing())
    sequences = steps.count_of(timeline, otio.schema.ImageSequenceReference)
    replaced = steps.only_references(timeline, (external, missing), steps.sequence_as_file)
    return [
        *lost("image sequences written as their first picture", sequences, ".otio keeps them"),
        *lost("generators written as missing media", replaced - sequences, ".otio keeps them"),
    ]


def one_file_a_url(
    timeline: otio.schema.Timeline, facts: Facts, legal: tuple[Fraction, ...]
) -> None:
    """One range, timecode and description for all clips of a file: the adapter writes it once."""
    for clip in timeline.find_clips():
        there = clip.media_reference.available_range
        if there is not None and exact_rate(there.duration.rate) not in legal:
            clip.media_reference.available_range = steps.rounded_down(there, facts.rate)
    clips = [c for c in timeline.find_clips() if hasattr(c.media_reference, "target_url")]
    for clip in clips:
        clip.media_reference.target_url = file_url(clip.media_reference.target_url)
    steps.same_range_a_url(timeline)
    described: set[str] = set()
    for clip in clips:
        reference, source = clip.media_reference, facts.source_of(clip)
        if reference.target_url in described:
            continue  # the adapter writes a file where it first meets it
        described.add(reference.target_url)
        name = os.path.basename(path_of(reference.target_url))
        reference.name = steps.plain_text(name or reference.name, one_line=True)
        own = dict(reference.metadata.get(KEY, {}))
        reference.metadata[KEY] = {**own, **_described(reference, source)}


def sequence_picture(facts: Facts) -> dict[str, Any]:
    """``samplecharacteristics`` of the sequence: square pixels, the first source's field order."""
    width, height = facts.size or (1920, 1080)
    field = facts.sources[0].field_order if facts.sources else "progressive"
    return {
        "rate": rate_element(facts.rate),
        "width": width,
        "height": height,
        "anamorphic": "FALSE",
        "pixelaspectratio": "square",
        "fielddominance": _FIELDS.get(field, "none"),
        "colordepth": 24,
    }


def rate_element(rate: Fraction) -> dict[str, Any]:
    """29.97 is timebase 30, ntsc TRUE."""
    return {"timebase": nominal(rate), "ntsc": "FALSE" if rate.denominator == 1 else "TRUE"}


def time_remap(speed: Fraction, kind: str) -> dict[str, Any]:
    """The filter of a constant speed."""
    values = (
        ("variablespeed", "0"),
        ("speed", f"{float(speed * 100):g}"),
        ("reverse", "TRUE" if speed < 0 else "FALSE"),
        ("frameblending", "FALSE"),
    )
    return {
        "effect": {
            "name": "Time Remap",
            "effectid": "timeremap",
            "effectcategory": "motion",
            "effecttype": "motion",
            "mediatype": "audio" if kind == otio.schema.TrackKind.Audio else "video",
            "parameter": [
                {"parameterid": name, "name": name, "value": value} for name, value in values
            ],
        }
    }


def marker_look(marker: otio.schema.Marker) -> dict[str, Any]:
    """Comment and colour of a marker, for FCP (``color``) and Premiere (``pproColor``)."""
    color = str(marker.color or "").upper()
    red, green, blue = COLORS[NEAREST.get(color, color if color in COLORS else "GREEN")]
    return {
        "comment": marker.comment or "",
        "color": {"alpha": 0, "red": red, "green": green, "blue": blue},
        "pproColor": str(0xFF << 24 | blue << 16 | green << 8 | red),
    }


_FIELDS = {"top": "upper", "bottom": "lower"}
_ASPECTS = {  # of one stored pixel, by what FCP calls the shape
    "NTSC-601": (Fraction(8, 9), Fraction(10, 11), Fraction(32, 27), Fraction(40, 33)),
    "PAL-601": (Fraction(16, 15), Fraction(12, 11), Fraction(59, 54), Fraction(64, 45)),
}
_HD = {(960, 720): "HD-(960x720)", (1280, 1080): "HD-(1280x1080)", (1440, 1080): "HD-(1440x1080)"}


def _described(
    reference: otio.schema.ExternalReference, source: SourceFacts | None
) -> dict[str, Any]:
    counted = is_drop_rate(exact_rate(reference.available_range.start_time.rate))
    drop = counted and source is not None and source.drop
    timecode: dict[str, Any] = {"displayformat": "DF" if drop else "NDF"}
    if source and source.reel:
        timecode["reel"] = {"name": source.reel}
    return {"timecode": timecode, "media": _media(reference, source)}


def _media(reference: otio.schema.ExternalReference, source: SourceFacts | None) -> dict[str, Any]:
    suffix = os.path.splitext(path_of(reference.target_url))[1].lower()
    if source is None:
        # Nothing is known: as the stock adapter guesses, picture unless the name says sound.
        return {"audio": "", **({} if suffix in SOUND_ONLY else {"video": ""})}
    media: dict[str, Any] = {}
    if source.size:
        there = reference.available_range
        media["video"] = {
            "duration": int(there.duration.value),
            "samplecharacteristics": {
                "rate": rate_element(exact_rate(there.duration.rate)),
                "width": source.size[0],
                "height": source.size[1],
                "anamorphic": _anamorphic(source),
                "pixelaspectratio": _aspect(source),
                "fielddominance": _FIELDS.get(source.field_order, "none"),
            },
        }
    if source.audio:
        media["audio"] = [
            {
                "samplecharacteristics": {"depth": 16, "samplerate": sound.sample_rate},
                "channelcount": sound.channels,
            }
            for sound in source.audio
        ]
    return media or {"video": ""}


def _aspect(source: SourceFacts) -> str:
    if source.sample_aspect == 1:
        return "square"
    if source.size in _HD:
        return _HD[source.size]
    near = [(abs(a - source.sample_aspect), n) for n, known in _ASPECTS.items() for a in known]
    return min(near)[1]


def _anamorphic(source: SourceFacts) -> str:
    wide = source.sample_aspect > Fraction(6, 5) or source.sample_aspect == Fraction(32, 27)
    return "TRUE" if wide and source.size not in _HD else "FALSE"
