"""How much each moment of a film matters, told without anybody's labels. No torch here.

    score_i = mean of the parts known of sample i, each as its rank in the film, 0..1

The parts, and why each should matter:

- **novelty**: the RNN did not foresee the frame: something happened.
- **representativeness**: much of the film looks like this frame, so that it stands for the film:
  the mean over the film of `exp(-d / s)`, a density; its best frame is a medoid.
- **diversity**: nothing shown earlier looks like it: `d` to the nearest frame that was shown
  before, what was shown just now left out.
- **people**: persons and faces, large, near the middle of the picture.
- **motion**: things move by themselves, whatever the camera does.
- **sound**: it is loud.

Representativeness and diversity are the two rewards of Zhou et al., "Deep reinforcement learning
for unsupervised video summarization with diversity-representativeness reward"
(https://arxiv.org/abs/1801.00054), with `d = 1 - cos` as there, read off each frame by itself;
Apostolidis et al. (CA-SUM, https://doi.org/10.1145/3512527.3531404) weigh frames by uniqueness and
diversity for the same reason.

The mixture is not fitted to anything. A part's values have no common unit, so each is replaced by
its rank in the film, which no monotone change of its scale can alter. Nobody has told which part
matters more, so all weigh the same: where fitted weights cannot be had, equal ones of values on
one scale do nearly as well (Dawes, "The robust beauty of improper linear models", 1979). A score
compares moments of one film; it says nothing about one film against another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.models.scene_findings import Objects
from otio_autoedit.models.scene_labels import OBJECTS

Floats = NDArray[np.float32]

MOMENT_S = 2.0  # people judge moments, not frames: TVSum asked for a mark every two seconds
JUST_NOW_S = 10.0  # what was shown just now is the same moment still; DSN: 20 samples, two a second
ANCHORS = 512  # frames, evenly spread, that stand for a film of any length
_CHUNK = 4096  # frames compared with the anchors at a time
_PEOPLE = ("person", "face")


@dataclass(frozen=True, slots=True, eq=False)
class ImportanceParts:
    """The parts of a score, `(n,)` float32 each: ranks in 0..1, all 0.5 where a part says nothing.

    None for what was not measured. An array may be shown to say why a moment was taken.
    """

    novelty: Floats | None = None
    representativeness: Floats | None = None
    diversity: Floats | None = None
    people: Floats | None = None
    motion: Floats | None = None
    sound: Floats | None = None

    def known(self) -> dict[str, Floats]:
        """Returns the parts that were measured, by name."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: part for name, part in parts.items() if part is not None}


PARTS = tuple(field.name for field in fields(ImportanceParts))


@dataclass(frozen=True, slots=True, eq=False)
class Importance:
    """How much each of n samples matters.

    Attributes:
        score: `(n,)` float32 in 0..1, higher matters more.
        parts: what it is the mean of.
    """

    score: Floats
    parts: ImportanceParts


def importance(
    seconds: NDArray[np.floating],
    vectors: Floats,
    *,
    novelty: Floats | None = None,
    objects: Sequence[Objects] | None = None,
    motion: Floats | None = None,
    loudness: Floats | None = None,
    names: Sequence[str] = OBJECTS,
    weights: Mapping[str, float] | None = None,
) -> Importance:
    """Returns how much each sample of a film matters.

    Memory grows with n only: a film is compared with `ANCHORS` of its frames.

    Args:
        seconds: `(n,)` when each sample is shown, rising.
        vectors: `(n, D)`: `f_i`.
        novelty: `(n,)`: how far each was from what was expected.
        objects: n of them; classes are indices into `names`.
        motion: `(n,)`, any unit, more is more: the subject's, where it is told from the camera's;
            NaN is not known.
        loudness: `(n,)`, any unit; -inf is silence.
        names: of the objects' classes.
        weights: by part, 0 or more; those not named weigh 1.

    Raises:
        ValueError: lengths differ, times fall, or a weight is of no part.
    """
    n = len(vectors)
    given = {"seconds": seconds, "novelty": novelty, "objects": objects}
    given |= {"motion": motion, "loudness": loudness}
    for name, values in given.items():
        if values is not None and len(values) != n:
            raise ValueError(f"{n} vectors, but {len(values)} of {name}")
    times = np.asarray(seconds, np.float64)
    if n and not (np.diff(times) >= 0).all():
        raise ValueError("seconds must rise")
    units = _units(vectors)
    measured: dict[str, NDArray[np.floating] | None] = {
        "novelty": novelty,
        "representativeness": _density(units),
        "diversity": _unlike_before(units, times),
        "people": None if objects is None else people(objects, names),
        "motion": motion,
        "sound": loudness,
    }
    parts = {
        name: None if values is None else _ranks(_over_moments(np.asarray(values), times))
        for name, values in measured.items()
    }
    return Importance(_mean(parts, weights or {}, n), ImportanceParts(**parts))


def people(objects: Sequence[Objects], names: Sequence[str] = OBJECTS) -> Floats:
    """Returns how much of each picture is people: 0 for nobody, at most 2, `(n,)`.

    The most present person, and the most present face: `score * sqrt(area) * nearness`, where
    nearness falls from 1 in the middle to 0 in a corner. The root makes it the box's size along
    a side: a person twice as near counts twice.
    """
    known = [names.index(name) for name in _PEOPLE if name in names]
    return np.array([sum(_presence(each, k) for k in known) for each in objects], np.float32)


def _presence(objects: Objects, kind: int) -> float:
    """Returns the presence of the most present object of a class."""
    of_kind = objects.classes == kind
    if not of_kind.any():
        return 0.0
    x0, y0, x1, y1 = objects.boxes[of_kind].astype(np.float64).clip(0, 1).T
    size = np.sqrt(np.maximum(0, x1 - x0) * np.maximum(0, y1 - y0))
    off_middle = np.hypot((x0 + x1) / 2 - 0.5, (y0 + y1) / 2 - 0.5) / np.hypot(0.5, 0.5)
    return float((objects.scores[of_kind] * size * (1 - off_middle)).max())


def _units(vectors: Floats) -> Floats:
    """Returns vectors of length one, less what all frames of the film share.

    Features are all positive, so that any two have a cosine near 1; about their mean they differ.
    What is no number counts as 0.
    """
    finite = np.nan_to_num(np.asarray(vectors, np.float32), posinf=0.0, neginf=0.0)
    if not finite.size:
        return finite
    centred = finite - finite.mean(0, dtype=np.float64).astype(np.float32)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    rounding = 1e-5 * float(np.abs(finite).max()) * np.sqrt(finite.shape[1])
    units: Floats = np.zeros_like(centred)
    np.divide(centred, length, out=units, where=length > rounding)
    return units


def _anchors(n: int) -> NDArray[np.int64]:
    """Returns which of n frames stand for the film: all, or `ANCHORS` in the middles of as many
    even parts."""
    if n <= ANCHORS:
        return np.arange(n)
    return ((np.arange(ANCHORS) + 0.5) * n / ANCHORS).astype(np.int64)


def _density(units: Floats) -> Floats:
    """Returns for each frame the mean over the film of `exp(-d / s)`, s the film's mean `d`."""
    anchors: Floats = units[_anchors(len(units))]
    if not len(units):
        return np.zeros(0, np.float32)
    scale = max(float(1 - (anchors @ anchors.T).mean()), 1e-6)
    found = np.empty(len(units), np.float32)
    for at in range(0, len(units), _CHUNK):
        distance = 1 - units[at : at + _CHUNK] @ anchors.T
        found[at : at + _CHUNK] = np.exp(-distance / scale).mean(1)
    return found


def _unlike_before(units: Floats, seconds: NDArray[np.float64]) -> Floats:
    """Returns for each frame `d` to the most like of those shown `JUST_NOW_S` before it or earlier.

    NaN where nothing was.
    """
    where = _anchors(len(units))
    anchors = units[where]
    earlier = np.searchsorted(seconds[where], seconds - JUST_NOW_S, side="right")  # anchors of them
    found = np.full(len(units), np.nan, np.float32)
    for at in range(0, len(units), _CHUNK):
        like = units[at : at + _CHUNK] @ anchors.T
        like[np.arange(len(anchors)) >= earlier[at : at + _CHUNK, None]] = -np.inf
        nearest = like.max(1, initial=-np.inf)
        found[at : at + _CHUNK] = np.where(np.isfinite(nearest), 1 - nearest, np.nan)
    return found


def _over_moments(values: NDArray[np.floating], seconds: NDArray[np.float64]) -> Floats:
    """Returns the mean of each value and those within half a `MOMENT_S` of it, NaN left out; NaN
    where none of them is known.

    Ends of the scale (silence is -inf) are kept as the film's least and most.
    """
    values = values.astype(np.float64)
    finite = values[np.isfinite(values)]
    if not len(finite):
        return np.full(len(values), np.nan, np.float32)
    values = np.clip(values, finite.min(), finite.max())  # NaN stays
    known = ~np.isnan(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(known, values - finite.min(), 0.0))])
    counts = np.concatenate([[0], np.cumsum(known)])
    start = np.searchsorted(seconds, seconds - MOMENT_S / 2, side="left")
    stop = np.searchsorted(seconds, seconds + MOMENT_S / 2, side="right")
    number = counts[stop] - counts[start]
    mean = np.divide(
        sums[stop] - sums[start], number, out=np.full(len(values), np.nan), where=number > 0
    )
    return np.asarray(mean, np.float32)


def _ranks(values: Floats) -> Floats:
    """Returns each value's rank, 0 the least to 1 the most; equals share theirs; NaN has 0.5.

    Differences below a millionth of the range are rounding, not rank.
    """
    ranks = np.full(len(values), 0.5, np.float32)
    known = ~np.isnan(values)
    some = values[known].astype(np.float64)
    spread = float(np.ptp(some)) if len(some) else 0.0
    if spread <= 1e-6 * max(1e-6, float(np.abs(some).max(initial=0.0))):
        return ranks
    steps = np.round((some - some.min()) / spread * 1e6)
    _, which, count = np.unique(steps, return_inverse=True, return_counts=True)
    middles = np.cumsum(count) - (count + 1) / 2
    ranks[known] = middles[which] / (len(some) - 1)
    return ranks


def _mean(parts: Mapping[str, Floats | None], weights: Mapping[str, float], n: int) -> Floats:
    """Returns the weighted mean of the parts that are known; 0.5 where none weighs anything."""
    for name, weight in weights.items():
        if name not in PARTS or not 0 <= weight < np.inf:
            raise ValueError(f"no weight {name}={weight}; parts are {', '.join(PARTS)}, 0 or more")
    known = {name: part for name, part in parts.items() if part is not None}
    total = sum(weights.get(name, 1.0) for name in known)
    if not total:
        return np.full(n, 0.5, np.float32)
    added = sum(weights.get(name, 1.0) * part.astype(np.float64) for name, part in known.items())
    return np.asarray(added / total, np.float32)
