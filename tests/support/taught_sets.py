"""Small sets of drawn pictures, with what teachers would say of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.models.scene_labels import MASKS, OBJECTS
from otio_autoedit.models.train.scene.sets import Box, SetWriter

COLOURS = {"person": (220, 60, 50), "car": (40, 80, 220), "dog": (60, 200, 70)}
_MASK_OF = {"person": "person", "car": "vehicle", "dog": "animal"}


def drawn_set(
    folder: Path,
    pictures: int = 24,
    *,
    clips: bool = False,
    taught: bool = True,
    size: tuple[int, int] = (320, 180),
    seed: int = 0,
) -> Path:
    """Writes a set of coloured boxes on noise: its boxes, masks and scenes are known.

    With `clips`, every eight pictures are a clip in which the same boxes move to the right. With
    `taught`, teachers' maps whose channels 0 and 1 are x and y in the square, and noise.
    """
    rng = np.random.default_rng(seed)
    with SetWriter(folder, licence="none", source="drawn", complete=OBJECTS, clips=clips) as made:
        placed: list[Box] = []
        for number in range(pictures):
            if not clips or number % 8 == 0:
                placed = _placed(rng)
            else:
                placed = [Box(b.name, b[1] + 0.01, b[2], b[3] + 0.01, b[4]) for b in placed]
            pixels, masks = _drawn(placed, size, rng)
            clip = {"clip": f"clip{number // 8}", "second": number / 3} if clips else {}
            made.add(
                f"p{number:05}",
                pixels,
                boxes=placed,
                mask=masks,
                scene=("indoor", "street")[number % 2],
                **clip,
            )
    if taught:
        teach(folder, pictures, rng)
    return folder


def teach(folder: Path, pictures: int, rng: np.random.Generator) -> None:
    """Writes teachers' files for a set of pictures named as `drawn_set` names them."""
    rows = [json.dumps({"picture": f"p{n:05}.jpg", "boxes": []}) for n in range(pictures)]
    (folder / "taught.jsonl").write_text("\n".join(rows) + "\n", "utf-8")
    for name, cells in (("p3", 52), ("p4", 26)):
        maps = rng.standard_normal((pictures, 64, cells, cells)).astype(np.float16)
        middles = (np.arange(cells) + 0.5) / cells
        maps[:, 0], maps[:, 1] = middles[None, None, :], middles[None, :, None]
        np.save(folder / f"taught_{name}.npy", maps)
    logits = rng.standard_normal((pictures, 1001)).astype(np.float16)
    np.save(folder / "taught_logits.npy", logits)


def _placed(rng: np.random.Generator) -> list[Box]:
    boxes = []
    for name in rng.permutation(list(COLOURS))[: rng.integers(1, 4)]:
        x, y = rng.uniform(0, 0.6), rng.uniform(0, 0.5)
        boxes.append(Box(str(name), x, y, x + rng.uniform(0.15, 0.3), y + rng.uniform(0.2, 0.5)))
    return boxes


def _drawn(
    boxes: list[Box], size: tuple[int, int], rng: np.random.Generator
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    width, height = size
    pixels = rng.integers(90, 150, (height, width, 3), np.uint8)
    masks = np.zeros((height, width), np.uint8)
    for box in boxes:
        part = (
            slice(round(box.top * height), round(box.bottom * height)),
            slice(round(box.left * width), round(box.right * width)),
        )
        pixels[part] = COLOURS[box.name]
        masks[part] = MASKS.index(_MASK_OF[box.name])
    return pixels, masks
