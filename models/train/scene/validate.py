"""How good the scene network is on pictures that it does not learn from.

The labels are those of training, teachers' among them: the figures say how training goes, not how
good the network is beside others, which `evaluate` measures on other pictures.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from otio_autoedit.models.detection import IGNORED, CellOutputs, found_in
from otio_autoedit.models.evaluate.average_precision import (
    Detected,
    Objects,
    average_precisions,
    mean_of,
)
from otio_autoedit.models.losses import NO_OBJECT
from otio_autoedit.models.scene import SceneNet, frame_size
from otio_autoedit.models.scene_labels import MASKS, OBJECTS
from otio_autoedit.models.train.scene.batches import Batch, batch_of, lit_view
from otio_autoedit.models.train.scene.lessons import Lesson, Lessons
from otio_autoedit.models.train.scene.light import Light
from otio_autoedit.models.train.scene.views import Crop, Size, cut_boxes

_PERSON = OBJECTS.index("person") + 1
_LEAST_SCORE = 0.05
_AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Validation:
    """Figures of held-out pictures; 0 where there is nothing to measure on.

    Attributes:
        pictures: how many.
        classes: mean cross-entropy of the detection head's cells.
        ap50, ap50_person: average precision at an overlap of half: the mean of the classes that
            are there, and person's.
        miou: of the masks, mean of the classes that are there.
        foreground_iou: intersection over union.
        scene: share of right scenes.
    """

    pictures: int = 0
    classes: float = 0.0
    ap50: float = 0.0
    ap50_person: float = 0.0
    miou: float = 0.0
    foreground_iou: float = 0.0
    scene: float = 0.0

    def figures(self) -> dict[str, float]:
        """Returns the figures, rounded, by name."""
        return {name: round(value, 4) for name, value in asdict(self).items()}


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """Some pictures of one size, and the objects in them."""

    batch: Batch
    objects: tuple[Objects, ...]


def held_out(lessons: Sequence[Lessons], most: int) -> list[HeldOut]:
    """Returns at most `most` of the held-out pictures, whole, evenly from all sets."""
    chosen = [(each, number) for each in lessons for number in each.held_out]
    every = max(1, -(-len(chosen) // most)) if most else max(1, len(chosen)) + 1
    read = [each.lesson(number) for each, number in chosen[::every]] if most else []
    return [
        _held(some, view)
        for view, group in itertools.groupby(sorted(read, key=_view), key=_view)
        for some in _pieces(list(group))
    ]


@torch.inference_mode()
def validate(net: SceneNet, pictures: Sequence[HeldOut], device: torch.device) -> Validation:
    """Returns how good a network in eval mode is on them."""
    objects: list[Objects] = []
    detected: list[Detected] = []
    surprise, cells, right, scenes = 0.0, 0, 0, 0
    masks = np.zeros((len(MASKS), len(MASKS)))
    foreground = np.zeros((2, 2))
    for held in pictures:
        said, _ = net(held.batch["frames"].to(device))
        heads = CellOutputs(said.cells.classes[:, 0].float(), said.cells.boxes[:, 0].float())
        wanted = held.batch["classes"][:, 0].to(device)
        surprise += float(
            F.cross_entropy(heads.classes, wanted, ignore_index=IGNORED, reduction="sum")
        )
        cells += int((wanted != IGNORED).sum())
        objects += held.objects
        detected += [
            Detected(found.boxes.cpu().numpy(), found.classes.cpu().numpy(), _array(found.scores))
            for found in found_in(heads, threshold=_LEAST_SCORE)
        ]
        masks += _confusion(said.masks[:, 0].argmax(1), held.batch["masks"][:, 0], len(MASKS))
        seen = (said.foreground[:, 0] > 0).long()
        foreground += _confusion(seen, held.batch["foreground"][:, 0], 2)
        scene = held.batch["scene"][:, 0].to(device)
        right += int((said.scene[:, 0].argmax(1) == scene).sum())
        scenes += int((scene != IGNORED).sum())
    precisions = average_precisions(objects, detected)
    ious = _ious(foreground)
    return Validation(
        len(objects),
        surprise / max(1, cells),
        mean_of(precisions),
        precisions.get(_PERSON, 0.0),
        float(np.nanmean(_ious(masks))) if masks.any() else 0.0,
        float(ious[1]) if foreground[1].any() else 0.0,
        right / max(1, scenes),
    )


def _held(lessons: Sequence[Lesson], view: Size) -> HeldOut:
    whole, rng = Crop(), random.Random(0)  # noqa: S311
    films = [[(each, whole, lit_view(each, whole, view, Light(), rng))] for each in lessons]
    objects = [cut_boxes(o.boxes, o.classes, whole, view) for o in (e.objects for e in lessons)]
    return HeldOut(
        batch_of(films, view),
        tuple(Objects(boxes, classes, classes == IGNORED) for boxes, classes in objects),
    )


def _view(lesson: Lesson) -> Size:
    return frame_size(lesson.pixels.shape[1], lesson.pixels.shape[0])


def _pieces(lessons: list[Lesson]) -> Iterator[list[Lesson]]:
    for begin in range(0, len(lessons), _AT_ONCE):
        yield lessons[begin : begin + _AT_ONCE]


def _confusion(said: Tensor, wanted: Tensor, classes: int) -> npt.NDArray[np.float64]:
    """Returns how many pixels of each class (row) were said to be of each (column)."""
    known = wanted < NO_OBJECT
    pairs = wanted[known].long() * classes + said.cpu()[known]
    return pairs.bincount(minlength=classes**2).view(classes, classes).double().numpy()


def _ious(confusion: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Returns intersection over union of each class; nan of those that are not there."""
    both = np.diag(confusion)
    there = confusion.sum(1) > 0
    union = confusion.sum(0) + confusion.sum(1) - both
    ious: npt.NDArray[np.float64] = np.where(there, both / np.maximum(union, 1), np.nan)
    return ious


def _array(values: Tensor) -> npt.NDArray[np.float32]:
    found: npt.NDArray[np.float32] = values.cpu().numpy()
    return found
