"""Detections of sampled frames become things followed over time, each within one shot.

    tracks_from(samples, transitions, motion) -> (Track(id, label, frames, boxes, confidence), ...)

Association in two passes as ByteTrack's (Zhang et al. 2022, arXiv 2110.06864): sure detections
first, then the unsure ones for those still without. With two to four samples a second a thing need
not overlap with itself; so a pair's cost is how unlikely the detection is where the thing was
expected, after the camera's move (see `box_filter`), its size and its colours included, and
pairs are chosen exactly (see `assignment`). What was known late is carried back: the samples
before a thing was surely there are searched for its unsure detections too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.assignment import assign
from otio_autoedit.analysis.box_colours import colour_distance
from otio_autoedit.analysis.box_filter import (
    Belief,
    Noise,
    Passage,
    begun,
    corrected,
    distances,
    gone_with,
    predicted,
    reversed_passage,
)
from otio_autoedit.analysis.camera_motion import CameraMotion
from otio_autoedit.analysis.record import Track, Transition
from otio_autoedit.analysis.sampled_shots import Sample, Seen, Shot, family, sampled_shots
from otio_autoedit.analysis.track_paths import Sighting, path_of

Floats = npt.NDArray[np.float64]

_OTHER_LABEL = 4.0  # the cost of a thing that is called otherwise, within a family
_ALONE = 20.0  # the cost from which on a thing is rather not there
_COLOURS = 30.0  # the cost of colours that have nothing in common
_HEAD = 6  # detections that tell where a thing came from


@dataclass(frozen=True, slots=True)
class TrackOptions:
    """What counts as followed.

    Attributes:
        sure: the score from which on a detection may begin a track.
        unsure: the score from which on it may go on with one.
        lost_s: seconds that a thing may be out of sight.
        gate: squared Mahalanobis distance (4 degrees of freedom) that a sure detection may be off.
        unsure_gate: the same of an unsure one.
        least_found: sure detections that a track needs, where its shot has as many samples.
        evidence: the sum of scores that it needs.
        noise: how things move, to find them again.
        smoothing: how they move, to draw their way.
    """

    sure: float = 0.4
    unsure: float = 0.1
    lost_s: float = 1.5
    gate: float = 13.3
    unsure_gate: float = 6.0
    least_found: int = 2
    evidence: float = 1.2
    noise: Noise = field(default_factory=Noise)
    smoothing: Noise = field(default_factory=lambda: Noise(speed=3.0, turn=1.5, grow_turn=0.3))


DEFAULT = TrackOptions()


def tracks_from(
    samples: Sequence[Sample],
    transitions: Iterable[Transition] = (),
    motion: CameraMotion | None = None,
    *,
    frame_count: int | None = None,
    aspect: float = 16 / 9,
    options: TrackOptions = DEFAULT,
) -> tuple[Track, ...]:
    """Returns what is followed, by first frame.

    No track goes over a change of shot; what is seen within a dissolve belongs to none. Boxes are
    there for every source frame from a track's first to its last.

    Args:
        samples: of rising frames.
        transitions: of the film.
        motion: of the same samples, for the camera; without it the camera is taken to be still.
        frame_count: of the film; default: it ends with the last sample.
        aspect: of the picture where there is no `motion`.
        options: what counts as followed.
    """
    aspect = motion.aspect if motion is not None else aspect
    stop = frame_count or (samples[-1].frame + 1 if samples else 0)
    drawn = []
    for shot in sampled_shots(samples, transitions, motion, stop, aspect, options.unsure):
        drawn += _followed(shot, aspect, options)
    drawn.sort(key=lambda track: (track.start, track.stop, track.label, *track.boxes[0].tolist()))
    return tuple(replace(track, id=number) for number, track in enumerate(drawn, 1))


@dataclass(slots=True, eq=False)
class _Chain:
    """A thing on the way: its detection by sample, and what is believed of it now: two beliefs
    while nobody knows whether the camera follows it."""

    found: dict[int, int]
    beliefs: list[Belief]
    label: str
    colours: npt.NDArray[np.float32] | None
    last: int

    def predict(self, passage: Passage, noise: Noise) -> None:
        """Goes on to another sample."""
        self.beliefs = [predicted(belief, passage, noise) for belief in self.beliefs]


def _followed(shot: Shot, aspect: float, options: TrackOptions) -> list[Track]:
    chains = _forward(shot, options)
    chains = [chain for chain in chains if len(chain.found) > 1 or len(shot.samples) == 1]
    _backward(shot, chains, options)
    return [
        _drawn(shot, chain, aspect, options) for chain in chains if _holds(shot, chain, options)
    ]


def _forward(shot: Shot, options: TrackOptions) -> list[_Chain]:
    """Returns all chains of a shot, those of one detection too."""
    chains: list[_Chain] = []
    alive: list[_Chain] = []
    for i, seen in enumerate(shot.samples):
        if i:
            for chain in alive:
                chain.predict(shot.passages[i - 1], options.noise)
        alive = [chain for chain in alive if _is_alive(shot, chain, i, options)]
        sure = [k for k, score in enumerate(seen.scores) if score >= options.sure]
        unsure = [k for k, score in enumerate(seen.scores) if score < options.sure]
        known = [chain for chain in alive if len(chain.found) > 1]
        new = [chain for chain in alive if len(chain.found) == 1]
        sure = _take(i, seen, known, sure, options.gate, options)
        sure = _take(i, seen, new, sure, options.gate, options)
        waiting = [chain for chain in alive if i - 2 <= chain.last < i]
        _take(i, seen, waiting, unsure, options.unsure_gate, options)
        following = shot.passages[i] if i < len(shot.passages) else None
        begin = [_begin(i, seen, k, following, options) for k in sure]
        chains += begin
        alive += begin
    return chains


def _backward(shot: Shot, chains: list[_Chain], options: TrackOptions) -> None:
    """Gives chains the detections that nobody has, from before they were surely there."""
    taken = {(i, k) for chain in chains for i, k in chain.found.items()}
    heads = {chain: min(chain.found) for chain in chains}
    for chain in chains:
        chain.beliefs, chain.last = [_from_behind(shot, chain, options)], min(chain.found)
    for i in range(len(shot.samples) - 2, -1, -1):
        seen = shot.samples[i]
        back = reversed_passage(shot.passages[i])
        coming = [chain for chain in chains if i < heads[chain] and chain.last <= i + 2]
        for chain in coming:
            chain.predict(back, options.noise)
        free = [k for k in range(len(seen.scores)) if (i, k) not in taken]
        _take(i, seen, coming, free, options.unsure_gate, options)


def _from_behind(shot: Shot, chain: _Chain, options: TrackOptions) -> Belief:
    """Returns what is believed of a chain at its first sample, coming from later ones."""
    order = sorted(chain.found)[:_HEAD]
    belief: Belief | None = None
    for i in range(order[-1], order[0] - 1, -1):
        if belief is not None:
            belief = predicted(belief, reversed_passage(shot.passages[i]), options.noise)
        if i in chain.found:
            seen, k = shot.samples[i], chain.found[i]
            box, score = seen.boxes[k], float(seen.scores[k])
            if belief is None:
                belief = begun(box, score, options.noise)
            else:
                belief = corrected(belief, box, score, options.noise)
    assert belief is not None
    return belief


def _take(
    i: int, seen: Seen, chains: list[_Chain], which: list[int], gate: float, options: TrackOptions
) -> list[int]:
    """Gives chains detections of sample `i`; returns those of `which` that nobody took."""
    chains = [chain for chain in chains if i not in chain.found]
    if not chains or not which:
        return which
    off, vague = _unlikely(seen, chains, which, options)
    cost = np.where(off <= gate, off + vague, np.inf).min(1)
    pairs = assign(cost + _unlike(seen, chains, which), _ALONE)
    for row, column in pairs:
        chain, k = chains[row], which[column]
        chain.found[i], chain.last = k, i
        score = float(seen.scores[k])
        belief = chain.beliefs[int(off[row, : len(chain.beliefs), column].argmin())]
        chain.beliefs = [corrected(belief, seen.boxes[k], score, options.noise)]
        if chain.colours is not None and seen.colours is not None and score >= options.sure:
            chain.colours = 0.7 * chain.colours + 0.3 * seen.colours[k]
    gone = {which[column] for _, column in pairs}
    return [k for k in which if k not in gone]


def _unlikely(
    seen: Seen, chains: list[_Chain], which: list[int], options: TrackOptions
) -> tuple[Floats, Floats]:
    """Returns `(chains, beliefs, detections)`: how far off each detection is by each belief of a
    chain, infinite where there is no such belief, and how vague that is."""
    owners = [(row, at) for row, chain in enumerate(chains) for at in range(len(chain.beliefs))]
    beliefs = Belief(
        np.stack([chains[row].beliefs[at].mean for row, at in owners]),
        np.stack([chains[row].beliefs[at].spread for row, at in owners]),
    )
    score = float(np.mean(seen.scores[which]))
    off, vague = distances(beliefs, seen.boxes[which], score, options.noise)
    whole = np.full((2, len(chains), max(at for _, at in owners) + 1, len(which)), np.inf)
    for (row, at), one_off, one_vague in zip(owners, off, vague, strict=True):
        whole[0, row, at], whole[1, row, at] = one_off, one_vague
    return whole[0], whole[1]


def _unlike(seen: Seen, chains: list[_Chain], which: list[int]) -> Floats:
    """Returns `(chains, detections)`: what other colours and another label cost."""
    labels = [seen.labels[k] for k in which]
    names = {chain.label for chain in chains}
    rows = {name: [_naming_cost(name, label) for label in labels] for name in names}
    cost = np.array([rows[chain.label] for chain in chains])
    if seen.colours is not None:
        for row, chain in enumerate(chains):
            if chain.colours is not None:
                off = colour_distance(chain.colours, seen.colours[which])
                cost[row] += _COLOURS * np.square(off)
    return cost


def _naming_cost(one: str, other: str) -> float:
    if one == other:
        return 0.0
    return _OTHER_LABEL if family(one) == family(other) else np.inf


def _is_alive(shot: Shot, chain: _Chain, i: int, options: TrackOptions) -> bool:
    """Whether a chain is still looked for at sample `i`; one that was seen once, two samples on."""
    if len(chain.found) == 1:
        return i - chain.last <= 2
    return shot.samples[i].time - shot.samples[chain.last].time <= options.lost_s


def _begin(i: int, seen: Seen, k: int, following: Passage | None, options: TrackOptions) -> _Chain:
    belief = begun(seen.boxes[k], float(seen.scores[k]), options.noise)
    beliefs = [belief] if following is None else [belief, gone_with(belief, following)]
    colours = None if seen.colours is None else seen.colours[k]
    return _Chain({i: k}, beliefs, seen.labels[k], colours, i)


def _holds(shot: Shot, chain: _Chain, options: TrackOptions) -> bool:
    """Whether a chain is more than a mistake or two of the detector."""
    scores = [float(shot.samples[i].scores[k]) for i, k in chain.found.items()]
    if len(shot.samples) < options.least_found:
        return max(scores) >= options.sure
    sure = sum(score >= options.sure for score in scores)
    return sure >= options.least_found and sum(scores) >= options.evidence


def _drawn(shot: Shot, chain: _Chain, aspect: float, options: TrackOptions) -> Track:
    """Returns the track of a chain; it is numbered later."""
    first, last = min(chain.found), max(chain.found)
    sightings = []
    for i in range(first, last + 1):
        seen, k = shot.samples[i], chain.found.get(i)
        box = None if k is None else seen.boxes[k]
        score = 0.0 if k is None else float(seen.scores[k])
        sightings.append(Sighting(seen.frame, seen.time, box, score))
    start = shot.start if first == 0 else sightings[0].frame
    stop = shot.stop if last == len(shot.samples) - 1 else sightings[-1].frame + 1
    path = path_of(sightings, shot.passages[first:last], start, stop, aspect, options.smoothing)
    return Track(0, _named(shot, chain), path.frames, path.boxes, path.confidence)


def _named(shot: Shot, chain: _Chain) -> str:
    """Returns the label that most of the detections, by their scores, give."""
    votes: dict[str, float] = {}
    for i, k in chain.found.items():
        label = shot.samples[i].labels[k]
        votes[label] = votes.get(label, 0.0) + float(shot.samples[i].scores[k])
    return max(sorted(votes), key=lambda label: votes[label])
