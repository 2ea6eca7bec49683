"""`highlights` beside what people chose (SumMe), and `events` on cameras that watch a room."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from otio_autoedit import cut
from tests.benchmarks.edit_pieces import Kept, covered, kept_pieces

_SUMME = {"paluma_jump.mp4": "video_24", "playing_ball.mp4": "video_25"}
_SHARE = 0.15
_RANDOM = 200
_CAMERAS = Path(__file__).with_name("on_camera.json")
_LATE_S = 2.0  # how long after somebody enters the event may begin
_SLACK_S = 3.0  # pre- and post-roll around what is there


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
    """Prints entries found and missed, and pieces of an empty scene."""
    print("\nsurveillance: every entry is an event, nothing is one while the scene is empty")
    print("| film | entries | found | missed | pieces | of nothing | s of nothing | s of people |")
    print("|---" * 8 + "|")
    for name, known in json.loads(_CAMERAS.read_text("utf-8")).items():
        pieces = kept_pieces(cut(data / "clips" / name, "events"))
        present = [(float(a), float(b)) for a, b in known["present"]]
        missed = [span for span in present if not _is_seen(pieces, span[0])]
        empty = [one for one in pieces if not any(covered([one], *span) for span in present)]
        around = _merged([(a - _SLACK_S, b + _SLACK_S) for a, b in present])
        beside = sum(one.seconds for one in pieces) - sum(covered(pieces, *s) for s in around)
        shown, all_of_it = (
            sum(covered(pieces, *s) for s in present), sum(b - a for a, b in present)
        )  # fmt: skip
        print(f"| {name} | {len(present)} | {len(present) - len(missed)} | {len(missed)} "
              f"| {len(pieces)} | {len(empty)} | {beside:.1f} "
              f"| {shown:.1f} of {all_of_it:.1f} |")  # fmt: skip
        for one in pieces:
            print(f"  {one.start:6.1f} to {one.stop:6.1f}: {one.reason}")


def _is_seen(pieces: Sequence[Kept], entry: float) -> bool:
    """Whether a piece plays the entry, begun no later than `_LATE_S` after it."""
    return any(one.start <= entry + _LATE_S and one.stop > entry + 0.5 for one in pieces)


def _merged(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    found: list[tuple[float, float]] = []
    for start, stop in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((start, stop))
    return found


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
