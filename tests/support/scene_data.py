"""A data folder in little, with the archives that the scene network is measured on.

Everything is flat colour: people red, cars blue, dogs yellow, what there is besides grey.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

COLOURS = {"person": (220, 40, 40), "car": (40, 40, 220), "dog": (220, 200, 40)}
SIZE = (96, 64)  # of pictures: width, height
FRAMES = 12
COCO = {
    "000000000001": (("person", (0, 0, 32, 64)), ("car", (48, 16, 96, 48))),
    "000000000002": (("dog", (16, 16, 64, 64)),),
    "000000000003": (),
}
"""Pictures by name: what is in them, x0, y0, x1, y1 in pixels."""

_YOLO = {"person": 0, "car": 2, "dog": 16}
_SEMANTIC = {"person": 1, "car": 3, "dog": 18}
_CONFIG = """# Class ids
classes:
  0: unlabeled
  1: person
  3: car
  18: dog
  145: playingfield
"""


def make_scene_data(folder: Path) -> Path:
    """Writes the archives, and returns the folder."""
    (folder / "coco128").mkdir(parents=True)
    (folder / "seg" / "davis2016_val").mkdir(parents=True)
    _coco(folder / "coco128")
    _people(folder / "seg" / "human300.tar.gz")
    _street(folder / "seg" / "camvid_test.tar.gz")
    _davis(folder / "seg" / "davis2016_val")
    return folder


def painted(objects: tuple[tuple[str, tuple[int, ...]], ...]) -> NDArray[np.uint8]:
    """Returns a picture of rectangles."""
    picture = np.full((SIZE[1], SIZE[0], 3), 128, np.uint8)
    for name, (x0, y0, x1, y1) in objects:
        picture[y0:y1, x0:x1] = COLOURS[name]
    return picture


def moving_square(at: int) -> NDArray[np.bool_]:
    """Returns where the one thing of a film is in frame `at`, `(H, W)`."""
    mask = np.zeros((SIZE[1], SIZE[0]), bool)
    mask[20:44, 8 + 4 * at : 32 + 4 * at] = True
    return mask


def write_tar(path: Path, files: Mapping[str, bytes]) -> None:
    """Writes an archive of files by their paths."""
    with tarfile.open(path, "w:gz") as archive:
        for name, stored in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(stored)
            archive.addfile(entry, io.BytesIO(stored))


def _coco(folder: Path) -> None:
    pictures, boxes, pixels = {}, {}, {"semantic/config.yaml": _CONFIG.encode()}
    for name, objects in COCO.items():
        pictures[f"images/val2017/{name}.jpg"] = _stored(painted(objects), "JPEG")
        if objects:
            boxes[f"labels_yolo_boxes/val2017/{name}.txt"] = _yolo_lines(objects).encode()
            labels = np.full((SIZE[1], SIZE[0]), 145, np.uint8)
            labels[:8, -8:] = 0
            for kind, (x0, y0, x1, y1) in objects:
                labels[y0:y1, x0:x1] = _SEMANTIC[kind]
            twice = labels.repeat(2, 0).repeat(2, 1)  # of the original's size
            pixels[f"semantic/val2017/{name}.png"] = _stored(twice, "PNG")
    pictures["images/train2017/000000000009.jpg"] = _stored(painted(()), "JPEG")
    write_tar(folder / "images.tar.gz", pictures)
    write_tar(folder / "labels_yolo_boxes.tar.gz", boxes)
    write_tar(folder / "semantic.tar.gz", pixels)


def _yolo_lines(objects: tuple[tuple[str, tuple[int, ...]], ...]) -> str:
    lines = ["56 0.5 0.5 0.1 0.1"]  # a chair, which is not carried
    for kind, (x0, y0, x1, y1) in objects:
        middle = ((x0 + x1) / 2 / SIZE[0], (y0 + y1) / 2 / SIZE[1])
        sides = ((x1 - x0) / SIZE[0], (y1 - y0) / SIZE[1])
        lines.append(" ".join(map(str, (_YOLO[kind], *middle, *sides))))
    return "\n".join(lines) + "\n"


def _people(path: Path) -> None:
    person = (("person", (32, 0, 64, 64)),)
    mask = Image.fromarray(np.uint8(255) * (painted(person)[..., 0] > 200)).convert("1")
    kept = io.BytesIO()
    mask.save(kept, "PNG")
    files = {"human300/img/1.jpg": _stored(painted(person), "JPEG")}
    write_tar(path, files | {"human300/mask/1.png": kept.getvalue()})


def _street(path: Path) -> None:
    labels = np.full((SIZE[1], SIZE[0]), 3, np.uint8)
    labels[:, :24], labels[:, 24:48], labels[:, 48:72] = 8, 9, 10
    objects = (("car", (0, 0, 24, 64)), ("person", (24, 0, 72, 64)))
    files = {"camvid_test/img/a.jpg": _stored(painted(objects), "JPEG")}
    write_tar(path, files | {"camvid_test/label/a.png": _stored(labels, "PNG")})


def _davis(folder: Path) -> None:
    masks = {}
    with av.open(str(folder / "square.mp4"), "w") as box:
        stream = box.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.bit_rate = (*SIZE, 2_000_000)
        for at in range(FRAMES):
            mask = moving_square(at)
            masks[f"./square/{at:05}.png"] = _stored(np.uint8(255) * mask, "PNG")
            rng = np.random.default_rng(5)  # a still ground with something on it
            frame = rng.integers(60, 120, (SIZE[1], SIZE[0], 3)).astype(np.uint8)
            frame[mask] = COLOURS["dog"]
            box.mux(stream.encode(av.VideoFrame.from_ndarray(frame, "rgb24")))
        box.mux(stream.encode(None))
    write_tar(folder / "masks_480x270.tar.gz", masks)


def _stored(picture: NDArray[np.uint8], form: str) -> bytes:
    kept = io.BytesIO()
    Image.fromarray(picture).save(kept, form, **({"quality": 95} if form == "JPEG" else {}))
    return kept.getvalue()
