"""One file as the deciding sees it: its shots, its signals, and the spans of it that may play."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.record import Analysis
from otio_autoedit.edit.believed import Believed
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.expressions import Expression, evaluate
from otio_autoedit.edit.ground import Ground, Span, ground
from otio_autoedit.edit.plan import Piece
from otio_autoedit.edit.scope import FileScope
from otio_autoedit.edit.settings import Settings
from otio_autoedit.edit.shots import believe
from otio_autoedit.edit.signal import Scope, Values
from otio_autoedit.edit.spans import Shape, spans_of
from otio_autoedit.edit.transcript import Transcript, read_transcript, sentences
from otio_autoedit.errors import OptionError
from otio_autoedit.media.timecode import timecode_from_frames
from otio_autoedit.times import Position

_SUFFIXES = (".json", ".vtt", ".srt")  # of transcripts; the first that is there


@dataclass(frozen=True, slots=True, eq=False)
class Material:
    """A file of an edit, in frames of the timeline's rate from its head.

    Attributes:
        number: of the source in the plan.
        believed: the transitions that the edit takes for true.
        ground: what of it may play.
        places: the source frame at which a piece begins or ends that does so at a frame of the
            timeline where a shot changes; elsewhere it is the one on screen.
        scope: its signals.
        weight: what each frame is worth, 0 or more.
        spans: what stays of it.
    """

    number: int
    analysis: Analysis
    clock: Clock
    believed: tuple[Believed, ...]
    ground: Ground
    places: MappingProxyType[int, int]
    scope: FileScope
    weight: npt.NDArray[np.float32]
    spans: tuple[Span, ...]

    @property
    def length(self) -> int:
        """The file's frames, as pieces count them."""
        media = self.clock.source.media
        return media.frame_count if media.kind == "video" else media.duration_frames

    def piece(self, span: Span) -> Piece:
        """The piece that plays a span."""
        start, stop = (self._source_frame(frame) for frame in span)
        return Piece(self.number, start, stop)

    def frames(self, piece: Piece) -> Span:
        """The span that a piece plays."""
        return self.clock.frame(piece.start), self.clock.frame(piece.stop)

    def aligned(self, span: Span) -> Span:
        """The most of a span that whole source frames show: where the timeline's rate is higher
        than the file's, a source frame stands for more than one of its frames."""
        start, stop = self._source_frame(span[0]), self._source_frame(span[1])
        if self.clock.frame(start) < span[0]:
            start += 1
        return self.clock.frame(start), self.clock.frame(stop)

    def stamp(self, frame: int) -> str:
        """The timecode of a frame, as the file's own timecode counts; seconds where timecode has no
        such rate."""
        media, rate = self.clock.source.media, self.clock.rate
        drop = ";" in media.start_timecode and rate == media.edit_rate
        try:
            return timecode_from_frames(self.clock.start + frame, rate, drop=drop)
        except ValueError:
            return f"{float(frame / rate):.2f} s"

    def _source_frame(self, frame: int) -> int:
        return self.places.get(frame, self.clock.source_frame(frame))


def material(number: int, analysis: Analysis, clock: Clock, settings: Settings) -> Material:
    """A file looked at with what a recipe asks for. Raises OptionError."""
    media = clock.source.media
    length = media.frame_count if media.kind == "video" else media.duration_frames
    believed = believe(analysis.transitions or (), length, clock, settings.threshold)
    part, places = _part(clock, length, settings)
    transcript = _transcript(media.path, settings.transcript)
    scope = FileScope(analysis, clock, believed, transcript, settings.zones)
    weight = worth_of(settings.weight, scope)
    lies_on = ground(believed, clock, part)
    units = _units(settings, lies_on, transcript, clock)
    spans = spans_of(
        np.ones(scope.length, bool) if media.kind == "still" else evaluate(settings.keep, scope),
        np.zeros(scope.length, bool) if media.kind == "still" else evaluate(settings.avoid, scope),
        lies_on,
        _shape(clock, settings),
        units=units,
        weight=weight if settings.weight.calls else None,
    )
    places |= _cuts(believed, clock)
    return Material(
        number, analysis, clock, believed, lies_on, MappingProxyType(places), scope, weight,
        tuple(spans),
    )  # fmt: skip


def slack(clock: Clock, settings: Settings) -> int:
    """How much longer than asked a piece must be, so that it is long enough when its ends come to
    lie on source frames: none where all ends are changes of shot."""
    at_cuts = not (settings.target or settings.keep.calls or settings.avoid.calls)
    if not settings.shape.min_clip or (at_cuts and not settings.shape.max_clip):
        return 0
    return 2 * (math.ceil(clock.rate / clock.source.media.edit_rate) - 1)


def check_transcript(path: str, files: int) -> None:
    """Raises OptionError where one transcript is given for several files."""
    if path and files > 1 and not Path(path).is_dir():
        raise OptionError(
            f"transcript={path}: {files} files are to be cut; name a folder that holds one of each "
            "file's name"
        )


def _shape(clock: Clock, settings: Settings) -> Shape:
    """What spans are to be like; under a target, the choice divides long ones."""
    shape = settings.shape
    return replace(
        shape,
        min_clip=shape.min_clip + slack(clock, settings),
        max_clip=0 if settings.target else shape.max_clip,
    )


def worth_of(weight: Expression, scope: Scope) -> Values:
    """What each frame is worth, 0 or more; what is unknown is worth nothing."""
    values = np.nan_to_num(evaluate(weight, scope), nan=0.0, posinf=0.0, neginf=0.0)
    return np.asarray(np.maximum(values, 0), np.float32)


def _part(clock: Clock, length: int, settings: Settings) -> tuple[Span, dict[int, int]]:
    """The frames between the places asked for, and the source frames at its ends. A source frame is
    taken whole: what is on screen at either place is in."""
    first, last = _place(clock, "start", settings.start), _place(clock, "end", settings.end)
    path = clock.source.media.path
    if clock.source.media.kind == "still" or (settings.start is None and settings.end is None):
        return (0, clock.length), {0: 0, clock.length: length}
    if first >= clock.length:
        seconds = float(clock.length / clock.rate)
        raise OptionError(f"start={settings.start} lies beyond the end of {path} ({seconds:.2f} s)")
    if last <= first:
        raise OptionError(
            f"start={settings.start}, end={settings.end}: nothing of {path} lies between them"
        )
    start, stop = clock.source_frame(first), _first_from(clock, last, length)
    part = clock.frame(start), clock.frame(stop)
    return part, {part[0]: start, part[1]: stop}


def _place(clock: Clock, name: str, position: Position | None) -> int:
    """The frame that an option names; the end at most."""
    if position is None:
        return 0 if name == "start" else clock.length
    drop = ";" in clock.source.media.start_timecode
    frame = position.frame(clock.rate, clock.length, clock.start, drop=drop)
    if frame < 0 and name == "start":
        return 0
    return min(frame, clock.length)


def _first_from(clock: Clock, frame: int, length: int) -> int:
    """The first source frame that starts to show at ``frame`` or later."""
    at = clock.source_frame(frame)
    while at < length and clock.frame(at) < frame:
        at += 1
    return at


def _cuts(believed: Sequence[Believed], clock: Clock) -> dict[int, int]:
    """The source frame of the surest cut at each frame, and the ends of what is mixed."""
    places: dict[int, int] = {}
    for one in sorted(believed, key=lambda one: one.transition.confidence):
        places |= {clock.frame(frame): frame for frame in one.mixed}
    for one in sorted(believed, key=lambda one: one.transition.confidence):
        places[clock.frame(one.cut)] = one.cut
    return places


def _units(
    settings: Settings, lies_on: Ground, transcript: Transcript | None, clock: Clock
) -> list[Span]:
    """What pieces are to begin and end with."""
    if settings.snap == "shots":
        return [span for span in lies_on.shots if span[0] < span[1]]
    if settings.snap != "sentences":
        return []
    if transcript is None:
        raise OptionError("snap=sentences: needs a transcript; name it with transcript=")
    return _padded(sentences(transcript), settings, clock)


def _padded(said: Sequence[tuple[float, float]], settings: Settings, clock: Clock) -> list[Span]:
    """Sentences with the margin about them, as far as the middle of the pause."""
    rate, shape = float(clock.rate), settings.shape
    spans = [(math.floor(start * rate), math.ceil(stop * rate)) for start, stop in said]
    result: list[Span] = []
    for at, (start, stop) in enumerate(spans):
        before = spans[at - 1][1] if at else 0
        after = spans[at + 1][0] if at + 1 < len(spans) else clock.length
        first = max(start - shape.before, min((before + start) // 2, start), 0)
        last = min(stop + shape.after, max((stop + after) // 2, stop), clock.length)
        if result:
            first = max(first, result[-1][1])
        if first < last:
            result.append((first, last))
    return result


def _transcript(media: str, path: str) -> Transcript | None:
    """The transcript of a file: the one named, or one of its name in the folder named."""
    if not path:
        return None
    if not Path(path).is_dir():
        return read_transcript(path)
    found = (Path(path) / f"{Path(media).stem}{suffix}" for suffix in _SUFFIXES)
    named = next((one for one in found if one.is_file()), None)
    return read_transcript(named) if named else None
