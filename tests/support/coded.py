"""Pictures that say which frame they are, and sound that says what time it is.

A picture holds two rows of 16 black and white cells: two guard cells at each end by which a
reader finds black and white (so that fades and level changes still decode), 16 bits of frame
number, 4 bits of source tag, 4 check bits. Below them stands a scene that depends on the tag: each
looks unlike the others, and moves. All places are shares of the picture, so any size from 160x90
on works.

Sound: frame n sounds a tone of 300 + 40 (n mod 64) Hz for just as long as it is on screen, and
begins with a 5 ms click of 4 kHz where n is a whole number of seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

SAMPLE_RATE = 48_000
TAGS = 16

Code = tuple[int, int]
"""(frame number, tag)."""

_ROWS = ((0.04, 0.18), (0.20, 0.34))
_GUARDS = ((0, 1, 1, 0), (1, 0, 0, 1))
_CLICK_HZ = 4000
_DIGITS = (
    (14, 17, 19, 21, 25, 17, 14), (4, 12, 4, 4, 4, 4, 14), (14, 17, 1, 6, 8, 16, 31),
    (31, 2, 4, 2, 1, 17, 14), (2, 6, 10, 18, 31, 2, 2), (31, 16, 30, 1, 1, 17, 14),
    (6, 8, 16, 30, 17, 17, 14), (31, 1, 2, 4, 8, 8, 8), (14, 17, 17, 14, 17, 17, 14),
    (14, 17, 17, 15, 1, 2, 12),
)  # fmt: skip
# Grounds far apart in lightness as well as hue, neighbours in number most of all.
_GROUNDS = (
    (36, 52, 110), (214, 196, 150), (30, 92, 52), (200, 120, 196), (120, 24, 24), (160, 220, 226),
    (70, 60, 20), (236, 226, 90), (84, 20, 96), (150, 200, 120), (20, 20, 24), (232, 140, 60),
    (16, 90, 110), (238, 238, 238), (90, 90, 96), (224, 90, 110),
)  # fmt: skip


def picture(number: int, tag: int, width: int, height: int) -> npt.NDArray[np.uint8]:
    """The picture of frame ``number`` (0..65535) of source ``tag`` (0..15), RGB ``[H, W, 3]``."""
    image = _scene(number, tag, width, height)
    for (top, bottom), row in zip(_ROWS, code_cells(number, tag), strict=True):
        y0, y1 = round(top * height), round(bottom * height)
        for i, bit in enumerate(row):
            image[y0:y1, round(width * i / 16) : round(width * (i + 1) / 16)] = 235 if bit else 16
    _write_digits(image, f"{number:05d}", width // 32, round(0.86 * height), max(1, height // 80))
    return image


def read_code(luma: npt.NDArray[np.float32]) -> Code | None:
    """What a picture (luma, ``[H, W]``) says it is; None where it is a blend, black, or covered."""
    cells = _cell_means(luma)
    guards = np.r_[cells[0, :2], cells[0, 14:], cells[1, :2], cells[1, 14:]]
    is_white = np.array(_GUARDS[0] + _GUARDS[1]) == 1
    white, black = guards[is_white], guards[~is_white]
    if white.min() - black.max() < 24:
        return None
    middle, span = (white.mean() + black.mean()) / 2, white.mean() - black.mean()
    if np.any(np.abs(cells - middle) < 0.22 * span):
        return None
    bits = (cells > middle).astype(int)
    high, low = bits[0, 2:14], bits[1, 2:14]
    if np.any(low[8:12] == low[0:4]):
        return None
    return _number([*high, *low[:4]]), _number(low[4:8])


def share(luma: npt.NDArray[np.float32], before: Code, after: Code) -> float | None:
    """How much of ``after`` is in a blend with ``before``: 0..1, None where their codes agree."""
    cells = _cell_means(luma)
    a, b = (np.array(code_cells(*code), float) for code in (before, after))
    differ = a != b
    if not differ.any():
        return None
    guards = np.r_[cells[0, :2], cells[0, 14:], cells[1, :2], cells[1, 14:]]
    is_white = np.array(_GUARDS[0] + _GUARDS[1]) == 1
    black, white = guards[~is_white].mean(), guards[is_white].mean()
    level = (cells - black) / (white - black)
    return float(np.where(b > a, level, 1 - level)[differ].mean())


def sound(number: int, start: Fraction, stop: Fraction, rate: Fraction) -> npt.NDArray[np.float32]:
    """The sound of frame ``number``, on screen from ``start`` to ``stop`` seconds; mono, 48 kHz."""
    count = round(stop * SAMPLE_RATE) - round(start * SAMPLE_RATE)
    time = np.arange(count) / SAMPLE_RATE
    samples = 0.15 * np.sin(2 * np.pi * (300 + 40 * (number % 64)) * time)
    if number % round(rate) == 0:
        click = min(count, SAMPLE_RATE // 200)
        samples[:click] = 0.8 * np.sin(2 * np.pi * _CLICK_HZ * time[:click])
    return samples.astype(np.float32)


def tones(
    samples: npt.NDArray[np.float32], rate: Fraction, start: Fraction, count: int
) -> list[int | None]:
    """For each frame at ``rate``: the number (mod 64) whose tone sounds in its middle, or None.

    ``start`` is the time of the first sample in seconds after the first picture.
    """
    frequencies = 300 + 40 * np.arange(64)
    heard: list[int | None] = []
    for frame in range(count):
        begin = int((frame + Fraction(1, 4)) * SAMPLE_RATE / rate - start * SAMPLE_RATE)
        piece = samples[max(begin, 0) : max(begin + int(SAMPLE_RATE / rate / 2), 0)]
        if len(piece) < 100 or np.abs(piece).max() < 0.02:
            heard.append(None)
            continue
        time = np.arange(len(piece)) / SAMPLE_RATE
        waves = np.exp(-2j * np.pi * frequencies[:, None] * time)
        heard.append(int(np.abs(waves @ (piece * np.hanning(len(piece)))).argmax()))
    return heard


def clicks(samples: npt.NDArray[np.float32], start: Fraction = Fraction(0)) -> list[float]:
    """Seconds at which a click begins."""
    if not len(samples):
        return []
    time = np.arange(len(samples)) / SAMPLE_RATE
    kernel = np.ones(48) / 48
    level = np.abs(np.convolve(samples * np.exp(-2j * np.pi * _CLICK_HZ * time), kernel, "same"))
    loud = level > 0.2
    onsets = np.flatnonzero(loud[1:] & ~loud[:-1]) + 1
    found: list[float] = []
    last = -SAMPLE_RATE
    for onset in onsets.tolist():
        if onset - last > SAMPLE_RATE // 20:
            found.append(round(float(start + Fraction(onset, SAMPLE_RATE)), 5))
        last = onset
    return found


def code_cells(number: int, tag: int) -> tuple[list[int], list[int]]:
    """The two rows of cells, 1 for white."""
    bits, name = _bits(number, 16), _bits(tag, 4)
    low = bits[12:]
    first = [*_GUARDS[0][:2], *bits[:12], *_GUARDS[0][2:]]
    second = [*_GUARDS[1][:2], *low, *name, *(1 - bit for bit in low), *_GUARDS[1][2:]]
    return first, second


def _scene(number: int, tag: int, width: int, height: int) -> npt.NDArray[np.uint8]:
    """The ground of a tag with a block and a disc that drift across it."""
    image = _ground(tag, width, height).copy()
    ink = np.array(_GROUNDS[(tag + 7) % TAGS], np.uint8)
    side = height // 5
    x = int(width * ((0.13 * tag + 0.004 * number) % 1.0))
    y = int(height * (0.40 + 0.28 * ((0.37 * tag) % 1.0)))
    image[y : y + side, x : x + side] = ink
    x = int(width * ((0.61 + 0.21 * tag - 0.006 * number) % 1.0))
    ys, xs = np.ogrid[-side // 2 : side // 2, -side // 2 : side // 2]
    top, left = round(0.66 * height), min(x, width - side)
    patch = image[top : top + len(ys), left : left + xs.shape[1]]
    patch[(ys**2 + xs**2 < (side / 2) ** 2)[: patch.shape[0], : patch.shape[1]]] = 255 - ink
    return image


@lru_cache(maxsize=64)
def _ground(tag: int, width: int, height: int) -> npt.NDArray[np.uint8]:
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = 0.7 * tag
    wave = np.sin((xs * np.cos(angle) + ys * np.sin(angle)) / width * (9 + 5 * (tag % 4)))
    colour = np.array(_GROUNDS[tag % TAGS], np.float32)
    ground: npt.NDArray[np.uint8] = np.clip(colour + 14 * wave[..., None], 0, 255).astype(np.uint8)
    return ground


def _write_digits(image: npt.NDArray[np.uint8], text: str, x: int, y: int, size: int) -> None:
    image[y - size : y + 8 * size, x - size : x + 6 * size * len(text)] = 16
    for digit in text:
        for r, row in enumerate(_DIGITS[int(digit)]):
            for c in range(5):
                if row >> (4 - c) & 1:
                    left = x + c * size
                    image[y + r * size : y + (r + 1) * size, left : left + size] = 235
        x += 6 * size


def _cell_means(luma: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Means of the inner part of each of the 2x16 cells."""
    height, width = luma.shape
    means = np.zeros((2, 16))
    for r, (top, bottom) in enumerate(_ROWS):
        inset = 0.25 * (bottom - top)
        rows = slice(int((top + inset) * height), int((bottom - inset) * height))
        for i in range(16):
            left = int(width * (i + 0.3) / 16)
            means[r, i] = luma[rows, left : max(int(width * (i + 0.7) / 16), left + 1)].mean()
    return means


def _bits(value: int, count: int) -> list[int]:
    return [value >> i & 1 for i in range(count - 1, -1, -1)]


def _number(bits: Sequence[int]) -> int:
    return int("".join(str(int(bit)) for bit in bits), 2)
