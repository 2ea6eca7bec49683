"""Between the frames that a file stores and the frames that an editor counts.

At a constant rate they are the same. At a variable one, source frame k is on screen from the edit
frame nearest to its own time until the next source frame's; two that fall on the same edit frame
show the later. Nothing adds up, so the error never passes half a frame, however long the film.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from otio_autoedit.media.info import FrameIndex

_LIMIT = 2**62


def edit_frame(index: FrameIndex, source_frame: int) -> int:
    """The first edit frame on which a source frame is on screen (where it would be, if another
    covers it); the length in edit frames for the frame after the last.

    Raises:
        IndexError: a frame that the file does not have.
    """
    count = len(index.pts)
    _check(source_frame, count + 1, "source")
    if not index.variable_rate:
        return source_frame
    return duration_frames(index) if source_frame == count else int(_starts(index)[source_frame])


def source_frame(index: FrameIndex, edit_frame: int) -> int:
    """The source frame on screen on an edit frame.

    Raises:
        IndexError: an edit frame outside of the file.
    """
    _check(edit_frame, duration_frames(index), "edit")
    if not index.variable_rate:
        return edit_frame
    return int(np.searchsorted(_starts(index), edit_frame, side="right")) - 1


def on_screen(index: FrameIndex) -> npt.NDArray[np.int64]:
    """The source frame on screen on every edit frame, int64 ``[duration_frames]``."""
    frames = np.arange(duration_frames(index), dtype=np.int64)
    if not index.variable_rate:
        return frames
    shown = np.searchsorted(_starts(index), frames, side="right") - 1
    return np.maximum(shown, 0).astype(np.int64)


def seconds(index: FrameIndex, source_frame: int) -> Fraction:
    """The time of a source frame after the first picture; the end of the last for the one after."""
    count = len(index.pts)
    _check(source_frame, count + 1, "source")
    if source_frame == count:
        return end_pts(index) * index.time_base
    return int(index.pts[source_frame]) * index.time_base


def duration_frames(index: FrameIndex) -> int:
    """The length of the pictures in edit frames."""
    if not index.variable_rate:
        return len(index.pts)
    last = int(_starts(index)[-1])
    return max(last + 1, int(round_positions(np.array([end_pts(index)]), _scale(index))[0]))


def end_pts(index: FrameIndex) -> int:
    """When the last picture leaves the screen; where no one says, it lasts as long as most do."""
    if not len(index.pts):
        return 0
    last = int(index.pts[-1])
    if index.end > last:
        return index.end
    if len(index.pts) > 1:
        return last + int(np.median(np.diff(index.pts)))
    return last + max(1, round(1 / (index.edit_rate * index.time_base)))


def round_positions(pts: npt.NDArray[np.int64], scale: Fraction) -> npt.NDArray[np.int64]:
    """``pts * scale`` to the nearest whole number, halves up, exactly."""
    num, den = scale.numerator, scale.denominator
    largest = int(np.abs(pts).max(initial=0))
    if 2 * largest * num + den >= _LIMIT:
        return np.array([(2 * int(p) * num + den) // (2 * den) for p in pts], np.int64)
    return (2 * num * pts.astype(np.int64) + den) // (2 * den)


@lru_cache(maxsize=16)
def _starts(index: FrameIndex) -> npt.NDArray[np.int64]:
    """The edit frame at which each source frame comes on."""
    return round_positions(index.pts, _scale(index))


def _scale(index: FrameIndex) -> Fraction:
    return index.time_base * index.edit_rate


def _check(frame: int, stop: int, kind: str) -> None:
    if not 0 <= frame < stop:
        raise IndexError(f"{kind} frame {frame} is not one of the {stop} from 0 to {stop - 1}")
