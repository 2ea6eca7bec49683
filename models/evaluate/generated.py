"""Generated edits over held-out real footage: their types and ends are known exactly.

Real labels say cut or gradual, with ends some frames off; these say which of four types, and where
each transition begins and ends.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from otio_autoedit.models.evaluate.detectors import OURS, OURS_ONCE, Detector, Found
from otio_autoedit.models.evaluate.films import Film
from otio_autoedit.models.evaluate.scoring import (
    Counts,
    Label,
    count,
    count_jumps,
    match,
    overlap_share,
)
from otio_autoedit.models.train.footage import Footage
from otio_autoedit.models.train.synth import SynthOptions, Window, make_window
from otio_autoedit.models.transition import TYPES, Transition

EDITS = SynthOptions(length=240, dense_share=0.1, shot_frames=90)
_KNOWS_TYPES = (OURS, OURS_ONCE)


@dataclass(frozen=True, slots=True)
class OfType:
    """What became of the transitions of one type.

    Attributes:
        type: one of `TYPES`, "gradual" for all but cuts, or "all".
        labels, found: how many there are, and were hit.
        iou: mean overlap of extents over all of them, intersection over union; 0 where missed.
        end_error, end_error_90: of the ends of those found, in frames: mean, and what nine in ten
            stay within; None where none was found.
        types_right: part of those found that is called by its right type, of four; None where none
            was found, or by a detector that knows two.
    """

    type: str
    labels: int
    found: int
    iou: float
    end_error: float | None
    end_error_90: float | None
    types_right: float | None

    @property
    def recall(self) -> float:
        """The part of them that was found."""
        return self.found / max(1, self.labels)


@dataclass(frozen=True, slots=True)
class OnGenerated:
    """How good a detector is on generated edits.

    Attributes:
        windows, frames: how many were looked at.
        counts: at tolerance 0.
        of_type: each type, then "gradual", then "all".
        jumps: counts of jump cuts as of cuts, a frame of tolerance; None for who knows none.
    """

    detector: str
    windows: int
    frames: int
    counts: Counts
    of_type: tuple[OfType, ...]
    jumps: Counts | None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> OnGenerated:
        """Returns what `dataclasses.asdict` made a dictionary of."""
        jumps = stored["jumps"]
        return cls(
            **{
                **stored,
                "counts": Counts(**stored["counts"]),
                "of_type": tuple(OfType(**each) for each in stored["of_type"]),
                "jumps": None if jumps is None else Counts(**jumps),
            }
        )


def make_windows(footage: Footage, count: int, seed: str = "measured") -> Iterator[Window]:
    """Yields generated edits of 240 frames; window `i` of a seed is always the same."""
    for number in range(count):
        yield make_window(footage, EDITS, random.Random(f"{seed} {number}"))  # noqa: S311


def measure_generated(
    windows: Sequence[Window],
    detectors: Mapping[str, Detector],
    say: Callable[[str], None] | None = None,
) -> list[OnGenerated]:
    """Returns how good each detector is on the windows, in the detectors' order."""
    found: dict[str, list[Found]] = {name: [] for name in detectors}
    for number, window in enumerate(windows, start=1):
        if say and number % 10 == 1:
            say(f"generated edits, {number} of {len(windows)}")
        film = Film(f"window {number}", frames=window.frames)
        for name, detect in detectors.items():
            found[name].append(detect(film))
    return [on_generated(name, windows, each) for name, each in found.items()]


def on_generated(name: str, windows: Sequence[Window], found: Sequence[Found]) -> OnGenerated:
    """Returns the figures of one detector from what it found in each window."""
    pairs: list[tuple[Label, Transition]] = []
    labels: list[Label] = []
    counts, jumps = Counts(), Counts()
    for window, each in zip(windows, found, strict=True):
        known = labels_of(window)
        labels += [label for label in known if label.sure]
        pairs += match(known, each.transitions, 0).pairs
        counts += count(known, each.transitions, 0)
        jumps += count_jumps(window.jumps or (), each.jumps)
    knows = name in _KNOWS_TYPES
    return OnGenerated(
        name,
        len(windows),
        sum(len(window.frames) for window in windows),
        counts,
        tuple(_of_type(type_, labels, pairs, knows) for type_ in (*TYPES, "gradual", "all")),
        jumps if knows else None,
    )


def labels_of(window: Window) -> list[Label]:
    """Returns the window's labels; what its ends cut off, and what nobody can say, is not sure."""
    whole = range(len(window.frames))
    labels = [
        Label(
            t.last_before,
            t.first_after,
            gradual=t.type != "cut",
            sure=t.last_before in whole and t.first_after in whole,
            type=t.type,
        )
        for t in window.transitions
    ]
    return labels + [Label(a, b, gradual=False, sure=False) for a, b in window.unsure]


def _of_type(
    type_: str,
    labels: Sequence[Label],
    pairs: Sequence[tuple[Label, Transition]],
    knows_types: bool,
) -> OfType:
    def belongs(label: Label) -> bool:
        return type_ in ("all", label.type) or (type_ == "gradual" and label.gradual)

    hits = [(label, prediction) for label, prediction in pairs if belongs(label)]
    wanted = sum(belongs(label) for label in labels)
    errors = [
        abs(end)
        for label, p in hits
        for end in (label.last_before - p.last_before, label.first_after - p.first_after)
    ]
    return OfType(
        type_,
        wanted,
        len(hits),
        sum(overlap_share(label, p) for label, p in hits) / max(1, wanted),
        float(np.mean(errors)) if errors else None,
        float(np.percentile(errors, 90)) if errors else None,
        float(np.mean([label.type == p.type for label, p in hits]))
        if hits and knows_types
        else None,
    )
