"""What a media file is, without decoding it."""

from __future__ import annotations

import os

from otio_autoedit.media.headers import read_headers
from otio_autoedit.media.info import MediaInfo
from otio_autoedit.media.packets import count_pictures


def probe(path: str | os.PathLike[str]) -> MediaInfo:
    """The record of a file from its headers and, where they do not say how many pictures there are
    and at what rate, from its packets: all are read then, none decoded.

    Raises:
        MediaError: missing, empty, not media, or nothing in it can be decoded.
    """
    headers = read_headers(path)
    return headers.info if headers.exact_count else count_pictures(headers)
