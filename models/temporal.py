"""The RNN over time: features `f_i` become states `h_i` that know what came before.

    h_i = sigma(W_ih x_i + b_ih + W_hh h_(i-1) + b_hh)        Elman; sigma is tanh or ReLU

LSTM and GRU stand beside it, on vectors `(B, T, D)`; and the GRU whose products are convolutions,
on maps `(B, T, C, H, W)`. All of them take the state they begin with and return the one they end
with, so that what they have seen can be carried on:

    h, state = rnn(x)
    more, state = rnn(x_after, state)

Both ways through time (`both_ways`) is for films that are there as a whole: run it in windows, see
`window_stream`.
"""

from __future__ import annotations

from typing import Literal, get_args

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from otio_autoedit.errors import OptionError, did_you_mean

Kind = Literal["elman", "elman_relu", "lstm", "gru", "conv_gru"]
KINDS: tuple[Kind, ...] = get_args(Kind)
State = Tensor | tuple[Tensor, Tensor]  # the pair is LSTM's h and c


def temporal(kind: Kind, inputs: int, states: int, *, both_ways: bool = False) -> Temporal:
    """Returns an RNN by name: "elman" (tanh), "elman_relu", "lstm", "gru" or "conv_gru".

    >>> h, state = temporal("gru", 96, 64)(torch.zeros(1, 250, 96))
    >>> h.shape, state.shape
    (torch.Size([1, 250, 64]), torch.Size([1, 1, 64]))

    Args:
        kind: which.
        inputs: D of the vectors, or C of the maps.
        states: of each direction.
        both_ways: read the film backwards too; the states of both stand side by side.

    Raises:
        OptionError: there is no such RNN.
    """
    if kind not in KINDS:
        raise OptionError(f"no RNN {kind!r}{did_you_mean(str(kind), KINDS)}")
    if kind == "conv_gru":
        return ConvGRU(inputs, states, both_ways=both_ways)
    return VectorRNN(kind, inputs, states, both_ways=both_ways)


class VectorRNN(nn.Module):
    """Elman's RNN, LSTM or GRU, as torch has them, over vectors.

    Attributes:
        inputs: D of `x`.
        outputs: of `h`: the states of one direction or of two.
    """

    def __init__(
        self,
        kind: Literal["elman", "elman_relu", "lstm", "gru"],
        inputs: int,
        states: int,
        *,
        layers: int = 1,
        both_ways: bool = False,
    ) -> None:
        super().__init__()
        self.inputs = inputs
        self.outputs = 2 * states if both_ways else states
        shape = {"num_layers": layers, "batch_first": True, "bidirectional": both_ways}
        self.rnn: nn.RNNBase
        if kind == "lstm":
            self.rnn = nn.LSTM(inputs, states, **shape)
        elif kind == "gru":
            self.rnn = nn.GRU(inputs, states, **shape)
        else:
            sigma = "relu" if kind == "elman_relu" else "tanh"
            self.rnn = nn.RNN(inputs, states, nonlinearity=sigma, **shape)

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Returns `h` `(B, T, outputs)` and the last state, for `x` `(B, T, inputs)`.

        The state is torch's: `(layers * directions, B, states)`, for LSTM the pair (h, c). None
        begins with zeros; no frames leave it as it was.
        """
        if x.ndim != 3 or x.shape[2] != self.inputs:
            raise ValueError(f"vectors must be (B, T, {self.inputs}), not {tuple(x.shape)}")
        state = self.begin(x) if state is None else state
        if not x.shape[1]:
            return x.new_zeros(len(x), 0, self.outputs), state
        h, last = self.rnn(x, state)
        return h, last

    def begin(self, x: Tensor) -> State:
        """Returns the state before a film begins, for a batch like `x`: zeros."""
        directions = 2 if self.rnn.bidirectional else 1
        zeros = x.new_zeros(self.rnn.num_layers * directions, len(x), self.rnn.hidden_size)
        return (zeros, zeros.clone()) if isinstance(self.rnn, nn.LSTM) else zeros


class ConvGRU(nn.Module):
    """The GRU with convolutions in place of products: every cell of the map has a state.

    Ballas et al., "Delving deeper into convolutional networks for learning video representations"
    (https://arxiv.org/abs/1511.06432), with gates and new state as torch's GRU has them, to which
    it is equal on maps of one cell:

        r, z = sigma(W_ir * x_i + W_hr * h + b), sigma(W_iz * x_i + W_hz * h + b)
        n = tanh(W_in * x_i + b_in + r (W_hn * h + b_hn))
        h_i = (1 - z) n + z h

    The convolutions of all `x_i` are done at once, before time goes by.

    Attributes:
        inputs: C of `x`.
        outputs: channels of `h`: the states of one direction or of two.
    """

    def __init__(
        self, inputs: int, states: int, *, kernel: int = 3, both_ways: bool = False
    ) -> None:
        super().__init__()
        if not kernel % 2:
            raise ValueError(f"the kernel must be odd, to have a middle, not {kernel}")
        self.inputs = inputs
        self.states = states
        self.outputs = 2 * states if both_ways else states
        directions = 2 if both_ways else 1
        self.of_input = nn.ModuleList(
            nn.Conv2d(inputs, 3 * states, kernel, padding=kernel // 2) for _ in range(directions)
        )
        self.of_state = nn.ModuleList(
            nn.Conv2d(states, 3 * states, kernel, padding=kernel // 2) for _ in range(directions)
        )

    def forward(self, x: Tensor, state: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """Returns `h` `(B, T, outputs, H, W)` and the last state, for `x` `(B, T, inputs, H, W)`.

        The state is `(directions, B, states, H, W)`. None begins with zeros; no frames leave it as
        it was.
        """
        if x.ndim != 5 or x.shape[2] != self.inputs:
            raise ValueError(f"maps must be (B, T, {self.inputs}, H, W), not {tuple(x.shape)}")
        state = self.begin(x) if state is None else state
        runs = [self._run(x, direction, state[direction]) for direction in range(len(state))]
        return torch.cat([h for h, _ in runs], 2), torch.stack([last for _, last in runs])

    def begin(self, x: Tensor) -> Tensor:
        """Returns the state before a film begins, for a batch like `x`: zeros."""
        return x.new_zeros(len(self.of_input), len(x), self.states, *x.shape[3:])

    def _run(self, x: Tensor, direction: int, h: Tensor) -> tuple[Tensor, Tensor]:
        """Returns all states of one direction in the order of the film, and its last."""
        batch, count = x.shape[:2]
        if not count:
            return x.new_zeros(batch, 0, self.states, *x.shape[3:]), h
        of_input = self.of_input[direction](x.flatten(0, 1)).unflatten(0, (batch, count))
        of_state = self.of_state[direction]
        states: list[Tensor] = []
        for i in reversed(range(count)) if direction else range(count):
            h = _gru_step(of_input[:, i], of_state(h), h)
            states.append(h)
        if direction:
            states.reverse()
        return torch.stack(states, 1), h


class GatedResidual(nn.Module):
    """`y_i = x_i + g P(h_i)`: an RNN that adds to its input what time tells, at first nothing.

    The gate `g`, one number a channel, begins at 0 (ReZero, https://arxiv.org/abs/2003.04887): a
    network whose heads were trained on single frames works unchanged when the RNN comes in, and
    learns how much of it to take. `P` brings the states to the input's channels.

    Attributes:
        outputs: channels of `y`: the input's.
    """

    def __init__(self, rnn: Temporal) -> None:
        super().__init__()
        self.rnn = rnn
        self.outputs = rnn.inputs
        self.project = nn.Linear(rnn.outputs, rnn.inputs)
        self.gate = nn.Parameter(torch.zeros(rnn.inputs))

    def forward(self, x: Tensor, state: State | None = None) -> tuple[Tensor, State]:
        """Returns `y`, shaped as `x`, and the RNN's last state."""
        h, last = self.rnn(x, state)
        if h.ndim == 3:
            return x + self.gate * self.project(h), last
        added = F.conv2d(h.flatten(0, 1), self.project.weight[..., None, None], self.project.bias)
        return x + self.gate[:, None, None] * added.view(x.shape), last


Temporal = VectorRNN | ConvGRU


def _gru_step(of_input: Tensor, of_state: Tensor, h: Tensor) -> Tensor:
    """Returns the next state from what the input and the state before say, `(B, 3 S, H, W)`."""
    r_input, z_input, n_input = of_input.chunk(3, 1)
    r_state, z_state, n_state = of_state.chunk(3, 1)
    r = torch.sigmoid(r_input + r_state)
    z = torch.sigmoid(z_input + z_state)
    n = torch.tanh(n_input + r * n_state)
    return (1 - z) * n + z * h
