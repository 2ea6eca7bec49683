"""The scene network's tables, as Markdown: short ones for the README, whole ones for the card."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from otio_autoedit.models.evaluate.scene_report import (
    OnFilms,
    OnMasks,
    OnObjects,
    OnScenes,
    SceneCost,
    SceneReport,
)
from otio_autoedit.models.evaluate.scene_sets import GROUPS
from otio_autoedit.models.evaluate.tables import table


def whole_text(report: SceneReport) -> str:
    """Returns every table that the report has, each under a line that says what it shows."""
    parts = {
        "Objects: average precision at IoU .5 on coco128's val2017:": object_table(report.objects),
        "The same by kind, and how many there are:": kind_table(report.objects),
        "Masks: intersection over union:": mask_table(report.masks),
        "Foreground: J on DAVIS 2016's validation set:": film_table(report.films),
        "The same by film:": by_film_table(report.films),
        "Kind of scene, share of held-out frames told right:": scene_table(report.scenes),
        "What it costs:": cost_table(report.costs),
    }
    return "\n\n".join(f"{title}\n\n{text}" for title, text in parts.items() if text)


def short_text(report: SceneReport) -> str:
    """Returns what the README shows: one line for each network, one figure for each thing."""
    names = dict.fromkeys(
        row.contender for part in (report.objects, report.masks, report.films) for row in part
    )
    objects = {row.contender: row for row in report.objects}
    masks = {(row.contender, row.set): row for row in report.masks}
    films = {row.contender: row for row in report.films}
    costs = {row.contender: row for row in report.costs}

    def line(name: str) -> list[str]:
        found, coco = objects.get(name), masks.get((name, "coco128"))
        people, film, cost = masks.get((name, "human300")), films.get(name), costs.get(name)
        return [
            name,
            _part(found.mean if found else None),
            _part(found.of_kind.get("person") if found else None),
            _part(coco.mean if coco else None),
            _part(coco.iou["person"] if coco else None),
            _part(people.iou["person"] if people else None),
            _part(film.mean if film else None),
            _large(cost.parameters if cost else None),
            _large(cost.multiply_adds if cost else None),
            _large(cost.alone if cost else None),
        ]

    head = [
        "network", "AP50", "AP50 person", "mIoU", "IoU person", "IoU person, human300",
        "J, DAVIS", "parameters", "multiply-adds a frame", "frames/s, one thread",
    ]  # fmt: skip
    return table(head, map(line, names))


def object_table(rows: Sequence[OnObjects]) -> str:
    """Returns a line for each detector."""
    head = ["detector", "all kinds", "person", "all kinds, large", "person, large"]
    lines = (
        [
            row.contender,
            *map(_part, (row.mean, row.of_kind.get("person"), row.large, row.large_person)),
        ]
        for row in rows
    )
    return table(head, lines)


def kind_table(rows: Sequence[OnObjects]) -> str:
    """Returns a line for each kind and a column for each detector, the most frequent kind first."""
    counts = rows[0].objects if rows else {}
    lines = (
        [kind, str(count), *(_part(row.of_kind.get(kind)) for row in rows)]
        for kind, count in sorted(counts.items(), key=lambda item: -item[1])
    )
    return table(["kind", "objects", *(row.contender for row in rows)], lines)


def mask_table(rows: Sequence[OnMasks]) -> str:
    """Returns a line for each set and network."""
    head = ["set", "pictures", "network", "mean", *GROUPS]
    lines = (
        [
            row.set,
            str(row.pictures),
            row.contender,
            _part(row.mean),
            *(_part(row.iou.get(group)) for group in GROUPS),
        ]
        for row in rows
    )
    return table(head, lines)


def film_table(rows: Sequence[OnFilms]) -> str:
    """Returns a line for each network."""
    lines = ([row.contender, _part(row.mean), _part(row.found)] for row in rows)
    return table(["network", "J", "share of frames above .5"], lines)


def by_film_table(rows: Sequence[OnFilms]) -> str:
    """Returns a line for each film and a column for each network."""
    films: Iterable[str] = rows[0].of_film if rows else ()
    lines = ([film, *(_part(row.of_film.get(film)) for row in rows)] for film in films)
    return table(["film", *(row.contender for row in rows)], lines)


def scene_table(rows: Sequence[OnScenes]) -> str:
    """Returns a line for each kind, and one for all."""
    lines: list[list[str]] = []
    for row in rows:
        lines += [
            [row.contender, kind, str(count), _part(row.right[kind] / count)]
            for kind, count in row.frames.items()
        ]
        lines.append([row.contender, "all", str(sum(row.frames.values())), _part(row.accuracy)])
    return table(["network", "kind", "frames", "right"], lines)


def cost_table(costs: Sequence[SceneCost]) -> str:
    """Returns a line for each network."""
    head = ["network", "parameters", "multiply-adds a frame", "frames/s, one thread, 480x270"]
    lines = (
        [cost.contender, *map(_large, (cost.parameters, cost.multiply_adds, cost.alone))]
        for cost in costs
    )
    return table(head, lines)


def _part(number: float | None) -> str:
    return "-" if number is None else f"{number:.3f}"


def _large(number: float | None) -> str:
    if number is None:
        return "-"
    return f"{number / 1e6:,.2f} M" if number >= 1e5 else f"{number:,.0f}"
