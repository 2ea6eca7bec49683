"""The edit in another aspect: for each piece a camera path that holds the subject.

    frame_pieces(pieces, analyses, clocks, believed, (1080, 1920), follow="person")

The crop is as large as the picture allows and moves along one axis. A cut baked into the footage
within a piece begins a new path: two keys on neighbouring frames.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.record import Analysis
from otio_autoedit.edit.believed import Believed
from otio_autoedit.edit.camera_path import Crop, camera_path
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.plan import CropKey, Framing, Piece
from otio_autoedit.edit.signals.labels import LABELS
from otio_autoedit.edit.subject import subject_of
from otio_autoedit.errors import OptionError, did_you_mean

Floats = npt.NDArray[np.float64]

ERROR = 0.001  # of the picture: how far a path through its keys may be from the smooth one
_SAME = 0.002  # aspects that differ by less are the same: a pixel's rounding


def read_follow(text: str) -> tuple[str, ...]:
    """The labels of ``follow``, the most wanted first: "person", "ball, person".

    Raises:
        OptionError: nothing is called so.
    """
    labels = tuple(part.strip() for part in text.split(",") if part.strip())
    for label in labels:
        if label not in LABELS:
            raise OptionError(
                f"follow={text}: nothing is called {label!r}{did_you_mean(label, LABELS)}"
            )
    if not labels:
        raise OptionError("follow= names nothing; write what the crop holds: person, ball")
    return labels


def reframed_size(picture: tuple[int, int], aspect: Fraction) -> tuple[int, int]:
    """The timeline's size in another aspect (width to height): the short side stays as long as the
    picture's, as delivery asks (9:16 of 1920 x 1080 is 1080 x 1920); even, as encoders ask.

    >>> reframed_size((1920, 1080), Fraction(4, 5))
    (1080, 1350)
    """
    short = min(picture)
    width, height = (short, short / aspect) if aspect <= 1 else (short * aspect, short)
    return 2 * round(width / 2), 2 * round(height / 2)


def frame_pieces(
    pieces: Sequence[Piece],
    analyses: Sequence[Analysis],
    clocks: Sequence[Clock],
    believed: Sequence[Iterable[Believed]],
    size: tuple[int, int],
    *,
    follow: str = "person",
) -> tuple[Framing, ...]:
    """The camera path of each piece whose picture has another aspect than ``size``.

    Args:
        pieces: of the plan, in its order; of sound files there is no path.
        analyses: of each source, with tracks; without them the crop stays in the middle.
        clocks: of each source, at the timeline's rate.
        believed: the transitions baked into each source.
        size: of the timeline, in pixels.
        follow: see `read_follow`; where a shot shows none of that, faces, then anything tracked.

    Raises:
        OptionError: nothing is called as ``follow`` says.
    """
    labels = read_follow(follow)
    cuts = [tuple(one.cut for one in of) for of in believed]
    framings = []
    for number, piece in enumerate(pieces):
        media = clocks[piece.source].source.media
        width, height = media.display_size
        if media.kind == "audio" or not (width and height):
            continue
        # Above 1 the picture is wider than asked, and the crop moves sideways.
        wider = (width / height) / (size[0] / size[1])
        if abs(wider - 1) < _SAME:
            continue
        runs = _runs(piece, clocks[piece.source], cuts[piece.source])
        keys, names = _keys(runs, analyses[piece.source], labels, wider, clocks[piece.source].rate)
        framings.append(Framing(number, tuple(keys), ", then ".join(names)))
    return tuple(framings)


def _runs(
    piece: Piece, clock: Clock, cuts: Iterable[int]
) -> list[tuple[int, npt.NDArray[np.int64]]]:
    """The shots within a piece: each the frame at which it begins, from the piece's first, and the
    source frames that it shows."""
    first, stop = (
        clock.frame(piece.start),
        max(clock.frame(piece.stop), clock.frame(piece.start) + 1),
    )
    inside = {clock.frame(cut) for cut in cuts if piece.start < cut < piece.stop}
    ends = sorted({first, stop} | {frame for frame in inside if first < frame < stop})
    return [
        (start - first, np.array([clock.source_frame(f) for f in range(start, end)], np.int64))
        for start, end in pairwise(ends)
    ]


def _keys(
    runs: Sequence[tuple[int, npt.NDArray[np.int64]]],
    analysis: Analysis,
    labels: Sequence[str],
    wider: float,
    rate: Fraction,
) -> tuple[list[CropKey], list[str]]:
    axis = 0 if wider > 1 else 1
    crop = Crop(1 / wider if axis == 0 else wider)
    keys: list[CropKey] = []
    names: list[str] = []
    for number, (start, frames) in enumerate(runs):
        subject = subject_of(analysis.tracks or (), labels, frames, axis, crop.width, float(rate))
        path = camera_path(subject.centre, crop, float(rate))
        places = list(_places(path, hold=number + 1 < len(runs)))
        width = crop.width if axis == 0 else 1.0
        for frame, place in places:
            x, y = (place, 0.5) if axis == 0 else (0.5, place)
            keys.append(CropKey(start + frame, x, y, width))
        if subject.name and names[-1:] != [subject.name]:
            names.append(subject.name)
    return keys, names


def _places(path: Floats, *, hold: bool) -> Iterator[tuple[int, float]]:
    """The keys of a path; one where it stays, and with ``hold`` another on its last frame."""
    low, high = float(path.min()), float(path.max())
    if high - low <= ERROR:
        at = [0, len(path) - 1] if hold and len(path) > 1 else [0]
        yield from ((frame, (low + high) / 2) for frame in at)
        return
    yield from ((frame, float(path[frame])) for frame in few_keys(path, ERROR))


def few_keys(path: Floats, error: float) -> list[int]:
    """The frames of ``path``, the first and the last among them, between which straight lines are
    nowhere further than ``error`` from it (Douglas & Peucker 1973, the distance along the axis)."""
    kept, waiting = {0, len(path) - 1}, [(0, len(path) - 1)]
    while waiting:
        start, stop = waiting.pop()
        if stop - start < 2:
            continue
        line = np.linspace(path[start], path[stop], stop - start + 1)
        off = np.abs(path[start : stop + 1] - line)
        worst = start + int(np.argmax(off))
        if off.max() > error:
            kept.add(worst)
            waiting += [(start, worst), (worst, stop)]
    return sorted(kept)
