"""Generated windows: are their labels true?"""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from otio_autoedit.models.train.footage import Footage
from otio_autoedit.models.train.joins import join
from otio_autoedit.models.train.synth import SynthOptions, make_window
from otio_autoedit.models.train.targets import targets
from otio_autoedit.models.transition import TYPES, Transition


@pytest.fixture(scope="module")
def footage() -> Footage:
    rng = np.random.default_rng(0)

    def picture(height: int, width: int) -> np.ndarray:
        coarse = torch.from_numpy(rng.random((1, 3, 5, 8), np.float32) * 255)
        fine = torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic")
        return fine[0].permute(1, 2, 0).clamp(0, 255).to(torch.uint8).numpy()

    clips = tuple(
        np.stack([np.roll(still, i // 3, 1) for i in range(90)])
        for still in (picture(54, 96) for _ in range(4))
    )
    return Footage(clips, tuple(picture(108, 192) for _ in range(8)))


def test_the_same_seed_makes_the_same_window(footage: Footage) -> None:
    options = SynthOptions(length=60)
    first, second = (make_window(footage, options, random.Random("3")) for _ in range(2))
    assert np.array_equal(first.frames, second.frames)
    assert first.transitions == second.transitions


def test_cuts_stand_where_the_picture_changes(footage: Footage) -> None:
    """Without disturbances the largest changes between neighbours are at the labelled cuts."""
    options = SynthOptions(length=90, gradual_share=0, disturbance=0, coarse_share=0)
    at_cuts, elsewhere = [], []
    for seed in range(20):
        window = make_window(footage, options, random.Random(seed))
        pixels = window.frames.astype(np.int16)
        change = np.abs(pixels[1:] - pixels[:-1]).mean(axis=(1, 2, 3))
        cuts = [t.last_before for t in window.transitions if 0 <= t.last_before < 89]
        at_cuts.extend(change[cuts])
        elsewhere.extend(np.delete(change, cuts))
    assert len(at_cuts) > 20
    assert np.median(at_cuts) > 5 * np.median(elsewhere)


def test_a_dissolve_mixes_both_shots_in_every_frame_and_nowhere_else() -> None:
    old, new = torch.full((9, 3, 27, 48), 40.0), torch.full((9, 3, 27, 48), 200.0)
    for seed in range(20):
        mixed = join(old, new, "dissolve", random.Random(seed)).mean((1, 2, 3))
        assert (mixed > 41).all()
        assert (mixed < 254).all()
        assert (
            mixed[1:] >= mixed[:-1] - 1e-3
        ).all() or mixed.max() > 200  # additive ones overshoot


@pytest.mark.parametrize("type_", ["fade", "wipe"])
def test_every_frame_of_a_fade_or_wipe_is_neither_shot(type_: str) -> None:
    rng = np.random.default_rng(1)
    old, new = (torch.from_numpy(rng.random((8, 3, 27, 48), np.float32) * 150 + 50) for _ in "ab")
    for seed in range(40):
        made = join(old, new, type_, random.Random(seed))
        assert made.shape == old.shape
        assert (made - old).abs().amax((1, 2, 3)).min() > 0.5
        assert (made - new).abs().amax((1, 2, 3)).min() > 0.5


def test_targets_cover_extents_and_forgive_the_outer_thirds() -> None:
    made = targets([Transition(4, 5, "cut", 1.0), Transition(10, 19, "dissolve", 1.0)], length=30)
    assert np.flatnonzero(made.middle).tolist() == [4, 13, 14, 15]
    assert np.flatnonzero(made.inside).tolist() == [4, *range(10, 19)]
    assert made.kind[4] == TYPES.index("cut")
    assert made.kind[12] == TYPES.index("dissolve")
    assert made.middle_weight[4] == 1
    assert made.middle_weight[11] < 1


def test_targets_of_transitions_that_reach_over_the_window_stay_inside_it() -> None:
    made = targets([Transition(-5, 4, "fade", 1.0), Transition(26, 40, "wipe", 1.0)], length=30)
    assert made.inside[:4].all()
    assert not made.inside[4:26].any()
    assert made.inside[26:].all()
    assert made.middle_weight[-1] == 0


def test_a_jump_leaves_frames_of_one_take_out(footage: Footage) -> None:
    """Jumps change the picture more than its motion does, and are cuts only where plain to see."""
    options = SynthOptions(
        length=120, gradual_share=0, disturbance=0, coarse_share=0, jump_share=1.0
    )
    jumps = cuts = unsure = 0
    for seed in range(40):
        window = make_window(footage, options, random.Random(seed))
        marked = {t.last_before for t in window.transitions}
        doubtful = {start for start, _ in window.unsure}
        assert window.jumps is not None
        for jump in window.jumps:
            assert (jump in marked) != (jump in doubtful)
        jumps += len(window.jumps)
        cuts += len(marked - set(window.jumps))
        unsure += len(doubtful)
    assert jumps > 10
    assert cuts > 10
    assert unsure > 3
