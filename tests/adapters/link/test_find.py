"""Which file a clip comes from, among files of which only the names lie on disk."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from otio_autoedit.adapters.link.clues import Clues
from otio_autoedit.adapters.link.find import Finder, Found, NotFound, Wanted
from otio_autoedit.adapters.link.fit import Span
from otio_autoedit.media.info import AudioStream, MediaInfo
from otio_autoedit.media.timecode import frames_from_timecode

SOUND = AudioStream(0, "pcm_s16le", 48000, 1, "mono", Fraction(0), Fraction(10))


class Shelf:
    """Files on disk, and what they are said to hold."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.infos: dict[Path, MediaInfo] = {}
        self.asked: list[Path] = []

    def put(self, name: str, timecode: str = "", frames: int = 240, **more: Any) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        info = MediaInfo(
            path=str(path),
            fingerprint=str(path),
            kind="video",
            container="mov",
            codec="h264",
            edit_rate=Fraction(24),
            frame_count=frames,
            duration_frames=frames,
            start_timecode=timecode,
            start_frame=frames_from_timecode(timecode, Fraction(24)) if timecode else 0,
            audio=(SOUND,),
        )
        self.infos[path] = replace(info, **more)
        return path

    def info(self, path: Path) -> MediaInfo | None:
        self.asked.append(path)
        return self.infos.get(path)

    def finder(self, *folders: str, ways: Any = ("url", "name", "reel", "timecode")) -> Finder:
        return Finder([self.folder / name for name in folders or ("",)], self.info, ways)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def wanted(
    *,
    url: str = "",
    files: tuple[str, ...] = (),
    names: tuple[str, ...] = (),
    reels: tuple[str, ...] = (),
    at: str = "00:00:00:00",
    length: int = 48,
    kind: Any = "video",
) -> Wanted:
    start = Fraction(frames_from_timecode(at, Fraction(24)))
    files = (*((url,) if url else ()), *files)
    return Wanted(
        clues=Clues(url, files, names, reels),
        span=Span(Fraction(24), start, start + length),
        old=None,
        rate=Fraction(24),
        kind=kind,
        retimed=False,
    )


def found(finder: Finder, clip: Wanted) -> tuple[str, str]:
    result = finder.find(clip)
    assert isinstance(result, Found), result
    return result.way, result.path.name


def missing(finder: Finder, clip: Wanted) -> str:
    result = finder.find(clip)
    assert isinstance(result, NotFound), result
    return result.reason


def test_a_file_where_the_reference_says_opens_no_folder(shelf: Shelf) -> None:
    path = shelf.put("a.mov")
    shelf.put("b.mov")
    finder = shelf.finder("no such folder")
    assert found(finder, wanted(url=path.as_uri())) == ("url", "a.mov")
    assert set(shelf.asked) == {path}


def test_a_relative_path_is_looked_for_in_the_named_folders(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    inside = shelf.put("rushes/day1/a.mov")
    outside = shelf.put("a.mov")
    monkeypatch.chdir(tmp_path)
    result = shelf.finder("rushes").find(wanted(url="a.mov"))
    assert isinstance(result, Found)
    assert (result.way, result.path) == ("name", inside)
    result = Finder((), shelf.info).find(wanted(url="a.mov"))
    assert isinstance(result, Found)
    assert (result.way, result.path) == ("url", outside)


@pytest.mark.parametrize(
    "clue",
    [
        "a b.mov",
        "A B.MOV",
        "A%20B.mov",
        "D:\\old disk\\a b.mov",
        "http://x/a%20b.mov",
        "a b.mxf",
        "a b",
    ],
)
def test_a_name_is_enough_whatever_its_case_suffix_or_folder(shelf: Shelf, clue: str) -> None:
    shelf.put("deep/down/a b.mov")
    assert found(shelf.finder(), wanted(files=(clue,))) == ("name", "a b.mov")


def test_the_whole_name_goes_before_the_name_without_suffix(shelf: Shelf) -> None:
    shelf.put("a.mov")
    shelf.put("a.mxf")
    assert found(shelf.finder(), wanted(files=("a.mxf",)))[1] == "a.mxf"
    assert "equally well" in missing(shelf.finder(), wanted(names=("a",)))


def test_of_two_with_one_name_the_one_that_holds_the_timecode(shelf: Shelf) -> None:
    shelf.put("card1/clip.mov", "01:00:00:00")
    shelf.put("card2/clip.mov", "02:00:00:00")
    result = shelf.finder().find(wanted(files=("clip.mov",), at="02:00:01:00"))
    assert isinstance(result, Found)
    assert result.path.parent.name == "card2"


def test_of_two_with_one_name_the_one_in_the_folder_that_the_path_names(shelf: Shelf) -> None:
    shelf.put("card1/clip.mov")
    shelf.put("card2/clip.mov")
    result = shelf.finder().find(wanted(url="/Volumes/x/card2/clip.mov"))
    assert isinstance(result, Found)
    assert result.path.parent.name == "card2"


def test_two_that_differ_and_fit_alike_are_not_guessed_between(shelf: Shelf) -> None:
    shelf.put("a/clip.mov")
    shelf.put("b/clip.mov")
    assert "2 files fit equally well" in missing(shelf.finder(), wanted(files=("clip.mov",)))


def test_two_copies_are_one(shelf: Shelf) -> None:
    shelf.put("a/clip.mov", fingerprint="same")
    shelf.put("b/clip.mov", fingerprint="same")
    assert found(shelf.finder(), wanted(files=("clip.mov",)))[0] == "name"


def test_the_folder_named_first_is_preferred(shelf: Shelf) -> None:
    shelf.put("a/clip.mov")
    shelf.put("b/clip.mov")
    result = shelf.finder("b", "a").find(wanted(files=("clip.mov",)))
    assert isinstance(result, Found)
    assert result.path.parent.name == "b"


def test_a_file_of_that_name_at_another_time_is_not_taken_and_said(shelf: Shelf) -> None:
    shelf.put("clip.mov", "01:00:00:00")
    reason = missing(shelf.finder(), wanted(files=("clip.mov",), at="05:00:00:00"))
    assert reason == "clip.mov starts at 01:00:00:00 and holds none of the frames"


def test_a_reel_is_a_name(shelf: Shelf) -> None:
    shelf.put("A001_C003.mov")
    assert found(shelf.finder(), wanted(reels=("A001_C003",))) == ("reel", "A001_C003.mov")


def test_a_reel_cut_to_eight_letters(shelf: Shelf) -> None:
    shelf.put("camera_A_001.mov", "01:00:00:00")
    shelf.put("camera_A_002.mov", "02:00:00:00")
    shelf.put("camera_B_001.mov", "01:00:00:00")
    clip = wanted(reels=("cameraA0",), at="02:00:01:00")
    assert found(shelf.finder(), clip) == ("reel", "camera_A_002.mov")
    assert missing(shelf.finder(ways=["reel"]), wanted(reels=("camera",), at="02:00:01:00")) == ""


def test_a_reel_inside_the_file(shelf: Shelf) -> None:
    shelf.put("1.mov", "01:00:00:00", reel="A001")
    shelf.put("2.mov", "01:00:00:00", reel="B001")
    assert found(shelf.finder(), wanted(reels=("B001",), at="01:00:01:00")) == ("reel", "2.mov")


def test_a_reel_inside_the_file_needs_its_timecode(shelf: Shelf) -> None:
    """A tape holds many clips: without the time it could be any of them."""
    shelf.put("1.mov", reel="A001")
    assert missing(shelf.finder(), wanted(reels=("A001",))) == ""


def test_a_card_called_like_the_reel(shelf: Shelf) -> None:
    shelf.put("A001/C0001.mov", "01:00:00:00")
    shelf.put("A001/C0002.mov", "01:10:00:00")
    shelf.put("B001/C0001.mov", "01:10:00:00")
    assert found(shelf.finder(), wanted(reels=("A001",), at="01:10:01:00")) == ("reel", "C0002.mov")


def test_timecode_alone(shelf: Shelf) -> None:
    shelf.put("1.mov", "01:00:00:00")
    shelf.put("2.mov", "01:00:10:00")
    shelf.put("3.mov")
    assert found(shelf.finder(), wanted(at="01:00:12:00")) == ("timecode", "2.mov")
    assert missing(shelf.finder(), wanted(at="01:00:09:00")) == ""  # half in each
    assert missing(shelf.finder(), wanted(at="00:00:01:00")) == ""  # counted from zero: no timecode


def test_timecode_that_two_cameras_share_is_not_guessed(shelf: Shelf) -> None:
    shelf.put("a/1.mov", "01:00:00:00")
    shelf.put("b/2.mov", "01:00:00:00")
    finder = shelf.finder("a", "b")
    assert "equally well" in missing(finder, wanted(at="01:00:01:00"))


def test_timecode_does_not_overrule_a_reel(shelf: Shelf) -> None:
    shelf.put("1.mov", "01:00:00:00", reel="B001")
    assert missing(shelf.finder(), wanted(reels=("A001",), at="01:00:01:00")) == ""


def test_a_clip_of_sound_takes_what_has_sound(shelf: Shelf) -> None:
    shelf.put("a.mov", audio=())
    shelf.put("a.wav", kind="audio")
    assert found(shelf.finder(), wanted(names=("a",), kind="audio"))[1] == "a.wav"
    assert found(shelf.finder(), wanted(names=("a",), kind="video"))[1] == "a.mov"


def test_only_the_ways_that_were_asked_for(shelf: Shelf) -> None:
    shelf.put("a.mov", "01:00:00:00")
    assert missing(shelf.finder(ways=["name", "reel"]), wanted(at="01:00:01:00")) == ""
    assert missing(shelf.finder(ways=["timecode"]), wanted(files=("a.mov",))) == ""


def test_a_still_is_taken_by_its_name_whatever_the_time(shelf: Shelf) -> None:
    shelf.put("title.png", kind="still", frames=1, audio=())
    clip = wanted(files=("title.png",), at="01:00:00:00")
    assert found(shelf.finder(), clip) == ("name", "title.png")


def test_an_unreadable_file_is_passed_over(shelf: Shelf) -> None:
    path = shelf.put("a.mov")
    shelf.put("b/a.mov")
    del shelf.infos[path]
    result = shelf.finder().find(wanted(files=("a.mov",)))
    assert isinstance(result, Found)
    assert result.path.parent.name == "b"
