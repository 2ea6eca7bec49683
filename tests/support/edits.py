"""Edits laid out by hand in the shape `timeline.build` gives them, for tests of the formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

RationalTime = otio.opentime.RationalTime
TimeRange = otio.opentime.TimeRange
Span = tuple[int, int]
"""First frame, counted from the file's first, and how many; a first of -1 is a gap."""


@dataclass(frozen=True)
class File:
    """A file of an edit: where it is, and what `metadata["autoedit"]` says of it."""

    path: Path = Path("/media/A001.mov")
    rate: Fraction = Fraction(25)
    frames: int = 3000
    start: int = 0  # its timecode, in frames
    start_timecode: str = ""
    size: tuple[int, int] = (640, 360)
    reel: str = ""
    streams: int = 1
    variable_rate: bool = False

    @property
    def facts(self) -> dict[str, Any]:
        sound = {"channels": 1, "sample_rate": 48000, "layout": "mono"}
        return {
            "path": str(self.path),
            "rate": str(self.rate),
            "variable_rate": self.variable_rate,
            "frames": self.frames,
            "size": list(self.size),
            "sample_aspect": "1",
            "start_timecode": self.start_timecode,
            "reel": self.reel,
            "audio": [sound] * self.streams,
        }


def edit(
    spans: Sequence[Span | tuple[int, int, int]],
    *files: File,
    rate: Fraction | None = None,
    sound: bool = True,
) -> otio.schema.Timeline:
    """One clip a span on V1, its linked sound on A1, A2..; a third number names the file."""
    files = files or (File(),)
    rate = rate or files[0].rate
    timeline = otio.schema.Timeline("edit", global_start_time=at(0, rate))
    timeline.metadata["autoedit"] = {
        "schema": 1,
        "recipe": "shots",
        "rate": str(rate),
        "size": list(files[0].size),
        "sources": [file.facts for file in files],
    }
    streams = max(file.streams for file in files) if sound else 0
    kinds = ["Video", *["Audio"] * streams]
    for number, kind in enumerate(kinds):
        track = otio.schema.Track(f"{kind[0]}{number or 1}", kind=kind)
        for link, (first, length, *which) in enumerate(spans, start=1):
            source = which[0] if which else 0
            if first < 0:
                track.append(otio.schema.Gap(source_range=span(0, length, rate)))
                continue
            item = clip(files[source], first, length, rate, f"shot {link:03d}")
            item.metadata["autoedit"] = {"source": source, "link": link}
            if number:
                item.metadata["autoedit"]["stream"] = number - 1
            track.append(item)
        timeline.tracks.append(track)
    return timeline


def clip(file: File, first: int, length: int, rate: Fraction, name: str) -> otio.schema.Clip:
    """A clip of a file, in the file's timecode at ``rate``."""
    start = round(file.start * rate / file.rate)
    frames = int(file.frames * rate / file.rate)
    reference = otio.schema.ExternalReference(file.path.as_uri(), span(start, frames, rate))
    reference.name = file.path.name
    return otio.schema.Clip(name, reference, span(start + first, length, rate))


def dissolve(before: int, after: int, rate: Fraction = Fraction(25)) -> otio.schema.Transition:
    """``before`` frames of it before the cut, ``after`` behind."""
    return otio.schema.Transition("d", "SMPTE_Dissolve", at(before, rate), at(after, rate))


def marker(
    name: str, first: int, length: int, rate: Fraction = Fraction(25), **more: Any
) -> otio.schema.Marker:
    return otio.schema.Marker(name, span(first, length, rate), **more)


def at(frame: int, rate: Fraction) -> otio.opentime.RationalTime:
    return RationalTime(frame, float(rate))


def span(first: int, length: int, rate: Fraction) -> otio.opentime.TimeRange:
    return TimeRange(at(first, rate), at(length, rate))
