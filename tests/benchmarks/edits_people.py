"""`highlights` beside what people chose (SumMe), and `events` on cameras that watch a room."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import opentimelineio as otio
from numpy.typing import NDArray

from otio_autoedit import cut
from tests.benchmarks.edit_pieces import Kept, covered, kept_pieces

_SUMME = {"paluma_jump.mp4": "video_24", "playing_ball.mp4": "video_25"}
_SHARE = 0.15
_RANDOM = 200
_CAMERAS = Path(__file__).with_name("on_camera.json")
_NEAR_S = 2.0  # how far from somebody's entry a mark may begin


def summe(data: Path) -> None:
    """Prints the mean share of people who chose a frame, inside cuts of 15 % and outside."""
    print("\nSumMe: the mean share of people who chose a frame")
    print("| film | edit | seconds | inside | outside |")
    print("|---" * 5 + "|")
    stored = np.load(data / "summe" / "summe_user_summary.npz", allow_pickle=False)
    for name, key in _SUMME.items():
        shape = stored[f"{key}_shape"]
        chosen = np.unpackbits(stored[key], axis=1)[:, : int(shape[1])]
        liked = chosen.mean(0)
        rate, total = 30.0, len(liked) / 30.0
        target = _SHARE * total
        pieces = kept_pieces(cut(data / "summe" / name, "highlights", target=f"{target:.3f}s"))
        inside = _mask(pieces, len(liked), rate)
        _print_scores(name, "highlights", liked, inside, rate)
        count = max(1, len(pieces))
        _print_scores(name, f"uniform, {count} pieces", liked, _even(len(liked), count), rate)
        rng = np.random.default_rng(1)
        drawn = [float(liked[_scattered(len(liked), count, rng)].mean()) for _ in range(_RANDOM)]
        better = (
            float(np.mean([one >= liked[inside].mean() for one in drawn])) if len(pieces) else 1
        )
        print(f"| {name} | random, {count} pieces | {target:.1f} | {np.mean(drawn):.3f} "
              f"+- {np.std(drawn):.3f} | {better:.0%} are as good |")  # fmt: skip


def cameras(data: Path) -> None:
    """Prints entries marked and missed, marks of nothing, and seconds kept of an empty scene."""
    print("\nsurveillance: every entry is an event, nothing is one while the scene is empty")
    print(
        "| film | entries | played | marked | missed | marks of nothing | pieces | empty s kept |"
    )
    print("|---" * 8 + "|")
    for name, known in json.loads(_CAMERAS.read_text("utf-8")).items():
        timeline = cut(data / "clips" / name, "events")
        pieces, marks = kept_pieces(timeline), _marks(timeline)
        present = [(float(a), float(b)) for a, b in known["present"]]
        played = sum(covered(pieces, a, a + 1) > 0.9 for a, _ in present)
        marked = [span for span in present if any(_near(at, span[0]) for at in marks)]
        strays = [at for at in marks if not any(a - _NEAR_S <= at <= b for a, b in present)]
        last = max(piece.stop for piece in pieces) if pieces else 0.0
        empty = max(last, present[-1][1]) - sum(b - a for a, b in present)
        shown = sum(one.seconds for one in pieces) - sum(covered(pieces, *s) for s in present)
        print(f"| {name} | {len(present)} | {played} | {len(marked)} "
              f"| {len(present) - len(marked)} | {len(strays)} | {len(pieces)} "
              f"| {shown:.1f} of {empty:.1f} |")  # fmt: skip
        print("  marks at", ", ".join(f"{at:.1f}" for at in marks))
        for one in pieces:
            print(f"  {one.start:6.1f} to {one.stop:6.1f}: {one.reason}")


def _marks(timeline: otio.schema.Timeline) -> list[float]:
    """Returns where the markers of the first picture track begin, in seconds of the file."""
    found = []
    for clip in timeline.video_tracks()[0].find_clips():
        head = clip.available_range().start_time
        found += [
            (one.marked_range.start_time - head).to_seconds()
            for one in clip.markers
            if one.metadata.get("autoedit", {}).get("kind") not in ("cut", "jump_cut", "dissolve")
        ]
    return sorted(found)


def _near(at: float, entry: float) -> bool:
    return abs(at - entry) <= _NEAR_S


def _mask(pieces: Sequence[Kept], count: int, rate: float) -> NDArray[np.bool_]:
    inside = np.zeros(count, bool)
    for piece in pieces:
        inside[round(piece.start * rate) : round(piece.stop * rate)] = True
    return inside


def _even(count: int, pieces: int) -> NDArray[np.bool_]:
    inside = np.zeros(count, bool)
    length = round(count * _SHARE / pieces)
    for number in range(pieces):
        start = round((number + 0.5) * count / pieces - length / 2)
        inside[start : start + length] = True
    return inside


def _scattered(count: int, pieces: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Returns pieces of one length anywhere, none over another."""
    length = round(count * _SHARE / pieces)
    gaps = np.sort(rng.integers(0, count - length * pieces + 1, pieces))
    inside = np.zeros(count, bool)
    for number, gap in enumerate(gaps):
        start = int(gap) + number * length
        inside[start : start + length] = True
    return inside


def _print_scores(
    name: str, edit: str, liked: NDArray[np.float64], inside: NDArray[np.bool_], rate: float
) -> None:
    within = float(liked[inside].mean()) if inside.any() else float("nan")
    print(f"| {name} | {edit} | {inside.sum() / rate:.2f} | {within:.3f} "
          f"| {liked[~inside].mean():.3f} |", flush=True)  # fmt: skip
