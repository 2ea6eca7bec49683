"""The tricky files through the command line and through otioconvert: a right timeline, or one line.

No traceback, no hang, nothing partial left behind.
"""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import opentimelineio as otio
import pytest

from tests.support.tricky import TrickyFile, tricky_files

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 60
"""Seconds a file may take."""


class Cutter:
    """The command line in a process of its own, one file after the other."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("cut_each.py"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip

    def cut(self, *arguments: str) -> tuple[int, str]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(["cut", *arguments]) + "\n")
        self.process.stdin.flush()
        ready, _, _ = select.select([self.process.stdout], [], [], LIMIT)
        if not ready:
            self.process.kill()
            pytest.fail(f"no answer in {LIMIT} s: {arguments}")
        answer = json.loads(self.process.stdout.readline())
        return int(answer["code"]), str(answer["text"])

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[TrickyFile]:
    return tricky_files(tmp_path_factory.mktemp("tricky"))


@pytest.fixture(scope="module")
def cutter() -> Iterator[Cutter]:
    cutter = Cutter()
    cutter.cut("--help")  # imports, outside of the first file's time
    yield cutter
    cutter.close()


def test_there_are_many() -> None:
    """So that the loops below are not empty."""
    from tests.support import tricky

    recipes = [*tricky._movies(), *tricky._names(), *tricky._hostile()]
    assert sum(not recipe.message for recipe in recipes) >= 40
    assert sum(bool(recipe.message) for recipe in recipes) >= 12


def test_each_becomes_a_timeline_or_one_line(
    files: list[TrickyFile], cutter: Cutter, tmp_path: Path
) -> None:
    wrong = []
    for file in files:
        folder = tmp_path / file.name
        folder.mkdir()
        before = sorted(os.listdir(file.path.parent))
        code, text = cutter.cut("-o", str(folder / "out.otio"), "--", str(file.path))
        left = sorted(path.name for path in folder.iterdir())
        found = _wrong(file, code, text, left, folder / "out.otio")
        if sorted(os.listdir(file.path.parent)) != before:
            found = "something was written beside the source"
        if found:
            wrong.append(f"{file.name} ({file.kind}): {found}")
    assert not wrong, "\n".join(wrong)


def test_a_target_that_was_there_stays_when_the_source_is_no_movie(
    files: list[TrickyFile], cutter: Cutter, tmp_path: Path
) -> None:
    target = tmp_path / "out.otio"
    target.write_text("what was there")
    file = next(file for file in files if file.name == "random")
    code, _ = cutter.cut(str(file.path), "-o", str(target))
    assert code == 1
    assert target.read_text() == "what was there"
    assert os.listdir(tmp_path) == ["out.otio"]


@pytest.mark.parametrize("name", ["random", "empty", "huge-avi", "playlist"])
def test_otioconvert_ends_with_the_message(
    files: list[TrickyFile], tmp_path: Path, name: str
) -> None:
    """It prints a traceback of its own for any error; the last line is what a person reads."""
    file = next(file for file in files if file.name == name)
    result = _otioconvert(file.path, tmp_path / "out.otio")
    assert result.returncode != 0
    assert file.message in result.stderr.strip().splitlines()[-1]
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", ["name-1", "name-4", "drop-frame"])
def test_otioconvert_reads_the_odd_but_good(
    files: list[TrickyFile], tmp_path: Path, name: str
) -> None:
    file = next(file for file in files if file.name == name)
    result = _otioconvert(file.path, tmp_path / "out.otio")
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    timeline = otio.adapters.read_from_file(str(tmp_path / "out.otio"))
    assert round(timeline.duration().value) == file.frames


def _otioconvert(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    code = "import sys; from opentimelineio.console.otioconvert import main; sys.exit(main())"
    command = [sys.executable, "-c", code, f"--input={source}", f"--output={target}"]
    return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT, cwd=ROOT)


def _wrong(file: TrickyFile, code: int, text: str, left: list[str], target: Path) -> str:
    """What is wrong with what came of a file; "" if nothing is."""
    if "Traceback" in text or code not in (0, 1):
        return f"code {code}: {text[-2000:]}"
    if file.expect == "error":
        lines = text.strip().splitlines()
        if code != 1 or len(lines) != 1 or file.message not in lines[0]:
            return f"code {code}, not one line with {file.message!r}: {text!r}"
        return f"left behind: {left}" if left else ""
    if code != 0 or left != ["out.otio"]:
        return f"code {code}, left {left}: {text!r}"
    return _wrong_timeline(file, otio.adapters.read_from_file(str(target)))


def _wrong_timeline(file: TrickyFile, timeline: otio.schema.Timeline) -> str:
    length = timeline.duration()
    if length.value <= 0:
        return "an empty timeline"
    if file.frames is not None and length.value != file.frames:
        return f"{length} is not {file.frames} frames"
    if file.rate is not None and abs(length.rate - float(file.rate)) > 1e-9:
        return f"rate {length.rate}, not {file.rate}"
    for track in timeline.tracks:
        for clip in track.find_clips():
            media = clip.media_reference
            if media.target_url != file.path.as_uri():
                return f"points at {media.target_url}"
            span, whole = clip.source_range, media.available_range
            if span.start_time < whole.start_time or span.end_time_exclusive() > (
                whole.end_time_exclusive()
            ):
                return f"{clip.name} shows {span}, outside of {whole}"
    return ""
