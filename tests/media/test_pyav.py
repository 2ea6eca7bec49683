"""The door to PyAV: what is opened, what is refused, and in which words."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import pytest

from otio_autoedit.errors import MediaError
from otio_autoedit.media import pyav
from otio_autoedit.media.footage import open_footage
from otio_autoedit.media.probe import probe
from tests.support import surgery
from tests.support.movies import coded_movie

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def movie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return coded_movie(tmp_path_factory.mktemp("movie") / "m.mp4", frames=12, size=(160, 90))


@pytest.mark.parametrize(
    "name",
    ["-i.mp4", "--help", "http:x.mp4", "concat:a|b.mp4", "file:x.mp4", "pipe:0", "data:,x.mp4",
     "a%03d.png.mp4", "%s%n.mp4", "it's.mp4", 'say "hi".mp4', "new\nline.mp4", "#?&=.mp4",
     "日本語 é.mp4", " .mp4", "a\\b.mp4", "[1]*{a,b}.mp4", "$HOME `id`.mp4"],
)  # fmt: skip
@pytest.mark.parametrize("relative", [True, False])
def test_a_name_is_a_name_and_nothing_else(
    movie: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, relative: bool
) -> None:
    (tmp_path / name).write_bytes(movie.read_bytes())
    monkeypatch.chdir(tmp_path)
    info = probe(name if relative else tmp_path / name)
    assert info.frame_count == 12
    assert info.path == str(tmp_path / name)


def test_a_name_that_is_no_text_is_read_or_refused_in_a_line(movie: Path, tmp_path: Path) -> None:
    path = os.fsdecode(os.path.join(os.fsencode(tmp_path), b"caf\xe9.mp4"))
    Path(path).write_bytes(movie.read_bytes())
    try:
        assert probe(path).frame_count == 12
    except MediaError as error:
        assert "rename the file" in str(error)  # noqa: PT017 - it depends on PyAV and the locale
    assert pyav.show(path).endswith(r"caf\udce9.mp4")
    pyav.show(path).encode("utf-8")  # can be printed


def test_a_playlist_opens_no_other_file(movie: Path, tmp_path: Path) -> None:
    lists = {
        "hls.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{movie}\n#EXT-X-ENDLIST\n",
        "concat.mkv": f"ffconcat version 1.0\nfile '{movie}'\n",
        "dash.mp4": f'<?xml version="1.0"?><MPD profiles="urn:mpeg:dash"><BaseURL>{movie}'
        "</BaseURL></MPD>",
        "sdp.mov": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 5004 RTP/AVP 96\n",
    }
    for name, text in lists.items():
        (tmp_path / name).write_text(text)
        with pytest.raises(MediaError, match="not a movie, sound or picture"):
            probe(tmp_path / name)


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp4")
    for path, says in ((tmp_path / "pipe.mp4", "not a file on disk"), ("/dev/zero", "not a file"),
                       (tmp_path, "a folder"), (tmp_path / "none.mp4", "no such file"),
                       ("a\0b.mp4", "no such file"), ("", "a folder")):  # fmt: skip
        with pytest.raises(MediaError, match=says):
            probe(path)


def test_a_file_that_may_not_be_read(
    movie: Path, monkeypatch: pytest.MonkeyPatch
) -> None:  # root may read all: the system's answer is what is replaced
    monkeypatch.setattr(pyav.os, "access", lambda path, mode: False)
    with pytest.raises(MediaError, match="you may not read this file"):
        probe(movie)


def test_a_message_is_one_line_whatever_the_name(tmp_path: Path) -> None:
    path = tmp_path / "two\nlines\x1b[31m.mp4"
    path.write_bytes(b"no movie" * 100)
    with pytest.raises(MediaError) as caught:
        probe(path)
    assert str(caught.value).isprintable()


def test_ffmpeg_says_nothing_on_its_own(movie: Path, tmp_path: Path) -> None:
    """Its warnings go around Python's stderr, so only another process can see them."""
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(movie.read_bytes())
    surgery.damage(broken, 0.3, 0.6)
    code = (
        "import sys\n"
        "from otio_autoedit.media.footage import open_footage\n"
        "from otio_autoedit.errors import MediaError\n"
        "for path in sys.argv[1:]:\n"
        "    try:\n"
        "        with open_footage(path) as footage:\n"
        "            list(footage.read())\n"
        "    except MediaError as error:\n"
        "        print('refused')\n"
    )
    command = [sys.executable, "-c", code, str(movie), str(broken), __file__]
    result = subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, timeout=60, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert result.stderr == ""


def test_rationals_of_any_pyav() -> None:
    assert pyav.exact(Fraction(30000, 1001)) == Fraction(30000, 1001)
    assert pyav.exact(SimpleNamespace(numerator=25, denominator=1)) == 25
    assert pyav.exact(None) is None
    assert pyav.exact(Fraction(0)) is None
    assert pyav.exact(SimpleNamespace(numerator=0, denominator=0)) is None


def test_odd_turns_go_to_the_nearest_quarter_and_are_said() -> None:
    assert pyav.rotation(SimpleNamespace(rotation=-90)) == (90, False)
    assert pyav.rotation(SimpleNamespace(rotation=90)) == (270, False)
    assert pyav.rotation(SimpleNamespace(rotation=-180)) == (180, False)
    assert pyav.rotation(SimpleNamespace(rotation=-85)) == (90, True)
    assert pyav.rotation(SimpleNamespace(rotation=3)) == (0, True)


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [("mp4", "h264"), ("mkv", "mpeg4"), ("avi", "mpeg4"), ("ts", "mpeg2"), ("mxf", "mpeg2"),
     ("flv", "flv1"), ("webm", "vp9"), ("gif", "gif"), ("wmv", "wmv2"), ("mov", "mjpeg")],
)  # fmt: skip
def test_random_damage_ends_in_frames_or_in_one_line(
    tmp_path: Path, suffix: str, codec: str
) -> None:
    """Bytes flipped, cut out and doubled anywhere, headers above all."""
    good = coded_movie(tmp_path / f"m.{suffix}", codec=codec, frames=8, size=(160, 90),
                       sound=suffix != "gif").read_bytes()  # fmt: skip
    draw = random.Random(suffix)
    path = tmp_path / f"damaged.{suffix}"
    for _ in range(25):
        data = bytearray(good)
        for _ in range(draw.choice([1, 4, 30])):
            at = draw.randrange(draw.choice([100, 1000, len(data)])) % len(data)
            data[at] = draw.randrange(256)
        if draw.random() < 0.4:
            a, b = sorted(draw.randrange(len(data)) for _ in range(2))
            data = data[:a] + draw.choice([b"", data[a:b] * 2]) + data[b:]
        path.write_bytes(data)
        try:
            with open_footage(path) as footage:
                count = sum(1 for _ in footage.read())
            assert count > 0
            assert footage.info.frame_count == len(footage.index.pts)
        except MediaError as error:
            assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
