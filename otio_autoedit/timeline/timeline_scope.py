"""A timeline as rules look at it: at each frame, the signals of the media that plays there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import opentimelineio as otio

from otio_autoedit.analysis.record import Analysis
from otio_autoedit.edit.believed import Believed
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.ground import Change, ground
from otio_autoedit.edit.scope import FileScope
from otio_autoedit.edit.shots import believe
from otio_autoedit.edit.signal import Call, Values
from otio_autoedit.edit.signals import SIGNALS
from otio_autoedit.edit.sources import sources_of
from otio_autoedit.edit.zones import Zone
from otio_autoedit.timeline.flat import Kind, Layer, Span, flatten, timeline_rate
from otio_autoedit.timeline.stretches import seconds
from otio_autoedit.times import Duration

_OF_SOUND = ("sound", "loudness")
_STILL = Duration.read("1s")  # a still is the same at every moment
Frames = npt.NDArray[np.int64]


def media_of(timeline: otio.schema.Timeline) -> list[str]:
    """The URLs of the media that a timeline plays, in the order of their first frame there."""
    spans = sorted([*flatten(timeline), *flatten(timeline, "Audio")], key=lambda one: one.start)
    urls = (_url(layer) for span in spans for layer in span.layers)
    return list(dict.fromkeys(url for url in urls if url))


class TimelineScope:
    """A timeline from its head, as a `signal.Scope`; each signal is worked out once.

    Of pictures counts the topmost clip that shows half or more; of sound, the clip with the highest
    value of all that are heard. Where no file, or none of ``analyses`` (by URL), plays, nothing is
    known. A shot ends at the timeline's own cuts and at those in the footage.
    """

    def __init__(
        self,
        timeline: otio.schema.Timeline,
        analyses: Mapping[str, Analysis],
        *,
        threshold: float = 0.0,
        zones: Mapping[str, Zone] = MappingProxyType({}),
    ) -> None:
        self._rate = timeline_rate(timeline)
        self._files = {
            url: _File.of(one, self._rate, threshold, zones) for url, one in analyses.items()
        }
        flat: dict[Kind, list[Span]] = {
            "Video": flatten(timeline), "Audio": flatten(timeline, "Audio"),
        }  # fmt: skip
        self._length = max((spans[-1].stop for spans in flat.values() if spans), default=0)
        self._pictures = [_pictures(flat["Video"], self._length, self._files)]
        self._sounds = _sounds(flat["Audio"], self._length, self._files)
        self._mixed = [one for one in flat["Video"] if _is_mixed(one)]
        self._held: dict[Call, Values] = {}

    @property
    def rate(self) -> Fraction:
        """Frames a second."""
        return self._rate

    @property
    def length(self) -> int:
        """The number of frames."""
        return self._length

    def values(self, call: Call) -> Values:
        """The signal at each frame, float32 ``[length]``, read-only. Raises OptionError."""
        if call not in self._held:
            values = self._measured(call)
            values.flags.writeable = False
            self._held[call] = values
        return self._held[call]

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Where the picture changes: the timeline's own cuts and dissolves, and the footage's; none
        overlaps another."""
        shown = self._pictures[0]
        found = [_own_change(cut, self._mixed) for cut in shown.cuts]
        edges = [0, *shown.cuts, self._length]
        for start, stop in pairwise(edges):
            if start < stop and (file := self._files.get(shown.urls[shown.clips[start]])):
                found += _inside(file.changes, shown.frames[start:stop], start)
        return tuple(_apart(sorted(found, key=lambda one: (one.cut, -one.sure))))

    def _measured(self, call: Call) -> Values:
        if call.name in ("shot_length", "time_in_shot"):
            return self._of_shots(call.name)
        needs = SIGNALS[call.name].needs if call.name in SIGNALS else ()
        heard = bool(needs) and set(needs) <= set(_OF_SOUND)
        result = np.full(self._length, np.nan, np.float32)
        for played in self._sounds if heard else self._pictures:
            for number, url in enumerate(played.urls):
                if file := self._files.get(url):
                    at = np.flatnonzero(played.clips == number)
                    result[at] = np.fmax(result[at], file.at(call, played.frames[at]))
        return result

    def _of_shots(self, name: str) -> Values:
        inside = sorted({one.cut for one in self.changes if 0 < one.cut < self._length})
        edges = np.array([0, *inside, self._length], np.int64)
        lengths = np.diff(edges)
        frames = np.repeat(lengths, lengths)
        if name == "time_in_shot":
            frames = np.arange(self._length) - np.repeat(edges[:-1], lengths)
        return (frames / float(self._rate)).astype(np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class _File:
    """An analysed file at the timeline's rate."""

    scope: FileScope
    head: Fraction  # its first frame in its own timecode, seconds
    still: bool
    changes: tuple[Change, ...]

    @classmethod
    def of(
        cls, analysis: Analysis, rate: Fraction, threshold: float, zones: Mapping[str, Zone]
    ) -> _File:
        (source,) = sources_of([analysis], rate, _STILL)
        clock, media = Clock(source, rate), analysis.media
        length = media.frame_count if media.kind == "video" else media.duration_frames
        believed: Sequence[Believed] = believe(analysis.transitions or (), length, clock, threshold)
        return cls(
            FileScope(analysis, clock, believed, None, zones),
            media.start_frame / media.edit_rate,
            media.kind == "still",
            ground(believed, clock, (0, clock.length)).changes,
        )

    def at(self, call: Call, frames: Frames) -> Values:
        """The signal at frames of the file, some of which may lie outside of it."""
        values = self.scope.values(call)
        if self.still:
            frames = np.zeros_like(frames)
        inside = (frames >= 0) & (frames < len(values))
        result = np.full(len(frames), np.nan, np.float32)
        result[inside] = values[frames[inside]]
        return result


@dataclass(frozen=True, slots=True, eq=False)
class _Played:
    """What plays at each frame: the number of a clip (each its own; -1: none, and then ``urls[-1]``
    is empty), and the frame of its media at the timeline's rate."""

    clips: npt.NDArray[np.int64]
    frames: Frames
    urls: Sequence[str]

    @property
    def cuts(self) -> list[int]:
        """The frames at which another clip begins."""
        return (np.flatnonzero(np.diff(self.clips)) + 1).tolist()


def _pictures(spans: Sequence[Span], length: int, files: Mapping[str, _File]) -> _Played:
    rows = [(span, layer, _shows(span, layer)) for span in spans for layer in span.layers]
    return _played(rows, length, files)


def _sounds(spans: Sequence[Span], length: int, files: Mapping[str, _File]) -> list[_Played]:
    most = max((len(span.layers) for span in spans), default=0)
    result = []
    for number in range(most):
        rows = [
            (span, span.layers[number], np.ones(span.stop - span.start, np.bool_))
            for span in spans
            if number < len(span.layers)
        ]
        result.append(_played(rows, length, files))
    return result


def _played(rows: Sequence[Any], length: int, files: Mapping[str, _File]) -> _Played:
    clips, frames = np.full(length, -1, np.int64), np.zeros(length, np.int64)
    numbers: dict[int, int] = {}
    urls: list[str] = []
    for span, layer, shows in rows:
        number = numbers.setdefault(id(layer.clip), len(urls))
        if number == len(urls):
            urls.append(_url(layer))
        at = span.start + np.flatnonzero(shows)
        clips[at] = number
        frames[at] = _frames(span, layer, files.get(urls[number]))[shows]
    return _Played(clips, frames, [*urls, ""])


def _shows(span: Span, layer: Layer) -> npt.NDArray[np.bool_]:
    """Where a layer shows half or more; the lowest of all always does."""
    if layer is span.layers[0]:
        return np.ones(span.stop - span.start, np.bool_)
    first, last = map(float, layer.opacity)
    return np.linspace(first, last, span.stop - span.start, endpoint=False) >= 0.5


def _frames(span: Span, layer: Layer, file: _File | None) -> Frames:
    """The frame of the layer's media at each of the span's, from the media's first."""
    reference = layer.clip.media_reference
    known = reference.available_range if reference is not None else None
    head = seconds(known.start_time) if known else (file.head if file else Fraction(0))
    first = (layer.start - head) * span.rate
    scale = first.denominator * layer.speed.denominator
    count = np.arange(span.stop - span.start, dtype=np.int64)
    start, step = int(first * scale), int(layer.speed * scale)
    return (start + step * count) // scale


def _url(layer: Layer) -> str:
    reference = layer.clip.media_reference
    return str(getattr(reference, "target_url", "") or "")


def _is_mixed(span: Span) -> bool:
    return any(one.opacity[0] != one.opacity[1] for one in span.layers)


def _own_change(cut: int, mixed: Sequence[Span]) -> Change:
    """A cut of the timeline itself, with the dissolve around it if it is one."""
    for span in mixed:
        if span.start <= cut <= span.stop:
            return Change(span.start, cut, span.stop, 1.0)
    return Change(cut, cut, cut, 1.0)


def _inside(changes: Sequence[Change], frames: Frames, start: int) -> list[Change]:
    """The footage's changes as a clip shows them that plays ``frames`` from ``start`` on."""
    if not len(frames) or frames[0] == frames[-1]:
        return []
    forward = bool(frames[0] < frames[-1])
    rising = frames if forward else frames[::-1]
    result = []
    for one in changes:
        places = [int(np.searchsorted(rising, x)) for x in (one.first, one.cut, one.stop)]
        if not forward:
            places = [len(frames) - place for place in reversed(places)]
        first, cut, stop = places
        if 0 < cut < len(frames):
            result.append(Change(start + first, start + cut, start + stop, one.sure))
    return result


def _apart(changes: Sequence[Change]) -> list[Change]:
    """Without those that begin before the last has ended; the timeline's own are surest."""
    result: list[Change] = []
    for one in changes:
        if result and (one.first < result[-1].stop or one.cut == result[-1].cut):
            if one.sure > result[-1].sure:
                result[-1] = one
            continue
        result.append(one)
    return result
