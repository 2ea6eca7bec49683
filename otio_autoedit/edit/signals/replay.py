"""Replays, by how broadcasts frame them and by what slow motion leaves in the frames."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from otio_autoedit.analysis.record import Transition
from otio_autoedit.edit.signal import Values
from otio_autoedit.edit.signals.view import View
from otio_autoedit.media import timing

_SHORTEST, _LONGEST = 1.0, 20.0  # s between the two transitions
_FRAMED = {"wipe": 0.6, "dissolve": 0.5}
_SLOW, _SEEN_BEFORE = 0.3, 0.1
_BEATS = range(2, 7)  # frames from one new picture to the next: slow motion of 1/2 to 1/6
_LEAST_FRAMES = 24
_LOOK_BACK = 120.0  # s
_PART, _MOST_PARTS = 100, 200  # frames; of a file, to tell what beat is usual


def replay(view: View) -> Values:
    """How sure each frame is of a replay, 0..1; a condition, so .5 is one.

    Two gradual transitions of one type, neighbours but for cuts, with 1 to 20 s between them, frame
    a replay, as broadcasts do: wipes .6, dissolves .5; each transition opens or closes one. To this
    come .3 times the beat of slow motion in between (`slow_motion`, over what is usual in the
    file, so that pulldown does not count) and .1 times the share of pictures much like ones in the
    two minutes before (as like as two samples that follow each other).
    """
    if view.analysis.transitions is None or not view.source_length:
        return view.unknown()
    sure = np.zeros(view.source_length, np.float32)
    usual = _usual_beat(_changes(view, 0, view.source_length))
    for first, last in _framed(view):
        start, stop = first.last_before + 1, last.first_after
        inside = first.first_after, max(last.last_before + 1, first.first_after)
        beat = max(0.0, slow_motion(_changes(view, *inside)) - usual)
        sure[max(start, 0) : stop] = (
            _FRAMED[first.type] + _SLOW * beat + _SEEN_BEFORE * _seen_before(view, *inside)
        )
    return view.per_frame(sure)


def slow_motion(changes: Values) -> float:
    """How steadily pictures repeat, 0..1: the autocorrelation of the change from frame to frame
    (its square root, so that one hard cut does not drown it) at a beat of 2 to 6 frames, less that
    at one frame. Ordinary motion changes about as much each frame and gives about 0."""
    if len(changes) < _LEAST_FRAMES or not np.isfinite(changes).all():
        return 0.0
    root = np.sqrt(np.maximum(changes, 0), dtype=np.float64)
    root -= root.mean()
    power = float(root @ root)
    if power <= 1e-9 * len(root):
        return 0.0
    best = max(float(root[beat:] @ root[:-beat]) for beat in _BEATS) / power
    nearest = float(root[1:] @ root[:-1]) / power
    return float(np.clip(best - max(nearest, 0.0), 0, 1))


def _usual_beat(changes: Values) -> float:
    """The beat of the middle one of parts all over the file."""
    starts = np.arange(0, max(len(changes) - _PART, 0) + 1, _PART)
    some = starts[:: -(-len(starts) // _MOST_PARTS)]
    return float(np.median([slow_motion(changes[start : start + _PART]) for start in some]))


def _framed(view: View) -> Iterator[tuple[Transition, Transition]]:
    gradual = [one.transition for one in view.believed if one.transition.type != "cut"]
    at = 0
    while at + 1 < len(gradual):
        first, last = gradual[at], gradual[at + 1]
        if first.type == last.type and first.type in _FRAMED and _fits(view, first, last):
            yield first, last
            at += 1  # the one that closes a replay opens none
        at += 1


def _fits(view: View, first: Transition, last: Transition) -> bool:
    index = view.clock.source.index
    begins, ends = first.first_after, last.last_before + 1
    if not 0 <= begins <= ends <= view.source_length:
        return False
    seconds = float(timing.seconds(index, ends) - timing.seconds(index, begins))
    return _SHORTEST <= seconds <= _LONGEST


def _changes(view: View, start: int, stop: int) -> Values:
    """The change from frame to frame between two source frames; nothing where it was not measured
    at every frame of the edit rate."""
    found, media = view.analysis.curves.get("change"), view.clock.source.media
    if found is None or abs(found.rate - float(media.edit_rate)) > 1e-3 * found.rate:
        return np.zeros(0, np.float32)
    index = view.clock.source.index
    return found.values[timing.edit_frame(index, start) : timing.edit_frame(index, stop)]


def _seen_before(view: View, start: int, stop: int) -> float:
    """The share of samples in ``[start, stop)`` that a sample of the two minutes before is like."""
    features = view.analysis.features
    if features is None or len(features.frames) < 2:
        return 0.0
    vectors = features.vectors - features.vectors.mean(axis=0)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    alike = float(np.median((vectors[1:] * vectors[:-1]).sum(axis=1)))
    back = start - round(_LOOK_BACK * view.clock.source.media.edit_rate)
    low, middle, high = np.searchsorted(features.frames, [back, start, stop])
    if low == middle or middle == high or alike <= 0:
        return 0.0
    nearest = (vectors[middle:high] @ vectors[low:middle].T).max(axis=1)
    return float((nearest >= alike).mean())
