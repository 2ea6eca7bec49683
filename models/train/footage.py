"""The footage that transitions are made of: single-shot clips and stills, held in memory.

What may be trained on is fixed here by name, so that nothing measured slips in: clips of
`shots/train`, the training half of `coco128`, the small COCO and street sets, and TVSum's key
frames (without their labels). Drawn pictures are added (`drawn`).
"""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from otio_autoedit.errors import AutoEditError
from otio_autoedit.media.thumbnails import thumbnail
from otio_autoedit.models.train.drawn import draw_picture

CLIP_SIZE = (96, 54)  # twice the network's thumbnails: room to zoom in
STILL_SIZE = (192, 108)
DRAWN = 300  # pictures drawn here, beside the photographs
LONGEST_CLIP = 900  # frames; a fixed camera has no more to say after that

_STILLS = (
    ("coco128/images.tar.gz", "train2017"),
    ("train_images/coco_small_sets_320.tar.gz", "images/"),
    ("train_images/pennfudan_320.tar.gz", "images/"),
    ("tvsum/keyframes_320.tar", "keyframes/"),
)


@dataclass(frozen=True, slots=True)
class Footage:
    """Single shots.

    Attributes:
        clips: each `(frames, 54, 96, 3)` uint8 RGB, one shot without a cut.
        stills: each `(108, 192, 3)` uint8 RGB.
        more: clips as `clips`, gathered beside them: `split` leaves them all to training.
    """

    clips: tuple[NDArray[np.uint8], ...]
    stills: tuple[NDArray[np.uint8], ...]
    more: tuple[NDArray[np.uint8], ...] = ()


def load_footage(data: Path, extra: Path | None = None) -> Footage:
    """Returns all trainable footage under `data`, and what was gathered in the folder `extra`.

    Raises:
        AutoEditError: the clips or a set of stills is not there.
    """
    paths = sorted((data / "shots" / "train").glob("*.m[pk][4v]"))
    if not paths:
        raise AutoEditError(f"no clips to train on under {data}: is it the data folder?")
    rng = np.random.default_rng(0)
    drawn = tuple(draw_picture(STILL_SIZE, rng) for _ in range(DRAWN))
    return Footage(
        clips=tuple(load_clip(path) for path in paths),
        stills=(*_stills(data), *drawn),
        more=tuple(load_clip(path) for path in single_shots(extra, held_out=False)),
    )


def single_shots(extra: Path | None, *, held_out: bool) -> list[Path]:
    """Returns the gathered clips to train on, or the sixth of them that only validates."""
    paths = sorted((extra / "single").glob("*.mp4")) if extra else []
    return [path for path in paths if (zlib.crc32(path.stem.encode()) % 6 == 5) == held_out]


def split(footage: Footage, every: int = 6) -> tuple[Footage, Footage]:
    """Returns footage to train on and footage to validate on: every sixth clip and still."""

    def part(items: tuple[NDArray[np.uint8], ...], held_out: bool) -> tuple[NDArray[np.uint8], ...]:
        return tuple(item for i, item in enumerate(items) if (i % every == every - 1) == held_out)

    training = Footage(part(footage.clips, False) + footage.more, part(footage.stills, False))
    return training, Footage(part(footage.clips, True), part(footage.stills, True))


def load_clip(path: Path, longest: int = LONGEST_CLIP) -> NDArray[np.uint8]:
    """Returns the first frames of a clip, `(frames, 54, 96, 3)` uint8 RGB."""
    with av.open(str(path)) as container:
        frames = islice(container.decode(video=0), longest)
        return np.stack([thumbnail(frame, CLIP_SIZE) for frame in frames])


def _stills(data: Path) -> Iterator[NDArray[np.uint8]]:
    for archive, wanted in _STILLS:
        if not (data / archive).is_file():
            raise AutoEditError(f"no stills to train on at {data / archive}: fetch the data again")
        with tarfile.open(data / archive) as files:
            for member in files:
                if not member.name.endswith(".jpg") or wanted not in member.name:
                    continue
                stored = files.extractfile(member)
                if stored is None:
                    continue
                with Image.open(io.BytesIO(stored.read())) as picture:
                    small = picture.convert("RGB").resize(STILL_SIZE, Image.Resampling.BOX)
                yield np.array(small)
