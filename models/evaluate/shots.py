"""How well shots are found, beside what others ship: every detector on the same files in one run.

The files are `shots/eval` of the data folder. They are only measured: nothing is trained on them,
and no threshold, epoch or weight is chosen by them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from otio_autoedit.models.evaluate.bootstrap import Ahead, compare
from otio_autoedit.models.evaluate.detectors import (
    ADAPTIVE,
    CUTS_ONLY,
    OURS,
    TRANSNET,
    Detector,
    Found,
)
from otio_autoedit.models.evaluate.films import LabelledFilm
from otio_autoedit.models.evaluate.scoring import Counts, count

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        detector: its name.
        set: "short", "film", "course" or "all".
        tolerance: frames by which a label is widened at both ends.
        counts: what was found.
        frames: how many were looked at.
    """

    detector: str
    set: str
    tolerance: int
    counts: Counts
    frames: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What each detector found in each film: `found[name][i]` in `films[i]`."""

    films: tuple[LabelledFilm, ...]
    found: Mapping[str, tuple[Found, ...]]

    def counts(self, detector: str, tolerance: int) -> list[Counts]:
        """Returns the counts of each film."""
        return [
            count(film.labels, found.transitions, tolerance)
            for film, found in zip(self.films, self.found[detector], strict=True)
        ]


def measure(
    films: Sequence[LabelledFilm], detectors: Mapping[str, Detector], say: Say | None = None
) -> Measured:
    """Returns what the detectors find; every film is decoded once for all that see it alike.

    Args:
        films: those of `labelled_films`.
        detectors: those of `detectors_of`.
        say: called with a line of text before each film.
    """
    found: dict[str, list[Found]] = {name: [] for name in detectors}
    for number, labelled in enumerate(films, start=1):
        if say:
            say(f"{labelled.path.name}, {number} of {len(films)}")
        film = labelled.film()
        for name, detect in detectors.items():
            found[name].append(detect(film))
    return Measured(tuple(films), {name: tuple(each) for name, each in found.items()})


def rows_of(measured: Measured, tolerances: Sequence[int] = (0, 1, 2)) -> list[Row]:
    """Returns the rows of the table: by detector, then tolerance, then set, "all" last."""
    sets = [*dict.fromkeys(film.set for film in measured.films), "all"]
    return [
        _row(measured, name, set_, tolerance, counts)
        for name in measured.found
        for tolerance in tolerances
        for counts in [measured.counts(name, tolerance)]
        for set_ in sets
    ]


def leads(measured: Measured) -> Iterator[Ahead]:
    """Yields how far ours is ahead of the others, at tolerance 0, and how sure that is."""
    ours = measured.counts(OURS, 0)
    for other in (TRANSNET, ADAPTIVE):
        if other not in measured.found:
            continue
        theirs = measured.counts(other, 0)
        for figure in ("F1", "gradual recall", "gradual IoU"):
            if figure == "gradual IoU" and other in CUTS_ONLY:
                continue
            yield compare((OURS, ours), (other, theirs), figure)


def _row(
    measured: Measured, detector: str, set_: str, tolerance: int, counts: Sequence[Counts]
) -> Row:
    part = [(f, c) for f, c in zip(measured.films, counts, strict=True) if set_ in ("all", f.set)]
    total = sum((c for _, c in part), Counts())
    return Row(detector, set_, tolerance, total, sum(film.frames for film, _ in part))
