"""What footage is gathered: the table `sources.tsv`, and what is known of the edited films in it.

Every row names one public file, at one commit, with its hash: a row means the same bytes to
everyone. The videos themselves are under the licences that the table states, most of them the
repository's own, and are not ours to hand on: each fetches them where they are public.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from fractions import Fraction
from importlib.resources import files
from typing import Any

KINDS = ("single", "edited")
_PACKAGE = "otio_autoedit.models.train"


@dataclass(frozen=True, slots=True)
class Source:
    """One video of the table.

    Attributes:
        kind: "single", one shot without a cut, or "edited".
        clip: the name it gets.
        repo, commit, path: where its original is public.
        sha256: of the original's bytes, in hexadecimal.
        start, stop: the frames taken of it, in presentation order; `stop` is not taken.
        rate: frames a second that the clip is given.
        licence: as its repository states it; "none stated" where it states none.
    """

    kind: str
    clip: str
    repo: str
    commit: str
    path: str
    sha256: str
    start: int
    stop: int
    rate: Fraction
    licence: str

    @property
    def frames(self) -> int:
        """How many frames the clip has."""
        return self.stop - self.start


def load_sources() -> tuple[Source, ...]:
    """Returns the table that comes with the package."""
    text = files(_PACKAGE).joinpath("sources.tsv").read_text("utf-8")
    return parse_sources(text)


def parse_sources(text: str) -> tuple[Source, ...]:
    """Returns the rows of a table: tab-separated, the first line names the columns.

    Raises:
        ValueError: a row names a kind that does not exist, or a clip twice.
    """
    rows = tuple(_row(row) for row in csv.DictReader(text.splitlines(), delimiter="\t"))
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if row.kind not in KINDS or (row.kind, row.clip) in seen:
            raise ValueError(f"the table of sources has a wrong row: {row.kind} {row.clip}")
        seen.add((row.kind, row.clip))
    return rows


def load_labels() -> dict[str, dict[str, Any]]:
    """Returns what is known of each edited film, by clip name, as `NAME.json` says it.

    In the packed file a transition is `[last_before, first_after, type, by]` and a negative, which
    looks like a transition and is none, `[frame, kind]`.
    """
    packed = json.loads(files(_PACKAGE).joinpath("edited.json").read_text("utf-8"))
    return {name: unpacked(entry) for name, entry in packed.items()}


def unpacked(entry: dict[str, Any]) -> dict[str, Any]:
    """Returns one film's labels in the form of `NAME.json`."""
    names = ("last_before", "first_after", "type", "by")
    return {
        "frames": entry["frames"],
        "split": entry["split"],
        "transitions": [dict(zip(names, item, strict=True)) for item in entry["transitions"]],
        "unsure": entry["unsure"],
        "negatives": [{"frame": frame, "kind": kind} for frame, kind in entry["negatives"]],
    }


def _row(row: dict[str, str]) -> Source:
    return Source(
        kind=row["kind"],
        clip=row["clip"],
        repo=row["repo"],
        commit=row["commit"],
        path=row["path"],
        sha256=row["sha256"],
        start=int(row["start"]),
        stop=int(row["stop"]),
        rate=Fraction(row["fps"]),
        licence=row["licence"],
    )
