"""A picture put together of pieces, and what is known of each of its pixels and boxes.

Pieces are pasted from far to near. Whoever is pasted last owns the pixel, so boxes are the bounds
of what is still to be seen of a piece, as people draw them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from otio_autoedit.models.scene_labels import MASKS

UNKNOWN = 255
IGNORED = "?"
_LEAST_PIXELS = 6  # of a piece in the picture, to be worth a box
_LEAST_SEEN = 0.2  # of a piece's own pixels; less is asked of no one

Colours = NDArray[np.float32]
Labels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Box:
    """What is boxed: COCO's name (or "?": ignore what is in there), corners 0..1, who it is."""

    name: str
    corners: tuple[float, float, float, float]
    identity: int


@dataclass(frozen=True, slots=True)
class Labelled:
    """A picture and its exact labels.

    Attributes:
        picture: `(H, W, 3)` uint8 RGB.
        masks: `(H, W)` indices into `MASKS`, 255 unknown.
        foreground: `(H, W)` 0, 1, 255 unknown.
        boxes: the bounds of what is seen of each piece.
        owners: `(H, W)` int32, identities of the pieces, -1 where there is none.
        second: where it stands in its clip.
    """

    picture: NDArray[np.uint8]
    masks: Labels
    foreground: Labels
    boxes: tuple[Box, ...]
    owners: NDArray[np.int32]
    second: float = 0.0


@dataclass(frozen=True, slots=True)
class Piece:
    """A cut-out picture: `colours` `(h, w, 3)` float32 0..255, `alpha` `(h, w)` float32 0..1."""

    colours: Colours
    alpha: Colours

    def resized(self, width: int, height: int) -> Piece:
        """Returns the piece at another size, its edge clean of what was behind it."""
        alpha = resized(self.alpha, width, height)
        colours = resized(self.colours * self.alpha[..., None], width, height)
        colours /= np.maximum(alpha, np.float32(1e-3))[..., None]
        return Piece(colours, alpha)

    def mirrored(self) -> Piece:
        """Returns the piece with left and right exchanged."""
        return Piece(self.colours[:, ::-1], self.alpha[:, ::-1])


class Canvas:
    """The picture while pieces are pasted on it; `finish` gives it away."""

    def __init__(self, colours: Colours, masks: Labels, foreground: Labels | None = None) -> None:
        self.colours = colours
        self.masks = masks
        self.foreground = np.zeros_like(masks) if foreground is None else foreground
        self.owners = np.full(masks.shape, -1, np.int32)
        self._names: dict[int, str] = {}
        self._pixels: dict[int, int] = {}

    def paste(
        self,
        piece: Piece,
        left: int,
        top: int,
        *,
        mask: str | None = None,
        name: str | None = None,
        identity: int = -1,
        foreground: bool = False,
    ) -> None:
        """Pastes `piece` with its upper left corner there; what stands outside is cut off.

        A piece with a `mask` owns its pixels (`identity`), one with a `name` gets a box; one with
        neither, such as a shadow, only changes colours.
        """
        rows, columns, part = _inside(self.masks.shape, piece.alpha.shape, left, top)
        if name is not None:
            self._names[identity] = name
            self._pixels[identity] = int((piece.alpha >= 0.5).sum())
        alpha = piece.alpha[part]
        if not alpha.size:
            return
        region = self.colours[rows, columns]
        region += (piece.colours[part] - region) * alpha[..., None]
        if mask is not None:
            solid = alpha >= 0.5
            self.masks[rows, columns][solid] = MASKS.index(mask)
            self.owners[rows, columns][solid] = identity
            self.foreground[rows, columns][solid] = foreground

    def darken(self, alpha: Colours, left: int, top: int) -> None:
        """Darkens what is there by alpha `(h, w)`: a shadow."""
        rows, columns, part = _inside(self.masks.shape, alpha.shape, left, top)
        self.colours[rows, columns] *= 1 - alpha[part][..., None]

    def boxes(self) -> tuple[Box, ...]:
        """Returns a box for each named piece of which enough is seen, "?" where too little is."""
        found = []
        for identity, name in self._names.items():
            seen = self.owners == identity
            pixels = int(seen.sum())
            if not pixels:
                continue
            little = pixels < max(_LEAST_PIXELS, _LEAST_SEEN * self._pixels[identity])
            found.append(Box(IGNORED if little else name, bounds(seen), identity))
        return tuple(found)

    def finish(self, second: float = 0.0, ignored: tuple[Box, ...] = ()) -> Labelled:
        """Returns picture and labels."""
        picture = np.clip(self.colours + 0.5, 0, 255).astype(np.uint8)
        boxes = self.boxes() + ignored
        return Labelled(picture, self.masks, self.foreground, boxes, self.owners, second)


def bounds(seen: NDArray[np.bool_]) -> tuple[float, float, float, float]:
    """Returns the corners x0, y0, x1, y1 (0..1) of what is true in `(H, W)`, at least a pixel."""
    height, width = seen.shape
    rows = np.flatnonzero(seen.any(1))
    columns = np.flatnonzero(seen.any(0))
    return (
        float(columns[0] / width),
        float(rows[0] / height),
        float((columns[-1] + 1) / width),
        float((rows[-1] + 1) / height),
    )


def resized(values: Colours, width: int, height: int) -> Colours:
    """Returns `(h, w)` or `(h, w, 3)` float32 at another size: averaged when shrunk."""
    if values.ndim == 3:
        return np.stack([resized(values[..., i], width, height) for i in range(3)], -1)
    picture = Image.fromarray(np.ascontiguousarray(values, np.float32))
    smaller = width < values.shape[1] or height < values.shape[0]
    how = Image.Resampling.BOX if smaller else Image.Resampling.BILINEAR
    return np.array(picture.resize((max(1, width), max(1, height)), how), np.float32)


def _inside(
    shape: tuple[int, ...], piece: tuple[int, ...], left: int, top: int
) -> tuple[slice, slice, tuple[slice, slice]]:
    """Returns rows and columns of the canvas that a piece covers, and which part of it that is."""
    y0, y1 = max(0, top), min(shape[0], top + piece[0])
    x0, x1 = max(0, left), min(shape[1], left + piece[1])
    y1, x1 = max(y0, y1), max(x0, x1)
    part = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    return slice(y0, y1), slice(x0, x1), part
