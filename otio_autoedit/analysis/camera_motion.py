"""How the camera moves, and how much moves in front of it: from the frames that a network samples.

    meter = MotionMeter()
    meter.push(frames, positions, times)   # as they come
    motion = within_shots(meter.finish(), transitions)

Each pair of neighbouring samples is compared by itself (see `alignment`), so a film in pieces gives
what the film gives. Where the shots end is known only afterwards: `within_shots` takes out the
pairs that lie across.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.alignment import (
    STILL,
    Alignment,
    Pyramid,
    Similarity,
    align,
    inverted,
    pyramid,
)
from otio_autoedit.analysis.record import Curve, Transition

_TRUSTED = 0.15  # a move of less confidence is taken for none
_POOL = 2  # pixels of `alignment`'s to one of a residual map
_UNSEEN = 255
_MOST = 254
_PLACES = 8  # a side: where displacement is looked at


@dataclass(frozen=True, slots=True, eq=False)
class CameraMotion:
    """The motion of a film, sample by sample. What is said of pairs stands at the later sample;
    nothing is known at the first, and where a pair lies `across` a change of shot: there the move
    is none, the rest 0.

    Attributes:
        positions: int64 `(n,)` source frames.
        times: float64 `(n,)` seconds.
        moves: float64 `(n, 2, 3)`: `moves[i] @ (x, y, 1)` is where a place of sample i - 1 is in
            sample i, both in 0..1 of the picture.
        confidence: float32 `(n,)` in 0..1: that the move is the camera's.
        camera: float32 `(n,)`: mean displacement of the picture's places, in its diagonals a
            second.
        subject: float32 `(n,)` in 0..1: the part of the picture that moves by itself, weighted by
            how much it differs. Changes of exposure do not count.
        across: bool `(n,)`.
        aspect: width by height of the picture.
    """

    positions: npt.NDArray[np.int64]
    times: npt.NDArray[np.float64]
    moves: npt.NDArray[np.float64]
    confidence: npt.NDArray[np.float32]
    camera: npt.NDArray[np.float32]
    subject: npt.NDArray[np.float32]
    across: npt.NDArray[np.bool_]
    aspect: float
    _maps: tuple[bytes, ...] = ()
    _map_size: tuple[int, int] = (0, 0)

    def __len__(self) -> int:
        return len(self.positions)

    def residual_maps(self, start: int, stop: int) -> npt.NDArray[np.uint8]:
        """Returns where things move by themselves in samples start..stop - 1: `(k, h, w)` 0..254.

        A place counts if it differs from the sample before and from the one after: what a thing has
        just left or is about to cover is not the thing.
        """
        return np.stack([self._residual(i) for i in range(start, stop)])

    def _residual(self, i: int) -> npt.NDArray[np.uint8]:
        before, after = (self._map(pair)[at] for pair, at in ((i, 1), (i + 1, 0)))
        both: npt.NDArray[np.uint8] = np.minimum(before, after)
        return np.where(both == _UNSEEN, np.uint8(0), both)

    def _map(self, pair: int) -> npt.NDArray[np.uint8]:
        """Returns what the two samples of a pair show of each other, `(2, h, w)`."""
        if not 0 < pair < len(self) or self.across[pair]:
            return np.full((2, *self._map_size), _UNSEEN, np.uint8)
        raw = zlib.decompress(self._maps[pair])
        return np.frombuffer(raw, np.uint8).reshape(2, *self._map_size)


class MotionMeter:
    """Takes sampled frames in order; gives their motion. Holds one frame, and a kilobyte a sample.

    Args:
        residuals: whether the residual maps are kept.
    """

    def __init__(self, *, residuals: bool = False) -> None:
        self._residuals = residuals
        self._last: Pyramid | None = None
        self._size: tuple[int, int] | None = None
        self._positions: list[int] = []
        self._times: list[float] = []
        self._pairs: list[_PairMotion] = []

    def push(
        self,
        frames: npt.NDArray[np.uint8],
        positions: Iterable[int],
        times: Iterable[float],
    ) -> None:
        """Sees the next samples.

        Args:
            frames: uint8 RGB `(n, H, W, 3)`, of the displayed aspect, all of one size.
            positions: their source frames.
            times: their seconds, rising.
        """
        for frame, position, time in zip(frames, positions, times, strict=True):
            if self._size is None:
                self._size = (frame.shape[0], frame.shape[1])
            seen = pyramid(frame)
            if self._last is None:
                self._pairs.append(_NO_PAIR)
            else:
                found = align(self._last, seen)
                passed = max(time - self._times[-1], 1e-3)
                self._pairs.append(_pair_motion(found, seen, passed, self._residuals))
            self._last = seen
            self._positions.append(int(position))
            self._times.append(float(time))

    def finish(self) -> CameraMotion:
        """Returns the motion between all that was seen, across cuts too: see `within_shots`."""
        height, width = self._size or (9, 16)
        across = np.zeros(len(self._pairs), np.bool_)
        across[:1] = True
        size = (0, 0)
        if self._last is not None:
            rows, columns = self._last.levels[0].shape
            size = (rows // _POOL, columns // _POOL)
        return CameraMotion(
            positions=np.array(self._positions, np.int64),
            times=np.array(self._times, np.float64),
            moves=np.array([pair.move for pair in self._pairs], np.float64).reshape(-1, 2, 3),
            confidence=np.array([pair.confidence for pair in self._pairs], np.float32),
            camera=np.array([pair.camera for pair in self._pairs], np.float32),
            subject=np.array([pair.subject for pair in self._pairs], np.float32),
            across=across,
            aspect=width / height,
            _maps=tuple(pair.maps for pair in self._pairs),
            _map_size=size,
        )


def within_shots(motion: CameraMotion, transitions: Iterable[Transition]) -> CameraMotion:
    """Returns the motion without the pairs of samples that lie across a change of shot, or within
    a dissolve."""
    earlier, later = motion.positions[:-1], motion.positions[1:]
    across = motion.across.copy()
    for change in transitions:
        across[1:] |= (earlier < change.first_after) & (later > change.last_before)
    moves = motion.moves.copy()
    moves[across] = _NONE
    return replace(
        motion,
        moves=moves,
        confidence=np.where(across, np.float32(0), motion.confidence),
        camera=np.where(across, np.float32(0), motion.camera),
        subject=np.where(across, np.float32(0), motion.subject),
        across=across,
    )


def motion_curves(motion: CameraMotion) -> dict[str, Curve]:
    """Returns "motion", the camera's, and "subject_motion", on an even grid of as many samples.

    A sample's value is the mean of the pairs that it is in. Fewer than two samples give nothing.
    """
    if len(motion) < 2 or motion.times[-1] <= motion.times[0]:
        return {}
    count = len(motion)
    even = np.linspace(motion.times[0], motion.times[-1], count)
    rate = float((count - 1) / (motion.times[-1] - motion.times[0]))
    known = np.append(~motion.across, False).astype(np.float32)
    pairs = np.maximum(known[:-1] + known[1:], 1)
    curves = {}
    for name, unit, values in (
        ("motion", "diagonals/s", motion.camera),
        ("subject_motion", "share", motion.subject),
    ):
        kept = np.append(values, 0).astype(np.float32) * known
        at_samples = (kept[:-1] + kept[1:]) / pairs
        resampled = np.interp(even, motion.times, at_samples).astype(np.float32)
        curves[name] = Curve(unit, rate, float(motion.times[0]), resampled)
    return curves


def moved_between(motion: CameraMotion, first: int, last: int) -> npt.NDArray[np.float64]:
    """Returns the move `(2, 3)` from sample `first` to sample `last`, the later one."""
    whole = np.eye(3)
    for move in motion.moves[first + 1 : last + 1]:
        whole = np.vstack([move, [0, 0, 1]]) @ whole
    return whole[:2]


_NONE = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


@dataclass(frozen=True, slots=True, eq=False)
class _PairMotion:
    """What is kept of a pair; as in `CameraMotion`."""

    move: npt.NDArray[np.float64]
    confidence: float
    camera: float
    subject: float
    maps: bytes


_NO_PAIR = _PairMotion(_NONE, 0.0, 0.0, 0.0, b"")


def _pair_motion(found: Alignment, seen: Pyramid, passed: float, residuals: bool) -> _PairMotion:
    trusted = found.confidence >= _TRUSTED
    similarity = inverted(found.similarity) if trusted else STILL
    move = _move(similarity, seen)
    later = found.differences[1]
    known = np.isfinite(later)
    subject = float(later[known].mean()) if known.any() else 0.0
    maps = zlib.compress(_pooled(found.differences).tobytes(), 1) if residuals else b""
    camera = _displacement(similarity, seen) / passed
    return _PairMotion(move, found.confidence, camera, subject, maps)


def _move(similarity: Similarity, seen: Pyramid) -> npt.NDArray[np.float64]:
    """Returns a similarity of (u, v), see `alignment`, as a move of (x, y) in 0..1."""
    a, b, s, t = similarity
    height, width = seen.levels[0].shape
    unit = np.hypot(height, width) / 2
    across, down = unit / width * seen.extent[0], unit / height * seen.extent[1]
    turned = np.array([[a, -b * across / down], [b * down / across, a]])
    shift = np.array([s * across, t * down]) + 0.5 - turned @ (0.5, 0.5)
    return np.column_stack([turned, shift])


def _displacement(similarity: Similarity, seen: Pyramid) -> float:
    """Returns how far the places of a picture go on average, in its diagonals."""
    a, b, s, t = similarity
    height, width = seen.levels[0].shape
    sides = np.array([width / seen.extent[0], height / seen.extent[1]])
    x, y = np.meshgrid(*[(np.arange(_PLACES) + 0.5) / _PLACES - 0.5] * 2)
    unit = np.hypot(height, width) / 2
    u, v = x * sides[0] / unit, y * sides[1] / unit
    far = np.hypot((a - 1) * u - b * v + s, b * u + (a - 1) * v + t) * unit
    return float(far.mean() / np.hypot(*sides))


def _pooled(differences: npt.NDArray[np.float32]) -> npt.NDArray[np.uint8]:
    """Returns maps `(2, h, w)` of half the size, 0..254; 255 where nothing is known."""
    _, height, width = differences.shape
    cells = differences.reshape(2, height // _POOL, _POOL, width // _POOL, _POOL)
    mean = cells.mean((2, 4))
    known = np.isfinite(mean)
    values = np.round(np.where(known, mean, 0) * _MOST).astype(np.uint8)
    return np.where(known, values, np.uint8(_UNSEEN))
