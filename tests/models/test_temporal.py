"""RNNs over time: their steps by hand, their states, films in pieces."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from otio_autoedit.errors import OptionError
from otio_autoedit.models.temporal import KINDS, ConvGRU, GatedResidual, Kind, VectorRNN, temporal
from otio_autoedit.models.window_stream import WindowStream, states_over_film
from otio_autoedit.models.windows import WindowGrid

Array = NDArray[np.float64]
GRID = WindowGrid(centre=16, warm_up=4)


def sigma(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def weights_of(net: nn.Module) -> dict[str, Array]:
    return {name: value.detach().double().numpy() for name, value in net.named_parameters()}


def vectors(count: int, size: int = 3, seed: int = 0) -> Tensor:
    return torch.randn(count, size, generator=torch.Generator().manual_seed(seed))


def maps(count: int, channels: int = 3, size: tuple[int, int] = (4, 5)) -> Tensor:
    return torch.randn(count, channels, *size, generator=torch.Generator().manual_seed(1))


def rnn_and_film(kind: Kind, count: int, both_ways: bool = False) -> tuple[nn.Module, Tensor]:
    torch.manual_seed(5)
    rnn = temporal(kind, 3, 4, both_ways=both_ways).eval()
    return rnn, maps(count) if kind == "conv_gru" else vectors(count)


@pytest.mark.parametrize(
    ("kind", "activation"), [("elman", np.tanh), ("elman_relu", lambda x: np.maximum(x, 0))]
)
def test_elman_by_hand(kind: Kind, activation: np.ufunc) -> None:
    """h_i = sigma(W_ih x_i + b_ih + W_hh h_(i-1) + b_hh)"""
    rnn, x = rnn_and_film(kind, 6)
    w = weights_of(rnn)
    h, expected = np.zeros(4), []
    for x_i in x.double().numpy():
        h = activation(
            w["rnn.weight_ih_l0"] @ x_i
            + w["rnn.bias_ih_l0"]
            + w["rnn.weight_hh_l0"] @ h
            + w["rnn.bias_hh_l0"]
        )
        expected.append(h)
    found, last = rnn(x[None])
    np.testing.assert_allclose(found[0].detach(), expected, atol=1e-6)
    np.testing.assert_allclose(last[0, 0].detach(), expected[-1], atol=1e-6)


def test_lstm_by_hand() -> None:
    rnn, x = rnn_and_film("lstm", 6)
    w = weights_of(rnn)
    h, c, expected = np.zeros(4), np.zeros(4), []
    for x_i in x.double().numpy():
        all_four = w["rnn.weight_ih_l0"] @ x_i + w["rnn.bias_ih_l0"]
        all_four += w["rnn.weight_hh_l0"] @ h + w["rnn.bias_hh_l0"]
        into, forget, new, out = np.split(all_four, 4)
        c = sigma(forget) * c + sigma(into) * np.tanh(new)
        h = sigma(out) * np.tanh(c)
        expected.append(h)
    found, (last_h, last_c) = rnn(x[None])
    np.testing.assert_allclose(found[0].detach(), expected, atol=1e-6)
    np.testing.assert_allclose(last_h[0, 0].detach(), h, atol=1e-6)
    np.testing.assert_allclose(last_c[0, 0].detach(), c, atol=1e-6)


def test_gru_by_hand() -> None:
    rnn, x = rnn_and_film("gru", 6)
    w = weights_of(rnn)
    h, expected = np.zeros(4), []
    for x_i in x.double().numpy():
        of_input = np.split(w["rnn.weight_ih_l0"] @ x_i + w["rnn.bias_ih_l0"], 3)
        of_state = np.split(w["rnn.weight_hh_l0"] @ h + w["rnn.bias_hh_l0"], 3)
        r, z = sigma(of_input[0] + of_state[0]), sigma(of_input[1] + of_state[1])
        n = np.tanh(of_input[2] + r * of_state[2])
        h = (1 - z) * n + z * h
        expected.append(h)
    np.testing.assert_allclose(rnn(x[None])[0][0].detach(), expected, atol=1e-6)


def convolved(x: Array, weight: Array, bias: Array) -> Array:
    """The 3x3 convolution of a map `(C, H, W)`, written out."""
    _, height, width = x.shape
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1)))
    found = np.zeros((len(weight), height, width)) + bias[:, None, None]
    for row in range(height):
        for column in range(width):
            patch = padded[:, row : row + 3, column : column + 3]
            found[:, row, column] += (weight * patch).sum((1, 2, 3))
    return found


def test_conv_gru_by_hand() -> None:
    rnn, x = rnn_and_film("conv_gru", 3)
    w = weights_of(rnn)
    h, expected = np.zeros((4, 4, 5)), []
    for x_i in x.double().numpy():
        of_input = np.split(convolved(x_i, w["of_input.0.weight"], w["of_input.0.bias"]), 3)
        of_state = np.split(convolved(h, w["of_state.0.weight"], w["of_state.0.bias"]), 3)
        r, z = sigma(of_input[0] + of_state[0]), sigma(of_input[1] + of_state[1])
        n = np.tanh(of_input[2] + r * of_state[2])
        h = (1 - z) * n + z * h
        expected.append(h)
    found, last = rnn(x[None])
    np.testing.assert_allclose(found[0].detach(), expected, atol=1e-6)
    np.testing.assert_allclose(last[0, 0].detach(), h, atol=1e-6)


@pytest.mark.parametrize("both_ways", [False, True])
def test_conv_gru_on_maps_of_one_cell_is_torch_s_gru(both_ways: bool) -> None:
    rnn = ConvGRU(3, 4, kernel=1, both_ways=both_ways)
    oracle = nn.GRU(3, 4, batch_first=True, bidirectional=both_ways)
    for direction, suffix in enumerate(["", "_reverse"][: 1 + both_ways]):
        for conv, name in ((rnn.of_input, "ih"), (rnn.of_state, "hh")):
            with torch.no_grad():
                getattr(oracle, f"weight_{name}_l0{suffix}").copy_(
                    conv[direction].weight[..., 0, 0]
                )
                getattr(oracle, f"bias_{name}_l0{suffix}").copy_(conv[direction].bias)
    x = torch.randn(2, 7, 3)
    h, last = rnn(x[..., None, None])
    expected, expected_last = oracle(x)
    torch.testing.assert_close(h[..., 0, 0], expected, atol=1e-6, rtol=0)
    torch.testing.assert_close(last[..., 0, 0], expected_last, atol=1e-6, rtol=0)


def test_conv_gru_s_gradients_are_those_of_finite_differences() -> None:
    torch.manual_seed(0)
    rnn = ConvGRU(2, 2, both_ways=True).double()
    x = torch.randn(1, 3, 2, 2, 3, dtype=torch.float64, requires_grad=True)
    state = torch.randn(2, 1, 2, 2, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(rnn, (x, state))


@pytest.mark.parametrize("kind", KINDS)
def test_a_state_carries_on_where_it_ended(kind: Kind) -> None:
    rnn, x = rnn_and_film(kind, 20)
    whole, last = rnn(x[None])
    state, pieces = None, []
    for start, stop in ((0, 1), (1, 8), (8, 8), (8, 20)):
        h, state = rnn(x[None, start:stop], state)
        pieces.append(h)
    torch.testing.assert_close(torch.cat(pieces, 1), whole, atol=1e-5, rtol=0)
    for mine, expected in zip(state, last, strict=True):
        torch.testing.assert_close(mine, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("kind", KINDS)
def test_both_ways_is_one_each_way(kind: Kind) -> None:
    rnn, x = rnn_and_film(kind, 9, both_ways=True)
    h, _ = rnn(x[None])
    assert h.shape[2] == rnn.outputs == 8
    changed_late = x.clone()
    changed_late[-1] += 1
    later, _ = rnn(changed_late[None])
    forwards = torch.arange(8) < 4
    torch.testing.assert_close(later[0, :-1, forwards], h[0, :-1, forwards])
    assert not torch.allclose(later[0, 0, ~forwards], h[0, 0, ~forwards], atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("both_ways", [False, True])
def test_behind_a_shut_gate_output_is_input(kind: Kind, both_ways: bool) -> None:
    rnn, x = rnn_and_film(kind, 5, both_ways)
    assert isinstance(rnn, VectorRNN | ConvGRU)
    residual = GatedResidual(rnn)
    y, state = residual(x[None])
    assert torch.equal(y[0], x)
    y.square().sum().backward()
    assert residual.gate.grad is not None
    assert residual.gate.grad.abs().min() > 0  # it can open
    with torch.no_grad():
        residual.gate.fill_(1)
    opened, _ = residual(x[None], state)
    assert opened.shape == y.shape
    assert not torch.allclose(opened, y, atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_no_frames_leave_the_state_as_it_was(kind: Kind) -> None:
    rnn, x = rnn_and_film(kind, 4)
    h, state = rnn(x[None, :0])
    assert h.shape == (1, 0, 4, *x.shape[2:])
    torch.testing.assert_close(rnn(x[None], state)[0], rnn(x[None])[0])


def pieces(film: Tensor, size: int) -> Iterator[Tensor]:
    yield from film.split(size)


@pytest.mark.parametrize("kind", KINDS)
def test_how_a_film_comes_in_pieces_changes_nothing(kind: Kind) -> None:
    rnn, film = rnn_and_film(kind, 603, both_ways=True)
    whole = torch.cat(list(states_over_film(rnn, [film], GRID)))
    assert whole.shape[:2] == (603, 8)
    for size in (1, 7, 256):
        found = torch.cat(list(states_over_film(rnn, pieces(film, size), GRID)))
        torch.testing.assert_close(found, whole, atol=1e-5, rtol=0)


@pytest.mark.parametrize(("start", "stop"), [(0, 32), (16, 64), (80, None), (96, 96), (80, 160)])
def test_a_part_that_begins_on_the_grid_gives_what_the_whole_gives(
    start: int, stop: int | None
) -> None:
    rnn, film = rnn_and_film("lstm", 111, both_ways=True)
    whole = torch.cat(list(states_over_film(rnn, [film], GRID)))
    end = len(film) if stop is None else min(len(film), stop + GRID.warm_up)
    part = film[max(0, start - GRID.warm_up) : end]
    found = list(states_over_film(rnn, pieces(part, 7), GRID, start, stop))
    expected = whole[start : len(film) if stop is None else stop]
    torch.testing.assert_close(torch.cat([whole[:0], *found]), expected, atol=1e-5, rtol=0)


def test_a_window_is_what_the_network_sees_and_its_centre_is_kept() -> None:
    film = torch.arange(41)
    seen: list[list[int]] = []

    def run(features: tuple[Tensor, ...], kept: slice) -> list[int]:
        seen.append([int(features[0][0]), int(features[0][-1]) + 1])
        assert torch.equal(features[0] * 2, features[1])
        return features[0][kept].tolist()

    stream = WindowStream(run, GRID)
    kept = [stream.push((film[i : i + 1], 2 * film[i : i + 1])) for i in range(41)]
    assert [i for i, results in enumerate(kept) if results] == [19, 35]  # as soon as can be
    results = [result for results in kept for result in results] + stream.finish()
    assert [i for result in results for i in result] == film.tolist()
    assert seen == [[w.start, w.stop] for w in GRID.windows(41)] == [[0, 20], [12, 36], [28, 41]]
    assert stream.push((film, film)) == stream.finish() == []


def test_a_long_film_is_not_held() -> None:
    held = []
    stream = WindowStream(lambda features, kept: None, GRID)
    for _ in range(50):
        stream.push(torch.zeros(500, 8))
        held.append(sum(p.untyped_storage().nbytes() for parts in stream._held for p in parts))
    assert max(held) <= (GRID.centre + 2 * GRID.warm_up) * 8 * 4


def test_no_film_has_no_states() -> None:
    rnn, film = rnn_and_film("gru", 3)
    assert list(states_over_film(rnn, [], GRID)) == []
    assert list(states_over_film(rnn, [film[:0], film[:0]], GRID)) == []


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(OptionError, match="did you mean 'gru'"):
        temporal("grru", 3, 4)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match=r"vectors must be \(B, T, 3\)"):
        temporal("gru", 3, 4)(torch.zeros(1, 2, 5))
    with pytest.raises(ValueError, match=r"maps must be \(B, T, 3, H, W\)"):
        temporal("conv_gru", 3, 4)(torch.zeros(1, 2, 5))
    with pytest.raises(ValueError, match="odd"):
        ConvGRU(3, 4, kernel=2)
    with pytest.raises(ValueError, match="multiples of 16"):
        WindowStream(lambda features, kept: None, GRID, start=8)


def devices() -> list[str]:
    return ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]


@pytest.mark.parametrize("device", devices())
@pytest.mark.parametrize("kind", KINDS)
def test_every_device_agrees_with_double_precision(kind: Kind, device: str) -> None:
    rnn, film = rnn_and_film(kind, 50, both_ways=True)
    with torch.no_grad():
        found = rnn.to(device)(film[None].to(device))[0].cpu().double()
        exact = rnn.cpu().double()(film[None].double())[0]
    torch.testing.assert_close(found, exact, atol=1e-4, rtol=0)
