from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from otio_autoedit.errors import MediaError
from otio_autoedit.media.fingerprint import BLOCK_SIZE, BLOCKS, fingerprint


def test_a_file_is_known_by_its_content_not_by_its_name_or_date(tmp_path: Path) -> None:
    data = os.urandom(3 * BLOCKS * BLOCK_SIZE)
    first, second = tmp_path / "a.mp4", tmp_path / "moved.mov"
    first.write_bytes(data)
    second.write_bytes(data)
    os.utime(second, (1, 1))
    assert fingerprint(first) == fingerprint(second)
    assert fingerprint(first, whole=True) == fingerprint(second, whole=True)
    assert fingerprint(first) != fingerprint(first, whole=True)


@pytest.mark.parametrize("at", [0, 70, -1])
def test_a_change_at_either_end_or_in_length_is_seen(tmp_path: Path, at: int) -> None:
    data = bytearray(os.urandom(3 * BLOCKS * BLOCK_SIZE))
    path = tmp_path / "a.mp4"
    path.write_bytes(data)
    before = fingerprint(path)
    path.write_bytes(data + b"\0")
    assert fingerprint(path) != before
    data[at] ^= 1
    path.write_bytes(data)
    assert fingerprint(path) != before


def test_any_change_is_seen_in_a_small_file_or_when_all_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    for size, whole in ((1000, False), (3 * BLOCKS * BLOCK_SIZE, True)):
        data = bytearray(os.urandom(size))
        path.write_bytes(data)
        before = fingerprint(path, whole=whole)
        # Between two of the sixteen blocks, where a file is long enough to have a between.
        data[min(size // 2, BLOCK_SIZE + BLOCK_SIZE // 2)] ^= 1
        path.write_bytes(data)
        assert fingerprint(path, whole=whole) != before


def test_a_huge_file_takes_no_longer(tmp_path: Path) -> None:
    path = tmp_path / "huge.mxf"
    with open(path, "wb") as file:
        file.truncate(200 * 2**30)
    start = time.perf_counter()
    fingerprint(path)
    assert time.perf_counter() - start < 2


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(MediaError, match="cannot be read"):
        fingerprint(tmp_path / "none.mp4")
