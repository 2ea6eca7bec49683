"""All that was measured of the scene network, as one JSON document.

Tables of README and model card are made from it, so that no figure is typed by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from otio_autoedit.errors import AutoEditError
from otio_autoedit.files import write_whole
from otio_autoedit.models.evaluate import report

_PACKAGES = ("torch", "onnxruntime", "ai-edge-litert")


@dataclass(frozen=True, slots=True)
class OnObjects:
    """How well one finds objects: average precision at IoU .5, 0..1.

    Attributes:
        pictures: how many were looked at.
        objects: how many there are of each kind.
        of_kind: by kind, of which there is one at least.
        mean: over the kinds.
        large, large_person: without what covers less than a hundredth of the picture.
    """

    contender: str
    pictures: int
    objects: dict[str, int]
    of_kind: dict[str, float]
    mean: float
    large: float
    large_person: float


@dataclass(frozen=True, slots=True)
class OnMasks:
    """How well one labels pixels: intersection over union over all pictures of a set, 0..1.

    Attributes:
        set: by its name in the data folder.
        pictures: how many have labels.
        iou: by group that it knows; None where the set has none of it.
        mean: over the groups of the set, of those that know them all.
    """

    contender: str
    set: str
    pictures: int
    iou: dict[str, float | None]
    mean: float | None


@dataclass(frozen=True, slots=True)
class OnFilms:
    """How well one finds the foreground: DAVIS's J, 0..1.

    Attributes:
        of_film: J by film.
        mean: over the films.
        found: the share of frames whose IoU is above .5.
    """

    contender: str
    of_film: dict[str, float]
    mean: float
    found: float


@dataclass(frozen=True, slots=True)
class OnScenes:
    """How often one tells the kind of scene: frames there are, and those told right, by kind."""

    contender: str
    frames: dict[str, int]
    right: dict[str, int]

    @property
    def accuracy(self) -> float:
        """Over all frames."""
        return sum(self.right.values()) / max(1, sum(self.frames.values()))


@dataclass(frozen=True, slots=True)
class SceneCost:
    """What one costs; None where it cannot be said.

    Attributes:
        parameters: numbers that were learnt.
        multiply_adds: a frame.
        alone: frames a second of one thread's own time, at 480x270, with what comes before and
            after the network.
    """

    contender: str
    parameters: int | None
    multiply_adds: float | None
    alone: float


@dataclass(frozen=True, slots=True)
class SceneReport:
    """What was measured beside one weights file; a part that was not measured is empty.

    Attributes:
        weights: SHA-256 of the file; empty where ours was not measured.
        versions: of what it was measured with.
        objects, masks, films, scenes, costs: a row for each contender, and set.
    """

    weights: str
    versions: dict[str, str] = field(default_factory=dict)
    objects: tuple[OnObjects, ...] = ()
    masks: tuple[OnMasks, ...] = ()
    films: tuple[OnFilms, ...] = ()
    scenes: tuple[OnScenes, ...] = ()
    costs: tuple[SceneCost, ...] = ()

    def with_parts(self, parts: Mapping[str, Sequence[object]]) -> SceneReport:
        """Returns the report with these parts in place of its own."""
        changes: dict[str, Any] = {name: tuple(part) for name, part in parts.items()}
        return replace(self, **changes)


_ROWS: dict[str, type] = {
    "objects": OnObjects,
    "masks": OnMasks,
    "films": OnFilms,
    "scenes": OnScenes,
    "costs": SceneCost,
}


def versions() -> dict[str, str]:
    """Returns what a reader must know to measure the same again."""
    return report.versions(_PACKAGES)


def write_report(path: Path, measured: SceneReport) -> None:
    """Writes the report as JSON; parts that it lacks stay, if they are of the same weights."""
    if path.is_file():
        stored = read_report(path)
        if stored.weights == measured.weights:
            parts = {name: getattr(measured, name) for name in _ROWS}
            measured = stored.with_parts({name: part for name, part in parts.items() if part})
    write_whole(path, (json.dumps(asdict(measured), indent=1) + "\n").encode())


def read_report(path: Path) -> SceneReport:
    """Returns the report in a JSON file.

    Raises:
        AutoEditError: it holds none, or one of another version.
    """
    try:
        stored: dict[str, Any] = json.loads(path.read_text("utf-8"))
        parts = {name: [row(**each) for each in stored[name]] for name, row in _ROWS.items()}
        return SceneReport(stored["weights"], stored["versions"]).with_parts(parts)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AutoEditError(
            f"{path}: no report of this version ({error}); measure anew into another file"
        ) from error
