"""Label pictures of public sets: people numbered one by one, and garments (MATLAB files)."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from otio_autoedit.errors import MissingExtraError
from otio_autoedit.models.scene_labels import MASKS
from otio_autoedit.models.train.scene.painted import Thing
from otio_autoedit.models.train.scene.sets import Box, SetError

_PERSON = MASKS.index("person")
_OTHER = MASKS.index("other")

Read = tuple[tuple[Thing, ...], NDArray[np.uint8]]


def instances(content: bytes, where: str) -> Read:
    """Reads a picture in which person k's pixels are k and 0 is nobody (Penn-Fudan's form).

    Returns boxes of the people, and pixel labels `(height, width)`.

    Raises:
        SetError: it is no picture.
    """
    try:
        with Image.open(io.BytesIO(content)) as image:
            numbers = np.asarray(image)
    except OSError:
        raise SetError(f"{where}: no picture") from None
    people = [_boxed(numbers == number) for number in np.unique(numbers[numbers > 0])]
    return tuple(people), np.where(numbers > 0, _PERSON, _OTHER).astype(np.uint8)


def garments(content: bytes, where: str) -> Read:
    """Reads a MATLAB file of garments, hair and skin (Yang, Luo & Lin 2014): of one person.

    Raises:
        MissingExtraError: scipy, which reads MATLAB's files, is not installed.
        SetError: it is no such file.
    """
    try:
        from scipy.io import loadmat  # type: ignore[import-untyped,unused-ignore]
    except ImportError:
        raise MissingExtraError(f"{where}: MATLAB's files need scipy: pip install scipy") from None
    try:
        labels = np.asarray(loadmat(io.BytesIO(content))["groundtruth"])
    except (KeyError, ValueError, TypeError, NotImplementedError):
        raise SetError(f"{where}: no MATLAB file with a `groundtruth`") from None
    worn = labels > 0
    person = (_boxed(worn),) if worn.any() else ()
    return person, np.where(worn, _PERSON, _OTHER).astype(np.uint8)


def _boxed(pixels: NDArray[np.bool_]) -> Thing:
    height, width = pixels.shape
    rows, columns = np.flatnonzero(pixels.any(1)), np.flatnonzero(pixels.any(0))
    left, right = columns[0] / width, (columns[-1] + 1) / width
    top, bottom = rows[0] / height, (rows[-1] + 1) / height
    return Thing(Box("person", float(left), float(top), float(right), float(bottom)))
