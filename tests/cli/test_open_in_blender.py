"""The script that opens an .otio in Blender: each clip a strip in its place, markers, rate."""

from __future__ import annotations

import json
import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

from otio_autoedit.cli import open_in_blender
from tests.cli.conftest import SHOTS, Call
from tests.support.consumers import blender_python
from tests.support.movies import shots_movie

LOOK = """
import bpy, json, sys
bpy.ops.wm.open_mainfile(filepath=sys.argv[1])
scene = bpy.context.scene
editor = scene.sequence_editor
strips = editor.strips if hasattr(editor, "strips") else editor.sequences
rows = [[s.type, s.channel, s.frame_final_start, s.frame_final_end, s.frame_offset_start]
        for s in strips]
render = scene.render
print("SEEN" + json.dumps({
    "strips": sorted(rows), "rate": render.fps / render.fps_base,
    "size": [render.resolution_x, render.resolution_y], "end": scene.frame_end,
    "markers": [[m.name, m.frame] for m in scene.timeline_markers]}))
"""


@pytest.mark.consumer
@pytest.mark.parametrize("rate", [Fraction(25), Fraction(24000, 1001)])
def test_every_shot_lies_where_it_should(tmp_path: Path, call: Call, rate: Fraction) -> None:
    python = str(blender_python())
    film = shots_movie(tmp_path / "a film.mp4", SHOTS, rate=rate, timecode="01:00:00:00")
    target = tmp_path / "film.otio"
    assert call("cut", str(film), "-o", str(target))[0] == 0
    add_marker(target, at=20)
    project = tmp_path / "film.blend"
    script = open_in_blender.__file__
    subprocess.run([python, script, "--", str(target), str(project)], check=True, timeout=120)
    done = subprocess.run(
        [python, "-c", LOOK, str(project)], check=True, capture_output=True, text=True, timeout=120
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("SEEN")]
    seen = json.loads(line.removeprefix("SEEN"))
    places = [[1, 41, 0], [41, 91, 40], [91, 121, 90]]
    assert seen["strips"] == sorted(
        [kind, channel, *place]
        for kind, channel in (("MOVIE", 1), ("SOUND", 2))
        for place in places
    )
    assert seen["rate"] == pytest.approx(float(rate), rel=1e-6)
    assert (seen["size"], seen["end"]) == ([640, 360], 120)
    assert seen["markers"] == [["look", 61]]


def test_called_wrongly(capsys: pytest.CaptureFixture[str]) -> None:
    assert open_in_blender.main(["blender", "--python", "x.py", "--"]) == 2
    assert "usage" in capsys.readouterr().out


def add_marker(path: Path, at: int) -> None:
    """A marker on the second shot, ``at`` frames into it."""
    import opentimelineio as otio

    timeline = otio.adapters.read_from_file(str(path))
    clip = list(timeline.video_tracks()[0].find_clips())[1]
    start = clip.source_range.start_time
    here = otio.opentime.TimeRange(
        otio.opentime.RationalTime(start.value + at, start.rate),
        otio.opentime.RationalTime(1, start.rate),
    )
    clip.markers.append(otio.schema.Marker(name="look", marked_range=here))
    otio.adapters.write_to_file(timeline, str(path))
