"""A thing is counted where detections say that it is there, not where they trail on."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from otio_autoedit.analysis.record import Track
from otio_autoedit.edit.signals.believed_tracks import believed_parts


def track(confidence: list[float], start: int = 7) -> Track:
    count = len(confidence)
    boxes = np.tile(np.array([0.2, 0.2, 0.4, 0.8], np.float32), (count, 1))
    frames = np.arange(start, start + count)
    return Track(1, "person", frames, boxes, np.array(confidence, np.float32))


def test_a_person_who_left_is_not_carried_on_by_a_doubtful_table() -> None:
    seen = track([0.9] * 10 + [0.12] * 30 + [0.8] * 5 + [0.14] * 20)
    assert [(part.start, part.stop) for part in believed_parts(seen, 15)] == [(7, 17), (47, 52)]


def test_a_moment_behind_a_pillar_does_not_end_a_track() -> None:
    seen = track([0.9] * 10 + [0.12] * 15 + [0.8] * 5)
    assert list(believed_parts(seen, 15)) == [seen]


def test_of_a_doubtful_thing_nothing_is_left() -> None:
    assert not list(believed_parts(track([0.15] * 16), 15))


@given(st.lists(st.sampled_from([0.1, 0.19, 0.25, 0.9]), min_size=1, max_size=60))
def test_parts_rise_and_hold_every_sure_frame(confidence: list[float]) -> None:
    seen = track(confidence)
    parts = list(believed_parts(seen, 4))
    frames = np.concatenate([[-1], *(part.frames for part in parts)])
    assert (np.diff(frames) > 0).all()
    sure = seen.frames[seen.confidence >= 0.2]
    assert np.isin(sure, frames).all()
    assert all(len(p.frames) == len(p.boxes) == len(p.confidence) for p in parts)
