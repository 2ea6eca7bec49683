"""Sheets to look at: the worst mistakes on real films, and the drawn single shots.

Figures say how often a network is wrong; only looking says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from otio_autoedit.media.footage import read_frames
from otio_autoedit.models.evaluate.detectors import OURS, Found
from otio_autoedit.models.evaluate.films import Film, LabelledFilm
from otio_autoedit.models.evaluate.scoring import Label, match
from otio_autoedit.models.evaluate.shots import Measured
from otio_autoedit.models.transition import Transition

MOST = 24  # rows of a sheet
_BEFORE, _AFTER = 3, 4  # frames shown around a boundary: from -3 to +4
_COLUMNS = _BEFORE + 1 + _AFTER
_CELL = (132, 74)
_LINE = 16  # of text above each row
_RED, _WHITE, _BLACK = (220, 30, 30), (240, 240, 240), (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Mistake:
    """A label that was missed, or something found where there is none.

    Attributes:
        film: where.
        last_before, first_after: of the label, or of what was found.
        score: of the network, 0 to 1: its confidence, or the most it gave to a missed label.
        text: what there is to be said.
    """

    film: LabelledFilm
    last_before: int
    first_after: int
    score: float
    text: str


def write_mistakes(folder: Path, measured: Measured) -> list[Path]:
    """Writes our worst misses and worst false alarms at tolerance 0, and returns the sheets."""
    folder.mkdir(parents=True, exist_ok=True)
    misses: list[Mistake] = []
    alarms: list[Mistake] = []
    for film, found in zip(measured.films, measured.found[OURS], strict=True):
        missed, wrong = _mistakes(film, found)
        misses += missed
        alarms += wrong
    misses.sort(key=lambda miss: miss.score)
    alarms.sort(key=lambda alarm: -alarm.score)
    sheets = {"misses.png": misses[:MOST], "false-alarms.png": alarms[:MOST]}
    for name, mistakes in sheets.items():
        draw_sheet([_row(mistake) for mistake in mistakes]).save(folder / name)
    return [folder / name for name in sheets]


def write_hard(folder: Path, films: Iterable[tuple[str, Film]], most: int = 8) -> list[Path]:
    """Writes a sheet of drawn single shots for each kind, and returns the sheets.

    Of each shot the frames are shown around where two neighbours differ most.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for kind, group in groupby(films, key=lambda item: item[0]):
        rows = [_liveliest(film) for _, film in group][:most]
        written.append(folder / f"{kind.replace(' ', '-')}.png")
        draw_sheet(rows).save(written[-1])
    return written


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A line of text and the frames under it, `(H, W, 3)` uint8 RGB; `marked` ones have a frame."""

    text: str
    frames: tuple[NDArray[np.uint8], ...]
    marked: tuple[bool, ...]


def draw_sheet(rows: Sequence[SheetRow]) -> Image.Image:
    """Returns the rows one below the other."""
    width, height = _CELL
    sheet = Image.new("RGB", (_COLUMNS * width, max(1, len(rows)) * (height + _LINE)), _BLACK)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(12)
    for number, row in enumerate(rows):
        top = number * (height + _LINE)
        pen.text((4, top + 1), row.text, _WHITE, font)
        for column, (frame, marked) in enumerate(zip(row.frames, row.marked, strict=True)):
            left = column * width
            sheet.paste(_fitted(frame), (left, top + _LINE))
            if marked:
                box = (left, top + _LINE, left + width - 2, top + _LINE + height - 2)
                pen.rectangle(box, outline=_RED, width=2)
    return sheet


def _mistakes(film: LabelledFilm, found: Found) -> tuple[list[Mistake], list[Mistake]]:
    """Returns what was missed in a film, and what was found where there is nothing."""
    matches = match(film.labels, found.transitions, 0)

    def mistake(span: Label | Transition, score: float, text: str) -> Mistake:
        return Mistake(film, span.last_before, span.first_after, score, text)

    misses = [
        mistake(
            label,
            _most(found, label),
            f"missed: {'gradual' if label.gradual else 'cut'}; found nearest: "
            f"{_nearest(found.transitions, label.last_before)}",
        )
        for label in matches.missed
    ]
    alarms = [
        mistake(
            alarm,
            alarm.confidence,
            f"found: {alarm.type}; labelled nearest: {_nearest(film.labels, alarm.last_before)}",
        )
        for alarm in matches.false_alarms
    ]
    return misses, alarms


def _most(found: Found, label: Label) -> float:
    assert found.scores is not None
    scores = found.scores.middle[max(0, label.last_before) : max(1, label.first_after)]
    return float(scores.max(initial=0.0))


def _nearest(others: Iterable[Label | Transition], frame: int) -> str:
    spans = [(other.last_before, other.first_after) for other in others]
    if not spans:
        return "none"
    first, last = min(spans, key=lambda span: abs(span[0] - frame))
    return f"{first}-{last}"


def _row(mistake: Mistake) -> SheetRow:
    first, last = mistake.last_before, mistake.first_after
    numbers = np.arange(first - _BEFORE, first + _AFTER + 1)
    if last > first + 2:  # spread over the transition, and a little beyond
        numbers = np.linspace(first - 1, last + 1, _COLUMNS).round().astype(int)
    numbers = numbers.clip(0, mistake.film.frames - 1)
    pictures = dict(read_frames(mistake.film.path, numbers.tolist()))
    text = (
        f"{mistake.film.path.stem}  {first}-{last}  {mistake.score:.2f}  {mistake.text}"
        f"  (frames {numbers[0]}..{numbers[-1]})"
    )
    inside = (first < numbers) & (numbers < last) if last > first + 1 else numbers == first
    return SheetRow(text, tuple(pictures[n] for n in numbers.tolist()), tuple(inside.tolist()))


def _liveliest(film: Film) -> SheetRow:
    frames = film.frames if film.frames is not None else film.thumbnails()
    small = film.thumbnails().astype(np.int16)
    change = np.abs(np.diff(small, axis=0)).mean((1, 2, 3)) if len(small) > 1 else np.zeros(1)
    at = int(np.argmax(change))
    numbers = np.arange(at - _BEFORE, at + _AFTER + 1).clip(0, len(frames) - 1).tolist()
    shown = tuple(frames[n] for n in numbers)
    return SheetRow(f"{film.name}  frames {numbers[0]}..{numbers[-1]}", shown, (False,) * _COLUMNS)


def _fitted(frame: NDArray[np.uint8]) -> Image.Image:
    """Returns a frame at the size of a cell less its edge; small ones in plain blocks."""
    picture = Image.fromarray(frame)
    size = (_CELL[0] - 2, _CELL[1] - 2)
    small = picture.width < size[0]
    return picture.resize(size, Image.Resampling.NEAREST if small else Image.Resampling.BOX)
