"""The adapter as OTIO's own programs use it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import opentimelineio as otio
import pytest

from otio_autoedit.errors import MediaError, OptionError
from tests.support.movies import shots_movie

SHOTS = [(1, 0, 40), (5, 66, 50), (9, 130, 30)]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shots_movie(
        tmp_path_factory.mktemp("films") / "a film é.mp4", SHOTS, timecode="01:00:00:00"
    )


def program(name: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """One of OTIO's console programs, as installed."""
    script = Path(sys.executable).with_name(name)
    return subprocess.run(
        [script, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120,
        env=os.environ | environment,
    )  # fmt: skip


def shots_of(timeline: otio.schema.Timeline) -> list[tuple[int, int]]:
    return [
        (int(clip.source_range.start_time.value), int(clip.source_range.duration.value))
        for clip in timeline.video_tracks()[0].find_clips()
    ]


EXPECTED = [(90000, 40), (90040, 50), (90090, 30)]


def test_a_film_is_read_like_any_timeline(film: Path) -> None:
    assert shots_of(otio.adapters.read_from_file(str(film))) == EXPECTED


@pytest.mark.parametrize("suffix", ["otio", "otioz", "otiod", "xml", "edl", "fcpxml"])
def test_otioconvert_writes_what_is_asked_for(film: Path, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"out.{suffix}"
    done = program("otioconvert", "-i", film, "-o", target)
    assert done.returncode == 0, done.stderr
    options = {"rate": 25} if suffix == "edl" else {}
    back = otio.adapters.read_from_file(str(target), **options)
    if isinstance(back, otio.schema.SerializableCollection):
        back = next(back.find_children(descended_from_type=otio.schema.Timeline))
    assert len(shots_of(back)) == len(SHOTS)
    if suffix != "fcpxml":
        assert shots_of(back) == EXPECTED


@pytest.mark.parametrize("suffix", ["MP4", "MOV", "Mkv", "avi", "ts", "mpg"])
def test_every_suffix_in_any_case(tmp_path: Path, suffix: str) -> None:
    codec = {"avi": "mpeg4", "mpg": "mpeg2"}.get(suffix, "h264")
    film = shots_movie(tmp_path / f"clip.{suffix.lower()}", SHOTS, codec=codec)
    film = film.rename(tmp_path / f"CLIP.{suffix}")
    timeline = otio.adapters.read_from_file(str(film))
    assert [length for _, length in shots_of(timeline)] == [40, 50, 30]


def test_arguments_are_taken_as_meant(film: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.otio"
    arguments = ["recipe=shots", "min-clip=38f", "start=01:00:00:00", "end=-1", "audio=None"]
    flags = [part for argument in arguments for part in ("-a", argument)]
    done = program("otioconvert", "-i", film, "-o", target, *flags)
    assert done.returncode == 0, done.stderr
    timeline = otio.adapters.read_from_file(str(target))
    assert shots_of(timeline) == [(90000, 40), (90040, 55)]
    assert not timeline.audio_tracks()


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (
            ["recipie=shots"],
            "OptionError: -a recipie=shots: no such option (did you mean 'recipe'?)",
        ),
        (["recipe=shotz"], "RecipeError: no recipe 'shotz' (did you mean 'shots'?)"),
        (["min_clip=soon"], "OptionError: -a min_clip=soon: 'soon' is no length of time"),
        (["start=1h"], "OptionError: start=1h lies beyond the end"),
        (["store=x"], "OptionError: -a store=x: no such option"),
        (["where=x"], "OptionError: -a where=x: no such option"),
    ],
)
def test_an_error_is_the_last_line(
    film: Path, tmp_path: Path, arguments: list[str], error: str
) -> None:
    flags = [part for argument in arguments for part in ("-a", argument)]
    done = program("otioconvert", "-i", film, "-o", tmp_path / "out.otio", *flags)
    assert done.returncode != 0
    assert done.stderr.splitlines()[-1].startswith(f"otio_autoedit.errors.{error}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("content", [b"", b"a text, not a film", bytes(range(256)) * 40])
def test_what_is_no_film_is_said_in_the_last_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.mp4").write_bytes(content)
    done = program("otioconvert", "-i", tmp_path / "bad.mp4", "-o", tmp_path / "out.otio")
    assert done.returncode != 0
    last = done.stderr.splitlines()[-1]
    assert last.startswith("otio_autoedit.errors.MediaError: ")
    assert "bad.mp4" in last
    assert not (tmp_path / "out.otio").exists()


def test_without_suffixes_the_adapter_answers_to_its_name(film: Path, tmp_path: Path) -> None:
    target, off = tmp_path / "out.otio", {"OTIO_AUTOEDIT_SUFFIXES": "off"}
    refused = program("otioconvert", "-i", film, "-o", target, **off)
    assert "No adapter for suffix" in refused.stderr
    done = program("otioconvert", "-i", film, "-I", "autoedit_media", "-o", target, **off)
    assert done.returncode == 0, done.stderr
    assert shots_of(otio.adapters.read_from_file(str(target))) == EXPECTED


def test_otios_other_programs_read_films(film: Path, tmp_path: Path) -> None:
    read = otio.adapters.read_from_file(str(film)).to_json_string()
    done = program("otiocat", film)
    assert done.stdout.strip() == read.strip(), done.stderr
    assert program("otiotool", "-i", film, "-o", tmp_path / "out.otio").returncode == 0
    assert (tmp_path / "out.otio").read_text("utf-8").strip() == read.strip()
    assert "number of tracks: 2" in program("otiostat", film).stdout
    listed = program("otiopluginfo", "*autoedit*")
    assert listed.returncode == 0, listed.stderr
    for words in ("autoedit_media", "Reads a media file as an editable timeline"):
        assert words in listed.stdout


def test_two_runs_write_the_same_bytes(film: Path, tmp_path: Path) -> None:
    for name in ("a.otio", "b.otio"):
        assert program("otioconvert", "-i", film, "-o", tmp_path / name).returncode == 0
    assert (tmp_path / "a.otio").read_bytes() == (tmp_path / "b.otio").read_bytes()


def test_errors_can_be_caught_by_kind(film: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError):
        otio.adapters.read_from_file(str(film), min_clipt=3)
    with pytest.raises(MediaError):
        otio.adapters.read_from_file(str(tmp_path / "none.mp4"))
    with pytest.raises(otio.exceptions.OTIOError):
        otio.adapters.read_from_file(str(film), recipe="none")


def test_the_default_linker_leaves_our_clips_alone(film: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.otio"
    done = program("otioconvert", "-i", film, "-o", target, OTIO_DEFAULT_MEDIA_LINKER="autoedit")
    assert done.returncode == 0, done.stderr
    plain = otio.adapters.read_from_file(str(film))
    linked = otio.adapters.read_from_file(str(target), media_linker_name=None)
    assert shots_of(linked) == shots_of(plain)
    urls = [clip.media_reference.target_url for clip in plain.find_clips()]
    assert [clip.media_reference.target_url for clip in linked.find_clips()] == urls
