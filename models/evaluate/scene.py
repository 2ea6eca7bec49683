"""One measuring run of the scene network beside its teachers, part by part, into one report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.models.detection import IGNORED
from otio_autoedit.models.evaluate import SCENE_PARTS
from otio_autoedit.models.evaluate.average_precision import (
    Objects,
    average_precisions,
    mean_of,
)
from otio_autoedit.models.evaluate.contenders import Contender
from otio_autoedit.models.evaluate.kept import Kept
from otio_autoedit.models.evaluate.masks import Confusion, film_j, frame_ious
from otio_autoedit.models.evaluate.scene_cost import measure_costs
from otio_autoedit.models.evaluate.scene_ours import our_contender
from otio_autoedit.models.evaluate.scene_peers import peer_contenders
from otio_autoedit.models.evaluate.scene_report import (
    OnFilms,
    OnMasks,
    OnObjects,
    OnScenes,
    SceneReport,
    versions,
)
from otio_autoedit.models.evaluate.scene_sets import (
    GROUPS,
    LabelledPicture,
    MaskedFilm,
    coco_pictures,
    masked_films,
    people_pictures,
    street_pictures,
)
from otio_autoedit.models.evaluate.scene_sheets import write_sheets
from otio_autoedit.models.scene import AREA
from otio_autoedit.models.scene_labels import OBJECTS, SCENES
from otio_autoedit.models.threads import one_thread
from otio_autoedit.models.train.scene.lessons import load_lessons
from otio_autoedit.models.weight_files import load_weights

Say = Callable[[str], None]

LARGE = 0.01
"""Of the picture: smaller objects are left out of the figures for large ones."""
_PERSON = OBJECTS.index("person")
_MOST_SCENES = 1500
_HIT = 0.5  # of a frame's foreground, for the share of frames that are found


@dataclass(frozen=True, slots=True)
class SceneOptions:
    """What is measured.

    Attributes:
        parts: of `SCENE_PARTS`.
        ours: whether our network is; there may be no weights yet.
        weights: other weights than the package's.
        areas: further sizes of the pictures that ours sees, in pixels of area.
        peers: whether the teachers are.
        kept: of the teachers' answers.
        sets: a folder of training's sets, for the kinds of scene: what it held out of them.
        sheets: a folder for sheets of our worst mistakes.
    """

    parts: Sequence[str] = SCENE_PARTS
    ours: bool = True
    weights: Path | None = None
    areas: Sequence[int] = ()
    peers: bool = True
    kept: Kept = field(default_factory=Kept)
    sets: Path | None = None
    sheets: Path | None = None


def evaluate_scene(data: Path, options: SceneOptions, say: Say | None = None) -> SceneReport:
    """Returns all that is asked for, measured on `data`; writes sheets where they are asked for.

    Raises:
        AutoEditError: pictures, films, weights or a package are missing.
    """
    tell = say or (lambda _: None)
    contenders = _contenders(data, options)
    asked = set(options.parts)
    pictures = coco_pictures(data) if {"objects", "masks"} & asked else []
    people = people_pictures(data) if "masks" in asked else []
    films = masked_films(data) if {"foreground", "costs"} & asked else []
    parts: dict[str, Sequence[object]] = {}
    if "objects" in asked:
        parts["objects"] = measure_objects(pictures, contenders, tell)
    if "masks" in asked:
        sets = {"coco128": pictures, "human300": people, "CamVid": street_pictures(data)}
        parts["masks"] = measure_masks(sets, contenders, tell)
    if "foreground" in asked:
        parts["films"] = measure_foreground(films, contenders, tell)
    if "scenes" in asked and options.sets:
        parts["scenes"] = measure_scenes(held_out_scenes(options.sets), contenders, tell)
    if "costs" in asked:
        tell("costs")
        fresh = _contenders(data, replace(options, kept=Kept()))
        parts["costs"] = measure_costs(data / "weights", fresh, films[0].frames(), options.weights)
    if options.sheets and options.ours:
        tell("sheets")
        shown = films if "foreground" in asked else []
        write_sheets(options.sheets, contenders[0], [*pictures, *people], shown)
    sha256 = load_weights("scene", options.weights).sha256 if options.ours else ""
    return SceneReport(sha256, versions()).with_parts(parts)


def measure_objects(
    pictures: Sequence[LabelledPicture], contenders: Iterable[Contender], say: Say
) -> list[OnObjects]:
    """Returns average precision at IoU .5 of all that find objects, by kind and together."""
    labelled = [picture for picture in pictures if picture.objects is not None]
    truths = [picture.objects for picture in labelled if picture.objects is not None]
    large = [large_only(truth) for truth in truths]
    count = Counter(chain.from_iterable(truth.classes.tolist() for truth in truths))
    measured = []
    for contender in contenders:
        if contender.detect is None:
            continue
        say(f"objects: {contender.name}")
        with one_thread():
            found = [contender.detect(picture.frame) for picture in labelled]
        whole, of_large = average_precisions(truths, found), average_precisions(large, found)
        measured.append(
            OnObjects(
                contender.name,
                len(labelled),
                {OBJECTS[k]: count[k] for k in whole},
                {OBJECTS[k]: precision for k, precision in whole.items()},
                mean_of(whole),
                mean_of(of_large),
                mean_of(of_large, among=[_PERSON]),
            )
        )
    return measured


def large_only(truth: Objects) -> Objects:
    """Returns the objects with those ignored that cover less than `LARGE` of the picture."""
    sides = truth.boxes[:, 2:] - truth.boxes[:, :2]
    return Objects(truth.boxes, truth.classes, sides.prod(1) < LARGE)


def measure_masks(
    sets: Mapping[str, Sequence[LabelledPicture]], contenders: Sequence[Contender], say: Say
) -> list[OnMasks]:
    """Returns intersection over union of all that label pixels, on each set."""
    measured = []
    for name, pictures in sets.items():
        labelled = [(p.frame, p.groups) for p in pictures if p.groups is not None]
        for contender in contenders:
            if contender.segment is None:
                continue
            say(f"masks: {name}, {contender.name}")
            with one_thread():
                said = ((groups, contender.segment(frame)) for frame, groups in labelled)
                confusion = Confusion.of(said)
            iou = {g: confusion.iou(g) for g in GROUPS if g in ("other", *contender.knows)}
            there = [value for value in iou.values() if value is not None]
            mean = confusion.mean_iou if len(iou) == len(GROUPS) and len(there) > 2 else None
            measured.append(OnMasks(contender.name, name, len(labelled), iou, mean))
    return measured


def measure_foreground(
    films: Sequence[MaskedFilm], contenders: Sequence[Contender], say: Say
) -> list[OnFilms]:
    """Returns J of all that find a foreground."""
    able = [contender for contender in contenders if contender.foreground is not None]
    js: dict[str, dict[str, float]] = {contender.name: {} for contender in able}
    hits: dict[str, list[bool]] = {contender.name: [] for contender in able}
    for film in films:
        say(f"foreground: {film.name}")
        frames = film.frames()
        for contender in able:
            assert contender.foreground is not None
            with one_thread():
                said = contender.foreground(frames)
            js[contender.name][film.name] = film_j(film.masks, said)
            hits[contender.name] += [iou > _HIT for iou in frame_ious(film.masks, said)[1:-1]]
    return [
        OnFilms(name, of_film, float(np.mean(list(of_film.values()))), float(np.mean(hits[name])))
        for name, of_film in js.items()
    ]


def measure_scenes(
    frames: Sequence[tuple[NDArray[np.uint8], str]], contenders: Sequence[Contender], say: Say
) -> list[OnScenes]:
    """Returns how often the kind of scene is told right, by kind."""
    measured = []
    for contender in contenders:
        if contender.scene is None:
            continue
        say(f"scenes: {contender.name}")
        with one_thread():
            told = [(kind, contender.scene(frame) == kind) for frame, kind in frames]
        total = Counter(kind for kind, _ in told)
        right = Counter(kind for kind, hit in told if hit)
        measured.append(OnScenes(contender.name, dict(total), {k: right[k] for k in total}))
    return measured


def held_out_scenes(sets: Path) -> list[tuple[NDArray[np.uint8], str]]:
    """Returns pictures that training held out of its sets, and the kind of scene of each.

    Raises:
        SetError: there are no sets.
    """
    known = [
        (lesson.pixels, SCENES[lesson.scene])
        for lessons in load_lessons([sets])
        for lesson in map(lessons.lesson, lessons.held_out)
        if lesson.scene != IGNORED
    ]
    return known[:: max(1, len(known) // _MOST_SCENES)]


def _contenders(data: Path, options: SceneOptions) -> list[Contender]:
    areas = [AREA, *(area for area in options.areas if area != AREA)] if options.ours else []
    ours = [our_contender(options.weights, area) for area in areas]
    return ours + (peer_contenders(data / "weights", options.kept) if options.peers else [])
