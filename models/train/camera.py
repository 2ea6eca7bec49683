"""One generated shot: footage seen through a camera that moves, with a look of its own.

Tensors are `(n, 3, H, W)` float32 in 0..255. Randomness comes only from the `random.Random` handed
in and, for noise images, from a torch generator seeded by it.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from otio_autoedit.models.train.footage import Footage


@dataclass(frozen=True, slots=True)
class Canvas:
    """What shots are drawn on.

    Attributes:
        height, width: pixels.
        sampling: "bilinear", or "nearest" for the flicker of pictures that somebody shrank badly.
    """

    height: int
    width: int
    sampling: str


@dataclass(frozen=True, slots=True)
class Source:
    """Which piece of footage a shot shows; a next shot may be drawn from the same."""

    kind: str
    index: int


@dataclass(frozen=True, slots=True)
class Look:
    """Grading: gain a channel, gamma, lift (of 255), saturation (None: left alone)."""

    gain: tuple[float, float, float]
    gamma: float
    lift: float
    saturation: float | None


def pick_look(rng: random.Random) -> Look:
    """Returns a random look, mild mostly."""
    brightness = rng.gauss(1, 0.12)
    red, green, blue = (rng.gauss(1, 0.1) * brightness for _ in range(3))
    saturation = rng.choice((0.0, rng.uniform(0.2, 1.6))) if rng.random() < 0.25 else None
    return Look((red, green, blue), rng.uniform(0.7, 1.4), rng.gauss(0, 12), saturation)


def pick_source(footage: Footage, rng: random.Random, clip_share: float = 0.7) -> Source:
    """Returns a random source; longer clips are likelier, by the root of their length."""
    if footage.clips and (rng.random() < clip_share or not footage.stills):
        weights = [math.sqrt(len(clip)) for clip in footage.clips]
        return Source("clip", rng.choices(range(len(footage.clips)), weights)[0])
    return Source("still", rng.randrange(len(footage.stills)))


def render_shot(
    footage: Footage,
    source: Source,
    frames: int,
    canvas: Canvas,
    rng: random.Random,
    look: Look | None = None,
) -> Tensor:
    """Returns `(frames, 3, H, W)`: one shot, continuous, with camera motion and a look."""
    still = source.kind == "still"
    picture = _still(footage, source, frames) if still else _clip(footage, source, frames, rng)
    path = _still_path(frames, rng) if still else _clip_path(frames, rng)
    path = _shaken(path, rng)
    path, blurred = _whipped(path, rng)
    shot = _seen_through(picture, path, canvas, rng)
    if blurred is not None:
        first, last = blurred
        shot[first:last] = motion_blur(shot[first:last], rng.choice((5, 7, 9)))
    if still and rng.random() < 0.3:
        shot = _with_foreground(shot, footage, canvas, rng)
    return apply_look(shot, look or pick_look(rng))


def whip_pans(frames: Tensor, times: int, rng: random.Random) -> Tensor:
    """Returns frames `(n, 3, H, W)`, 12 at least, as a camera sees them that whips to and fro."""
    path = _steady(len(frames), 0.7)
    spans = []
    for _ in range(times):
        path, blurred = _whip(path, rng)
        spans += [blurred] if blurred is not None else []
    seen = _seen_through(frames, path, Canvas(frames.shape[2], frames.shape[3], "bilinear"), rng)
    for first, last in spans:
        seen[first:last] = motion_blur(seen[first:last], rng.choice((5, 7, 9)))
    return seen


def shaken(frames: Tensor, rng: random.Random) -> Tensor:
    """Returns frames `(n, 3, H, W)` as an unsteady camera sees them."""
    path = _shake(_steady(len(frames), 0.8), rng)
    return _seen_through(frames, path, Canvas(frames.shape[2], frames.shape[3], "bilinear"), rng)


def motion_blur(frames: Tensor, pixels: int, vertical: bool = False) -> Tensor:
    """Returns frames smeared over an odd number of pixels."""
    if not len(frames):
        return frames
    kernel = (pixels, 1) if vertical else (1, pixels)
    return F.avg_pool2d(
        frames, kernel, 1, (kernel[0] // 2, kernel[1] // 2), count_include_pad=False
    )


def _clip(footage: Footage, source: Source, frames: int, rng: random.Random) -> Tensor:
    """Returns the clip's frames at some speed, with the doubled frames of rate conversion."""
    clip = footage.clips[source.index]
    speed = rng.choice((0.4, 0.5, 0.8, 1.0, 1.0, 1.0, 1.0, 1.25, 1.5, 2.0, 3.0, 4.0))
    steps = torch.full((frames,), speed)
    if rng.random() < 0.12:  # a speed ramp
        steps = steps * torch.linspace(1, rng.choice((0.25, 0.5, 2.0, 3.0)), frames)
    position = torch.cumsum(steps, 0) - speed
    room = max(1.0, len(clip) - 1 - float(position[-1]))
    position = position + rng.uniform(0, room)
    if rng.random() < 0.12:
        position = position.flip(0)
    position = _held(position, rng)
    index = there_and_back(position.round().long(), len(clip))
    return torch.from_numpy(clip[index.numpy()]).permute(0, 3, 1, 2).float()


def there_and_back(numbers: Tensor, length: int) -> Tensor:
    """Returns which frame of a clip is number `n` where the clip goes back and forth for ever."""
    period = max(1, 2 * (length - 1))
    index = numbers % period
    return torch.minimum(index, period - index).clamp(0, length - 1)


def _held(position: Tensor, rng: random.Random) -> Tensor:
    """Returns positions with frames shown twice or more, as rate conversion and animation do."""
    choice = rng.random()
    frames = len(position)
    if choice < 0.12:  # every frame shown 2 or 3 times
        times = rng.choice((2, 2, 3))
        return position[(torch.arange(frames) // times) * times]
    if choice < 0.2:  # one frame in a few repeats the one before
        every = rng.choice((4, 5, 5, 6))
        index = torch.arange(frames)
        return position[index - (index % every == 0).long() * (index > 0).long()]
    if choice < 0.26:  # a freeze
        at = rng.randrange(frames)
        index = torch.arange(frames)
        held = rng.randint(3, 25)
        return position[
            torch.where(index < at, index, (index - held).clamp(min=at).clamp(max=frames - 1))
        ]
    return position


def _still(footage: Footage, source: Source, frames: int) -> Tensor:
    picture = torch.from_numpy(footage.stills[source.index]).permute(2, 0, 1).float()
    return picture[None].expand(frames, -1, -1, -1)


def _steady(frames: int, zoom: float) -> Tensor:
    """Returns the `(frames, 5)` path of a camera that shows the middle of a picture."""
    return torch.tensor([0.0, 0.0, zoom, zoom, 0.0]).repeat(frames, 1)


def _ease(frames: int, rng: random.Random) -> Tensor:
    """Returns 0..1 over the shot: even, smooth at both ends, or slowing down."""
    a = torch.linspace(0, 1, frames)
    return rng.choice((a, a, a * a * (3 - 2 * a), 1 - (1 - a) ** 2))


def _clip_path(frames: int, rng: random.Random) -> Tensor:
    """Returns `(frames, 5)` x, y, zoom along x, along y, angle: a steady crop, some slow zoom."""
    zoom = rng.uniform(0.6, 1.0)
    squeeze = rng.choice((1.0, 1.0, rng.uniform(0.75, 1.0)))
    path = torch.tensor([rng.uniform(-1, 1), rng.uniform(-1, 1), zoom * squeeze, zoom, 0.0])
    path = path.repeat(frames, 1)
    if rng.random() < 0.25:
        end = max(0.5, min(1.0, zoom + rng.gauss(0, 0.15) * frames / 80))
        path[:, 2:4] *= (1 + (end / zoom - 1) * _ease(frames, rng))[:, None]
    return path


def _still_path(frames: int, rng: random.Random) -> Tensor:
    """Returns `(frames, 5)` of a pan, a push-in, a turn: what gives a still its life."""
    ease = _ease(frames, rng)
    zoom = rng.uniform(0.35, 0.95)
    squeeze = rng.choice((1.0, rng.uniform(0.7, 1.0)))
    pace = frames / 80
    end = zoom
    if rng.random() < 0.6:
        end = max(0.3, min(1.0, zoom + rng.gauss(0, 0.18) * pace))
    x, y = rng.uniform(-1, 1), rng.uniform(-1, 1)
    dx, dy = (rng.gauss(0, 0.7), rng.gauss(0, 0.5)) if rng.random() < 0.75 else (0.0, 0.0)
    path = torch.empty(frames, 5)
    path[:, 0] = (x + dx * pace * ease).clamp(-1, 1)
    path[:, 1] = (y + dy * pace * ease).clamp(-1, 1)
    path[:, 3] = zoom + (end - zoom) * ease
    path[:, 2] = path[:, 3] * squeeze
    path[:, 4] = rng.gauss(0, 0.05) + (rng.gauss(0, 0.1) * pace * ease if rng.random() < 0.3 else 0)
    if rng.random() < 0.2:  # swaying
        t = torch.arange(frames) * rng.uniform(0.05, 0.5)
        path[:, 0] += 0.15 * torch.sin(t + rng.uniform(0, 6))
        path[:, 1] += 0.15 * torch.sin(0.7 * t + rng.uniform(0, 6))
    return path


def _shaken(path: Tensor, rng: random.Random) -> Tensor:
    """Returns the path of a hand-held, sometimes a violently shaken, camera."""
    return path if rng.random() > 0.4 else _shake(path, rng)


def _shake(path: Tensor, rng: random.Random) -> Tensor:
    frames = len(path)
    strength = rng.choice((0.02, 0.05, 0.1, 0.2))
    noise = torch.randn(frames, 2, generator=generator_of(rng))
    if rng.random() < 0.7:  # a hand is slower than noise
        noise = F.avg_pool1d(noise.T[None], 5, 1, 2)[0].T * 2
    if rng.random() < 0.3:  # a knock: strong at once, then dying away
        since = torch.arange(frames) - rng.randrange(frames)
        noise = noise * 3 * torch.where(since < 0, 0.0, torch.exp(-since / 6.0))[:, None]
    path = path.clone()
    path[:, :2] += noise * strength
    return path


def _whipped(path: Tensor, rng: random.Random) -> tuple[Tensor, tuple[int, int] | None]:
    """Returns the path with a whip pan or a fast push-in, and which frames it blurs."""
    if len(path) < 12 or rng.random() > 0.14:
        return path, None
    return _whip(path, rng)


def _whip(path: Tensor, rng: random.Random) -> tuple[Tensor, tuple[int, int] | None]:
    frames = len(path)
    path = path.clone()
    length = rng.randint(2, 8)
    reach = 1.0
    if rng.random() < 0.35:  # a long one, as the camera follows a ball or a child
        length, reach = rng.randint(5, min(30, frames - 2)), rng.uniform(1.5, 5.0)
    start = rng.randrange(1, frames - length)
    step = ((torch.arange(frames) - start).float() / length).clamp(0, 1)
    step = step * step * (3 - 2 * step)
    if rng.random() < 0.6:
        target = torch.tensor([rng.uniform(-1, 1) * reach, rng.uniform(-1, 1)])
        path[:, 2:4] = path[:, 2:4].clamp(max=0.7)
        path[:, :2] += (target - path[start, :2]) * step[:, None]
        return path, (start + 1, start + length)
    path[:, 2:4] *= 1 + (rng.uniform(0.55, 0.85) - 1) * step[:, None]
    return path, None


def _seen_through(picture: Tensor, path: Tensor, canvas: Canvas, rng: random.Random) -> Tensor:
    """Returns the picture cropped, turned and sampled along the path."""
    frames = len(path)
    x, y, across, down, angle = path.unbind(1)
    mirror = -1.0 if rng.random() < 0.5 else 1.0
    theta = torch.empty(frames, 2, 3)
    theta[:, 0, 0] = across * torch.cos(angle) * mirror
    theta[:, 0, 1] = -down * torch.sin(angle)
    theta[:, 1, 0] = across * torch.sin(angle)
    theta[:, 1, 1] = down * torch.cos(angle)
    theta[:, 0, 2] = x * (1 - across)
    theta[:, 1, 2] = y * (1 - down)
    grid = F.affine_grid(theta, [frames, 3, canvas.height, canvas.width], align_corners=False)
    return F.grid_sample(
        picture, grid, mode=canvas.sampling, padding_mode="reflection", align_corners=False
    )


def _with_foreground(shot: Tensor, footage: Footage, canvas: Canvas, rng: random.Random) -> Tensor:
    """Returns the shot with something of another still moving before it."""
    frames = len(shot)
    other = torch.from_numpy(rng.choice(footage.stills)).permute(2, 0, 1).float()[None]
    other = F.interpolate(other, (canvas.height, canvas.width), mode="area")
    rows = torch.linspace(0, 1, canvas.height)[:, None]
    columns = torch.linspace(0, 1, canvas.width)[None, :]
    ease = _ease(frames, rng)[:, None, None]
    x = rng.uniform(-0.1, 1.1) + rng.gauss(0, 0.5) * ease * frames / 60
    y = rng.uniform(0.2, 0.9) + rng.gauss(0, 0.2) * ease * frames / 60
    if rng.random() < 0.5:
        x = x + 0.05 * torch.sin(torch.arange(frames) * rng.uniform(0.1, 0.8))[:, None, None]
    wide, tall = rng.uniform(0.06, 0.3), rng.uniform(0.1, 0.5)
    mask = (1.5 - ((columns - x) / wide) ** 2 - ((rows - y) / tall) ** 2).clamp(0, 1)[:, None]
    return shot * (1 - mask) + other * mask


def apply_look(shot: Tensor, look: Look) -> Tensor:
    gain = torch.tensor(look.gain).view(1, 3, 1, 1)
    shot = (shot / 255).clamp(0, 1) ** look.gamma * 255 * gain + look.lift
    if look.saturation is not None:
        grey = shot.mean(1, keepdim=True)
        shot = grey + (shot - grey) * look.saturation
    return shot.clamp(0, 255)


def generator_of(rng: random.Random) -> torch.Generator:
    return torch.Generator().manual_seed(rng.getrandbits(48))
