"""What is known of a timeline beyond OTIO's own fields: its rate, size, drop-frame, its sources.

Read from ``metadata["autoedit"]`` where it stands, else from the timeline itself, so that a
timeline the linker stamped, or a bare one handed to `conform`, is served as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import opentimelineio as otio

from otio_autoedit.timeline.metadata import read

OURS = "autoedit"


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound stream of a source. ``start`` is in seconds after the first picture."""

    channels: int
    sample_rate: int
    layout: str = ""
    start: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class SourceFacts:
    """One media file. ``size`` is as stored; ``sample_aspect`` the shape of a stored pixel."""

    path: str = ""
    rate: Fraction | None = None
    frames: int = 0
    size: tuple[int, int] | None = None
    sample_aspect: Fraction = Fraction(1)
    rotation: int = 0
    field_order: str = "progressive"
    start_timecode: str = ""
    reel: str = ""
    audio: tuple[Sound, ...] = ()

    @property
    def drop(self) -> bool:
        """True where the file's own timecode is drop-frame."""
        return ";" in self.start_timecode


@dataclass(frozen=True, slots=True)
class Facts:
    """What a format module is told. ``rate`` is exact (24000/1001); ``notes`` is what its `prepare`
    leaves for its `finish` (JSON values only: it travels in the copy's metadata)."""

    rate: Fraction
    size: tuple[int, int] | None
    sources: tuple[SourceFacts, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def drop(self) -> bool:
        """True where the timeline counts drop-frame: as its first source does."""
        return is_drop_rate(self.rate) and bool(self.sources) and self.sources[0].drop

    def source_of(self, clip: otio.schema.Clip) -> SourceFacts | None:
        """The source a clip of ours plays, by its number, else by the path of its URL."""
        number = clip.metadata.get(OURS, {}).get("source")
        if isinstance(number, int) and 0 <= number < len(self.sources):
            return self.sources[number]
        url = getattr(clip.media_reference, "target_url", "")
        path = path_of(url) if url else ""
        return next((s for s in self.sources if path and s.path == path), None)

    def is_drop(self, clip: otio.schema.Clip) -> bool:
        """True where the clip's media counts drop-frame timecode."""
        source = self.source_of(clip)
        return source.drop if source else False


def facts_of(timeline: otio.schema.Timeline, settings: Mapping[str, Any] | None = None) -> Facts:
    """The facts of a timeline; ``settings`` are the adapter's arguments."""
    ours = read(timeline) or plain(timeline.metadata.get(OURS, {}))
    size = ours.get("size")
    sources = tuple(_source(s) for s in ours.get("sources", []) if isinstance(s, dict))
    return Facts(
        rate=_rate(timeline, ours.get("rate")),
        size=(int(size[0]), int(size[1])) if size else _size(sources),
        sources=sources,
        settings=dict(settings or {}),
        notes=dict(ours.get("finish", {})),
    )


RATES = (
    *(Fraction(1000 * n, 1001) for n in (24, 30, 48, 60, 120)),
    *(Fraction(n) for n in (24, 25, 30, 48, 50, 60)),
)


@lru_cache(maxsize=256)
def exact_rate(rate: float | Fraction | str) -> Fraction:
    """The exact rate a number stands for: 23.976, 23.98 and 24000/1001 are one rate.

    >>> exact_rate(29.97)
    Fraction(30000, 1001)
    """
    value = Fraction(rate)
    for known in RATES:
        if abs(value - known) < Fraction(1, 100):
            return known
    return value.limit_denominator(1001)


def nominal(rate: Fraction) -> int:
    """Frames a timecode second counts: 30 for 29.97."""
    return int(rate + Fraction(1, 2))


def is_drop_rate(rate: Fraction) -> bool:
    """True for 29.97 and 59.94, where drop-frame timecode exists."""
    return rate.denominator == 1001 and nominal(rate) % 30 == 0


def path_of(url: str) -> str:
    """The path a file URL (escaped or not) or a bare path names; "" for other schemes."""
    from urllib.parse import unquote, urlsplit

    if url.startswith("file:"):
        # A bare "#" or "?" in an unescaped file URL is part of the name.
        rest = url[5:]
        if rest.startswith("//"):
            rest = rest[2:]
            rest = rest[rest.find("/") :] if "/" in rest else rest
        path = unquote(rest)
        return path[1:] if len(path) > 2 and path[0] == "/" and path[2] == ":" else path
    scheme = urlsplit(url).scheme if "://" in url else ""
    return "" if scheme else url


def plain(value: Any) -> Any:
    """OTIO's metadata containers as dicts and lists."""
    if isinstance(value, (str, bytes)):
        return value
    if hasattr(value, "items"):
        return {str(k): plain(v) for k, v in value.items()}
    if hasattr(value, "__iter__"):
        return [plain(v) for v in value]
    return value


def _rate(timeline: otio.schema.Timeline, said: object) -> Fraction:
    if isinstance(said, (str, int, float)) and not isinstance(said, bool):
        try:
            rate = exact_rate(Fraction(said))
        except (ValueError, ZeroDivisionError, OverflowError):
            rate = Fraction(0)
        if rate > 0:
            return rate
    video = [c for t in timeline.video_tracks() for c in t.find_clips()]
    for clip in video or list(timeline.find_clips()):
        span = clip.source_range or clip.media_reference.available_range
        # Sample rates are no frame rates: an audio clip may count at 48000.
        if span is not None and 1 <= span.duration.rate <= 1000:
            return exact_rate(span.duration.rate)
    start = timeline.global_start_time
    return exact_rate(start.rate) if start is not None and start.rate > 1 else Fraction(24)


def _source(data: Mapping[str, Any]) -> SourceFacts:
    size = data.get("size")
    rate = data.get("rate")
    return SourceFacts(
        path=str(data.get("path", "")),
        rate=exact_rate(Fraction(str(rate))) if rate else None,
        frames=int(data.get("frames") or 0),
        size=(int(size[0]), int(size[1])) if size and size[0] and size[1] else None,
        sample_aspect=_aspect(data.get("sample_aspect")),
        rotation=int(data.get("rotation") or 0),
        field_order=str(data.get("field_order") or "progressive"),
        start_timecode=str(data.get("start_timecode") or ""),
        reel=str(data.get("reel") or ""),
        audio=tuple(
            Sound(
                int(a.get("channels") or 2),
                int(a.get("sample_rate") or 48000),
                str(a.get("layout") or ""),
                _fraction(a.get("start"), Fraction(0)),
            )
            for a in data.get("audio", [])
        ),
    )


def _aspect(said: object) -> Fraction:
    aspect = _fraction(said, Fraction(1))
    return aspect if aspect > 0 else Fraction(1)


def _fraction(said: object, otherwise: Fraction) -> Fraction:
    try:
        return Fraction(str(said).replace(":", "/")) if said else otherwise
    except (ValueError, ZeroDivisionError):
        return otherwise


def _size(sources: tuple[SourceFacts, ...]) -> tuple[int, int] | None:
    first = next((s for s in sources if s.size), None)
    if first is None or first.size is None:
        return None
    width, height = round(first.size[0] * first.sample_aspect), first.size[1]
    return (height, width) if first.rotation in (90, 270) else (width, height)
