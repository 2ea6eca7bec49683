"""Pictures of a stand full of people, near enough to see them: the pictures between the plays."""

from __future__ import annotations

import numpy as np

from otio_autoedit.models.scene_labels import MASKS
from otio_autoedit.models.train.scene.captions import caption
from otio_autoedit.models.train.scene.compose import IGNORED, Box, Canvas, Labelled, Piece
from otio_autoedit.models.train.scene.looks import apply_look, pick_look
from otio_autoedit.models.train.scene.material import Material
from otio_autoedit.models.train.scene.players import Kit, dressed, pick_kit
from otio_autoedit.models.train.scene.stands import pick_followers


def crowd_picture(rng: np.random.Generator, material: Material, size: tuple[int, int]) -> Labelled:
    """Returns rows of people, one behind the other; all of it is "crowd", none of them is boxed."""
    width, height = size
    followers = pick_followers(rng)
    ground = np.array(followers.seat, np.float32) * np.float32(rng.uniform(0.15, 0.5))
    colours = np.empty((height, width, 3), np.float32)
    colours[:] = ground
    masks = np.full((height, width), MASKS.index("crowd"), np.uint8)
    canvas = Canvas(colours, masks)
    kits = [pick_kit(rng) for _ in range(2)]
    tall = rng.uniform(0.16, 0.55) * height  # of a person, shoulders to seat, in the front row
    down, scale = -0.3 * tall, rng.uniform(0.55, 0.95)
    while down < height + 0.4 * tall:
        near = scale + (1 - scale) * max(0.0, down / height)
        across = -tall * rng.uniform(0, 0.5)
        while across < width:
            if rng.random() < 0.94:
                kit = kits[rng.integers(2)] if rng.random() < followers.loyal else None
                piece = _seated(material, round(tall * near), kit, rng)
                lit = Piece(piece.colours * np.float32(followers.light), piece.alpha)
                top = round(down + rng.normal(0, 0.06) * tall)
                canvas.paste(lit, round(across), top, mask="crowd")
            across += tall * near * rng.uniform(0.42, 0.62)
        down += tall * near * rng.uniform(0.36, 0.5)
    for piece, left, top in caption(size, rng):
        canvas.paste(piece, left, top, mask="other")
    canvas.colours = apply_look(canvas.colours, pick_look(rng), rng).astype(np.float32)
    return canvas.finish(ignored=(Box(IGNORED, (0.0, 0.0, 1.0, 1.0), -1),))


def _seated(material: Material, tall: int, kit: Kit | None, rng: np.random.Generator) -> Piece:
    """Returns the upper half of somebody, `tall` pixels high, cut off below."""
    piece = material.standing[rng.integers(len(material.standing))].piece
    piece = piece.mirrored() if rng.random() < 0.5 else piece
    whole = tall / rng.uniform(0.42, 0.6)
    high, wide = piece.alpha.shape
    piece = piece.resized(max(3, round(wide * whole / high)), max(6, round(whole)))
    piece = dressed(piece, kit) if kit is not None else piece
    rows = max(4, tall)
    return Piece(piece.colours[:rows], piece.alpha[:rows])
