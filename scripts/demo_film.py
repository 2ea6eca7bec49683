"""Draw the demo film: a short edit of seven places with sound of its own, known frame by frame.

``python scripts/demo_film.py FILM.mp4``. :data:`EDIT` is the edit; :func:`truth` says where its
transitions lie, so that tests can hold the network to them. Needs only PyAV and numpy.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Literal

import av
import numpy as np

import demo_scenes
import demo_sound
from demo_scenes import HEIGHT, WIDTH, Picture, Scene
from demo_sound import RATE, Samples

FPS = 25
TIMECODE = "10:00:00:00"


@dataclass(frozen=True)
class Shot:
    """A shot alone on screen for ``frames``, then ``way`` to the next over ``mixed`` frames."""

    place: str
    frames: int
    way: Literal["cut", "dissolve", "fade"] = "cut"
    mixed: int = 0
    zoom: float = 1.0


EDIT = (
    Shot("hills", 95),
    Shot("street", 75),
    Shot("balls", 62, "dissolve", 20),
    Shot("sea", 85),
    Shot("speaker", 88),
    Shot("forest", 64),
    Shot("speaker", 60, "fade", 24, zoom=1.7),
    Shot("stars", 70, "fade", 20),  # out to black, where the film ends
)
TOTAL = sum(shot.frames + shot.mixed for shot in EDIT)
_SAID = demo_sound.speech(start=13.2, stop=21.0, seed=7)


def truth() -> list[tuple[str, int, int]]:
    """Each transition as its kind, the last frame wholly of the old shot, the first of the new."""
    found: list[tuple[str, int, int]] = []
    at = 0
    for shot in EDIT:
        at += shot.frames
        found.append((shot.way, at - 1, at + shot.mixed))
        at += shot.mixed
    return found if EDIT[-1].mixed else found[:-1]


def draw(path: str | Path) -> Path:
    """Write the film to ``path`` and return it."""
    path = Path(path)
    sound = _sound()
    with av.open(str(path), "w") as container:
        codec = "libx264" if "libx264" in av.codecs_available else "mpeg4"
        video = container.add_stream(codec, rate=Fraction(FPS))
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.thread_count = 1  # the same bytes on every machine
        video.options = {"crf": "20", "preset": "veryfast"} if codec == "libx264" else {"q": "3"}
        video.metadata["timecode"] = TIMECODE
        audio = container.add_stream("aac", rate=RATE)
        audio.layout = "stereo"
        audio.bit_rate = 128_000
        step = RATE // FPS
        for number, picture in enumerate(_pictures()):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = number
            container.mux(video.encode(frame))
            part = np.ascontiguousarray(sound[number * step : (number + 1) * step].T)
            heard = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
            heard.sample_rate, heard.pts, heard.time_base = RATE, number * step, Fraction(1, RATE)
            container.mux(audio.encode(heard))
        container.mux(video.encode(None))
        container.mux(audio.encode(None))
    return path


def _pictures() -> Iterator[np.ndarray]:
    """The film's pictures, uint8 RGB, with a little grain."""
    rng = np.random.default_rng(1)
    grain = rng.normal(0, 0.008, (HEIGHT * 2, WIDTH * 2, 1)).astype(np.float32)
    for number, picture in enumerate(_cut()):
        dy, dx = (number * 97) % HEIGHT, (number * 61) % WIDTH
        noisy = picture + grain[dy : dy + HEIGHT, dx : dx + WIDTH] * (picture.mean() > 0.004)
        yield (np.clip(noisy, 0, 1) * 255 + 0.5).astype(np.uint8)


def _cut() -> Iterator[Picture]:
    """The edit, frame by frame: each shot alone, then the frames it shares with the next."""
    scenes = [_scene(number, shot) for number, shot in enumerate(EDIT)]
    at, head = 0, 0  # ``head`` frames of this shot were seen already, mixed into the one before
    for number, shot in enumerate(EDIT):
        scene = scenes[number]
        for i in range(shot.frames):
            yield scene(at / FPS, (head + i) / FPS)
            at += 1
        after = scenes[number + 1] if number + 1 < len(EDIT) else None
        for i in range(shot.mixed):
            old = scene(at / FPS, (head + shot.frames + i) / FPS)
            new = after(at / FPS, i / FPS) if after else np.zeros_like(old)
            yield _mix(shot.way, old, new, (i + 1) / (shot.mixed + 1), ends=after is None)
            at += 1
        head = shot.mixed


def _mix(way: str, old: Picture, new: Picture, part: float, ends: bool) -> Picture:
    if way == "fade" and not ends:  # down to black by the middle, up again from there
        return old * (1 - 2 * part) if part < 0.5 else new * (2 * part - 1)
    return old * np.float32(1 - part) + new * np.float32(part)


class _Placed:
    """A scene that knows the film's clock (for the lips) and the shot's own."""

    def __init__(self, shot: Shot, seed: int) -> None:
        self.film_seconds = 0.0
        if shot.place == "speaker":
            lips = partial(lambda self, _: demo_sound.mouth(_SAID, self.film_seconds), self)
            self.scene: Scene = demo_scenes.speaker(seed, lips, shot.zoom)
        else:
            self.scene = getattr(demo_scenes, shot.place)(seed)

    def __call__(self, film_seconds: float, shot_seconds: float) -> Picture:
        self.film_seconds = film_seconds
        return self.scene(shot_seconds)


def _scene(number: int, shot: Shot) -> _Placed:
    return _Placed(shot, seed=20 if shot.place == "speaker" else number)


def _sound() -> Samples:
    """The whole sound, ``[n, 2]``: every place's ambience under its shot, the voice over all."""
    seconds = TOTAL / FPS
    out = np.zeros((round(seconds * RATE), 2), np.float32)
    step, at, head = RATE // FPS, 0, 0
    for number, shot in enumerate(EDIT):
        frames = head + shot.frames + shot.mixed
        part = demo_sound.ambience(shot.place, frames / FPS, seed=100 + number)
        loud = np.ones(frames * step, np.float32)
        if head:
            loud[: head * step] = np.linspace(0, 1, head * step)
        if shot.mixed:
            loud[-shot.mixed * step :] = np.linspace(1, 0, shot.mixed * step)
        start = (at - head) * step
        out[start : start + frames * step] += part * loud[:, None]
        at, head = at + shot.frames + shot.mixed, shot.mixed
    out += demo_sound.voice(_SAID, seconds, seed=9)[:, None]
    return np.clip(out, -0.98, 0.98)


if __name__ == "__main__":
    print(draw(sys.argv[1] if len(sys.argv) > 1 else "demo.mp4"))
