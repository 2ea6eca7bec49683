"""Generated edits whose transitions are known exactly: what the shot network learns from.

Three findings of others shape it. A quarter of the windows are dense runs of short shots, and both
sides of a transition show the same source three times in four (OmniShotCut, arXiv 2604.24762). What
is wrongly taken for a transition is drawn on purpose (`disturb`).
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from otio_autoedit.models.train.camera import (
    Canvas,
    Look,
    Source,
    pick_look,
    pick_source,
    render_shot,
)
from otio_autoedit.models.train.disturb import degrade, disturb, frame_up
from otio_autoedit.models.train.footage import Footage
from otio_autoedit.models.train.joins import fade_colour, join
from otio_autoedit.models.transition import Transition

SIZE = (48, 27)  # width, height of what the network sees
COARSE = (44, 23)  # thumbnails of another pipeline, blown up again


@dataclass(frozen=True, slots=True)
class SynthOptions:
    """How windows are made.

    Attributes:
        length: frames a window.
        dense_share: part of the windows that are runs of short shots.
        shot_frames, dense_shot_frames: mean length of a shot in the others and in those.
        gradual_share: part of the joins that are not cuts.
        same_source_share: part of the joins with the same source on both sides.
        disturbance: factor on the chance of every hard negative.
        coarse_share: part of the windows drawn with nearest-neighbour flicker.
        jump_share: part of the shots that something is left out of, in every second window.
    """

    length: int = 120
    dense_share: float = 0.25
    shot_frames: float = 60.0
    dense_shot_frames: float = 10.0
    gradual_share: float = 0.35
    same_source_share: float = 0.75
    disturbance: float = 1.0
    coarse_share: float = 0.35
    jump_share: float = 0.4


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of edited film with what is known of it.

    Attributes:
        frames: `(n, 27, 48, 3)` uint8 RGB.
        transitions: those that touch the window; ends may lie outside it.
        jumps: the last frames before jump cuts; None where nobody looked for them.
        unsure: boundaries start..stop of which nobody can say whether they are in a transition.
    """

    frames: NDArray[np.uint8]
    transitions: tuple[Transition, ...]
    jumps: tuple[int, ...] | None = ()
    unsure: tuple[tuple[int, int], ...] = ()


@dataclass(slots=True)
class _Edit:
    """Shots joined one to the next, and what stands where."""

    pieces: list[Tensor]
    transitions: list[Transition]
    jumps: list[int]
    unsure: list[int]
    total: int


def make_window(footage: Footage, options: SynthOptions, rng: random.Random) -> Window:
    """Returns one window, the same for the same state of `rng`."""
    canvas = Canvas(SIZE[1], SIZE[0], "bilinear")
    if rng.random() < options.coarse_share:
        canvas = Canvas(COARSE[1], COARSE[0], "nearest")
    edit = _edit(footage, options, canvas, rng)
    offset = 0 if edit.transitions and edit.transitions[0].last_before < 0 else rng.randrange(20)
    frames = torch.cat(edit.pieces)[offset : offset + options.length].clone()
    kept = [
        Transition(t.last_before - offset, t.first_after - offset, t.type, 1.0)
        for t in edit.transitions
        if t.first_after - offset > 0 and t.last_before - offset < options.length - 1
    ]
    jumps = [j - offset for j in edit.jumps if 0 <= j - offset < options.length - 1]
    unsure = [u - offset for u in edit.unsure if 0 <= u - offset < options.length - 1]
    if rng.random() < 0.05:
        kept.extend(_faded_out(frames, kept, rng))
    frames = disturb(frames, footage, rng, options.disturbance)
    frames = degrade(frame_up(frames, footage, rng), rng)
    if canvas.width != SIZE[0]:
        frames = blown_up(frames)
    spans = tuple((u, u + 1) for u in unsure)
    return Window(as_pixels(frames), tuple(kept), tuple(jumps), spans)


def as_pixels(frames: Tensor) -> NDArray[np.uint8]:
    """Returns frames `(n, 3, H, W)` in 0..255 as pictures are stored, `(n, H, W, 3)` uint8."""
    shown = frames.clamp(0, 255).round().to(torch.uint8)
    return shown.permute(0, 2, 3, 1).contiguous().numpy()


def _edit(footage: Footage, options: SynthOptions, canvas: Canvas, rng: random.Random) -> _Edit:
    """Returns shots joined one to the next until they fill a window."""
    mean = options.dense_shot_frames if rng.random() < options.dense_share else options.shot_frames
    jump_share = options.jump_share if rng.random() < 0.5 else 0.0
    source, look = pick_source(footage, rng), pick_look(rng)
    shot = render_shot(footage, source, _shot_length(mean, rng), canvas, rng, look)
    edit = _Edit([shot], [], [], [], len(shot))
    if rng.random() < 0.06:
        edit.pieces[0], opening = _faded_in(shot, rng)
        edit.transitions.append(opening)
    while edit.total < options.length + 20:
        type_ = _type(options.gradual_share, rng)
        last = edit.pieces[-1]
        overlap = 0 if type_ == "cut" else min(_join_length(type_, rng), len(last) - 2)
        if overlap < 1:
            type_, overlap = "cut", 0
        left_out = rng.choice((6, 12, 20, 40, 80)) if rng.random() < jump_share else 0
        frames = overlap + _shot_length(mean, rng) + left_out
        shot, source, look = _next_shot(
            footage, options, (source, look), last[-1 - overlap], frames, overlap, canvas, rng
        )
        _attach(edit, shot, type_, overlap, rng)
        if left_out:
            _leave_out(edit, left_out, rng)
    return edit


def _attach(edit: _Edit, shot: Tensor, type_: str, overlap: int, rng: random.Random) -> None:
    """Joins a shot to the edit's end; `overlap` frames of both are mixed."""
    start = edit.total - overlap
    if overlap:
        last = edit.pieces.pop()
        mixed = join(last[-overlap:], shot[:overlap], type_, rng)
        edit.pieces += [last[:-overlap], mixed, shot[overlap:]]
    else:
        edit.pieces.append(shot)
        if rng.random() < 0.06:
            _flash_after_cut(shot, rng)
    edit.transitions.append(Transition(start - 1, start + overlap, type_, 1.0))
    edit.total = start + len(shot)


def _leave_out(edit: _Edit, frames: int, rng: random.Random) -> None:
    """Leaves some frames out of the last shot: a jump cut.

    Plain to see, it is a cut too; hardly to be seen, nobody can say; not at all, it is nothing.
    """
    shot = edit.pieces[-1]
    at = rng.randrange(1, len(shot) - frames)
    old, near, far = shot[at - 1], shot[at], shot[at + frames]
    boundary = edit.total - len(shot) + at - 1
    if float((far - old).abs().mean()) < 3 + 2 * float((near - old).abs().mean()):
        return
    edit.pieces[-1] = torch.cat([shot[:at], shot[at + frames :]])
    edit.total -= frames
    edit.jumps.append(boundary)
    if _unlike(far, old):
        edit.transitions.append(Transition(boundary, boundary + 1, "cut", 1.0))
    else:
        edit.unsure.append(boundary)


def _next_shot(
    footage: Footage,
    options: SynthOptions,
    before: tuple[Source, Look],
    last: Tensor,
    frames: int,
    overlap: int,
    canvas: Canvas,
    rng: random.Random,
) -> tuple[Tensor, Source, Look]:
    """Returns a shot that can be told from `last`, the frame before they meet.

    What cannot be seen must not be asked for: a shot with the same things in the same places, be it
    brighter or darker, is drawn again.
    """
    for attempt in range(5):
        source, look = before
        if attempt == 4 or rng.random() >= options.same_source_share:
            source, look = pick_source(footage, rng), pick_look(rng)
        elif rng.random() < 0.06:
            look = pick_look(rng)
        shot = render_shot(footage, source, frames, canvas, rng, look)
        if _unlike(shot[min(overlap, frames - 1)], last):
            break
    return shot, source, look


def _unlike(a: Tensor, b: Tensor) -> bool:
    """Returns whether two frames differ in more than brightness and contrast."""
    if float((a - b).abs().mean()) < 8:
        return False
    a, b = ((x - x.mean()) / x.std().clamp(min=4) for x in (a, b))
    return float((a - b).abs().mean()) > 0.45


def _shot_length(mean: float, rng: random.Random) -> int:
    return 3 + int(rng.expovariate(1 / max(1.0, mean - 3)))


def _type(gradual_share: float, rng: random.Random) -> str:
    if rng.random() >= gradual_share:
        return "cut"
    return rng.choices(("dissolve", "fade", "wipe"), (0.5, 0.2, 0.3))[0]


def _join_length(type_: str, rng: random.Random) -> int:
    """Returns how many frames a gradual join mixes."""
    if type_ == "wipe":
        return rng.choice((2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30))
    return rng.choice((1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 24, 25, 30, 40, 50))


def _faded_in(shot: Tensor, rng: random.Random) -> tuple[Tensor, Transition]:
    """Returns the shot rising from one colour at the head of a film, and that fade."""
    frames = min(len(shot) - 1, rng.choice((6, 10, 12, 20, 25, 40)))
    dark = min(frames - 1, rng.choice((0, 0, 3, 10)))
    a = torch.cat([torch.zeros(dark), torch.linspace(0, 1, frames - dark + 1)[:-1]]).view(
        -1, 1, 1, 1
    )
    shot = shot.clone()
    shot[:frames] = shot[:frames] * a + fade_colour(rng) * (1 - a)
    return shot, Transition(-1, frames, "fade", 1.0)


def _faded_out(
    frames: Tensor, transitions: list[Transition], rng: random.Random
) -> Iterator[Transition]:
    """Lets the window end as a film ends, falling to one colour, and yields that fade.

    Nothing happens where another transition stands too near the end.
    """
    fall = rng.choice((6, 10, 12, 20, 25, 40))
    dark = rng.choice((0, 0, 3, 10, 20))
    start = len(frames) - fall - dark
    if any(t.first_after >= start for t in transitions):
        return
    a = torch.cat([torch.linspace(1, 0, fall + 2)[1:-1], torch.zeros(dark)]).view(-1, 1, 1, 1)
    frames[start:] = frames[start:] * a + fade_colour(rng) * (1 - a)
    yield Transition(start - 1, len(frames), "fade", 1.0)


def _flash_after_cut(shot: Tensor, rng: random.Random) -> None:
    """Brightens the first frames of a shot: the light leak that phone editors put on a cut."""
    frames = min(len(shot), rng.randint(2, 8))
    power = torch.linspace(rng.uniform(0.5, 0.9), 0, frames + 1)[:-1].view(-1, 1, 1, 1)
    shot[:frames] += (255 - shot[:frames]) * power


def blown_up(frames: Tensor) -> Tensor:
    """Returns coarse frames at the network's size, as the thumbnail function enlarges."""
    size = (SIZE[1], SIZE[0])
    return torch.nn.functional.interpolate(frames, size, mode="bilinear", align_corners=False)
