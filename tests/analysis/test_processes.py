"""Processes that share a store: killed at any moment, at work on one file, stopped by Ctrl-C."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from otio_autoedit.analysis.pipeline import analyze
from otio_autoedit.analysis.store import Store

# Analyses a file over and over under new keys, so that it writes to the store all the time.
_WRITER = """
import sys
from otio_autoedit.analysis import stages
from otio_autoedit.analysis.pipeline import analyze
from otio_autoedit.analysis.store import Store
path, folder, first = sys.argv[1], sys.argv[2], int(sys.argv[3])
print("ready", flush=True)
for version in range(first, first + 10_000):
    stages._VERSIONS.update(index=version, loudness=version)
    analyze(path, ("loudness",), store=Store(folder))
    print(version, flush=True)
"""

# Writes large entries, again and again over the same: most of its time goes into writing.
_LARGE_WRITER = """
import sys
import numpy as np
from otio_autoedit.analysis.entry import Entry, entry_bytes
from otio_autoedit.analysis import store
raw = entry_bytes(Entry({}, {"values": np.arange(4_000_000, dtype=np.int64)}))
store.entry_bytes = lambda entry: raw
print("ready", flush=True)
while True:
    store.Store(sys.argv[2]).save("large", "masks", "k", Entry({}))
    print("saved", flush=True)
"""

# Analyses a file once, and says how many pictures it decoded.
_SHARER = """
import sys, json
from otio_autoedit.media.footage import Footage, Picture
from otio_autoedit.analysis.pipeline import analyze
from otio_autoedit.analysis.store import Store
count, read = [0], Footage.read
def counted(self, pictures=True, sound=True, **how):
    for each in read(self, pictures, sound, **how):
        count[0] += isinstance(each, Picture)
        yield each
Footage.read = counted
print("ready", flush=True)
sys.stdin.readline()
seen = analyze(sys.argv[1], ("shots", "loudness"), store=Store(sys.argv[2]))
cuts = [t.first_after for t in seen.transitions]
print(json.dumps({"pictures": count[0], "cuts": cuts}))
"""

# Analyses a long film, and says when it is in the middle of it.
_LONG = """
import sys
from otio_autoedit.analysis.pipeline import analyze
from otio_autoedit.analysis.store import Store
def say(report):
    if report.done > 20:
        print("working", flush=True)
analyze(sys.argv[1], ("shots", "loudness"), store=Store(sys.argv[2]), progress=say)
print("finished", flush=True)
"""


def start(script: str, *args: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, args)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    said = process.stdout.readline().strip()
    assert said, process.communicate()[1]
    return said


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("script", [_WRITER, _LARGE_WRITER], ids=["analyses", "large entries"])
def test_killed_at_any_moment_no_entry_is_torn(film: Path, tmp_path: Path, script: str) -> None:
    """Each kill hits a process that writes without pause; what lies there must be whole."""
    moment = random.Random(8)
    folder = tmp_path / "store"
    written = 0
    for round_ in range(8):
        writer = start(script, film, folder, 1 + round_ * 10_000)
        assert line(writer) == "ready"
        line(writer)  # the first is through: from here on it writes again and again
        time.sleep(moment.uniform(0.0, 0.15))
        writer.kill()
        writer.communicate()
        store = Store(folder)
        for path in folder.rglob("media-*/*.entry"):
            if path.name.startswith("."):
                continue  # begun and never renamed: nobody reads it
            stage, _, key = path.stem.partition("-")
            fingerprint = path.parent.name.removeprefix("media-")
            assert store.load(fingerprint, stage, key) is not None, f"{path} is torn"
            written += 1
    assert written >= 8
    seen = analyze(film, ("loudness",), store=Store(folder))
    assert seen.media.frame_count == 160


def test_two_at_once_share_the_work(film: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    both = [start(_SHARER, film, folder) for _ in range(2)]
    for each in both:
        assert line(each) == "ready"
    for each in both:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    said = [json.loads(line(each)) for each in both]
    for each in both:
        each.communicate()
    assert said[0]["cuts"] == said[1]["cuts"] == [40, 80, 120]
    assert sorted(each["pictures"] for each in said) == [0, 160]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_who_waits_for_a_killed_process_does_the_work(film: Path, tmp_path: Path) -> None:
    folder = tmp_path / "store"
    key = sorted(_keys_held(film, tmp_path))
    holder = start(
        "import sys, time\n"
        "from otio_autoedit.analysis.store import Store\n"
        "keys = [tuple(each.split(':')) for each in sys.argv[3:]]\n"
        "with Store(sys.argv[1]).alone(sys.argv[2], keys, lambda: None):\n"
        "    print('held', flush=True)\n"
        "    time.sleep(60)\n",
        folder,
        analyze(film, (), store=None).media.fingerprint,
        *key,
    )
    assert line(holder) == "held"
    sharer = start(_SHARER, film, folder)
    assert line(sharer) == "ready"
    assert sharer.stdin is not None
    sharer.stdin.write("\n")
    sharer.stdin.flush()
    time.sleep(0.5)
    assert sharer.poll() is None  # it waits
    holder.kill()
    holder.communicate()
    assert json.loads(line(sharer))["pictures"] == 160
    sharer.communicate()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
def test_ctrl_c_stops_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    from tests.support.movies import coded_movie

    path = coded_movie(tmp_path / "long.mp4", frames=1500)
    folder = tmp_path / "store"
    process = start(_LONG, path, folder)
    assert line(process) == "working"
    process.send_signal(signal.SIGINT)
    began = time.monotonic()
    out, err = process.communicate(timeout=20)
    assert time.monotonic() - began < 10
    assert "finished" not in out
    assert "KeyboardInterrupt" in err
    assert not [p for p in folder.rglob("*") if p.is_file() and p.suffix != ".lock"]


def _keys_held(film: Path, tmp_path: Path) -> list[str]:
    """The stage and key of what an analysis of ``film`` makes, as ``stage:key``."""
    store = Store(tmp_path / "other")
    seen = analyze(film, ("shots", "loudness"), store=store)
    folder = store.folder / f"media-{seen.media.fingerprint}"
    stems = [path.stem.partition("-") for path in folder.glob("*.entry")]
    return [f"{stage}:{key}" for stage, _, key in stems if stage != "index"]
