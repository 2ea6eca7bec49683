"""Reading a media file once: every picture in the order it is shown, and the sound between them."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from fractions import Fraction
from types import TracebackType
from typing import Any, NamedTuple

import av

from otio_autoedit.errors import MediaError
from otio_autoedit.media import pyav
from otio_autoedit.media.demux import read_packets
from otio_autoedit.media.frames import read_frames
from otio_autoedit.media.headers import Headers, read_headers
from otio_autoedit.media.info import FrameIndex, MediaInfo
from otio_autoedit.media.tally import PictureTally, SoundTally, empty_index

__all__ = ["Footage", "Picture", "Sound", "open_footage", "read_frames"]


class Picture(NamedTuple):
    """Source frame ``number``, shown ``pts`` ticks (of the index's time base) after the first."""

    number: int
    pts: int
    frame: av.VideoFrame


class Sound(NamedTuple):
    """A piece of sound; ``stream`` counts among the file's sound streams."""

    stream: int
    frame: av.AudioFrame


def open_footage(path: str | os.PathLike[str]) -> Footage:
    """Opens a media file for reading; use as a context manager.

    Raises:
        MediaError: missing, empty, not media, or nothing in it can be decoded.
    """
    return Footage(read_headers(path))


class Footage:
    """An open media file. ``info`` comes from the headers at once and is exact after a full
    `read`; ``index`` exists after a full read of the pictures."""

    def __init__(self, headers: Headers) -> None:
        self._headers = headers
        self._info = headers.info
        self._index = empty_index(headers.info) if headers.video is None else None
        self._closed = False

    def __enter__(self) -> Footage:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends reading; what was learned stays."""
        self._closed = True

    @property
    def info(self) -> MediaInfo:
        return self._info

    @property
    def index(self) -> FrameIndex:
        """Where each frame lies.

        Raises:
            MediaError: before the pictures were read to the end.
        """
        if self._index is None:
            raise MediaError(f"{self._info.path}: not read to its end yet, so there is no index")
        return self._index

    @property
    def time_base(self) -> Fraction:
        """Seconds that a tick of the pictures' times lasts."""
        return self._headers.time_base

    def read(
        self, pictures: bool = True, sound: bool = True, *, rough: bool = False
    ) -> Generator[Picture | Sound, None, None]:
        """One pass over the file: each picture once, in the order shown, sound as it comes.

        What cannot be decoded is left out, counted in ``info.notes``. Memory does not grow with the
        length of the file (but for 8 bytes a picture of index).

        ``rough`` leaves the edges of blocks as they are in pictures that no other is made of: up to
        a tenth faster, and nothing that a thumbnail shows. Not for pictures that people look at.
        """
        if self._closed:
            raise ValueError("this footage is closed")
        return self._pass(pictures and self._headers.video is not None, sound, rough)

    def _pass(
        self, pictures: bool, sound: bool, rough: bool
    ) -> Generator[Picture | Sound, None, None]:
        tally = PictureTally(self._headers)
        heard = SoundTally(self._info.audio if sound else ())
        with pyav.open_container(self._info.path) as box:
            video = box.streams[self._headers.video] if pictures else None
            sounds = {
                box.streams.audio[s.number].index: s.number for s in self._info.audio if sound
            }
            streams = [*([video] if video is not None else []), *(box.streams[i] for i in sounds)]
            if video is not None:
                video.thread_type = "AUTO"
                if rough:
                    video.codec_context.options = {"skip_loop_filter": "noref"}
            if streams:
                yield from self._decode(box, streams, sounds, tally, heard)
        info = self._headers.info
        if pictures:
            info, self._index = tally.finish()
            if not len(self._index.pts):
                raise MediaError(f"{pyav.show(info.path)}: no picture can be decoded")
        elif self._index is not None:
            info = self._info
        self._info = heard.finish(info)

    def _decode(
        self,
        box: Any,
        streams: list[Any],
        sounds: dict[int, int],
        tally: PictureTally,
        heard: SoundTally,
    ) -> Iterator[Picture | Sound]:
        for packet in read_packets(box, streams, tally.trouble):
            number = sounds.get(packet.stream_index)
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                if number is None:
                    tally.undecodable += 1
                else:
                    heard.undecodable += 1
                continue
            if number is None:
                tally.see(packet)
                for frame in frames:
                    yield Picture(tally.count, tally.place(frame), frame)
            else:
                for frame in frames:
                    heard.hear(number, frame)
                    yield Sound(number, frame)
