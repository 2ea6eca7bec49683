"""Following things: small films that can be told in a sentence, rules that hold for all, and how
well, beside the oracle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from otio_autoedit.analysis.box_colours import DIMENSIONS, box_colours, colour_distance
from otio_autoedit.analysis.camera_motion import CameraMotion
from otio_autoedit.analysis.record import Track, Transition
from otio_autoedit.analysis.sampled_shots import Sample
from otio_autoedit.analysis.tracking import tracks_from
from tests.support.tracks import (
    ASPECT,
    RATE,
    Difficulty,
    box_film,
    overlap_of,
    peer_tracks,
    score,
)

STEP = 8  # three samples a second
Place = tuple[float, float]
Way = Callable[[float], Place]  # the middle of a box, by seconds
HARD = Difficulty(things=5, missed=0.2, false=0.8, seconds=6)


def sample(
    frame: int,
    *places: Place,
    size: Place = (0.1, 0.3),
    labels: Sequence[str] | None = None,
    scores: Sequence[float] | None = None,
    colours: NDArray[np.float32] | None = None,
) -> Sample:
    """Boxes of one size around places."""
    middle = np.array(places, np.float32).reshape(-1, 2)
    half = np.array(size, np.float32) / 2
    return Sample(
        frame,
        frame / RATE,
        np.concatenate([middle - half, middle + half], 1),
        tuple(labels or ["person"] * len(places)),
        np.array(scores if scores is not None else [0.8] * len(places), np.float32),
        colours,
    )


def film(*ways: Way, count: int = 10, missing: Sequence[tuple[int, int]] = ()) -> list[Sample]:
    """Samples of things on their ways; `missing` are (sample, thing) that are not found."""
    return [
        sample(
            i * STEP,
            *[way(i * STEP / RATE) for k, way in enumerate(ways) if (i, k) not in missing],
        )
        for i in range(count)
    ]


def panned(count: int, across: float) -> CameraMotion:
    """A camera that pans: all places go by `across` from sample to sample."""
    moves = np.tile(np.eye(3)[:2], (count, 1, 1))
    moves[1:, 0, 2] = across
    numbers = np.arange(count) * STEP
    sure, none = np.ones(count, np.float32), np.zeros(count, np.float32)
    first = np.arange(count) == 0
    return CameraMotion(numbers, numbers / RATE, moves, sure, none, none, first, ASPECT)


def middles(track: Track) -> NDArray[np.float64]:
    return (track.boxes[:, :2] + track.boxes[:, 2:]).astype(float) / 2


def test_a_walk_is_one_track_with_a_box_in_every_frame() -> None:
    (track,) = tracks_from(film(lambda s: (0.2 + 0.15 * s, 0.5)), frame_count=77)
    assert track.id == 1
    assert track.label == "person"
    assert track.frames.tolist() == list(range(77))  # on from the last sample, at 72, to the end
    there = 0.2 + 0.15 * track.frames / RATE
    np.testing.assert_allclose(middles(track)[:73, 0], there[:73], atol=0.003)
    np.testing.assert_allclose(middles(track)[73:, 0], there[73:], atol=0.01)
    np.testing.assert_allclose(middles(track)[:, 1], 0.5, atol=0.001)
    np.testing.assert_allclose(track.boxes[:, 3] - track.boxes[:, 1], 0.3, atol=0.001)
    assert track.confidence[:73] == pytest.approx(0.8)
    assert track.boxes.dtype == np.float32


def test_what_is_too_fast_to_overlap_with_itself_is_followed() -> None:
    samples = film(lambda s: (0.05 + 0.4 * s, 0.5), count=6)  # .13 a sample, .1 wide
    (track,) = tracks_from(samples)
    assert track.stop == 41


def test_two_that_cross_keep_their_names() -> None:
    ways: list[Way] = [lambda s: (0.1 + 0.25 * s, 0.5), lambda s: (0.9 - 0.25 * s, 0.52)]
    right, left = tracks_from(film(*ways))
    assert middles(right)[0, 0] < 0.2 < 0.7 < middles(right)[-1, 0]
    assert middles(left)[-1, 0] < 0.2 < 0.7 < middles(left)[0, 0]


def test_one_that_walks_behind_another_comes_out_as_itself() -> None:
    ways: list[Way] = [lambda s: (0.1 + 0.25 * s, 0.5), lambda s: (0.5, 0.5)]
    hidden = [(4, 0), (5, 0), (6, 0)]
    walker, stander = tracks_from(film(*ways, missing=hidden))
    assert (walker.start, walker.stop) == (0, 73)
    assert middles(walker)[40, 0] == pytest.approx(0.1 + 0.25 * 40 / RATE, abs=0.02)
    assert walker.confidence[40] < 0.6 < walker.confidence[8]
    assert middles(stander)[:, 0].std() < 0.01


def test_the_cameras_move_tells_a_row_of_the_same_apart() -> None:
    # A row of trees, one a tenth of the picture; the camera pans by nine tenths of that a sample.
    pan, count = 0.09, 6
    samples = []
    for i in range(count):
        row = np.arange(-6, 12) * 0.1 + 0.05 + pan * i
        places = [(float(x), 0.5) for x in row if 0.04 < x < 0.96]
        samples.append(sample(i * STEP, *places, size=(0.05, 0.2)))
    compensated = tracks_from(samples, motion=panned(count, pan))
    long = [track for track in compensated if track.stop - track.start > 3 * STEP]
    assert len(long) >= 5
    for track in long:
        speeds = np.diff(middles(track)[:, 0]) * STEP
        assert np.median(speeds) == pytest.approx(pan, abs=0.005)
    still = tracks_from(samples)
    assert np.median([np.median(np.diff(middles(one)[:, 0])) for one in still]) * STEP < 0.05


def test_whom_a_camera_follows_among_things_that_stand() -> None:
    pan, count = -0.12, 8
    motion = panned(count, pan)
    parked = [lambda i, k=k: (0.2 + 0.15 * k + pan * i, 0.5) for k in range(10)]
    samples = [
        sample(
            i * STEP,
            (0.5, 0.6),
            *[place for place in (one(i) for one in parked) if 0.05 < place[0] < 0.95],
        )
        for i in range(count)
    ]
    tracks = tracks_from(samples, motion=motion)
    followed = [one for one in tracks if np.abs(middles(one)[:, 1] - 0.6).max() < 0.01]
    assert [(one.start, one.stop) for one in followed] == [(0, 57)]
    assert middles(followed[0])[:, 0] == pytest.approx(0.5, abs=0.01)


def test_colours_tell_two_apart_that_meet_and_part() -> None:
    red, blue = np.zeros((2, DIMENSIONS), np.float32)
    red[:4], blue[-4:] = 0.25, 0.25
    # They come towards each other, meet unseen, and go back: by motion alone they would cross.
    away = [0.3, 0.2, 0.1, None, 0.1, 0.2, 0.3, 0.35]
    samples = [
        sample(i * STEP, (0.5 - x, 0.5), (0.5 + x, 0.5), colours=np.stack([red, blue]))
        if x is not None
        else sample(i * STEP, colours=np.zeros((0, DIMENSIONS), np.float32))
        for i, x in enumerate(away)
    ]
    tracks = tracks_from(samples)
    assert sorted(middles(track)[-1, 0] > 0.5 for track in tracks) == [False, True]
    for track in tracks:
        assert (middles(track)[0, 0] > 0.5) == (middles(track)[-1, 0] > 0.5)


def test_unsure_detections_go_on_with_a_track_and_begin_none() -> None:
    samples = film(lambda s: (0.3 + 0.05 * s, 0.5), count=8)
    weak = [replace(one, scores=np.full(1, 0.2, np.float32)) for one in samples]
    assert tracks_from(weak) == ()
    (track,) = tracks_from([*weak[:3], *samples[3:5], *weak[5:]])
    assert (track.start, track.stop) == (0, 57)  # carried back to the first, too
    assert track.confidence[0] == pytest.approx(0.2)
    assert track.confidence[32] == pytest.approx(0.8)


def test_mistakes_of_a_moment_are_no_tracks() -> None:
    samples = film(lambda s: (0.3, 0.5), count=8)
    samples[4] = sample(4 * STEP, (0.3, 0.5), (0.8, 0.2))
    assert len(tracks_from(samples)) == 1
    once_sure = [replace(one, scores=np.full(1, 0.3, np.float32)) for one in samples[:4]]
    assert tracks_from([*once_sure, samples[5]]) == ()


def test_a_shot_of_one_sample_has_tracks() -> None:
    changes = [Transition(6, 7, "cut", 1.0), Transition(13, 14, "cut", 1.0)]
    tracks = tracks_from(film(lambda s: (0.3, 0.5), count=3), changes, frame_count=24)
    assert [(one.start, one.stop) for one in tracks] == [(0, 7), (7, 14), (14, 24)]


def test_a_cut_ends_a_track_and_a_dissolve_belongs_to_none() -> None:
    samples = film(lambda s: (0.5, 0.5), count=12)
    changes = [Transition(19, 20, "cut", 1.0), Transition(50, 70, "dissolve", 1.0)]
    tracks = tracks_from(samples, changes, frame_count=96)
    assert [(one.start, one.stop) for one in tracks] == [(0, 20), (20, 51), (70, 96)]
    assert [one.id for one in tracks] == [1, 2, 3]


def test_the_label_is_what_most_say() -> None:
    names = ["car", "truck", "car", "car", "bus", "car"]
    samples = [sample(i * STEP, (0.5, 0.5), labels=[name]) for i, name in enumerate(names)]
    (track,) = tracks_from(samples)
    assert track.label == "car"


def test_a_dog_is_no_person_and_one_car_is_not_a_truck_too() -> None:
    two = [
        sample(i * STEP, (0.3, 0.5), (0.3, 0.5), (0.7, 0.5), (0.7, 0.5), labels=names)
        for i, names in enumerate([["person", "dog", "car", "truck"]] * 4)
    ]
    assert sorted(one.label for one in tracks_from(two)) == ["car", "dog", "person"]


def test_time_runs_both_ways() -> None:
    """No lag: the film backwards is followed on the same way."""
    there = box_film(3, Difficulty(things=1, camera=0, shake=0, missed=0, false=0))
    last = there.samples[-1].frame
    back = [
        replace(one, frame=last - one.frame, time=(last - one.frame) / RATE)
        for one in reversed(there.samples)
    ]
    (forth,), (home,) = tracks_from(there.samples), tracks_from(back)
    assert len(forth.frames) == len(home.frames)
    np.testing.assert_allclose(forth.boxes, home.boxes[::-1], atol=0.02)


def test_nothing_gives_nothing() -> None:
    assert tracks_from([]) == ()
    assert tracks_from([sample(0), sample(8)], [], panned(2, 0.1), frame_count=16) == ()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.tuples(st.integers(0, 140), st.integers(1, 12))))
def test_rules_that_hold_for_every_film(seed: int, cuts: list[tuple[int, int]]) -> None:
    drawn = box_film(seed, HARD)
    kinds = [("cut" if length == 1 else "dissolve", at, at + length) for at, length in cuts]
    changes = [Transition(first, then, kind, 1.0) for kind, first, then in kinds]
    tracks = tracks_from(drawn.samples, changes, drawn.motion, frame_count=drawn.frames)
    assert [track.id for track in tracks] == list(range(1, len(tracks) + 1))
    assert [track.start for track in tracks] == sorted(track.start for track in tracks)
    for track in tracks:
        assert track.frames.tolist() == list(range(track.start, track.stop))
        assert 0 <= track.start < track.stop <= drawn.frames
        assert track.boxes.shape == (len(track.frames), 4)
        assert (track.boxes >= 0).all()
        assert (track.boxes <= 1).all()
        assert (track.boxes[:, 2:] > track.boxes[:, :2]).all()
        assert (track.confidence > 0).all()
        assert (track.confidence <= 1).all()
        for change in changes:
            assert track.stop - 1 <= change.last_before or track.start >= change.first_after


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.randoms(use_true_random=False))
def test_the_order_of_detections_does_not_matter(seed: int, random: object) -> None:
    drawn = box_film(seed, replace(HARD, colours=True))
    rng = np.random.default_rng(seed)
    mixed = []
    for one in drawn.samples:
        order = rng.permutation(len(one.scores))
        assert one.colours is not None
        mixed.append(
            replace(
                one,
                boxes=one.boxes[order],
                labels=tuple(one.labels[k] for k in order),
                scores=one.scores[order],
                colours=one.colours[order],
            )
        )
    plain = tracks_from(drawn.samples, motion=drawn.motion)
    for one, other in zip(plain, tracks_from(mixed, motion=drawn.motion), strict=True):
        assert (one.id, one.label) == (other.id, other.label)
        np.testing.assert_array_equal(one.boxes, other.boxes)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.2, 0.8), st.floats(-0.1, 0.1), st.floats(-0.08, 0.08), st.floats(-0.1, 0.1))
def test_boxes_go_through_the_detections_of_a_smooth_way(
    start: float, speed: float, rise: float, bend: float
) -> None:
    def way(s: float) -> Place:
        return start + speed * s + bend * s * s / 2, 0.5 + rise * s

    samples = film(way, count=6)
    (track,) = tracks_from(samples)
    found = np.array([one.boxes[0] for one in samples])
    np.testing.assert_allclose(track.boxes[::STEP], np.clip(found, 0, 1), atol=0.012)


def test_where_samples_are_dense_we_agree_with_bytetrack() -> None:
    dense = Difficulty(things=3, step=1, camera=0, shake=0, missed=0, false=0, noise=0.01)
    for seed in range(3):
        drawn = box_film(seed, replace(dense, seconds=3))
        ours = score(drawn.truth, tracks_from(drawn.samples, motion=drawn.motion))
        theirs = score(drawn.truth, peer_tracks(drawn.samples))
        assert ours.idf1 >= theirs.idf1 - 0.01
        assert ours.switches <= theirs.switches


def test_at_three_samples_a_second_we_lose_fewer_than_bytetrack() -> None:
    films = [box_film(seed) for seed in range(200, 206)]
    ours = [score(one.truth, tracks_from(one.samples, motion=one.motion)) for one in films]
    theirs = [score(one.truth, peer_tracks(one.samples)) for one in films]
    assert np.mean([one.idf1 for one in ours]) > 0.7
    assert np.mean([one.idf1 for one in theirs]) < np.mean([one.idf1 for one in ours]) - 0.15
    assert sum(one.switches for one in ours) < sum(one.switches for one in theirs)


def test_knowing_the_camera_helps_where_it_pans() -> None:
    films = [box_film(seed, Difficulty(camera=0.5)) for seed in range(200, 206)]
    with_it = [score(one.truth, tracks_from(one.samples, motion=one.motion)) for one in films]
    without = [score(one.truth, tracks_from(one.samples)) for one in films]
    assert np.mean([a.idf1 for a in with_it]) > np.mean([b.idf1 for b in without]) + 0.05


def test_perfect_tracks_score_one() -> None:
    drawn = box_film(0, Difficulty(things=3))
    perfect = []
    for number, boxes in enumerate(drawn.truth, 1):
        there = np.flatnonzero(np.isfinite(boxes[:, 0]))
        ones = np.ones(len(there), np.float32)
        perfect.append(Track(number, "", there, boxes[there].astype(np.float32), ones))
    whole = [track for track in perfect if len(track.frames) == track.stop - track.start]
    known = [track.id - 1 for track in whole]
    found = score(drawn.truth[known], whole)
    assert (found.idf1, found.switches) == (1, 0)
    assert found.iou == pytest.approx(1, abs=1e-5)


def test_colours_of_boxes() -> None:
    frame = np.zeros((90, 160, 3), np.uint8)
    frame[:, :80], frame[:, 80:] = (200, 30, 30), (30, 30, 200)
    boxes = np.array([[0, 0, 0.4, 1], [0.05, 0.1, 0.3, 0.8], [0.6, 0, 1, 1], [0.99, 0.99, 1, 1]])
    red, red_too, blue, corner = box_colours(frame, boxes)
    assert red.shape == (DIMENSIONS,)
    assert red.sum() == pytest.approx(1)
    assert colour_distance(red, red_too) < 0.05
    assert colour_distance(red, blue) > 0.5
    assert colour_distance(blue, corner) < 0.05
    assert colour_distance(red, np.stack([red, blue])).shape == (2,)
    assert box_colours(frame, np.zeros((0, 4))).shape == (0, DIMENSIONS)


def test_overlap() -> None:
    one = np.array([[0, 0, 0.5, 1.0]])
    np.testing.assert_allclose(overlap_of(one, np.array([[0.25, 0, 0.75, 1.0]])), [[1 / 3]])
