"""Bytes of media files changed by hand, for what no writer of good files will make."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path


def turn_mp4(path: Path, degrees: int) -> Path:
    """Writes a display matrix into every track of an mp4 or mov: quarter turns clockwise."""
    matrices = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}
    a, b, c, d = matrices[degrees]
    one = 1 << 16
    matrix = struct.pack(">9i", a * one, b * one, 0, c * one, d * one, 0, 0, 0, 1 << 30)
    data = bytearray(path.read_bytes())
    at = data.find(b"tkhd")
    while at >= 0:
        place = at + (56 if data[at + 4] else 44)  # after "tkhd": version 1 has longer times
        data[place : place + 36] = matrix
        at = data.find(b"tkhd", at + 4)
    path.write_bytes(data)
    return path


def slow_timecode(path: Path, ratio: int) -> Path:
    """Makes the timecode track of a mov count every ``ratio``-th picture, as cameras do."""

    def change(data: bytes) -> bytes:
        entry = data.rindex(b"tmcd")  # in the sample description: ... duration, count, 0
        each = int.from_bytes(data[entry + 24 : entry + 28], "big") * ratio
        count = data[entry + 28] // ratio
        return data[: entry + 24] + each.to_bytes(4, "big") + bytes([count]) + data[entry + 29 :]

    return replace_bytes(path, change)


def cut_short(path: Path, share: float) -> Path:
    """Keeps the first ``share`` of a file."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def damage(path: Path, start: float, stop: float, seed: int = 1) -> Path:
    """Fills the part of a file from ``start`` to ``stop`` (shares of its length) with noise."""
    data = bytearray(path.read_bytes())
    a, b = int(len(data) * start), int(len(data) * stop)
    data[a:b] = random.Random(seed).randbytes(b - a)
    path.write_bytes(data)
    return path


def replace_bytes(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """Rewrites a file by a function of its bytes."""
    path.write_bytes(change(path.read_bytes()))
    return path


def png(width: int, height: int, pixels: bytes) -> bytes:
    """A PNG file that claims any size, whatever pixels follow (rows of 0 and RGB)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(pixels))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


def raw_avi(width: int, height: int) -> bytes:
    """An AVI of uncompressed 24-bit pictures of any claimed size, with one short picture in it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)

    def group(kind: bytes, data: bytes) -> bytes:
        return chunk(b"LIST", kind + data)

    main = struct.pack("<14I", 40_000, 0, 0, 0x10, 1, 0, 1, 0, width, height, 0, 0, 0, 0)
    stream = b"vids" + b"\0" * 16 + struct.pack("<7I4H", 1, 25, 0, 1, 0, 0, 0, 0, 0, 0, 0)
    form = struct.pack("<IiiHHIIIIII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    heads = group(b"strl", chunk(b"strh", stream) + chunk(b"strf", form))
    body = group(b"hdrl", chunk(b"avih", main) + heads) + group(
        b"movi", chunk(b"00db", b"\0" * 999)
    )
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"AVI " + body
