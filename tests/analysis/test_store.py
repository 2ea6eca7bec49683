"""The store: whole or absent, bounded, shared, and never in the way."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
import warnings
from pathlib import Path

import numpy as np
import pytest

from otio_autoedit.analysis.entry import Entry
from otio_autoedit.analysis.store import Store, StoreWarning, default_folder
from otio_autoedit.errors import Cancelled

ENTRY = Entry({"n": 1}, {"values": np.arange(1000, dtype=np.int64)})


def files_of(store: Store) -> list[Path]:
    return sorted(p for p in store.folder.rglob("*") if p.is_file())


def test_what_was_saved_is_loaded_and_nothing_else(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save("f1", "shots", "k1", ENTRY)
    loaded = Store(tmp_path).load("f1", "shots", "k1")
    assert loaded is not None
    assert loaded.data == ENTRY.data
    assert store.load("f1", "shots", "k2") is None
    assert store.load("f1", "loudness", "k1") is None
    assert store.load("f2", "shots", "k1") is None


def test_two_detectors_do_not_throw_each_other_out(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save("f", "shots", "k1", Entry({"n": 1}))
    store.save("f", "shots", "k2", Entry({"n": 2}))
    kept = [store.load("f", "shots", key) for key in ("k1", "k2")]
    assert [entry.data["n"] for entry in kept if entry] == [1, 2]


def test_a_file_is_a_folder_and_a_stage_a_file(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save("f", "index", "k", ENTRY)
    store.save("f", "shots", "k", ENTRY)
    assert [str(p.relative_to(tmp_path)) for p in files_of(store)] == [
        str(Path("media-f", "index-k.entry")),
        str(Path("media-f", "shots-k.entry")),
    ]


def test_the_folder_is_the_users_cache_unless_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTIO_AUTOEDIT_CACHE", str(tmp_path / "named"))
    assert Store().folder == tmp_path / "named"
    monkeypatch.delenv("OTIO_AUTOEDIT_CACHE")
    assert default_folder().name == "otio-autoedit"
    assert default_folder() != tmp_path / "named"


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".", "a\0b", "x" * 300, "-dash"])
def test_no_name_leaves_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="cannot name"):
        Store(tmp_path).save(name, "shots", "k", ENTRY)
    with pytest.raises(ValueError, match="cannot name"):
        Store(tmp_path).load("f", "shots", name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("kind", ["garbage", "torn", "empty", "folder", "pipe", "link", "huge"])
def test_what_is_not_a_whole_entry_is_absent(tmp_path: Path, kind: str) -> None:
    store = Store(tmp_path)
    store.save("f", "shots", "k", ENTRY)
    (path,) = files_of(store)
    whole = path.read_bytes()
    path.unlink()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)  # opening it would wait for ever
    elif kind == "link":
        (tmp_path / "elsewhere").write_bytes(whole)
        path.symlink_to(tmp_path / "elsewhere")
    elif kind == "huge":
        with path.open("wb") as file:
            file.truncate(10 << 40)  # ten terabytes, all hole
    else:
        path.write_bytes({"garbage": b"\x80\x04.", "torn": whole[:-9], "empty": b""}[kind])
    assert store.load("f", "shots", "k") is None


def test_a_damaged_entry_is_replaced(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save("f", "shots", "k", ENTRY)
    files_of(store)[0].write_bytes(b"torn")
    store.save("f", "shots", "k", ENTRY)
    assert store.load("f", "shots", "k") is not None


def test_the_least_used_goes_first(tmp_path: Path) -> None:
    size = len(_saved(tmp_path / "one"))
    store = Store(tmp_path / "many", max_bytes=10 * size)
    long_ago = time.time() - 1000
    for n in range(9):
        store.save(f"f{n}", "shots", "k", ENTRY)
        os.utime(store.folder / f"media-f{n}" / "shots-k.entry", (long_ago + n, long_ago + n))
    assert store.load("f0", "shots", "k") is not None  # used: no longer the oldest
    store.save("f9", "shots", "k", ENTRY)
    store.save("f10", "shots", "k", ENTRY)  # one more than fits
    left = {n for n in range(11) if store.load(f"f{n}", "shots", "k") is not None}
    assert left == {0, 3, 4, 5, 6, 7, 8, 9, 10}
    assert store.usage().bytes <= 10 * size


def test_a_folder_that_another_filled_is_bounded_too(tmp_path: Path) -> None:
    size = len(_saved(tmp_path / "one"))
    for n in range(20):
        Store(tmp_path / "many", max_bytes=100 * size).save(f"f{n}", "shots", "k", ENTRY)
    Store(tmp_path / "many", max_bytes=10 * size).save("new", "shots", "k", ENTRY)
    assert Store(tmp_path / "many").usage().bytes <= 10 * size


def test_what_a_killed_process_left_is_swept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save("f", "shots", "k", ENTRY)
    left = tmp_path / "media-f" / ".shots-k.abc.part.entry"
    fresh = tmp_path / "media-f" / ".shots-k.def.part.entry"
    lock = tmp_path / "media-locks" / "f-shots-k.lock"
    lock.parent.mkdir()
    for path in (left, fresh, lock):
        path.write_bytes(b"half")
    for path in (left, lock):
        os.utime(path, (0, 0))
    Store(tmp_path).save("g", "shots", "k", ENTRY)
    assert not left.exists()
    assert not lock.exists()
    assert fresh.exists()  # perhaps somebody writes it just now


def test_usage_counts_and_clear_empties_only_what_is_ours(tmp_path: Path) -> None:
    store = Store(tmp_path)
    (tmp_path / "letter.txt").write_text("mine")
    for stage in ("index", "shots"):
        store.save("f", stage, "k", ENTRY)
    store.save("g", "index", "k", ENTRY)
    assert (store.usage().files, store.usage().stages) == (2, 3)
    assert store.usage().bytes == sum(p.stat().st_size for p in tmp_path.rglob("*.entry"))
    assert store.clear().stages == 3
    assert (store.usage().files, store.usage().stages, store.usage().bytes) == (0, 0, 0)
    assert (tmp_path / "letter.txt").read_text() == "mine"


def test_where_nothing_can_be_written_one_warning_says_so(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, where the folder should be")
    store = Store(tmp_path / "taken" / "cache")
    with pytest.warns(StoreWarning, match="OTIO_AUTOEDIT_CACHE"):
        store.save("f", "shots", "k", ENTRY)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        store.save("f", "index", "k", ENTRY)
        with store.alone("f", [("shots", "k")], lambda: None):
            pass
    assert store.load("f", "shots", "k") is None
    assert store.usage().files == 0


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path)
    store.save("f", "shots", "k", Entry({"n": 1}))

    def no_room(self: Path, data: bytes) -> int:
        with self.open("wb") as file:
            file.write(data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", no_room)
    with pytest.warns(StoreWarning, match="No space left"):
        store.save("f", "shots", "k", Entry({"n": 2}))
    loaded = store.load("f", "shots", "k")
    assert loaded is not None
    assert loaded.data["n"] == 1
    assert len(files_of(store)) == 1  # the half that was written is gone


def test_the_second_waits_for_the_first(tmp_path: Path) -> None:
    order: list[str] = []
    inside = threading.Event()

    def first() -> None:
        with Store(tmp_path).alone("f", [("shots", "k")], lambda: None):
            inside.set()
            time.sleep(0.3)
            order.append("first is done")

    worker = threading.Thread(target=first)
    worker.start()
    inside.wait()
    with Store(tmp_path).alone("f", [("shots", "k")], lambda: None):
        order.append("second begins")
    worker.join()
    assert order == ["first is done", "second begins"]


def test_other_stages_do_not_wait(tmp_path: Path) -> None:
    def refuse() -> None:
        raise AssertionError("it waited")

    with (
        Store(tmp_path).alone("f", [("shots", "k")], refuse),
        Store(tmp_path).alone("f", [("loudness", "k")], refuse),
        Store(tmp_path).alone("g", [("shots", "k")], refuse),
    ):
        pass


def test_waiting_can_be_cancelled(tmp_path: Path) -> None:
    def cancel() -> None:
        raise Cancelled("enough")

    with (
        Store(tmp_path).alone("f", [("shots", "k")], cancel),
        pytest.raises(Cancelled),
        Store(tmp_path).alone("f", [("shots", "k")], cancel),
    ):
        pytest.fail("two at once")


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    script = (
        "import sys, time\n"
        "from otio_autoedit.analysis.store import Store\n"
        "with Store(sys.argv[1]).alone('f', [('shots', 'k')], lambda: None):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    waited: list[int] = []

    def kill_then_wait() -> None:
        waited.append(1)
        holder.kill()
        assert len(waited) < 100, "the lock outlived its process"

    with Store(tmp_path).alone("f", [("shots", "k")], kill_then_wait):
        assert waited
    holder.wait()


def test_loading_and_saving_say_nothing(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Store(tmp_path).save("f", "shots", "k", ENTRY)
        assert Store(tmp_path / "absent").load("f", "shots", "k") is None


def _saved(folder: Path) -> bytes:
    store = Store(folder)
    store.save("f", "shots", "k", ENTRY)
    return files_of(store)[0].read_bytes()
