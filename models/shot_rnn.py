"""Time in the shot network: frames compared with those around them, then a bidirectional RNN.

A shot change shows as a frame unlike all that went before and like what follows; a flash or a
pop-up as one that is unlike its neighbours while those are like each other. So the RNN is given the
likeness of frames up to 48 apart, of the whole picture and cell by cell, where a cell may be found
again elsewhere in the other frame: things move.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from otio_autoedit.models.shot_cnn import GRID, FrameFeatures

WHOLE_OFFSETS = (*range(1, 17), 20, 24, 32, 48)  # frames apart, whole picture
CELL_OFFSETS = (1, 2, 3, 4, 6, 8, 12, 16, 24)  # frames apart, cell by cell


class TemporalRNN(nn.Module):
    """Comparisons, a short convolution over time, two layers of bidirectional GRU."""

    def __init__(self, features: int, inputs: int, hidden: int) -> None:
        super().__init__()
        cells = GRID[0] * GRID[1]
        self.embedding = nn.Linear(features, 32)
        self.whole = nn.Linear(2 * 3 * len(WHOLE_OFFSETS), 64)
        self.cellwise = nn.Linear(2 * 2 * len(CELL_OFFSETS) * cells, 64)
        self.reach = nn.Parameter(_distance_penalty(), requires_grad=True)
        self.mix = nn.Linear(features + 64 + 64 + 3, inputs)
        self.near = nn.Conv1d(inputs, inputs, 5, padding=2, groups=4)
        self.rnn = nn.GRU(inputs, hidden, 2, batch_first=True, bidirectional=True)

    def forward(self, frames: FrameFeatures) -> Tensor:
        """Returns `(B, T, 2 * hidden)` states."""
        learned = F.normalize(self.embedding(frames.vector), dim=-1)
        likeness = [
            _likeness(vectors, WHOLE_OFFSETS)
            for vectors in (learned, frames.layout, frames.colours)
        ]
        whole = F.relu(self.whole(torch.cat(likeness, -1)))
        cellwise = F.relu(self.cellwise(self._cell_likeness(frames.cells)))
        x = F.relu(self.mix(torch.cat([frames.vector, whole, cellwise, frames.levels], -1)))
        x = x + F.relu(self.near(x.transpose(1, 2)).transpose(1, 2))
        states: Tensor = self.rnn(x)[0]
        return states

    def _cell_likeness(self, cells: Tensor) -> Tensor:
        """Returns `(B, T, 2 * 2 * offsets * 24)`: how well each cell is found again.

        For the frames `k` later and `k` earlier: its likeness to the same cell, and to the best of
        all cells less a learned penalty for the way there. 0 beyond the ends.
        """
        batch, count, _, _ = cells.shape
        found = []
        for offset in CELL_OFFSETS:
            if offset >= count:
                found.append(cells.new_zeros(batch, count, 4 * cells.shape[2]))
                continue
            pairs = cells[:, :-offset] @ cells[:, offset:].transpose(2, 3)
            same = pairs.diagonal(dim1=2, dim2=3)
            moved = pairs - self.reach
            later = torch.cat([same, moved.amax(3)], -1)
            earlier = torch.cat([same, moved.amax(2)], -1)
            found.append(
                torch.cat([F.pad(later, (0, 0, 0, offset)), F.pad(earlier, (0, 0, offset, 0))], -1)
            )
        return torch.cat(found, -1)


def _likeness(vectors: Tensor, offsets: tuple[int, ...]) -> Tensor:
    """Returns `(B, T, 2 * offsets)`: cosines of unit vectors with later and earlier frames."""
    count = vectors.shape[1]
    columns = []
    for offset in offsets:
        cosine = (vectors[:, :-offset] * vectors[:, offset:]).sum(-1)
        missing = min(offset, count)
        columns.append(F.pad(cosine, (0, missing)))
        columns.append(F.pad(cosine, (missing, 0)))
    return torch.stack(columns, -1)


def _distance_penalty() -> Tensor:
    """Returns `(24, 24)`: 0 for a cell and itself, growing with the way to the other."""
    rows, columns = GRID
    y, x = torch.meshgrid(torch.arange(rows), torch.arange(columns), indexing="ij")
    place = torch.stack([y.flatten(), x.flatten()], 1).float()
    return 0.1 * torch.cdist(place, place)
