"""Run the programs that read our files: melt (MLT), Blender (bpy), GStreamer (GES).

Each ``play_in_*`` renders a project without loss into a Matroska file that the test then reads
frame by frame. A program that is not installed skips the test with the way to get it; one that
fails, hangs or leaves something out raises `ConsumerError` with the end of what it said.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

BLENDER_VARIABLE = "OTIO_AUTOEDIT_BLENDER"
"""Names the Python that has ``bpy``; without it the one that ``make blender`` sets up is used."""

# melt goes on, exit code 0, after leaving out a filter that asks for a display it does not have.
_MELT_TROUBLE = ("requires a X11 environment", "failed", "Failed to load", "INVALID")


_MELT_TRIES = 3


class ConsumerError(AssertionError):
    """A program that could not play what we gave it."""


def play_in_melt(project: Path, target: Path, *, frames: int | None = None) -> Path:
    """Render ``project`` (.mlt, .kdenlive) in its own profile; ``frames`` bounds the length."""
    program = _program("melt", "apt-get install melt")
    bound = ["in=0", f"out={frames - 1}"] if frames is not None else []
    command = [
        program, str(project), *bound, "-silent", "-consumer", f"avformat:{target}",
        "vcodec=ffv1", "pix_fmt=yuv444p", "acodec=pcm_s16le", "ar=48000", "real_time=-1",
    ]  # fmt: skip
    # Qt's services ask for a display; any name will do, no server needs to answer.
    environment = {"QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":99", "SDL_VIDEODRIVER": "dummy"}
    said = _run_melt(command, target, environment)
    trouble = [line for line in said.splitlines() if any(word in line for word in _MELT_TROUBLE)]
    if trouble:
        raise ConsumerError(f"melt left something out of {project.name}: {trouble[:3]}")
    return target


def _run_melt(command: Sequence[str], target: Path, environment: dict[str, str]) -> str:
    """What melt said. Melt 7.12 under load now and then (4 of 100) begins no render at all: it ends
    with 0, or hangs, before the first byte. Only that is tried again."""
    for _ in range(_MELT_TRIES - 1):
        try:
            return _run(command, target, environment, seconds=60)
        except ConsumerError:
            if target.is_file() and target.stat().st_size:
                raise
    return _run(command, target, environment, seconds=120)


def play_in_blender(timeline: Path, target: Path) -> Path:
    """Render an .otio through ``tests/consumers/blender_play.py`` in Blender's own Python."""
    python = blender_python()
    script = ROOT / "tests" / "consumers" / "blender_play.py"
    _run([str(python), str(script), str(timeline), str(target)], target, {}, seconds=240)
    return target


def blender_python() -> Path:
    """The Python that has bpy; skips where there is none."""
    named = os.environ.get(BLENDER_VARIABLE)
    python = Path(named) if named else ROOT / ".venv-blender" / "bin" / "python"
    if not python.is_file():
        pytest.skip(f"no Blender at {python}: `make blender`, or set {BLENDER_VARIABLE}")
    return python


def play_in_ges(
    project: Path, target: Path, *, rate: Fraction, size: tuple[int, int] = (640, 360)
) -> Path:
    """Render an .xges; GES is right to one frame only, and not the same on every run."""
    program = _program("ges-launch-1.0", "apt-get install ges1.0-tools gstreamer1.0-libav")
    caps = f"video/x-raw,width={size[0]},height={size[1]},"
    caps += f"framerate={rate.numerator}/{rate.denominator}"
    form = f"video/x-matroska:{caps}->video/x-h264:audio/x-raw,rate=48000->audio/x-flac"
    command = [program, "--load", str(project), "-o", target.as_uri(), "-f", form]
    environment = {"GST_DEBUG_NO_COLOR": "1", "XDG_RUNTIME_DIR": str(target.parent), "DISPLAY": ""}
    _run(command, target, environment, seconds=150)
    return target


def _program(name: str, how: str) -> str:
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"{name} is not installed: {how}")
    return path


def _run(
    command: Sequence[str], target: Path, environment: dict[str, str], *, seconds: float
) -> str:
    """What the program said; raises unless it ended well and wrote ``target``."""
    target.unlink(missing_ok=True)
    try:
        done = subprocess.run(
            command,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as late:
        raise ConsumerError(f"{command[0]} still ran after {seconds:.0f} s") from late
    said = done.stdout.decode(errors="replace")
    if done.returncode or not target.is_file() or target.stat().st_size < 1000:
        raise ConsumerError(f"{command[0]} ended with {done.returncode}:\n{said[-2000:]}")
    return said
