"""Shortening an editor's own timeline: only some of its frames stay, on every track at once.

    before  V1 |   A    |x|  B      |   C   |        keep:  [----)      [--------)
            A1 |    a       |   b           |
    after   V1 | A  |x|B   | C   |
            A1 | a  |  b   |  b  |

The rest closes up (ripples). Every track gives up exactly the same time, so that what was in sync
stays so. Media, speed, effects, metadata, nested sequences and switched-off items are kept.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import accumulate
from typing import Any

import opentimelineio as otio

from otio_autoedit.errors import AutoEditError
from otio_autoedit.timeline.flat import timeline_rate
from otio_autoedit.timeline.metadata import KEY
from otio_autoedit.timeline.stretches import exact_rate, seconds, speed_of

_RESOLVE = ("Resolve_OTIO", "Link Group ID")
_ZERO = Fraction(0)
Window = tuple[Fraction, Fraction]
"""Seconds ``[start, stop)``."""


def shorten(
    timeline: otio.schema.Timeline, spans: Iterable[tuple[int, int]]
) -> otio.schema.Timeline:
    """A new timeline of those spans of frames of ``timeline`` (at its own rate, from its head), one
    after the other in the order given.

    A transition that an end of a span runs through is shortened to what is left of it on each side
    of its cut, or dropped where its cut is gone: it never needs more of the media than before. A
    marker stays with the frames that it marks. Of a clip that is shown in two spans, each part
    has its own link to its sound.

    Raises AutoEditError: a span lies outside the timeline, or there is none; or the timeline holds
    something at its top that is no track, or a clip of unknown length.
    """
    rate = timeline_rate(timeline)
    windows = _windows(timeline, spans, rate)
    result = timeline.clone()
    result.tracks.clear()
    result.tracks.source_range = None
    _ripple(result.tracks, timeline.tracks.markers, _ZERO, windows)
    links = _Links(timeline)
    for track in timeline.tracks:
        result.tracks.append(_shortened(track, windows, rate, links))
    return result


def _windows(timeline: Any, spans: Iterable[tuple[int, int]], rate: Fraction) -> list[Window]:
    """The spans in seconds, those that touch as one."""
    for child in timeline.tracks:
        if not isinstance(child, otio.schema.Track):
            raise AutoEditError(
                f"{child.name or 'an item'!r} lies beside the timeline's tracks, in none; "
                "put it into a track to have the timeline shortened"
            )
    try:
        length = max((seconds(track.duration()) for track in timeline.tracks), default=_ZERO)
    except Exception as error:  # OTIO raises its own, unrelated kinds
        raise AutoEditError(f"a clip of the timeline has no length: {error}") from error
    result: list[Window] = []
    for start, stop in spans:
        if not 0 <= start < stop or (stop - 1) / rate >= length:
            raise AutoEditError(
                f"frames {start} to {stop} do not lie in the timeline, which has "
                f"{-(-length * rate // 1)} frames"
            )
        if result and result[-1][1] == start / rate:
            result[-1] = (result[-1][0], stop / rate)
        else:
            result.append((start / rate, stop / rate))
    if not result:
        raise AutoEditError("nothing of the timeline is left: no span of it was chosen")
    return result


def _shortened(track: Any, windows: Sequence[Window], rate: Fraction, links: _Links) -> Any:
    head = seconds(track.source_range.start_time) if track.source_range else _ZERO
    end = head + seconds(track.duration())
    result = track.clone()
    result.clear()
    result.source_range = None
    places = _places(track)
    missing = _ZERO  # what a gap must fill before the next item, if one comes
    for number, (start, stop) in enumerate(windows):
        window = (head + start, min(head + stop, end))
        parts = _parts(track, places, window, number == 0, number == len(windows) - 1)
        if any(map(_is_item, parts)) and missing:
            result.append(_gap(missing, rate))
            missing = _ZERO
        for part in parts:
            links.renumber(part, number)
            result.append(part)
        missing += stop - start - _length(parts)
    _ripple(result, track.markers, head, windows)
    return result


def _places(track: Any) -> list[Fraction]:
    """Where each of a track's children begins, and after them where the last ends; a transition
    stands at its cut."""
    lengths = [seconds(one.duration()) if _is_item(one) else _ZERO for one in track]
    return list(accumulate(lengths, initial=_ZERO))


def _parts(
    track: Any, places: Sequence[Fraction], window: Window, first: bool, last: bool
) -> list[Any]:
    """What of a track's children lies in a window of the track's own time."""
    start, stop = window
    result: list[Any] = []
    for number in range(max(bisect_left(places, start) - 1, 0), len(track)):
        child, place, end = track[number], places[number], places[number + 1]
        if place > stop:
            break
        if not _is_item(child):
            kept = _transition(track, number, place, window, first, last)
            result += [kept] if kept is not None else []
        elif max(place, start) < min(end, stop):
            result.append(_trimmed(child, max(start - place, _ZERO), min(end, stop) - place))
    return result


def _transition(
    track: Any, number: int, cut: Fraction, window: Window, first: bool, last: bool
) -> Any | None:
    """What is left of a transition in a window; None where its cut is gone, or all of one side and
    it is too short to be seen.

    At the head and the end of all a fade from or to nothing stays too: nothing else comes there.
    """
    start, stop = window
    fades_in = first and cut == start and _is_nothing(track, number - 1)
    fades_out = last and cut == stop and _is_nothing(track, number + 1)
    if not (start < cut < stop or fades_in or fades_out):
        return None
    result = track[number].clone()
    rates = result.in_offset.rate, result.out_offset.rate
    before, after = seconds(result.in_offset), seconds(result.out_offset)
    left, right = min(before, cut - start), min(after, stop - cut)
    if left + right <= 0:
        return None
    if left < before:
        result.in_offset = _time(left, rates[0])
    if right < after:
        result.out_offset = _time(right, rates[1])
    return result


def _is_nothing(track: Any, number: int) -> bool:
    return not 0 <= number < len(track) or isinstance(track[number], otio.schema.Gap)


def _trimmed(item: Any, begin: Fraction, end: Fraction) -> Any:
    """The part ``[begin, end)`` of an item's own length, at the speed and place it had."""
    result = item.clone()
    length = seconds(item.duration())
    if begin <= 0 and end >= length:
        return result
    range_ = item.trimmed_range()
    speed = speed_of(item)
    # What plays backwards begins at its range's end.
    skipped = begin * speed if speed >= 0 else (length - end) * -speed
    start = seconds(range_.start_time) + skipped
    result.source_range = otio.opentime.TimeRange(
        _time(start, range_.start_time.rate), _time(end - begin, range_.duration.rate)
    )
    span = (start, start + (end - begin) * max(abs(speed), Fraction(speed == 0)))
    for at in reversed(range(len(result.markers))):
        if not _meets(_marked(result.markers[at]), span):
            del result.markers[at]
    return result


def _ripple(target: Any, markers: Iterable[Any], head: Fraction, windows: Sequence[Window]) -> None:
    """Give ``target`` the markers of a track's or timeline's own time, moved with their frames."""
    target.markers.clear()
    place = _ZERO
    for start, stop in windows:
        window = (head + start, head + stop)
        for marker in markers:
            marked = _marked(marker)
            if not _meets(marked, window):
                continue
            begin, end = max(marked[0], window[0]), min(marked[1], window[1])
            moved = marker.clone()
            range_ = marker.marked_range
            moved.marked_range = otio.opentime.TimeRange(
                _time(begin - window[0] + place, range_.start_time.rate),
                _time(end - begin, range_.duration.rate),
            )
            target.markers.append(moved)
        place += stop - start


def _marked(marker: Any) -> Window:
    start = seconds(marker.marked_range.start_time)
    return start, start + seconds(marker.marked_range.duration)


def _meets(marked: Window, window: Window) -> bool:
    """Whether a mark, which may have no length, lies in a window."""
    start, stop = marked
    return start < window[1] and (stop > window[0] or start == stop == window[0])


class _Links:
    """The numbers of clips that belong together: where a clip comes again, its parts get another
    number than the first time."""

    def __init__(self, timeline: Any) -> None:
        clips = timeline.tracks.find_children(descended_from_type=otio.schema.Clip)
        self._free = max((n for clip in clips for n in _numbers(clip)), default=0) + 1
        self._of: dict[tuple[int, int], int] = {}
        self._used: set[int] = set()

    def renumber(self, part: Any, window: int) -> None:
        """Set the numbers of a clip that is shown in the window of that number."""
        if not isinstance(part, otio.schema.Clip):
            return
        for outer, inner in _LINKS:
            if outer in part.metadata and isinstance(old := part.metadata[outer].get(inner), int):
                part.metadata[outer][inner] = self._number(old, window)

    def _number(self, old: int, window: int) -> int:
        if (old, window) not in self._of:
            fresh = old in self._used
            self._of[old, window] = self._free if fresh else old
            self._free += fresh
            self._used.add(old)
        return self._of[old, window]


_LINKS = ((KEY, "link"), _RESOLVE)


def _numbers(clip: Any) -> list[int]:
    found = (clip.metadata[outer].get(inner) for outer, inner in _LINKS if outer in clip.metadata)
    return [one for one in found if isinstance(one, int)]


def _length(parts: Iterable[Any]) -> Fraction:
    return sum((seconds(one.duration()) for one in parts if _is_item(one)), _ZERO)


def _is_item(child: Any) -> bool:
    return isinstance(child, otio.core.Item)


def _gap(length: Fraction, rate: Fraction) -> Any:
    range_ = otio.opentime.TimeRange(_time(_ZERO, float(rate)), _time(length, float(rate)))
    return otio.schema.Gap(source_range=range_)


def _time(length: Fraction, rate: float) -> Any:
    """An OTIO time at the rate that its float stands for."""
    return otio.opentime.RationalTime(float(length * exact_rate(rate)), rate)
