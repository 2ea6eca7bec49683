"""The packets of a file, also past places that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av

from otio_autoedit.media import pyav

# A reader that stumbles so often on end has reached the end of what it can read.
_STUMBLES = 50


@dataclass(slots=True)
class Trouble:
    """What kept packets from being read: places passed over, and why reading ended too soon."""

    passed: int = 0
    broke_off: str = ""


def read_packets(box: Any, streams: Any, trouble: Trouble | None = None) -> Iterator[Any]:
    """The packets of ``streams`` as they stand in the file; at the end an empty one for each, which
    makes its decoder give out what it still holds."""
    trouble = trouble if trouble is not None else Trouble()
    stumbles = 0
    packets = box.demux(streams)
    while stumbles < _STUMBLES:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except av.error.FFmpegError as error:
            trouble.broke_off = pyav.reason(error)
            stumbles += 1
            packets = box.demux(streams)
            continue
        if packet.size:
            if trouble.broke_off:
                trouble.passed += 1
                trouble.broke_off = ""
            stumbles = 0
        yield packet
