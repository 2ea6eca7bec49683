"""What a file's headers and its first picture say, before anything else is decoded."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import Any

import av

from otio_autoedit.errors import MediaError
from otio_autoedit.media import pyav
from otio_autoedit.media.demux import Trouble, read_packets
from otio_autoedit.media.fingerprint import fingerprint
from otio_autoedit.media.info import AudioStream, MediaInfo
from otio_autoedit.media.rates import DEFAULT_RATE, is_native, plain_rate, snap_rate
from otio_autoedit.media.recorded import recorded
from otio_autoedit.media.start_timecode import start_timecode, with_start_frame

# What channels without names are taken for, as players do.
_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 8: "7.1"}
# A decoder that has shown nothing after so many packets will not.
_TRIES = 600


@dataclass(frozen=True, slots=True)
class Headers:
    """``info`` as far as the headers go, and what a pass over the file starts from: the picture
    stream (None for sound alone), the pts of its first picture, the rates that the file states."""

    info: MediaInfo
    video: int | None
    first_pts: int
    time_base: Fraction
    stated_rates: tuple[Fraction, ...]
    exact_count: bool
    length: Fraction = Fraction(0)  # seconds of pictures that the headers promise, 0 if they do not


def read_headers(path: str | os.PathLike[str]) -> Headers:
    """Opens a file and decodes its first picture, or its first sound where it has no pictures.

    Raises:
        MediaError: see `pyav.open_container`; also where nothing in the file can be decoded.
    """
    name = os.path.abspath(os.fsdecode(path))
    with pyav.open_container(name) as box:
        videos = [stream for stream in box.streams.video if not pyav.is_cover_art(stream)]
        if videos:
            return _picture_headers(box, videos, name)
        return _sound_headers(box, name)


def _picture_headers(box: Any, videos: list[Any], name: str) -> Headers:
    stream, notes = videos[0], []
    if len(videos) > 1:
        notes.append(f"{len(videos)} picture streams: the first is used")
    frame = _first_frame(box, stream, name)
    base = pyav.exact(stream.time_base) or Fraction(1, 90_000)
    first = frame.pts if frame.pts is not None else 0
    stated = _stated_rates(stream)
    rate, note = (
        snap_rate(stated[0]) if stated else (DEFAULT_RATE, "no frame rate stated: taken as 25")
    )
    notes += [note] if note else []
    still = _is_still(box, stream)
    count, exact = (1, True) if still else _frame_count(box, stream, base, rate, stated)
    turned, odd_turn = pyav.rotation(frame)
    order, guessed = pyav.field_order(stream, frame)
    if odd_turn:
        notes.append(f"turned by an angle that is no quarter turn: shown at {turned} degrees")
    if guessed:
        notes.append(f"interlaced, field order not stated: taken as {order} field first")
    primaries, transfer, matrix, span = pyav.color_tags(stream)
    info = MediaInfo(
        path=name,
        fingerprint=fingerprint(name),
        kind="still" if still else "video",
        container=box.format.name,
        codec=stream.codec_context.name,
        edit_rate=rate,
        frame_count=count,
        duration_frames=count,
        start_timecode=start_timecode(box, stream, rate, name),
        reel=_reel(box),
        recorded=recorded(map(pyav.tags, (box, *box.streams))),
        size=(frame.width, frame.height),
        sample_aspect=_sample_aspect(stream),
        rotation=turned,
        field_order=order,
        pixel_format=frame.format.name,
        color_primaries=primaries,
        color_transfer=transfer,
        color_matrix=matrix,
        color_range=span,
        audio=_sounds(box, first * base, notes),
        notes=(),
    )
    info = with_start_frame(replace(info, notes=tuple(notes)))
    length = Fraction(0) if still else stream_duration(box, stream, base)
    return Headers(info, stream.index, first, base, stated, exact, length)


def _sound_headers(box: Any, name: str) -> Headers:
    notes: list[str] = []
    sounds = _sounds(box, None, notes)
    if not sounds:
        raise MediaError(f"{pyav.show(name)}: no picture or sound in it that can be decoded")
    first = box.streams.audio[sounds[0].number]
    _first_frame(box, first, name)
    length = max(sound.duration for sound in sounds)
    info = MediaInfo(
        path=name,
        fingerprint=fingerprint(name),
        kind="audio",
        container=box.format.name,
        codec=sounds[0].codec,
        edit_rate=DEFAULT_RATE,
        frame_count=0,
        duration_frames=sound_frames(length, DEFAULT_RATE),
        start_timecode=start_timecode(box, None, DEFAULT_RATE, name),
        reel=_reel(box),
        recorded=recorded(map(pyav.tags, (box, *box.streams))),
        audio=sounds,
        notes=(*notes, "sound without pictures: counted in frames of 25 a second"),
    )
    return Headers(with_start_frame(info), None, 0, Fraction(1, 1), (), True)


def sound_frames(length: Fraction, rate: Fraction) -> int:
    """How many whole frames sound of so many seconds fills; at least one."""
    return max(1, int(length * rate))


def _first_frame(box: Any, stream: Any, name: str) -> Any:
    """The first frame of a stream, which also proves that the stream can be decoded."""
    if stream.codec_context is None:
        raise MediaError(f"{pyav.show(name)}: its {stream.type} codec is unknown; convert the file")
    if stream.type == "video":
        _check_size(stream.codec_context, name)
    why, trouble = "nothing in it decodes", Trouble()
    for packet in islice(read_packets(box, stream, trouble), _TRIES):
        try:
            for frame in packet.decode():
                return frame
        except av.error.FFmpegError as error:
            why = pyav.reason(error)
    why = trouble.broke_off or why
    kind = "picture" if stream.type == "video" else "sound"
    if kind == "picture" and not stream.codec_context.width:
        why = f"it states no size, or one beyond {pyav.MAX_SIDE} pixels a side"
    raise MediaError(
        f"{pyav.show(name)}: no {kind} can be decoded ({why}); "
        "the file may be broken or cut short, copy or convert it again"
    )


def _check_size(context: Any, name: str) -> None:
    width, height = context.width, context.height
    if max(width, height) > pyav.MAX_SIDE:
        raise MediaError(
            f"{pyav.show(name)}: claims pictures of {width}x{height}; "
            f"at most {pyav.MAX_SIDE} pixels a side are read"
        )


def _stated_rates(stream: Any) -> tuple[Fraction, ...]:
    """The rates that the headers name, the most believable first: those that cameras have."""
    named = (stream.average_rate, stream.guessed_rate, stream.base_rate)
    rates = [plain_rate(rate) for rate in map(pyav.exact, named) if rate and 0 < rate <= 1000]
    unique = list(dict.fromkeys(rates))
    return tuple(sorted(unique, key=lambda rate: not is_native(rate)))


def _frame_count(
    box: Any, stream: Any, base: Fraction, rate: Fraction, stated: tuple[Fraction, ...]
) -> tuple[int, bool]:
    """How many pictures the headers promise (0 where they do not), and whether that is to be relied
    on: the number of samples and the duration agree, at one rate."""
    length = stream_duration(box, stream, base)
    by_time = round(length * rate) if length else 0
    count = min(stream.frames, by_time) if stream.frames and by_time else stream.frames or by_time
    agree = stream.frames == by_time
    if not stream.frames:  # MXF counts its length in frames
        agree = bool(stream.duration) and base * rate == 1
    return count, agree and count > 0 and len(stated) == 1 and is_native(stated[0])


def stream_duration(box: Any, stream: Any, base: Fraction) -> Fraction:
    """Seconds that a stream lasts by its headers, or the whole file; 0 where no one says."""
    if stream.duration and stream.duration > 0:
        return Fraction(stream.duration) * base
    start = Fraction(stream.start_time or 0) * base
    end = _clock(pyav.tags(stream).get("duration", ""))
    if end and end > start:
        return end - start
    if box.duration and box.duration > 0:
        return Fraction(box.duration, 1_000_000)
    return Fraction(0)


def _clock(text: str) -> Fraction | None:
    """Matroska's "00:00:02.023000000" in seconds."""
    try:
        hours, minutes, seconds = text.split(":")
        return int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)
    except ValueError:
        return None


def _sample_aspect(stream: Any) -> Fraction:
    aspect = pyav.exact(stream.sample_aspect_ratio) or Fraction(1)
    return aspect if Fraction(1, 10) <= aspect <= 10 else Fraction(1)


def _is_still(box: Any, stream: Any) -> bool:
    name = box.format.name
    if name == "image2" or name.endswith("_pipe"):
        return True
    return name in ("gif", "apng", "webp_anim") and stream.frames == 1


def _reel(box: Any) -> str:
    for holder in (*box.streams, box):
        tags = pyav.tags(holder)
        for key in ("reel_name", "reel", "com.apple.proapps.reel"):
            if tags.get(key):
                return tags[key]
    return ""


def _sounds(box: Any, first_picture: Fraction | None, notes: list[str]) -> tuple[AudioStream, ...]:
    found: list[AudioStream] = []
    for number, stream in enumerate(box.streams.audio):
        context = stream.codec_context
        if context is None or not context.sample_rate or not context.layout.nb_channels:
            notes.append(f"sound stream {number + 1} cannot be decoded: left out")
            continue
        base = pyav.exact(stream.time_base) or Fraction(1, context.sample_rate)
        start = Fraction(0)
        if first_picture is not None and stream.start_time is not None:
            start = stream.start_time * base - first_picture
        found.append(
            AudioStream(
                number=number,
                codec=context.name,
                sample_rate=context.sample_rate,
                channels=context.layout.nb_channels,
                layout=_LAYOUTS.get(context.layout.nb_channels, context.layout.name)
                if context.layout.name.endswith(" channels")
                else context.layout.name,
                start=start,
                duration=stream_duration(box, stream, base),
                language=pyav.tags(stream).get("language", "").replace("und", ""),
                title=pyav.tags(stream).get("title", ""),
            )
        )
    return tuple(found)
