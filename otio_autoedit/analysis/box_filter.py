"""Where a box is, and where it goes: a Kalman filter that moves with the camera, and its smoother.

A state is (x, y, p, q) and their speeds a second: the box's centre in picture heights, the
logarithms of its width and height. Between samples the thing goes on at its speed and the camera
moves all places: a place of the earlier sample is first where the thing has gone, then where the
camera puts it. Uncertainty is measured in the box's own size (the root of its area), since what is
large in the picture moves fast in it and is found less exactly. Arrays may have leading dimensions.

Kalman 1960; Rauch, Tung and Striebel 1965 for the smoother.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Noise:
    """How things move and how well they are found; in sizes of the box, unless said.

    Attributes:
        found: standard deviation of a sure detection's centre.
        sized: of the logarithms of its width and height: legs and arms count.
        unsure: how much more of it at a score of 0: times 1 + unsure.
        speed: of a new thing's speed, a second.
        speed_heights: the same in heights of the picture, for small things; the two add up.
        turn: of its change of speed, a second squared.
        swerve: the same in parts of its speed, for what is fast; the two add up.
        grow: of the rate at which sizes change, a second, in logarithms.
        grow_turn: of the change of that rate, a second squared.
        lost_camera: of the place after a camera's move of which nothing is known, in heights.
    """

    found: float = 0.06
    sized: float = 0.15
    unsure: float = 1.5
    speed: float = 0.8
    speed_heights: float = 0.12
    turn: float = 2.0
    swerve: float = 0.5
    grow: float = 0.3
    grow_turn: float = 0.4
    lost_camera: float = 0.1


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """A state `(..., 8)` and its covariance `(..., 8, 8)`."""

    mean: Floats
    spread: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """From one sample to a later one.

    Attributes:
        seconds: between them.
        turn: `(2, 2)`, with `shift` `(2,)`: where the camera puts places, in heights.
        doubt: 0 to 1: how little is known of that.
    """

    seconds: float
    turn: Floats
    shift: Floats
    doubt: float


def begun(box: Floats, score: float, noise: Noise) -> Belief:
    """Returns what is believed of a box (x, y, p, q) that is found for the first time: it stands in
    the world, about."""
    size = float(np.exp(box[2:].mean()))
    speed = noise.speed * size + noise.speed_heights
    deviations = [*np.sqrt(found_spread(size, score, noise)), speed, speed, noise.grow, noise.grow]
    return Belief(np.concatenate([box, np.zeros(4)]), np.diag(np.square(deviations)))


def gone_with(belief: Belief, following: Passage) -> Belief:
    """Returns the belief that the camera goes with the thing: over the `following` passage it stays
    where it is in the picture. Whom a camera follows stands out by that from all others."""
    mean = belief.mean.copy()
    start = np.linalg.solve(following.turn, mean[:2] - following.shift)
    mean[4:6] = (start - mean[:2]) / following.seconds
    return Belief(mean, belief.spread)


def found_spread(size: float, score: float, noise: Noise) -> Floats:
    """Returns the variances `(4,)` of a detection of a size and score."""
    deviations = np.array([noise.found * size] * 2 + [noise.sized] * 2)
    return np.square(deviations * (1 + noise.unsure * (1 - score)))


def predicted(belief: Belief, passage: Passage, noise: Noise) -> Belief:
    """Returns what is to be believed at the later sample."""
    step, shift = _step(passage)
    mean = belief.mean @ step.T + shift
    spread = step @ belief.spread @ step.T + _drift(mean, passage, noise)
    return Belief(mean, spread)


def corrected(belief: Belief, box: Floats, score: float, noise: Noise) -> Belief:
    """Returns what is to be believed after a detection (x, y, p, q)."""
    size = float(np.exp(box[2:].mean()))
    innovation = belief.spread[:4, :4] + np.diag(found_spread(size, score, noise))
    gain = np.linalg.solve(innovation, belief.spread[:4]).T
    mean = belief.mean + gain @ (box - belief.mean[:4])
    spread = belief.spread - gain @ belief.spread[:4]
    return Belief(mean, (spread + spread.T) / 2)


def distances(beliefs: Belief, boxes: Floats, score: float, noise: Noise) -> tuple[Floats, Floats]:
    """Returns, for T beliefs and D boxes `(D, 4)`: the squared Mahalanobis distances `(T, D)`, and
    by how much each belief is vaguer than a detection `(T,)`: the logarithm of the volumes'
    square ratio, 0 or more."""
    size = np.exp(beliefs.mean[:, 2:4].mean(1))
    own = np.stack([found_spread(float(one), score, noise) for one in size])
    innovation = beliefs.spread[:, :4, :4] + own[:, :, None] * np.eye(4)
    off = boxes[None] - beliefs.mean[:, None, :4]
    solved = np.linalg.solve(innovation, off.transpose(0, 2, 1)).transpose(0, 2, 1)
    vague = np.linalg.slogdet(innovation)[1] - np.log(own).sum(1)
    return (off * solved).sum(2), vague


def smoothed(
    boxes: list[Floats | None], scores: list[float], passages: list[Passage], noise: Noise
) -> Floats:
    """Returns states `(n, 8)` at n samples, each from all detections, before it and after.

    Args:
        boxes: (x, y, p, q), or None where it was not found; the first is there.
        scores: theirs.
        passages: from each sample to the next, n - 1.
        noise: as is.
    """
    assert boxes[0] is not None
    believed = [begun(boxes[0], scores[0], noise)]
    expected: list[Belief] = []
    for box, score, passage in zip(boxes[1:], scores[1:], passages, strict=True):
        expected.append(predicted(believed[-1], passage, noise))
        ahead = expected[-1]
        believed.append(ahead if box is None else corrected(ahead, box, score, noise))
    states = [believed[-1].mean]
    for belief, ahead, passage in zip(
        believed[-2::-1], expected[::-1], passages[::-1], strict=True
    ):
        step, _ = _step(passage)
        gain = np.linalg.solve(ahead.spread, step @ belief.spread).T
        states.append(belief.mean + gain @ (states[-1] - ahead.mean))
    return np.array(states[::-1])


def reversed_passage(passage: Passage) -> Passage:
    """Returns the way back, for things that are followed into the past."""
    back = np.linalg.inv(passage.turn).astype(np.float64)
    return Passage(passage.seconds, back, -back @ passage.shift, passage.doubt)


def joined(passages: list[Passage]) -> Passage:
    """Returns several passages as one."""
    turn, shift, seconds, sure = np.eye(2), np.zeros(2), 0.0, 1.0
    for passage in passages:
        turn, shift = passage.turn @ turn, passage.turn @ shift + passage.shift
        seconds, sure = seconds + passage.seconds, sure * (1 - passage.doubt)
    return Passage(seconds, turn, shift, 1 - sure)


def _step(passage: Passage) -> tuple[Floats, Floats]:
    """Returns the matrix `(8, 8)` and the shift `(8,)` from a state to the next."""
    camera = np.eye(4)
    camera[:2, :2] = passage.turn
    step = np.zeros((8, 8))
    step[:4, :4] = step[4:, 4:] = camera
    step[:4, 4:] = camera * passage.seconds
    shift = np.zeros(8)
    shift[:2] = passage.shift
    shift[2:4] = np.log(max(abs(np.linalg.det(passage.turn)), 1e-6)) / 2
    return step, shift


def _drift(mean: Floats, passage: Passage, noise: Noise) -> Floats:
    """Returns the covariance `(..., 8, 8)` that things' own will adds: steady acceleration."""
    place, speed = passage.seconds**2 / 2, passage.seconds
    size, ones = np.exp(mean[..., 2:4].mean(-1)), np.ones(mean.shape[:-1])
    turn = noise.turn * size + noise.swerve * np.hypot(mean[..., 4], mean[..., 5])
    pushes = np.square(np.stack([turn] * 2 + [noise.grow_turn * ones] * 2, -1))
    lost = (passage.doubt * noise.lost_camera) ** 2
    unknown = np.stack([lost * ones, lost * ones, lost * ones / 4, lost * ones / 4], -1)
    drift = np.zeros((*size.shape, 8, 8))
    at = np.arange(4)
    drift[..., at, at] = pushes * place**2 + unknown
    drift[..., at, at + 4] = drift[..., at + 4, at] = pushes * place * speed
    drift[..., at + 4, at + 4] = pushes * speed**2
    return drift
