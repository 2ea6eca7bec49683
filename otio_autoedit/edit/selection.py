"""Which pieces go into an edit of a given length.

    select(candidates, target, min_clip=25, variety=0.3, alternates=5) -> Selection(kept, ...)

**Worth.** An edit is worth the sum of the values of the frames it shows; a frame that it falls
short of the target costs as much as the best frame is worth. Pieces may be shortened, so the edit
keeps of each what is worth more than a frame elsewhere would be, and no piece is cut into twice.
The choice is exact (see `knapsack`), to a millionth of the best frame's value.

**Variety.** Candidates are walked best first, and one that looks like one already walked is set
aside. Only if the others cannot fill the target, those set aside are let in, for less.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from otio_autoedit.edit.knapsack import Grown, Item, Packing, pack
from otio_autoedit.edit.variety import Looks, set_aside

Values = npt.NDArray[np.float32]

_BEST = 2**20  # what the best frame is worth, as a whole number
_FILL_FIRST = 16  # best frames that a missing frame costs where the target was missed
_GIVEN_UP = 0.1  # of the worth, at most, to come nearer to the target


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A piece that may go in: ``[start, stop)`` of file ``source``, in the timeline's frames from
    the file's head.

    Attributes:
        core: ``(start, stop)`` within it, which stays whole if it goes in; may be empty.
        values: what each frame is worth, float32 ``[stop - start]``, 0 or more.
        look: how it looks, float32 ``[D]``; None if that is not known.
    """

    source: int
    start: int
    stop: int
    core: tuple[int, int]
    values: Values
    look: npt.NDArray[np.float32] | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of candidate ``index`` goes in: ``[start, stop)``, the sum of whose values is
    ``worth``."""

    index: int
    start: int
    stop: int
    worth: float


@dataclass(frozen=True, slots=True)
class Selection:
    """What goes in, by file and time, and the best of what does not, best first.

    ``alike`` says which candidates were set aside, and which better one each looks like. ``exact``
    is False where so many choices were as good that not all were compared.
    """

    kept: tuple[Chosen, ...]
    alternates: tuple[Chosen, ...] = ()
    alike: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    exact: bool = True


def select(
    candidates: Sequence[Candidate],
    target: int | None,
    *,
    min_clip: int = 1,
    variety: float = 0.0,
    alternates: int = 0,
) -> Selection:
    """The candidates, shortened where that helps, that are worth most in ``target`` frames.

    Never more than ``target`` frames, and within one frame of it where the candidates allow and it
    costs no more than a tenth of the worth. None of the kept is shorter than its core, nor than
    ``min_clip`` unless the whole candidate is. Without a target everything is kept. The same
    candidates give the same selection; of two as good, the earlier (by file, then time) goes in.

    Args:
        candidates: of one file none overlaps another. A take longer than an edit should dwell on
            goes through `windows.split_long` first.
        variety: how alike is too alike, 0 (nothing is) to 1: nearer than this share of the average
            distance between the looks of two pieces of a file.
        alternates: how many of the left out to name; none looks like another.

    Raises:
        ValueError: candidates overlap, or one is out of shape.
    """
    order = sorted(
        range(len(candidates)), key=lambda i: (candidates[i].source, candidates[i].start)
    )
    _check(candidates, order)
    if target is None:
        kept = tuple(_chosen(candidates, i, candidates[i].start, candidates[i].stop) for i in order)
        return Selection(kept)
    cut = [_Cut.of(candidates[i], i, min_clip) for i in order]
    looks = Looks.of([one.candidate.look for one in cut], [one.candidate.source for one in cut])
    best_first = sorted(range(len(cut)), key=lambda k: (-cut[k].mean, k))
    aside = set_aside(looks, best_first, variety)
    packing = _packed(cut, set(aside), target)
    kept = tuple(cut[k].chosen(grown) for k, grown in enumerate(packing.taken) if grown is not None)
    left_out = [k for k in best_first if packing.taken[k] is None]
    like = set_aside(looks, left_out, variety)
    others = [cut[k].chosen(packing.by_itself[k]) for k in left_out if k not in like]
    return Selection(
        kept,
        tuple(sorted(others, key=_mean, reverse=True)[:alternates]),
        MappingProxyType({order[k]: order[better] for k, better in sorted(aside.items())}),
        packing.exact,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """A candidate with the frames of it that are always shown if it goes in: its best
    ``max(core, min_clip)`` around its core."""

    candidate: Candidate
    index: int
    start: int
    stop: int
    mean: float

    @classmethod
    def of(cls, candidate: Candidate, index: int, min_clip: int) -> _Cut:
        whole = candidate.stop - candidate.start
        first, last = (place - candidate.start for place in candidate.core)
        length = min(max(last - first, min_clip, 1), whole)
        sums = np.concatenate([[0.0], np.cumsum(candidate.values, dtype=np.float64)])
        if first == last:  # no core: the best part may lie anywhere
            first, last = whole, 0
        starts = np.arange(max(last - length, 0), min(first, whole - length) + 1)
        worths = sums[starts + length] - sums[starts]
        start = int(starts[np.argmax(worths)])
        return cls(candidate, index, start, start + length, float(worths.max()) / length)

    def item(self, best: float, floor: int, scale: int = _BEST) -> Item:
        """As the knapsack takes it: a frame is worth ``floor`` and its value's share of the best
        frame's."""
        share = self.candidate.values / best if best > 0 else np.zeros_like(self.candidate.values)
        worths = floor + np.rint(scale * share.astype(np.float64)).astype(np.int64)
        always = int(worths[self.start : self.stop].sum())
        return Item(self.stop - self.start, always, worths[: self.start][::-1], worths[self.stop :])

    def chosen(self, grown: Grown) -> Chosen:
        first, last = self.start - grown[0], self.stop + grown[1]
        worth = float(self.candidate.values[first:last].sum(dtype=np.float64))
        return Chosen(self.index, self.candidate.start + first, self.candidate.start + last, worth)


def _packed(cut: Sequence[_Cut], aside: set[int], target: int) -> Packing:
    """The best packing; if it is more than a frame short, the first less short one of those that
    fill before they choose and those that let in what was set aside."""
    best: Packing | None = None
    short, worth = 0, 0.0
    for packing in _packings(cut, aside, target):
        pieces = [
            cut[k].chosen(grown) for k, grown in enumerate(packing.taken) if grown is not None
        ]
        leaves = target - sum(one.stop - one.start for one in pieces)
        worths = sum(one.worth for one in pieces)
        if best is None or (leaves < short and worths >= (1 - _GIVEN_UP) * worth):
            best, short, worth = packing, leaves, worths
        if short <= 1:
            break
    assert best is not None
    return best


def _packings(cut: Sequence[_Cut], aside: set[int], target: int) -> Iterator[Packing]:
    best = max((float(one.candidate.values.max()) for one in cut), default=0.0)
    for let_in in (False, True) if aside else (True,):
        for floor in (_BEST, _FILL_FIRST * _BEST):
            within = [k for k in range(len(cut)) if let_in or k not in aside]
            items = [
                cut[k].item(best, floor // 4, _BEST // 4)
                if k in aside
                else cut[k].item(best, floor)
                for k in within
            ]
            yield _spread_out(pack(items, target), within, len(cut))


def _spread_out(packing: Packing, within: Sequence[int], count: int) -> Packing:
    """A packing of some of the candidates as one of all."""
    taken: list[Grown | None] = [None] * count
    by_itself = [(0, 0)] * count
    for k, one, alone in zip(within, packing.taken, packing.by_itself, strict=True):
        taken[k], by_itself[k] = one, alone
    return Packing(tuple(taken), tuple(by_itself), packing.exact, packing.missed)


def _chosen(candidates: Sequence[Candidate], index: int, start: int, stop: int) -> Chosen:
    values = candidates[index].values
    return Chosen(index, start, stop, float(values.sum(dtype=np.float64)))


def _mean(one: Chosen) -> float:
    return one.worth / (one.stop - one.start)


def _check(candidates: Sequence[Candidate], order: Sequence[int]) -> None:
    for one in candidates:
        if len(one.values) != one.stop - one.start or one.stop <= one.start:
            raise ValueError(f"{len(one.values)} values for frames {one.start} to {one.stop}")
        if not one.start <= one.core[0] <= one.core[1] <= one.stop:
            raise ValueError(f"core {one.core} is not within {one.start} to {one.stop}")
        if not (np.isfinite(one.values).all() and (one.values >= 0).all()):
            raise ValueError(f"a value of frames {one.start} to {one.stop} is not 0 or more")
    for before, after in pairwise(candidates[i] for i in order):
        if before.source == after.source and after.start < before.stop:
            raise ValueError(f"candidates overlap at frame {after.start} of source {after.source}")
