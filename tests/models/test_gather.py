"""Footage is fetched from where it is public, held against its hash, and made small.

The files are made here and served by a server of this machine.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import numpy as np
import pytest

from otio_autoedit.cli import main
from otio_autoedit.errors import OptionError
from otio_autoedit.models.train.gather import Step, gather, shrink
from otio_autoedit.models.train.sources import (
    Source,
    load_labels,
    load_sources,
    parse_sources,
    unpacked,
)

COMMIT = "0" * 40
LABELS = {
    "film": unpacked(
        {
            "frames": 20,
            "split": "train",
            "transitions": [[4, 5, "cut", "looked"]],
            "unsure": [[9, 12]],
            "negatives": [[15, "flash"]],
        }
    )
}


@dataclass
class Site:
    """A server of the files in `files`; it breaks off in the middle of those in `broken`."""

    files: dict[str, bytes] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    base: str = ""


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.asked.append(self.path)
            content = site.files.get(self.path)
            if content is None:
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            broken = self.path in site.broken
            self.wfile.write(content[: len(content) // 2] if broken else content)

        def log_message(self, *words: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    site.base = f"http://127.0.0.1:{server.server_port}"
    yield site
    server.shutdown()
    thread.join()
    server.server_close()


def film(path: Path, frames: int = 30, size: tuple[int, int] = (200, 120)) -> bytes:
    """A film whose frame i is grey of value 8 * i."""
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=24, options={"crf": "10"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for i in range(frames):
            pixels = np.full((size[1], size[0], 3), 8 * i, np.uint8)
            target.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        target.mux(stream.encode())
    return path.read_bytes()


def greys(path: Path) -> list[int]:
    """The value of each frame, divided by 8."""
    with av.open(str(path)) as container:
        pictures = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    return [round(float(picture.mean()) / 8) for picture in pictures]


def add(site: Site, content: bytes, clip: str = "film", kind: str = "edited") -> Source:
    """Serves `content`, and returns its row: 20 frames from the sixth."""
    path = f"clips/a {clip}.mp4"
    site.files[f"/one/repo/{COMMIT}/clips/a%20{clip}.mp4"] = content
    digest = hashlib.sha256(content).hexdigest()
    return Source(kind, clip, "one/repo", COMMIT, path, digest, 5, 25, Fraction(24), "none stated")


def test_a_film_is_fetched_cut_out_and_made_small(tmp_path: Path, site: Site) -> None:
    row = add(site, film(tmp_path / "original.mp4"))
    steps: list[Step] = []
    gathered = gather(
        tmp_path / "out", base=site.base, sources=[row], labels=LABELS, progress=steps.append
    )
    assert gathered.made == ("film",)
    assert not gathered.failed
    assert steps == [Step(1, 1, "film")]
    made = tmp_path / "out" / "edited" / "film.mp4"
    assert greys(made) == list(range(5, 25))
    with av.open(str(made)) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height, stream.average_rate) == (320, 192, 24)
        assert not container.streams.audio
    stored = json.loads(made.with_suffix(".json").read_text())
    assert stored["transitions"] == [
        {"last_before": 4, "first_after": 5, "type": "cut", "by": "looked"}
    ]
    assert stored["unsure"] == [[9, 12]]
    assert stored["negatives"] == [{"frame": 15, "kind": "flash"}]


def test_what_is_there_whole_is_not_fetched_again(tmp_path: Path, site: Site) -> None:
    row = add(site, film(tmp_path / "original.mp4"))
    gather(tmp_path / "out", base=site.base, sources=[row], labels=LABELS)
    site.asked.clear()
    again = gather(tmp_path / "out", base=site.base, sources=[row], labels=LABELS)
    assert again.kept == ("film",)
    assert not site.asked
    other = gather(tmp_path / "out", base=site.base, sources=[replace(row, stop=24)], labels=LABELS)
    assert other.made == ("film",)  # other frames are wanted
    assert len(greys(tmp_path / "out" / "edited" / "film.mp4")) == 19


def test_what_cannot_be_had_is_named_and_the_rest_goes_on(tmp_path: Path, site: Site) -> None:
    content = film(tmp_path / "original.mp4")
    rows = [add(site, content, clip, "single") for clip in ("gone", "other", "cut", "odd", "good")]
    gone, other, cut, odd, good = rows
    del site.files[f"/one/repo/{COMMIT}/clips/a%20gone.mp4"]
    site.files[f"/one/repo/{COMMIT}/clips/a%20other.mp4"] = content + b"x"
    site.broken.add(f"/one/repo/{COMMIT}/clips/a%20cut.mp4")
    text = b"no film at all"
    site.files[f"/one/repo/{COMMIT}/clips/a%20odd.mp4"] = text
    odd = replace(odd, sha256=hashlib.sha256(text).hexdigest())
    gathered = gather(
        tmp_path / "out", base=site.base, sources=[gone, other, cut, odd, good], labels={}
    )
    assert gathered.made == ("good",)
    reasons = {failure.clip: failure.reason for failure in gathered.failed}
    assert list(reasons) == ["gone", "other", "cut", "odd"]
    assert "404" in reasons["gone"]
    assert "SHA-256" in reasons["other"]
    assert "broke off" in reasons["cut"] or "IncompleteRead" in reasons["cut"]
    assert gathered.failed[0].url.endswith(f"/one/repo/{COMMIT}/clips/a%20gone.mp4")
    assert sorted(path.name for path in (tmp_path / "out" / "single").iterdir()) == ["good.mp4"]


def test_labels_that_count_other_frames_are_not_written(tmp_path: Path, site: Site) -> None:
    row = add(site, film(tmp_path / "original.mp4", frames=22))
    gathered = gather(tmp_path / "out", base=site.base, sources=[row], labels=LABELS)
    assert "17 frames" in gathered.failed[0].reason
    assert not list((tmp_path / "out" / "edited").iterdir())


def test_a_run_that_was_stopped_goes_on(tmp_path: Path, site: Site) -> None:
    content = film(tmp_path / "original.mp4")
    rows = [add(site, content, clip, "single") for clip in ("one", "two")]

    def stop(step: Step) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gather(tmp_path / "out", base=site.base, sources=rows, labels={}, progress=stop)
    gathered = gather(tmp_path / "out", base=site.base, sources=rows, labels={})
    assert (gathered.kept, gathered.made) == (("one",), ("two",))


def test_an_original_that_is_turned_stands_upright(tmp_path: Path) -> None:
    """A tall film with a white left half, stored lying as telephones do."""
    path = tmp_path / "turned.mp4"
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 160, 80, "yuv420p"
        pixels = np.zeros((80, 160, 3), np.uint8)
        pixels[:40] = 255
        target.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        target.mux(stream.encode())
    _turn(path)
    with av.open(str(path)) as container:
        turned = next(container.decode(video=0)).rotation
    assert turned % 180 == 90
    assert shrink(path, tmp_path / "small.mp4", 0, 1, Fraction(24)) == 1
    with av.open(str(tmp_path / "small.mp4")) as container:
        upright = next(container.decode(video=0)).to_ndarray(format="rgb24")
    assert upright.shape == (320, 160, 3)
    left_is_white = upright[:, :70].mean() > 200 and upright[:, 90:].mean() < 50
    right_is_white = upright[:, 90:].mean() > 200 and upright[:, :70].mean() < 50
    assert left_is_white if turned == 90 else right_is_white


def _turn(path: Path) -> None:
    """Writes a quarter turn into the track header's matrix (ISO/IEC 14496-12, 8.3.2)."""
    content = bytearray(path.read_bytes())
    at = content.index(b"tkhd") + 4 + 40  # version 0: the matrix comes after 40 bytes
    one, zero, minus = ((n << 16).to_bytes(4, "big", signed=True) for n in (1, 0, -1))
    shift = (80 << 16).to_bytes(4, "big")
    last = (1 << 30).to_bytes(4, "big")
    content[at : at + 36] = b"".join((zero, one, zero, minus, zero, zero, shift, zero, last))
    path.write_bytes(content)


def test_the_table_is_whole() -> None:
    rows = load_sources()
    labels = load_labels()
    edited = [row for row in rows if row.kind == "edited"]
    assert {row.clip for row in edited} == set(labels)
    assert {labels[row.clip]["split"] for row in edited} == {"train", "validation"}
    for row in rows:
        assert len(row.commit) == 40
        assert len(row.sha256) == 64
        assert row.licence
        assert 0 <= row.start < row.stop
    for row in edited:
        _check(row, labels[row.clip])


def _check(row: Source, entry: dict[str, object]) -> None:
    """Labels lie in the film, in order, none over another; a cut is between neighbours."""
    assert entry["frames"] == row.frames
    transitions = entry["transitions"]
    assert isinstance(transitions, list)
    end = -1
    for t in transitions:
        assert end <= t["last_before"] < t["first_after"] <= row.frames, (row.clip, t)
        assert t["type"] in ("cut", "dissolve", "fade", "wipe")
        assert (t["type"] == "cut") == (t["first_after"] == t["last_before"] + 1), (row.clip, t)
        end = t["first_after"] - 1
    unsure = entry["unsure"]
    assert isinstance(unsure, list)
    assert all(0 <= start < stop <= row.frames for start, stop in unsure)


def test_no_repository_is_on_both_sides() -> None:
    labels = load_labels()
    sides: dict[str, set[str]] = {}
    for row in load_sources():
        if row.kind == "edited":
            sides.setdefault(row.repo, set()).add(labels[row.clip]["split"])
    assert all(len(side) == 1 for side in sides.values())


def test_a_wrong_table_is_refused() -> None:
    head = "kind\tclip\trepo\tcommit\tpath\tsha256\tstart\tstop\tfps\tlicence"
    row = f"still\ta\tone/repo\t{COMMIT}\ta.mp4\t{'0' * 64}\t0\t9\t25\tMIT"
    with pytest.raises(ValueError, match="still a"):
        parse_sources(f"{head}\n{row}")


def test_only_the_web_is_fetched_from(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="https://"):
        gather(tmp_path, base="file:///etc", sources=[], labels={})


def test_the_command_says_what_failed(
    tmp_path: Path, site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = (add(site, film(tmp_path / "original.mp4"), "good", "single"),)
    rows += (replace(rows[0], clip="gone", path="gone.mp4"),)
    monkeypatch.setattr("otio_autoedit.models.train.gather.load_sources", lambda: rows)
    words = ["train", "gather", "--out", str(tmp_path / "out"), "--base", site.base]
    assert main(words) == 1
    said = capsys.readouterr()
    assert "1 of 2" in said.out
    assert "gone" in said.err
    assert "404" in said.err
    assert (tmp_path / "out" / "single" / "good.mp4").is_file()
