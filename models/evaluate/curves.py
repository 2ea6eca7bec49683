"""The learning curves of a training run, drawn from its history."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from otio_autoedit.errors import AutoEditError, MissingExtraError

Panels = tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]
"""A panel's title, and where its curves' values are in an entry."""

SHOTS: Panels = (
    ("loss", (("loss",),)),
    ("F1, held-out films", (("generated", "f1"), ("real", "f1"), ("jumps", "f1"))),
    ("gradual IoU", (("generated", "gradual_iou"), ("real", "gradual_iou"))),
    ("gradual recall", (("generated", "gradual_recall"), ("real", "gradual_recall"))),
)

SCENE: Panels = (
    ("loss", (("loss",),)),
    ("AP50, held-out pictures", (("ap50",), ("ap50_person",))),
    ("intersection over union", (("miou",), ("foreground_iou",))),
    ("scenes right", (("scene",),)),
)


def draw_curves(history: Path, out: Path, panels: Panels = SHOTS) -> None:
    """Draws the history of a training run into `out`, by its suffix PNG or SVG: four panels.

    Raises:
        AutoEditError: there is no history in the file.
        MissingExtraError: matplotlib is not installed.
    """
    entries = _read(history)
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise MissingExtraError(
            "drawing curves needs matplotlib: pip install 'otio-autoedit[report]'"
        ) from error
    minutes = [entry["elapsed_s"] / 60 for entry in entries]
    figure = Figure(figsize=(10, 6), layout="constrained")
    for panel, (title, curves) in zip(figure.subplots(2, 2).flat, panels, strict=True):
        for path in curves:
            values = [_value(entry, path) for entry in entries]
            panel.plot(minutes, values, label=path[0])
        panel.set_title(title)
        panel.set_xlabel("minutes of training")
        panel.grid(alpha=0.3)
        if len(curves) > 1:
            panel.legend()
    figure.savefig(out, dpi=120)


def _read(history: Path) -> list[dict[str, Any]]:
    try:
        entries: list[dict[str, Any]] = json.loads(history.read_text("utf-8"))
        if not entries or not all("elapsed_s" in entry for entry in entries):
            raise ValueError("no checkpoint in it")
    except (OSError, ValueError, TypeError) as error:
        raise AutoEditError(
            f"{history}: no history of a training run ({error}); train writes it as "
            "shots-history.json or scene-history.json"
        ) from error
    return entries


def _value(entry: dict[str, Any], path: tuple[str, ...]) -> float:
    value: Any = entry
    for key in path:
        value = value.get(key, {}) if isinstance(value, dict) else {}
    measured = isinstance(value, int | float) and value > 0  # 0: nothing to be measured on
    return float(value) if measured else float("nan")
