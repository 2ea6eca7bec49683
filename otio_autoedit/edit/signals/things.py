"""Signals of the things that were followed through the film."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.record import Track
from otio_autoedit.edit.signal import Values
from otio_autoedit.edit.signals.boxes import gathered, nearest_gaps, union_areas
from otio_autoedit.edit.signals.view import View
from otio_autoedit.errors import OptionError, did_you_mean

_FACE = (0.15, 0.35)  # of the picture's height: from a medium shot's to a close-up's
_PERSON = (0.2, 0.5)  # of the picture's area
_NEAR = 0.25  # picture diagonals
_SMOOTH = 0.5  # s
_A_SECOND = 8  # comparisons of boxes, at least


def count(view: View, label: str) -> Values:
    """How many things of this kind are followed."""
    tracks = view.tracks_of(label)
    if tracks is None:
        return view.unknown()
    steps = np.zeros(view.source_length + 1, np.int64)
    np.add.at(steps, [track.start for track in tracks], 1)
    np.add.at(steps, [track.stop for track in tracks], -1)
    return view.per_frame(np.cumsum(steps)[:-1].astype(np.float32))


def area(view: View, label: str) -> Values:
    """The share of the picture that their boxes cover together, what two share counted once; taken
    eight times a second or more often."""
    tracks = view.tracks_of(label)
    if tracks is None:
        return view.unknown()
    step, length = _steps(view)
    return _between(view, union_areas(gathered(tracks, step), length))


def closeup(view: View) -> Values:
    """How far a face or a person is the picture: a face's height from .15 to .35 of the picture's,
    or a person's box from .2 to .5 of its area, whichever says more."""
    faces, people = view.tracks_of("face"), view.tracks_of("person")
    if faces is None or people is None:
        return view.unknown()
    largest = np.zeros(view.source_length, np.float32)
    for track in faces:
        _raise(largest, track, _ramp(_sides(track)[1], *_FACE))
    for track in people:
        width, height = _sides(track)
        _raise(largest, track, _ramp(width * height, *_PERSON))
    return view.per_frame(largest)


def near(view: View, label: str, other: str) -> Values:
    """1 where the boxes of two things touch, falling to 0 a quarter of the picture's diagonal
    apart; taken eight times a second or more often. Of one kind twice: two different ones."""
    tracks, others = view.tracks_of(label), view.tracks_of(other)
    if tracks is None or others is None:
        return view.unknown()
    across, down = _shape(view)
    step, length = _steps(view)
    gaps = nearest_gaps(gathered(tracks, step), gathered(others, step), length, across, down)
    return _between(view, np.clip(1 - gaps / _NEAR, 0, 1).astype(np.float32))


def speed(view: View, label: str) -> Values:
    """How fast the fastest goes, in picture widths a second: from a quarter of a second before a
    frame to a quarter after it, by the middle of the box. 0 where there is none."""
    tracks = view.tracks_of(label)
    if tracks is None:
        return view.unknown()
    across, down = _shape(view)
    rate = float(view.clock.source.media.edit_rate)
    reach = max(1, round(_SMOOTH / 2 * rate))
    fastest = np.zeros(view.source_length, np.float32)
    for track in tracks:
        places = (track.boxes[:, :2] + track.boxes[:, 2:]) / 2 * (1, down / across)
        at = np.arange(len(places))
        before, after = np.maximum(at - reach, 0), np.minimum(at + reach, len(places) - 1)
        moved = np.hypot(*(places[after] - places[before]).T)
        _raise(fastest, track, moved * rate / np.maximum(after - before, 1))
    return view.per_frame(fastest)


def inside(view: View, label: str, zone: str) -> Values:
    """1 where the foot of one, the middle of its box's lower edge, is in the zone.

    Raises:
        OptionError: there is no such zone.
    """
    area_of = view.zones.get(zone)
    if area_of is None:
        hint = did_you_mean(zone, view.zones) or ": give zones='door=0.1,0.2,0.5,0.9'"
        raise OptionError(f"inside({label}, {zone}): no zone {zone!r}{hint}")
    tracks = view.tracks_of(label)
    if tracks is None:
        return view.unknown()
    held = np.zeros(view.source_length, np.float32)
    for track in tracks:
        middle, foot = (track.boxes[:, 0] + track.boxes[:, 2]) / 2, track.boxes[:, 3]
        _raise(held, track, area_of.holds(middle, np.minimum(foot, 1 - 1e-6)))
    return view.per_frame(held)


def _steps(view: View) -> tuple[int, int]:
    """Every how many source frames boxes are compared, and how often that is in the file: things
    are looked for three times a second, and go straight in between."""
    step = max(1, int(view.clock.source.media.edit_rate / _A_SECOND))
    return step, -(-view.source_length // step)


def _between(view: View, taken: Values) -> Values:
    """Values of every so many source frames, each for those nearest to it."""
    step, length = _steps(view)
    nearest = np.minimum((np.arange(view.source_length) + step // 2) // step, length - 1)
    return view.per_frame(taken[nearest] if length else taken)


def _raise(values: Values, track: Track, to: npt.NDArray[np.generic]) -> None:
    span = slice(track.start, track.stop)
    values[span] = np.maximum(values[span], to.astype(np.float32))


def _sides(track: Track) -> tuple[Values, Values]:
    boxes = np.clip(track.boxes, 0, 1)
    return boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]


def _ramp(values: Values, low: float, high: float) -> Values:
    rises: Values = np.clip((values - low) / (high - low), 0, 1).astype(np.float32)
    return rises


def _shape(view: View) -> tuple[float, float]:
    """The picture's width and height, its diagonal being 1."""
    width, height = view.clock.source.media.display_size
    if not width or not height:
        width, height = 16, 9
    diagonal = math.hypot(width, height)
    return width / diagonal, height / diagonal
