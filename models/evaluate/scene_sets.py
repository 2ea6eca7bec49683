"""Labelled pictures and films of the data folder that only measure: nothing learns from them.

They are read straight from the archives that they are stored in; `data/README.md` says what they
are. Labels of pixels come at the size of their pictures.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from otio_autoedit.errors import AutoEditError
from otio_autoedit.media.footage import read_frames
from otio_autoedit.models.evaluate.average_precision import Objects
from otio_autoedit.models.scene_labels import COCO_TO_MASK, COCO_TO_OBJECT, MASKS, OBJECTS

GROUPS = MASKS[:4]
"""Of pixels, what pictures' labels and teachers tell apart: other, person, vehicle, animal."""
VOID = 255

_CAMVID = {8: "vehicle", 9: "person"}  # Car and Pedestrian of the 11 classes
_CAMVID_VOID = (10, 11)  # a cyclist is a person and a vehicle in one; and nobody knows


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPicture:
    """A picture and what is known of it.

    Attributes:
        frame: `(H, W, 3)` uint8 RGB.
        objects: what is in it, in 0..1, classes into `OBJECTS`; None where there are no boxes.
        groups: `(H, W)` uint8 into `GROUPS`, or `VOID`; None where there are no labels of pixels.
    """

    name: str
    frame: NDArray[np.uint8]
    objects: Objects | None = None
    groups: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MaskedFilm:
    """A film of one thing that moves.

    Attributes:
        path: the file.
        masks: `(n, H, W)` bool: the thing, in every frame.
    """

    name: str
    path: Path
    masks: NDArray[np.bool_]

    def frames(self) -> NDArray[np.uint8]:
        """Returns `(n, H, W, 3)` uint8 RGB."""
        return np.stack([frame for _, frame in read_frames(self.path, range(len(self.masks)))])


def coco_pictures(data: Path) -> list[LabelledPicture]:
    """Returns the 128 pictures of coco128's val2017; 100 have labels of pixels.

    Boxes are of the kinds in `OBJECTS`; faces have none there. Crowds under one box, which COCO
    ignores, are not in these files.
    """
    folder = data / "coco128"
    boxes = _members(folder / "labels_yolo_boxes.tar.gz", "val2017/", ".txt")
    semantic = folder / "semantic.tar.gz"
    pixels = _members(semantic, "val2017/", ".png")
    groups = _groups_by_number(_members(semantic, "", "config.yaml")["config"].decode())
    return [
        LabelledPicture(
            name,
            frame := _picture(stored),
            _yolo_objects(boxes.get(name, b"").decode()),
            _labels(pixels[name], groups, frame) if name in pixels else None,
        )
        for name, stored in _members(folder / "images.tar.gz", "val2017/", ".jpg").items()
    ]


def people_pictures(data: Path) -> list[LabelledPicture]:
    """Returns the 290 pictures of human300: people, by masks that a machine made."""
    path = data / "seg" / "human300.tar.gz"
    masks = _members(path, "mask/", ".png")
    groups = _table({1: "person"})
    return [
        LabelledPicture(name, frame := _picture(stored), None, _labels(masks[name], groups, frame))
        for name, stored in _members(path, "img/", ".jpg").items()
        if name in masks
    ]


def street_pictures(data: Path) -> list[LabelledPicture]:
    """Returns the 233 pictures of CamVid's test set, from a driving car; cyclists are `VOID`."""
    path = data / "seg" / "camvid_test.tar.gz"
    labels = _members(path, "label/", ".png")
    groups = _table(_CAMVID)
    groups[list(_CAMVID_VOID)] = VOID
    return [
        LabelledPicture(name, frame := _picture(stored), None, _labels(labels[name], groups, frame))
        for name, stored in _members(path, "img/", ".jpg").items()
        if name in labels
    ]


def masked_films(data: Path) -> list[MaskedFilm]:
    """Returns the 20 sequences of DAVIS 2016's validation set."""
    folder = data / "seg" / "davis2016_val"
    by_film: dict[str, list[NDArray[np.bool_]]] = {}
    for name, stored in _members(folder / "masks_480x270.tar.gz", "", ".png", whole=True).items():
        mask = np.asarray(_opened(stored).convert("L")) > 0
        by_film.setdefault(PurePosixPath(name).parts[-2], []).append(mask)
    return [MaskedFilm(name, folder / f"{name}.mp4", np.stack(m)) for name, m in by_film.items()]


def _members(path: Path, within: str, suffix: str, *, whole: bool = False) -> dict[str, bytes]:
    """Returns the files in an archive, in order, by their names without folder and suffix.

    Args:
        path: of the archive.
        within: what their own path must hold.
        suffix: what it must end with.
        whole: by their whole paths instead.

    Raises:
        AutoEditError: the archive is missing or damaged, or holds none.
    """
    try:
        with tarfile.open(path) as archive:
            found = dict(_read(archive, within, suffix))
    except (OSError, tarfile.TarError, EOFError) as error:
        raise AutoEditError(f"{path} cannot be read ({error}): is this the data folder?") from error
    if not found:
        raise AutoEditError(f"{path} holds no {within}*{suffix}: is this the data folder?")
    ordered = sorted(found.items())
    return dict(ordered) if whole else {PurePosixPath(n).stem: stored for n, stored in ordered}


def _read(archive: tarfile.TarFile, within: str, suffix: str) -> Iterator[tuple[str, bytes]]:
    for member in archive:
        file = archive.extractfile(member) if member.isfile() else None
        if file and within in member.name and member.name.endswith(suffix):
            yield member.name, file.read()


def _opened(stored: bytes) -> Image.Image:
    return Image.open(io.BytesIO(stored))


def _picture(stored: bytes) -> NDArray[np.uint8]:
    return np.asarray(_opened(stored).convert("RGB"))


def _labels(
    stored: bytes, groups: NDArray[np.uint8], frame: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Returns a picture of class numbers as one of `GROUPS`, at the size of `frame`."""
    labels = _opened(stored)
    size = (frame.shape[1], frame.shape[0])
    if labels.size != size:
        labels = labels.resize(size, Image.Resampling.NEAREST)
    of_pixels: NDArray[np.uint8] = groups[np.asarray(labels).astype(np.uint8)]
    return of_pixels


def _yolo_objects(text: str) -> Objects:
    """Returns what lines of `class x y width height` say, in 0..1, of the kinds that we carry."""
    from otio_autoedit.models.zoo.torchvision_nets import describe

    names = describe("ssdlite320_mobilenet_v3_large").classes  # COCO's 80, in their order
    rows = np.array([line.split() for line in text.splitlines()], float).reshape(-1, 5)
    kinds = [COCO_TO_OBJECT.get(names[int(number)]) for number in rows[:, 0]]
    ours = np.array([kind is not None for kind in kinds], bool)
    middle, half = rows[ours, 1:3], rows[ours, 3:] / 2
    boxes = np.concatenate([middle - half, middle + half], 1)
    return Objects(boxes, np.array([OBJECTS.index(k) for k in kinds if k], np.int64))


def _groups_by_number(config: str) -> NDArray[np.uint8]:
    """Returns the group of each class that `config` names (`1: person`); 0, unlabelled, is void."""
    named = re.findall(r"^\s+(\d+): (.+)$", config, re.MULTILINE)
    groups = _table({int(number): COCO_TO_MASK.get(name, "other") for number, name in named})
    groups[0] = VOID
    return groups


def _table(groups: dict[int, str]) -> NDArray[np.uint8]:
    found = np.zeros(256, np.uint8)
    for number, group in groups.items():
        found[number] = GROUPS.index(group)
    return found
