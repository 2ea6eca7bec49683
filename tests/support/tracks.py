"""Films of boxes: things that cross, hide, leave and return before a moving camera, as a detector
would see them a few times a second; and how well they were followed, by the oracle's measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from supervision import Detections
from trackers import ByteTrackTracker
from trackers.eval import compute_clear_metrics, compute_identity_metrics

from otio_autoedit.analysis.box_colours import DIMENSIONS
from otio_autoedit.analysis.camera_motion import CameraMotion
from otio_autoedit.analysis.record import Track
from otio_autoedit.analysis.sampled_shots import Sample

Floats = NDArray[np.float64]
ASPECT = 16 / 9
RATE = 24
_FOLLOWED = 0.6  # pictures a second


@dataclass(frozen=True, slots=True)
class Difficulty:
    """How hard a film is.

    Attributes:
        things: how many.
        speed: of things, in pictures a second.
        camera: of pans, in pictures a second; zooms follow.
        shake: of the camera, in pictures, each frame anew.
        noise: of detections, in parts of the box.
        missed: the part of detections that is missing.
        false: detections a frame of nothing.
        step: source frames between samples.
        colours: whether boxes have colours.
        follows: whether the camera goes with the first thing.
        seconds: how long.
    """

    things: int = 4
    speed: float = 0.15
    camera: float = 0.15
    shake: float = 0.004
    noise: float = 0.05
    missed: float = 0.1
    false: float = 0.3
    step: int = 8
    colours: bool = False
    follows: bool = False
    seconds: float = 12


USUAL = Difficulty()


@dataclass(frozen=True, slots=True, eq=False)
class BoxFilm:
    """A film of boxes.

    Attributes:
        truth: `(things, frames, 4)`: x0, y0, x1, y1 within the picture; NaN where less than half of
            a thing is in it. Things hidden by others are there.
        samples: what a detector makes of every step-th frame.
        motion: of the camera, between samples, nearly right.
    """

    truth: Floats
    samples: list[Sample]
    motion: CameraMotion

    @property
    def frames(self) -> int:
        return int(self.truth.shape[1])


def box_film(seed: int, how: Difficulty = USUAL, *, named: bool = False) -> BoxFilm:
    """Draws a film. With `named`, detections say who they are: what following can do at best."""
    rng = np.random.default_rng(seed)
    frames = int(how.seconds * RATE)
    world = np.stack([_thing(rng, frames, how, number) for number in range(how.things)])
    camera = _camera(rng, frames, how)
    if how.follows:
        camera[:, :2] += _soft(world[0, :, :2]) - 0.5
    whole = _filmed(world, camera)
    truth = np.clip(whole, 0, 1)
    share = _area(truth) / np.maximum(_area(whole), 1e-9)
    truth[share < 0.5] = np.nan
    colours = np.stack([_colours(rng) for _ in range(how.things + 1)])
    numbers = np.arange(0, frames, how.step)
    samples = [_sample(rng, truth[:, n], int(n), colours, how, named) for n in numbers]
    return BoxFilm(truth, samples, _measured(rng, camera, numbers))


@dataclass(frozen=True, slots=True)
class Score:
    """How well a film was followed; `switches` over all things."""

    idf1: float
    switches: int
    iou: float


def score(truth: Floats, tracks: Sequence[Track]) -> Score:
    """Compares tracks with the truth in every source frame, at an overlap of a half. `iou` is each
    thing's mean overlap with the one track that overlaps it most, 0 where that is not."""
    true_ids, found_ids, overlaps = [], [], []
    shared: dict[tuple[int, int], float] = {}
    for frame in range(truth.shape[1]):
        there = np.flatnonzero(np.isfinite(truth[:, frame, 0]))
        here = [track for track in tracks if track.start <= frame < track.stop]
        boxes = np.array([track.boxes[frame - track.start] for track in here]).reshape(-1, 4)
        overlap = overlap_of(truth[there, frame], boxes)
        true_ids.append(there)
        found_ids.append(np.array([track.id for track in here], int))
        overlaps.append(overlap)
        for row, thing in enumerate(there):
            for column, track in enumerate(here):
                key = (int(thing), track.id)
                shared[key] = shared.get(key, 0.0) + float(overlap[row, column])
    identity = compute_identity_metrics(true_ids, found_ids, overlaps)
    clear = compute_clear_metrics(true_ids, found_ids, overlaps)
    lengths = np.isfinite(truth[:, :, 0]).sum(1)
    best = [
        max((v for (thing, _), v in shared.items() if thing == number), default=0.0) / length
        for number, length in enumerate(lengths)
        if length
    ]
    return Score(identity["IDF1"], clear["IDSW"], float(np.mean(best)))


def peer_tracks(samples: Sequence[Sample]) -> list[Track]:
    """What `trackers`' ByteTrack makes of the same detections, told that they are sure from .4 on;
    straight lines between the samples."""
    seconds = samples[1].time - samples[0].time if len(samples) > 1 else 1.0
    peer = ByteTrackTracker(
        frame_rate=1 / seconds,
        lost_track_buffer=45,
        track_activation_threshold=0.4,
        high_conf_det_threshold=0.4,
        minimum_consecutive_frames=1,
    )
    scale = np.array([1280, 720, 1280, 720])
    ways: dict[int, list[Floats]] = {}
    for sample in samples:
        boxes = sample.boxes.reshape(-1, 4) * scale
        found = peer.update(Detections(boxes, confidence=sample.scores))
        for box, number in zip(found.xyxy, found.tracker_id, strict=True):
            if number >= 0:
                ways.setdefault(int(number), []).append(np.array([sample.frame, *(box / scale)]))
    return [_straight(number + 1, np.array(way)) for number, way in ways.items()]


def _straight(number: int, way: Floats) -> Track:
    frames = np.arange(int(way[0, 0]), int(way[-1, 0]) + 1)
    boxes = np.stack([np.interp(frames, way[:, 0], way[:, side]) for side in range(1, 5)], 1)
    ones = np.ones(len(frames), np.float32)
    return Track(number, "", frames, boxes.astype(np.float32), ones)


def overlap_of(one: Floats, other: Floats) -> Floats:
    """Intersection over union of boxes `(n, 4)` and `(m, 4)`: `(n, m)`."""
    low = np.maximum(one[:, None, :2], other[None, :, :2])
    high = np.minimum(one[:, None, 2:], other[None, :, 2:])
    both = np.maximum(high - low, 0).prod(2)
    return both / np.maximum(_area(one)[:, None] + _area(other)[None] - both, 1e-12)


def _area(boxes: Floats) -> Floats:
    return (boxes[..., 2:] - boxes[..., :2]).prod(-1)


def _thing(rng: np.random.Generator, frames: int, how: Difficulty, number: int) -> Floats:
    """One thing's way: `(frames, 4)` x, y, width, height in pictures; it turns now and then."""
    time = np.arange(frames) / RATE
    turns = np.concatenate([[0], np.sort(rng.uniform(0, how.seconds, 3)), [how.seconds]])
    speed = _FOLLOWED if how.follows and number == 0 else how.speed
    ways = rng.normal(0, speed, (len(turns), 2)) * [1, 0.4]
    speeds = np.stack([np.interp(time, turns, ways[:, axis]) for axis in (0, 1)], 1)
    start = rng.uniform([0.1, 0.35], [0.9, 0.65])
    places = start + np.cumsum(speeds, 0) / RATE
    height = np.exp(rng.uniform(np.log(0.15), np.log(0.6)))
    width = height / ASPECT * rng.choice([0.4, 0.5, 1.0, 1.8])
    grown = np.exp(0.15 * np.sin(rng.uniform(0, 6) + time * rng.uniform(0.2, 1)))[:, None]
    strides = 1 + 0.2 * np.sin(rng.uniform(0, 6) + 6.3 * 1.7 * time)  # legs and arms
    return np.concatenate([places, grown * [width, height] * np.stack([strides, strides**0], 1)], 1)


def _camera(rng: np.random.Generator, frames: int, how: Difficulty) -> Floats:
    """What the camera sees: `(frames, 3)`: the middle of the view, and its scale."""
    time = np.arange(frames) / RATE
    phase = rng.uniform(0, 6, 3)
    period = rng.uniform(3, 7, 3)
    swing = how.camera * period / 6 * np.array([1, 0.4, 0.6])
    path = np.stack([swing[a] * np.sin(phase[a] + 6.3 * time / period[a]) for a in range(3)], 1)
    path[:, :2] += rng.normal(0, how.shake, (frames, 2))
    path += [0.5, 0.5, 0]
    return path


def _soft(path: Floats) -> Floats:
    """A path as an operator follows it: over a second."""
    padded = np.pad(path, ((RATE // 2, RATE // 2), (0, 0)), "edge")
    summed = np.cumsum(np.pad(padded, ((1, 0), (0, 0))), 0)
    return (summed[RATE:] - summed[:-RATE])[: len(path)] / RATE


def _filmed(world: Floats, camera: Floats) -> Floats:
    scale = np.exp(camera[:, 2:])
    middle = (world[..., :2] - camera[:, :2]) * scale + 0.5
    half = world[..., 2:] * scale / 2
    return np.concatenate([middle - half, middle + half], -1)


def _measured(rng: np.random.Generator, camera: Floats, numbers: NDArray[np.int64]) -> CameraMotion:
    """The camera's motion as it would be measured: a little off, now and then unknown."""
    moves = np.tile(np.eye(3)[:2], (len(numbers), 1, 1))
    confidence = np.zeros(len(numbers), np.float32)
    for i in range(1, len(numbers)):
        if rng.random() < 0.05:
            continue
        before, after = camera[numbers[i - 1]], camera[numbers[i]]
        scale = np.exp(after[2] - before[2]) * (1 + rng.normal(0, 0.003))
        moves[i, :, :2] *= scale
        shift = (before[:2] - after[:2]) * np.exp(after[2]) + rng.normal(0, 0.002, 2)
        moves[i, :, 2] = 0.5 - scale * 0.5 + shift
        confidence[i] = rng.uniform(0.7, 1)
    unknown = np.zeros(len(numbers), np.float32)
    times = numbers / RATE
    across = np.arange(len(numbers)) == 0
    return CameraMotion(numbers, times, moves, confidence, unknown, unknown, across, aspect=ASPECT)


def _sample(
    rng: np.random.Generator,
    boxes: Floats,
    frame: int,
    colours: Floats,
    how: Difficulty,
    named: bool,
) -> Sample:
    """What a detector finds of the things there: lower things hide those behind them."""
    found, scores, seen, names = [], [], [], []
    nearest = np.argsort(-np.nan_to_num(boxes[:, 3], nan=-1), kind="stable")
    for place, number in enumerate(nearest):
        if not np.isfinite(boxes[number, 0]):
            continue
        front = boxes[nearest[:place]]
        front = front[np.isfinite(front[:, 0])]
        low, high = (
            np.maximum(front[:, :2], boxes[number, :2]),
            np.minimum(front[:, 2:], boxes[number, 2:]),
        )
        hidden = (np.maximum(high - low, 0).prod(1) / _area(boxes[number])).max(initial=0)
        if hidden > 0.6 or rng.random() < how.missed:
            continue
        size = np.tile(boxes[number, 2:] - boxes[number, :2], 2)
        found.append(boxes[number] + rng.normal(0, how.noise, 4) * size)
        scores.append(np.clip(rng.normal(0.68 - 0.4 * hidden, 0.15), 0.11, 0.98))
        seen.append(colours[number])
        names.append(str(number))
    for _ in range(rng.poisson(how.false)):
        corner, size = rng.uniform(0, 0.8, 2), rng.uniform(0.05, 0.2, 2)
        found.append(np.concatenate([corner, corner + size]))
        scores.append(rng.uniform(0.1, 0.55))
        seen.append(_colours(rng))
        names.append("nothing")
    order = rng.permutation(len(found))
    places = np.array(found, np.float32).reshape(-1, 4)
    near = np.array(seen).reshape(-1, DIMENSIONS)
    near = near * rng.uniform(0.7, 1.3, near.shape)
    near /= np.maximum(near.sum(1, keepdims=True), 1e-9)
    return Sample(
        frame=frame,
        time=frame / RATE,
        boxes=np.clip(places[order], 0, 1),
        labels=tuple(names[k] if named else "person" for k in order),
        scores=np.array(scores, np.float32)[order],
        colours=near[order].astype(np.float32) if how.colours else None,
    )


def _colours(rng: np.random.Generator) -> Floats:
    return 0.7 * rng.dirichlet(np.full(DIMENSIONS, 0.3)) + 0.3 / DIMENSIONS
