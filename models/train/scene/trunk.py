"""What the trunk learns from its teachers' features: distillation.

Detection teacher's maps are the best description of "what is where" that there is for pictures
without labels. The student's maps of strides 8 and 16, each through a 1x1 convolution of its own
that is thrown away in the end, should say what the teacher's do (Romero et al., FitNets,
https://arxiv.org/abs/1412.6550); its pooled vector should say which of ImageNet's classes a
classifier would (Hinton et al., https://arxiv.org/abs/1503.02531).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from otio_autoedit.models.train.scene.lessons import Lessons, Maps

CHANNELS, CLASSES = 64, 1001  # of the teachers' maps, and logits
TEMPERATURE = 2.0
_SAMPLED = 128  # pictures that the teachers' mean and deviation are taken from
_LOGITS_WEIGHT = 0.15  # of their divergence beside the maps' distances


class Adapters(nn.Module):
    """From the student's features to the teachers'."""

    def __init__(self, neck: int, vector: int) -> None:
        super().__init__()
        self.p3, self.p4 = (nn.Conv2d(neck, CHANNELS, 1) for _ in range(2))
        self.logits = nn.Linear(vector, CLASSES)
        for name in ("p3", "p4"):
            self.register_buffer(f"{name}_mean", torch.zeros(CHANNELS))
            self.register_buffer(f"{name}_deviation", torch.ones(CHANNELS))

    def measure(self, lessons: Sequence[Lessons]) -> None:
        """Takes mean and deviation of the teachers' channels from some of the pictures."""
        for name in ("p3", "p4"):
            sampled = _sample([each.maps for each in lessons if each.maps is not None], name)
            if sampled is None:
                continue
            getattr(self, f"{name}_mean").copy_(sampled.mean((0, 2, 3)))
            getattr(self, f"{name}_deviation").copy_(sampled.std((0, 2, 3)).clamp(min=1e-3))

    def forward(
        self, f8: Tensor, f16: Tensor, vector: Tensor, taught: Mapping[str, Tensor]
    ) -> Tensor:
        """Returns how far the student is from its teachers: half map, half direction, and classes.

        Args:
            f8, f16: `(N, neck, h, w)`, the student's maps.
            vector: `(N, D)`.
            taught: as `batches.PictureBatches` gives it.
        """
        loss = self._distance("p3", f8, taught) + self._distance("p4", f16, taught)
        return loss + _LOGITS_WEIGHT * _divergence(
            self.logits(vector).float(), taught["logits"].float(), taught["logits_seen"]
        )

    def _distance(self, name: str, maps: Tensor, taught: Mapping[str, Tensor]) -> Tensor:
        """Returns smooth L1 in deviations, and one less the cosine, where the teacher looked."""
        mean, deviation = getattr(self, f"{name}_mean"), getattr(self, f"{name}_deviation")
        wanted = (taught[name].float() - mean[:, None, None]) / deviation[:, None, None]
        said = getattr(self, name)(maps).float()
        seen = taught[f"{name}_seen"]
        apart = F.smooth_l1_loss(said, wanted, reduction="none").mean(1)
        turned = 1 - F.cosine_similarity(said, wanted, dim=1)
        return ((apart + 0.5 * turned) * seen).sum() / seen.sum().clamp(min=1)


def _divergence(said: Tensor, wanted: Tensor, seen: Tensor) -> Tensor:
    """Returns the Kullback-Leibler divergence at the temperature, of pictures that were seen."""
    log_said = (said / TEMPERATURE).log_softmax(1)
    log_wanted = (wanted / TEMPERATURE).log_softmax(1)
    apart = (log_wanted.exp() * (log_wanted - log_said)).sum(1) * TEMPERATURE**2
    return (apart * seen).sum() / seen.sum().clamp(min=1)


def _sample(maps: Sequence[Maps], name: str) -> Tensor | None:
    """Returns some of the teachers' maps, `(n, C, h, w)`, the same whenever asked."""
    places = [(each, row) for each in maps for row in range(len(each.p3))]
    every = max(1, len(places) // _SAMPLED)
    rows = [getattr(each, name)[row] for each, row in places[::every]]
    if not rows:
        return None
    return torch.from_numpy(np.stack(rows).astype(np.float32))
