"""The files of an edit: their rate, what to call them, what is to be noted of each."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction

from otio_autoedit.analysis.record import Analysis
from otio_autoedit.edit.plan import Source
from otio_autoedit.media.info import MediaInfo
from otio_autoedit.options import Duration


def edit_rate(analyses: Sequence[Analysis], asked: object) -> Fraction:
    """The rate asked for, else that of the first file with pictures that move, else the first's."""
    if isinstance(asked, Fraction):
        return asked
    moving = [one.media.edit_rate for one in analyses if one.media.kind == "video"]
    return moving[0] if moving else analyses[0].media.edit_rate


def sources_of(analyses: Sequence[Analysis], rate: Fraction, still: object) -> list[Source]:
    """The files as they stand in a plan at ``rate``; ``still`` is how long a still stands."""
    assert isinstance(still, Duration)
    result = []
    for analysis, label in zip(analyses, _labels(a.media.path for a in analyses), strict=True):
        media = analysis.media
        notes = media.notes
        if media.kind == "still":
            frames = max(still.frames(rate), 1)
            media = replace(media, edit_rate=rate, duration_frames=frames, start_frame=0)
        elif media.edit_rate != rate:
            notes += (f"conformed by time from {_fps(media.edit_rate)} to {_fps(rate)} fps",)
        notes += _left_out(media)
        result.append(Source(replace(media, notes=notes), analysis.index, label))
    return result


def edit_size(sources: Sequence[Source], aspect: Fraction | None) -> tuple[int, int]:
    """The display size of the first picture, or one of ``aspect`` with the same short side (long
    side, where it lies); even, as codecs ask."""
    width, height = next((s.media.display_size for s in sources if s.media.kind != "audio"), (0, 0))
    if aspect is None or not (width and height):
        return width, height
    wide = max(width, height) if aspect > 1 else min(width, height)
    return 2 * round(wide / 2), 2 * round(wide / aspect / 2)


def title(sources: Sequence[Source]) -> str:
    """What an edit of them is called, unless somebody says."""
    more = len(sources) - 1
    return sources[0].label + (f" and {more} more" if more else "")


def _left_out(media: MediaInfo) -> tuple[str, ...]:
    """Notes on sound that outlasts the picture by more than an encoder's rounding."""
    if media.kind != "video":
        return ()
    end = media.duration_frames / media.edit_rate
    over = {audio.number: float(audio.start + audio.duration - end) for audio in media.audio}
    return tuple(
        f"sound {number + 1} goes on {seconds:.1f} s after the last picture: left out"
        for number, seconds in over.items()
        if seconds >= 1
    )


def _labels(paths: Iterable[str]) -> list[str]:
    """What to call each file's clips: its name without suffix, made safe, none like another."""
    result: list[str] = []
    for path in paths:
        stem = os.path.splitext(os.path.basename(path))[0]
        stem = re.sub(r"\s+", " ", "".join(c if c.isprintable() else " " for c in stem)).strip()
        label, again = stem[:80] or "media", 2
        while label in result:
            label, again = f"{stem[:80] or 'media'} ({again})", again + 1
        result.append(label)
    return result


def _fps(rate: Fraction) -> str:
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")
