"""Reading whole files: every picture once, in order, at its own time, with the sound between."""

from __future__ import annotations

import resource
import shutil
import subprocess
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from otio_autoedit.errors import MediaError
from otio_autoedit.media.footage import Footage, Picture, Sound, open_footage
from otio_autoedit.media.info import MediaInfo
from otio_autoedit.media.pyav import to_rgb
from tests.support import coded
from tests.support.movies import coded_movie, shots_movie
from tests.support.tricky import TrickyFile

SMALL = (320, 180)
NTSC = Fraction(30000, 1001)


def read(path: Path, **what: bool) -> tuple[Footage, list[Picture], list[Sound]]:
    with open_footage(path) as footage:
        items = list(footage.read(**what))
    pictures = [item for item in items if isinstance(item, Picture)]
    return footage, pictures, [item for item in items if isinstance(item, Sound)]


def numbers(pictures: list[Picture]) -> list[int | None]:
    """The numbers written into the pictures."""
    found = []
    for picture in pictures:
        image = to_rgb(picture.frame, picture.frame.width, picture.frame.height)
        code = coded.read_code(image.mean(2).astype("float32"))
        found.append(None if code is None else code[0])
    return found


FORMATS = [
    ("mp4", "h264"), ("mov", "h264"), ("mkv", "ffv1"), ("webm", "vp9"), ("avi", "mpeg4"),
    ("m4v", "h264"), ("mxf", "mpeg2"), ("mpg", "mpeg2"), ("mpeg", "mpeg2"), ("ts", "h264"),
    ("mts", "h264"), ("m2ts", "h264"), ("wmv", "wmv2"), ("flv", "flv1"), ("ogv", "vp8"),
    ("3gp", "h264"), ("mp4", "h265"),
]  # fmt: skip


@pytest.mark.parametrize(("suffix", "codec"), FORMATS)
def test_every_frame_once_in_order_in_every_format(tmp_path: Path, suffix: str, codec: str) -> None:
    path = coded_movie(tmp_path / f"m.{suffix}", codec=codec, frames=45, first=300, size=SMALL)
    footage, pictures, sounds = read(path)
    assert [picture.number for picture in pictures] == list(range(45))
    assert numbers(pictures) == list(range(300, 345))
    info, index = footage.info, footage.index
    assert (info.frame_count, info.duration_frames, info.variable_rate) == (45, 45, False)
    assert (info.edit_rate, info.size, info.kind) == (25, SMALL, "video")
    assert [picture.pts for picture in pictures] == index.pts.tolist()
    assert all(a < b for a, b in pairwise(index.pts.tolist()))
    assert index.keys[0] == 0
    heard = sum(sound.frame.samples for sound in sounds) / info.audio[0].sample_rate
    assert heard == pytest.approx(45 / 25, abs=0.1)
    assert not info.notes


@pytest.mark.parametrize(
    "rate",
    ["24000/1001", "24", "25", "30000/1001", "30", "50", "60000/1001", "60", "120", "10", "25/2",
     "15"],
)  # fmt: skip
@pytest.mark.parametrize("suffix", ["mp4", "mkv", "ts"])
def test_rates_are_exact_and_constant_in_every_container(
    tmp_path: Path, rate: str, suffix: str
) -> None:
    path = coded_movie(tmp_path / f"m.{suffix}", rate=Fraction(rate), frames=40, size=(160, 90))
    footage, pictures, _ = read(path)
    assert (footage.info.edit_rate, footage.info.variable_rate) == (Fraction(rate), False)
    assert len(pictures) == footage.info.duration_frames == 40
    for picture in pictures:
        stray = picture.pts * footage.index.time_base - picture.number / Fraction(rate)
        assert abs(stray) <= footage.index.time_base


def test_the_tricky_files_give_what_they_hold(tricky: list[TrickyFile]) -> None:
    assert len(tricky) >= 25
    for file in tricky:
        if file.expect == "error":
            with pytest.raises(MediaError, match=file.message) as caught:
                read(file.path)
            assert "\n" not in str(caught.value), file.name
        else:
            footage, pictures, _ = read(file.path)
            info = footage.info
            assert file.frames in (None, info.duration_frames), file.name
            assert file.rate in (None, info.edit_rate), file.name
            assert len(pictures) == info.frame_count == len(footage.index.pts), file.name


# Their times or packets are broken: other programs count what cannot be shown, or stop earlier.
_NOT_COUNTED = {"damaged-middle", "damaged-ts", "short-ts", "short-mkv", "short-faststart"}


def test_as_many_frames_as_ffprobe_counts(tricky: list[TrickyFile]) -> None:
    if not shutil.which("ffprobe"):
        pytest.skip("ffprobe is not installed (apt-get install ffmpeg)")
    counted = 0
    for file in tricky:
        if file.expect == "error" or file.name in _NOT_COUNTED or file.kind == "file name":
            continue
        footage, pictures, _ = read(file.path, sound=False)
        if footage.info.kind == "video":
            assert len(pictures) == ffprobe_count(file.path), file.name
            counted += 1
    assert counted >= 25


def ffprobe_count(path: Path) -> int:
    command = ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0", "-show_entries",
               "stream=nb_read_frames", "-of", "csv=p=0", f"file:{path}"]  # fmt: skip
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return int(output.split()[0].strip(","))


def named(tricky: list[TrickyFile], name: str) -> Path:
    return next(file.path for file in tricky if file.name == name)


def test_an_edit_list_decides_which_frame_is_the_first(tricky: list[TrickyFile]) -> None:
    footage, pictures, _ = read(named(tricky, "edit-list"))
    assert numbers(pictures) == list(range(5, 30))
    assert footage.index.pts[0] == 0


def test_a_late_start_counts_from_the_first_picture(tricky: list[TrickyFile]) -> None:
    footage, pictures, _ = read(named(tricky, "late-start"))
    assert (pictures[0].pts, numbers(pictures)[0]) == (0, 0)
    # The sound began at once, 250 frames of 30 a second before the picture.
    assert float(footage.info.audio[0].start) == pytest.approx(-250 / 30, abs=0.001)


def test_a_clock_that_starts_again_goes_on(tricky: list[TrickyFile]) -> None:
    footage, pictures, _ = read(named(tricky, "clock-restarts"))
    assert numbers(pictures) == [*range(30), *range(30)]
    assert not footage.info.variable_rate
    assert any("clock jumps back 1 time:" in note for note in footage.info.notes)


def test_what_is_damaged_is_left_out_counted_and_the_rest_keeps_its_time(
    tricky: list[TrickyFile],
) -> None:
    footage, pictures, _ = read(named(tricky, "damaged-middle"))
    info = footage.info
    assert 45 <= info.frame_count < 60
    assert info.duration_frames == 60
    assert any("could not be decoded" in note for note in info.notes)
    last = numbers(pictures)[-1]
    assert last == round(pictures[-1].pts * footage.index.time_base * 25) == 59


def test_a_file_cut_short_says_what_it_promised(tricky: list[TrickyFile]) -> None:
    for name in ("short-mkv", "short-faststart"):
        footage, pictures, _ = read(named(tricky, name))
        assert 20 < len(pictures) < 60
        assert any("of the 2.4 s that the file promises" in note for note in footage.info.notes)


def test_one_pass_gives_several_sounds_between_the_pictures(tmp_path: Path) -> None:
    path = coded_movie(tmp_path / "m.mov", frames=50, size=SMALL, audio=("mono", "stereo", "5.1"))
    with open_footage(path) as footage:
        order = [item.stream if isinstance(item, Sound) else "picture" for item in footage.read()]
    info = footage.info
    assert [(stream.layout, stream.channels) for stream in info.audio] == [
        ("mono", 1), ("stereo", 2), ("5.1", 6)]  # fmt: skip
    assert {order.count(0), order.count(1), order.count(2)} == {order.count(0)}
    # Interleaved: half of the sound has come by the middle of the pictures.
    middle = [i for i, kind in enumerate(order) if kind == "picture"][25]
    assert order[:middle].count(0) > 0.3 * order.count(0)


def test_pictures_alone_and_sound_alone_agree_with_the_whole(tmp_path: Path) -> None:
    path = coded_movie(tmp_path / "m.mp4", frames=40, size=SMALL)
    whole, pictures, sounds = read(path)
    seen, only_pictures, no_sounds = read(path, sound=False)
    heard, no_pictures, only_sounds = read(path, pictures=False)
    assert (no_sounds, no_pictures) == ([], [])
    assert [p[:2] for p in only_pictures] == [p[:2] for p in pictures]
    assert [s.frame.pts for s in only_sounds] == [s.frame.pts for s in sounds]
    assert seen.info == whole.info
    with pytest.raises(MediaError, match="not read to its end"):
        _ = heard.index


def test_the_index_comes_only_with_the_end(tmp_path: Path) -> None:
    path = coded_movie(tmp_path / "m.mp4", frames=20, size=SMALL)
    with open_footage(path) as footage:
        next(footage.read())
        with pytest.raises(MediaError, match="not read to its end"):
            _ = footage.index
    with pytest.raises(ValueError, match="closed"):
        footage.read()


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    path = shots_movie(tmp_path / "m.mkv", [(0, 0, 20), (5, 40, 20)], size=SMALL)
    with open_footage(path) as footage:
        first = [item[:2] for item in footage.read() if isinstance(item, Picture)]
        info: MediaInfo = footage.info
        second = [item[:2] for item in footage.read() if isinstance(item, Picture)]
    assert first == second
    assert footage.info == info


def test_the_real_files_are_read_whole(data_dir: Path) -> None:
    """The numbers are those of ffprobe, mediainfo and the projects that the files come from."""
    expected = {
        "discard_first_keyframe.mp4": (25, Fraction(25)),
        "test_non_zero_start.mp4": (12, Fraction(30)),
        "decord_unordered.mov": (4, Fraction(32)),
        "imageio_realshort.mp4": (36, Fraction(30)),
        "ae_testsrc_with_attachment.mkv": (60, Fraction(30)),
        "ae_h264-mjpeg.mp4": (60, Fraction(30)),
        "nasa_13013.mp4": (325, Fraction(25)),
        "nasa_13013_rotated.mp4": (17, NTSC),
        "testsrc2_mpeg4.mp4": (1, Fraction(25)),
        "av1_video.mkv": (125, Fraction(25)),
        "testsrc2_odd_height_and_width_444.mp4": (25, Fraction(25)),
    }
    for name, (count, rate) in expected.items():
        footage, pictures, _ = read(data_dir / "tricky" / name)
        assert (len(pictures), footage.info.edit_rate) == (count, rate), name
        assert not footage.info.variable_rate, name


def test_a_real_damaged_file_keeps_going(data_dir: Path) -> None:
    footage, pictures, _ = read(data_dir / "tricky" / "decord_corrupted.mp4")
    assert len(pictures) == 49
    assert (footage.info.edit_rate, footage.info.duration_frames) == (10, 50)
    assert any("1 frame could not be decoded" in note for note in footage.info.notes)


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    """1,500 pictures kept would be 130 MB."""
    path = coded_movie(tmp_path / "m.mp4", frames=1500, size=SMALL, sound=False)
    with open_footage(path) as footage:
        sizes = [resident() for item in footage.read() if item[0] in (200, 1499)]
    assert len(sizes) == 2
    assert sizes[1] - sizes[0] < 20e6


def resident() -> int:
    """Bytes of memory that this process holds now."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        pytest.skip("no /proc here")
    return int(statm.read_text().split()[1]) * resource.getpagesize()
