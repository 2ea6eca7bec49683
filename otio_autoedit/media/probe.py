"""What a media file is, without decoding more of it than must be."""

from __future__ import annotations

import os

from otio_autoedit.media.footage import Footage
from otio_autoedit.media.headers import Headers, read_headers
from otio_autoedit.media.info import MediaInfo
from otio_autoedit.media.packets import count_pictures

LARGE = 256 * 2**20
"""Bytes above which a file is taken at its headers' word: whole shelves of rushes are probed."""


def probe(path: str | os.PathLike[str]) -> MediaInfo:
    """The record of a file from its headers and, where they do not say how many pictures there are
    and at what rate, from its packets (up to `LARGE`): all are read then, none decoded.

    Raises:
        MediaError: missing, empty, not media, or nothing in it can be decoded.
    """
    headers = read_headers(path)
    known = headers.info.frame_count and os.path.getsize(headers.info.path) > LARGE
    if headers.exact_count or known:
        return headers.info
    return _decoded(headers) if _may_part_fields(headers.info) else count_pictures(headers)


def _may_part_fields(info: MediaInfo) -> bool:
    """True for camcorders' transport streams, where a packet may hold half a picture."""
    return (info.field_order, info.codec, info.container) in (
        ("top", "h264", "mpegts"),
        ("bottom", "h264", "mpegts"),
    )


def _decoded(headers: Headers) -> MediaInfo:
    with Footage(headers) as footage:
        for _ in footage.read(sound=False):
            pass
        return footage.info
