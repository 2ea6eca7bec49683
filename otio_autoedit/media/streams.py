"""Where a file's sound streams stand among all of its streams, for programs that count that way."""

from __future__ import annotations

import os

from otio_autoedit.media.pyav import open_container


def sound_places(path: str | os.PathLike[str]) -> list[int]:
    """The place of each sound stream among all streams, 0-based: ``[1, 2]`` after one picture.

    Raises:
        MediaError: the file cannot be opened.
    """
    with open_container(path) as box:
        return [int(stream.index) for stream in box.streams.audio]
