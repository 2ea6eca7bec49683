"""The scene network: shapes and size, time that begins as nothing, films in pieces, bad weights."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch.utils.flop_counter import FlopCounterMode

from otio_autoedit.errors import WeightsError
from otio_autoedit.models.scene import (
    SceneNet,
    SceneNetConfig,
    frame_size,
    network_from,
    trainable_from,
)
from otio_autoedit.models.scene_cnn import SceneFeatures
from otio_autoedit.models.scene_reader import GRID, SceneReader
from otio_autoedit.models.weight_files import load_weights, save_weights

SMALL = SceneNetConfig(
    widths=(8, 8, 12, 16, 24), depths=(1, 1, 1, 1), neck=16, states=8, hidden=16, decoder=8
)


def random_net(config: SceneNetConfig = SMALL) -> SceneNet:
    """A network whose every part does something, normalisation and the RNN's gate too."""
    torch.manual_seed(3)
    net = SceneNet(config)
    for name, value in (*net.named_parameters(), *net.named_buffers()):
        if value.ndim == 1 and value.is_floating_point():
            with torch.no_grad():
                value.copy_(torch.rand_like(value) * 0.5 + 0.25 * ("running" in name))
    return net


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "scene.safetensors"
    net = random_net()
    save_weights(
        path, "scene", asdict(net.config), {k: _half(v) for k, v in net.state_dict().items()}
    )
    return path


def _half(value: torch.Tensor) -> torch.Tensor:
    return value.half() if value.is_floating_point() else value


def film(count: int, size: tuple[int, int] = (64, 48)) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Noise that lasts: each frame is like the one before."""
    rng = np.random.default_rng(count)
    steps = rng.integers(-9, 10, (count, size[1], size[0], 3)).cumsum(0) + 128
    return steps.clip(0, 255).astype(np.uint8)


def test_it_is_as_small_as_promised() -> None:
    net = SceneNet(SceneNetConfig()).eval()
    assert sum(p.numel() for p in net.parameters()) <= 4_000_000
    with FlopCounterMode(display=False) as counter:
        net(torch.zeros(1, 2, 3, 144, 256))
    assert counter.get_total_flops() / 2 / 2 <= 500_000_000


@pytest.mark.parametrize("size", [(256, 144), (144, 256), (192, 192), (224, 160), (16, 16)])
def test_every_head_speaks_for_every_frame(size: tuple[int, int]) -> None:
    width, height = size
    outputs, state = SceneNet(SMALL)(torch.zeros(2, 3, 3, height, width))
    cells = (-(-height // 8), -(-width // 8))
    assert outputs.cells.classes.shape == (2, 3, 1 + len(SMALL.objects), *cells)
    assert outputs.cells.boxes.shape == (2, 3, 4, *cells)
    assert outputs.masks.shape == (2, 3, len(SMALL.masks), height // 4, width // 4)
    assert outputs.foreground.shape == (2, 3, height // 4, width // 4)
    assert outputs.scene.shape == (2, 3, len(SMALL.scenes))
    assert outputs.vectors.shape == outputs.following.shape == (2, 3, 24)
    assert state.shape == (1, 2, 8, height // 16, width // 16)


def test_time_begins_as_nothing() -> None:
    """Before the RNN has learnt anything a frame in a film is what it is alone."""
    net = SceneNet(SMALL).eval()
    frames = torch.rand(1, 5, 3, 48, 64)
    together, _ = net(frames)
    for i in range(5):
        alone, _ = net(frames[:, i : i + 1])
        torch.testing.assert_close(together.masks[:, i], alone.masks[:, 0])
    opened = random_net().eval()
    together, _ = opened(frames)
    alone, _ = opened(frames[:, 4:])
    assert not torch.allclose(together.masks[:, 4], alone.masks[:, 0], atol=1e-4)


def test_normalisation_folds_away(weights: Path) -> None:
    loaded = load_weights("scene", weights)
    frames = torch.rand(2, 1, 3, 48, 64)
    with torch.no_grad():
        folded, _ = network_from(loaded)(frames)
        plain, _ = trainable_from(loaded).eval()(frames)
    torch.testing.assert_close(folded.masks, plain.masks, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(folded.cells.boxes, plain.cells.boxes, atol=1e-4, rtol=1e-4)


def test_pieces_of_a_film_give_what_the_whole_gives(weights: Path) -> None:
    reader = SceneReader(weights)
    frames, positions = film(45), np.arange(45) * 8
    reader.push(frames, positions)
    whole = reader.finish()
    assert (whole.positions == positions).all()
    assert whole.masks.shape == (45, len(reader.masks), 12, 16)
    np.testing.assert_allclose(whole.scene.sum(1), 1, atol=1e-5)
    assert whole.novelty[0] == 0
    assert (whole.novelty[1:] > 0).all()
    for start in range(0, 45, 7):
        piece = frames[start : start + 7].copy()
        reader.push(piece, positions[start : start + 7])
        piece[:] = 0  # what was handed over is the caller's again
    pieces = reader.finish()
    for name in ("positions", "masks", "scene", "vectors", "novelty"):
        np.testing.assert_array_equal(getattr(whole, name), getattr(pieces, name))
    for a, b in zip(whole.objects, pieces.objects, strict=True):
        np.testing.assert_array_equal(a.boxes, b.boxes)


def test_the_window_is_all_that_a_frame_depends_on(weights: Path) -> None:
    reader = SceneReader(weights)
    frames = film(3 * GRID.centre)
    reader.push(frames, np.arange(len(frames)))
    whole = reader.finish()
    changed = frames.copy()
    changed[: GRID.centre - GRID.warm_up] = 0
    reader.push(changed, np.arange(len(frames)))
    after = reader.finish()
    np.testing.assert_array_equal(whole.scene[GRID.centre :], after.scene[GRID.centre :])
    assert (whole.scene[: GRID.warm_up] != after.scene[: GRID.warm_up]).any()


def test_the_reader_says_what_the_network_says(weights: Path) -> None:
    net = network_from(load_weights("scene", weights))
    frames = film(10)
    reader = SceneReader(weights)
    reader.push(frames, np.arange(10))
    found = reader.finish()
    with torch.no_grad():
        outputs, _ = net(torch.from_numpy(frames).permute(0, 3, 1, 2)[None])
    person = outputs.masks[0].softmax(1)[:, 1].numpy() * 255
    np.testing.assert_allclose(found.masks[:, 0], person, atol=1)
    np.testing.assert_allclose(found.vectors, outputs.vectors[0].numpy(), rtol=1e-4, atol=1e-5)
    error = (outputs.vectors[0, 1:] - outputs.following[0, :-1]).square().mean(1)
    np.testing.assert_allclose(found.novelty[1:], error.numpy(), rtol=1e-3)


def test_a_film_without_frames(weights: Path) -> None:
    reader = SceneReader(weights)
    reader.push(np.zeros((0, 48, 64, 3), np.uint8), np.zeros(0, np.int64))
    assert len(reader.finish()) == 0


def test_frames_must_be_pictures(weights: Path) -> None:
    with pytest.raises(ValueError, match="uint8"):
        SceneReader(weights).push(np.zeros((2, 48, 64, 3)), np.zeros(2, np.int64))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="2 frames have 1 positions"):
        SceneReader(weights).push(np.zeros((2, 48, 64, 3), np.uint8), np.zeros(1, np.int64))


@given(st.integers(1, 8000), st.integers(1, 8000))
def test_pictures_keep_their_aspect(width: int, height: int) -> None:
    wide, high = frame_size(width, height)
    assert wide % 16 == high % 16 == 0
    assert 0.8 < wide * high / (256 * 144) < 1.25
    aspect = min(4.0, max(0.25, width / height))
    assert 0.84 < wide / high / aspect < 1.19
    assert frame_size(height, width) == (high, wide)


def test_bad_weights_say_what_to_do(weights: Path, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="'scene', not for 'shots'"):
        load_weights("shots", weights)
    other = tmp_path / "other.safetensors"
    tensors = load_file(weights)
    del tensors["lateral.weight"]
    save_weights(other, "scene", asdict(SMALL), tensors)
    with pytest.raises(WeightsError, match=r"other\.safetensors does not fit the scene network"):
        SceneReader(other)
    save_weights(other, "scene", asdict(SMALL) | {"widths": [8, 8, 12, 16, 10**9]}, tensors)
    with pytest.raises(WeightsError, match="out of range"):
        SceneReader(other)
    save_file(tensors, other)
    with pytest.raises(WeightsError, match="unknown network"):
        SceneReader(other)


def test_features_keep_their_order() -> None:
    """The reader takes features apart and puts them together by position."""
    assert SceneFeatures._fields == ("f4", "f8", "f16", "vector")
