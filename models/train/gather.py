"""Gathering the footage that the shot network trains on, from where it is public.

Each original is fetched, held against its hash, cut to the frames that are wanted and made small:
long side 320, H.264, no sound, every frame kept. What is there already is not fetched again, so a
run that was stopped goes on where it stood; what can no longer be had is named at the end.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from otio_autoedit.errors import OptionError
from otio_autoedit.files import write_whole
from otio_autoedit.models.train.sources import Source, load_labels, load_sources

BASE = "https://raw.githubusercontent.com"
LONG_SIDE = 320  # pixels
LARGEST = 64 * 2**20  # bytes of an original
TIMEOUT_S = 60.0
_MADE = "gathered.json"  # in the folder: what each clip was made of


@dataclass(frozen=True, slots=True)
class Failure:
    """A clip that could not be had, and why."""

    clip: str
    url: str
    reason: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a run did: names of clips made now, of clips that were there, and what failed."""

    made: tuple[str, ...]
    kept: tuple[str, ...]
    failed: tuple[Failure, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """How far a run is: `done` of `total` clips, this one last; `reason` where it failed."""

    done: int
    total: int
    clip: str
    reason: str | None = None


def gather(
    out: Path,
    *,
    base: str = BASE,
    progress: Callable[[Step], None] | None = None,
    sources: Sequence[Source] | None = None,
    labels: Mapping[str, dict[str, Any]] | None = None,
) -> Gathered:
    """Fetches and re-encodes all footage into `out/single` and `out/edited`, labels beside it.

    Args:
        out: a folder; made where it is not there.
        base: what comes before `/OWNER/NAME/COMMIT/PATH` in an original's address.
        progress: called after each clip.
        sources: other videos than the package's table names.
        labels: what is known of the edited ones, by clip.

    Raises:
        OptionError: `base` is no web address.
    """
    if urllib.parse.urlsplit(base).scheme not in ("http", "https"):
        raise OptionError(f"{base!r} is no address to fetch from: it begins with https://")
    rows = load_sources() if sources is None else sources
    known = load_labels() if labels is None else labels
    before = _read_made(out)
    made: list[str] = []
    kept: list[str] = []
    failed: list[Failure] = []
    for done, row in enumerate(rows, 1):
        reason = None
        path = out / row.kind / f"{row.clip}.mp4"
        if path.is_file() and before.get(_key(row)) == _stamp(row):
            kept.append(row.clip)
        elif (reason := _make(row, path, base)) is None:
            made.append(row.clip)
            before[_key(row)] = _stamp(row)
            write_whole(out / _MADE, json.dumps(before, indent=0).encode())
        else:
            failed.append(Failure(row.clip, _address(base, row), reason))
        if row.kind == "edited" and reason is None:
            write_whole(path.with_suffix(".json"), json.dumps(known[row.clip]).encode())
        if progress:
            progress(Step(done, len(rows), row.clip, reason))
    return Gathered(tuple(made), tuple(kept), tuple(failed))


def shrink(original: Path, path: Path, start: int, stop: int, rate: Fraction) -> int:
    """Writes frames `start` to `stop` of a video small, without sound; returns how many they are.

    They are counted in presentation order and stand at a constant `rate`, whatever the original's
    times: every frame is kept. Rotation that the original asks for is carried out.

    Raises:
        ValueError: there is no such frame.
        av.FFmpegError: the original cannot be read.
    """
    count = 0
    with av.open(str(path), "w", format="mp4") as target:
        stream = None
        for frame in _frames(original, start, stop):
            picture = _small(frame)
            if stream is None:
                options = {"crf": "24", "preset": "veryfast", "threads": "1"}
                stream = target.add_stream("libx264", rate=rate, options=options)
                stream.width, stream.height = picture.width, picture.height
                stream.pix_fmt = "yuv420p"
            picture.pts, picture.time_base = count, 1 / rate
            target.mux(stream.encode(picture))
            count += 1
        if stream is None:
            raise ValueError(f"it has no frame {start}")
        target.mux(stream.encode())
    return count


def _make(row: Source, path: Path, base: str) -> str | None:
    """Makes one clip; returns why it could not be made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".making-") as room:
        original = Path(room, "original" + Path(row.path).suffix)
        small = Path(room, "small.mp4")
        try:
            found = _fetch(_address(base, row), original)
            if found != row.sha256:
                return "what is there now is another file (its SHA-256 differs)"
            frames = shrink(original, small, row.start, row.stop, row.rate)
        except urllib.error.HTTPError as error:
            return f"the server answered {error.code}"
        except (OSError, ValueError, http.client.HTTPException, av.FFmpegError) as error:
            return str(error).splitlines()[0] if str(error) else type(error).__name__
        if row.kind == "edited" and frames != row.frames:
            return f"it has {frames} frames here, and its labels count {row.frames}"
        os.replace(small, path)
    return None


def _fetch(address: str, path: Path) -> str:
    """Writes what is at `address` to `path`; returns its SHA-256."""
    digest = hashlib.sha256()
    size = 0
    request = urllib.request.Request(address, headers={"User-Agent": "otio-autoedit"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer, path.open("wb") as file:  # noqa: S310
        while piece := answer.read(2**18):
            size += len(piece)
            if size > LARGEST:
                raise ValueError(f"it is larger than {LARGEST // 2**20} MiB")
            digest.update(piece)
            file.write(piece)
        expected = answer.headers.get("Content-Length")
    if expected is not None and size != int(expected):
        raise ValueError(f"it broke off after {size} of {expected} bytes")
    return digest.hexdigest()


def _frames(path: Path, start: int, stop: int) -> Iterator[av.VideoFrame]:
    with av.open(str(path)) as container:
        if not container.streams.video:
            raise ValueError("it has no pictures")
        for index, frame in enumerate(container.decode(video=0)):
            if index >= stop:
                return
            if index >= start:
                yield frame


def _small(frame: av.VideoFrame) -> av.VideoFrame:
    """Returns the frame upright, its long side 320 pixels and both sides even."""
    scale = LONG_SIDE / max(frame.width, frame.height)
    width, height = (max(16, 2 * round(side * scale / 2)) for side in (frame.width, frame.height))
    turns = (frame.rotation // 90) % 4
    if not turns:
        return _resized(frame, width, height, "yuv420p")
    pixels = _resized(frame, width, height, "rgb24").to_ndarray()
    upright = np.ascontiguousarray(np.rot90(pixels, turns))
    return av.VideoFrame.from_ndarray(upright, "rgb24").reformat(format="yuv420p")


def _resized(frame: av.VideoFrame, width: int, height: int, pixels: str) -> av.VideoFrame:
    try:
        return frame.reformat(width, height, pixels, interpolation="AREA", threads=1)
    except TypeError:  # before PyAV 16 there was no such argument, and no threads
        return frame.reformat(width, height, pixels, interpolation="AREA")


def _address(base: str, row: Source) -> str:
    path = urllib.parse.quote(f"{row.repo}/{row.commit}/{row.path}")
    return f"{base.rstrip('/')}/{path}"


def _key(row: Source) -> str:
    return f"{row.kind}/{row.clip}"


def _stamp(row: Source) -> str:
    return f"{row.sha256} {row.start} {row.stop} {row.rate}"


def _read_made(out: Path) -> dict[str, str]:
    try:
        stored = json.loads((out / _MADE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}
