"""How well masks fit: intersection over union of classes of pixels, and DAVIS's J of films.

No torch here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.models.evaluate.scene_sets import GROUPS, VOID

_K = len(GROUPS)


@dataclass(frozen=True, slots=True)
class Confusion:
    """Pixels by what they are (rows) and by what was said of them (columns), over all pictures."""

    pixels: tuple[tuple[int, ...], ...] = ((0,) * _K,) * _K

    @classmethod
    def of(cls, pairs: Iterable[tuple[NDArray[np.uint8], NDArray[np.uint8]]]) -> Confusion:
        """Counts pairs of labels and answers, `(H, W)` into `GROUPS`; `VOID` labels are left out.

        Raises:
            ValueError: a label and its answer differ in size.
        """
        total = np.zeros((_K, _K), np.int64)
        for labels, said in pairs:
            if labels.shape != said.shape:
                raise ValueError(f"labels are {labels.shape}, the answer is {said.shape}")
            known = labels != VOID
            both = labels[known].astype(np.int64) * _K + said[known]
            total += np.bincount(both, minlength=_K * _K).reshape(_K, _K)
        return cls(tuple(tuple(row) for row in total.tolist()))

    def iou(self, group: str) -> float | None:
        """Returns the intersection over union of a group, 0..1; None where there is none of it."""
        counts, k = np.array(self.pixels), GROUPS.index(group)
        labelled = counts[k].sum()
        whole = labelled + counts[:, k].sum() - counts[k, k]
        return float(counts[k, k] / whole) if labelled else None

    @property
    def mean_iou(self) -> float | None:
        """The mean over the groups that are there; None where nothing is."""
        each = [iou for group in GROUPS if (iou := self.iou(group)) is not None]
        return float(np.mean(each)) if each else None


def iou_of(mask: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    """Returns intersection over union of two masks; 1 where both are empty."""
    whole = np.count_nonzero(mask | said)
    return float(np.count_nonzero(mask & said) / whole) if whole else 1.0


def film_j(masks: NDArray[np.bool_], said: NDArray[np.bool_]) -> float:
    """Returns J of a film: the mean IoU of its frames but the first and the last.

    Perazzi et al. 2016, "A benchmark dataset and evaluation methodology for video object
    segmentation" (https://davischallenge.org): J of a set is the mean over its films.

    Args:
        masks: `(n, H, W)`, of the thing.
        said: the same of an answer.

    Raises:
        ValueError: they differ in size, or there are fewer than three frames.
    """
    return float(np.mean(frame_ious(masks, said)[1:-1]))


def frame_ious(masks: NDArray[np.bool_], said: NDArray[np.bool_]) -> list[float]:
    """Returns the IoU of every frame.

    Raises:
        ValueError: they differ in size, or there are fewer than three frames.
    """
    if masks.shape != said.shape or len(masks) < 3:
        raise ValueError(f"masks are {masks.shape}, the answer is {said.shape}")
    return [iou_of(*pair) for pair in zip(masks, said, strict=True)]


def resized_masks(shares: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """Returns maps `(K, h, w)` 0..255 at `size` (H, W), bilinear."""
    from PIL import Image

    planes: Sequence[Image.Image] = [Image.fromarray(np.ascontiguousarray(s)) for s in shares]
    wanted = (size[1], size[0])
    return np.stack([np.asarray(p.resize(wanted, Image.Resampling.BILINEAR)) for p in planes])
