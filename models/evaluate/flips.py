"""Test-time flips: the network asked of a film as it is, mirrored, backwards, and both.

It is no part of the product, which has one answer at a quarter of the cost: measuring says what is
given away by that.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.models.shots import ShotNet, film_scores
from otio_autoedit.models.transition import BoundaryScores


def flipped_scores(net: ShotNet, frames: NDArray[np.uint8]) -> BoundaryScores:
    """Returns the mean of what `net` says of thumbnails `(n, 27, 48, 3)` in four guises."""
    passes = [
        scores
        for seen in (frames, frames[:, :, ::-1])
        for scores in (
            film_scores(net, np.ascontiguousarray(seen)),
            backwards(film_scores(net, np.ascontiguousarray(seen[::-1]))),
        )
    ]
    means = {
        field.name: np.stack([getattr(scores, field.name) for scores in passes]).mean(0)
        for field in fields(BoundaryScores)
    }
    return BoundaryScores(**means)


def backwards(scores: BoundaryScores) -> BoundaryScores:
    """Returns the scores of a reversed film in the order of the film itself.

    The boundary after frame `i` of `n` is the one after frame `n - 2 - i` of the reversed film. The
    last of either is no boundary but the film's end, and stays the last.
    """
    order = np.arange(len(scores) - 2, -2, -1) % max(1, len(scores))
    return BoundaryScores(*(getattr(scores, field.name)[order] for field in fields(scores)))
