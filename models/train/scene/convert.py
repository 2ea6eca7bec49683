"""Makes sets of labelled pictures from copies of public repositories and from the data folder."""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from otio_autoedit.models.scene_labels import MASKS
from otio_autoedit.models.train.scene import formats
from otio_autoedit.models.train.scene.copies import Copy, joined, open_archive, open_copy, text
from otio_autoedit.models.train.scene.frames import write_frames
from otio_autoedit.models.train.scene.guard import Guard
from otio_autoedit.models.train.scene.painted import (
    Thing,
    boxes,
    looked_at,
    near_only,
    pixel_labels,
)
from otio_autoedit.models.train.scene.pixel_masks import garments, instances
from otio_autoedit.models.train.scene.scene_sources import SceneSource
from otio_autoedit.models.train.scene.sets import Box, SceneSet, SetError, SetWriter, load_set

LEAST = 96  # pixels: the long side of the smallest picture that is worth training on
_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp")
_TILE = 3  # a tile's sides are a third of the picture's


@dataclass(frozen=True, slots=True)
class Made:
    """A set that was made, and how many pictures were held back as measured on, small or broken."""

    made: SceneSet
    barred: int
    unfit: int


def make_set(
    source: SceneSource,
    out: Path,
    *,
    guard: Guard,
    copies: Path | None = None,
    data: Path | None = None,
    footage: Sequence[Path] = (),
    progress: Callable[[int, int], None] | None = None,
) -> Made:
    """Makes one set in the folder `out` and returns it.

    Args:
        source: which.
        out: the folder of sets.
        guard: what may not be trained on.
        copies: the folder of clones that repositories are read from.
        data: the data folder.
        footage: folders of videos, for the source of that name.
        progress: called with pictures done and of how many.

    Raises:
        SetError: what it is made of is not there, or is not what the table says; nothing is left.
    """
    writer = SetWriter(
        out / source.set,
        licence=source.licence,
        source=source.source,
        complete=source.complete,
        scene=source.scene,
        clips=source.format == "videos",
    )
    with ExitStack() as opened:
        if source.format == "videos":
            opened.enter_context(writer)
            barred = write_frames(writer, footage, guard, progress)
            unfit = 0
        else:
            copy = opened.enter_context(_opened(source, copies, data))
            opened.enter_context(writer)
            making = _Making(source, copy, guard, _taken(source, out))
            making.write(writer, progress)
            barred, unfit = making.barred, making.unfit
        if not len(writer):
            raise SetError(f"{source.set}: no picture of {source.source} could be used")
    return Made(load_set(out / source.set), barred, unfit)


@contextmanager
def _opened(source: SceneSource, copies: Path | None, data: Path | None) -> Iterator[Copy]:
    if source.archives:
        if data is None:
            raise SetError(f"{source.set}: it is made of the data folder; --data names that")
        yield joined(*(open_archive(data / path) for path in source.archives))
        return
    if copies is None:
        raise SetError(f"{source.set}: it is made of {source.repo}; --from names the copies")
    with open_copy(copies, source.repo, source.commit) as copy:
        yield copy


def _taken(source: SceneSource, out: Path) -> frozenset[str]:
    """Returns the names of pictures in the sets that it is kept apart from."""
    there = [load_set(out / name) for name in source.apart_from if (out / name).is_dir()]
    return frozenset(PurePosixPath(p.name).stem for made in there for p in made.pictures)


class _Making:
    """The work on one set of pictures."""

    def __init__(
        self, source: SceneSource, copy: Copy, guard: Guard, taken: frozenset[str]
    ) -> None:
        self._source, self._copy, self._guard, self._taken = source, copy, guard, taken
        self._coco = self._read_coco() if source.format == "coco" else {}
        label_folders = [f"{folder}/" for folder in source.labels]
        self._labels = formats.by_stem(
            [p for p in copy.names() if any(p.startswith(folder) for folder in label_folders)]
        )
        self.barred = 0
        self.unfit = 0

    def write(self, writer: SetWriter, progress: Callable[[int, int], None] | None) -> None:
        paths = self._chosen()
        for done, (path, name) in enumerate(paths, 1):
            self._add(writer, path, name)
            if progress and (done % 50 == 0 or done == len(paths)):
                progress(done, len(paths))

    def _chosen(self) -> list[tuple[str, str]]:
        """Returns paths of pictures, each with the name that it gets."""
        found: list[str] = []
        for folder in self._folders():
            inside = [
                path
                for path in self._copy.names()
                if path.startswith(folder) and path.lower().endswith(_SUFFIXES)
            ]
            inside = [path for path in inside if not self._left_out(path)]
            inside.sort(key=lambda path: zlib.crc32(path.encode("utf-8", "surrogateescape")))
            found += sorted(inside[: self._source.most])
        stems = [PurePosixPath(path).stem for path in found]
        plain = len(set(stems)) == len(stems)
        named: dict[str, str] = {}
        for path in found:
            name = _name(path, plain)
            named[name if name not in named else f"{name}_{len(named)}"] = path
        return [(path, name) for name, path in named.items()]

    def _folders(self) -> list[str]:
        """Returns the folders of pictures, `NAME/*/` taken for each that is in NAME."""
        found: list[str] = []
        for stated in self._source.pictures:
            base, star, _ = stated.partition("*/")
            inside = (path for path in self._copy.names() if path.startswith(base))
            below = {path[len(base) :].partition("/")[0] for path in inside if star}
            found += sorted(f"{base}{name}/" for name in below) if star else [base]
        return found

    def _left_out(self, path: str) -> bool:
        stem = PurePosixPath(path).stem
        return stem in self._taken or any(part in path for part in self._source.skip)

    def _add(self, writer: SetWriter, path: str, name: str) -> None:
        image = _decoded(self._copy.read(path))
        if image is None or max(image.size) < LEAST:
            self.unfit += 1
            return
        if self._guard.bars(PurePosixPath(path).stem, image):
            self.barred += 1
            return
        things, mask = self._known(path, image.size)
        if self._source.squeezed != 1.0:
            image = image.resize((round(image.width * self._source.squeezed), image.height))
        foreground = None
        if self._source.foreground and things is not None:
            foreground = looked_at(things, *image.size) if mask is None else _people(mask)
        if mask is None and self._source.masks and things is not None:
            mask = pixel_labels(things, *image.size)
        if mask is not None and self._source.masks == "near":
            mask = near_only(mask, self._source.near)
        pixels, found, scene = np.asarray(image), boxes(things or ()), self._scene(path)
        writer.add(name, pixels, boxes=found, mask=mask, foreground=foreground, scene=scene)
        for part, sides in enumerate(_tiles(name, self._source.tiles)):
            tile, inside = _cut(pixels, found, sides)
            writer.add(f"{name}_{part}", tile, boxes=inside, scene=scene)

    def _known(
        self, path: str, size: tuple[int, int]
    ) -> tuple[tuple[Thing, ...] | None, NDArray[np.uint8] | None]:
        """Returns a picture's things, None if it has no labels; and its pixel labels, if given."""
        stem = PurePosixPath(path).stem
        if self._source.format == "coco":
            return self._coco.get(stem), None
        there = self._labels.get(stem, [])
        if not there:
            return None, None
        label = there[0]
        if self._source.format == "instances":
            return instances(self._copy.read(label), label)
        if self._source.format == "garments":
            return garments(self._copy.read(label), label)
        words = text(self._copy, label)
        if self._source.format == "yolo":
            things = formats.yolo(words, label, self._source.classes)
        elif self._source.format == "corners":
            things = formats.corners(words, label, *size)
        else:
            things = formats.voc(words, label, *size)
        return formats.renamed(things, self._source.names), None

    def _read_coco(self) -> formats.Labels:
        found: formats.Labels = {}
        for path in self._source.labels:
            for stem, things in formats.coco(text(self._copy, path), path).items():
                found[stem] = formats.renamed(things, self._source.names)
        return found

    def _scene(self, path: str) -> str | None:
        return next((s for part, s in self._source.scenes.items() if part in path), None)


def _name(path: str, plain: bool) -> str:
    """Returns a picture's name: its file's, with the folder's before it where two share one."""
    parts = PurePosixPath(path).with_suffix("").parts
    name = parts[-1] if plain else "_".join(parts[-2:])
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name)


def _decoded(content: bytes) -> Image.Image | None:
    """Returns a picture upright in RGB; None where there is none in there."""
    try:
        with Image.open(io.BytesIO(content)) as stored:
            return ImageOps.exif_transpose(stored).convert("RGB")
    except (OSError, ValueError, SyntaxError):
        return None


def _people(mask: NDArray[np.uint8]) -> NDArray[np.uint8]:
    person: NDArray[np.uint8] = (mask == MASKS.index("person")).astype(np.uint8)
    return person


def _tiles(name: str, count: int) -> Iterator[tuple[float, float]]:
    """Yields where tiles begin, in shares: drawn from the picture's name, so always the same."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    most = 1 - 1 / _TILE
    for _ in range(count):
        yield float(rng.uniform(0, most)), float(rng.uniform(0.1, most))


def _cut(
    pixels: NDArray[np.uint8], found: Sequence[Box], begin: tuple[float, float]
) -> tuple[NDArray[np.uint8], list[Box]]:
    """Returns a tile and the boxes in it; of a thing mostly outside nothing is known."""
    height, width = pixels.shape[:2]
    left, top = round(begin[0] * width), round(begin[1] * height)
    across, down = width // _TILE, height // _TILE
    tile = np.ascontiguousarray(pixels[top : top + down, left : left + across])
    inside = []
    for box in found:
        x0, x1 = ((side * width - left) / across for side in (box.left, box.right))
        y0, y1 = ((side * height - top) / down for side in (box.top, box.bottom))
        seen = _overlap(x0, x1) * _overlap(y0, y1)
        if seen > 0:
            inside.append(Box(box.name if seen > 0.4 else "?", x0, y0, x1, y1))
    return tile, inside


def _overlap(begin: float, end: float) -> float:
    return max(0.0, min(1.0, end) - max(0.0, begin)) / max(1e-9, end - begin)
