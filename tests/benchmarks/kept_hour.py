"""How long an analysed hour takes to be had again from the store, without its media.

python -m tests.benchmarks.kept_hour
"""

from __future__ import annotations

import tempfile
import time
from fractions import Fraction
from pathlib import Path

import numpy as np

from otio_autoedit.analysis.box_colours import DIMENSIONS
from otio_autoedit.analysis.camera_motion import CameraMotion
from otio_autoedit.analysis.identity import Stamp, remember
from otio_autoedit.analysis.pipeline import analyze
from otio_autoedit.analysis.record import Curve, FrameIndex, Masks, MediaInfo, Track, Transition
from otio_autoedit.analysis.results import (
    Camera,
    Curves,
    Detected,
    Index,
    Loudness,
    Mattes,
    Scenes,
    Shots,
    Tracks,
    Vectors,
)
from otio_autoedit.analysis.sources import find_sources
from otio_autoedit.analysis.stage_entries import to_entry
from otio_autoedit.analysis.stages import MADE_OF, NEEDS, SHOWN, stage_key
from otio_autoedit.analysis.store import Store

RATE, FRAMES, SAMPLES, SHOTS, TRACKS = Fraction(25), 90_000, 10_800, 1_500, 200
MADE_BY = {"network": "none", "weights": "0" * 64}


def store_hour(store: Store, path: Path) -> None:
    """Keeps an hour of film that was never there: everything that may be asked of it."""
    remember(path, Stamp(1, 1), "hour", store)
    sources = find_sources(
        device="cpu", threshold=None, shot_network=None, detector=None, segmenter=None,
        speech_detector=None, progress=None,
    )  # fmt: skip

    def key(stage: str) -> str:
        source = next((s for s in sources if stage in s.makes), None)
        parts = {each: key(each) for each in MADE_OF.get(stage, ())}
        return source.key(stage) if source else stage_key(stage, **parts)

    results = _results(path)
    for stage in ("index", *dict.fromkeys(SHOWN.values())):
        result = results[stage]
        store.save("hour", stage, key(stage), to_entry(result))


def _results(path: Path) -> dict[str, object]:
    chance = np.random.default_rng(0)
    at = np.linspace(0, FRAMES - 1, SAMPLES).astype(np.int64)

    def floats(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        return chance.random(shape, np.float32)

    def curves(rate: float, *names: str) -> Curves:
        count = round(FRAMES / RATE * rate)
        return Curves({name: Curve("0 to 1", rate, 0.0, floats(count)) for name in names}, MADE_BY)

    info = MediaInfo(
        str(path), "hour", "video", "mov", "h264", RATE, FRAMES, FRAMES, size=(1920, 1080)
    )
    index = FrameIndex(np.arange(FRAMES, dtype=np.int64), 1 / RATE, RATE, False)
    cuts = np.linspace(20, FRAMES - 20, SHOTS).astype(int).tolist()
    masks = (chance.random((SAMPLES, 36, 64)) > 0.5).astype(np.uint8) * 255
    found = SAMPLES * 8
    motion = CameraMotion(
        at, at / 25, np.tile(np.eye(3)[:2], (SAMPLES, 1, 1)), floats(SAMPLES), floats(SAMPLES),
        floats(SAMPLES), np.zeros(SAMPLES, np.bool_), 16 / 9,
    )  # fmt: skip
    return {
        "index": Index(info, index),
        "shots": Shots(tuple(Transition(c - 1, c, "cut", 0.9) for c in cuts), (), MADE_BY),
        "loudness": Loudness(Curve("LUFS", 10.0, 0.0, floats(36_000)), MADE_BY),
        "objects": Detected(
            at, np.full(SAMPLES, 8), floats(found, 4), chance.integers(0, 2, found), floats(found),
            ("person", "ball"), np.zeros((found, DIMENSIONS), np.uint8), MADE_BY,
        ),
        "tracks": Tracks(
            tuple(
                Track(n + 1, "person", np.arange(n * 400, n * 400 + 400), floats(400, 4),
                      floats(400))
                for n in range(TRACKS)
            ),
            MADE_BY,
        ),
        "masks": Mattes(
            tuple(Masks.of(label, at, masks) for label in ("person", "field", "foreground")),
            MADE_BY,
        ),
        "scene": Scenes(at, floats(SAMPLES, 6), tuple("abcdef"), MADE_BY),
        "vectors": Vectors(at, floats(SAMPLES, 256), floats(SAMPLES), MADE_BY),
        "camera": Camera(motion, MADE_BY),
        "motion": curves(3.125, "motion", "subject_motion"),
        "score": curves(3.125, "score"),
        "picture": curves(25.0, "brightness", "contrast", "change", "shake", "sharpness", "field"),
        "sound": curves(50.0, "level", "onset", "speech", "cheer"),
    }  # fmt: skip


def main() -> None:
    """Prints the seconds of each need alone and of all."""
    with tempfile.TemporaryDirectory() as folder:
        store, path = Store(folder), Path(folder) / "hour.mov"
        store_hour(store, path)
        for needs in (*((need,) for need in NEEDS), NEEDS):
            began = time.perf_counter()
            seen = analyze(path, needs, store=store)
            print(f"{'+'.join(needs):20.40s} {time.perf_counter() - began:.3f} s", seen.media.path)


if __name__ == "__main__":
    main()
