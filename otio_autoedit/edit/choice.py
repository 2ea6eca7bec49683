"""Which spans play: the best of all files under a target, or all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from otio_autoedit.edit.ground import Span
from otio_autoedit.edit.material import Material, slack
from otio_autoedit.edit.onsets import on_onsets
from otio_autoedit.edit.selection import Candidate, Chosen, select
from otio_autoedit.edit.settings import Settings
from otio_autoedit.edit.windows import split_long


@dataclass(frozen=True, slots=True)
class Pick:
    """A span of a file that plays: what its frames are worth on average, and its place among all
    that could play, from 1 for the best."""

    source: int
    span: Span
    worth: float
    rank: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What plays, in order, and the best of what does not; ``of`` says how many there were."""

    kept: tuple[Pick, ...]
    alternates: tuple[Pick, ...]
    of: int
    notes: tuple[str, ...] = ()


def choose(materials: Sequence[Material], settings: Settings) -> Choice:
    """The spans that play, in the order asked for. Without a target all of them do."""
    candidates = [one for material in materials for one in _candidates(material, settings)]
    spare = max((slack(one.clock, settings) for one in materials), default=0)
    selection = select(
        candidates,
        settings.target or None,
        min_clip=max(settings.shape.min_clip + spare, 1),
        variety=settings.variety,
        alternates=settings.alternates,
    )
    ranks = _ranks(candidates)
    kept, others = (
        [
            pick
            for one in chosen
            if (pick := _pick(one, materials[candidates[one.index].source], ranks, settings))
        ]
        for chosen in (selection.kept, selection.alternates)
    )
    notes = _notes(kept, settings)
    if settings.snap == "onsets":
        kept = _in_rhythm(kept, materials, settings)
    ordered = _ordered(kept, materials, settings)
    if settings.order == "time" and ordered != kept:
        notes += ("ordered by time of recording",)
    return Choice(tuple(ordered), tuple(others), len(candidates), notes)


def _in_rhythm(
    kept: Sequence[Pick], materials: Sequence[Material], settings: Settings
) -> list[Pick]:
    """What plays with its ends on the hits of its sound."""
    spans = on_onsets([(pick.source, pick.span) for pick in kept], materials, settings)
    return [
        replace(pick, span=span, worth=_worth(materials[pick.source], span))
        for pick, span in zip(kept, spans, strict=True)
    ]


def _ordered(kept: Sequence[Pick], materials: Sequence[Material], settings: Settings) -> list[Pick]:
    """What plays, which comes file by file, in the order asked for. Files whose times of recording
    are the same, or not all known, stay as given."""
    if settings.order == "score":
        return sorted(kept, key=lambda pick: (-pick.worth, pick.source, pick.span))
    times = [one.analysis.media.recorded for one in materials]
    if settings.order == "time" and all(times):
        return sorted(kept, key=lambda pick: times[pick.source])
    return list(kept)


def _candidates(material: Material, settings: Settings) -> Iterator[Candidate]:
    shape = settings.shape
    least = max(shape.min_clip + slack(material.clock, settings), 1)
    for span in material.spans:
        whole = _candidate(material, span, settings)
        if not settings.target:
            yield whole
            continue
        for part in split_long(whole, least, shape.max_clip or None, apart=_apart(material)):
            start, stop = material.ground.clean((part.start, part.stop), shape.flash)
            if stop - start >= least:
                yield _candidate(material, (start, stop), settings)


def _apart(material: Material) -> int:
    """How far apart two pieces of one take are at the least: a second, since a jump of a few frames
    looks like a fault."""
    return max(1, round(material.clock.rate))


def _candidate(material: Material, span: Span, settings: Settings) -> Candidate:
    start, stop = span
    values = material.weight[start:stop]
    best = start + int(np.argmax(values))
    core = (best, best + 1)
    if settings.shape.split and any(start < one.cut < stop for one in material.ground.changes):
        core = span  # short shots that were joined: made shorter, one of them would flash
    look = _look(material, span) if settings.variety else None
    return Candidate(material.number, start, stop, core, values, look)


def _look(material: Material, span: Span) -> npt.NDArray[np.float32] | None:
    """How a span looks: the mean of its pictures' vectors, each of length 1."""
    features = material.analysis.features
    if features is None or not len(features.frames):
        return None
    ends = [material.clock.source_frame(frame) for frame in span]
    first, last = np.searchsorted(features.frames, ends)
    if first == last:
        first = max(0, min(int(first), len(features.frames) - 1))
        last = first + 1
    vectors = features.vectors[first:last].astype(np.float32)
    lengths = np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)
    return np.asarray((vectors / lengths).mean(axis=0), np.float32)


def _ranks(candidates: Sequence[Candidate]) -> list[int]:
    """The place of each, from 1, by the mean of its values."""
    order = sorted(range(len(candidates)), key=lambda n: (-float(candidates[n].values.mean()), n))
    ranks = [0] * len(order)
    for place, number in enumerate(order, 1):
        ranks[number] = place
    return ranks


def _pick(
    chosen: Chosen, material: Material, ranks: Sequence[int], settings: Settings
) -> Pick | None:
    """What was chosen, clean at its ends: what the choice left of it may end in another shot, or in
    a transition. None where too little is left of it then."""
    span = (chosen.start, chosen.stop)
    if settings.target:
        span = material.aligned(material.ground.clean(span, settings.shape.flash))
        if span[1] - span[0] < settings.shape.min_clip:
            return None
    if span[0] >= span[1]:
        return None
    return Pick(material.number, span, _worth(material, span), ranks[chosen.index])


def _worth(material: Material, span: Span) -> float:
    """What a span's frames are worth on average."""
    values = material.weight[span[0] : span[1]]
    return float(values.mean(dtype=np.float64))


def _notes(kept: Sequence[Pick], settings: Settings) -> tuple[str, ...]:
    if not kept:
        return (f"nothing plays: {settings.keep.text} holds nowhere long enough",)
    short = settings.target - sum(pick.span[1] - pick.span[0] for pick in kept)
    if settings.target and short > settings.target // 100 + 1:
        return (f"{short} frames short of the target: no more is there that may play",)
    return ()
