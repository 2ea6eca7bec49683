"""HLS playlists (.m3u8): OTIO's adapter writes only timelines already shaped for streaming."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from otio_autoedit.errors import ExportError

if TYPE_CHECKING:
    import opentimelineio as otio

    from otio_autoedit.adapters.conform.facts import Facts


def prepare(timeline: otio.schema.Timeline, facts: Facts) -> NoReturn:
    """Refuse, with the way out.

    Raises:
        ExportError: always; a playlist lists segments of encoded media, an edit has none.
    """
    raise ExportError(
        "an HLS playlist lists segments of encoded media, which an edit has none of; write .mlt, "
        "render it with melt, then let ffmpeg cut the movie into segments (-f hls)"
    )
