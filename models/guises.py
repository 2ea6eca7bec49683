"""A film shown to the shot network twice: as it is, and from the other side.

A film that is mirrored and runs backwards has its transitions in the mirrored places. The network
errs differently there, so the mean of the two answers is better than either. Both guises of a frame
are a batch of two, as wide in time as the film itself: `turned` shows it the other way round.
"""

from __future__ import annotations

from dataclasses import fields

import torch
from torch import Tensor

from otio_autoedit.models.heads import TransitionLogits
from otio_autoedit.models.shot_cnn import FrameFeatures


def both_guises(frames: Tensor, before: Tensor, after: Tensor) -> tuple[Tensor, Tensor]:
    """Returns frames `(2, T, C, H, W)` and the frame before the first of each `(2, 1, C, H, W)`.

    Args:
        frames: `(1, T, C, H, W)` of a film.
        before, after: `(1, 1, C, H, W)`, its neighbours; at the film's ends its own first or last.
    """
    seen = torch.cat([frames, frames.flip(1, 4)])
    return seen, torch.cat([before, after.flip(4)])


def turned(features: FrameFeatures) -> FrameFeatures:
    """Returns the features `(2, T, ...)` with the second guise's time the other way round."""
    return FrameFeatures(
        *(_second_turned(getattr(features, field.name), 0) for field in fields(features))
    )


def mean_scores(logits: TransitionLogits) -> TransitionLogits:
    """Returns the mean probabilities `(1, T)` of both guises `(2, T)`, in the film's own order.

    The boundary after frame `i` of `n` is the one after frame `n - 2 - i` of the film backwards.
    The last of either is no boundary but the end, and stays the last.
    """
    return TransitionLogits(
        _mean(logits.middle.sigmoid()),
        _mean(logits.inside.sigmoid()),
        _mean(logits.kind.softmax(-1)),
        _mean(logits.jump.sigmoid()),
    )


def _mean(scores: Tensor) -> Tensor:
    """Returns `(1, T, ...)` of `(G, T, ...)`; of one guise, itself."""
    return _second_turned(scores, 1).mean(0, keepdim=True)


def _second_turned(x: Tensor, fixed: int) -> Tensor:
    """Returns `(2, T, ...)` with the second's time backwards, its last `fixed` steps left alone."""
    end = x.shape[1] - fixed
    return torch.cat([x[:1], torch.cat([x[1:, :end].flip(1), x[1:, end:]], 1)])
