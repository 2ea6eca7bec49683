"""The football case: a generated match with known events cut to a minute, beside naive edits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from otio_autoedit import cut
from tests.benchmarks.edit_pieces import Kept, covered, dissolves, kept_pieces
from tests.benchmarks.edit_sounds import read_sound
from tests.support.broadcast import Broadcast, Event, make_broadcast, people_of

RATE = 25
_AROUND_S = 0.5
_REPLAYED_S = 1.0


@dataclass(frozen=True, slots=True)
class Figures:
    """How well pieces tell a match whose events are known.

    Attributes:
        found: events whose moment and half a second on each side are kept; goals: those of goals.
        wasted: seconds in pieces that hold no event, nor any of the reactions to one.
        outside: seconds kept of neither run-up, event nor reaction, whatever the piece.
        replayed: seconds of replays that are kept.
        ordered: whether pieces play in the order of time.
        error: frames by which the length differs from what was asked.
    """

    pieces: int
    seconds: float
    found: int
    goals: int
    wasted: float
    outside: float
    replayed: float
    ordered: bool
    error: int


def football(folder: Path, data: Path, *, seconds: float = 300, target: float = 60) -> None:
    """Prints the table for two generated matches, and each event that `sports` missed."""
    people = people_of(data) if (data / "train_images").is_dir() else ()
    for seed in (3, 8):
        path = folder / f"broadcast-{seed}-{seconds:g}.mp4"
        film = make_broadcast(path, seconds, seed=seed, people=people)
        _print_match(film, seed, target)


def measure(pieces: Sequence[Kept], events: Sequence[Event], replays: Sequence[tuple[float, float]],
            target: float) -> Figures:  # fmt: skip
    """Returns the figures of an edit of one match."""
    found = [event for event in events if is_found(pieces, event)]
    length = sum(piece.seconds for piece in pieces)
    wasted = sum(
        piece.seconds for piece in pieces
        if not any(covered([piece], event.moment, event.stop) > 0 for event in events)
    )  # fmt: skip
    told = sum(covered(pieces, event.start, event.stop) for event in events)
    replayed = sum(covered(pieces, *replay) for replay in replays)
    starts = [piece.start for piece in pieces]
    return Figures(
        len(pieces), length, len(found), sum(event.kind == "goal" for event in found), wasted,
        length - told, replayed, starts == sorted(starts), round((length - target) * RATE),
    )  # fmt: skip


def is_found(pieces: Sequence[Kept], event: Event) -> bool:
    """Whether one piece plays the event's moment and half a second on each side of it."""
    first, last = event.moment - _AROUND_S, event.moment + _AROUND_S
    return any(piece.start <= first and piece.stop >= last for piece in pieces)


def uniform(seconds: float, target: float, each: float) -> tuple[Kept, ...]:
    """Returns pieces of a length at even distances."""
    count = max(1, round(target / each))
    middles = (np.arange(count) + 0.5) * seconds / count
    length = target / count
    return tuple(Kept("", float(m - length / 2), float(m + length / 2)) for m in middles)


def loudest(path: Path, seconds: float, target: float, each: float) -> tuple[Kept, ...]:
    """Returns the loudest pieces of a length, in order of time; none overlaps another."""
    samples, rate = read_sound(path)
    step = rate // 10
    power = np.square(samples[: len(samples) // step * step]).reshape(-1, step).mean(1)
    count = max(1, round(target / each))
    width = max(1, round(target / count * 10))
    total = np.convolve(power, np.ones(width), "valid")
    starts: list[int] = []
    for _ in range(count):
        at = int(np.argmax(total))
        starts.append(at)
        total[max(0, at - width + 1) : at + width] = -1
    pieces = (Kept("", at / 10, min(seconds, (at + width) / 10)) for at in sorted(starts))
    return tuple(pieces)


def _print_match(film: Broadcast, seed: int, target: float) -> None:
    replays, seconds = film.script.replays(), film.script.seconds
    goals = sum(event.kind == "goal" for event in film.events)
    print(f"\nmatch {seed}: {seconds:g} s, {len(film.events)} events, {goals} goals, "
          f"{target:g} s asked")  # fmt: skip
    print("| edit | pieces | seconds | events | goals | wasted s | beside s | replay s | in order "
          "| error frames | dissolves (with handles) |")  # fmt: skip
    print("|---" * 11 + "|")
    edits: dict[str, tuple[Kept, ...]] = {}
    for recipe in ("sports", "highlights"):
        timeline = cut(film.path, recipe, target=f"{target:g}s")
        edits[recipe] = kept_pieces(timeline)
        joined = dissolves(timeline)
        true = sum(one.true_handles for one in joined)
        _print_row(recipe, edits[recipe], film, target, f"{len(joined)} ({true})")
    each = target / max(1, len(edits["sports"]))
    _print_row("uniform", uniform(seconds, target, each), film, target)
    _print_row("loudest", loudest(film.path, seconds, target, each), film, target)
    for event in film.events:
        if not is_found(edits["sports"], event):
            print(f"sports misses the {event.kind} at {event.moment:.1f} s")
    for piece in edits["sports"]:
        inside = [event.kind for event in film.events
                  if covered([piece], event.start, event.stop) > 0]  # fmt: skip
        told = ", ".join(inside) or "no event"
        if any(covered([piece], *replay) > _REPLAYED_S for replay in replays):
            told += ", replay"
        print(f"  {piece.start:6.1f} to {piece.stop:6.1f}: {told}; {piece.reason}")


def _print_row(
    name: str, pieces: Sequence[Kept], film: Broadcast, target: float, joined: str = "-"
) -> None:
    one = measure(pieces, film.events, film.script.replays(), target)
    goals = sum(event.kind == "goal" for event in film.events)
    print(f"| {name} | {one.pieces} | {one.seconds:.2f} | {one.found}/{len(film.events)} "
          f"| {one.goals}/{goals} | {one.wasted:.1f} | {one.outside:.1f} | {one.replayed:.1f} "
          f"| {'yes' if one.ordered else 'no'} | {one.error} | {joined} |", flush=True)  # fmt: skip
