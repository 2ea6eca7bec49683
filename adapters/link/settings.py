"""What ``-M`` takes: declared here once, read from whatever OTIO's command line made of it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from otio_autoedit.adapters.link.find import WAYS, Way
from otio_autoedit.analysis.choices import DEVICE, SHOT_NETWORK, THRESHOLD
from otio_autoedit.errors import OptionError, did_you_mean
from otio_autoedit.options import Option, read_options

LINKER = (
    Option(
        "media_dir", "path", None,
        "Folder whose tree holds the media; several as a list, or with "
        f"`{os.pathsep}` between them, the preferred first. Without it only media that lies where "
        "the timeline says is linked.",
    ),
    Option(
        "match", "text", ",".join(WAYS),
        "How media may be found: any of url, name, reel and timecode.",
    ),
    Option("shots", "flag", True, "Watch the media and mark its shot changes; `no` relinks only."),
    THRESHOLD,
    SHOT_NETWORK,
    DEVICE,
    Option("cache", "flag", True, "Keep what was seen of a file, and use what was kept."),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Settings:
    """How to link. ``folders`` exist; the preferred is first."""

    folders: tuple[Path, ...]
    ways: tuple[Way, ...]
    shots: bool
    threshold: float | None
    shot_network: str
    device: str
    cache: bool


def read_settings(arguments: Mapping[str, object]) -> Settings:
    """The settings that a linker's argument map asks for; OptionError names all that is wrong."""
    wrong: list[str] = []
    rest: dict[str, object] = {}
    folders: tuple[Path, ...] = ()
    ways: tuple[Way, ...] = WAYS
    for name, value in arguments.items():
        key = str(name).strip().replace("-", "_").lower()
        try:
            if key == "media_dir":
                folders = _folders(value)
            elif key == "match":
                ways = _ways(value)
            else:
                rest[name] = value
        except ValueError as error:
            wrong.append(str(error))
    try:
        read = read_options(rest, LINKER, where="-M")
    except OptionError as error:
        wrong.append(str(error))
    if wrong:
        raise OptionError("; ".join(wrong))
    return Settings(
        folders=folders,
        ways=ways,
        shots=bool(read["shots"]),
        threshold=cast("float | None", read["threshold"]),
        shot_network=str(read["shot_network"]),
        device=str(read["device"]),
        cache=bool(read["cache"]),
    )


def _folders(value: object) -> tuple[Path, ...]:
    """The folders that were meant: OTIO makes a number of a folder called 2024."""
    named = list(dict.fromkeys(_folder(text) for text in _texts(value, _split_folders)))
    for folder in named:
        if not folder.is_dir():
            what = "is no folder" if folder.exists() else "does not exist"
            raise ValueError(f"-M media_dir={folder}: {what}")
    return tuple(named)


def _folder(text: str) -> Path:
    return Path(os.path.abspath(os.path.expanduser(text)))


def _split_folders(text: str) -> list[str]:
    if _folder(text).exists():  # a name may well hold a colon
        return [text]
    return [part for part in text.split(os.pathsep) if part.strip()]


def _ways(value: object) -> tuple[Way, ...]:
    asked = {text.lower() for text in _texts(value, lambda text: text.replace(",", " ").split())}
    for text in sorted(asked):
        if text not in WAYS:
            hint = did_you_mean(text, WAYS)
            raise ValueError(f"-M match={text}: no such way to find media{hint}")
    return tuple(way for way in WAYS if way in asked) or WAYS


def _texts(value: object, split: object) -> Iterable[str]:
    """Every text in a value that may be None, one thing or a list of things."""
    if value is None:
        return []
    if isinstance(value, str | os.PathLike):
        return split(os.fspath(value)) if str(value).strip() else []  # type: ignore[operator]
    if isinstance(value, bool) or not isinstance(value, int | float | list | tuple):
        raise ValueError(f"-M: {value!r} names nothing")
    if isinstance(value, int | float):
        return [str(value)]
    return [text for each in value for text in _texts(each, lambda whole: [whole])]
