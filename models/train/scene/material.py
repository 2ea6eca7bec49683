"""What generated pictures are made of: cut-outs, pictures and clips to stand behind them."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from otio_autoedit.models.scene_labels import COCO_TO_MASK, COCO_TO_OBJECT
from otio_autoedit.models.train.footage import single_shots
from otio_autoedit.models.train.scene.cutouts import Cutout, load_cutouts
from otio_autoedit.models.train.scene.sets import load_set, small_size

_SMALL = "train_images/coco_small_sets_320.tar.gz"
_COCO128 = "coco128/images.tar.gz"
_COCO128_LABELS = "coco128/instances_train2017_128.json.gz"
_LOOKED_AT = frozenset((*COCO_TO_OBJECT, *COCO_TO_MASK))
_DRAWN = ("atari_", "anip_", "defl_")  # clips whose names say that they are games or drawings
_MOST_PICTURES = 400  # of a prepared set

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Material:
    """Cut-outs, and what may stand behind them.

    Attributes:
        cutouts: in a fixed order.
        places: pictures `(h, w, 3)` RGB without any object that is carried, people before all.
        standing: the people among them who are seen from head to foot.
        outdoors: those of them that may be seen behind a ground.
        clips: files of single shots, with things of their own in them.
    """

    cutouts: tuple[Cutout, ...]
    standing: tuple[Cutout, ...]
    places: tuple[Picture, ...]
    outdoors: tuple[Picture, ...]
    clips: tuple[Path, ...]


def load_material(data: Path, footage: Path | None = None, sets: tuple[Path, ...] = ()) -> Material:
    """Returns all that may be trained on.

    Args:
        data: the data folder.
        footage: gathered clips (`train gather`); those that only validate are left out.
        sets: prepared sets; those with true masks give people, those of nature without a box give
            pictures to stand behind.

    Raises:
        AutoEditError: an archive or a set is not there.
    """
    loaded = [load_set(folder) for folder in sets]
    masked = tuple(one.folder for one in loaded if (one.folder / "masks").is_dir())
    places = list(_empty_places(data, _LOOKED_AT))
    outdoors = list(_empty_places(data, None))
    for one in loaded:
        plain = [p for p in one.pictures if p.scene == "nature" and not p.boxes]
        nature = [one.pixels(p) for p in plain[:: max(1, len(plain) // _MOST_PICTURES)]]
        places, outdoors = places + nature, outdoors + nature
    clips = sorted((data / "shots" / "train").glob("*.m[pk][4v]"))
    clips += [p for p in single_shots(footage, held_out=False) if not p.name.startswith(_DRAWN)]
    cutouts = load_cutouts(data, masked)
    standing = tuple(cutout for cutout in cutouts if cutout.standing)
    return Material(cutouts, standing, tuple(places), tuple(outdoors), tuple(clips))


def clip_frames(path: Path, count: int, every: float) -> tuple[Picture, ...]:
    """Returns up to `count` frames of a clip from its beginning, `every` so many seconds."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        step = max(1, round(float(stream.average_rate or 25) * every))
        frames = islice(container.decode(stream), 0, step * count, step)
        return tuple(_small(frame.to_ndarray(format="rgb24")) for frame in frames)


def _small(picture: Picture) -> Picture:
    size = small_size(picture.shape[1], picture.shape[0])
    return np.array(Image.fromarray(picture).resize(size, Image.Resampling.BOX))


def _empty_places(data: Path, unwanted: frozenset[str] | None) -> Iterator[Picture]:
    """Yields the COCO pictures whose labels name nothing unwanted, or (None) nothing but benches,
    signs and the like: nothing that is carried, and nothing of a house.
    """
    with tarfile.open(data / _SMALL) as files:
        stored = files.extractfile("instances.json")
        small = json.loads(stored.read()) if stored else {}
    yield from _empty_of(small, data / _SMALL, "images/", unwanted)
    large = json.loads(gzip.decompress((data / _COCO128_LABELS).read_bytes()))
    yield from _empty_of(large, data / _COCO128, "images/train2017/", unwanted)


def _empty_of(
    labels: dict[str, Any], archive: Path, folder: str, unwanted: frozenset[str] | None
) -> Iterator[Picture]:
    kinds = {category["id"]: category for category in labels["categories"]}

    def spoils(kind: dict[str, str]) -> bool:
        if unwanted is None:
            return kind["supercategory"] != "outdoor"
        return kind["name"] in unwanted

    full = {a["image_id"] for a in labels["annotations"] if spoils(kinds[a["category_id"]])}
    empty = {f"{folder}{i['file_name']}" for i in labels["images"] if i["id"] not in full}
    with tarfile.open(archive) as files:
        for member in files:
            stored = files.extractfile(member) if member.name in empty else None
            if stored is not None:
                with Image.open(io.BytesIO(stored.read())) as picture:
                    yield np.array(picture.convert("RGB"))
