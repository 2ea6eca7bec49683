"""Scoring transitions against labels, at a tolerance in frames.

A prediction hits a label when the open intervals (last_before, first_after) overlap, the label's
widened by the tolerance at both ends. Pairs are one to one; shorter labels choose first, each the
nearest prediction. What only one of two labellers saw is a **doubtful** label: a prediction there
counts for nothing, a miss neither.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from otio_autoedit.models.transition import JumpCut, Transition


@dataclass(frozen=True, slots=True)
class Label:
    """A labelled transition; `gradual` if more than a cut, `sure` unless labellers disagree.

    Its `type`, one of `transition.TYPES`, is known of generated films only.
    """

    last_before: int
    first_after: int
    gradual: bool
    sure: bool = True
    type: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What was found, added up over files.

    Attributes:
        found, false_alarms, missed: sure labels hit, predictions that hit nothing, labels not hit.
        cuts, cuts_found, gradual, gradual_found: sure labels by type, and those hit.
        gradual_iou: sum over gradual labels of the overlap of extents, intersection over union.
        gradual_ends: sum over the gradual labels hit of the mean error of both ends, in frames.
        typed: hits whose type, cut or gradual, is the label's.
        cut_hits, cut_alarms: hits and false alarms that the detector calls cuts.
    """

    found: int = 0
    false_alarms: int = 0
    missed: int = 0
    cuts: int = 0
    cuts_found: int = 0
    gradual: int = 0
    gradual_found: int = 0
    gradual_iou: float = 0.0
    gradual_ends: float = 0.0
    typed: int = 0
    cut_hits: int = 0
    cut_alarms: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            *(getattr(self, field.name) + getattr(other, field.name) for field in fields(self))
        )

    @property
    def precision(self) -> float:
        """The part of the predictions that hit, of those that count."""
        return self.found / max(1, self.found + self.false_alarms)

    @property
    def recall(self) -> float:
        """The part of the sure labels that were hit."""
        return self.found / max(1, self.found + self.missed)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        return _f1(self.precision, self.recall)

    @property
    def cut_precision(self) -> float:
        """The part of what is called a cut that hits a label."""
        return self.cut_hits / max(1, self.cut_hits + self.cut_alarms)

    @property
    def gradual_precision(self) -> float:
        """The part of what is called gradual that hits a label."""
        hits, alarms = self.found - self.cut_hits, self.false_alarms - self.cut_alarms
        return hits / max(1, hits + alarms)

    @property
    def cut_recall(self) -> float:
        """The part of the labelled cuts that were hit."""
        return self.cuts_found / max(1, self.cuts)

    @property
    def gradual_recall(self) -> float:
        """The part of the labelled gradual transitions that were hit."""
        return self.gradual_found / max(1, self.gradual)

    @property
    def cut_f1(self) -> float:
        """Harmonic mean of precision and recall of cuts."""
        return _f1(self.cut_precision, self.cut_recall)

    @property
    def gradual_f1(self) -> float:
        """Harmonic mean of precision and recall of gradual transitions."""
        return _f1(self.gradual_precision, self.gradual_recall)

    @property
    def calls_gradual(self) -> bool:
        """Whether the detector called anything gradual: some know cuts only."""
        return self.found + self.false_alarms > self.cut_hits + self.cut_alarms

    @property
    def mean_gradual_iou(self) -> float:
        """Mean over all labelled gradual transitions; 0 for one not hit."""
        return self.gradual_iou / max(1, self.gradual)

    @property
    def mean_end_error(self) -> float:
        """Mean error of the ends of the gradual transitions that were hit, in frames."""
        return self.gradual_ends / max(1, self.gradual_found)

    @property
    def type_accuracy(self) -> float:
        """The part of the hits that are rightly called cut or gradual."""
        return self.typed / max(1, self.found)


@dataclass(frozen=True, slots=True)
class Matches:
    """Who hit what in one file: pairs with sure labels, and what is left on both sides."""

    pairs: tuple[tuple[Label, Transition], ...]
    missed: tuple[Label, ...]
    false_alarms: tuple[Transition, ...]


def match(labels: Sequence[Label], predictions: Sequence[Transition], tolerance: int) -> Matches:
    """Returns the pairs of sure labels and predictions, and the rest."""
    sure = [label for label in labels if label.sure]
    doubtful = [label for label in labels if not label.sure]
    pairs, rest = _pair(sure, predictions, tolerance)
    _, rest = _pair(doubtful, rest, tolerance)
    hit = {id(label) for label, _ in pairs}
    return Matches(tuple(pairs), tuple(x for x in sure if id(x) not in hit), tuple(rest))


def count(labels: Sequence[Label], predictions: Sequence[Transition], tolerance: int) -> Counts:
    """Returns the counts of one file."""
    matches = match(labels, predictions, tolerance)
    gradual_pairs = [(label, p) for label, p in matches.pairs if label.gradual]
    sure_gradual = sum(label.gradual for label in labels if label.sure)
    return Counts(
        found=len(matches.pairs),
        false_alarms=len(matches.false_alarms),
        missed=len(matches.missed),
        cuts=sum(label.sure for label in labels) - sure_gradual,
        cuts_found=len(matches.pairs) - len(gradual_pairs),
        gradual=sure_gradual,
        gradual_found=len(gradual_pairs),
        gradual_iou=sum(overlap_share(label, p) for label, p in gradual_pairs),
        gradual_ends=sum(_distance(label, p) / 2 for label, p in gradual_pairs),
        typed=sum((p.type != "cut") == label.gradual for label, p in matches.pairs),
        cut_hits=sum(p.type == "cut" for _, p in matches.pairs),
        cut_alarms=sum(p.type == "cut" for p in matches.false_alarms),
    )


def overlap_share(label: Label, prediction: Transition) -> float:
    """Returns the overlap of the two extents, intersection over union, 0 to 1."""
    ends = (label.first_after, prediction.first_after)
    starts = (label.last_before, prediction.last_before)
    return max(0, min(ends) - max(starts)) / (max(ends) - min(starts))


def count_jumps(labels: Sequence[int], found: Sequence[JumpCut]) -> Counts:
    """Returns the counts of one file's jump cuts, as if they were cuts, a frame of tolerance.

    `labels` are the last frames before the jumps.
    """
    said = [Transition(j.last_before, j.last_before + 1, "cut", j.confidence) for j in found]
    return count([Label(at, at + 1, gradual=False) for at in labels], said, 1)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / max(1e-9, precision + recall)


def _pair(
    labels: Sequence[Label], predictions: Sequence[Transition], tolerance: int
) -> tuple[list[tuple[Label, Transition]], list[Transition]]:
    pairs: list[tuple[Label, Transition]] = []
    free = list(predictions)
    for label in sorted(labels, key=lambda label: label.first_after - label.last_before):
        hits = [p for p in free if _overlap(label, p, tolerance)]
        if hits:
            nearest = min(hits, key=lambda p: _distance(label, p))
            free.remove(nearest)
            pairs.append((label, nearest))
    return pairs, free


def _overlap(label: Label, prediction: Transition, tolerance: int) -> bool:
    stop = min(label.first_after + tolerance, prediction.first_after)
    return stop > max(label.last_before - tolerance, prediction.last_before)


def _distance(label: Label, prediction: Transition) -> int:
    return abs(label.last_before - prediction.last_before) + abs(
        label.first_after - prediction.first_after
    )
