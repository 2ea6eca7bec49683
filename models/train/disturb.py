"""Hard negatives: what happens inside a shot, or over a whole edit, and is no transition.

Captions, stickers and pictures in picture that pop up; things that cross the picture; flashes,
strobe, exposure steps; zooms, veils, blurs, glitches; frames and borders. Each function takes
frames `(n, 3, H, W)` in 0..255 and changes them in place or returns new ones; none changes which
shots there are.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from otio_autoedit.models.train.camera import (
    Canvas,
    generator_of,
    motion_blur,
    pick_source,
    render_shot,
)
from otio_autoedit.models.train.footage import Footage


def disturb(frames: Tensor, footage: Footage, rng: random.Random, strength: float = 1.0) -> Tensor:
    """Returns `frames` with some of the disturbances, each drawn by its own chance."""
    canvas = Canvas(frames.shape[2], frames.shape[3], "bilinear")
    for chance, apply in _CHANCES:
        while rng.random() < chance * strength:
            frames = apply(frames, footage, canvas, rng)
            chance *= 0.5
    return frames


def disturb_with(kind: str, frames: Tensor, footage: Footage, rng: random.Random) -> Tensor:
    """Returns `frames` with one disturbance of that kind, one of `KINDS`."""
    canvas = Canvas(frames.shape[2], frames.shape[3], "bilinear")
    return KINDS[kind](frames, footage, canvas, rng)


def _span(count: int, rng: random.Random, shortest: int, longest: int) -> tuple[int, int]:
    """Returns first and stop of a random stretch that may be cut off by the end."""
    start = rng.randrange(count)
    return start, min(count, start + rng.randint(shortest, longest))


def _box(
    canvas: Canvas, rng: random.Random, rows: tuple[float, float], columns: tuple[float, float]
) -> tuple[int, int, int, int]:
    """Returns y, x, height, width of a box; sizes are given as shares of the picture."""
    height = max(2, round(rng.uniform(*rows) * canvas.height))
    width = max(2, round(rng.uniform(*columns) * canvas.width))
    return (
        rng.randrange(canvas.height - height + 1),
        rng.randrange(canvas.width - width + 1),
        height,
        width,
    )


def _presence(frames: int, rng: random.Random) -> Tensor:
    """Returns `(frames,)` opacity of something that comes, stays and goes."""
    alpha = torch.ones(frames) * rng.choice((1.0, 1.0, 1.0, 0.7, 0.45))
    for ramp, at in ((rng.choice((0, 0, 0, 3, 6, 12)), 0), (rng.choice((0, 0, 0, 3, 6, 12)), 1)):
        if ramp:
            rise = ((torch.arange(frames) + 1) / (ramp + 1)).clamp(max=1)
            alpha = alpha * (rise.flip(0) if at else rise)
    return alpha


def _paste(frames: Tensor, start: int, patch: Tensor, alpha: Tensor, y: int, x: int) -> None:
    """Mixes patch `(n, 3, h, w)` by alpha `(n, 1, 1 or h, 1 or w)` into frames from `start`."""
    region = frames[start : start + len(patch), :, y : y + patch.shape[2], x : x + patch.shape[3]]
    region += (patch - region) * alpha


def _caption(frames: Tensor, footage: Footage, canvas: Canvas, rng: random.Random) -> Tensor:
    """Text: rows of small strokes on nothing or on a bar, changing word by word now and then."""
    count = len(frames)
    y, x, height, width = _box(canvas, rng, (0.08, 0.3), (0.25, 0.9))
    if rng.random() < 0.6:  # where subtitles stand
        y = (
            rng.randrange(canvas.height * 2 // 3, canvas.height - height + 1)
            if canvas.height * 2 // 3 < canvas.height - height + 1
            else y
        )
    start, stop = _span(count, rng, 6, 90)
    ink = rng.choice((255.0, 255.0, 230.0, 0.0, 20.0))
    colour = torch.tensor([ink, ink, ink * rng.choice((1.0, 1.0, 0.2))]).view(1, 3, 1, 1)
    paper = 0.0 if ink > 128 else 255.0
    bar = rng.choice((0.0, 0.0, 0.35, 0.8))
    at = start
    while at < stop:
        until = stop if rng.random() < 0.4 else min(stop, at + rng.randint(4, 40))
        strokes = torch.rand(1, 1, height, width, generator=generator_of(rng))
        reach = rng.uniform(0.4, 1.0)
        strokes = (strokes > 0.45).float() * 0.85
        strokes[..., round(width * reach) :] = 0
        patch = (colour * strokes + paper * (1 - strokes)).expand(until - at, -1, -1, -1)
        alpha = torch.maximum(strokes, torch.tensor(bar)).expand(until - at, -1, -1, -1)
        _paste(frames, at, patch, alpha * _presence(until - at, rng).view(-1, 1, 1, 1), y, x)
        at = until
        if rng.random() < 0.3:
            break
    return frames


def _picture_in_picture(
    frames: Tensor, footage: Footage, canvas: Canvas, rng: random.Random
) -> Tensor:
    """A small moving or still picture appears over the shot, growing or sliding in or at once."""
    y, x, height, width = _box(canvas, rng, (0.15, 0.65), (0.15, 0.6))
    start, stop = _span(len(frames), rng, 3, 80)
    length = stop - start
    small = Canvas(height, width, "bilinear")
    patch = render_shot(footage, pick_source(footage, rng, 0.5), length, small, rng)
    alpha = _presence(length, rng).view(-1, 1, 1, 1)
    if rng.random() < 0.5:  # a sticker: round, or ragged
        rows = torch.linspace(-1, 1, height)[:, None]
        columns = torch.linspace(-1, 1, width)[None, :]
        alpha = alpha * ((1.1 - rows**2 - columns**2) * 4).clamp(0, 1)
    if rng.random() < 0.4:  # uncovered over a few frames
        ramp = rng.randint(2, 8)
        grown = ((torch.arange(length) + 1) / ramp).clamp(max=1).view(-1, 1, 1, 1)
        along = (
            torch.linspace(0, 1, height).view(1, 1, -1, 1)
            if rng.random() < 0.5
            else torch.linspace(0, 1, width).view(1, 1, 1, -1)
        )
        alpha = alpha * (along <= grown).float()
    _paste(frames, start, patch, alpha, y, x)
    return frames


def _block(frames: Tensor, footage: Footage, canvas: Canvas, rng: random.Random) -> Tensor:
    """A plain or patterned panel pops up."""
    y, x, height, width = _box(canvas, rng, (0.1, 0.6), (0.1, 0.8))
    start, stop = _span(len(frames), rng, 2, 60)
    noise = (
        torch.rand(1, 3, rng.randint(1, 6), rng.randint(1, 8), generator=generator_of(rng)) * 255
    )
    patch = F.interpolate(noise, (height, width)).expand(stop - start, -1, -1, -1)
    _paste(frames, start, patch, _presence(stop - start, rng).view(-1, 1, 1, 1), y, x)
    return frames


def _crosser(frames: Tensor, footage: Footage, canvas: Canvas, rng: random.Random) -> Tensor:
    """Something large and near crosses the picture, or comes in and leaves again."""
    start, stop = _span(len(frames), rng, 3, 18)
    length = stop - start
    still = torch.from_numpy(rng.choice(footage.stills)).permute(2, 0, 1).float()[None]
    texture = F.interpolate(still, (canvas.height, canvas.width), mode="area")
    if rng.random() < 0.5:  # so near that it is a blur
        texture = F.avg_pool2d(texture, 9, 1, 4, count_include_pad=False)
    if rng.random() < 0.4:
        texture = texture * rng.uniform(0.05, 0.5)
    rows = torch.linspace(0, 1, canvas.height).view(1, 1, -1, 1)
    columns = torch.linspace(0, 1, canvas.width).view(1, 1, 1, -1)
    t = torch.linspace(0, 1, max(2, length))[:length].view(-1, 1, 1, 1)
    tall, wide = rng.uniform(0.2, 1.2), rng.uniform(0.1, 0.6)
    if rng.random() < 0.3:  # in and out on the same side
        t = (1 - (2 * t - 1).abs()) * rng.uniform(0.4, 0.9)
    begin, end = (-wide, 1 + wide) if rng.random() < 0.5 else (1 + wide, -wide)
    x = begin + (end - begin) * t
    y = rng.uniform(0.1, 0.9) + rng.gauss(0, 0.3) * t
    if rng.random() < 0.25:
        x, y = rng.uniform(0.1, 0.9) + rng.gauss(0, 0.2) * t, begin + (end - begin) * t
    mask = ((1 - ((columns - x) / wide) ** 2 - ((rows - y) / tall) ** 2) * 5).clamp(0, 1)
    frames[start:stop] += (texture - frames[start:stop]) * mask
    return frames


def _flash(frames: Tensor, footage: Footage, canvas: Canvas, rng: random.Random) -> Tensor:
    """Light: over the picture or from one place, at once or rising, then dying away."""
    start, stop = _span(len(frames), rng, 1, 10)
    length = stop - start
    shape = rng.choice(
        (
            torch.linspace(1, 0, length + 1)[:-1],
            torch.ones(length),
            torch.hann_window(length + 2)[1:-1],
        )
    ).view(-1, 1, 1, 1)
    power = rng.uniform(0.3, 1.0) * shape
    if rng.random() < 0.35:
        rows = torch.linspace(-1, 1, canvas.height).view(1, 1, -1, 1) - rng.uniform(-1, 1)
        columns = torch.linspace(-1, 1, canvas.width).view(1, 1, 1, -1) - rng.uniform(-1, 1)
        power = power * torch.exp(-(rows**2 + columns**2) / rng.uniform(0.2, 1.5))
    warm = rng.uniform(120, 255)
    light = torch.tensor([255.0, (255 + warm) / 2, warm]).view(1, 3, 1, 1)
    if rng.random() < 0.15:
        light = torch.rand(1, 3, 1, 1, generator=generator_of(rng)) * 255
    if rng.random() < 0.15:
        light = light * 0  # the light goes out
    frames[start:stop] += (light - frames[start:stop]) * power
    return frames


def _strobe(frames: Tensor, footage: Footage, canvas: Canvas, rng: random.Random) -> Tensor:
    """Stage light: brightness or colour jumping every few frames."""
    start, stop = _span(len(frames), rng, 8, 50)
    at = start
    even = rng.random() < 0.5
    period = rng.randint(1, 6)
    while at < stop:
        until = min(stop, at + (period if even else rng.randint(1, 9)))
        if ((at - start) // period) % 2 or not even:
            if rng.random() < 0.5:
                gain = torch.full((1, 3, 1, 1), rng.uniform(0.3, 1.8))
            else:
                gain = torch.tensor([rng.uniform(0.3, 1.5) for _ in range(3)]).view(1, 3, 1, 1)
            frames[at:until] *= gain
        at = until
    return frames


def _exposure(frames: Tensor, footage: Footage, canvas: Canvas, rng: random.Random) -> Tensor:
    """Brightness or colour changes for good, at once or over some frames: exposure, a filter."""
    at = rng.randrange(len(frames))
    ramp = rng.choice((1, 2, 5, 12, 30))
    share = ((torch.arange(len(frames)) - at + 1) / ramp).clamp(0, 1).view(-1, 1, 1, 1)
    tint = rng.gauss(0, 0.06)
    gain = torch.tensor([1 + tint, 1.0, 1 - tint]).view(1, 3, 1, 1) * rng.uniform(0.65, 1.5)
    changed = frames * gain
    if rng.random() < 0.3:  # a filter is switched on
        grey = changed.mean(1, keepdim=True)
        colour = torch.tensor([rng.gauss(1, 0.15) for _ in range(3)]).view(1, 3, 1, 1)
        changed = (grey + (changed - grey) * rng.choice((0.0, 0.4, 1.6))) * colour
    return frames + (changed - frames) * share


def _glitch(frames: Tensor, footage: Footage, canvas: Canvas, rng: random.Random) -> Tensor:
    """A digital effect or a damaged frame: channels apart, rows shifted, blocks, zoom, blur."""
    start, stop = _span(len(frames), rng, 1, 7)
    part = frames[start:stop]
    kind = rng.randrange(5)
    if kind == 0:
        shift = rng.choice((-6, -4, -3, -2, 2, 3, 4, 6))
        part[:, 0] = torch.roll(part[:, 0], shift, -1)
        part[:, 2] = torch.roll(part[:, 2], -shift, -1)
    elif kind == 1:
        for _ in range(rng.randint(1, 4)):
            y = rng.randrange(canvas.height - 2)
            rows = rng.randint(1, max(2, canvas.height // 4))
            part[:, :, y : y + rows] = torch.roll(
                part[:, :, y : y + rows], rng.randint(-15, 15), -1
            )
    elif kind == 2:
        low = F.interpolate(part, (canvas.height // 5, canvas.width // 6), mode="area")
        part[:] = F.interpolate(low, (canvas.height, canvas.width))
    elif kind == 3:
        part[:] = motion_blur(part, rng.choice((7, 11, 15)), vertical=rng.random() < 0.4)
    else:
        share = rng.uniform(0.6, 0.9)
        y, x = round(canvas.height * (1 - share) / 2), round(canvas.width * (1 - share) / 2)
        inner = part[:, :, y : canvas.height - y, x : canvas.width - x]
        part[:] = F.interpolate(inner, (canvas.height, canvas.width), mode="bilinear")
    return frames


def _shake(frames: Tensor, footage: Footage, canvas: Canvas, rng: random.Random) -> Tensor:
    """The whole picture jumps about for some frames, as the shake effect of phone editors does."""
    start, stop = _span(len(frames), rng, 3, 20)
    reach = rng.choice((1, 2, 3, 5))
    for i in range(start, stop):
        offset = (rng.randint(-reach, reach), rng.randint(-reach, reach))
        frames[i] = torch.roll(frames[i], offset, (-2, -1))
    return frames


def _zoom_pulse(frames: Tensor, footage: Footage, canvas: Canvas, rng: random.Random) -> Tensor:
    """The whole picture swells, or turns, and comes back, as to a beat."""
    start, stop = _span(len(frames), rng, 3, 14)
    length = stop - start
    shape = rng.choice((torch.hann_window(length + 2)[1:-1], torch.linspace(1, 0, length)))
    scale = 1 - rng.uniform(0.08, 0.45) * shape
    angle = rng.gauss(0, 0.15) * shape if rng.random() < 0.4 else torch.zeros(length)
    theta = torch.zeros(length, 2, 3)
    theta[:, 0, 0] = theta[:, 1, 1] = scale * torch.cos(angle)
    theta[:, 0, 1], theta[:, 1, 0] = -scale * torch.sin(angle), scale * torch.sin(angle)
    size = [length, 3, canvas.height, canvas.width]
    grid = F.affine_grid(theta, size, align_corners=False)
    frames[start:stop] = F.grid_sample(
        frames[start:stop], grid, padding_mode="reflection", align_corners=False
    )
    return frames


def _veil(frames: Tensor, footage: Footage, canvas: Canvas, rng: random.Random) -> Tensor:
    """A light leak, smoke, confetti: something see-through lies over the shot and moves."""
    start, stop = _span(len(frames), rng, 4, 45)
    length = stop - start
    over = render_shot(footage, pick_source(footage, rng, 0.4), length, canvas, rng)
    power = _presence(length, rng).view(-1, 1, 1, 1) * rng.uniform(0.15, 0.55)
    part = frames[start:stop]
    if rng.random() < 0.6:  # screen: it can only brighten
        part[:] = 255 - (255 - part) * (1 - over / 255 * power)
    else:
        part += (over - part) * power
    return frames


def _refocus(frames: Tensor, footage: Footage, canvas: Canvas, rng: random.Random) -> Tensor:
    """The shot goes out of focus, or is covered by a blur, and comes back."""
    start, stop = _span(len(frames), rng, 4, 30)
    length = stop - start
    shape = rng.choice((torch.hann_window(length + 2)[1:-1], torch.linspace(1, 0, length)))
    size = rng.choice((5, 9, 13))
    part = frames[start:stop]
    soft = F.avg_pool2d(part, size, 1, size // 2, count_include_pad=False)
    part += (soft - part) * shape.view(-1, 1, 1, 1)
    return frames


_Change = Callable[[Tensor, Footage, Canvas, random.Random], Tensor]
KINDS: dict[str, _Change] = {
    "zoom": _zoom_pulse,
    "veil": _veil,
    "refocus": _refocus,
    "exposure": _exposure,
    "strobe": _strobe,
    "shake": _shake,
    "crosser": _crosser,
    "flash": _flash,
    "glitch": _glitch,
    "block": _block,
    "picture in picture": _picture_in_picture,
    "caption": _caption,
}
_CHANCES: tuple[tuple[float, _Change], ...] = (
    (0.07, _zoom_pulse),
    (0.08, _veil),
    (0.05, _refocus),
    (0.10, _exposure),
    (0.10, _strobe),
    (0.12, _shake),
    (0.14, _crosser),
    (0.22, _flash),
    (0.14, _glitch),
    (0.12, _block),
    (0.22, _picture_in_picture),
    (0.35, _caption),
)


def frame_up(frames: Tensor, footage: Footage, rng: random.Random) -> Tensor:
    """Returns the edit within a frame: bars, a border, blurred copies beside it; a logo."""
    count, _, height, width = frames.shape
    choice = rng.random()
    if choice < 0.12:  # bars above and below
        bar = rng.randint(1, height // 5)
        frames[:, :, :bar] = 0
        frames[:, :, height - bar :] = 0
    elif choice < 0.22:  # a picture in the middle of something that does not change, or does
        across, down = rng.uniform(0.4, 0.9), rng.uniform(0.5, 1.0)
        if rng.random() < 0.5:
            across, down = 1.0, rng.uniform(0.35, 0.8)
        h, w = max(8, round(height * down)), max(8, round(width * across))
        y, x = rng.randrange(height - h + 1), rng.randrange(width - w + 1)
        inner = F.interpolate(frames, (h, w), mode="area")
        surround = rng.random()
        if surround < 0.4:
            outer = torch.full_like(frames, rng.choice((0.0, 0.0, 255.0, 40.0)))
        elif surround < 0.75:
            outer = F.avg_pool2d(frames, 9, 1, 4, count_include_pad=False) * rng.uniform(0.4, 1)
        else:
            outer = render_shot(
                footage,
                pick_source(footage, rng, 0.4),
                count,
                Canvas(height, width, "bilinear"),
                rng,
            )
        outer[:, :, y : y + h, x : x + w] = inner
        frames = outer
    if rng.random() < 0.2:  # a logo that stays
        h, w = rng.randint(2, max(3, height // 5)), rng.randint(3, max(4, width // 5))
        y = rng.choice((1, height - h - 1))
        x = rng.choice((1, width - w - 1))
        logo = torch.rand(1, 3, h, w, generator=generator_of(rng)) * 255
        frames[:, :, y : y + h, x : x + w] = logo
    return frames


def degrade(frames: Tensor, rng: random.Random) -> Tensor:
    """Returns frames as a cheap encoder leaves them: soft, then sharp at each key frame; noisy."""
    if rng.random() < 0.3:
        every = rng.choice((12, 25, 30, 50))
        age = ((torch.arange(len(frames)) + rng.randrange(every)) % every) / every
        weight = (age * rng.uniform(0.2, 0.8)).view(-1, 1, 1, 1)
        soft = F.avg_pool2d(frames, 3, 1, 1, count_include_pad=False)
        frames = frames + (soft - frames) * weight
    noise = rng.choice((0.0, 0.0, 1.0, 3.0, 6.0, 10.0))
    if noise:
        frames = frames + torch.randn(frames.shape, generator=generator_of(rng)) * noise
    return frames.clamp(0, 255)
