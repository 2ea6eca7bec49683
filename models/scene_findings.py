"""What the scene network says of a film: plain arrays, a row a sampled frame. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """The objects in one frame, the surest first.

    Attributes:
        boxes: `(k, 4)` float32: x0, y0, x1, y1 in 0..1 of the displayed picture.
        classes: `(k,)` int64: indices into the network's names of objects.
        scores: `(k,)` float32 in 0..1.
    """

    boxes: npt.NDArray[np.float32]
    classes: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SceneFindings:
    """What is known of n sampled frames.

    Attributes:
        positions: `(n,)` int64 source frames.
        objects: n of them.
        masks: `(n, K, h, w)` uint8: 0..255 is a probability of 0..1; the network's names of masks
            without the first ("other"), and the foreground after them.
        scene: `(n, S)` float32, probabilities of the kinds of scene.
        vectors: `(n, D)` float32: `f_i`.
        novelty: `(n,)` float32, 0 or more: how far `f_i` is from what was expected.
    """

    positions: npt.NDArray[np.int64]
    objects: tuple[Objects, ...]
    masks: npt.NDArray[np.uint8]
    scene: npt.NDArray[np.float32]
    vectors: npt.NDArray[np.float32]
    novelty: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.positions)

    @classmethod
    def joined(cls, parts: Sequence[SceneFindings]) -> SceneFindings:
        """Returns parts of a film, at least one, as one."""
        return cls(
            np.concatenate([part.positions for part in parts]),
            tuple(objects for part in parts for objects in part.objects),
            np.concatenate([part.masks for part in parts]),
            np.concatenate([part.scene for part in parts]),
            np.concatenate([part.vectors for part in parts]),
            np.concatenate([part.novelty for part in parts]),
        )
