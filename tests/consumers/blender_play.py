"""Play an .otio in Blender's sequencer: ``python blender_play.py IN.otio OUT.mkv``.

Runs in a Python that has ``bpy`` and nothing else: the timeline is read as the JSON it is, so this
is also an independent reading of what we wrote. One strip a clip: picture on the channels 1..,
sound above them. The result is FFV1 with PCM sound, at the timeline's rate and size.
"""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from typing import Any
from urllib.parse import unquote, urlparse

import bpy


def main(arguments: list[str]) -> int:
    source, target = arguments
    with open(source, encoding="utf-8") as text:
        timeline = json.load(text)
    tracks = timeline["tracks"]["children"]
    rate = timeline_rate(timeline)
    scene, strips = new_scene(rate, timeline_size(timeline))
    end = 0
    for channel, track in enumerate(tracks, start=1):
        end = max(end, lay(strips, track, channel, rate))
    render(scene, target, end)
    return 0


def timeline_rate(timeline: dict[str, Any]) -> Fraction:
    """The start time's rate, else that of the first clip."""
    start = timeline.get("global_start_time")
    if start:
        return exact(start["rate"])
    item = timeline["tracks"]["children"][0]["children"][0]
    return exact(item["source_range"]["duration"]["rate"])


def timeline_size(timeline: dict[str, Any]) -> tuple[int, int]:
    width, height = timeline["metadata"]["autoedit"]["size"]
    return int(width), int(height)


def exact(rate: float) -> Fraction:
    """24000/1001 for 23.976...; whole rates as they are."""
    whole = Fraction(rate).limit_denominator(1)
    if abs(float(whole) - rate) < 1e-6:
        return whole
    return Fraction(round(rate) * 1000, 1001)


def new_scene(rate: Fraction, size: tuple[int, int]) -> tuple[Any, Any]:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    render = scene.render
    render.fps = round(float(rate))
    render.fps_base = render.fps / float(rate)
    render.resolution_x, render.resolution_y = size
    render.resolution_percentage = 100
    render.use_sequencer, render.use_compositing = True, False
    scene.view_settings.view_transform = "Standard"
    editor = scene.sequence_editor_create()
    if bpy.app.version >= (5, 0, 0) and bpy.context.workspace:
        bpy.context.workspace.sequencer_scene = scene
    return scene, editor.strips if hasattr(editor, "strips") else editor.sequences


def lay(strips: Any, track: dict[str, Any], channel: int, rate: Fraction) -> int:
    """Lay one track's clips on a channel; the frame at which it ends."""
    at = 0
    new = strips.new_movie if track["kind"] == "Video" else strips.new_sound
    for item in track["children"]:
        length = frames(item["source_range"]["duration"], rate)
        if item["OTIO_SCHEMA"].startswith("Clip") and item.get("enabled", True):
            reference = active_reference(item)
            first = frames(item["source_range"]["start_time"], rate) - frames(
                reference["available_range"]["start_time"], rate
            )
            strip = new(item["name"], path_of(reference["target_url"]), channel, 1 + at - first)
            strip.frame_offset_start = first
            strip.frame_final_duration = length
        at += length
    return at


def active_reference(clip: dict[str, Any]) -> dict[str, Any]:
    if "media_references" in clip:
        found: dict[str, Any] = clip["media_references"][clip["active_media_reference_key"]]
    else:
        found = clip["media_reference"]
    return found


def frames(time: dict[str, Any], rate: Fraction) -> int:
    assert exact(time["rate"]) == rate, "Blender plays other rates frame by frame"
    assert time["value"] == round(time["value"]), "whole frames"
    return int(time["value"])


def path_of(url: str) -> str:
    return unquote(urlparse(url).path) if url.startswith("file:") else url


def render(scene: Any, target: str, end: int) -> None:
    scene.frame_start, scene.frame_end = 1, end
    image = scene.render.image_settings
    if hasattr(image, "media_type"):
        image.media_type = "VIDEO"
    image.file_format = "FFMPEG"
    movie = scene.render.ffmpeg
    movie.format, movie.codec, movie.gopsize = "MKV", "FFV1", 1
    movie.audio_codec, movie.audio_mixrate, movie.audio_channels = "PCM", 48000, "MONO"
    scene.render.filepath = target
    scene.render.use_file_extension = False
    bpy.ops.render.render(animation=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
