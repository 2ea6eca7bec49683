"""Writes the generated tables of the README and of the model cards: options from their
declarations, formats by writing them, accuracy from what ``evaluate NETWORK --json`` measured.

``python scripts/readme_tables.py`` rewrites what stands between ``<!-- NAME -->`` and
``<!-- /NAME -->``; a test holds both to it.
"""

from __future__ import annotations

import io
import re
import sys
import tempfile
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import opentimelineio as otio

from otio_autoedit import analyze
from otio_autoedit.adapters.link.settings import LINKER
from otio_autoedit.analysis.record import JumpCut, Transition
from otio_autoedit.cli.writing import PACKAGES
from otio_autoedit.edit.decide import make_plan
from otio_autoedit.edit.expressions import reference
from otio_autoedit.edit.general import RECIPE
from otio_autoedit.edit.recipes import recipe, recipes
from otio_autoedit.edit.signals import signals_table
from otio_autoedit.errors import AutoEditLossWarning
from otio_autoedit.models.evaluate import report, scene_report, scene_tables
from otio_autoedit.models.evaluate import tables as shot_tables
from otio_autoedit.models.weight_files import SHA256
from otio_autoedit.options import options_table, read_options
from otio_autoedit.timeline.build import build_timeline

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
WEIGHTS = ROOT / "models" / "weights"
CARDS = {name: WEIGHTS / f"{name}.md" for name in ("shots", "scene")}
MEASURED = {name: WEIGHTS / f"{name}-measured.json" for name in CARDS}  # of the weights that ship

FOR = {
    ".otio": "Resolve 18.5+, Kdenlive 25.04+, Blender by our script, pipelines",
    ".otioz": "the same, with the media inside",
    ".otiod": "the same, as a folder",
    ".xml": "Premiere, Resolve (Final Cut Pro 7 XML)",
    ".fcpxml": "Final Cut Pro, Resolve",
    ".edl": "everything (CMX 3600)",
    ".aaf": "Avid Media Composer, Pro Tools",
    ".mlt": "melt, Shotcut",
    ".kdenlive": "Kdenlive before 25.04",
    ".xges": "GStreamer, Pitivi",
    ".ale": "Avid bins",
    ".svg": "a drawing of the timeline",
}

ADAPTERS = {".fcpxml": "fcpx_xml"}  # two packages claim it


def tables() -> dict[str, str]:
    """Each generated table by its name."""
    makers: dict[str, Callable[[], str]] = {
        "recipes": recipes_table,
        "signals": signals_table,
        "functions": reference,
        "options": lambda: options_table([RECIPE, *recipe("shots").all_options]),
        "linker-options": lambda: options_table(LINKER),
        "formats": formats_table,
        "accuracy": lambda: shot_tables.short_text(report.read_report(MEASURED["shots"])) + "\n",
    }
    if "scene.safetensors" in SHA256:
        measured = scene_report.read_report(MEASURED["scene"])
        makers["scene-accuracy"] = lambda: scene_tables.short_text(measured) + "\n"
    return {name: make() for name, make in makers.items()}


def card_tables(network: str) -> dict[str, str]:
    """The tables of a network's model card by their name."""
    if network == "scene":
        text = scene_tables.whole_text(scene_report.read_report(MEASURED["scene"]))
    else:
        text = shot_tables.whole_text(report.read_report(MEASURED[network]))
    return {"measured": text + "\n"}


def filled(text: str, tables: dict[str, str]) -> str:
    """``text`` with every table made anew."""
    for name, table in tables.items():
        head, tail = f"<!-- {name} -->\n", f"<!-- /{name} -->"
        if text.count(head) != 1 or text.count(tail) != 1:
            raise ValueError(f"{head.strip()} and {tail} must stand there once")
        before, rest = text.split(head)
        text = before + head + table + tail + rest.split(tail)[1]
    return text


def recipes_table() -> str:
    """The recipes that come with the package."""
    rows = ["| recipe | what it makes | looks at |", "|---|---|---|"]
    for one in recipes():
        needs = ", ".join(f"`{need}`" for need in one.needs)
        rows.append(f"| `{one.name}` | {one.summary} | {needs} |")
    return "\n".join(rows) + "\n"


def formats_table() -> str:
    """What each format loses of a timeline with all that the recipe `shots` makes."""
    rows = ["| suffix | for | package | what is lost |", "|---|---|---|---|"]
    with tempfile.TemporaryDirectory() as room:
        timeline = _timeline(Path(room))
        for suffix, purpose in FOR.items():
            package = PACKAGES.get(suffix, "")
            lost = "; ".join(_losses(timeline, Path(room, f"film{suffix}"))) or "nothing"
            rows.append(f"| `{suffix}` | {purpose} | {package or 'built in'} | {lost} |")
    return "\n".join(rows) + "\n"


def _losses(timeline: otio.schema.Timeline, target: Path) -> list[str]:
    """What our warnings say when ``timeline`` is written to ``target``, without the counts."""
    with warnings.catch_warnings(record=True) as heard, redirect_stdout(io.StringIO()):
        warnings.simplefilter("always")
        otio.adapters.write_to_file(timeline, str(target), ADAPTERS.get(target.suffix))
    texts = [str(one.message) for one in heard if one.category is AutoEditLossWarning]
    found = [re.match(r"[^:]*: (.*) \(\d+\);", text) for text in texts]
    if not all(found):
        raise ValueError(f"{target.name}: not the form of a loss: {texts}")
    return list(dict.fromkeys(match[1] for match in found if match))


def _timeline(room: Path) -> otio.schema.Timeline:
    """Shots, a dissolve, a fade and a jump cut with their markers, stereo sound, timecode."""
    path = _film(room / "film.mov")
    seen = analyze(path, (), store=None)
    found = (
        Transition(29, 30, "cut", 0.9),
        Transition(49, 60, "dissolve", 0.8),
        Transition(79, 90, "fade", 0.7),
    )
    chosen = recipe("shots")
    options = read_options({}, chosen.all_options)
    seen = replace(seen, transitions=found, jump_cuts=(JumpCut(69, 0.8),))
    return build_timeline(make_plan([seen], chosen, options))


def _film(path: Path) -> Path:
    with av.open(str(path), "w") as box:
        video = box.add_stream("mpeg4", rate=Fraction(25))
        video.width, video.height, video.pix_fmt = 320, 180, "yuv420p"
        video.metadata["timecode"] = "01:00:00:00"
        audio = box.add_stream("pcm_s16le", rate=48000, layout="stereo")
        for number in range(120):
            grey = np.full((180, 320, 3), number, np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24")
            frame.pts = number
            box.mux(video.encode(frame))
            silence = np.zeros((1, 2 * 1920), np.int16)
            sound = av.AudioFrame.from_ndarray(silence, format="s16", layout="stereo")
            sound.sample_rate, sound.pts = 48000, number * 1920
            box.mux(audio.encode(sound))
        box.mux(video.encode(None))
        box.mux(audio.encode(None))
    return path


def write(path: Path, made: dict[str, str]) -> None:
    """The file with these tables, and a line that says whether that changed it."""
    before = path.read_text("utf-8")
    written = filled(before, made)
    path.write_text(written, "utf-8")
    print(f"{path.name}: tables {'as they were' if written == before else 'written anew'}")


if __name__ == "__main__":
    write(README, tables())
    for network, card in CARDS.items():
        write(card, card_tables(network))
    sys.exit(0)
