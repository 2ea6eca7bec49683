"""The footage that transitions are made of: single-shot clips and stills, held in memory.

What may be trained on is fixed here by name, so that nothing measured slips in: clips of
`shots/train`, the training half of `coco128`, the small COCO and street sets, and TVSum's key
frames (without their labels). Drawn pictures are added (`drawn`).
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
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
DRAWN = 200  # pictures drawn here, beside the photographs
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
    """

    clips: tuple[NDArray[np.uint8], ...]
    stills: tuple[NDArray[np.uint8], ...]


def load_footage(data: Path, extra: Path | None = None) -> Footage:
    """Returns all trainable footage under `data`, and the clips in the folder `extra`.

    Raises:
        AutoEditError: the clips or a set of stills is not there.
    """
    folders = [data / "shots" / "train"] + ([extra] if extra else [])
    paths = [path for folder in folders for path in sorted(folder.glob("*.m[pk][4v]"))]
    if not paths:
        raise AutoEditError(f"no clips to train on in {folders[0]}: is {data} the data folder?")
    clips = tuple(np.stack(list(_frames(path))) for path in paths)
    rng = np.random.default_rng(0)
    drawn = tuple(draw_picture(STILL_SIZE, rng) for _ in range(DRAWN))
    return Footage(clips=clips, stills=(*_stills(data), *drawn))


def split(footage: Footage, every: int = 6) -> tuple[Footage, Footage]:
    """Returns footage to train on and footage to validate on: every sixth clip and still."""

    def part(held_out: bool) -> Footage:
        return Footage(
            *(
                tuple(item for i, item in enumerate(items) if (i % every == every - 1) == held_out)
                for items in (footage.clips, footage.stills)
            )
        )

    return part(False), part(True)


def _frames(path: Path) -> Iterator[NDArray[np.uint8]]:
    with av.open(str(path)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            if index == LONGEST_CLIP:
                return
            yield thumbnail(frame, CLIP_SIZE)


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
