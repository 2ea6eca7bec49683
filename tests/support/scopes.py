"""Scopes over analyses written by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from otio_autoedit.analysis.record import Analysis, Curve, Track
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.plan import Source
from otio_autoedit.edit.scope import FileScope
from otio_autoedit.edit.shots import believe
from otio_autoedit.edit.signal import Call, Values
from otio_autoedit.edit.transcript import Transcript
from otio_autoedit.edit.zones import read_zones


def scope(
    analysis: Analysis,
    rate: Fraction | None = None,
    transcript: Transcript | None = None,
    zones: str = "",
) -> FileScope:
    """The scope of a file on a timeline of ``rate`` (its own unless said), all its transitions
    believed."""
    media = analysis.media
    clock = Clock(Source(media, analysis.index), rate or media.edit_rate)
    believed = believe(analysis.transitions or (), media.frame_count, clock, 0.0)
    return FileScope(analysis, clock, believed, transcript, read_zones(zones) if zones else {})


def read(scope: FileScope, name: str, *arguments: str) -> Values:
    """The signal at each frame."""
    return scope.values(Call(name, arguments))


def with_curve(
    analysis: Analysis, name: str, values: Sequence[float], rate: float = 25.0, start: float = 0.0
) -> Analysis:
    """The analysis and one more curve."""
    curve = Curve("", rate, start, np.array(values, np.float32))
    return replace(analysis, curves={**analysis.curves, name: curve})


def with_tracks(analysis: Analysis, *tracks: Track) -> Analysis:
    """The analysis with those tracks."""
    return replace(analysis, tracks=tracks)


def track(label: str, start: int, boxes: Sequence[Sequence[float]], number: int = 1) -> Track:
    """A thing from source frame ``start`` on, a box a frame."""
    held = np.array(boxes, np.float32)
    frames = np.arange(start, start + len(held), dtype=np.int64)
    return Track(number, label, frames, held, np.ones(len(held), np.float32))
