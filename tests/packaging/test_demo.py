"""``make demo``: the film is what its edit says, and the demo finds and shows it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def demo_film() -> Iterator[Any]:
    """The film's maker, which lies among the scripts."""
    sys.path.insert(0, str(ROOT / "scripts"))
    try:
        import demo_film

        yield demo_film
    finally:
        sys.path.remove(str(ROOT / "scripts"))


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder that the demo fills, and what it prints."""
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "demo.py"), "--out", "demo"],
        cwd=folder,
        env={**os.environ, "VIDEO": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "demo", done.stdout


def test_the_demo_writes_every_format_and_says_how_to_open_it(shown: tuple[Path, str]) -> None:
    folder, said = shown
    for suffix in ("otio", "otioz", "xml", "fcpxml", "edl", "aaf", "mlt", "kdenlive", "png"):
        assert (folder / f"film.{suffix}").stat().st_size > 100
        assert f"film.{suffix}" in said
    for program in ("Resolve", "Premiere", "Blender", "Kdenlive"):
        assert program in said
    assert "shot  plays at" in said
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith(".")) == []


def test_the_demo_finds_what_was_drawn(shown: tuple[Path, str], demo_film: Any) -> None:
    said = re.search(r"drawn with (\d+) transitions; (\d+) of them were found", shown[1])
    assert said is not None
    total, found = map(int, said.groups())
    assert total == len(demo_film.truth())
    assert found >= total - 1


def test_the_sheet_is_a_picture(shown: tuple[Path, str]) -> None:
    with av.open(str(shown[0] / "film.png")) as box:
        picture = next(box.decode(video=0)).to_ndarray(format="rgb24")
    assert picture.shape[1] > 1000
    assert picture.std() > 20


def test_the_film_is_what_its_edit_says(shown: tuple[Path, str], demo_film: Any) -> None:
    with av.open(str(shown[0] / "film.mp4")) as box:
        luma = [
            frame.reformat(64, 36, "gray").to_ndarray().astype(np.float32)
            for frame in box.decode(video=0)
        ]
        assert box.streams.audio[0].sample_rate == 48000
    assert len(luma) == demo_film.TOTAL
    steps = [float(np.abs(b - a).mean()) for a, b in pairwise(luma)]
    usual = float(np.median(steps))
    for kind, last_before, first_after in demo_film.truth():
        if kind == "cut":
            assert steps[last_before] > 8 * usual
            assert first_after == last_before + 1
        else:
            assert max(steps[last_before:first_after]) < 20
    assert luma[-1].mean() < 20


def test_the_film_sounds(shown: tuple[Path, str], demo_film: Any) -> None:
    with av.open(str(shown[0] / "film.mp4")) as box:
        sound = np.hstack([frame.to_ndarray()[0] for frame in box.decode(audio=0)])
    second = len(sound) * demo_film.FPS / demo_film.TOTAL
    loud = [float(np.std(sound[int(i * second) : int((i + 1) * second)])) for i in range(26)]
    assert min(loud[:25]) > 1e-3  # every place has its air
    assert max(loud[14:20]) > 2 * loud[25]  # and somebody speaks


def test_a_film_that_is_not_there(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "demo.py"), "--video", "nowhere.mp4"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "error: VIDEO=nowhere.mp4: no such file\n"
