"""One measuring run, part by part, into one report."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from otio_autoedit.models.evaluate import PARTS
from otio_autoedit.models.evaluate.cost import measure_costs
from otio_autoedit.models.evaluate.detectors import Detector, DetectorOptions, detectors_of
from otio_autoedit.models.evaluate.films import Film, LabelledFilm, labelled_films
from otio_autoedit.models.evaluate.generated import make_windows, measure_generated
from otio_autoedit.models.evaluate.hard import clip_films, count_alarms, gathered_films, hard_films
from otio_autoedit.models.evaluate.held_out import held_out_footage
from otio_autoedit.models.evaluate.report import Report, versions
from otio_autoedit.models.evaluate.sheets import write_hard, write_mistakes
from otio_autoedit.models.evaluate.shots import Say, leads, measure, rows_of
from otio_autoedit.models.train.footage import Footage
from otio_autoedit.models.weight_files import load_weights

_TIMED_FILMS = 2  # the longest full-size ones


@dataclass(frozen=True, slots=True)
class EvaluateOptions:
    """What is measured.

    Attributes:
        parts: of `PARTS`.
        detectors: which, and how.
        tolerances: frames, on the labelled films.
        windows: generated edits.
        shots: drawn single shots of each kind of disturbance.
        extra: a folder of gathered footage; its held-out clips are drawn on too, and shown to the
            detectors as they are.
        footage: a folder of real single shots to count false alarms on.
        sheets, show: folders for sheets of our worst mistakes, and of the drawn single shots.
    """

    parts: Sequence[str] = PARTS
    detectors: DetectorOptions = field(default_factory=DetectorOptions)
    tolerances: Sequence[int] = (0, 1, 2)
    windows: int = 100
    shots: int = 24
    extra: Path | None = None
    footage: Path | None = None
    sheets: Path | None = None
    show: Path | None = None


def evaluate_shots(data: Path, options: EvaluateOptions, say: Say | None = None) -> Report:
    """Returns all that is asked for, measured on `data`; writes sheets where they are asked for.

    Raises:
        FileNotFoundError: there are no labelled films.
        AutoEditError: there is no held-out footage, or a detector is not installed.
    """
    films = labelled_films(data / "shots" / "eval")
    detectors = detectors_of(options.detectors)
    report = Report(load_weights("shots", options.detectors.weights).sha256, versions())
    parts = {
        **(_films(films, detectors, options, say) if "films" in options.parts else {}),
        **(_costs(films, options, say) if "costs" in options.parts else {}),
        **_drawn(data, detectors, options, say),
    }
    return report.with_parts(parts)


def _films(
    films: Sequence[LabelledFilm],
    detectors: Mapping[str, Detector],
    options: EvaluateOptions,
    say: Say | None,
) -> dict[str, Sequence[object]]:
    measured = measure(films, detectors, say)
    if options.sheets:
        write_mistakes(options.sheets, measured)
    return {"rows": rows_of(measured, options.tolerances), "leads": list(leads(measured))}


def _costs(
    films: Sequence[LabelledFilm], options: EvaluateOptions, say: Say | None
) -> dict[str, Sequence[object]]:
    if say:
        say("costs")
    full_size = [film for film in films if film.set == "film"] or list(films)
    timed = sorted(full_size, key=lambda film: -film.frames)[:_TIMED_FILMS]
    return {"costs": measure_costs(options.detectors, [film.path for film in timed])}


def _drawn(
    data: Path, detectors: Mapping[str, Detector], options: EvaluateOptions, say: Say | None
) -> dict[str, Sequence[object]]:
    """Returns the parts that need held-out footage, or clips."""
    wanted = {"generated", "hard"} & set(options.parts)
    footage = held_out_footage(data, options.extra) if wanted else Footage((), ())
    parts: dict[str, Sequence[object]] = {}
    if "generated" in wanted:
        windows = list(make_windows(footage, options.windows))
        parts["generated"] = measure_generated(windows, detectors, say)
    if options.show and "hard" in wanted:
        write_hard(options.show, hard_films(footage, options.shots))
    shots = list(_single_shots(footage, options))
    if shots:
        parts["alarms"] = count_alarms(chain.from_iterable(shots), detectors, say)
    return parts


def _single_shots(
    footage: Footage, options: EvaluateOptions
) -> Iterator[Iterator[tuple[str, Film]]]:
    if "hard" in options.parts:
        yield hard_films(footage, options.shots)
        if options.extra:
            yield gathered_films(options.extra)
    if options.footage:
        yield clip_films(options.footage)
