"""Through the program: `otioconvert -m autoedit`, with the network that ships."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import opentimelineio as otio
import pytest

OTIOCONVERT = Path(sys.executable).with_name("otioconvert")

EDL = """TITLE: cut
FCM: NON-DROP FRAME

001  A001     V     C        01:00:00:00 01:00:02:01 01:00:00:00 01:00:02:01
* FROM CLIP NAME: A001.MOV
002  AX       V     C        00:00:02:00 00:00:04:00 01:00:02:01 01:00:04:01
* FROM CLIP NAME: Café 100%2525 B.mov
003  cameraA0 V     C        10:00:02:14 10:00:04:00 01:00:04:01 01:00:05:11
004  A001     V     C        01:00:02:02 01:00:04:00 01:00:05:11 01:00:07:09
"""


def convert(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(OTIOCONVERT), *arguments],
        cwd=cwd,
        env=os.environ | environment,
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )


def cut(folder: Path) -> Path:
    path = folder / "cut.edl"
    path.write_text(EDL, "utf-8")
    return path


def markers(path: Path) -> dict[str, list[tuple[str, int]]]:
    timeline = otio.adapters.read_from_file(str(path))
    return {
        f"{number} {clip.name}": [
            (m.name, round((m.marked_range.start_time - clip.source_range.start_time).value))
            for m in clip.markers
        ]
        for number, clip in enumerate(timeline.find_clips())
    }


def test_an_edl_and_a_folder_become_a_timeline_with_media_and_marks(
    tmp_path: Path, rushes: Path
) -> None:
    """The movies cut after 50 and 120 frames (A001), after 60 (the others). The first clip ends one
    frame before its shot does, the third begins two frames late, the fourth is right."""
    cut(tmp_path)
    done = convert(
        *("-i", "cut.edl", "-o", "out.otio", "-a", "rate=24"),
        *("-m", "autoedit", "-M", "media_dir=rushes/"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == (
        "otio-autoedit: linked 4 of 4 clips to 3 files (2 by name, 2 by reel); "
        "1 shot change marked\n"
        "  cut 1 to 3 frames beside a shot boundary (marked): 2: A001.MOV of reel A001; "
        "003 of reel cameraA0\n"
    )
    assert markers(tmp_path / "out.otio") == {
        "0 A001.MOV": [("cut 1 frame early", 48)],
        "1 Café 100%2525 B.mov": [("shot change", 12)],
        "2 003": [("cut 2 frames late", 0)],
        "3 004": [],
    }


def test_the_second_conversion_asks_no_network(tmp_path: Path, rushes: Path) -> None:
    """What was seen is kept: the network is not even loaded."""
    cut(tmp_path)
    arguments = ("-i", "cut.edl", "-a", "rate=24", "-m", "autoedit", "-M", "media_dir=rushes")
    cache = str(tmp_path / "cache")
    first = convert(*arguments, "-o", "1.otio", cwd=tmp_path, OTIO_AUTOEDIT_CACHE=cache)
    tracer = tmp_path / "tracer"
    tracer.mkdir()
    (tracer / "sitecustomize.py").write_text(
        "import atexit, sys\n"
        "network = 'otio_autoedit.models.shots'\n"
        "atexit.register(lambda: print(network in sys.modules, file=open('loaded.txt', 'w')))\n"
    )
    second = convert(
        *arguments, "-o", "2.otio", cwd=tmp_path,
        OTIO_AUTOEDIT_CACHE=cache, PYTHONPATH=str(tracer),
    )  # fmt: skip
    assert (tmp_path / "loaded.txt").read_text() == "False\n"
    assert first.stderr == second.stderr
    assert (tmp_path / "1.otio").read_bytes() == (tmp_path / "2.otio").read_bytes()


def test_a_linked_timeline_linked_again_is_the_same_file(tmp_path: Path, rushes: Path) -> None:
    cut(tmp_path)
    arguments = ("-m", "autoedit", "-M", "media_dir=rushes")
    convert("-i", "cut.edl", "-o", "1.otio", "-a", "rate=24", *arguments, cwd=tmp_path)
    again = convert("-i", "1.otio", "-o", "2.otio", *arguments, cwd=tmp_path)
    assert (tmp_path / "1.otio").read_bytes() == (tmp_path / "2.otio").read_bytes()
    assert "linked 0 of 4 clips; 4 already linked" in again.stderr


def test_a_wrong_option_is_the_last_line_and_writes_nothing(tmp_path: Path, rushes: Path) -> None:
    cut(tmp_path)
    done = convert(
        *("-i", "cut.edl", "-o", "out.otio", "-a", "rate=24"),
        *("-m", "autoedit", "-M", "media-dri=rushes"),
        cwd=tmp_path,
    )
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.endswith("-M media-dri=rushes: no such option (did you mean 'media_dir'?)")
    assert not (tmp_path / "out.otio").exists()


def test_to_fcp_xml_with_the_media_and_the_marks(tmp_path: Path, rushes: Path) -> None:
    """Linked, the timeline is ours: the conform hook gives the file its frame size."""
    cut(tmp_path)
    done = convert(
        *("-i", "cut.edl", "-o", "out.xml", "-a", "rate=24"),
        *("-m", "autoedit", "-M", "media_dir=rushes"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    text = (tmp_path / "out.xml").read_text("utf-8")
    assert text.count("</clipitem>") == 4
    assert "<width>160</width>" in text
    assert "cut 2 frames late" in text
    back = otio.adapters.read_from_file(str(tmp_path / "out.xml"))
    ranges = [clip.source_range.start_time.value for clip in back.find_clips()]
    assert ranges == [86400, 48, 864062, 86450]


def test_as_the_default_linker_our_own_results_pass_untouched(tmp_path: Path, rushes: Path) -> None:
    default = {"OTIO_DEFAULT_MEDIA_LINKER": "autoedit"}
    plain = convert("-i", "rushes/pal.mp4", "-o", "plain.otio", cwd=tmp_path)
    through = convert("-i", "rushes/pal.mp4", "-o", "through.otio", cwd=tmp_path, **default)
    assert plain.returncode == through.returncode == 0, through.stderr
    again = convert("-i", "through.otio", "-o", "again.otio", cwd=tmp_path, **default)
    assert "otio-autoedit:" not in through.stderr + again.stderr
    assert (tmp_path / "plain.otio").read_bytes() == (tmp_path / "through.otio").read_bytes()
    assert (tmp_path / "plain.otio").read_bytes() == (tmp_path / "again.otio").read_bytes()


def test_on_a_terminal_it_shows_how_far_it_is(tmp_path: Path, rushes: Path) -> None:
    cut(tmp_path)
    outer, inner = pty.openpty()
    done = subprocess.run(
        [
            *(str(OTIOCONVERT), "-i", "cut.edl", "-o", "out.otio", "-a", "rate=24"),
            *("-m", "autoedit", "-M", "media_dir=rushes"),
        ],
        cwd=tmp_path,
        env=os.environ | {"OTIO_AUTOEDIT_CACHE": str(tmp_path / "cache")},
        stderr=inner,
        timeout=120,
        check=False,
    )
    os.close(inner)
    shown = os.read(outer, 65536).decode("utf-8", "replace")
    os.close(outer)
    assert done.returncode == 0
    assert "otio-autoedit: watching A001.mov" in shown
    assert shown.rindex("linked 4 of 4 clips") > shown.rindex("watching")


@pytest.mark.parametrize("name", ["otiocat", "otiotool"])
def test_other_programs_of_otio(tmp_path: Path, rushes: Path, name: str) -> None:
    cut(tmp_path)
    convert(
        *("-i", "cut.edl", "-o", "out.otio", "-a", "rate=24"),
        *("-m", "autoedit", "-M", "media_dir=rushes"),
        cwd=tmp_path,
    )
    arguments = {"otiocat": ["out.otio"], "otiotool": ["-i", "out.otio", "--list-clips"]}[name]
    done = subprocess.run(
        [str(OTIOCONVERT.with_name(name)), *arguments],
        cwd=tmp_path,
        env=os.environ | {"OTIO_DEFAULT_MEDIA_LINKER": "autoedit"},
        text=True,
        capture_output=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "A001" in done.stdout


def test_a_film_cut_at_its_shots_misses_none_and_slipped_by_two_frames_misses_all(
    tmp_path: Path, data_dir: Path
) -> None:
    """Real footage, the whole way round: cut by us, handed over as EDL, slipped, linked again."""
    film = data_dir / "shots" / "eval" / "film01.mp4"
    sure = "threshold=0.9"  # cuts alone: a transition of some frames is marked, and may hide a slip
    made = convert("-i", str(film), "-o", "cut.edl", "-a", sure, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    lines = (tmp_path / "cut.edl").read_text("utf-8").splitlines()
    assert len([line for line in lines if line[:3].isdigit()]) > 5
    moved = [line for line in lines if not line.startswith("* FROM CLIP: file:")]
    (tmp_path / "cut.edl").write_text("\n".join(moved), "utf-8")
    link = ("-m", "autoedit", "-M", f"media_dir={film.parent}", "-M", sure)
    right = convert("-i", "cut.edl", "-o", "right.otio", *link, cwd=tmp_path)
    assert right.returncode == 0, right.stderr
    assert "shot boundary" not in right.stderr
    timeline = otio.adapters.read_from_file(str(tmp_path / "right.otio"))
    assert not [marker for clip in timeline.find_clips() for marker in clip.markers]

    slipped = otio.adapters.read_from_file(str(tmp_path / "cut.edl"))
    inner = list(slipped.find_clips())[1:-1]
    for clip in inner:
        late = otio.opentime.RationalTime(2, clip.source_range.start_time.rate)
        clip.source_range = otio.opentime.TimeRange(
            clip.source_range.start_time + late, clip.source_range.duration
        )
    otio.adapters.write_to_file(slipped, str(tmp_path / "slipped.otio"))
    wrong = convert("-i", "slipped.otio", "-o", "wrong.otio", *link, cwd=tmp_path)
    timeline = otio.adapters.read_from_file(str(tmp_path / "wrong.otio"))
    flagged = list(timeline.find_clips())[1:-1]
    assert f"(marked): {len(flagged)}:" in wrong.stderr
    assert {marker.name for clip in flagged for marker in clip.markers} == {"cut 2 frames late"}
    assert all(len(clip.markers) == 2 for clip in flagged)
