"""Sheets to look at: the pictures in which our scene network is most wrong, truth beside answer.

Boxes are green where truth and answer meet; red are those missed, on the left, and the false
alarms, on the right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from otio_autoedit.models.evaluate.average_precision import Detected, Objects, matched
from otio_autoedit.models.evaluate.contenders import Contender
from otio_autoedit.models.evaluate.masks import Confusion, frame_ious
from otio_autoedit.models.evaluate.scene_sets import (
    GROUPS,
    VOID,
    LabelledPicture,
    MaskedFilm,
)
from otio_autoedit.models.scene_labels import OBJECTS

MOST = 24  # pairs on a sheet
SURE = 0.3
"""The least score of a detection that is drawn, or counts as a false alarm."""
_OF_A_FILM = 2  # frames, the worst
_COLUMNS = 4  # pairs in a row
_CELL = (208, 156)
_LINE = 16  # of text above each pair
_GREEN, _RED, _WHITE, _BLACK = (60, 200, 60), (230, 40, 40), (240, 240, 240), (0, 0, 0)
_COLOURS = np.array([(0, 0, 0), (230, 60, 60), (60, 120, 240), (240, 180, 30)], np.float32)
_GREY = np.array((128, 128, 128), np.float32)


@dataclass(frozen=True, slots=True)
class Pair:
    """A picture twice, with the truth and with the answer drawn in.

    Attributes:
        wrong: how far the answer is from the truth; the worst are shown.
        text: what there is to be said.
        draw: makes both; called for those that are shown.
    """

    wrong: float
    text: str
    draw: Callable[[], tuple[Image.Image, Image.Image]]


def write_sheets(
    folder: Path, ours: Contender, pictures: Sequence[LabelledPicture], films: Sequence[MaskedFilm]
) -> list[Path]:
    """Writes a sheet for objects, one for masks, one for the foreground, and returns those that
    there is something to be shown on."""
    folder.mkdir(parents=True, exist_ok=True)
    found = {
        "objects.png": _objects(ours, pictures),
        "masks.png": _masks(ours, pictures),
        "foreground.png": _foregrounds(ours, films),
    }
    written = []
    for name, pairs in found.items():
        if pairs:
            worst = sorted(pairs, key=lambda pair: -pair.wrong)[:MOST]
            draw_sheet(worst).save(folder / name)
            written.append(folder / name)
    return written


def draw_sheet(pairs: Sequence[Pair]) -> Image.Image:
    """Returns the pairs, some to a row: truth on the left, answer on the right."""
    width, height = 2 * _CELL[0], _CELL[1] + _LINE
    columns = max(1, min(_COLUMNS, len(pairs)))
    rows = max(1, -(-len(pairs) // columns))
    sheet = Image.new("RGB", (columns * width, rows * height), _BLACK)
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(11)
    for number, pair in enumerate(pairs):
        left, top = number % columns * width, number // columns * height
        pen.text((left + 3, top + 1), pair.text, _WHITE, font)
        for side, picture in enumerate(pair.draw()):
            sheet.paste(picture, (left + side * _CELL[0], top + _LINE))
    return sheet


def mistakes(truth: Objects, found: Detected) -> tuple[list[int], list[int]]:
    """Returns which objects were missed, and which of the sure detections are false alarms."""
    missed, alarms = [], []
    sure = np.flatnonzero(found.scores >= SURE)
    sure = sure[np.argsort(-found.scores[sure], kind="stable")]
    for kind in {*truth.classes.tolist(), *found.classes[sure].tolist()}:
        there = np.flatnonzero(truth.classes == kind)
        said = sure[found.classes[sure] == kind]
        taken = matched(found.boxes[said], truth.boxes[there], np.zeros(len(there), bool))
        missed += [int(index) for at, index in enumerate(there) if at not in taken]
        alarms += said[taken < 0].tolist()
    return missed, alarms


def _objects(ours: Contender, pictures: Sequence[LabelledPicture]) -> list[Pair]:
    """What is missed or made up counts by its breadth: what people would notice comes first."""
    assert ours.detect is not None
    pairs = []
    for picture in pictures:
        if picture.objects is None:
            continue
        found = ours.detect(picture.frame)
        missed, alarms = mistakes(picture.objects, found)
        wrong = _breadth(picture.objects.boxes[missed]) + _breadth(found.boxes[alarms])
        text = f"{picture.name[-6:]}: {len(missed)} missed, {len(alarms)} false alarms"
        pairs.append(Pair(wrong, text, _boxes_drawn(picture, found, missed, alarms)))
    return pairs


def _breadth(boxes: NDArray[np.floating]) -> float:
    return float(np.sqrt((boxes[:, 2:] - boxes[:, :2]).clip(0).prod(1)).sum())


def _boxes_drawn(
    picture: LabelledPicture, found: Detected, missed: list[int], alarms: list[int]
) -> Callable[[], tuple[Image.Image, Image.Image]]:
    def draw() -> tuple[Image.Image, Image.Image]:
        assert picture.objects is not None
        truth, answer = (_fitted(picture.frame) for _ in range(2))
        objects = picture.objects
        for index, (box, kind) in enumerate(zip(objects.boxes, objects.classes, strict=True)):
            _box(truth, box, OBJECTS[kind], _RED if index in missed else _GREEN)
        for index in np.flatnonzero(found.scores >= SURE).tolist():
            text = f"{OBJECTS[found.classes[index]]} {found.scores[index]:.1f}"
            _box(answer, found.boxes[index], text, _RED if index in alarms else _GREEN)
        return truth, answer

    return draw


def _box(
    picture: Image.Image, box: NDArray[np.floating], text: str, colour: tuple[int, ...]
) -> None:
    pen = ImageDraw.Draw(picture)
    scale = np.array([picture.width, picture.height] * 2)
    x0, y0, x1, y1 = (box * scale).tolist()
    pen.rectangle((x0, y0, x1, y1), outline=colour)
    pen.text((x0 + 2, y0 + 1), text, colour, ImageFont.load_default(10))


def _masks(ours: Contender, pictures: Sequence[LabelledPicture]) -> list[Pair]:
    assert ours.segment is not None
    pairs = []
    for picture in pictures:
        if picture.groups is None:
            continue
        said = ours.segment(picture.frame)
        confusion = Confusion.of([(picture.groups, said)])
        known = picture.groups != VOID
        wrong = float((said != picture.groups)[known].mean()) if known.any() else 0.0
        ious = {group: confusion.iou(group) for group in GROUPS[1:]}
        known_ious = (f", {g} {iou:.2f}" for g, iou in ious.items() if iou is not None)
        text = f"{picture.name[-6:]}: {100 * wrong:.0f} % wrong{''.join(known_ious)}"
        pairs.append(Pair(wrong, text, _maps_drawn(picture.frame, picture.groups, said)))
    return pairs


def _foregrounds(ours: Contender, films: Sequence[MaskedFilm]) -> list[Pair]:
    assert ours.foreground is not None
    pairs = []
    for film in films:
        frames = film.frames()
        said = ours.foreground(frames)
        ious = frame_ious(film.masks, said)
        for at in np.argsort(ious)[:_OF_A_FILM].tolist():
            masks = (film.masks[at].astype(np.uint8), said[at].astype(np.uint8))
            text = f"{film.name} {at}: IoU {ious[at]:.2f}"
            pairs.append(Pair(1 - ious[at], text, _maps_drawn(frames[at].copy(), *masks)))
    return pairs


def _maps_drawn(
    frame: NDArray[np.uint8], truth: NDArray[np.uint8], said: NDArray[np.uint8]
) -> Callable[[], tuple[Image.Image, Image.Image]]:
    return lambda: (_tinted(frame, truth), _tinted(frame, said))


def _tinted(frame: NDArray[np.uint8], groups: NDArray[np.uint8]) -> Image.Image:
    """Returns the frame with its groups in colour: person red, vehicle blue, animal yellow, void
    grey; the rest as it is."""
    colours = np.where((groups == VOID)[..., None], _GREY, _COLOURS[groups % len(GROUPS)])
    mixed = np.where((groups > 0)[..., None], 0.4 * frame + 0.6 * colours, frame)
    return _fitted(mixed.astype(np.uint8))


def _fitted(frame: NDArray[np.uint8]) -> Image.Image:
    """Returns a picture as large as a cell holds."""
    picture = Image.fromarray(frame)
    scale = min((_CELL[0] - 4) / picture.width, (_CELL[1] - 4) / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.BILINEAR)
