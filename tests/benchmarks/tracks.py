"""How well things are followed: on DAVIS 2016's 20 sequences, and on generated films of boxes.

    python tests/benchmarks/tracks.py --detector yolox_nano.onnx [--draw FOLDER]

DAVIS marks one thing a sequence, in every frame (often two that belong together, a rider and a
horse, as one); boxes here are the masks' bounds. The detector sees every eighth frame, three a
second. `one track` is the mean overlap, over all frames, with the one track that overlaps most over
the sequence; `best` with whichever track is best in each frame; `switches` how often that one
changes while the overlap is half or more; `there` the part of frames where it is. `detector` is the
overlap of the best detection in the frames that the detector saw: following cannot be much better.
Beside: `trackers`' ByteTrack (of the extra `dev`) on the same detections, straight lines between.
DAVIS only measures: nothing here was chosen by it.
"""

from __future__ import annotations

import argparse
import os
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from otio_autoedit.analysis.box_colours import box_colours
from otio_autoedit.analysis.camera_motion import CameraMotion, MotionMeter
from otio_autoedit.analysis.record import Track
from otio_autoedit.analysis.sampled_shots import Sample
from otio_autoedit.analysis.tracking import tracks_from
from otio_autoedit.models import zoo
from tests.support.tracks import Difficulty, box_film, overlap_of, peer_tracks, score

RATE = 24.0
STEP = 8
SMALL = (256, 144)
FILMS = {
    "easy": Difficulty(things=2, speed=0.08, camera=0, shake=0, noise=0.02, missed=0, false=0),
    "usual": Difficulty(),
    "fast things": Difficulty(speed=0.35),
    "fast pans": Difficulty(camera=0.5),
    "camera follows": Difficulty(things=10, speed=0.05, camera=0.05, follows=True),
    "ten things": Difficulty(things=10),
    "ten, with colours": Difficulty(things=10, colours=True),
    "poor detector": Difficulty(missed=0.3, noise=0.1, false=1),
    "two a second": Difficulty(step=12),
}
SEEDS = range(100, 112)  # none that anything was chosen by


@dataclass(frozen=True, slots=True)
class Row:
    """One sequence: see the module."""

    one: float
    best: float
    switches: int
    there: float


def main() -> None:
    given = _arguments()
    _davis(given.data / "seg" / "davis2016_val", given.detector, given.draw)
    _generated()


def _davis(folder: Path, detector: str, draw: Path | None) -> None:
    net = zoo.detector(detector, threshold=0.1)
    print("| sequence | detector | one track | best | switches | there | no camera | ByteTrack |")
    print("|---" * 8 + "|")
    rows = []
    for name, frames, truth in _sequences(folder):
        seen = list(range(0, len(frames), STEP))
        samples = _samples(net, frames, seen)
        motion = _motion(frames, seen)
        ours = tracks_from(samples, motion=motion, frame_count=len(frames))
        still = tracks_from(samples, frame_count=len(frames))
        cells = [_row(truth, tracks) for tracks in (ours, still, peer_tracks(samples))]
        found = _found(truth, samples)
        rows.append([found, *_values(cells[0]), cells[1].one, cells[2].one])
        print(_line(name, rows[-1]), flush=True)
        if draw:
            _drawn(draw / f"{name}.jpg", frames, truth, ours)
    print(_line("mean", np.mean(rows, 0).tolist()))


def _generated() -> None:
    print("\n| films | IDF1 | switches | overlap | IDF1, named | IDF1, still | IDF1, ByteTrack |")
    print("|---" * 7 + "|")
    for name, how in FILMS.items():
        rows = []
        for seed in SEEDS:
            film = box_film(seed, how)
            named = box_film(seed, how, named=True)
            ours = score(film.truth, tracks_from(film.samples, motion=film.motion))
            best = score(film.truth, tracks_from(named.samples, motion=named.motion))
            still = score(film.truth, tracks_from(film.samples))
            peer = score(film.truth, peer_tracks(film.samples))
            rows.append([ours.idf1, ours.switches, ours.iou, best.idf1, still.idf1, peer.idf1])
        print(_line(name, np.mean(rows, 0).tolist()), flush=True)


def _values(row: Row) -> tuple[float, float, float, float]:
    return row.one, row.best, row.switches, row.there


def _line(name: str, values: Sequence[float]) -> str:
    return f"| {name} | {' | '.join(f'{value:.3f}'.removesuffix('.000') for value in values)} |"


def _row(truth: NDArray[np.float64], tracks: Sequence[Track]) -> Row:
    overlaps = np.zeros((len(truth), len(tracks) + 1))
    for column, track in enumerate(tracks):
        for frame, box in zip(track.frames, track.boxes, strict=True):
            overlaps[frame, column] = overlap_of(truth[frame][None], box[None].astype(float))[0, 0]
    there = np.isfinite(truth[:, 0])
    overlaps = np.nan_to_num(overlaps[there])
    best = overlaps.max(1)
    good = overlaps.argmax(1)[best >= 0.5]
    switches = int((np.diff(good) != 0).sum())
    return Row(
        float(overlaps.sum(0).max() / there.sum()),
        float(best.mean()),
        switches,
        float((best >= 0.5).mean()),
    )


def _found(truth: NDArray[np.float64], samples: Sequence[Sample]) -> float:
    """The mean overlap of the best detection."""
    best = []
    for sample in samples:
        if np.isfinite(truth[sample.frame, 0]):
            overlap = overlap_of(truth[sample.frame][None], sample.boxes.astype(float))
            best.append(overlap.max(initial=0.0))
    return float(np.mean(best))


def _samples(
    net: zoo.Detector, frames: Sequence[NDArray[np.uint8]], seen: Sequence[int]
) -> list[Sample]:
    found = net(np.stack([frames[number] for number in seen]))
    return [
        Sample(
            number,
            number / RATE,
            one.boxes,
            one.labels,
            one.scores,
            box_colours(frames[number], one.boxes),
        )
        for number, one in zip(seen, found, strict=True)
    ]


def _motion(frames: Sequence[NDArray[np.uint8]], seen: Sequence[int]) -> CameraMotion:
    meter = MotionMeter()
    for number in seen:
        small = np.asarray(Image.fromarray(frames[number]).resize(SMALL, Image.Resampling.BOX))
        meter.push(small[None], [number], [number / RATE])
    return meter.finish()


def _sequences(
    folder: Path,
) -> Iterator[tuple[str, list[NDArray[np.uint8]], NDArray[np.float64]]]:
    """Each sequence's name, frames `(H, W, 3)`, and boxes `(n, 4)`, NaN where there is nothing."""
    boxes = _boxes(folder / "masks_480x270.tar.gz")
    for film in sorted(folder.glob("*.mp4")):
        with av.open(str(film)) as box:
            frames = [frame.to_ndarray(format="rgb24") for frame in box.decode(video=0)]
        truth = np.full((len(frames), 4), np.nan)
        for number, place in boxes[film.stem].items():
            if number < len(frames):
                truth[number] = place
        yield film.stem, frames, truth


def _boxes(archive: Path) -> dict[str, dict[int, NDArray[np.float64]]]:
    found: dict[str, dict[int, NDArray[np.float64]]] = {}
    with tarfile.open(archive) as masks:
        for member in masks:
            path = Path(member.name)
            file = masks.extractfile(member) if path.suffix == ".png" else None
            if file is None:
                continue
            mask = np.asarray(Image.open(file).convert("L")) > 127
            rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
            frames = found.setdefault(path.parent.name, {})
            if len(rows):
                ends = [columns[0], rows[0], columns[-1] + 1, rows[-1] + 1]
                frames[int(path.stem)] = np.array(ends) / np.tile(mask.shape[::-1], 2)
    return found


def _drawn(
    file: Path,
    frames: Sequence[NDArray[np.uint8]],
    truth: NDArray[np.float64],
    tracks: Sequence[Track],
) -> None:
    """Writes twelve frames of a sequence with all tracks, and the truth in white."""
    tiles = []
    for number in np.linspace(0, len(frames) - 1, 12).astype(int):
        picture = Image.fromarray(frames[number])
        pen = ImageDraw.Draw(picture)
        sides = np.tile(picture.size, 2)
        if np.isfinite(truth[number, 0]):
            pen.rectangle((truth[number] * sides).tolist(), outline="white")
        for track in tracks:
            if track.start <= number < track.stop:
                at = number - track.start
                place = (track.boxes[at] * sides).tolist()
                hue = f"hsl({track.id * 67 % 360}, 100%, 50%)"
                pen.rectangle(place, outline=hue, width=3)
                text = f"{track.id} {track.label} {track.confidence[at]:.2f}"
                pen.text((place[0] + 4, place[1] + 2), text, fill=hue)
        pen.text((4, picture.height - 14), f"frame {number}", fill="white")
        tiles.append(np.asarray(picture))
    rows = [np.concatenate(tiles[i : i + 3], 1) for i in range(0, 12, 3)]
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.concatenate(rows)).save(file, quality=88)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    parser.add_argument("--data", type=Path, default=os.environ.get("OTIO_AUTOEDIT_DATA", beside))
    parser.add_argument("--detector", required=True, help="a name or an .onnx file of the zoo")
    parser.add_argument("--draw", type=Path, help="a folder for pictures of each sequence")
    return parser.parse_args()


if __name__ == "__main__":
    main()
