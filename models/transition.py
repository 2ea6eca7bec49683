"""Where one shot becomes the next: the record, and reading it off a network's output.

A **boundary** `i` stands between frame `i` and frame `i + 1`; a film of `n` frames has `n`
boundaries here, the last one being its end. A transition from `last_before` to `first_after` covers
the boundaries `last_before .. first_after - 1`: a cut covers one.

No torch here: whoever handles an analysis imports this.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

TYPES = ("cut", "dissolve", "fade", "wipe")


@dataclass(frozen=True, slots=True)
class Transition:
    """A change of shot in a file, in source frames from 0.

    Attributes:
        last_before: the last frame wholly of the old shot; -1 for a fade in at the head.
        first_after: the first frame wholly of the new shot; the file's frame count for a fade out
            at the tail.
        type: one of `TYPES`; "cut" exactly when the two frames are neighbours. A fade through black
            is one fade.
        confidence: 0 to 1.
    """

    last_before: int
    first_after: int
    type: str
    confidence: float


@dataclass(frozen=True, slots=True)
class JumpCut:
    """Seconds left out of one take: same scene, same camera, in source frames from 0.

    Where the jump is plain to see, the boundary is also a `Transition` of type "cut".

    Attributes:
        last_before: the last frame before the jump.
        confidence: 0 to 1.
    """

    last_before: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Shots:
    """All that is said of a film's shots: both sorted."""

    transitions: tuple[Transition, ...] = ()
    jump_cuts: tuple[JumpCut, ...] = ()


@dataclass(frozen=True, slots=True)
class BoundaryScores:
    """What a network says of each boundary.

    Attributes:
        middle: `(n,)` probability that the boundary is in the middle part of a transition.
        inside: `(n,)` probability that the boundary lies anywhere in one.
        kind: `(n, 4)` probabilities of `TYPES`, meaningful where `inside` is high.
        jump: `(n,)` probability of a jump cut.
    """

    middle: NDArray[np.float32]
    inside: NDArray[np.float32]
    kind: NDArray[np.float32]
    jump: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.middle)

    @classmethod
    def joined(cls, parts: Sequence[BoundaryScores]) -> BoundaryScores:
        """Returns the scores of parts that follow each other; none give none."""
        none = cls(*(np.zeros(shape, np.float32) for shape in ((0,), (0,), (0, 4), (0,))))
        return cls(
            *(
                np.concatenate([getattr(part, field.name) for part in (none, *parts)])
                for field in fields(cls)
            )
        )

    def slice(self, start: int, stop: int) -> BoundaryScores:
        """Returns the scores of boundaries start..stop."""
        return BoundaryScores(*(getattr(self, field.name)[start:stop] for field in fields(self)))


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What probabilities must reach: to be a transition, to belong to its extent, to be a jump."""

    transition: float = 0.5
    extent: float = 0.5
    jump: float = 0.5


def shots_from(scores: BoundaryScores, thresholds: Thresholds) -> Shots:
    """Returns the transitions and jump cuts that `scores` speak of."""
    transitions = transitions_from(scores, thresholds.transition, thresholds.extent)
    jumps = jump_cuts_from(scores, transitions, thresholds.jump)
    return Shots(tuple(transitions), tuple(jumps))


def transitions_from(
    scores: BoundaryScores, threshold: float, extent_threshold: float = 0.5
) -> list[Transition]:
    """Returns the transitions that `scores` speak of: sorted, none overlapping another.

    A run of boundaries whose `middle` reaches `threshold` is one transition. A run of several is
    gradual, and grows both ways while `inside` holds; so does a single boundary whose own `kind`
    says that it is not a cut. Two runs that grow into each other and are both gradual are one.
    """
    count = len(scores)
    if count < 2:
        return []
    found: list[Transition] = []
    for first, last in _runs(scores.middle[: count - 1] >= threshold):
        peak = first + int(np.argmax(scores.middle[first : last + 1]))
        confidence = float(scores.middle[peak])
        left, right = peak, peak
        if int(np.argmax(scores.kind[first : last + 1].mean(axis=0))) != 0:
            left, right = _grown(scores.inside, first, last, extent_threshold)
        type_ = _type_of(scores.kind, left, right)
        if type_ == "fade" and left == 0:
            left = -1  # the film begins in the dark: no frame before it is whole
        first_after = count if type_ == "fade" and right >= count - 2 else right + 1
        _append(found, Transition(left, first_after, type_, confidence))
    return found


def jump_cuts_from(
    scores: BoundaryScores, transitions: Sequence[Transition], threshold: float
) -> list[JumpCut]:
    """Returns the jump cuts that `scores` speak of, none inside a gradual one of `transitions`.

    A run of boundaries whose `jump` reaches `threshold` is one, where it is highest.
    """
    jump = scores.jump[: max(0, len(scores) - 1)].copy()
    for transition in transitions:
        if transition.type != "cut":
            jump[max(0, transition.last_before) : transition.first_after] = 0
    peaks = [
        first + int(np.argmax(jump[first : last + 1])) for first, last in _runs(jump >= threshold)
    ]
    return [JumpCut(peak, float(jump[peak])) for peak in peaks]


def _runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Returns the first and last index of every run of True."""
    edges = np.diff(np.concatenate(([False], mask, [False])).astype(np.int8))
    starts = np.flatnonzero(edges == 1)
    stops = np.flatnonzero(edges == -1) - 1
    return list(zip(starts.tolist(), stops.tolist(), strict=True))


def _grown(inside: NDArray[np.float32], first: int, last: int, threshold: float) -> tuple[int, int]:
    """Returns the run first..last widened while its neighbours are inside the transition too."""
    final = len(inside) - 2
    while first > 0 and inside[first - 1] >= threshold:
        first -= 1
    while last < final and inside[last + 1] >= threshold:
        last += 1
    return first, last


def _type_of(kind: NDArray[np.float32], left: int, right: int) -> str:
    if left == right:
        return "cut"
    return TYPES[1 + int(np.argmax(kind[left : right + 1, 1:].mean(axis=0)))]


def _append(found: list[Transition], new: Transition) -> None:
    """Adds `new` to `found`, keeping the list free of overlaps.

    Touching is allowed (a shot of one frame between two cuts). Where two overlap, they are one
    gradual transition seen twice, or a gradual one that reached over a cut: the surer keeps its
    extent, the other gives way or, when nothing would be left of it, goes.
    """
    if not found or new.last_before >= found[-1].first_after:
        found.append(new)
        return
    old = found[-1]
    if "cut" not in (old.type, new.type):
        surer = old if old.confidence >= new.confidence else new
        found[-1] = Transition(
            old.last_before, max(old.first_after, new.first_after), surer.type, surer.confidence
        )
    elif new.type == "cut":
        found[-1] = _shortened(old, old.last_before, new.last_before)
        if found[-1].first_after <= found[-1].last_before:
            found.pop()
        _append(found, new)
    else:
        trimmed = _shortened(new, old.first_after, new.first_after)
        if trimmed.first_after > trimmed.last_before:
            found.append(trimmed)


def _shortened(transition: Transition, last_before: int, first_after: int) -> Transition:
    """Returns the transition with other ends, a cut if they are neighbours."""
    type_ = "cut" if first_after == last_before + 1 else transition.type
    return Transition(last_before, first_after, type_, transition.confidence)
