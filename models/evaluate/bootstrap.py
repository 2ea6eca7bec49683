"""How sure a difference between two detectors is: a paired bootstrap over videos.

Efron, "Bootstrap Methods: Another Look at the Jackknife" (1979). Videos are drawn with replacement,
the same ones for both detectors, since one hard video is hard for both; what was counted in them is
added up as the table adds it, and the difference taken anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.models.evaluate.scoring import Counts


@dataclass(frozen=True, slots=True)
class Ahead:
    """How far one detector is ahead of another.

    Attributes:
        detector, other: their names.
        figure: of what, as "F1".
        difference: on all videos, the one minus the other.
        low, high: the middle 95 % of the differences of the resamples.
        share: of the resamples, those in which it is ahead; one that is even counts half.
    """

    detector: str
    other: str
    figure: str
    difference: float
    low: float
    high: float
    share: float


FIGURES: dict[str, Callable[[Counts], float]] = {
    "F1": lambda counts: counts.f1,
    "gradual recall": lambda counts: counts.gradual_recall,
    "gradual IoU": lambda counts: counts.mean_gradual_iou,
}


def compare(
    ours: tuple[str, Sequence[Counts]],
    theirs: tuple[str, Sequence[Counts]],
    figure: str,
    *,
    resamples: int = 10_000,
    seed: int = 0,
) -> Ahead:
    """Returns how sure a lead is, from each detector's counts of the same videos, in order.

    Raises:
        ValueError: no videos, or not the same number of them.
    """
    (name, ours_by_video), (other, theirs_by_video) = ours, theirs
    if not ours_by_video or len(ours_by_video) != len(theirs_by_video):
        raise ValueError("a paired comparison needs the same videos, one at least, for both")
    drawn = _draws(len(ours_by_video), resamples, seed)
    known, others = _Sums.of(ours_by_video, drawn), _Sums.of(theirs_by_video, drawn)
    differences = known.figure(figure) - others.figure(figure)
    total = FIGURES[figure](sum(ours_by_video, Counts()))
    total -= FIGURES[figure](sum(theirs_by_video, Counts()))
    low, high = np.percentile(differences, (2.5, 97.5)).tolist()
    share = float(np.mean(differences > 0) + np.mean(differences == 0) / 2)
    return Ahead(name, other, figure, total, low, high, share)


def _draws(videos: int, resamples: int, seed: int) -> NDArray[np.int64]:
    """Returns `(resamples, videos)`: how often each video is in each resample."""
    rng = np.random.default_rng(seed)
    return rng.multinomial(videos, np.full(videos, 1 / videos), size=resamples)


@dataclass(frozen=True, slots=True)
class _Sums:
    """Counts added up over each resample; `(resamples,)` by the names of `Counts`."""

    by_name: dict[str, NDArray[np.float64]]

    @classmethod
    def of(cls, by_video: Sequence[Counts], drawn: NDArray[np.int64]) -> _Sums:
        names = [field.name for field in fields(Counts)]
        table = np.array([[getattr(c, name) for name in names] for c in by_video], np.float64)
        return cls(dict(zip(names, (drawn @ table).T, strict=True)))

    def figure(self, figure: str) -> NDArray[np.float64]:
        """Returns the figure of every resample, by the one formula that the table uses."""
        columns = self.by_name.values()
        counts = (Counts(*row) for row in zip(*(c.tolist() for c in columns), strict=True))
        return np.array([FIGURES[figure](each) for each in counts])
