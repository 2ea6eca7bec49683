"""What a file says of itself, before it is decoded."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest

from otio_autoedit.media.footage import open_footage
from otio_autoedit.media.info import MediaInfo
from otio_autoedit.media.probe import probe
from otio_autoedit.media.timecode import timecode_from_frames
from tests.support import surgery
from tests.support.movies import coded_movie
from tests.support.sounds import cover_art_file, sound_file
from tests.support.tricky import TrickyFile

NTSC = Fraction(30000, 1001)
PYAV = int(av.__version__.split(".")[0])


def movie(path: Path, **settings: object) -> MediaInfo:
    values: dict[str, object] = {"frames": 20, "size": (320, 180), **settings}
    return probe(coded_movie(path, **values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("suffix", "timecode", "rate", "frame"),
    [
        ("mov", "10:00:00:00", Fraction(25), 900_000),
        ("mp4", "01:00:00:12", Fraction(24), 86_412),
        ("mxf", "09:59:59:24", Fraction(25), 899_999),
        ("mov", "01:00:00:00", Fraction(24000, 1001), 86_400),
        ("mov", "01:00:00;00", NTSC, 107_892),
        ("mp4", "00:01:00;02", NTSC, 1800),
        ("mov", "01:00:00;00", 2 * NTSC, 215_784),
        ("mov", "01:00:00:00", NTSC, 108_000),
        ("mkv", "02:00:00:00", Fraction(25), 180_000),
    ],
)
def test_embedded_timecode(
    tmp_path: Path, suffix: str, timecode: str, rate: Fraction, frame: int
) -> None:
    codec = "mpeg2" if suffix == "mxf" else "h264"
    info = movie(tmp_path / f"m.{suffix}", timecode=timecode, rate=rate, codec=codec)
    assert (info.start_timecode, info.start_frame) == (timecode, frame)


@pytest.mark.parametrize(
    ("rate", "timecode", "frame"),
    [(Fraction(50), "10:00:00:20", 1_800_020), (2 * NTSC, "01:00:00:10", 216_010)],
)
def test_a_timecode_track_that_counts_every_second_picture(
    tmp_path: Path, rate: Fraction, timecode: str, frame: int
) -> None:
    """The track's frame number stays; at half the rate it names twice the time."""
    path = coded_movie(tmp_path / "m.mov", frames=10, size=(160, 90), rate=rate, timecode=timecode)
    assert probe(path).start_frame == frame
    info = probe(surgery.slow_timecode(path, 2))
    assert info.start_frame == 2 * frame
    assert info.start_timecode == timecode_from_frames(2 * frame, rate)


def test_a_timecode_that_cannot_be_is_left_out_and_said(tmp_path: Path) -> None:
    path = coded_movie(tmp_path / "m.mkv", frames=5, size=(320, 180), timecode="99:99:99:99")
    info = probe(path)
    assert (info.start_timecode, info.start_frame) == ("", 0)
    assert any("99:99:99:99" in note for note in info.notes)


def test_the_reel_name(tmp_path: Path) -> None:
    info = movie(tmp_path / "m.mkv", metadata={"reel_name": "A001C002"})
    assert info.reel == "A001C002"


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_rotation_is_clockwise(tmp_path: Path, turn: int) -> None:
    path = coded_movie(tmp_path / "m.mp4", frames=5, size=(320, 180))
    info = probe(surgery.turn_mp4(path, turn))
    assert (info.rotation, info.size) == (turn, (320, 180))
    assert info.display_size == ((180, 320) if turn in (90, 270) else (320, 180))


def test_sample_aspect(tmp_path: Path) -> None:
    info = movie(tmp_path / "m.mp4", sample_aspect=Fraction(4, 3))
    assert (info.sample_aspect, info.display_size) == (Fraction(4, 3), (427, 180))


def test_hdr_tags(tricky: list[TrickyFile]) -> None:
    info = probe(next(file.path for file in tricky if file.name == "hdr"))
    assert info.hdr
    assert (info.color_primaries, info.color_transfer, info.color_matrix) == (
        "bt2020", "smpte2084", "bt2020nc")  # fmt: skip
    assert info.pixel_format == "yuv420p10le"


@pytest.mark.parametrize("order", ["top", "bottom"])
def test_interlaced_field_order(tmp_path: Path, order: str) -> None:
    flag = {"top": "tff", "bottom": "bff"}[order]
    info = movie(tmp_path / "m.mp4", options={"x264-params": f"{flag}=1:interlaced=1"})
    if PYAV < 15:  # does not tell the order: the usual one is taken, and said
        assert info.field_order == "top"
        assert any("field order not stated" in note for note in info.notes)
    else:
        assert info.field_order == order


def test_progressive_film_is_no_interlaced_film(tmp_path: Path) -> None:
    assert movie(tmp_path / "m.mp4").field_order == "progressive"


def test_sound_alone_has_no_pictures(tmp_path: Path) -> None:
    for path in (sound_file(tmp_path / "a.wav"), sound_file(tmp_path / "a.mp3"),
                 cover_art_file(tmp_path / "album.mp4")):  # fmt: skip
        info = probe(path)
        assert (info.kind, info.frame_count, info.edit_rate) == ("audio", 0, 25)
        assert 50 <= info.duration_frames <= 52
        assert info.audio[0].channels == 2
        with open_footage(path) as footage:
            for _ in footage.read():
                pass
        assert footage.info.duration_frames == 50
        assert len(footage.index.pts) == 0


def test_stills_have_one_frame(tmp_path: Path) -> None:
    png = tmp_path / "a%03d.png"
    png.write_bytes(surgery.png(8, 4, (b"\0" + b"\x40" * 24) * 4))
    gif = coded_movie(tmp_path / "a.gif", codec="gif", frames=1, sound=False, size=(160, 90))
    for path in (png, gif):
        info = probe(path)
        assert (info.kind, info.frame_count, info.duration_frames) == ("still", 1, 1)
    moving = coded_movie(tmp_path / "b.gif", codec="gif", frames=5, sound=False, size=(160, 90))
    assert (probe(moving).kind, probe(moving).frame_count) == ("video", 5)


_DAMAGED = {"damaged-middle", "damaged-ts", "short-mkv", "short-ts", "short-faststart",
            "clock-restarts"}  # fmt: skip


def test_probing_finds_what_reading_finds(tricky: list[TrickyFile]) -> None:
    for file in tricky:
        if file.expect == "error" or file.name in _DAMAGED:
            continue
        probed = probe(file.path)
        with open_footage(file.path) as footage:
            for _ in footage.read(sound=probed.kind == "audio"):
                pass
        read = footage.info
        assert (probed.frame_count, probed.edit_rate, probed.variable_rate, probed.kind) == (
            read.frame_count, read.edit_rate, read.variable_rate, read.kind), file.name  # fmt: skip
        assert abs(probed.duration_frames - read.duration_frames) <= 1, file.name
        assert probed.start_frame == read.start_frame, file.name
        assert probed.fingerprint == read.fingerprint, file.name


def test_a_large_file_is_taken_at_its_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = coded_movie(tmp_path / "m.mkv", frames=50, size=(160, 90))
    monkeypatch.setattr("otio_autoedit.media.probe.LARGE", 1000)
    monkeypatch.setattr("otio_autoedit.media.probe.count_pictures", None)
    assert probe(path).frame_count == 50


def test_interlaced_transport_streams_are_counted_by_picture(tmp_path: Path) -> None:
    path = coded_movie(tmp_path / "m.mts", frames=30, size=(320, 180),
                       options={"x264-params": "tff=1:interlaced=1"})  # fmt: skip
    info = probe(path)
    assert (info.frame_count, info.edit_rate, info.field_order) == (30, 25, "top")


def test_the_real_files_say_what_they_are(data_dir: Path) -> None:
    folder = data_dir / "tricky"
    assert [probe(folder / f"decord_video_{turn}.mov").rotation for turn in (0, 90, 180, 270)] == [
        0, 90, 180, 270]  # fmt: skip
    assert probe(folder / "ae_SAR-2by3.mp4").sample_aspect == Fraction(2, 3)
    assert probe(folder / "bt2020_10bit.mp4").hdr
    assert probe(folder / "bt601_full_range.mp4").color_range == "pc"
    assert len(probe(folder / "nasa_13013.mp4").audio) == 2
    assert probe(folder / "ae_mono.mp3").audio[0].layout == "mono"
    assert probe(folder / "frame_exceeds_screen.gif").kind == "still"
    assert probe(folder / "discard_first_keyframe.mp4").frame_count == 25
