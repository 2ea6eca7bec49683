"""Files that trip programs up: each kind of odd movie that people have, and hostile ones.

``tricky_files`` makes them all. Each says what must come of it: a timeline of so many frames at
such a rate, or an error that says a certain thing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Literal

from tests.support import surgery
from tests.support.movies import coded_movie
from tests.support.sounds import cover_art_file, sound_file
from tests.support.streams import with_attachment, with_size_change, with_two_pictures

SMALL = (320, 180)
NTSC = Fraction(30000, 1001)


@dataclass(frozen=True, slots=True)
class TrickyFile:
    """``frames`` (at ``rate``) is the length of the timeline; None where only that there is one is
    asked. ``message`` is a piece of the error."""

    name: str
    path: Path
    kind: str
    expect: Literal["timeline", "error"]
    frames: int | None = None
    rate: Fraction | None = None
    message: str = ""


@dataclass(frozen=True, slots=True)
class _Recipe:
    name: str
    file: str
    kind: str
    make: Callable[[Path], object]
    frames: int | None = None
    rate: Fraction | None = None
    message: str = ""


def tricky_files(folder: Path) -> list[TrickyFile]:
    """Makes every file in ``folder`` (some seconds) and tells what each must become."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for recipe in (*_movies(), *_names(), *_hostile()):
        path = folder / recipe.name / recipe.file
        path.parent.mkdir()
        recipe.make(path)
        expect: Literal["timeline", "error"] = "error" if recipe.message else "timeline"
        made.append(
            TrickyFile(recipe.name, path, recipe.kind, expect, recipe.frames, recipe.rate,
                       recipe.message)
        )  # fmt: skip
    return made


def _movies() -> list[_Recipe]:
    return [*_rates(), *_times(), *_pictures(), *_streams(), *_damaged()]


def _rates() -> list[_Recipe]:
    rates = ["24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60", "120",
             "10", "25/2"]  # fmt: skip
    recipes = [
        _Recipe(f"rate-{text.replace('/', '-')}", "movie.mp4", "frame rate",
                partial(_movie, rate=Fraction(text)), 30, Fraction(text))
        for text in rates
    ]  # fmt: skip
    for text, rate in (("87169000/2905633", 30), ("1090000/36301", 30), ("45000/1499", 30)):
        recipes.append(
            _Recipe(f"odd-rate-{text.replace('/', '-')}", "recording.mp4", "odd frame rate",
                    partial(_movie, rate=Fraction(text)), 30, Fraction(rate))
        )  # fmt: skip
    recipes += [
        _Recipe("rounded-mkv", "ms ticks.mkv", "container-rounded times",
                lambda path: _movie(path, rate=NTSC), 30, NTSC),
        _Recipe("rounded-webm", "ms.webm", "container-rounded times",
                lambda path: _movie(path, rate=Fraction(24000, 1001), codec="vp9"), 30,
                Fraction(24000, 1001)),
        _Recipe("rounded-flv", "ms.flv", "container-rounded times",
                lambda path: _movie(path, rate=NTSC, codec="flv1"), 30, NTSC),
    ]  # fmt: skip
    return recipes


def _times() -> list[_Recipe]:
    return [
        _Recipe("variable-rate", "phone.mp4", "variable frame rate", variable_rate_movie,
                VARIABLE_FRAMES, Fraction(30)),
        _Recipe("idle-screen", "screen.mkv", "variable frame rate", idle_screen_movie,
                IDLE_FRAMES, Fraction(30)),
        _Recipe("jitter", "jitter.mp4", "jittering times", jitter_movie, 60, Fraction(30)),
        _Recipe("late-start", "late.mp4", "delayed start",
                lambda path: _movie(path, pts=range(250, 280), time_base=Fraction(1, 30),
                                    rate=Fraction(30)), 30, Fraction(30)),
        _Recipe("edit-list", "trimmed.mp4", "edit list",
                lambda path: _movie(path, pts=range(-5, 25), time_base=Fraction(1, 25)), 25,
                Fraction(25)),
        _Recipe("no-duration", "live.mkv", "missing duration",
                lambda path: _movie(path, container_options={"live": "1"}), 30, Fraction(25)),
        _Recipe("fragments", "fragments.mp4", "missing duration",
                lambda path: _movie(path, container_options={
                    "movflags": "empty_moov+frag_keyframe"}), 30, Fraction(25)),
        _Recipe("clock-restarts", "joined.ts", "clock starts again", joined_stream, 60,
                Fraction(25)),
        _Recipe("timecode", "timecode.mov", "timecode track",
                lambda path: _movie(path, timecode="10:00:00:00"), 30, Fraction(25)),
        _Recipe("drop-frame", "drop.mov", "drop-frame timecode",
                lambda path: _movie(path, rate=NTSC, timecode="01:00:00;00"), 30, NTSC),
        _Recipe("mxf-timecode", "timecode.mxf", "timecode in MXF",
                lambda path: _movie(path, codec="mpeg2", timecode="10:00:00:00"), 30,
                Fraction(25)),
        _Recipe("false-timecode", "false.mov", "drop-frame timecode at 25",
                lambda path: _movie(path, timecode="01:00:00;00"), 30, Fraction(25)),
    ]  # fmt: skip


def _pictures() -> list[_Recipe]:
    hdr = {"pix_fmt": "yuv420p10le", "x265-params":
           "log-level=0:pools=1:colorprim=9:transfer=16:colormatrix=9"}  # fmt: skip
    return [
        *(_Recipe(f"turned-{turn}", "turned.mp4", "rotation",
                  partial(_turned, degrees=turn), 30, Fraction(25))
          for turn in (90, 180, 270)),
        _Recipe("wide-pixels", "anamorphic.mp4", "sample aspect",
                lambda path: _movie(path, sample_aspect=Fraction(4, 3)), 30, Fraction(25)),
        _Recipe("hdr", "pq.mp4", "HDR", lambda path: _movie(path, codec="h265", options=hdr), 30,
                Fraction(25)),
        _Recipe("interlaced", "interlaced.mp4", "interlaced",
                lambda path: _movie(path, options={"x264-params": "tff=1:interlaced=1"}), 30,
                Fraction(25)),
        _Recipe("odd-size", "odd size.mp4", "odd size",
                lambda path: _movie(path, size=(321, 181), codec="h264-444"), 30, Fraction(25)),
        _Recipe("one-frame", "one.mp4", "one frame", lambda path: _movie(path, frames=1), 1,
                Fraction(25)),
        _Recipe("tiny", "tiny.mp4", "tiny pictures", lambda path: _movie(path, size=(16, 16)), 30,
                Fraction(25)),
        _Recipe("two-sizes", "two sizes.ts", "size changes", with_size_change, 30, Fraction(25)),
        _Recipe("still-png", "still.png", "still",
                lambda path: path.write_bytes(surgery.png(64, 36, (b"\0" + b"\x20" * 192) * 36))),
        _Recipe("gif", "moving.gif", "animated picture",
                lambda path: _movie(path, codec="gif", sound=False), 30, Fraction(25)),
        _Recipe("gif-still", "one.gif", "still",
                lambda path: _movie(path, codec="gif", sound=False, frames=1)),
    ]  # fmt: skip


def _streams() -> list[_Recipe]:
    return [
        _Recipe("silent", "silent.mp4", "no sound", lambda path: _movie(path, sound=False), 30,
                Fraction(25)),
        _Recipe("many-sounds", "sounds.mov", "several sounds",
                lambda path: _movie(path, audio=("mono", "stereo", "5.1")), 30, Fraction(25)),
        _Recipe("surround", "surround.mp4", "5.1 sound", lambda path: _movie(path, audio=("5.1",)),
                30, Fraction(25)),
        _Recipe("sound-only-wav", "sound.wav", "sound alone", sound_file, 50, Fraction(25)),
        _Recipe("sound-only-mp4", "sound.mp4", "sound alone", sound_file, 50, Fraction(25)),
        _Recipe("cover-art", "album.mp4", "cover art", cover_art_file, 50, Fraction(25)),
        _Recipe("two-pictures", "two.mkv", "several picture streams", with_two_pictures, 30,
                Fraction(25)),
        _Recipe("attachment", "font.mkv", "attachment", with_attachment, 30, Fraction(25)),
    ]  # fmt: skip


def _damaged() -> list[_Recipe]:
    return [
        _Recipe("damaged-middle", "damaged.mp4", "corrupt in the middle",
                lambda path: surgery.damage(_movie(path, frames=60, sound=False), 0.4, 0.5)),
        _Recipe("damaged-ts", "damaged.ts", "corrupt in the middle",
                lambda path: surgery.damage(_movie(path, frames=60), 0.4, 0.5)),
        _Recipe("short-mkv", "short.mkv", "cut short",
                lambda path: surgery.cut_short(_movie(path, frames=60), 0.6)),
        _Recipe("short-ts", "short.ts", "cut short",
                lambda path: surgery.cut_short(_movie(path, frames=60), 0.6)),
        _Recipe("short-faststart", "short.mp4", "cut short",
                lambda path: surgery.cut_short(
                    _movie(path, frames=60, container_options={"movflags": "faststart"}), 0.6)),
    ]  # fmt: skip


def _names() -> list[_Recipe]:
    names = ["a name with spaces.mp4", "it's \"quoted\".mp4", "100%25 sure %03d.mp4",
             "tor på grå 映画.mp4", "-dash.mp4", "#tag?query&x=1;y.mp4", "http:x.mp4",
             "new\nline.mp4", "UPPER.MP4", "[shots]*.mp4"]  # fmt: skip
    return [
        _Recipe(f"name-{i}", name, "file name", lambda path: _movie(path), 30, Fraction(25))
        for i, name in enumerate(names)
    ]


def _hostile() -> list[_Recipe]:
    unread = "not a movie, sound or picture that can be read"
    playlist = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n../x.mp4\n#EXT-X-ENDLIST\n"
    return [
        _Recipe("empty", "empty.mp4", "zero bytes", lambda path: path.write_bytes(b""),
                message="the file is empty"),
        _Recipe("random", "random.mp4", "random bytes",
                lambda path: path.write_bytes(random.Random(7).randbytes(200_000)), message=unread),
        _Recipe("text", "text.mp4", "text named .mp4",
                lambda path: path.write_text("This is not a movie.\n" * 400), message=unread),
        _Recipe("web-page", "page.mov", "text named .mov",
                lambda path: path.write_text("<html><body>404</body></html>" * 99), message=unread),
        _Recipe("short-mp4", "short.mp4", "cut short before its index",
                lambda path: surgery.cut_short(_movie(path), 0.6), message=unread),
        _Recipe("head-alone", "head.mkv", "cut short after its head",
                lambda path: surgery.cut_short(_movie(path), 0.002), message="can be"),
        _Recipe("all-noise", "noise.mp4", "no frame decodes", _noise_movie,
                message="can be decoded"),
        _Recipe("huge-avi", "huge.avi", "huge declared size",
                lambda path: path.write_bytes(surgery.raw_avi(60_000, 60_000)),
                message="beyond 16384 pixels a side"),
        _Recipe("wide-avi", "wide.avi", "huge declared size",
                lambda path: path.write_bytes(surgery.raw_avi(17_000, 2_000)),
                message="at most 16384 pixels a side"),
        _Recipe("huge-png", "huge.png", "huge declared size",
                lambda path: path.write_bytes(surgery.png(60_000, 60_000, b"\0" * 1000)),
                message="beyond 16384 pixels a side"),
        _Recipe("playlist", "playlist.mp4", "playlist that names other files",
                lambda path: path.write_text(playlist), message=unread),
        _Recipe("concat", "concat.mkv", "list that names other files",
                lambda path: path.write_text("ffconcat version 1.0\nfile /etc/hostname\n"),
                message=unread),
        _Recipe("folder", "folder.mp4", "a folder", lambda path: path.mkdir(), message="a folder"),
        _Recipe("missing", "missing.mp4", "not there", lambda path: None, message="no such file"),
        _Recipe("dangling", "link.mp4", "a link to nothing",
                lambda path: path.symlink_to("nothing.mp4"), message="no such file"),
    ]  # fmt: skip


VARIABLE_TIMES = [0]
"""Times of `variable_rate_movie`, in 1/90000 s: 30 a second with frames held, as phones record."""
_draw = random.Random(5)
for _ in range(59):
    VARIABLE_TIMES.append(VARIABLE_TIMES[-1] + _draw.choice([3000, 3000, 3000, 3000, 4500, 9000]))
VARIABLE_FRAMES = int(Fraction(VARIABLE_TIMES[-1], 3000) + Fraction(1, 2)) + 1

IDLE_TIMES = [i * 2000 // 60 + i // 15 * 1500 for i in range(60)]
"""Times of `idle_screen_movie`, in milliseconds: bursts at 30 a second, 1.5 s of rest between."""
IDLE_FRAMES = round(IDLE_TIMES[-1] * 30 / 1000) + 1


def variable_rate_movie(path: Path) -> Path:
    return _movie(path, rate=Fraction(30), frames=60, pts=VARIABLE_TIMES,
                  time_base=Fraction(1, 90_000))  # fmt: skip


def idle_screen_movie(path: Path) -> Path:
    return _movie(path, rate=Fraction(30), frames=60, pts=IDLE_TIMES, time_base=Fraction(1, 1000))


def jitter_movie(path: Path) -> Path:
    draw = random.Random(3)
    times = [3000 * i + (draw.randint(-700, 700) if i else 0) for i in range(60)]
    return _movie(path, rate=Fraction(30), frames=60, pts=times, time_base=Fraction(1, 90_000))


def joined_stream(path: Path) -> Path:
    """Two transport streams one after the other: the clock starts again."""
    first, second = path.with_name("first.ts"), path.with_name("second.ts")
    _movie(first, frames=30)
    _movie(second, frames=30, tag=1)
    path.write_bytes(first.read_bytes() + second.read_bytes())
    first.unlink()
    second.unlink()
    return path


def _turned(path: Path, degrees: int) -> Path:
    return surgery.turn_mp4(_movie(path), degrees)


def _noise_movie(path: Path) -> Path:
    """An intact container whose every picture is noise."""
    _movie(path, sound=False)

    def fill(data: bytes) -> bytes:
        start = data.index(b"mdat") + 4
        size = int.from_bytes(data[start - 8 : start - 4], "big") - 8
        return data[:start] + random.Random(2).randbytes(size) + data[start + size :]

    return surgery.replace_bytes(path, fill)


def _movie(path: Path, **settings: object) -> Path:
    values: dict[str, object] = {"size": SMALL, "frames": 30, **settings}
    return coded_movie(path, **values)  # type: ignore[arg-type]
