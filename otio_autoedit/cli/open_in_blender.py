"""Open a timeline of ours in Blender's video sequencer: Blender reads no timelines by itself.

``blender --python open_in_blender.py -- film.otio`` lays it out in the window that opens;
``blender -b --python open_in_blender.py -- film.otio film.blend`` saves it without one. Runs in
Blender's own Python, which has neither OTIO nor this package: the .otio is read as the JSON it is.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

FIRST = 1  # Blender counts a scene's frames from 1


def main(arguments: list[str]) -> int:
    """Lay out the timeline that the words after ``--`` name; save it where the second one says."""
    words = arguments[arguments.index("--") + 1 :] if "--" in arguments else arguments[1:]
    if not 1 <= len(words) <= 2:
        print("usage: blender --python open_in_blender.py -- FILM.otio [FILM.blend]")
        return 2
    timeline = json.loads(Path(words[0]).read_text("utf-8"))
    import bpy

    if len(words) == 2:
        bpy.ops.wm.read_factory_settings(use_empty=True)
    lay_out(bpy, timeline)
    if len(words) == 2:
        bpy.ops.wm.save_as_mainfile(filepath=str(Path(words[1]).resolve()))
    return 0


def lay_out(bpy: Any, timeline: dict[str, Any]) -> None:
    """A strip for every clip: pictures on the lower channels, their sound above; our markers."""
    rate = _timeline_rate(timeline)
    scene = bpy.context.scene
    scene.render.fps = round(rate)
    scene.render.fps_base = scene.render.fps / float(rate)
    size = timeline.get("metadata", {}).get("autoedit", {}).get("size")
    if size and all(size):
        scene.render.resolution_x, scene.render.resolution_y = (int(edge) for edge in size)
        scene.render.resolution_percentage = 100
    scene.view_settings.view_transform = "Standard"  # as the footage looks, not "filmic"
    editor = scene.sequence_editor_create()
    if hasattr(bpy.context.workspace, "sequencer_scene"):  # Blender 5
        bpy.context.workspace.sequencer_scene = scene
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    tracks = timeline["tracks"]["children"]
    tracks = [t for t in tracks if t["kind"] == "Video"] + [
        t for t in tracks if t["kind"] != "Video"
    ]
    ends = [_lay_track(scene, strips, t, n, rate) for n, t in enumerate(tracks, start=1)]
    scene.frame_start, scene.frame_end = FIRST, max([FIRST, *(FIRST + end - 1 for end in ends)])
    if "Video Editing" in bpy.data.workspaces and bpy.context.window is not None:
        bpy.context.window.workspace = bpy.data.workspaces["Video Editing"]


def _lay_track(scene: Any, strips: Any, track: dict[str, Any], channel: int, rate: Fraction) -> int:
    """Lay one track on ``channel``; the number of frames it is long."""
    at = 0
    for item in track["children"]:
        kind = item["OTIO_SCHEMA"].split(".")[0]
        if kind == "Transition":  # lies over its neighbours, and is as long as nothing
            print(f"left out: the transition {item.get('name') or item.get('transition_type')}")
            continue
        length = _frames(item["source_range"]["duration"], rate)
        if kind == "Clip" and item.get("enabled", True):
            first = _first_frame(item, rate)
            new = strips.new_movie if track["kind"] == "Video" else strips.new_sound
            strip = new(item["name"] or "clip", _path(item), channel, FIRST + at - first)
            strip.frame_offset_start = first
            strip.frame_final_duration = length
            for marker in item.get("markers", []):
                head = item["source_range"]["start_time"]
                frame = at + _frames(marker["marked_range"]["start_time"], rate)
                name = marker.get("name") or "marker"
                scene.timeline_markers.new(name, frame=FIRST + frame - _frames(head, rate))
        at += length
    return at


def _first_frame(clip: dict[str, Any], rate: Fraction) -> int:
    """The file's frame that the clip begins with, counted from the file's first."""
    available = _reference(clip).get("available_range") or {
        "start_time": {"value": 0, "rate": rate}
    }
    start = _frames(clip["source_range"]["start_time"], rate)
    return start - _frames(available["start_time"], rate)


def _reference(clip: dict[str, Any]) -> dict[str, Any]:
    if "media_references" in clip:
        found: dict[str, Any] = clip["media_references"][clip["active_media_reference_key"]]
    else:
        found = clip["media_reference"]
    return found


def _path(clip: dict[str, Any]) -> str:
    url = str(_reference(clip)["target_url"])
    parts = urlparse(url)
    if parts.scheme != "file":
        return url
    path = unquote(parts.path)
    return path[1:] if len(path) > 2 and path[2] == ":" else path  # /C:/film.mp4


def _timeline_rate(timeline: dict[str, Any]) -> Fraction:
    start = timeline.get("global_start_time")
    if start:
        return _exact(start["rate"])
    for track in timeline["tracks"]["children"]:
        for item in track["children"]:
            if item.get("source_range"):
                return _exact(item["source_range"]["duration"]["rate"])
    return Fraction(25)


def _exact(rate: float) -> Fraction:
    """24000/1001 for 23.976...; whole rates as they are."""
    whole = Fraction(round(rate))
    return whole if abs(float(whole) - rate) < 1e-6 else whole * Fraction(1000, 1001)


def _frames(time: dict[str, Any], rate: Fraction) -> int:
    return round(Fraction(time["value"]).limit_denominator(10**6) * rate / _exact(time["rate"]))


if __name__ == "__main__":
    code = main(sys.argv)
    if code:
        sys.exit(code)  # leaving with 0 would close the window that was opened
