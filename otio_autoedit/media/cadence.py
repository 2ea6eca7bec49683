"""Which rate a file's pictures keep, judged by the times at which they are shown.

Containers round times (Matroska and FLV to milliseconds), recorders state rates that are averages,
and phones jitter: none of that makes a rate variable. A rate is constant where every picture lies
within half a frame of its place on the grid of that rate; then source frame k *is* edit frame k.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from otio_autoedit.media.rates import (
    DEFAULT_RATE,
    SMPTE_RATES,
    is_native,
    nearest_edit_rate,
    rate_text,
    snap_rate,
)

_NEAR = Fraction(3, 100)


@dataclass(frozen=True, slots=True)
class Cadence:
    """The rate to edit at, whether the pictures keep it, and what a person should know of that."""

    edit_rate: Fraction
    variable: bool = False
    note: str = ""


def find_cadence(
    pts: npt.NDArray[np.int64], time_base: Fraction, stated: Sequence[Fraction]
) -> Cadence:
    """The cadence of pictures shown at ``pts`` (int64, from 0, in ``time_base`` seconds).

    ``stated`` are the rates that the headers name, the most trusted first.
    """
    stated = [rate for rate in stated if rate > 0]
    if len(pts) < 2:
        rate, note = snap_rate(stated[0]) if stated else (DEFAULT_RATE, "")
        return Cadence(rate, note=note)
    usual = _usual_rate(pts, time_base)
    exact = [rate for rate in stated if is_native(rate)]
    for rate in exact:
        if _stray(pts, time_base, rate) <= _rounding(time_base, rate):
            return Cadence(rate)
    return _near_constant(pts, time_base, usual, stated) or _conformed(pts, time_base, usual, exact)


def plural(count: int, thing: str) -> str:
    """ "1 frame", "2 frames"."""
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _near_constant(
    pts: npt.NDArray[np.int64], base: Fraction, usual: Fraction, stated: Sequence[Fraction]
) -> Cadence | None:
    """The rate on whose grid every picture lies, if there is one."""
    # Film shown in fields (3:2 pulldown) keeps its rate on average, with steps of two lengths.
    near = (usual, _average_rate(pts, base))
    smpte = [r for r in SMPTE_RATES if any(abs(r - found) <= found * _NEAR for found in near)]
    rate, stray = _best(pts, base, [*(r for r in stated if is_native(r)), *smpte])
    if stray < 0.5:
        return Cadence(rate, note=_constant_note(rate, stray, _rounding(base, rate), stated))
    rate, stray = _best(pts, base, _native_around(usual))
    if stray <= _rounding(base, rate):
        return Cadence(rate, note=_constant_note(rate, stray, stray, stated))
    return None


def _conformed(
    pts: npt.NDArray[np.int64], base: Fraction, usual: Fraction, exact: Sequence[Fraction]
) -> Cadence:
    """The edit rate for pictures that keep none."""
    for rate in (*exact, *_native_around(usual)):
        if abs(rate - usual) <= usual * _NEAR and _on_grid(pts, base, rate) >= 0.95:
            holes = int(np.rint(float(int(pts[-1]) * base * rate))) + 1 - len(pts)
            if 5 * holes > len(pts):
                return Cadence(rate, True, _varies(pts, base, rate))
            missing = f"{plural(holes, 'frame')} missing at {rate_text(rate)} a second"
            return Cadence(rate, True, f"{missing}: the one before is held")
    rate = nearest_edit_rate(usual)
    return Cadence(rate, True, _varies(pts, base, rate))


def _usual_rate(pts: npt.NDArray[np.int64], base: Fraction) -> Fraction:
    """The rate at which most pictures follow each other; the average where there is none."""
    steps = np.diff(pts)
    middle = float(np.median(steps))
    # A tick either way is the container's rounding, not the film's.
    alike = steps[np.abs(steps - middle) <= max(0.1 * middle, 1.0)]
    if 2 * len(alike) < len(steps) or not alike.sum():
        alike = steps
    return Fraction(len(alike)) / (int(alike.sum()) * base)


def _average_rate(pts: npt.NDArray[np.int64], base: Fraction) -> Fraction:
    return Fraction(len(pts) - 1) / (int(pts[-1] - pts[0]) * base)


def _stray(pts: npt.NDArray[np.int64], base: Fraction, rate: Fraction) -> float:
    """How far any picture lies from its place at this rate, in frames. Judges, never locates."""
    places = pts * float(base * rate)
    return float(np.abs(places - np.arange(len(pts))).max())


def _on_grid(pts: npt.NDArray[np.int64], base: Fraction, rate: Fraction) -> float:
    """The share of pictures that lie on some frame of this rate, no two on the same."""
    places = pts * float(base * rate)
    frames = np.rint(places)
    if np.any(np.diff(frames) < 1):
        return 0.0
    return float(np.mean(np.abs(places - frames) <= max(_rounding(base, rate), 0.05)))


def _best(
    pts: npt.NDArray[np.int64], base: Fraction, rates: Iterable[Fraction]
) -> tuple[Fraction, float]:
    found = min(((_stray(pts, base, r), i, r) for i, r in enumerate(rates)), default=None)
    return (found[2], found[0]) if found else (DEFAULT_RATE, float("inf"))


def _rounding(base: Fraction, rate: Fraction) -> float:
    """What whole ticks cost, in frames: half a tick at the first picture and at any other."""
    return 1.01 * float(base * rate) + 1e-6


def _native_around(rate: Fraction) -> list[Fraction]:
    whole = round(rate)
    near = [Fraction(whole), Fraction(round(rate * 2), 2), Fraction(whole * 1000, 1001)]
    return [native for native in near if is_native(native)]


def _varies(pts: npt.NDArray[np.int64], base: Fraction, rate: Fraction) -> str:
    average = _average_rate(pts, base)
    what = f"variable frame rate ({float(average):.2f} frames a second on average)"
    if _stray(pts, base, average) <= 2 * _rounding(base, average):
        what = f"{float(average):.3f} frames a second, a rate that editors do not have"
    return f"{what}: conformed to {rate_text(rate)} by the time of each frame"


def _constant_note(
    rate: Fraction, stray: float, rounding: float, stated: Sequence[Fraction]
) -> str:
    if stated and stated[0] != rate:
        return (
            f"frame rate {stated[0]} ({float(stated[0]):.3f}) taken as {rate_text(rate)}: "
            f"no frame lies further than {max(stray, 0.01):.2f} of a frame from its place"
        )
    if stray > rounding:
        return f"frame times stray by up to {stray:.2f} of a frame; taken as {rate_text(rate)}"
    return ""
