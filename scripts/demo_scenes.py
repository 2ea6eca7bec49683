"""The pictures of the demo film: seven places, each drawn by a function of time.

Every scene is made once (`hills(seed)`, ...), which draws its textures, and then called with
seconds to give one picture: float32 ``[360, 640, 3]``, 0 to 1. The same seed always gives the same
pictures.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.float32]
Cover = npt.NDArray[np.floating]
Scene = Callable[[float], Picture]

WIDTH, HEIGHT = 640, 360
_Y, _X = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)


def hills(seed: int) -> Scene:
    """A slow pan over ridges at sunset; near ridges pass faster than far ones."""
    rng = np.random.default_rng(seed)
    sky = _gradient([(0.98, 0.66, 0.36), (0.93, 0.42, 0.36), (0.34, 0.24, 0.46)], bottom_first=True)
    ridges = [
        (_profile(rng, 2400, 150 / (i + 1)) * (60 + 22 * i) + 150 + 42 * i, 6.0 * 2.2**i, colour)
        for i, colour in enumerate(
            [(0.55, 0.33, 0.42), (0.38, 0.24, 0.36), (0.22, 0.15, 0.26), (0.09, 0.07, 0.13)]
        )
    ]
    grain = _noise(rng, HEIGHT, 2400, 24)

    def picture(seconds: float) -> Picture:
        image = sky.copy()
        _glow(image, 430 - 3 * seconds, 168 + 4 * seconds, 26, 120, (1.0, 0.9, 0.62))
        for heights, speed, colour in ridges:
            x = 40 + speed * seconds
            cover = np.clip(_Y - _row(heights, x)[None, :], 0, 1)
            shade = 0.8 + 0.4 * _pan(grain, x, 0)
            _paint(image, cover, np.asarray(colour, np.float32) * shade[..., None])
        return image

    return picture


def street(seed: int) -> Scene:
    """A street at night: lit windows, headlights passing both ways, the camera gliding along."""
    rng = np.random.default_rng(seed)
    canvas = _houses(rng, 1000)
    cars = [
        (rng.uniform(0, 900), rng.uniform(130, 210) * (-1) ** i, 296 + 26 * (i % 2))
        for i in range(6)
    ]

    def picture(seconds: float) -> Picture:
        image = _pan(canvas, 40 + 34 * seconds, 6 + 2 * np.sin(seconds))
        for start, speed, lane in cars:
            x = (start + speed * seconds) % 900 - 130
            colour = (1.0, 0.95, 0.8) if speed > 0 else (1.0, 0.16, 0.12)
            _box(image, x - 46, lane - 20, x + 46, lane + 4, (0.05, 0.05, 0.07))
            for end in (-1, 1):
                _glow(image, x + 40 * end * np.sign(speed), lane - 6, 4, 26, colour)
        return image

    return picture


def balls(seed: int) -> Scene:
    """Shiny balls that bounce on a wooden table, seen by a camera that breathes."""
    rng = np.random.default_rng(seed)
    wood = _noise(rng, 400, 700, 90, stretch=12)
    rings = 0.5 + 0.5 * np.sin(40 * wood)
    tint = np.array([0.72, 0.47, 0.26], np.float32), np.array([0.5, 0.29, 0.14], np.float32)
    table = tint[0] + rings[..., None] * (tint[1] - tint[0])
    wall = _gradient([(0.62, 0.7, 0.66), (0.8, 0.86, 0.8)])
    colours = [(0.85, 0.15, 0.16), (0.13, 0.38, 0.85), (0.95, 0.76, 0.12), (0.2, 0.66, 0.32)]
    throws = [(rng.uniform(0, 1), rng.uniform(0.8, 1.25), 70 + 140 * i) for i in range(4)]

    def picture(seconds: float) -> Picture:
        dy = 5 * np.sin(1.3 * seconds)
        image = wall.copy()
        edge = np.clip(_Y - 178 - dy, 0, 1)
        _paint(image, edge, _pan(table, 20 + 10 * np.sin(seconds), 10 + dy))
        for (phase, tempo, x), colour in zip(throws, colours, strict=True):
            beat = (seconds * tempo + phase) % 1
            height = 150 * 4 * beat * (1 - beat)
            cx, floor = x + 36 * seconds * (1 if x < 300 else -1), 270 + dy + x % 40
            shadow = np.exp(-(((_X - cx) / (30 + height / 6)) ** 2 + ((_Y - floor) / 9) ** 2))
            image *= (1 - 0.55 * shadow)[..., None]
            _ball(image, cx, floor - 34 - height, 34, colour)
        return image

    return picture


def sea(seed: int) -> Scene:
    """A boat under drifting clouds; the water moves in perspective."""
    rng = np.random.default_rng(seed)
    sky = _gradient([(0.36, 0.6, 0.9), (0.78, 0.9, 0.98)])
    clouds = np.clip(_noise(rng, HEIGHT, 1200, 120, stretch=3) * 2.4 - 1.0, 0, 1)
    horizon = 190.0
    depth = np.clip(_Y - horizon, 0, None) + 1

    def picture(seconds: float) -> Picture:
        image = sky.copy()
        _paint(image, 0.9 * _pan(clouds, 30 + 14 * seconds, 0), (1.0, 1.0, 1.0))
        waves = np.sin(900 / depth + 0.05 * _X * 60 / (depth + 30) + 2.1 * seconds)
        waves += 0.7 * np.sin(1500 / depth - 0.08 * _X * 60 / (depth + 30) + 3.3 * seconds)
        light = 0.5 + 0.18 * waves
        water = np.stack([0.1 + 0.25 * light, 0.3 + 0.4 * light, 0.42 + 0.4 * light], -1)
        _paint(image, np.clip(_Y - horizon, 0, 1), water)
        _boat(
            image, 150 + 46 * seconds, 236 + 4 * np.sin(1.7 * seconds), 0.06 * np.sin(seconds * 2)
        )
        return image

    return picture


def speaker(seed: int, mouth: Callable[[float], float], zoom: float = 1.0) -> Scene:
    """A person who talks: ``mouth(seconds)`` says how far the mouth is open, 0 to 1."""
    rng = np.random.default_rng(seed)
    room = _gradient([(0.3, 0.36, 0.36), (0.16, 0.19, 0.22)])
    for _ in range(26):
        colour = rng.uniform(0.25, 0.6, 3) * (1.0, 0.85, 0.6)
        _glow(
            room, rng.uniform(0, WIDTH), rng.uniform(0, 220), rng.uniform(6, 18), 24, tuple(colour)
        )
    cloth = 0.8 + 0.5 * _noise(rng, HEIGHT, WIDTH, 8)

    def picture(seconds: float) -> Picture:
        image = room.copy()
        cx = 320 + 9 * np.sin(0.9 * seconds) + 4 * np.sin(2.3 * seconds)
        cy = 165 + 4 * np.sin(1.7 * seconds) + (zoom - 1) * 30

        def oval(x: float, y: float, rx: float, ry: float) -> Cover:
            u, v = (_X - cx - x * zoom) / (rx * zoom), (_Y - cy - y * zoom) / (ry * zoom)
            return np.asarray(np.clip((1 - u**2 - v**2) * ry * zoom / 2, 0, 1))

        side = (0.9 + 0.25 * (_X - cx) / 200)[..., None]
        skin = np.array([0.86, 0.64, 0.52], np.float32) * side
        _paint(image, oval(0, 190, 150, 120), (0.2, 0.32, 0.5) * cloth[..., None])
        _paint(image, oval(0, 72, 30, 60), skin * 0.82)
        _paint(image, oval(0, -16, 76, 92), (0.18, 0.11, 0.07))
        _paint(image, oval(0, 6, 64, 80), skin)
        blink = 0.15 if seconds % 2.3 < 0.12 else 1.0
        for eye in (-25, 25):
            _paint(image, oval(eye, -8, 12, 7 * blink), (0.95, 0.95, 0.95))
            _paint(image, oval(eye + 2 * np.sin(seconds), -8, 5, 6 * blink), (0.12, 0.08, 0.06))
            _paint(image, oval(eye, -25, 15, 3), (0.18, 0.11, 0.07))
        _paint(image, oval(0, 14, 8, 12), skin * 0.88)
        _paint(image, oval(0, 44, 24, 5 + 13 * mouth(seconds)), (0.7, 0.3, 0.3))
        _paint(image, oval(0, 45, 19, 1 + 11 * mouth(seconds)), (0.25, 0.06, 0.08))
        return image

    return picture


def forest(seed: int) -> Scene:
    """Trunks that pass at three depths while the camera walks by, light between them."""
    rng = np.random.default_rng(seed)
    leaves = _noise(rng, HEIGHT, 1600, 30)
    back = np.stack([0.3 + 0.3 * leaves, 0.5 + 0.4 * leaves, 0.16 + 0.2 * leaves], -1)
    bark = _noise(rng, HEIGHT, 1600, 26, stretch=0.12)
    layers = [
        (np.sort(rng.uniform(0, 1500, 20 - 5 * i)), 7 + 9 * i, 22 * 2.0**i, 0.62 - 0.2 * i)
        for i in range(3)
    ]

    def picture(seconds: float) -> Picture:
        image = _pan(back, 60 + 12 * seconds, 0)
        image += (0.18 * np.exp(-(((_X + _Y * 0.5 - 420 - 20 * seconds) / 60) ** 2)))[..., None]
        for trunks, half, speed, light in layers:
            shift = speed * seconds
            texture = light * (0.5 + 0.9 * _pan(bark, shift % 900, 0))
            colour = texture[..., None] * np.array([0.62, 0.46, 0.34], np.float32)
            for x in trunks - shift:
                if -half < x < WIDTH + half:
                    lo, hi = max(0, int(x - half)), min(WIDTH, int(x + half) + 1)
                    cover = np.clip(
                        half - np.abs(_X[:, lo:hi] - x - 3 * np.sin(_Y[:, lo:hi] / 90)), 0, 1
                    )
                    _paint(image[:, lo:hi], cover, colour[:, lo:hi])
        ground = np.clip(_Y - 312 - 10 * _pan(leaves, 60 + 88 * seconds % 700, 0), 0, 1)
        _paint(image, ground, (0.16, 0.2, 0.08))
        return image

    return picture


def stars(seed: int) -> Scene:
    """The night sky turning over a field, green light waving in it."""
    rng = np.random.default_rng(seed)
    sky = _gradient([(0.05, 0.08, 0.26), (0.2, 0.34, 0.5)])
    angle, radius = rng.uniform(0, 2 * np.pi, 420), 520 * np.sqrt(rng.uniform(0, 1, 420))
    bright = rng.uniform(0.3, 1.0, 420).astype(np.float32)
    field = _profile(rng, WIDTH + 1, 60) * 26 + 296

    def picture(seconds: float) -> Picture:
        image = sky.copy()
        wave = 120 + 26 * np.sin(_X / 90 + seconds) + 14 * np.sin(_X / 37 - 1.6 * seconds)
        veil = np.exp(-np.abs(_Y - wave) / 34) * (0.6 + 0.4 * np.sin(_X / 21 + 2 * seconds))
        image += (0.75 * veil)[..., None] * np.array([0.2, 0.95, 0.55], np.float32)
        x = 320 + radius * np.cos(angle + 0.05 * seconds)
        y = 300 + radius * np.sin(angle + 0.05 * seconds)
        seen = (x > 1) & (x < WIDTH - 2) & (y > 1) & (y < HEIGHT - 2)
        xi, yi = x[seen].astype(int), y[seen].astype(int)
        for dx, dy, part in [(0, 0, 1.0), (1, 0, 0.5), (0, 1, 0.5)]:
            image[yi + dy, xi + dx] += (part * bright[seen])[:, None]
        _paint(image, np.clip(_Y - field[None, :WIDTH], 0, 1), (0.05, 0.09, 0.1))
        return image

    return picture


# Brushes


def _paint(image: Picture, cover: Cover, colour: npt.ArrayLike) -> None:
    """Lay ``colour`` (one, or a picture) over ``image`` where ``cover`` is 1."""
    image += cover[..., None].astype(np.float32) * (np.asarray(colour, np.float32) - image)


def _glow(
    image: Picture, x: float, y: float, core: float, halo: float, colour: tuple[float, ...]
) -> None:
    """A round light: solid within ``core`` pixels, fading over ``halo``."""
    reach = int(core + 2.5 * halo)
    rows = slice(max(0, int(y) - reach), max(0, int(y) + reach))
    columns = slice(max(0, int(x) - reach), max(0, int(x) + reach))
    distance = np.hypot(_X[rows, columns] - x, _Y[rows, columns] - y)
    light = np.clip(core + 1 - distance, 0, 1) + 0.6 * np.exp(-((distance / halo) ** 2))
    image[rows, columns] += np.clip(light, 0, 1)[..., None] * np.asarray(colour, np.float32)
    np.clip(image[rows, columns], 0, 1, out=image[rows, columns])


def _ball(image: Picture, x: float, y: float, radius: float, colour: tuple[float, ...]) -> None:
    nx, ny = (_X - x) / radius, (_Y - y) / radius
    d = nx**2 + ny**2
    nz = np.sqrt(np.clip(1 - d, 0, 1))
    light = np.clip(-0.5 * nx - 0.6 * ny + 0.62 * nz, 0, 1)
    body = (0.25 + 0.8 * light)[..., None] * np.asarray(colour, np.float32)
    _paint(image, np.clip((1 - d) * radius / 2, 0, 1), body + (0.8 * light**24)[..., None])


def _box(image: Picture, x0: float, y0: float, x1: float, y1: float, colour: npt.ArrayLike) -> None:
    rows = slice(max(0, round(y0)), max(0, round(y1)))
    image[rows, max(0, round(x0)) : max(0, round(x1))] = colour


def _boat(image: Picture, x: float, y: float, tilt: float) -> None:
    u = (_X - x) * np.cos(tilt) + (_Y - y) * np.sin(tilt)
    v = -(_X - x) * np.sin(tilt) + (_Y - y) * np.cos(tilt)
    hull = (np.abs(u) < 62 - 0.9 * v) & (v > 0) & (v < 22)
    main = (u > 3) & (v < -6) & (v > -120) & (u < 3 + 0.46 * (v + 120))
    fore = (u < -3) & (v < -6) & (v > -100) & (u > -3 - 0.4 * (v + 100))
    mast = (np.abs(u) < 2) & (v < 0) & (v > -126)
    for mask, colour in [
        (hull, (0.5, 0.12, 0.1)),
        (main, (0.98, 0.97, 0.92)),
        (fore, (0.92, 0.88, 0.8)),
        (mast, (0.3, 0.2, 0.12)),
    ]:
        _paint(image, mask, colour)


def _houses(rng: np.random.Generator, width: int) -> Picture:
    canvas = np.empty((HEIGHT + 20, width, 3), np.float32)
    canvas[:] = (0.03, 0.04, 0.1)
    x = 0
    while x < width:
        w, top = int(rng.integers(60, 120)), int(rng.integers(20, 130))
        canvas[top:276, x : x + w] = rng.uniform(0.07, 0.15) * np.array([0.9, 0.95, 1.2])
        for wy in range(top + 12, 258, 24):
            for wx in range(x + 8, min(x + w, width) - 12, 18):
                if rng.random() < 0.5:
                    canvas[wy : wy + 13, wx : wx + 9] = rng.uniform(0.5, 1) * np.array(
                        [1, 0.8, 0.45]
                    )
        x += w
    canvas[276:] = (0.11, 0.11, 0.12)
    canvas[276:] += 0.05 * _noise(rng, HEIGHT - 256, width, 6)[..., None]
    canvas[310:313, (np.arange(width) % 70) < 34] = (0.7, 0.68, 0.55)
    return canvas


def _gradient(colours: list[tuple[float, ...]], bottom_first: bool = False) -> Picture:
    stops = np.linspace(0, HEIGHT - 1, len(colours))
    table = np.array(colours[::-1] if bottom_first else colours, np.float32)
    column = np.stack([np.interp(np.arange(HEIGHT), stops, table[:, c]) for c in range(3)], -1)
    return np.repeat(column[:, None, :], WIDTH, 1).astype(np.float32)


def _noise(
    rng: np.random.Generator, height: int, width: int, size: float, stretch: float = 1.0
) -> Picture:
    """Soft noise, 0 to 1, of blobs ``size`` pixels wide and ``stretch`` times as long as high."""
    total, weight = np.zeros((height, width), np.float32), 0.0
    for octave in range(4):
        part = 0.5**octave
        step_x = max(1.0, size * part * max(1.0, stretch))
        step_y = max(1.0, size * part / min(1.0, stretch))
        y, x = np.arange(height) / step_y, np.arange(width) / step_x
        grid = rng.random((int(y[-1]) + 2, int(x[-1]) + 2)).astype(np.float32)
        rows = _blend(grid, y)
        total += part * _blend(rows.T, x).T
        weight += part
    return total / weight


def _profile(rng: np.random.Generator, width: int, size: float) -> npt.NDArray[np.float32]:
    return np.asarray(_noise(rng, 1, width, size)[0])


def _blend(rows: Picture, at: npt.NDArray[np.floating]) -> Picture:
    """``rows`` read at fractional places, with soft steps."""
    low = at.astype(int)
    t = (at - low).astype(np.float32)[:, None]
    t = t * t * (3 - 2 * t)
    return np.asarray(rows[low] * (1 - t) + rows[low + 1] * t)


def _row(values: npt.NDArray[np.float32], x: float) -> npt.NDArray[np.float32]:
    low = int(x)
    part = np.float32(x - low)
    return values[low : low + WIDTH] * (1 - part) + values[low + 1 : low + 1 + WIDTH] * part


def _pan(canvas: Picture, x: float, y: float) -> Picture:
    """The part of a wide picture that a camera at ``x``, ``y`` sees, between pixels too."""
    x, y = max(0.0, float(x)), max(0.0, float(y))
    low_x, low_y = int(x), int(y)
    part = np.float32(x - low_x)
    rows = canvas[low_y : low_y + HEIGHT]
    left, right = rows[:, low_x : low_x + WIDTH], rows[:, low_x + 1 : low_x + 1 + WIDTH]
    return left * (1 - part) + right * part
