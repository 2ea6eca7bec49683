"""What is measured on pictures and films: ours, and the networks that it learnt from.

Each answers in one form: boxes in 0..1 of the picture with classes into `OBJECTS`, a map into
`GROUPS` at the picture's size, and a mask of the foreground for every frame of a film.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.models.evaluate.average_precision import Detected
from otio_autoedit.models.evaluate.scene_sets import GROUPS
from otio_autoedit.models.scene_labels import MASKS

OURS = "otio-autoedit"
LEAST = 0.01
"""The least score of detections that are measured: average precision needs the unsure ones too."""

Frame = NDArray[np.uint8]
"""`(H, W, 3)` RGB."""

_ALSO = {"crowd": "person"}
TO_GROUPS = tuple(GROUPS.index(_ALSO.get(n, n if n in GROUPS else "other")) for n in MASKS)
"""`MASKS` as `GROUPS`: COCO calls spectators persons, and a pitch is none of its things."""


@dataclass(frozen=True, slots=True, eq=False)
class Contender:
    """Something that is measured; what it cannot do is None.

    Attributes:
        name: in tables.
        detect: the objects in a frame, of scores from `LEAST` up.
        segment: `(H, W)` uint8 into `GROUPS`.
        knows: the groups that it tells apart besides "other".
        foreground: `(n, H, W)` bool for the n frames of a film.
        scene: the kind of scene, a name of `SCENES`.
        watch: everything at once about a film's n frames, as an analysis asks; for the time.
        area: pixels of the pictures that ours sees; 0 of all others.
    """

    name: str
    detect: Callable[[Frame], Detected] | None = None
    segment: Callable[[Frame], NDArray[np.uint8]] | None = None
    knows: tuple[str, ...] = GROUPS[1:]
    foreground: Callable[[NDArray[np.uint8]], NDArray[np.bool_]] | None = None
    scene: Callable[[Frame], str] | None = None
    watch: Callable[[NDArray[np.uint8]], object] | None = None
    area: int = 0
