"""Ends of pieces on the hits of the sound."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.analysis.record import Analysis, Curve
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.decide import make_plan
from otio_autoedit.edit.plan import EditPlan
from otio_autoedit.edit.recipes import recipe
from tests.support.lively import lively

LENGTH = 40 * 25


def hit(analysis: Analysis, hits: set[int], height: float = 0.9) -> Analysis:
    """The film with hits in its sound on those frames alone."""
    values = np.zeros(LENGTH, np.float32)
    values[sorted(hits)] = height
    curves = {**analysis.curves, "onset": Curve("0 to 1", 25, 0, values)}
    return replace(analysis, curves=MappingProxyType(curves))


def film(seed: int) -> Analysis:
    return lively(seed, seconds=LENGTH // 25)


def spans(edit: EditPlan) -> list[tuple[int, int]]:
    clocks = [Clock(source, edit.rate) for source in edit.sources]
    frame = lambda one, at: clocks[one.source].frame(at)  # noqa: E731
    return [(frame(one, one.start), frame(one, one.stop)) for one in edit.pieces]


def edits(analysis: Analysis, **options: object) -> tuple[EditPlan, EditPlan]:
    """The edit as it is and on the onsets: what it is worth does not depend on them here."""
    asked = {"weight": "score", **options}
    trailer = recipe("trailer")
    return (
        make_plan([analysis], trailer, {**asked, "snap": "none"}),
        make_plan([analysis], trailer, asked),
    )


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 1000),
    st.sets(st.integers(0, LENGTH - 1), max_size=150),
    st.sampled_from(["5s", "12s", "none"]),
    st.sampled_from(["shots", "none"]),
)
def test_ends_lie_on_onsets_or_did_not_move(
    seed: int, hits: set[int], target: str, split: str
) -> None:
    analysis = hit(film(seed), hits)
    before, after = edits(analysis, target=target, split=split)
    assert len(before.pieces) == len(after.pieces)
    for was, now in zip(spans(before), spans(after), strict=True):
        for old, new in zip(was, now, strict=True):
            assert new == old or (new in hits and abs(new - old) <= 6)
        assert min(20, was[1] - was[0]) <= now[1] - now[0] <= 50
    for (_, stop), (start, _) in pairwise(sorted(spans(after))):
        assert stop <= start
    if target != "none":
        assert sum(stop - start for start, stop in spans(after)) <= int(target[:-1]) * 25
    mixed = {n for t in analysis.transitions or () for n in range(t.last_before + 1, t.first_after)}
    for was_piece, piece in zip(before.pieces, after.pieces, strict=True):
        assert piece.start == was_piece.start or piece.start not in mixed
        assert piece.stop == was_piece.stop or piece.stop - 1 not in mixed


def test_an_end_moves_to_the_nearest_strong_hit_in_reach() -> None:
    ((start, stop), *_) = spans(edits(film(2), target="5s")[0])
    _, weak = edits(hit(film(2), {start + 3, stop - 2}, 0.4), target="5s")
    assert spans(weak)[0] == (start, stop)
    _, far = edits(hit(film(2), {start + 7, stop - 7}), target="5s")
    assert spans(far)[0] == (start, stop)
    _, near = edits(hit(film(2), {start + 3, start + 5, stop - 2}), target="5s")
    assert spans(near)[0] == (start + 3, stop - 2)


def test_without_sound_nothing_moves() -> None:
    bare = film(2)
    curves = {name: one for name, one in bare.curves.items() if name != "onset"}
    before, after = edits(replace(bare, curves=MappingProxyType(curves)), target="5s")
    assert spans(before) == spans(after)


def test_onsets_are_listened_for() -> None:
    shots = recipe("shots")
    assert shots.needs_of(shots.read({"snap": "onsets"})) == ("shots", "sound")
