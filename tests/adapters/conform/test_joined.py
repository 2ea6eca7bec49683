"""A plan with all that a plan may hold goes into every format: no error, and each loss is said."""

from __future__ import annotations

import shutil
import warnings
from pathlib import Path

import opentimelineio as otio
import pytest

from otio_autoedit.adapters.conform import FORMATS
from otio_autoedit.edit.plan import CropKey, EditPlan, Framing, Mark, Piece
from otio_autoedit.errors import AutoEditLossWarning
from otio_autoedit.timeline.build import build_timeline
from tests.support.analyses import film
from tests.support.plans import plan_of

HOUR = "01:00:00:00"
STYLES = {
    "dissolves": {"dissolve": 12, "fade": 10},
    "odd": {"dissolve": 7, "fade": 5, "l_cut": 5},
    "j cuts": {"crossfade": 4, "j_cut": 6},
    "both": {"j_cut": 6, "l_cut": 4},
}
WRITTEN = [suffix for known in FORMATS for suffix in known.suffixes if suffix != "m3u8"]


def whole_plan(folder: Path, **style: int) -> EditPlan:
    files = [folder / "one.mov", folder / "two.mov"]
    for file in files:
        file.write_bytes(b"movie")
    footage = [film(path=str(file), start_timecode=HOUR) for file in files]
    spans = [(0, 10, 50), (1, 60, 110), (0, 0, 40), (0, 60, 100), (1, 200, 250)]
    more = {
        "alternates": (Piece(0, 120, 150, "best", 0.5, "close"), Piece(1, 0, 40, "next")),
        "marks": (Mark(0, 20, 24, "goal", "Goal", "crowd rises"),),
        "framing": (Framing(0, (CropKey(0, 0.5, 0.5, 0.3), CropKey(9, 0.6, 0.5, 0.3))),),
    }
    return plan_of(footage, spans, more=more, **style)


@pytest.mark.parametrize("suffix", WRITTEN)
@pytest.mark.parametrize("style", STYLES)
def test_every_format_takes_it(tmp_path: Path, style: str, suffix: str) -> None:
    timeline = build_timeline(whole_plan(tmp_path, **STYLES[style]))
    before = timeline.to_json_string()
    target = tmp_path / f"edit.{suffix}"
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always", AutoEditLossWarning)
        otio.adapters.write_to_file(timeline, str(target))
    assert target.is_dir() or target.stat().st_size > 100
    assert timeline.to_json_string() == before
    texts = " ".join(str(one.message) for one in said)
    keeps = suffix in ("otio", "otioz", "otiod")
    assert ("camera paths of reframed clips (1)" in texts) is not keeps
    if suffix in ("edl", "aaf", "mlt", "kdenlive", "ale", "xges"):
        assert "disabled" in texts
    if target.is_dir():
        shutil.rmtree(target)


def test_final_cut_7_reads_the_joins_back(tmp_path: Path) -> None:
    timeline = build_timeline(whole_plan(tmp_path, dissolve=12, fade=10))
    target = tmp_path / "edit.xml"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AutoEditLossWarning)
        otio.adapters.write_to_file(timeline, str(target))
    back = otio.adapters.read_from_file(str(target))
    picture, alternates = back.video_tracks()
    lengths = [
        (item.in_offset + item.out_offset).value
        for item in picture
        if isinstance(item, otio.schema.Transition)
    ]
    plan = whole_plan(tmp_path, dissolve=12, fade=10)
    assert lengths == [join.head + join.tail for join in plan.joins]
    assert "<enabled>FALSE</enabled>" in target.read_text()
    assert [clip.name for clip in alternates.find_clips()] == ["best", "next"]


def test_an_edl_dissolves_and_fades(tmp_path: Path) -> None:
    timeline = build_timeline(whole_plan(tmp_path, dissolve=12, fade=10))
    target = tmp_path / "edit.edl"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AutoEditLossWarning)
        otio.adapters.write_to_file(timeline, str(target))
    lines = target.read_text().splitlines()
    assert sum(" D 012 " in line for line in lines) == 4
    assert sum(" D 010 " in line for line in lines) == 2
    assert not any("best" in line for line in lines)
