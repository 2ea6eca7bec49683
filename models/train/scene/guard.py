"""Keeps pictures that are measured on out of the sets, under whatever name they come.

A picture is known by the name of its file, and by its difference hash: whether each of 16x16
points of it, made small and grey, is brighter than its right neighbour. Copies in another size or
compression differ in few of the 256 bits.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path, PurePosixPath

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from otio_autoedit.models.train.scene.sets import SetError

NEAR = 24  # bits of 256; two unrelated pictures differ in about 128, the nearest of many in 60
PLAIN = 40  # bits set, or not set, of a picture too plain to be known by its hash
_SIDE = 16
_PICTURES = (
    ("coco128/images.tar.gz", "val2017/"),
    ("seg/human300.tar.gz", "img/"),
    ("seg/camvid_test.tar.gz", "img/"),
)
_VIDEOS = ("seg/davis2016_val", "clips", "summe")
_EVERY = 24  # frames of a video that is measured on


class Guard:
    """Says which pictures may not be trained on."""

    def __init__(self, names: frozenset[str], hashes: NDArray[np.uint8]) -> None:
        self._names, self._hashes = names, hashes

    def bars(self, name: str, image: Image.Image) -> bool:
        """Whether a picture is one that is measured on, by its name or by its looks."""
        if name in self._names:
            return True
        looks = picture_hash(image)
        if not len(self._hashes) or _plain(looks):
            return False
        return int(np.unpackbits(self._hashes ^ looks, axis=1).sum(1).min()) <= NEAR


def guard_of(data: Path) -> Guard:
    """Returns the guard of all that is measured on in the data folder.

    Raises:
        SetError: the pictures of coco128's val2017 are not there: nothing could be held back.
    """
    first = data / _PICTURES[0][0]
    if not first.is_file():
        raise SetError(f"{first}: not there, so what is measured on is not known; --data names it")
    names: set[str] = set()
    hashes = []
    for archive, inside in _PICTURES:
        for path, image in _archived(data / archive, inside):
            hashes.append(picture_hash(image))
            if archive == _PICTURES[0][0]:
                names.add(PurePosixPath(path).stem)
    for folder in _VIDEOS:
        for video in sorted((data / folder).glob("*.*")):
            hashes.extend(picture_hash(image) for image in _frames(video))
    return Guard(frozenset(names), np.stack([each for each in hashes if not _plain(each)]))


def picture_hash(image: Image.Image) -> NDArray[np.uint8]:
    """Returns the difference hash, `(32,)` uint8 of 8 bits each (N. Krawetz, 2013)."""
    small = image.convert("L").resize((_SIDE + 1, _SIDE), Image.Resampling.BOX)
    grey = np.asarray(small).astype(np.int16)
    return np.packbits(grey[:, 1:] > grey[:, :-1])


def _plain(looks: NDArray[np.uint8]) -> bool:
    """Whether so few neighbours differ that many a picture looks like this: a caption on black."""
    bits = int(np.unpackbits(looks).sum())
    return min(bits, looks.size * 8 - bits) < PLAIN


def _archived(path: Path, inside: str) -> Iterator[tuple[str, Image.Image]]:
    if not path.is_file():
        return
    with tarfile.open(path) as archive:
        for member in archive:
            picture = member.name.lower().endswith((".jpg", ".jpeg", ".png"))
            stored = archive.extractfile(member) if picture and inside in member.name else None
            if stored is not None:
                with Image.open(BytesIO(stored.read())) as image:
                    yield member.name, image.convert("RGB")


def _frames(path: Path) -> Iterator[Image.Image]:
    if path.suffix not in (".mp4", ".webm", ".mkv", ".mov", ".avi"):
        return
    with av.open(str(path)) as container:
        for frame in islice(container.decode(video=0), 0, None, _EVERY):
            yield frame.to_image()
