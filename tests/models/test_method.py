"""The method as a whole, small: I_i -> f_i -> h_i -> boxes, masks, importance; one loss for all.

A square, red or blue, moves over noise. Where it is, its outline and its colour are in the frame;
that the picture flashed once, which is what makes a frame important here, is in the past alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn
from torchvision.ops import box_iou

from otio_autoedit.models.backbone import backbone
from otio_autoedit.models.detection import CellOutputs, DetectionHead, found_in, targets_of
from otio_autoedit.models.heads import ImportanceHead, NextFeatureHead, novelty
from otio_autoedit.models.losses import (
    LossTerms,
    detection_loss,
    importance_loss,
    next_feature_loss,
    segmentation_loss,
    total_loss,
)
from otio_autoedit.models.segmentation import UNetDecoder
from otio_autoedit.models.temporal import GatedResidual, temporal
from otio_autoedit.models.window_stream import states_over_film
from otio_autoedit.models.windows import WindowGrid

HEIGHT, WIDTH, FRAMES = 27, 48, 8


@dataclass(frozen=True)
class Film:
    frames: Tensor  # (T, 3, H, W) in 0..1
    boxes: Tensor  # (T, 1, 4)
    colour: int  # 1 red, 2 blue
    masks: Tensor  # (T, H, W)
    important: Tensor  # (T,)


def film(draw: torch.Generator) -> Film:
    def between(low: int, high: int) -> int:
        return int(torch.randint(low, high, (), generator=draw))

    size, colour, flash = between(8, 14), between(1, 3), between(0, 2 * FRAMES)
    start = torch.tensor([between(0, WIDTH - size), between(0, HEIGHT - size)])
    stop = torch.tensor([between(0, WIDTH - size), between(0, HEIGHT - size)])
    frames = 0.3 + 0.1 * torch.rand(FRAMES, 3, HEIGHT, WIDTH, generator=draw)
    masks = torch.zeros(FRAMES, HEIGHT, WIDTH, dtype=torch.int64)
    boxes = torch.zeros(FRAMES, 1, 4)
    for i in range(FRAMES):
        x, y = (start + (stop - start) * i / FRAMES).round().int().tolist()
        frames[i, :, y : y + size, x : x + size] = 0.1
        frames[i, 0 if colour == 1 else 2, y : y + size, x : x + size] = 0.9
        masks[i, y : y + size, x : x + size] = colour
        boxes[i, 0] = torch.tensor([x, y, x + size, y + size])
    if flash < FRAMES:
        frames[flash] = (frames[flash] + 0.5).clamp(max=1)
    boxes /= torch.tensor([WIDTH, HEIGHT, WIDTH, HEIGHT])
    return Film(frames, boxes, colour, masks, (torch.arange(FRAMES) >= flash).float())


class Method(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.backbone = backbone("small", "maps", weights=None)
        *finer, maps = self.backbone.level_channels
        self.temporal = GatedResidual(temporal("conv_gru", maps, 24))
        self.detection = DetectionHead(maps, classes=2)
        self.segmentation = UNetDecoder(maps, finer, classes=3, hidden=16)
        self.importance = ImportanceHead(maps, 32)

    def forward(self, films: list[Tensor]) -> tuple[CellOutputs, Tensor, Tensor]:
        levels = [self.backbone.pyramid(frames) for frames in films]
        *finer, f = (torch.stack(level) for level in zip(*levels, strict=True))
        h, _ = self.temporal(f)
        size = films[0].shape[2:]
        return self.detection(h), self.segmentation(h, finer, size), self.importance(h)


def terms_of(outputs: tuple[CellOutputs, Tensor, Tensor], films: list[Film]) -> LossTerms:
    cells, masks, importance = outputs
    targets = targets_of(
        [box for film in films for box in film.boxes],
        [torch.tensor([film.colour]) for film in films for _ in film.boxes],
        (cells.classes.shape[-2], cells.classes.shape[-1]),
    )
    flat = CellOutputs(cells.classes.flatten(0, 1), cells.boxes.flatten(0, 1))
    loc, cls = detection_loss(flat, targets)
    return LossTerms(
        boxes=loc,
        classes=cls,
        masks=segmentation_loss(masks, torch.stack([film.masks for film in films])),
        importance=importance_loss(importance, torch.stack([film.important for film in films])),
    )


@pytest.fixture(scope="module")
def learnt() -> tuple[Method, list[Film], list[LossTerms]]:
    """The method, the ten films that it learnt from, four a step, and the losses on the way."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    draw = torch.Generator().manual_seed(0)
    net, films, steps = Method(), [film(draw) for _ in range(10)], 120
    optimiser = torch.optim.Adam(net.parameters())
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, 6e-3, steps)
    history = []
    for step in range(steps):
        some = [films[(4 * step + k) % len(films)] for k in range(4)]
        terms = terms_of(net([film.frames for film in some]), some)
        optimiser.zero_grad()
        total_loss(terms).backward()
        optimiser.step()
        rate.step()
        history.append(terms)
    torch.set_num_threads(threads)
    return net.eval(), films, history


Learnt = tuple[Method, list[Film], list[LossTerms]]


def test_all_losses_fall_together_to_near_nothing(learnt: Learnt) -> None:
    history = learnt[2]
    for name, first, last in (
        ("boxes", 0.1, 0.06),
        ("classes", 2.0, 0.1),
        ("masks", 1.0, 0.15),
        ("importance", 0.8, 0.03),
    ):
        values = torch.stack([getattr(terms, name).detach() for terms in history])
        assert values[:10].mean() > first
        assert values[-10:].mean() < last


def test_the_squares_are_found(learnt: Learnt) -> None:
    net, films, _ = learnt
    with torch.no_grad():
        cells, _, _ = net([film.frames for film in films])
    found = found_in(CellOutputs(cells.classes.flatten(0, 1), cells.boxes.flatten(0, 1)))
    wanted = [(box, film.colour) for film in films for box in film.boxes]
    assert len(found) == len(wanted) == 80
    right = [
        len(f.boxes) == 1 and f.classes[0] == colour and box_iou(f.boxes, box)[0, 0] > 0.5
        for f, (box, colour) in zip(found, wanted, strict=True)
    ]
    assert sum(map(bool, right)) >= 76


def test_in_films_never_seen_outlines_and_the_past_are_known(learnt: Learnt) -> None:
    draw = torch.Generator().manual_seed(99)
    films = [film(draw) for _ in range(12)]
    with torch.no_grad():
        _, logits, importance = learnt[0]([film.frames for film in films])
    said, masks = logits.argmax(2), torch.stack([film.masks for film in films])
    both, either = ((said == masks) & (masks > 0)).sum(), ((said > 0) | (masks > 0)).sum()
    assert both / either > 0.8
    important = torch.stack([film.important for film in films]).bool()
    assert important.any()
    assert not important.all()
    assert ((importance > 0) == important).float().mean() > 0.95


def test_what_the_past_tells_is_lost_with_the_rnn(learnt: Learnt) -> None:
    """Frames after a flash look like any other: only the states know."""
    net = learnt[0]
    draw = torch.Generator().manual_seed(99)
    films = [one for one in (film(draw) for _ in range(30)) if one.important[1:-2].diff().any()]
    frames = [film.frames[-1:] for film in films]  # alone, the flash before them out of sight
    with torch.no_grad():
        alone = net(frames)[2]
        in_time = net([film.frames for film in films])[2][:, -1:]
    assert (in_time > 0).float().mean() > 0.95
    assert (alone > 0).float().mean() < 0.5


def test_heads_learnt_on_single_frames_work_unchanged_when_the_rnn_comes_in() -> None:
    torch.manual_seed(1)
    net = Method()
    frames = film(torch.Generator().manual_seed(1)).frames
    with torch.no_grad():
        cells, masks, importance = net([frames])
        *finer, f = net.backbone.pyramid(frames)
        assert torch.equal(cells.boxes[0], net.detection(f).boxes)
        assert torch.equal(masks[0], net.segmentation(f, finer, (HEIGHT, WIDTH)))
        torch.testing.assert_close(importance, net.importance(f[None]))


@pytest.mark.parametrize("size", [1, 7, 256])
def test_a_film_in_pieces_gives_the_heads_what_the_whole_gives(learnt: Learnt, size: int) -> None:
    net, films, _ = learnt
    frames, grid = torch.cat([film.frames for film in films]), WindowGrid(16, 8)
    whole = torch.cat(list(states_over_film(net.temporal, [net.backbone.features(frames)], grid)))

    def features() -> Iterator[Tensor]:
        for start in range(0, len(frames), size):
            before = frames[start - 1] if start else None
            yield net.backbone.features(frames[start : start + size], before)

    found = torch.cat(list(states_over_film(net.temporal, features(), grid)))
    torch.testing.assert_close(found, whole, atol=1e-5, rtol=0)
    with torch.no_grad():
        torch.testing.assert_close(
            net.detection(found).boxes, net.detection(whole).boxes, atol=1e-5, rtol=0
        )


def circling(draw: torch.Generator, cut: int) -> Tensor:
    """Features `(1, 40, 6)` that move along circles, and jump to others before frame `cut`."""
    phase = 6.28 * torch.rand(2, 3, generator=draw)
    turn = 0.2 + 0.3 * torch.rand(2, 3, generator=draw)
    angle = torch.cat(
        [
            phase[0] + turn[0] * torch.arange(cut)[:, None],
            phase[1] + turn[1] * torch.arange(40 - cut)[:, None],
        ]
    )
    return torch.cat([angle.cos(), angle.sin()], 1)[None]


def test_what_could_not_be_foreseen_is_new() -> None:
    torch.manual_seed(0)
    draw = torch.Generator().manual_seed(0)
    rnn, head = temporal("gru", 6, 32), NextFeatureHead(32, 32, features=6)
    optimiser = torch.optim.Adam([*rnn.parameters(), *head.parameters()], 1e-2)
    for _ in range(120):
        cuts = torch.randint(10, 30, (16,), generator=draw).tolist()
        films = torch.cat([circling(draw, cut) for cut in cuts])
        loss = next_feature_loss(films, head(rnn(films)[0]))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    with torch.no_grad():
        for cut in (12, 20, 28):
            film = circling(draw, cut)
            new = novelty(film, head(rnn(film)[0]))[0, 4:]
            assert new.argmax() + 4 == cut
            assert new[cut - 4] > 5 * new[: cut - 4].max()
