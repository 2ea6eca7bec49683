"""One file from the network: whole, of the right hash, or not at all."""

from __future__ import annotations

import hashlib
import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from otio_autoedit.errors import WeightsError
from otio_autoedit.files import whole_file
from otio_autoedit.models.zoo.networks import WeightsFile
from otio_autoedit.progress import Progress, ProgressCallback

_HEADERS = {"User-Agent": "otio-autoedit"}  # servers refuse Python's own
_CHUNK = 256 * 1024
_TIMEOUT_S = 30  # without a byte
_SLACK = 1.25  # sizes are published rounded


def download(file: WeightsFile, target: Path, progress: ProgressCallback | None = None) -> None:
    """Fetches `file` to `target`, by a temporary name beside it.

    `progress` hears of bytes, in the stage "download"; what it raises stops the download.

    Raises:
        WeightsError: it cannot be had or written, is cut short, or is not what was published. The
            message says where the file comes from and where to put it by hand.
    """
    by_hand = (
        f"fetch it on another machine and put it at {target}, or in the folder that "
        "OTIO_AUTOEDIT_WEIGHTS names"
    )
    digest = hashlib.sha256()
    began, done = time.monotonic(), 0
    total: int | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(target) as part:
            with part.open("wb") as out:
                for total, chunk in _chunks(file, by_hand):
                    out.write(chunk)
                    digest.update(chunk)
                    done += len(chunk)
                    if progress:
                        elapsed = time.monotonic() - began
                        progress(Progress("download", file.name, done, total, elapsed, "bytes"))
            if total is not None and done < total:
                raise WeightsError(
                    f"{file.url} broke off after {done} of {total} bytes: try again, or {by_hand}"
                )
            if not digest.hexdigest().startswith(file.sha256):
                raise WeightsError(
                    f"what {file.url} gave is not what was published (SHA-256 "
                    f"{digest.hexdigest()[:12]}…, should begin with {file.sha256[:12]}); it was "
                    f"not kept: try again, or {by_hand}"
                )
    except OSError as error:
        raise WeightsError(
            f"cannot write {target}: {error.strerror or error}; TORCH_HOME names another folder "
            "for downloads"
        ) from error


def _chunks(file: WeightsFile, by_hand: str) -> Iterator[tuple[int | None, bytes]]:
    """(whole size if the server says it, bytes) until the end; errors in plain words."""
    most = int(file.bytes * _SLACK) + _CHUNK
    done = 0
    try:
        if not file.url.startswith(("https://", "http://")):
            raise ValueError("not a web address")
        request = urllib.request.Request(file.url, headers=_HEADERS)  # noqa: S310
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310
            length = response.headers.get("Content-Length", "")
            total = int(length) if length.isdecimal() else None
            while chunk := response.read(_CHUNK):
                done += len(chunk)
                if max(done, total or 0) > most:
                    raise ValueError(f"it is larger than the {file.bytes} bytes it should have")
                yield total, chunk
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise WeightsError(f"cannot fetch {file.url} ({_reason(error)}): {by_hand}") from error


def _reason(error: Exception) -> str:
    if isinstance(error, urllib.error.HTTPError):
        return f"the server says {error.code} {error.reason}"
    if isinstance(error, urllib.error.URLError):
        return str(getattr(error.reason, "strerror", None) or error.reason)
    return str(error) or type(error).__name__
