"""Masks written where a person wants them: a NumPy file for each label."""

from __future__ import annotations

import io
import re
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np

from otio_autoedit.analysis.record import Analysis, Masks
from otio_autoedit.files import write_whole


def write_masks(analysis: Analysis, folder: Path, but: Collection[Path] = ()) -> Analysis:
    """Writes the masks of ``analysis`` into ``folder``, which exists, and returns it with their
    files named.

    A file is ``NAME-LABEL.npz``: ``frames`` int64 ``[n]`` and ``mattes`` uint8 ``[n, h, w]``, for
    ``numpy.load``. Names in ``but`` are taken: those of other footage of the same name.
    """
    written = []
    for masks in analysis.masks or ():
        name = f"{_plain(Path(analysis.media.path).stem)}-{_plain(masks.label)}"
        paths = (folder / f"{name}{f'-{n}' if n > 1 else ''}.npz" for n in range(1, 1 << 20))
        path = next(path for path in paths if path not in but)
        write_whole(path, _bytes(masks))
        written.append(replace(masks, file=str(path)))
    return replace(analysis, masks=tuple(written) if analysis.masks is not None else None)


def _bytes(masks: Masks) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, frames=masks.frames, mattes=masks.values)
    return file.getvalue()


def _plain(name: str) -> str:
    """Returns a name without what could lead out of a folder."""
    return re.sub(r"[^\w .-]+", "_", name).strip(" .") or "_"
