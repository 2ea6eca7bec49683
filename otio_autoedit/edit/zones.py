"""Zones: named areas of the picture, drawn once for a camera that stands."""

from __future__ import annotations

import json
import math
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from otio_autoedit.errors import OptionError
from otio_autoedit.options import one_line

_LARGEST = 256 * 1024
_MOST_ZONES, _MOST_POINTS = 256, 512
_NAME = re.compile(r"[^\W\d]\w*")
_WAY = "write door=0.1,0.2,0.5,0.9 (x0,y0,x1,y1) or line=0.1,0.9,0.5,0.2,0.9,0.9 (x,y of corners)"


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon: ``points`` are (x, y) in 0..1 of the displayed picture, three or more."""

    name: str
    points: tuple[tuple[float, float], ...]

    def holds(
        self, x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]
    ) -> npt.NDArray[np.bool_]:
        """Which of the points lie inside (even-odd rule), those on an edge on its left or top."""
        inside = np.zeros(np.shape(x), bool)
        x0, y0 = self.points[-1]
        for x1, y1 in self.points:
            if y0 != y1:
                crosses = (y0 > y) != (y1 > y)
                inside ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
            x0, y0 = x1, y1
        return inside


def read_zones(text: str) -> Mapping[str, Zone]:
    """The zones that ``text`` names: ``door=0.1,0.2,0.5,0.9; line=...``, or a TOML or JSON file
    of ``name = [numbers]``. Four numbers are a rectangle, six and more the corners of a polygon.

    Raises:
        OptionError: one line with what is wrong.
    """
    text = text.strip()
    if text.lower().endswith((".toml", ".json")):
        return _checked(_of_file(text))
    return _checked(_of_text(text))


def _of_text(text: str) -> list[tuple[str, object]]:
    parts = [part for part in re.split(r"[;\n]", text) if part.strip()]
    zones: list[tuple[str, object]] = []
    for part in parts:
        name, equals, numbers = part.partition("=")
        if not equals:
            raise OptionError(f"zones={one_line(part.strip())!r}: {_WAY}")
        zones.append((name.strip(), [_number(n) for n in re.split(r"[,\s]+", numbers.strip())]))
    return zones


def _number(text: str) -> object:
    try:
        return float(text)
    except ValueError:
        return text


def _of_file(name: str) -> list[tuple[str, object]]:
    path = Path(os.path.expanduser(name))
    try:
        if path.stat().st_size > _LARGEST:
            raise OptionError(f"zones={one_line(name)}: larger than {_LARGEST // 1024} KiB")
        text = path.read_text("utf-8-sig")
        held = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except OSError as error:
        raise OptionError(f"zones={one_line(name)}: {error.strerror or 'not readable'}") from error
    except (ValueError, RecursionError) as error:
        raise OptionError(one_line(f"zones={name}: not readable: {error}")) from error
    if isinstance(held, dict) and set(held) == {"zones"}:
        held = held["zones"]
    if not isinstance(held, dict):
        raise OptionError(f"zones={one_line(name)}: holds no table of name = [numbers]")
    return [(str(key), value) for key, value in held.items()]


def _checked(held: list[tuple[str, object]]) -> Mapping[str, Zone]:
    if not held:
        raise OptionError(f"zones is empty: {_WAY}")
    if len(held) > _MOST_ZONES:
        raise OptionError(f"zones: {len(held)} of them, {_MOST_ZONES} at most")
    zones: dict[str, Zone] = {}
    for name, numbers in held:
        shown = one_line(name)
        if not _NAME.fullmatch(name):
            raise OptionError(f"zones: {shown!r} is no name: letters, digits and _")
        if name in zones:
            raise OptionError(f"zones: {shown!r} is there twice")
        zones[name] = Zone(name, _points(shown, numbers))
    return zones


def _points(name: str, given: object) -> tuple[tuple[float, float], ...]:
    if isinstance(given, list) and given and all(isinstance(one, list) for one in given):
        pairs = [one for one in given if len(one) == 2]
        given = [n for one in pairs for n in one] if len(pairs) == len(given) else None
    if not isinstance(given, list) or not all(
        isinstance(n, int | float) and not isinstance(n, bool) for n in given
    ):
        raise OptionError(f"zone {name!r} must be numbers: {_WAY}")
    numbers = [float(n) for n in given]
    if not all(math.isfinite(n) and 0 <= n <= 1 for n in numbers):
        raise OptionError(f"zone {name!r} leaves the picture: each number is from 0 to 1")
    if len(numbers) == 4:
        x0, y0, x1, y1 = numbers
        numbers = [x0, y0, x1, y0, x1, y1, x0, y1]
    if len(numbers) < 6 or len(numbers) % 2 or len(numbers) > 2 * _MOST_POINTS:
        raise OptionError(f"zone {name!r} has {len(numbers)} numbers: {_WAY}")
    points = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    area = sum(
        a[0] * b[1] - b[0] * a[1] for a, b in zip(points, (*points[1:], points[0]), strict=True)
    )
    if abs(area) < 1e-9:
        raise OptionError(f"zone {name!r} has no area")
    return points
