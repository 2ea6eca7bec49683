"""What having the plugin installed costs those who do not use it.

    python tests/benchmarks/cost.py [--runs 25]

Times `otiopluginfo`, and `otioconvert` from one .otio file to another, with and without. "Without"
means that its entry point alone is hidden: every other installed plugin stays (but for
otio-fcpx-xml-lite-adapter, hidden on both sides: it has no docstring, and `otiopluginfo` dies of
it). Runs with and without take turns, so that other work on the machine hits both. Printed are the
ratio of the least times (the one to go by on a quiet machine), the median of the pairs' ratios, and
the ratio of the least processor times, which hardly feels other work. The goal is 1.1; the exit
code is 1 where the median is above it.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import opentimelineio as otio

GOAL = 1.1

OURS = "otio_autoedit.adapters"
NOBODY = "nobody"
LITE = "otio_fcpx_xml_lite_adapter"

# Runs a console script of OTIO's in an interpreter that sees, or does not see, our entry point.
# Both sides pay for the filter.
_RUN = """
import importlib.metadata as metadata, sys
hidden, program = sys.argv[1].split(","), sys.argv[2]
del sys.argv[1:3]
entry_points = metadata.entry_points
def filtered(**wanted):
    return [point for point in entry_points(**wanted) if point.value not in hidden]
metadata.entry_points = filtered
import importlib
module = importlib.import_module("opentimelineio.console." + program)
raise SystemExit(module.main())
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=25, help="pairs of runs of each program")
    runs = parser.parse_args().runs
    print(f"Python {platform.python_version()}, OTIO {otio.__version__}, {os.cpu_count()} cores, "
          f"load {os.getloadavg()[0]:.1f}, {runs} pairs of runs")  # fmt: skip
    print("| | without, ms | with, ms | ratio of least | median of pairs | processor time |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "in.otio"
        otio.adapters.write_to_file(_timeline(), str(source))
        convert = ["otioconvert", "-i", str(source), "-o", str(source.with_name("out.otio"))]
        worst = max(_compare(command, runs) for command in (["otiopluginfo"], convert))
    return int(worst > GOAL)


def _compare(command: list[str], runs: int) -> float:
    """Prints one row; returns the median ratio."""
    _check(command)
    sides: dict[str, list[_Time]] = {OURS: [], NOBODY: []}
    for number in range(runs):
        for hide in sorted(sides, reverse=bool(number % 2)):
            sides[hide].append(_timed(command, hide))
    without, with_us = sides[OURS], sides[NOBODY]
    least = [min(time.wall for time in side) for side in (without, with_us)]
    cpu = [min(time.cpu for time in side) for side in (without, with_us)]
    paired = statistics.median(b.wall / a.wall for a, b in zip(without, with_us, strict=True))
    print(
        f"| `{command[0]}` | {1000 * least[0]:.0f} | {1000 * least[1]:.0f} "
        f"| {least[1] / least[0]:.3f} | {paired:.3f} | {cpu[1] / cpu[0]:.3f} |"
    )
    return paired


class _Time(NamedTuple):
    wall: float
    cpu: float


def _check(command: list[str]) -> None:
    """Each side is what it claims to be: the listing names our plugins, or does not."""
    for hide, there in ((OURS, False), (NOBODY, True)):
        if ("autoedit" in _run(["otiopluginfo"], hide)) != there:
            raise SystemExit(f"the plugin is {'not ' * there}installed in this environment")
        _run(command, hide)


def _timed(command: list[str], hide: str) -> _Time:
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    _run(command, hide)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return _Time(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def _run(command: list[str], hide: str) -> str:
    full = [sys.executable, "-c", _RUN, f"{hide},{LITE}", *command]
    return subprocess.run(full, check=True, capture_output=True, text=True).stdout


def _timeline() -> otio.schema.Timeline:
    """Fifty clips: a small timeline, where a fixed cost shows most."""
    timeline = otio.schema.Timeline("cost")
    timeline.tracks.append(otio.schema.Track("V1"))
    span = otio.opentime.TimeRange(
        otio.opentime.RationalTime(0, 24), otio.opentime.RationalTime(48, 24)
    )
    for number in range(50):
        reference = otio.schema.ExternalReference(f"file:///media/{number}.mov", span)
        timeline.tracks[0].append(otio.schema.Clip(str(number), reference, span))
    return timeline


if __name__ == "__main__":
    sys.exit(main())
