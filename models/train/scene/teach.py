"""Labels of the teachers, written beside a set's own.

Into the set's folder:

- `taught.jsonl`, a line a picture in the order of `labels.jsonl`, with boxes
  `[name, x0, y0, x1, y1, score]`: COCO's names and "face", sides in 0..1;
- `taught_masks/NAME.png`, index into `MASKS`, 255 unknown, long side at most 256; none where the
  set has true ones, which go before them: the segmenter is the costliest teacher;
- `taught_p3.npy`, `taught_p4.npy`, float16 `[N, 64, h, w]`: what YOLOX's heads of strides 8 and 16
  read (the neck's maps behind the heads' stems, which bring all to 64 channels) of a square of 416
  pixels with the picture top left;
- `taught_logits.npy`, float16 `[N, 1001]`.

Where `taught.jsonl` stands, the rest does.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from filelock import FileLock, Timeout
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from PIL import Image

from otio_autoedit.models.train.scene.sets import Picture as Listed
from otio_autoedit.models.train.scene.sets import SceneSet, SetError, load_set
from otio_autoedit.models.train.scene.taught_masks import Edges, Support, mask_size, taught_mask
from otio_autoedit.models.train.scene.teachers import Picture, Seen, Teachers
from otio_autoedit.progress import Progress, ProgressCallback

LABELS, MASK_FOLDER = "taught.jsonl", "taught_masks"
ARRAYS = ("taught_p3.npy", "taught_p4.npy", "taught_logits.npy")
_EVERY = 50  # pictures, between reports


@dataclass(frozen=True, slots=True)
class Taught:
    """What was done with a set.

    Attributes:
        folder: of the set.
        pictures: how many it has.
        boxes: how many of each name were found; empty where it was labelled before.
        seconds: that it took; 0 where it was labelled before.
    """

    folder: Path
    pictures: int
    boxes: Mapping[str, int]
    seconds: float


def teach(
    folders: Sequence[Path],
    weights: Path,
    *,
    again: bool = False,
    progress: ProgressCallback | None = None,
    done: Callable[[Taught], None] | None = None,
) -> list[Taught]:
    """Labels each set, whole or not at all; one that is labelled is passed over.

    Args:
        folders: of sets.
        weights: the folder with the teachers' files.
        again: label also what is labelled.
        progress: told now and then.
        done: told of each set when it is whole.

    Raises:
        MissingExtraError: the extra `train` is not installed.
        SetError: a set is not whole, a picture of it cannot be read, or another process labels it.
        WeightsError: a teacher's file is missing or another than it should be.
    """
    sets = [load_set(folder) for folder in folders]
    teachers: Teachers | None = None
    results = []
    for one in sets:
        if not again and is_taught(one):
            result = Taught(one.folder, len(one.pictures), {}, 0.0)
        else:
            teachers = teachers or Teachers(weights)
            result = _teach_set(one, teachers, progress)
        results.append(result)
        if done is not None:
            done(result)
    return results


def is_taught(one: SceneSet) -> bool:
    """Whether the teachers labelled all its pictures."""
    try:
        lines = (one.folder / LABELS).read_text("utf-8").splitlines()
        names = [json.loads(line)["picture"] for line in lines]
    except (OSError, ValueError, TypeError, KeyError):
        return False
    there = all((one.folder / name).exists() for name in (*ARRAYS, MASK_FOLDER))
    return there and names == [picture.name for picture in one.pictures]


def _teach_set(one: SceneSet, teachers: Teachers, progress: ProgressCallback | None) -> Taught:
    part = one.folder / "taught.partial"
    lock = FileLock(one.folder / "taught.lock")
    try:
        with lock.acquire(timeout=0):
            shutil.rmtree(part, ignore_errors=True)  # of a run that was killed
            try:
                result = _write(one, part, teachers, progress)
                _put_in_place(part, one.folder)
            finally:
                shutil.rmtree(part, ignore_errors=True)
    except Timeout:
        raise SetError(f"{one.folder}: another process is labelling it; wait for it") from None
    return result


def _write(
    one: SceneSet, part: Path, teachers: Teachers, progress: ProgressCallback | None
) -> Taught:
    """Everything into the folder `part`."""
    (part / MASK_FOLDER).mkdir(parents=True)
    start, counts = time.monotonic(), Counter[str]()
    arrays: list[NDArray[np.float16]] = []
    total = len(one.pictures)
    with (part / LABELS).open("w", encoding="utf-8") as lines:
        for at, listed in enumerate(one.pictures):
            picture = one.pixels(listed)
            seen = teachers.look(picture, pixels=not listed.true_mask)
            maps = (seen.p3, seen.p4, seen.logits)
            arrays = arrays or _arrays(part, total, maps)
            for array, values in zip(arrays, maps, strict=True):
                array[at] = values
            if seen.groups is not None:
                mask = _mask(picture, listed, seen, seen.groups, teachers)
                Image.fromarray(mask).save(part / MASK_FOLDER / f"{Path(listed.name).stem}.png")
            lines.write(_line(listed.name, seen))
            counts.update(seen.objects.labels)
            if progress is not None and ((at + 1) % _EVERY == 0 or at + 1 == total):
                elapsed = time.monotonic() - start
                progress(Progress("teach", str(one.folder), at + 1, total, elapsed))
    return Taught(one.folder, total, counts, time.monotonic() - start)


def _arrays(
    part: Path, count: int, first: Sequence[NDArray[np.float32]]
) -> list[NDArray[np.float16]]:
    return [
        open_memmap(part / name, "w+", np.float16, (count, *values.shape))
        for name, values in zip(ARRAYS, first, strict=True)
    ]


def _mask(
    picture: Picture,
    listed: Listed,
    seen: Seen,
    groups: NDArray[np.float32],
    teachers: Teachers,
) -> NDArray[np.uint8]:
    height, width = picture.shape[:2]
    size = mask_size(width, height)

    def portrait(edges: Edges) -> NDArray[np.float32]:
        x0, x1 = (round(x * width / size[1]) for x in edges[::2])
        y0, y1 = (round(y * height / size[0]) for y in edges[1::2])
        return teachers.portrait(picture[y0:y1, x0:x1])

    found = seen.objects
    places = zip(found.labels, found.boxes.tolist(), found.scores.tolist(), strict=True)
    supports = [Support(name, _box(sides), score) for name, sides, score in places]
    supports += [Support(box.name, _box(box[1:]), 1.0) for box in listed.boxes]
    return taught_mask(groups, size, supports, portrait)


def _box(sides: Sequence[float]) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = sides
    return x0, y0, x1, y1


def _line(name: str, seen: Seen) -> str:
    found = seen.objects
    boxes = [
        [label, *(round(side, 5) for side in box), round(score, 4)]
        for label, box, score in zip(
            found.labels, found.boxes.tolist(), found.scores.tolist(), strict=True
        )
    ]
    return json.dumps({"picture": name, "boxes": boxes, "scene": None}) + "\n"


def _put_in_place(part: Path, folder: Path) -> None:
    """The labels last: they say that all is there."""
    (folder / LABELS).unlink(missing_ok=True)
    if (folder / MASK_FOLDER).exists():  # moved, since removing takes a while; `part` goes later
        os.replace(folder / MASK_FOLDER, part / "before")
    for name in (*ARRAYS, MASK_FOLDER, LABELS):
        os.replace(part / name, folder / name)
