"""What networks see in a picture: one form for all of them. No torch here.

Places are fractions of the picture: (0, 0) is its top left corner, (1, 1) its bottom right one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """The objects in one picture, the surest first.

    Attributes:
        boxes: `[n, 4]` float32: x0, y0, x1, y1 in 0..1.
        labels: what each is, by the network's names of classes.
        scores: `[n]` float32 in 0..1, falling.
    """

    boxes: npt.NDArray[np.float32]
    labels: tuple[str, ...]
    scores: npt.NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True, slots=True, eq=False)
class Instances(Detections):
    """Objects with their outlines.

    Attributes:
        masks: `[n, H, W]` bool, of the picture's size.
    """

    masks: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class LabelMap:
    """What class every pixel of a picture is.

    Attributes:
        classes: their names, by number; 0 is "background" where a network knows it.
        index: `[H, W]` uint8, of the picture's size: the likeliest class of each pixel.
        probabilities: `[K, h, w]` float32 in 0..1, of the size that the network works at. It covers
            the whole picture; where aspects differ it is stretched.
    """

    classes: tuple[str, ...]
    index: npt.NDArray[np.uint8]
    probabilities: npt.NDArray[np.float32]
