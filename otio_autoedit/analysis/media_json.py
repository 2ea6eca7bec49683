"""`MediaInfo` as JSON values and back: one form for the store and for people's scripts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal, cast, get_args

import numpy as np

from otio_autoedit.media.info import AudioStream, Kind, MediaInfo
from otio_autoedit.media.recorded import recording_time

MOST_FRAMES = 1 << 31
"""No file has more frames: 1,100 years at 60 a second."""


def media_to_json(info: MediaInfo) -> dict[str, object]:
    """Returns ``info`` as JSON values; rates and other fractions as text, ``"24000/1001"``."""
    return {
        "path": info.path,
        "fingerprint": info.fingerprint,
        "kind": info.kind,
        "container": info.container,
        "codec": info.codec,
        "rate": fraction_text(info.edit_rate),
        "frames": info.frame_count,
        "duration_frames": info.duration_frames,
        "variable_rate": info.variable_rate,
        "start_timecode": info.start_timecode,
        "start_frame": info.start_frame,
        "reel": info.reel,
        "recorded": info.recorded,
        "size": list(info.size),
        "sample_aspect": fraction_text(info.sample_aspect),
        "rotation": info.rotation,
        "field_order": info.field_order,
        "pixel_format": info.pixel_format,
        "color": {
            "primaries": info.color_primaries,
            "transfer": info.color_transfer,
            "matrix": info.color_matrix,
            "range": info.color_range,
        },
        "audio": [
            {
                "number": stream.number,
                "codec": stream.codec,
                "sample_rate": stream.sample_rate,
                "channels": stream.channels,
                "layout": stream.layout,
                "start": fraction_text(stream.start),
                "duration": fraction_text(stream.duration),
                "language": stream.language,
                "title": stream.title,
            }
            for stream in info.audio
        ],
        "notes": list(info.notes),
    }


def media_from_json(data: object, where: str = "media") -> MediaInfo:
    """Returns what `media_to_json` was given.

    Raises:
        ValueError: a value is missing or not what it should be; the message says which.
    """
    read = Fields(data, where)
    color = Fields(read.value("color"), f"{where}.color")
    size = read.integers("size", 0, 1 << 20)
    if len(size) != 2:
        raise ValueError(f"{where}.size: width and height are asked for, not {size}")
    return MediaInfo(
        path=read.text("path"),
        fingerprint=read.text("fingerprint"),
        kind=cast(Kind, read.one_of("kind", get_args(Kind))),
        container=read.text("container"),
        codec=read.text("codec"),
        edit_rate=read.fraction("rate", positive=True),
        frame_count=read.integer("frames", 0, MOST_FRAMES),
        duration_frames=read.integer("duration_frames", 0, MOST_FRAMES),
        variable_rate=read.flag("variable_rate"),
        start_timecode=read.text("start_timecode"),
        start_frame=read.integer("start_frame", -MOST_FRAMES, MOST_FRAMES),
        reel=read.text("reel"),
        recorded=_recorded(read, where),
        size=(size[0], size[1]),
        sample_aspect=read.fraction("sample_aspect", positive=True),
        rotation=read.integer("rotation", 0, 359),
        field_order=cast(
            Literal["progressive", "top", "bottom"],
            read.one_of("field_order", ("progressive", "top", "bottom")),
        ),
        pixel_format=read.text("pixel_format"),
        color_primaries=color.text("primaries"),
        color_transfer=color.text("transfer"),
        color_matrix=color.text("matrix"),
        color_range=color.text("range"),
        audio=tuple(
            _audio(stream, f"{where}.audio[{n}]") for n, stream in enumerate(read.items("audio"))
        ),
        notes=tuple(read.texts("notes")),
    )


def _recorded(read: Fields, where: str) -> str:
    """When it was recorded; older documents and stores do not tell."""
    text = read.value("recorded", "")
    if text == "":
        return ""
    time = recording_time(text) if isinstance(text, str) else ""
    if not time:
        raise ValueError(f"{where}.recorded: a time with its zone is asked for, not {_shown(text)}")
    return time


def _audio(data: object, where: str) -> AudioStream:
    read = Fields(data, where)
    return AudioStream(
        number=read.integer("number", 0, 1 << 16),
        codec=read.text("codec"),
        sample_rate=read.integer("sample_rate", 0, 1 << 31),
        channels=read.integer("channels", 0, 1 << 16),
        layout=read.text("layout"),
        start=read.fraction("start"),
        duration=read.fraction("duration"),
        language=read.text("language"),
        title=read.text("title"),
    )


def fraction_text(value: Fraction) -> str:
    """Returns ``"24000/1001"``; a whole number too has its denominator, ``"25/1"``."""
    return f"{value.numerator}/{value.denominator}"


def shortest(value: float) -> float:
    """Returns a 32-bit float as the shortest decimal that reads back as the same one."""
    return float(str(np.float32(value)))


class Fields:
    """An object of JSON whose values are taken one by one, each checked; errors say where."""

    def __init__(self, data: object, where: str) -> None:
        if not isinstance(data, Mapping):
            raise ValueError(f"{where}: an object is asked for, not {_shown(data)}")
        self._data = data
        self._where = where

    def value(self, name: str, *otherwise: Any) -> Any:
        """Returns the value of ``name``, or what is given ``otherwise`` where it is missing."""
        if name not in self._data:
            if otherwise:
                return otherwise[0]
            raise ValueError(f"{self._where}.{name} is missing")
        return self._data[name]

    def text(self, name: str) -> str:
        return cast(str, self._checked(name, isinstance(self.value(name), str), "text"))

    def flag(self, name: str) -> bool:
        return cast(bool, self._checked(name, isinstance(self.value(name), bool), "true or false"))

    def integer(self, name: str, least: int, most: int) -> int:
        right = _is_integer(self.value(name), least, most)
        return cast(int, self._checked(name, right, f"a whole number from {least} to {most}"))

    def number(self, name: str, least: float = -math.inf, most: float = math.inf) -> float:
        value = self.value(name)
        right = (
            isinstance(value, (int, float))
            and not isinstance(value, bool)
            and math.isfinite(value)
            and least <= value <= most
        )
        return float(self._checked(name, right, f"a number from {least} to {most}"))

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        right = self.value(name) in choices
        return cast(str, self._checked(name, right, f"one of {', '.join(choices)}"))

    def items(self, name: str) -> list[object]:
        return cast(list[object], self._checked(name, isinstance(self.value(name), list), "a list"))

    def integers(self, name: str, least: int, most: int) -> list[int]:
        values = self.items(name)
        right = all(_is_integer(value, least, most) for value in values)
        self._checked(name, right, f"whole numbers from {least} to {most}")
        return cast(list[int], values)

    def texts(self, name: str) -> list[str]:
        values = self.items(name)
        self._checked(name, all(isinstance(value, str) for value in values), "texts")
        return cast(list[str], values)

    def fraction(self, name: str, positive: bool = False) -> Fraction:
        text = self.text(name)
        try:
            if len(text) > 60:
                raise ValueError("too long")
            value = Fraction(text)
        except (ValueError, ZeroDivisionError):
            self._checked(name, False, 'a fraction such as "24000/1001"')
            raise  # not reached: the line above raises
        self._checked(name, value > 0 or not positive, "a fraction above 0")
        return value

    def _checked(self, name: str, right: bool, asked: str) -> Any:
        value = self.value(name)
        if not right:
            raise ValueError(f"{self._where}.{name}: {asked} is asked for, not {_shown(value)}")
        return value


def _is_integer(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
