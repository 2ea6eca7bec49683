"""What watchers are shown in the one pass: which pictures, when, how large, which way up."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from otio_autoedit.analysis.progress import Reporter
from otio_autoedit.analysis.source import Batch
from otio_autoedit.analysis.watch import watch
from tests.support import surgery
from tests.support.movies import coded_movie


class Onlooker:
    """A source, and its own watcher, that keeps what it is shown."""

    def __init__(
        self, stage: str, *, sampled: bool, size: tuple[int, int] = (64, 36), stills: bool = True
    ) -> None:
        self.makes: tuple[str, ...] = (stage,)
        self.sampled, self.stills = sampled, stills
        self.displayed: list[tuple[int, int]] = []
        self.shown: list[Batch] = []
        self.thread: str | None = None
        self._size = size

    def key(self, stage: str) -> str:
        return stage

    def watcher(self, stages: Collection[str]) -> Onlooker:
        return self

    def nothing(self, stage: str) -> object:
        return "nothing"

    def fall_back(self, error: RuntimeError) -> bool:
        return False

    def size_for(self, width: int, height: int) -> tuple[int, int]:
        self.displayed.append((width, height))
        return self._size

    def push(self, batch: Batch) -> None:
        self.thread = threading.current_thread().name
        self.shown.append(batch)

    def finish(self) -> Mapping[str, object]:
        return {self.makes[0]: self}

    @property
    def positions(self) -> list[int]:
        return [n for batch in self.shown for n in batch.positions.tolist()]

    @property
    def frames(self) -> Any:
        return np.concatenate([batch.frames for batch in self.shown])


def seen(path: Path, *sources: Onlooker) -> Mapping[str, object]:
    stages = [stage for source in sources for stage in source.makes]
    return watch(path, stages, sources, Reporter(None, str(path)))


def test_each_sees_its_own_pictures_at_its_own_size(tmp_path: Path) -> None:
    path = coded_movie(tmp_path / "m.mp4", frames=100, rate=Fraction(24000, 1001))
    every = Onlooker("a", sampled=False, size=(48, 27))
    some = Onlooker("b", sampled=True, size=(64, 36))
    fine = Onlooker("c", sampled=True, size=(320, 180))
    results = seen(path, every, some, fine)
    assert (results["a"], results["b"], results["c"]) == (every, some, fine)
    assert every.positions == list(range(100))
    assert some.positions == fine.positions == list(range(0, 100, 8))
    assert every.frames.shape == (100, 27, 48, 3)
    assert some.frames.shape == (13, 36, 64, 3)
    assert fine.frames.shape == (13, 180, 320, 3)
    times = np.concatenate([batch.times for batch in some.shown])
    np.testing.assert_allclose(times, np.arange(0, 100, 8) * 1001 / 24000, atol=1e-4)
    assert len({every.thread, some.thread, fine.thread}) == 3


def test_what_nobody_asked_for_is_not_shown(tmp_path: Path) -> None:
    path = coded_movie(tmp_path / "m.mp4", frames=10, size=(320, 180))
    asked, other = Onlooker("a", sampled=True), Onlooker("b", sampled=True)
    results = watch(path, ["a"], [asked, other], Reporter(None, str(path)))
    assert "b" not in results
    assert (asked.positions, other.positions) == ([0, 8], [])


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_pictures_stand_upright(tmp_path: Path, turn: int) -> None:
    upright = coded_movie(tmp_path / "m.mp4", frames=9, size=(320, 180))
    before = Onlooker("a", sampled=True, size=(320, 180))
    seen(upright, before)
    size = (180, 320) if turn in (90, 270) else (320, 180)
    after = Onlooker("a", sampled=True, size=size)
    seen(surgery.turn_mp4(upright, turn), after)
    assert after.displayed == [size]
    turned = np.rot90(before.frames, -turn // 90, axes=(1, 2))
    assert np.abs(turned.astype(int) - after.frames).mean() < 1


def test_sizes_are_asked_for_in_square_pixels(tmp_path: Path) -> None:
    wide = Fraction(4, 3)
    path = coded_movie(tmp_path / "m.mp4", frames=3, size=(320, 180), sample_aspect=wide)
    one = Onlooker("a", sampled=True)
    seen(path, one)
    assert one.displayed == [(427, 180)]


def test_a_sound_and_a_still_that_cannot_be_watched_have_nothing(tmp_path: Path) -> None:
    path = tmp_path / "still.png"
    from PIL import Image

    Image.new("RGB", (64, 36), (200, 20, 20)).save(path)
    looks, does_not = Onlooker("a", sampled=True), Onlooker("b", sampled=True, stills=False)
    results = seen(path, looks, does_not)
    assert (results["a"], results["b"]) == (looks, "nothing")
    assert looks.positions == [0]
    assert tuple(looks.frames[0, 10, 10]) == pytest.approx((200, 20, 20), abs=3)
