"""Stages that are made of other stages; no picture is looked at again for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.box_colours import DIMENSIONS
from otio_autoedit.analysis.camera_motion import CameraMotion, motion_curves, within_shots
from otio_autoedit.analysis.picture_curves import picture_curves
from otio_autoedit.analysis.record import Track
from otio_autoedit.analysis.results import (
    NO_PICTURES,
    Camera,
    Curves,
    Detected,
    Index,
    Loudness,
    Measured,
    Shots,
    Tracks,
    Vectors,
    colours_of,
)
from otio_autoedit.analysis.sampled_shots import Sample
from otio_autoedit.analysis.sampling import curve_of
from otio_autoedit.analysis.stages import (
    CAMERA,
    DETAIL,
    INDEX,
    LIGHT,
    LOUDNESS,
    MOTION,
    OBJECTS,
    PICTURE,
    SCORE,
    SHOTS,
    TRACKS,
    VECTORS,
)
from otio_autoedit.analysis.tracking import tracks_from
from otio_autoedit.models.importance import importance
from otio_autoedit.models.scene_findings import Objects

Results = Mapping[str, object]
T = TypeVar("T")

_DIGITS = 5  # of a place in 0..1: a twentieth of a pixel of 4K


def derived(stage: str, results: Results) -> object:
    """Returns a stage made of those that `MADE_OF` names, which are among ``results``."""
    return _MAKERS[stage](results)


def _motion(results: Results) -> Curves:
    """The camera's motion and the subject's, nothing across a change of shot."""
    camera, shots = _of(results, CAMERA, Camera), _of(results, SHOTS, Shots)
    curves = motion_curves(within_shots(camera.motion, shots.transitions))
    return Curves(curves, MappingProxyType({**camera.made_by, "shots": dict(shots.made_by)}))


def _picture(results: Results) -> Curves:
    """What pictures look like, over time."""
    index, light = _of(results, INDEX, Index), _of(results, LIGHT, Measured)
    curves = picture_curves(index.frames, light, _of(results, DETAIL, Measured))
    return Curves(curves, light.made_by)


def _tracks(results: Results) -> Tracks:
    """The objects followed within each shot, the camera's motion taken out."""
    index, found = _of(results, INDEX, Index), _of(results, OBJECTS, Detected)
    camera, shots = _of(results, CAMERA, Camera), _of(results, SHOTS, Shots)
    width, height = index.media.display_size
    tracks = tracks_from(
        list(_samples(found, _seconds(index))),
        shots.transitions,
        within_shots(camera.motion, shots.transitions) if len(camera.motion) else None,
        frame_count=index.media.frame_count,
        aspect=width / height if width and height else 16 / 9,
    )
    made_by = {**found.made_by, "shots": dict(shots.made_by)}
    return Tracks(tuple(map(_as_kept, tracks)), MappingProxyType(made_by))


def _score(results: Results) -> Curves:
    """How much each moment matters, by all that is known of it."""
    index, seen = _of(results, INDEX, Index), _of(results, VECTORS, Vectors)
    if not len(seen.positions):
        return Curves({}, NO_PICTURES)
    found, shots = _of(results, OBJECTS, Detected), _of(results, SHOTS, Shots)
    camera, loudness = _of(results, CAMERA, Camera), _of(results, LOUDNESS, Loudness)
    motion = within_shots(camera.motion, shots.transitions)
    seconds = _seconds(index)[seen.positions]
    matters = importance(
        seconds,
        seen.vectors,
        novelty=seen.novelty,
        objects=list(_objects(found)),
        motion=_subject_motion(motion) if len(motion) == len(seconds) else None,
        loudness=_at(loudness, seconds),
        names=found.labels,
    )
    made_by = {
        **{"measure": "importance", "parts": list(matters.parts.known())},
        **{"vectors": dict(seen.made_by), "objects": dict(found.made_by)},
        "shots": dict(shots.made_by),
    }
    curve = curve_of("0 to 1", index.frames, seen.positions, matters.score)
    return Curves({"score": curve}, MappingProxyType(made_by))


def _subject_motion(motion: CameraMotion) -> npt.NDArray[np.float32]:
    """Returns what moves by itself, of each sample; not a number where nothing is known."""
    return np.where(motion.across, np.nan, motion.subject).astype(np.float32)


def _at(loudness: Loudness, seconds: npt.NDArray[np.float64]) -> npt.NDArray[np.float32] | None:
    """Returns the loudness at some moments; None for a film without sound."""
    curve = loudness.curve
    if curve is None or not len(curve.values):
        return None
    times = curve.start + np.arange(len(curve.values)) / curve.rate
    return np.interp(seconds, times, curve.values, left=-np.inf, right=-np.inf).astype(np.float32)


def _seconds(index: Index) -> npt.NDArray[np.float64]:
    """Returns when each source frame is shown."""
    return (index.frames.pts * float(index.frames.time_base)).astype(np.float64)


def _samples(found: Detected, times: npt.NDArray[np.float64]) -> Iterator[Sample]:
    """Yields the detections of each sampled frame as the tracker takes them."""
    ends = np.cumsum(found.counts)
    for position, count, end in zip(found.positions, found.counts, ends, strict=True):
        of = slice(end - count, end)
        yield Sample(
            int(position),
            float(times[position]),
            found.boxes[of],
            tuple(found.labels[k] for k in found.classes[of]),
            found.scores[of],
            colours_of(found.colours[of]) if found.colours.shape[1] == DIMENSIONS else None,
        )


def _objects(found: Detected) -> Iterator[Objects]:
    ends = np.cumsum(found.counts)
    for count, end in zip(found.counts, ends, strict=True):
        of = slice(end - count, end)
        yield Objects(found.boxes[of], found.classes[of], found.scores[of])


def _as_kept(track: Track) -> Track:
    """Returns a track with the digits that are kept: short in JSON, fresh or stored the same."""
    boxes, confidence = (np.round(v, _DIGITS) for v in (track.boxes, track.confidence))
    return Track(
        track.id,
        track.label,
        track.frames,
        boxes.astype(np.float32),
        confidence.astype(np.float32),
    )


def _of(results: Results, stage: str, kind: type[T]) -> T:
    result = results[stage]
    assert isinstance(result, kind)
    return result


_MAKERS: Mapping[str, Callable[[Results], object]] = {
    MOTION: _motion,
    TRACKS: _tracks,
    SCORE: _score,
    PICTURE: _picture,
}
