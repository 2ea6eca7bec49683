"""An entry comes back as it was, and anything else is seen as damaged."""

from __future__ import annotations

import json
import pickle

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from otio_autoedit.analysis.entry import DamagedEntry, Entry, entry_bytes, entry_from_bytes

PLAIN = Entry({"transitions": [{"type": "cut"}], "made_by": {"network": "é"}})
WITH_ARRAYS = Entry(
    {"rate": 10.0},
    {"values": np.linspace(-70, 0, 11, dtype=np.float32), "pts": np.arange(5, dtype=np.int64)},
)


def test_plain_data_is_json_a_person_can_open() -> None:
    raw = entry_bytes(PLAIN)
    assert "transitions" in json.loads(json.loads(raw)["data"])
    assert entry_from_bytes(raw).data == PLAIN.data


def test_arrays_come_back_with_type_and_values() -> None:
    back = entry_from_bytes(entry_bytes(WITH_ARRAYS))
    assert back.data == {"rate": 10.0}
    assert back.arrays.keys() == WITH_ARRAYS.arrays.keys()
    for name, array in WITH_ARRAYS.arrays.items():
        assert back.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(back.arrays[name], array)


def test_an_empty_array_comes_back() -> None:
    back = entry_from_bytes(entry_bytes(Entry({}, {"keys": np.zeros(0, np.int64)})))
    assert back.arrays["keys"].shape == (0,)


@pytest.mark.parametrize("entry", [PLAIN, WITH_ARRAYS], ids=["json", "safetensors"])
def test_every_cut_short_is_damaged(entry: Entry) -> None:
    raw = entry_bytes(entry)
    for length in range(len(raw)):
        with pytest.raises(DamagedEntry):
            entry_from_bytes(raw[:length])


@pytest.mark.parametrize("entry", [PLAIN, WITH_ARRAYS], ids=["json", "safetensors"])
def test_every_flipped_byte_is_damaged_or_harmless(entry: Entry) -> None:
    """A disk that lost a block gives zeros: no zeroed byte may change what is read."""
    raw = entry_bytes(entry)
    for at in range(len(raw)):
        broken = raw[:at] + b"\0" + raw[at + 1 :]
        if broken == raw:
            continue
        try:
            back = entry_from_bytes(broken)
        except DamagedEntry:
            continue
        assert back.data == entry.data
        for name, array in entry.arrays.items():
            np.testing.assert_array_equal(back.arrays[name], array)


@given(st.binary(max_size=400))
def test_random_bytes_are_damaged(raw: bytes) -> None:
    with pytest.raises(DamagedEntry):
        entry_from_bytes(raw)


class Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return exec, ("raise SystemExit('it ran')",)


@pytest.mark.parametrize(
    "raw",
    [
        pickle.dumps(Bomb()),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"sha256": "x", "data": "{}"}',
        b'{"sha256": null, "data": 1}',
        (1 << 62).to_bytes(8, "little") + b"{}",
        safetensors.numpy.save({"values": np.ones(3, np.float32)}),
        safetensors.numpy.save({"values": np.ones(3)}, {"otio_autoedit": "{}"}),
        b"",
        b'{"' + bytes(65 << 20),
    ],
    ids=["pickle", "deep list", "deep object", "false digest", "wrong types", "huge header",
         "no header", "float64", "empty", "huge json"],
)  # fmt: skip
def test_hostile_bytes_are_damaged(raw: bytes) -> None:
    with pytest.raises(DamagedEntry):
        entry_from_bytes(raw)


def test_numbers_that_json_lacks_are_refused_when_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        entry_bytes(Entry({"confidence": float("nan")}))
    with pytest.raises(TypeError, match="float16"):
        entry_bytes(Entry({}, {"values": np.ones(2, np.float16)}))
