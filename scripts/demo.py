"""``make demo``: one film through ``otioconvert`` to every format, and what came of it, shown.

Without ``--video`` it draws a film of its own, whose cuts are known, and says how many were found.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

import opentimelineio as otio

import demo_film
import demo_sheet
from otio_autoedit.cli.arguments import columns
from otio_autoedit.cli.programs import PROGRAMS, how_to_open

FORMATS = {
    ".otio": "OpenTimelineIO: keeps everything",
    ".otioz": "the same, with the media inside",
    ".xml": "Final Cut Pro 7: Premiere, Resolve",
    ".fcpxml": "Final Cut Pro X",
    ".edl": "CMX 3600: anything",
    ".aaf": "Avid",
    ".mlt": "MLT: melt, Shotcut",
    ".kdenlive": "Kdenlive before 25.04",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--video", default=os.environ.get("VIDEO", ""), help="a film of your own")
    parser.add_argument("--out", type=Path, default=Path("demo"), help="where everything goes")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    film = Path(given.video) if given.video else _own_film(given.out)
    if not film.is_file():
        print(f"error: VIDEO={film}: no such file", file=sys.stderr)
        return 1
    stem = given.out / film.stem
    print(f"\nfilm: {film}\n")
    if not all([_convert(film, Path(f"{stem}{suffix}")) for suffix in FORMATS]):
        return 1
    timeline = otio.adapters.read_from_file(f"{stem}.otio")
    print(f"\n{shots_table(timeline)}\n")
    if not given.video:
        print(_found(timeline) + "\n")
    if timeline.video_tracks():
        sheet = demo_sheet.draw(timeline, Path(f"{stem}.png"))
        print(f"first and last frame of every shot: {sheet}\n")
    print(_opening(stem))
    return 0


def _own_film(out: Path) -> Path:
    path = out / "film.mp4"
    if not path.is_file():
        print("drawing a film of its own (half a minute) ...", flush=True)
        part = path.with_name(".film.part.mp4")
        demo_film.draw(part)
        part.replace(path)
    return path


def _convert(film: Path, target: Path) -> bool:
    """Run ``otioconvert`` as a person would, and say what it wrote and what it warned of."""
    tool = Path(sys.executable).with_name("otioconvert")
    target.unlink(missing_ok=True)
    command = [str(tool), "-i", str(film), "-o", str(target)]
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    took = time.monotonic() - begun
    if done.returncode or not target.is_file():
        said = [line for line in done.stderr.strip().splitlines() if line.strip()]
        print(f"failed: {' '.join(command)}\n  {said[-1] if said else 'no word'}", file=sys.stderr)
        return False
    size = f"{target.stat().st_size / 1000:.0f} kB"
    print(f"{target!s:<24} {size:>8} {took:5.1f} s  {FORMATS[target.suffix]}")
    for line in done.stderr.splitlines():
        _, mark, loss = line.partition("AutoEditLossWarning: ")
        if mark:
            print(f"    warning: {loss}")
    return True


def shots_table(timeline: otio.schema.Timeline) -> str:
    """A row for every shot: where it plays, what of the film it shows, what lies at its end."""
    rows = []
    track = (timeline.video_tracks() or timeline.audio_tracks())[0]
    at = timeline.global_start_time or otio.opentime.RationalTime(0, timeline.duration().rate)
    drop = ";" in timeline.metadata["autoedit"]["sources"][0]["start_timecode"]
    for number, clip in enumerate(track.find_clips(), start=1):
        source = clip.source_range
        plays = at + clip.range_in_parent().start_time
        rows.append(
            (
                number,
                _clock(plays, drop),
                _clock(source.start_time, drop),
                _clock(source.end_time_exclusive(), drop),
                f"{source.duration.to_seconds():.2f}",
                ", ".join(marker.name for marker in clip.markers) or "-",
            )
        )
    head = ("shot", "plays at", "source in", "source out", "seconds", "marked in the footage")
    return columns(rows, head)


def _clock(time: otio.opentime.RationalTime, drop: bool) -> str:
    """Timecode where the rate has one, drop-frame only where the film's own is; else frames."""
    try:
        return str(otio.opentime.to_timecode(time, time.rate, drop_frame=drop))
    except ValueError:
        return f"frame {time.value:.0f}"


def _found(timeline: otio.schema.Timeline) -> str:
    """How the transitions found compare with those drawn: cuts as cuts, the others as markers."""
    cuts, marked, at = set(), [], 0
    for clip in timeline.video_tracks()[0].find_clips():
        for marker in clip.markers:
            first = at + round(
                (marker.marked_range.start_time - clip.source_range.start_time).value
            )
            marked.append((first - 1, first + round(marker.marked_range.duration.value)))
        at += round(clip.source_range.duration.value)
        cuts.add(at)
    missed, right = [], 0
    for kind, last_before, first_after in demo_film.truth():
        if kind == "cut":
            found = first_after in cuts
        else:
            found = any(start < first_after and stop > last_before for start, stop in marked)
        right += found
        if not found:
            missed.append(f"  not found: the {kind} at frames {last_before} to {first_after}")
    total = len(demo_film.truth())
    head = f"the film was drawn with {total} transitions; {right} of them were found"
    return "\n".join([head, *missed])


def _opening(stem: Path) -> str:
    lines = ["how to open them"]
    for program in PROGRAMS.values():
        path = Path(f"{stem}{program.reads[0]}").resolve()
        lines.append(f"  {program.title}\n    {how_to_open(program, path)}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
