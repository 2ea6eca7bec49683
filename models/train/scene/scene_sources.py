"""What the scene network's sets are made of: the table `sources.json`.

Each row is one set: where its pictures and labels are public, at one commit, or in the data
folder; their licence as it is stated there; how its labels are written and what they call things.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from importlib.resources import files
from typing import Any

from otio_autoedit.errors import did_you_mean
from otio_autoedit.models.train.scene.sets import SetError

FORMATS = ("none", "coco", "yolo", "corners", "voc", "instances", "garments", "videos")
_PACKAGE = "otio_autoedit.models.train.scene"


@dataclass(frozen=True, slots=True)
class SceneSource:
    """One set to be.

    Attributes:
        set: its name, that of its folder.
        source: "OWNER/NAME@COMMIT"; or "data" for the data folder's own, "footage" for videos.
        licence: as it is stated there.
        format: of `FORMATS`: how things are labelled.
        pictures: what the paths of its pictures begin with; each of them a folder.
        archives: in the data folder: the archives that they are in.
        labels: of "coco" the files; else folders with a file of the picture's stem.
        classes: of "yolo": the names of its classes in their order.
        names: what its things are called in a set; None leaves a thing out. Without it, as COCO.
        complete: the things of ours that are boxed wherever they occur.
        scene: of all its pictures; `scenes` by folder, where it differs.
        masks: "all": every thing is outlined; "near": people alone are, the rest is not known
            further off; "": there are none.
        near: how far the rest is known then, as a share of the long side.
        foreground: whether labelled things are what is looked at.
        most: how many pictures at most, of each folder; which is drawn from their names.
        tiles: also this many parts of a picture, each a third of its sides.
        apart_from: sets whose pictures are left out here.
        skip: parts of a picture's name that leave it out.
        squeezed: what the displayed width is times the stored one; some sets stretched theirs.
    """

    set: str
    source: str
    licence: str
    format: str
    pictures: tuple[str, ...]
    archives: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    names: Mapping[str, str | None] | None = None
    complete: tuple[str, ...] = ()
    scene: str | None = None
    scenes: Mapping[str, str] = field(default_factory=dict)
    masks: str = ""
    near: float = 0.02
    foreground: bool = False
    most: int | None = None
    tiles: int = 0
    apart_from: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    squeezed: float = 1.0

    @property
    def repo(self) -> str:
        """Whose repository it is of."""
        return self.source.split("@")[0]

    @property
    def commit(self) -> str:
        """The commit that its files are read at."""
        return self.source.partition("@")[2]


def load_scene_sources() -> tuple[SceneSource, ...]:
    """Returns the table that comes with the package."""
    return parse_scene_sources(files(_PACKAGE).joinpath("sources.json").read_text("utf-8"))


def parse_scene_sources(text: str) -> tuple[SceneSource, ...]:
    """Returns the rows of a table.

    Raises:
        SetError: a row has a field or a format that there is not, lacks one, or comes twice.
    """
    rows = tuple(_row(row) for row in json.loads(text))
    names = [row.set for row in rows]
    for name in names:
        if names.count(name) > 1:
            raise SetError(f"sources.json: {name} stands there twice")
    return rows


def _row(row: dict[str, Any]) -> SceneSource:
    name = row.get("set", "?")
    known = [each.name for each in fields(SceneSource)]
    for key in row:
        if key not in known:
            raise SetError(
                f"sources.json, {name}: no such field, {key!r}{did_you_mean(key, known)}"
            )
    if row.get("format") not in FORMATS:
        hint = did_you_mean(str(row.get("format")), FORMATS)
        raise SetError(f"sources.json, {name}: no such format, {row.get('format')!r}{hint}")
    plain: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row.items()
    }
    try:
        return SceneSource(**plain)
    except TypeError as error:
        raise SetError(f"sources.json, {name}: {error}") from None
