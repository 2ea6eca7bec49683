"""One stored stage as bytes: plain data and arrays, with a digest, nothing that can run.

An entry without arrays is JSON; one with arrays is safetensors whose header carries the JSON. Both
say their own SHA-256, so that what a crash, a full disk or a stranger left is seen as damaged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import safetensors
import safetensors.numpy

MAX_BYTES = 1 << 30
"""No entry is larger; a larger file in the store is not read."""

_MAX_JSON_BYTES = 64 << 20  # parsed, it takes many times its size

_HEADER = "otio_autoedit"
_DTYPES = ("float32", "float64", "int64", "int32", "uint8")


Arrays = dict[str, npt.NDArray[Any]]
_NO_ARRAYS: Arrays = {}


class DamagedEntry(ValueError):
    """Bytes that are not a whole entry."""


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """What a stage found: ``data`` JSON values, ``arrays`` float32, float64, int64, int32 or
    uint8."""

    data: Mapping[str, object]
    arrays: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)


def entry_bytes(entry: Entry) -> bytes:
    """Returns ``entry`` as a file's content."""
    arrays = {name: np.ascontiguousarray(array) for name, array in entry.arrays.items()}
    for name, array in arrays.items():
        if array.dtype.name not in _DTYPES:
            raise TypeError(f"array {name!r} is {array.dtype}, an entry holds {_DTYPES}")
    data = json.dumps(dict(entry.data), allow_nan=False, sort_keys=True)
    header = json.dumps({"sha256": _digest(data, arrays), "data": data})
    if not arrays:
        return header.encode()
    packed: bytes = safetensors.numpy.save(arrays, metadata={_HEADER: header})
    return packed


def entry_from_bytes(raw: bytes) -> Entry:
    """Returns the entry that ``raw`` holds.

    Raises:
        DamagedEntry: whatever the bytes are, if they are not a whole entry.
    """
    try:
        if raw[:1] == b"{":
            if len(raw) > _MAX_JSON_BYTES:
                raise DamagedEntry("too large")
            header, arrays = raw.decode(), _NO_ARRAYS
        else:
            header, arrays = _unpacked(raw)
        fields = json.loads(header)
        data = str(fields["data"])
        if fields["sha256"] != _digest(data, arrays):
            raise DamagedEntry("the digest differs")
        values = json.loads(data)
    except DamagedEntry:
        raise
    except (ValueError, KeyError, TypeError, RecursionError, safetensors.SafetensorError) as error:
        raise DamagedEntry(str(error)) from error
    if not isinstance(values, dict):
        raise DamagedEntry("not an object")
    return Entry(values, arrays)


def _unpacked(raw: bytes) -> tuple[str, Arrays]:
    """Returns the JSON header and the arrays of safetensors bytes."""
    arrays: Arrays = safetensors.numpy.load(raw)
    if any(array.dtype.name not in _DTYPES for array in arrays.values()):
        raise DamagedEntry("an array of another type")
    length = int.from_bytes(raw[:8], "little")
    return json.loads(raw[8 : 8 + length])["__metadata__"][_HEADER], arrays


def _digest(data: str, arrays: Mapping[str, npt.NDArray[Any]]) -> str:
    digest = hashlib.sha256(data.encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
