"""Measured curves, read at the frames of a timeline."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.record import Curve
from otio_autoedit.edit.signal import Values
from otio_autoedit.edit.signals.view import View
from otio_autoedit.errors import OptionError, did_you_mean
from otio_autoedit.models.scene_labels import SCENES

_SAME_RATE = 1e-3  # relative
_SOUND = frozenset({"loudness", "level", "onset", "speech", "cheer"})


def curve(view: View, name: str) -> Values:
    """The curve ``name`` at the middle of each frame.

    A curve with a sample a frame holds each while its frame shows; others are read off the line
    between samples. Beyond its ends a curve stands for one more sample; then nothing is known.
    """
    found = view.analysis.curves.get(name)
    if found is None or not len(found.values):
        return view.unknown()
    if view.is_still and name not in _SOUND:
        return np.full(view.length, found.values[0], np.float32)
    at = (view.middles - found.start) * found.rate  # in samples
    last = len(found.values) - 1
    if _a_sample_a_frame(view, found):
        picked = np.floor(at + 1e-6)
        values = found.values[np.clip(picked, 0, last).astype(np.int64)].astype(np.float32)
        return _known(values, (picked >= -1) & (picked <= last + 1))
    values = np.interp(at, np.arange(last + 1), found.values).astype(np.float32)
    return _known(values, (at >= -1) & (at <= last + 1))


def loudest(view: View, name: str) -> Values:
    """The greatest sample of the curve ``name`` within each frame: of sounds shorter than one."""
    found = view.analysis.curves.get(name)
    if found is None or not len(found.values):
        return view.unknown()
    edges = (np.arange(view.length + 1) / float(view.rate) - found.start) * found.rate
    inside = np.clip(np.ceil(edges - 1e-6), 0, len(found.values)).astype(np.int64)
    if (np.diff(inside) > 0).sum() < 0.5 * min(view.length, len(found.values)):
        return curve(view, name)  # sampled more slowly than frames pass
    padded = np.append(found.values[: inside[-1]], np.float32(-np.inf))
    values = np.maximum.reduceat(padded, inside[:-1]).astype(np.float32)
    return np.where(np.diff(inside) > 0, values, curve(view, name))


def scene(view: View, kind: str) -> Values:
    """The probability that a picture shows this kind of place, one of `SCENES`.

    Raises:
        OptionError: there is no such kind.
    """
    if kind not in SCENES:
        raise OptionError(f"scene({kind}): no such kind of place{did_you_mean(kind, SCENES)}")
    return curve(view, f"scene_{kind}")


def _a_sample_a_frame(view: View, found: Curve) -> bool:
    media = view.clock.source.media
    rate = float(media.edit_rate)
    return media.kind == "video" and abs(found.rate - rate) <= _SAME_RATE * rate


def _known(values: Values, known: npt.NDArray[np.bool_]) -> Values:
    return np.where(known, values, np.float32(np.nan)).astype(np.float32)
