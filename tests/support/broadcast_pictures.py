"""The pictures of a generated broadcast: play from above, close-ups, the crowd, replays, wipes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from otio_autoedit.models.train.scene.compose import Piece
from otio_autoedit.models.train.scene.players import dressed
from tests.support.broadcast_cameras import KITS, Floats, Part, Picture, paste, runner, stand
from tests.support.broadcast_play import PLAYERS, RATE, Play
from tests.support.broadcast_script import Script, Shot

_SLOW = 0.45  # of a replay
_CROWD = 64
_GRAIN, _TILES = 4.0, 11  # of 255


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """People cut out of photographs, from head to foot."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Studio:
    """What draws a film: its seed, the picture's size, the match, where the main camera looks
    `[frames, 2]`, photographed people for close-ups (none: drawn ones)."""

    seed: int
    size: tuple[int, int]
    script: Script
    play: Play
    aim: Floats
    people: People | None


def open_studio(
    seed: int, size: tuple[int, int], script: Script, play: Play, people: Sequence[Piece] = ()
) -> Studio:
    """Returns the studio; the main camera follows the ball as an operator does, a little late."""
    main = stand(seed, "main").camera
    across, down, _ = main.project(play.ball * (1.0, 0.0, 1.0))
    aim = np.stack([across, down - 0.04 * main.size[1]], 1)
    width = round(1.2 * RATE)
    kernel = np.hanning(width + 2)[1:-1]
    kernel /= kernel.sum()
    for axis in (0, 1):
        padded = np.pad(aim[:, axis], (width - width // 3, width), mode="edge")
        aim[:, axis] = np.convolve(padded, kernel, "same")[width - width // 3 :][: len(aim)]
    return Studio(seed, size, script, play, aim, People(tuple(people)) if people else None)


def film_pictures(studio: Studio) -> Iterator[Picture]:
    """Yields every frame of the film, `(H, W, 3)` RGB, with a camera's grain: no picture of live
    film is like the one before.
    """
    rng = np.random.default_rng(studio.seed)
    width, height = studio.size
    grain = rng.normal(0, _GRAIN, (_TILES, height, width, 1)).round().astype(np.int16)
    for number, picture in enumerate(_clean_pictures(studio)):
        tile = grain[number % _TILES]
        yield (picture + (tile if number // _TILES % 2 else -tile)).clip(0, 255).astype(np.uint8)


def _clean_pictures(studio: Studio) -> Iterator[Picture]:
    count = round(studio.script.seconds * RATE)
    shots = [(round(s.start * RATE), round(s.stop * RATE), s) for s in studio.script.shots]
    shots.sort(key=lambda one: one[0])
    for number, (start, stop, shot) in enumerate(shots):
        for frame in range(start, min(stop, count)):
            if shot.view == "wipe":
                before, after = shots[number - 1][2], shots[min(number + 1, len(shots) - 1)][2]
                share = (frame - start + 0.5) / (stop - start)
                yield _wiped(shot_picture(studio, before if share < 0.5 else after, frame), share)
            else:
                yield shot_picture(studio, shot, frame)


def shot_picture(studio: Studio, shot: Shot, frame: int) -> Picture:
    """Returns what that shot's camera shows at a frame of the film."""
    last = len(studio.play.ball) - 1
    frame, scale = min(frame, last), studio.size[0] / 480
    if shot.view == "closeup":
        return _scored(studio, _closeup(studio, shot, frame), frame)
    if shot.view == "crowd":
        return _scored(studio, _crowd(studio, shot, frame), frame)
    if shot.view == "replay":
        before = (shot.stop - shot.start) * _SLOW * 0.75
        at = shot.moment - before + (frame / RATE - shot.start) * _SLOW
        side = stand(studio.seed, "left" if shot.side < 0 else "right")
        ball = _at(studio.play.ball, at)
        part = side.part(_middle(side.camera, ball), 0.8 * scale, studio.size)
        return _acted(studio, part, at)
    share = (0.62 if shot.view == "wide" else 1.0) * scale
    part = stand(studio.seed, "main").part(tuple(studio.aim[frame]), share, studio.size)
    return _scored(studio, _acted(studio, part, frame / RATE), frame)


def _middle(camera: object, ball: Floats) -> tuple[float, float]:
    across, down, _ = camera.project(np.array([(ball[0], 1.0, ball[2])]))  # type: ignore[attr-defined]
    return float(across[0]), float(down[0])


def _at(values: Floats, second: float) -> Floats:
    """Returns values between frames."""
    at = float(np.clip(second * RATE, 0, len(values) - 1.001))
    low = int(at)
    between: Floats = values[low] + (values[low + 1] - values[low]) * (at - low)
    return between


def _acted(studio: Studio, part: Part, second: float) -> Picture:
    """Draws the players and the ball of that second, from far to near."""
    places, speed = _at(studio.play.players, second), _at(studio.play.speed, second)
    ball = _at(studio.play.ball, second)
    later = _at(studio.play.players, second + 0.2)
    ground = np.insert(np.concatenate([places, ball[None, [0, 2]]]), 1, 0.0, axis=1)
    ground[PLAYERS, 1] = ball[1]
    placed = part.places(ground)
    things = sorted(range(PLAYERS + 1), key=lambda n: -(ball[2] if n == PLAYERS else places[n, 1]))
    for thing in things:
        if thing == PLAYERS:
            _draw_ball(part, *placed[thing])
            continue
        across, down, metre = (float(value) for value in placed[thing])
        tall = round(1.85 * metre)
        if not -60 < across < studio.size[0] + 60 or tall < 3:
            continue
        kit = 2 if thing in (0, 11) else thing // 11
        pace = int(np.clip(speed[thing] / 2.2, 0, 2))
        phase = int(second * (4 + 8 * min(1.0, speed[thing] / 6)) / (2 * np.pi) * 8 + thing * 3)
        right = bool(later[thing, 0] >= places[thing, 0])
        piece = runner(kit, thing % 3, phase % 8, right, pace, tall)
        _shade(part.picture, across, down, tall)
        part.paste(piece, across - piece.alpha.shape[1] / 2, down - tall)
    return part.picture


def _shade(picture: Picture, across: float, down: float, tall: int) -> None:
    y, x = round(down), round(across)
    rows, columns = max(1, tall // 12), max(1, tall // 3)
    patch = picture[max(0, y - rows) : max(0, y + 1), max(0, x - 2) : max(0, x + columns)]
    patch[:] = (patch * 0.62).astype(np.uint8)


def _draw_ball(part: Part, across: float, down: float, metre: float) -> None:
    size = max(3.2, 0.24 * metre)
    side = int(np.ceil(size)) + 1
    rows, columns = np.mgrid[0:side, 0:side] + 0.5
    alpha = np.clip(size / 2 + 0.5 - np.hypot(rows - side / 2, columns - side / 2), 0, 1)
    colours = np.full((side, side, 3), 244, np.float32)
    part.paste(Piece(colours, alpha.astype(np.float32)), across - side / 2, down - side / 2)


def _closeup(studio: Studio, shot: Shot, frame: int) -> Picture:
    """A player from the waist up, before the stands out of focus."""
    rng = np.random.default_rng(studio.seed * 1000 + round(shot.start * RATE))
    width, height = studio.size
    place = stand(studio.seed, ("left", "main", "right")[1 + shot.side])
    drift = np.sin(np.array((0.9, 1.3)) * frame / RATE + rng.uniform(0, 6, 2)) * 5
    at = (place.panorama.size[0] * rng.uniform(0.3, 0.7), place.panorama.size[1] * 0.5)
    picture = _soft(place.part((at[0] + drift[0], at[1]), 1.6, studio.size).picture)
    glad = shot.side != 0 and rng.random() < 0.6
    kit = int(rng.integers(2)) if shot.side == 0 else int(shot.side < 0)
    tall = round(height * rng.uniform(1.3, 1.9))
    if studio.people:
        piece = _photograph(studio.people, int(rng.integers(len(studio.people.pieces))), kit, tall)
    else:
        phase = int(frame / 3) % 8
        body = int(rng.integers(3))
        piece = runner(kit, body, phase, True, 3, tall) if glad else _faced(kit, body, phase, tall)
    sway = 4 * np.sin(frame / RATE * (9 if glad else 2))
    left = width * rng.uniform(0.35, 0.65) - piece.alpha.shape[1] / 2 + drift[0] * 2
    paste(picture, piece, round(left), round(height * 0.1 + sway + drift[1]))
    return picture


def _soft(picture: Picture) -> Picture:
    small = Image.fromarray(picture).reduce(4).filter(ImageFilter.GaussianBlur(2))
    return np.array(small.resize((picture.shape[1], picture.shape[0]), Image.Resampling.BILINEAR))


@lru_cache(maxsize=64)
def _photograph(people: People, number: int, kit: int | None, tall: int) -> Piece:
    piece = people.pieces[number]
    high, wide = piece.alpha.shape
    piece = piece.resized(max(3, round(wide * tall / high)), tall)
    return piece if kit is None else dressed(piece, KITS[kit])


@lru_cache(maxsize=64)
def _faced(kit: int, body: int, phase: int, tall: int) -> Piece:
    """A drawn player with eyes and a mouth, where the head is."""
    piece = runner(kit, body, phase, True, 0, tall)
    colours = Image.fromarray(piece.colours.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(colours)
    head = np.flatnonzero(piece.alpha[round(tall * 0.09)] > 0.5)
    centre = piece.alpha.shape[1] / 2 if not len(head) else float(np.median(head))
    unit = tall * 0.012
    for side in (-1, 1):
        x, y = centre + (1 + 1.8 * side) * unit, tall * 0.085
        draw.ellipse((x - unit, y - unit / 2, x + unit, y + unit / 2), (245, 245, 240))
        draw.ellipse((x - unit / 2, y - unit / 2, x + unit / 2, y + unit / 2), (24, 20, 20))
    draw.ellipse((centre - unit, tall * 0.12, centre + 3 * unit, tall * 0.128), (120, 44, 44))
    return Piece(np.array(colours, np.float32), piece.alpha)


def _crowd(studio: Studio, shot: Shot, frame: int) -> Picture:
    """Rows of people who jump, each to their own beat."""
    rng = np.random.default_rng(studio.seed * 77 + round(shot.start * RATE))
    width, height = studio.size
    picture = np.full((height, width, 3), (40, 42, 48), np.uint8)
    kit = int(shot.side < 0)
    each_row = 12
    for number in range(_CROWD):
        row, column = divmod(number, each_row)
        tall = round(height * (0.5 + 0.13 * row))
        bounce = abs(np.sin(frame / RATE * rng.uniform(5, 8) + rng.uniform(0, 6))) * tall * 0.06
        x = (column + 0.5 * (row % 2) + rng.uniform(-0.2, 0.2)) * width / (each_row - 1)
        wears = kit if rng.random() < 0.6 else None
        who = int(rng.integers(1 << 16))
        y = height * (0.16 * row - 0.02) - bounce
        if studio.people:
            piece = _fan(studio.people, who % len(studio.people.pieces), wears, tall)
        else:
            phase = (frame // 4 + who) % 8
            piece = runner(kit if wears is not None else 2, who % 3, phase, True, 3, tall)
        paste(picture, piece, round(x - piece.alpha.shape[1] / 2), round(y))
    return picture


@lru_cache(maxsize=400)
def _fan(people: People, number: int, kit: int | None, tall: int) -> Piece:
    whole = _photograph(people, number, kit, tall)
    return Piece(whole.colours[: tall // 2], whole.alpha[: tall // 2])


def _scored(studio: Studio, picture: Picture, frame: int) -> Picture:
    """Writes the score at the top left, as broadcasts do."""
    goals = [event for event in studio.script.events if event.kind == "goal"]
    made = [event.side for event in goals if event.stop < frame / RATE]
    board = _board(made.count(1), made.count(-1), frame // RATE // 60, frame // RATE % 60)
    picture[12 : 12 + board.shape[0], 16 : 16 + board.shape[1]] = board
    return picture


@lru_cache(maxsize=1000)
def _board(home: int, guests: int, minute: int, second: int) -> Picture:
    board = Image.new("RGB", (128, 15), (24, 28, 60))
    draw = ImageDraw.Draw(board)
    draw.text((4, 1), f"RED {home}-{guests} BLU", (250, 250, 250), ImageFont.load_default(11))
    draw.text((92, 1), f"{minute:02d}:{second:02d}", (250, 220, 90), ImageFont.load_default(11))
    return np.array(board)


def _wiped(picture: Picture, share: float) -> Picture:
    """A band with the league's colours that sweeps over the picture, covering it half way."""
    height, width = picture.shape[:2]
    x = np.arange(width)[None] + 0.4 * np.arange(height)[:, None]
    reach = width + 0.4 * height
    edge = (share * 2.6 - 0.8) * reach
    inside = np.abs(x - edge) < 0.8 * reach * (1 if 0.35 < share < 0.65 else 0.75)
    shades = np.where((x // 40 % 2)[..., None] > 0, (20, 30, 110), (230, 200, 40))
    return np.where(inside[..., None], shades, picture).astype(np.uint8)
