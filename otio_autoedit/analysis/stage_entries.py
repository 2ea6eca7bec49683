"""Stages as entries of the store, and back; what is not right there is not there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic, TypeVar, cast

import numpy as np

from otio_autoedit.analysis.box_colours import DIMENSIONS
from otio_autoedit.analysis.camera_motion import CameraMotion
from otio_autoedit.analysis.entry import Entry
from otio_autoedit.analysis.entry_arrays import EntryArrays
from otio_autoedit.analysis.export import (
    jump_cuts_from_json,
    jump_cuts_to_json,
    transitions_from_json,
    transitions_to_json,
)
from otio_autoedit.analysis.media_json import (
    Fields,
    fraction_text,
    media_from_json,
    media_to_json,
)
from otio_autoedit.analysis.record import TOGETHER, Curve, FrameIndex, Masks, Track
from otio_autoedit.analysis.results import (
    Camera,
    Curves,
    Detected,
    Index,
    Loudness,
    MadeBy,
    Mattes,
    Measured,
    Scenes,
    Shots,
    Tracks,
    Vectors,
)
from otio_autoedit.analysis.stages import (
    CAMERA,
    DETAIL,
    INDEX,
    LIGHT,
    LOUDNESS,
    MASKS,
    MOTION,
    OBJECTS,
    PICTURE,
    SCENE,
    SCORE,
    SHOTS,
    SOUND,
    TRACKS,
    VECTORS,
)

T = TypeVar("T")
_MOST_SIDE = 4096  # pixels of a matte


@dataclass(frozen=True, slots=True)
class About:
    """The file that a stage is of: where it lies now, its fingerprint, its number of frames (0 for
    the index, which tells it)."""

    path: str
    fingerprint: str
    frames: int = 0


@dataclass(frozen=True, slots=True)
class StageForm(Generic[T]):
    """How the result of a stage is kept. ``decode`` raises ValueError for what cannot be it."""

    kind: type[T]
    encode: Callable[[T], Entry]
    decode: Callable[[Entry, About], T]


def to_entry(result: object) -> Entry:
    """Returns the ``result`` of a stage as the store keeps it."""
    form: StageForm[Any] = next(f for f in FORMS.values() if isinstance(result, f.kind))
    return form.encode(result)


def from_entry(stage: str, entry: Entry, about: About) -> object:
    """Returns what was kept of ``stage``; ValueError if it cannot be."""
    result: object = FORMS[stage].decode(entry, about)
    return result


def _index_entry(index: Index) -> Entry:
    return Entry(
        {
            "media": media_to_json(index.media),
            "time_base": fraction_text(index.frames.time_base),
            "end": index.frames.end,
        },
        {
            "pts": index.frames.pts.astype(np.int64),
            "keys": index.frames.keys.astype(np.int64),
        },
    )


def _index(entry: Entry, about: About) -> Index:
    read = Fields(entry.data, "index")
    media = {**_object(read.value("media")), "path": about.path, "fingerprint": about.fingerprint}
    info = media_from_json(media, "index.media")
    arrays = EntryArrays(entry, "index")
    pts, keys = arrays.integers("pts"), arrays.integers("keys")
    if pts.shape != (info.frame_count,) or (np.diff(pts) <= 0).any():
        raise ValueError("index.pts does not rise, or is not one for each frame")
    if len(keys) and (keys.min() < 0 or keys.max() >= info.frame_count):
        raise ValueError("index.keys points outside the file")
    base = Fraction(read.fraction("time_base", positive=True))
    end = read.integer("end", -(1 << 62), 1 << 62)
    return Index(info, FrameIndex(pts, base, info.edit_rate, info.variable_rate, keys, end))


def _shots_entry(shots: Shots) -> Entry:
    return Entry(
        {
            "transitions": transitions_to_json(shots.transitions),
            "jump_cuts": jump_cuts_to_json(shots.jump_cuts),
            "made_by": dict(shots.made_by),
        }
    )


def _shots(entry: Entry, about: About) -> Shots:
    read = Fields(entry.data, "shots")
    found = transitions_from_json(read.items("transitions"), about.frames, "shots.transitions")
    jumps = jump_cuts_from_json(read.value("jump_cuts"), about.frames, "shots.jump_cuts")
    return Shots(found, jumps, _object(read.value("made_by")))


def _loudness_entry(result: Loudness) -> Entry:
    made_by = dict(result.made_by)
    if result.curve is None:
        return Entry({"made_by": made_by, "rate": None})
    data = {"unit": result.curve.unit, "rate": result.curve.rate, "start": result.curve.start}
    return Entry({**data, "made_by": made_by}, {"values": result.curve.values})


def _loudness(entry: Entry, about: About) -> Loudness:
    read = Fields(entry.data, "loudness")
    made_by = _object(read.value("made_by"))
    if read.value("rate") is None:
        return Loudness(None, made_by)
    values = EntryArrays(entry, "loudness").floats("values")
    curve = Curve(read.text("unit"), read.number("rate", 1e-6), read.number("start"), values)
    return Loudness(curve, made_by)


def _detected_entry(found: Detected) -> Entry:
    return Entry(
        {"labels": list(found.labels), "made_by": dict(found.made_by)},
        {
            "positions": found.positions,
            "counts": found.counts,
            "boxes": found.boxes,
            "classes": found.classes,
            "scores": found.scores,
            "colours": found.colours,
        },
    )


def _detected(entry: Entry, about: About) -> Detected:
    read, arrays = Fields(entry.data, "objects"), EntryArrays(entry, "objects")
    labels = tuple(read.texts("labels"))
    positions = arrays.positions(about.frames)
    counts, classes = arrays.integers("counts"), arrays.integers("classes")
    total = int(counts.sum()) if len(counts) and counts.min() >= 0 else 0
    if len(counts) != len(positions) or len(classes) != total:
        raise ValueError("objects.counts do not fit")
    if total and not 0 <= classes.min() <= classes.max() < len(labels):
        raise ValueError("objects.classes are not all known")
    boxes = arrays.floats("boxes", total, 4)
    scores = arrays.floats("scores", total)
    colours = entry.arrays.get("colours")
    if colours is None or colours.dtype != np.uint8 or colours.shape != (total, DIMENSIONS):
        raise ValueError("objects.colours do not fit")
    made_by = _object(read.value("made_by"))
    return Detected(positions, counts, boxes, classes, scores, labels, colours, made_by)


def _mattes_entry(mattes: Mattes) -> Entry:
    packed = [piece for each in mattes.masks for piece in each.packed]
    return Entry(
        {
            "labels": [each.label for each in mattes.masks],
            "size": list(mattes.masks[0].size) if mattes.masks else [0, 0],
            "made_by": dict(mattes.made_by),
        },
        {
            "positions": mattes.masks[0].frames if mattes.masks else np.zeros(0, np.int64),
            "lengths": np.array([len(piece) for piece in packed], np.int64),
            "packed": np.frombuffer(b"".join(packed), np.uint8),
        },
    )


def _mattes(entry: Entry, about: About) -> Mattes:
    read, arrays = Fields(entry.data, "masks"), EntryArrays(entry, "masks")
    labels, size = read.texts("labels"), read.integers("size", 0, _MOST_SIDE)
    positions, lengths = arrays.positions(about.frames), arrays.integers("lengths")
    packed = entry.arrays.get("packed")
    each = len(lengths) // max(1, len(labels))
    if packed is None or packed.dtype != np.uint8 or packed.ndim != 1 or len(size) != 2:
        raise ValueError("masks are missing")
    if labels and each != -(-len(positions) // TOGETHER):
        raise ValueError("masks.lengths do not fit")
    if each * len(labels) != len(lengths) or (lengths < 0).any() or lengths.sum() != len(packed):
        raise ValueError("masks.lengths do not fit")
    ends = np.cumsum(lengths)
    pieces = [packed[end - n : end].tobytes() for n, end in zip(lengths, ends, strict=True)]
    masks = tuple(
        Masks(label, positions, (size[0], size[1]), tuple(pieces[n * each : (n + 1) * each]))
        for n, label in enumerate(labels)
    )
    return Mattes(masks, _object(read.value("made_by")))


def _scenes_entry(scenes: Scenes) -> Entry:
    return Entry(
        {"labels": list(scenes.labels), "made_by": dict(scenes.made_by)},
        {"positions": scenes.positions, "values": scenes.values},
    )


def _scenes(entry: Entry, about: About) -> Scenes:
    read, arrays = Fields(entry.data, "scene"), EntryArrays(entry, "scene")
    labels, positions = tuple(read.texts("labels")), arrays.positions(about.frames)
    values = arrays.floats("values", len(positions), len(labels))
    return Scenes(positions, values, labels, _object(read.value("made_by")))


def _vectors_entry(seen: Vectors) -> Entry:
    return Entry(
        {"made_by": dict(seen.made_by)},
        {"positions": seen.positions, "vectors": seen.vectors, "novelty": seen.novelty},
    )


def _vectors(entry: Entry, about: About) -> Vectors:
    read, arrays = Fields(entry.data, "vectors"), EntryArrays(entry, "vectors")
    positions = arrays.positions(about.frames)
    vectors = arrays.floats("vectors", len(positions), None)
    novelty = arrays.floats("novelty", len(positions))
    return Vectors(positions, vectors, novelty, _object(read.value("made_by")))


def _tracks_entry(found: Tracks) -> Entry:
    tracks = found.tracks
    return Entry(
        {"labels": [each.label for each in tracks], "made_by": dict(found.made_by)},
        {
            "ids": np.array([each.id for each in tracks], np.int64),
            "starts": np.array([each.start for each in tracks], np.int64),
            "counts": np.array([len(each.frames) for each in tracks], np.int64),
            "boxes": np.concatenate([np.zeros((0, 4), np.float32), *(t.boxes for t in tracks)]),
            "confidence": np.concatenate(
                [np.zeros(0, np.float32), *(t.confidence for t in tracks)]
            ),
        },
    )


def _tracks(entry: Entry, about: About) -> Tracks:
    read, arrays = Fields(entry.data, "tracks"), EntryArrays(entry, "tracks")
    labels = read.texts("labels")
    ids, starts, counts = (arrays.integers(name) for name in ("ids", "starts", "counts"))
    if not len(labels) == len(ids) == len(starts) == len(counts) or (counts < 1).any():
        raise ValueError("tracks.counts do not fit")
    if (starts < 0).any() or (starts + counts > about.frames).any():
        raise ValueError("tracks lie outside the file")
    total = int(counts.sum())
    boxes, confidence = arrays.floats("boxes", total, 4), arrays.floats("confidence", total)
    ends = np.cumsum(counts)
    tracks = tuple(
        Track(
            int(ids[n]),
            label,
            np.arange(starts[n], starts[n] + counts[n], dtype=np.int64),
            boxes[ends[n] - counts[n] : ends[n]],
            confidence[ends[n] - counts[n] : ends[n]],
        )
        for n, label in enumerate(labels)
    )
    return Tracks(tracks, _object(read.value("made_by")))


def _camera_entry(camera: Camera) -> Entry:
    motion = camera.motion
    return Entry(
        {"aspect": motion.aspect, "made_by": dict(camera.made_by)},
        {
            "positions": motion.positions,
            "times": motion.times,
            "moves": motion.moves,
            "confidence": motion.confidence,
            "camera": motion.camera,
            "subject": motion.subject,
        },
    )


def _camera(entry: Entry, about: About) -> Camera:
    read, arrays = Fields(entry.data, "camera"), EntryArrays(entry, "camera")
    positions = arrays.positions(about.frames)
    n = len(positions)
    across = np.zeros(n, np.bool_)
    across[:1] = True
    motion = CameraMotion(
        positions=positions,
        times=arrays.doubles("times", n),
        moves=arrays.doubles("moves", n, 2, 3),
        confidence=arrays.floats("confidence", n),
        camera=arrays.floats("camera", n),
        subject=arrays.floats("subject", n),
        across=across,
        aspect=read.number("aspect", 1e-3, 1e3),
        _maps=(),
        _map_size=(0, 0),
    )
    return Camera(motion, _object(read.value("made_by")))


def _curves_entry(result: Curves) -> Entry:
    curves = {
        name: {"unit": curve.unit, "rate": curve.rate, "start": curve.start}
        for name, curve in result.curves.items()
    }
    values = {name: curve.values for name, curve in result.curves.items()}
    return Entry({"curves": curves, "made_by": dict(result.made_by)}, values)


def _curves(entry: Entry, about: About) -> Curves:
    read, arrays = Fields(entry.data, "curves"), EntryArrays(entry, "curves")
    curves = {}
    for name, facts in _object(read.value("curves")).items():
        of = Fields(facts, f"curves.{name}")
        values = arrays.floats(name)
        curves[name] = Curve(of.text("unit"), of.number("rate", 1e-6), of.number("start"), values)
    return Curves(curves, _object(read.value("made_by")))


def _measured_entry(result: Measured) -> Entry:
    data = {"names": list(result.values), "made_by": dict(result.made_by)}
    return Entry(data, {"positions": result.positions, **result.values})


def _measured(entry: Entry, about: About) -> Measured:
    read, arrays = Fields(entry.data, "measured"), EntryArrays(entry, "measured")
    positions = arrays.positions(about.frames)
    names = read.texts("names")
    values = {name: arrays.floats(name, len(positions)) for name in names}
    return Measured(positions, values, _object(read.value("made_by")))


def _object(value: Any) -> MadeBy:
    if not isinstance(value, dict):
        raise ValueError("an object is asked for")
    return cast(MadeBy, value)


FORMS: Mapping[str, StageForm[Any]] = {
    INDEX: StageForm(Index, _index_entry, _index),
    SHOTS: StageForm(Shots, _shots_entry, _shots),
    LOUDNESS: StageForm(Loudness, _loudness_entry, _loudness),
    OBJECTS: StageForm(Detected, _detected_entry, _detected),
    MASKS: StageForm(Mattes, _mattes_entry, _mattes),
    SCENE: StageForm(Scenes, _scenes_entry, _scenes),
    VECTORS: StageForm(Vectors, _vectors_entry, _vectors),
    CAMERA: StageForm(Camera, _camera_entry, _camera),
    TRACKS: StageForm(Tracks, _tracks_entry, _tracks),
    MOTION: StageForm(Curves, _curves_entry, _curves),
    SCORE: StageForm(Curves, _curves_entry, _curves),
    SOUND: StageForm(Curves, _curves_entry, _curves),
    LIGHT: StageForm(Measured, _measured_entry, _measured),
    DETAIL: StageForm(Measured, _measured_entry, _measured),
    PICTURE: StageForm(Curves, _curves_entry, _curves),
}
"""By stage."""
