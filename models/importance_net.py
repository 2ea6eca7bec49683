"""Importance learnt from people's marks: vectors -> RNN both ways -> score.

    f_i, standardised -> h_i of a GRU that reads the film forwards and backwards -> sigmoid

The shipped score (`importance`) needs no marks and no training; this is for whoever has some:
`train importance` makes its weights.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from otio_autoedit.errors import WeightsError
from otio_autoedit.models.heads import ImportanceHead
from otio_autoedit.models.temporal import temporal
from otio_autoedit.models.threads import one_thread
from otio_autoedit.models.weight_files import Weights
from otio_autoedit.models.window_stream import states_over_film
from otio_autoedit.models.windows import WindowGrid

GRID = WindowGrid(centre=512, warm_up=256)  # samples: four minutes at two a second, two around them


@dataclass(frozen=True, slots=True)
class ImportanceNetConfig:
    """Everything that fixes the network's shape; stored with its weights.

    Attributes:
        features: D of the vectors.
        inputs: what each vector is brought down to before time comes in.
        states: of each direction of the RNN.
        hidden: of the head.
        dropout: part of the inputs that training leaves out.
    """

    features: int
    inputs: int = 64
    states: int = 48
    hidden: int = 32
    dropout: float = 0.3


class ImportanceNet(nn.Module):
    """Vectors of a film in, how much each of its frames matters out.

    Attributes:
        mean, deviation: `(D,)` of the vectors trained on, by which all are standardised.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: ImportanceNetConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("mean", torch.zeros(config.features))
        self.register_buffer("deviation", torch.ones(config.features))
        self.inputs = nn.Sequential(
            nn.Linear(config.features, config.inputs), nn.ReLU(), nn.Dropout(config.dropout)
        )
        self.temporal = temporal("gru", config.inputs, config.states, both_ways=True)
        self.head = ImportanceHead(2 * config.states, config.hidden)

    def forward(self, vectors: Tensor) -> Tensor:
        """Returns logits `(B, T)` for vectors `(B, T, D)`; their sigmoid is the score."""
        h, _ = self.temporal(self.see(vectors))
        logits: Tensor = self.head(h)
        return logits

    def see(self, vectors: Tensor) -> Tensor:
        """Returns what the RNN reads, `(..., inputs)`, of vectors `(..., D)`."""
        seen: Tensor = self.inputs(((vectors - self.mean) / self.deviation).clamp(-8, 8))
        return seen

    def standardise(self, vectors: NDArray[np.float32]) -> None:
        """Takes mean and deviation from vectors `(n, D)`; a number that never changes stays 0."""
        self.mean.copy_(torch.from_numpy(vectors.mean(0)))
        self.deviation.copy_(torch.from_numpy(vectors.std(0)).clamp(min=1e-4))


@one_thread()
@torch.inference_mode()
def film_scores(net: ImportanceNet, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the score of each sample of a film, `(n,)` in 0..1, for vectors `(n, D)`.

    On the grid of windows, so that memory does not grow with the square of anything, and a part of
    a film gives what the whole gives.
    """
    device = net.mean.device
    pieces = (
        net.see(torch.from_numpy(vectors[at : at + GRID.centre]).to(device))
        for at in range(0, len(vectors), GRID.centre)
    )
    scores = [
        net.head(h[None])[0].sigmoid().cpu().numpy()
        for h in states_over_film(net.temporal, pieces, GRID)
    ]
    return np.concatenate([np.zeros(0, np.float32), *scores])


def config_of(net: ImportanceNet, made_on: dict[str, Any]) -> dict[str, Any]:
    """Returns what is stored with the network's weights; `made_on` says what they learnt from."""
    return asdict(net.config) | {"made_on": made_on}


def network_from(weights: Weights) -> ImportanceNet:
    """Returns the network ready to run.

    Raises:
        WeightsError: the weights are of another network.
    """
    names = {field.name: field.type for field in fields(ImportanceNetConfig)}
    try:
        stored = {name: weights.config[name] for name in names}
        sizes = [value for name, value in stored.items() if name != "dropout"]
        if not all(isinstance(size, int) and 0 < size <= 1 << 16 for size in sizes):
            raise ValueError("a size is out of range")
        net = ImportanceNet(ImportanceNetConfig(**stored))
        net.load_state_dict(weights.tensors)
    except (AttributeError, TypeError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise WeightsError(
            f"{weights.path} does not fit the importance network ({reason}): train again"
        ) from error
    return net.eval()
