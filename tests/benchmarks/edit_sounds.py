"""Sound as measurements read it: samples of a file, levels, and what auto-editor would keep."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]
Spans = tuple[tuple[float, float], ...]


def read_sound(path: Path, rate: int = 16_000) -> tuple[Samples, int]:
    """Returns a file's first sound mixed to one channel, -1..1, and its samples a second."""
    resampler = av.AudioResampler("flt", "mono", rate)
    parts: list[Samples] = []
    with av.open(str(path)) as box:
        for frame in box.decode(audio=0):
            parts += [part.to_ndarray()[0] for part in resampler.resample(frame)]
        parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
    return np.concatenate(parts), rate


def levels(samples: Samples, rate: int, step: float = 0.01) -> NDArray[np.float64]:
    """Returns the level in dBFS of each `step` seconds, -100 at the least."""
    size = round(rate * step)
    whole = samples[: len(samples) // size * size].astype(np.float64)
    power = np.square(whole).reshape(-1, size).mean(1)
    return np.maximum(10 * np.log10(power + 1e-12), -100)


def loud_spans(
    samples: Samples, rate: int, frames: float, threshold: float = 0.04, margin: float = 0.2
) -> Spans:
    """Returns what auto-editor's documented default keeps, in seconds.

    A frame of the film is loud where its highest sample reaches `threshold` of full scale
    (`--edit audio:threshold=4%`); each loud run is widened by `margin` seconds (`--margin 0.2s`).
    """
    size = rate / frames
    count = int(len(samples) / size)
    edges = (np.arange(count + 1) * size).astype(int)
    peaks = np.array([np.abs(samples[a:b]).max() for a, b in pairwise(edges)])
    wide = round(margin * frames)
    loud = np.convolve(peaks >= threshold, np.ones(2 * wide + 1), "same") > 0
    steps = np.flatnonzero(np.diff(np.r_[False, loud, False].astype(int)))
    return tuple((float(a / frames), float(b / frames)) for a, b in steps.reshape(-1, 2))
