"""What a network sees in a film, or in pictures out of one: vectors, objects, motion, at samples.

    film -> a few frames a second -> network -> vectors f_i, novelty, objects

Which network is a parameter: the scene network's reader, the shot network's CNN, or any other
`Seeing`; a detector of the zoo may look for objects beside it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import av
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from otio_autoedit.errors import OptionError, did_you_mean
from otio_autoedit.media.footage import Footage, Picture, open_footage
from otio_autoedit.media.info import MediaInfo
from otio_autoedit.media.thumbnails import thumbnail
from otio_autoedit.models import zoo
from otio_autoedit.models.scene import frame_size
from otio_autoedit.models.scene_findings import Objects
from otio_autoedit.models.scene_labels import OBJECTS
from otio_autoedit.models.scene_reader import SceneReader
from otio_autoedit.models.shots import SIZE, as_input, network_from
from otio_autoedit.models.threads import one_thread
from otio_autoedit.models.weight_files import load_weights

Floats = NDArray[np.float32]
Frames = NDArray[np.uint8]

A_SECOND = 3.0  # samples, about: as `analyze` takes them
_BATCH = 16
_DETECTED = 416 * 234  # pixels of pictures that a detector of the zoo sees


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What a network made of n samples; as `SceneFindings` has it."""

    vectors: Floats
    novelty: Floats | None = None
    objects: Sequence[Objects] | None = None


class Findings(Protocol):
    """`SceneFindings`, `Seen`."""

    @property
    def vectors(self) -> Floats: ...
    @property
    def novelty(self) -> Floats | None: ...
    @property
    def objects(self) -> Sequence[Objects] | None: ...


class Seeing(Protocol):
    """Reads one film after another, as `SceneReader` does."""

    def size_for(self, width: int, height: int) -> tuple[int, int]: ...
    def push(self, frames: Frames, positions: NDArray[np.int64]) -> None: ...
    def finish(self) -> Findings: ...


@dataclass(frozen=True, slots=True, eq=False)
class FilmVectors:
    """What is known of a film at n samples.

    Attributes:
        frames: how many the film has.
        rate: of them, a second.
        positions: `(n,)` source frames of the samples.
        vectors: `(n, D)`.
        novelty, motion, loudness: `(n,)`; None where not measured. Motion is the subject's.
        difference: `(n,)` the mean difference of the picture from the sample before, 0..255, NaN
            for the first.
        objects: n of them, their classes of `names`; None where nobody looked.
    """

    frames: int
    rate: float
    positions: NDArray[np.int64]
    vectors: Floats
    novelty: Floats | None = None
    objects: Sequence[Objects] | None = None
    names: Sequence[str] = OBJECTS
    motion: Floats | None = None
    loudness: Floats | None = None
    difference: Floats | None = None

    @property
    def seconds(self) -> NDArray[np.float64]:
        return self.positions / self.rate


class MotionOf(Protocol):
    """Measures the motion of one film in the samples of it."""

    def push(
        self, frames: Frames, positions: NDArray[np.int64], times: NDArray[np.float64]
    ) -> None: ...
    def finish(self) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured beside the network, by whoever can.

    Attributes:
        motion: makes a meter for a film; NaN is what it cannot tell.
        loudness: how loud a film is at these seconds; None where it has no sound.
    """

    motion: Callable[[Path], MotionOf]
    loudness: Callable[[Path, NDArray[np.float64]], Floats | None]


def read_film(
    path: Path, seeing: Seeing, names: Sequence[str] = OBJECTS, measures: Measures | None = None
) -> FilmVectors:
    """Returns what `seeing` finds in a film, `A_SECOND` samples a second.

    Raises:
        MediaError: the film cannot be read.
    """
    with open_footage(path) as footage:
        rate = float(footage.info.edit_rate)
        step = max(1, round(rate / A_SECOND))
        size = seeing.size_for(*footage.info.display_size)
        differ = _Difference()
        meters: list[MotionOf] = [differ, *([measures.motion(path)] if measures else [])]
        positions = [
            number
            for held in _batches(footage, step, size)
            for number in _push(seeing, meters, held, rate)
        ]
        frames = footage.info.frame_count
    found = seeing.finish()
    where = np.array(positions, np.int64)
    difference, *motion = (meter.finish() for meter in meters)
    loudness = measures.loudness(path, where / rate) if measures else None
    return FilmVectors(
        frames, rate, where, found.vectors, found.novelty, found.objects, names,
        motion[0] if motion else None, loudness, difference,
    )  # fmt: skip


def read_pictures(
    pictures: Sequence[tuple[int, bytes]],
    frames: int,
    rate: float,
    seeing: Seeing,
    names: Sequence[str] = OBJECTS,
) -> FilmVectors:
    """Returns what `seeing` finds in JPEG pictures out of a film: (frame, file), in their order.

    Each is seen by itself: seconds lie between them, so that novelty and motion are not known.
    """
    vectors: list[Floats] = []
    objects: list[Objects] = []
    for number, data in pictures:
        with av.open(io.BytesIO(data)) as box:
            frame = next(box.decode(video=0))
        small = thumbnail(frame, seeing.size_for(frame.width, frame.height))
        seeing.push(small[None], np.array([number], np.int64))
        found = seeing.finish()
        vectors.append(found.vectors)
        objects += found.objects or ()
    return FilmVectors(
        frames, rate, np.array([number for number, _ in pictures], np.int64),
        np.concatenate(vectors), None, objects or None, names,
    )  # fmt: skip


def seeing_by(
    name: str, *, weights: Path | None = None, detector: str | None = None, device: str = "cpu"
) -> tuple[Seeing, Sequence[str]]:
    """Returns what sees for a name, "scene" or "shots", and the names of the objects it finds.

    Args:
        name: which network.
        weights: other weights than those that come with the package.
        detector: a detector of the zoo, to find objects in place of the network.
        device: "cpu", "cuda", "mps".

    Raises:
        OptionError: there is no such network.
        WeightsError, MissingExtraError: it cannot be loaded.
    """
    if name not in FEATURES:
        raise OptionError(f"no vectors by {name!r}{did_you_mean(name, FEATURES)}")
    seeing: Seeing = FEATURES[name](weights, device)
    if detector is None:
        return seeing, OBJECTS
    found = zoo.detector(detector, device=device, threshold=0.2)
    return WithDetector(seeing, found), found.classes


class ShotVectors:
    """The shot network's CNN as `Seeing`: how a picture looks, not what is in it."""

    def __init__(self, weights: Path | None = None, device: str = "cpu") -> None:
        self._net = network_from(load_weights("shots", weights))[0].to(device)
        self._device = device
        self._vectors: list[Floats] = []

    def size_for(self, width: int, height: int) -> tuple[int, int]:
        return SIZE

    @one_thread()
    @torch.inference_mode()
    def push(self, frames: Frames, positions: NDArray[np.int64]) -> None:
        pictures = as_input(torch.from_numpy(frames.copy())[:, None].to(self._device))
        # Each beside itself: samples are a third of a second apart, and their difference no motion.
        self._vectors.append(self._net.backbone(pictures, pictures).vector[:, 0].cpu().numpy())

    def finish(self) -> Seen:
        empty = np.zeros((0, self._net.config.features), np.float32)
        found = np.concatenate([empty, *self._vectors])
        self._vectors = []
        return Seen(found)


class WithDetector:
    """A network for vectors, and a detector of the zoo for objects."""

    def __init__(self, seeing: Seeing, detector: zoo.Detector) -> None:
        self._seeing, self._detector = seeing, detector
        self._number = {name: i for i, name in enumerate(detector.classes)}
        self._inner = (0, 0)
        self._objects: list[Objects] = []

    def size_for(self, width: int, height: int) -> tuple[int, int]:
        self._inner = self._seeing.size_for(width, height)
        return frame_size(width, height, _DETECTED)

    def push(self, frames: Frames, positions: NDArray[np.int64]) -> None:
        for each in self._detector(frames):
            classes = np.array([self._number[label] for label in each.labels], np.int64)
            self._objects.append(Objects(each.boxes, classes, each.scores))
        pictures = torch.from_numpy(frames.copy()).permute(0, 3, 1, 2).float()
        small = F.interpolate(pictures, self._inner[::-1], mode="area").round().to(torch.uint8)
        self._seeing.push(small.permute(0, 2, 3, 1).contiguous().numpy(), positions)

    def finish(self) -> Seen:
        found, objects = self._seeing.finish(), self._objects
        self._objects = []
        return Seen(found.vectors, found.novelty, objects)


FEATURES: dict[str, Callable[[Path | None, str], Any]] = {
    "scene": SceneReader,
    "shots": ShotVectors,
}
"""What makes vectors, by name."""


class _Difference:
    """The mean difference of each sample from the one before; the first has none, NaN."""

    def __init__(self) -> None:
        self._before: Frames | None = None
        self._found: list[float] = []

    def push(
        self, frames: Frames, positions: NDArray[np.int64], times: NDArray[np.float64]
    ) -> None:
        for frame in frames:
            before, self._before = self._before, frame
            apart = None if before is None else np.abs(frame.astype(np.int16) - before).mean()
            self._found.append(float("nan") if apart is None else float(apart))

    def finish(self) -> Floats:
        return np.array(self._found, np.float32)


def _batches(
    footage: Footage, step: int, size: tuple[int, int]
) -> Iterator[list[tuple[int, Frames]]]:
    """Yields every `step`-th frame with its number, some at a time."""
    held: list[tuple[int, Frames]] = []
    for picture in footage.read(sound=False):
        if isinstance(picture, Picture) and picture.number % step == 0:
            held.append((picture.number, _small(picture.frame, footage.info, size)))
        if len(held) == _BATCH:
            yield held
            held = []
    if held:
        yield held


def _push(
    seeing: Seeing, meters: Sequence[MotionOf], held: Sequence[tuple[int, Frames]], rate: float
) -> list[int]:
    """Hands frames over, and returns which they are."""
    frames = np.stack([frame for _, frame in held])
    positions = np.array([number for number, _ in held], np.int64)
    seeing.push(frames, positions)
    for meter in meters:
        meter.push(frames, positions, positions / rate)
    return [number for number, _ in held]


def _small(frame: Any, info: MediaInfo, size: tuple[int, int]) -> Frames:
    """Returns a frame upright, at a (width, height)."""
    turned = info.rotation in (90, 270)
    small = thumbnail(frame, size[::-1] if turned else size)
    return np.ascontiguousarray(np.rot90(small, -info.rotation // 90))
