"""Several layers as one: what is seen through a stack of tracks."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio

from otio_autoedit.adapters.conform.facts import exact_rate
from otio_autoedit.adapters.conform.retimes import speed_of
from otio_autoedit.adapters.conform.steps import Range, Time, frames


@dataclass(frozen=True, slots=True)
class Span:
    """A clip as it lies on its track: record frames ``[start, stop)``, ``head`` frames cut off."""

    start: int
    stop: int
    item: otio.core.Item
    head: int = 0


def flatten(tracks: list[otio.schema.Track], rate: Fraction) -> otio.schema.Track:
    """One track of what is seen: the topmost enabled clip at every frame, gaps elsewhere.

    ``tracks`` lie bottom first and count whole frames at ``rate``. A dissolve stays where both its
    clips are seen in full around it.
    """
    seen: list[Span] = []
    for track in reversed([t for t in tracks if t.enabled]):
        for span in _spans(track, rate):
            seen += _uncovered(span, seen)
    seen.sort(key=lambda s: s.start)
    flat = otio.schema.Track(
        name=tracks[0].name if tracks else "", kind=otio.schema.TrackKind.Video
    )
    at = 0
    for span in seen:
        if span.start > at:
            flat.append(_gap(span.start - at, rate))
        flat.append(_cut(span, rate))
        at = span.stop
    _keep_dissolves(flat, seen, rate)
    return flat


def nest_items(
    nest: otio.schema.Stack | otio.schema.Track, kind: str
) -> list[otio.core.Composable]:
    """The items that play in a nested stack's (or track's) range, for a track of ``kind``."""
    span = nest.source_range or nest.available_range()
    rate = exact_rate(span.duration.rate)
    start, length = (int(frames(t, rate)) for t in (span.start_time, span.duration))
    inside = [nest] if isinstance(nest, otio.schema.Track) else list(nest)
    layers = [t for t in (_layer(i, kind) for i in inside) if t.kind == kind and t.enabled]
    if kind != otio.schema.TrackKind.Video:
        layers = layers[:1]
    spans: list[Span] = []
    for layer in reversed([_open(t) for t in layers]):
        for piece in _spans(layer, rate):
            spans += _uncovered(piece, spans)
    items: list[otio.core.Composable] = []
    at = start
    for piece in sorted(spans, key=lambda s: s.start):
        left, right = max(piece.start, start), min(piece.stop, start + length)
        if left >= right:
            continue
        if left > at:
            items.append(_gap(left - at, rate))
        items.append(_cut(Span(left, right, piece.item, piece.head + left - piece.start), rate))
        at = right
    if at < start + length:
        items.append(_gap(start + length - at, rate))
    return items


def _open(track: otio.schema.Track) -> otio.schema.Track:
    """A copy of a track with its own nests opened."""
    track = track.deepcopy()
    for index in reversed(range(len(track))):
        if isinstance(track[index], (otio.schema.Stack, otio.schema.Track)):
            track[index : index + 1] = nest_items(track[index], track.kind)
    return track


def _layer(item: otio.core.Item, kind: str) -> otio.schema.Track:
    if isinstance(item, otio.schema.Track):
        return item
    return otio.schema.Track(kind=kind, children=[item.deepcopy()])


def _spans(track: otio.schema.Track, rate: Fraction) -> list[Span]:
    spans, at = [], 0
    for item in track:
        if isinstance(item, otio.schema.Transition):
            continue
        stop = at + int(frames(item.duration(), rate))
        if not isinstance(item, otio.schema.Gap) and item.enabled and stop > at:
            spans.append(Span(at, stop, item))
        at = stop
    return spans


def _uncovered(span: Span, above: list[Span]) -> list[Span]:
    """What of ``span`` is not under a clip of ``above``."""
    pieces = [span]
    for cover in above:
        left = []
        for piece in pieces:
            if cover.stop <= piece.start or piece.stop <= cover.start:
                left.append(piece)
                continue
            if piece.start < cover.start:
                left.append(Span(piece.start, cover.start, piece.item, piece.head))
            if cover.stop < piece.stop:
                head = piece.head + cover.stop - piece.start
                left.append(Span(cover.stop, piece.stop, piece.item, head))
        pieces = left
    return pieces


def _cut(span: Span, rate: Fraction) -> otio.core.Item:
    item = span.item.deepcopy()
    source = item.trimmed_range()
    speed, length = speed_of(item), span.stop - span.start
    # Played backwards, what is cut off the head lies at the end of the source range.
    skipped = span.head if speed >= 0 else int(frames(source.duration, rate)) - span.head - length
    start = frames(source.start_time, rate) + (skipped * abs(speed)).__floor__()
    item.source_range = Range(Time(int(start), float(rate)), Time(length, float(rate)))
    item.markers[:] = [m for m in item.markers if _inside(m, item)]
    return item


def _inside(marker: otio.schema.Marker, item: otio.core.Item) -> bool:
    if speed_of(item) != 1:
        return True
    start = item.source_range.start_time
    return bool(start <= marker.marked_range.start_time < item.source_range.end_time_exclusive())


def _gap(length: int, rate: Fraction) -> otio.schema.Gap:
    return otio.schema.Gap(source_range=Range(Time(0, float(rate)), Time(length, float(rate))))


def _keep_dissolves(flat: otio.schema.Track, seen: list[Span], rate: Fraction) -> None:
    """Put back the dissolves between clips that both stayed whole at the cut."""
    whole_ends = {id(s.item): s for s in seen}
    items = [i for i in flat if not isinstance(i, otio.schema.Gap)]
    for span, item in reversed(list(zip(seen, items, strict=True))):
        track = span.item.parent()
        if not isinstance(track, otio.schema.Track):
            continue
        at = track.index(span.item)
        if at and isinstance(track[at - 1], otio.schema.Transition) and span.head == 0:
            before = whole_ends.get(id(track[at - 2])) if at >= 2 else None
            if before is not None and before.stop == span.start:
                flat.insert(flat.index(item), track[at - 1].deepcopy())
