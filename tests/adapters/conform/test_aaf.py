"""AAF: row by row, read back by the stock reader and by pyaaf2 itself."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import aaf2  # type: ignore[import-untyped]
import opentimelineio as otio
import pytest

from otio_autoedit.adapters.conform import conform
from otio_autoedit.errors import AutoEditLossWarning, ExportError
from tests.support.edits import File, dissolve, edit, marker, span

R23, R29, R59 = Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001)
Item = tuple[str, int, int]


def write(timeline: otio.schema.Timeline, folder: Path) -> Path:
    path = folder / "out.aaf"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AutoEditLossWarning)
        otio.adapters.write_to_file(timeline, str(path))
    return path


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    with aaf2.open(str(path)) as file:
        yield file


def back(path: Path) -> dict[str, list[Item]]:
    """What the stock reader makes of each track: (kind, start, length) or a dissolve's offsets."""
    tracks = {}
    timeline = otio.adapters.read_from_file(str(path))  # held: its tracks go with it
    for track in timeline.tracks:
        items: list[Item] = []
        for item in track:
            if isinstance(item, otio.schema.Transition):
                items.append(("dissolve", int(item.in_offset.value), int(item.out_offset.value)))
            else:
                where = item.trimmed_range()
                start = 0 if isinstance(item, otio.schema.Gap) else int(where.start_time.value)
                items.append((type(item).__name__, start, int(where.duration.value)))
        tracks[track.kind] = items
    return tracks


def timecodes(path: Path) -> dict[str, list[tuple[int, int, bool, Fraction]]]:
    """(start, frames a second, drop, edit rate) of every timecode, by the kind of its mob."""
    found: dict[str, list[tuple[int, int, bool, Fraction]]] = {}
    with opened(path) as file:
        for mob in file.content.mobs:
            for slot in mob.slots:
                code = slot.segment
                if type(code).__name__ == "Timecode":
                    said = code.start, code.fps, bool(code["Drop"].value), Fraction(slot.edit_rate)
                    found.setdefault(type(mob).__name__, []).append(said)
    return found


def losses(timeline: otio.schema.Timeline) -> dict[str, int]:
    return {loss.what: loss.count for loss in conform(timeline, "AAF")[1]}


def test_row_57_one_master_mob_a_file_named_as_the_file(tmp_path: Path) -> None:
    files = File(path=Path("/media/ä 1.mov")), File(path=Path("/media/B.mov"))
    timeline = edit([(100, 48, 0), (-1, 5), (10, 20, 1), (500, 30, 0)], *files)

    path = write(timeline, tmp_path)

    with opened(path) as file:
        names = sorted(mob.name for mob in file.content.mastermobs())
        urls = {
            locator["URLString"].value
            for mob in file.content.sourcemobs()
            for locator in mob.descriptor.get("Locator", []).value or []
        }
        kinds = sorted(type(mob.descriptor).__name__ for mob in file.content.sourcemobs())
    # A picture, a sound and a tape a file, however many clips play it.
    assert kinds == ["CDCIDescriptor"] * 2 + ["PCMDescriptor"] * 2 + ["TapeDescriptor"] * 2
    assert names == ["B.mov", "ä 1.mov"]
    assert urls == {f.path.as_uri() for f in files}
    items = [("Clip", 100, 48), ("Gap", 0, 5), ("Clip", 10, 20), ("Clip", 500, 30)]
    assert back(path) == {"Video": items, "Audio": items}


def test_the_same_file_gets_the_same_mob_every_time(tmp_path: Path) -> None:
    ids = []
    for _ in range(2):
        with opened(write(edit([(100, 48)]), tmp_path)) as file:
            ids.append([str(mob.mob_id) for mob in file.content.mastermobs()])

    assert ids[0] == ids[1]
    assert len(ids[0]) == 1


@pytest.mark.parametrize("what", ["speed", "reader"])
def test_row_58_a_timeline_aaf_cannot_hold_spares_the_file_that_was_there(
    tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(edit([(100, 48)]), tmp_path)
    before = path.read_bytes()
    timeline = edit([(100, 48)])
    if what == "speed":
        timeline.tracks[0][0].metadata["AAF"] = {"SourceID": "no id at all"}
    else:
        timeline.tracks.append(otio.schema.Track("D1", kind="Data"))
        timeline.tracks[-1].append(timeline.tracks[0][0].clone())

    with pytest.raises(
        ExportError, match=r"^AAF cannot hold .*; write \.otio or FCP 7 \.xml instead$"
    ):
        otio.adapters.write_to_file(timeline, str(path))

    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("rate", "start", "timecode", "fps", "drop"),
    [
        (R23, 86400, "01:00:00:00", 24, False),
        (Fraction(24), 86400, "01:00:00:00", 24, False),
        (Fraction(25), 90000, "01:00:00:00", 25, False),
        (R29, 108000, "01:00:00:00", 30, False),
        (R29, 107892, "01:00:00;00", 30, True),
        (Fraction(50), 180000, "01:00:00:00", 50, False),
        (R59, 215784, "01:00:00;00", 60, True),
        (Fraction(60), 216000, "01:00:00:00", 60, False),
    ],
)
def test_rows_59_and_60_timecode_counts_and_drops_as_the_media_does(
    tmp_path: Path, rate: Fraction, start: int, timecode: str, fps: int, drop: bool
) -> None:
    timeline = edit([(100, 48)], File(rate=rate, start=start, start_timecode=timecode))
    timeline.global_start_time = span(start, 0, rate).start_time

    path = write(timeline, tmp_path)

    assert timecodes(path) == {
        "CompositionMob": [(start, fps, drop, rate)],
        "SourceMob": [(start, fps, drop, rate)],
    }
    assert back(path)["Video"] == [("Clip", start + 100, 48)]


def test_row_61_a_dissolve_keeps_its_cut(tmp_path: Path) -> None:
    timeline = edit([(100, 48), (200, 48)])
    for track in timeline.tracks:
        track.insert(1, dissolve(5, 7))

    path = write(timeline, tmp_path)

    with opened(path) as file:
        lengths = {}
        for mob in file.content.compositionmobs():
            for slot in mob.slots:
                segment = slot.segment
                if slot.media_kind == "Sound":
                    segment = segment.segments[0]
                if hasattr(segment, "components"):
                    parts = list(segment.components)
                    cut = parts[1]["CutPoint"].value
                    name = parts[1]["OperationGroup"].value.operation.name
                    lengths[slot.media_kind] = ([c.length for c in parts], cut, name)
    # The dissolve takes its length from both sides: 48 + 7, 12, 48 + 5.
    assert lengths == {
        "Picture": ([55, 12, 53], 5, "VideoDissolve"),
        "Sound": ([55, 12, 53], 5, "MonoAudioDissolve"),
    }


def test_row_61_an_even_dissolve_reads_back_as_it_was(tmp_path: Path) -> None:
    timeline = edit([(100, 48), (200, 48)], sound=False)
    timeline.tracks[0].insert(1, dissolve(6, 6))

    items = back(write(timeline, tmp_path))["Video"]

    assert items == [("Clip", 100, 48), ("dissolve", 6, 6), ("Clip", 200, 48)]


def test_row_62_one_rate_whatever_the_clips_count_in(tmp_path: Path) -> None:
    timeline = edit([(100, 48), (0, 20)], File(rate=R23), sound=False)
    first, second = timeline.tracks[0]
    first.source_range = otio.opentime.TimeRange(
        otio.opentime.RationalTime(100, 23.976), otio.opentime.RationalTime(48, 23.976)
    )
    second.media_reference.available_range = span(0, 2500, Fraction(25))
    second.source_range = span(25, 50, Fraction(25))

    items = back(write(timeline, tmp_path))["Video"]

    # 50 frames of 25 are 2 s, 47.95 frames; they start at 23.98.
    assert items == [("Clip", 100, 48), ("Clip", 24, 48)]
    assert losses(timeline)["clips between two frames of the timeline, moved by less than one"] == 1


def test_row_63_marks_count_from_the_files_first_frame(tmp_path: Path) -> None:
    path = write(edit([(100, 48)], File(start=90000)), tmp_path)

    with opened(path) as file:
        marks = [
            (slot["MarkIn"].value, slot["MarkOut"].value, slot.segment.length)
            for mob in file.content.mastermobs()
            for slot in mob.slots
        ]
    assert marks == [(100, 148, 3000)] * 2


def test_the_file_says_what_its_media_are(tmp_path: Path) -> None:
    path = write(edit([(100, 48)], File(size=(1280, 720), reel="A001")), tmp_path)

    with opened(path) as file:
        pictures, sounds, tapes = set(), set(), set()
        for mob in file.content.sourcemobs():
            said = mob.descriptor
            kind = type(said).__name__
            if kind == "CDCIDescriptor":
                shape = str(said["ImageAspectRatio"].value)
                size = said["StoredWidth"].value, said["StoredHeight"].value
                pictures.add((*size, shape, int(said["Length"].value)))
            elif kind == "PCMDescriptor":
                sounds.add((said["Channels"].value, int(said["AudioSamplingRate"].value)))
            else:
                tapes.add(mob.name)
    assert pictures == {(1280, 720, "16/9", 3000)}
    assert sounds == {(1, 48000)}
    assert tapes == {"A001"}


def test_rows_53_and_64_what_is_lost_is_counted(tmp_path: Path) -> None:
    timeline = edit([(10, 20), (100, 30), (200, 10), (300, 12)], File(streams=2))
    first, second, third, fourth = timeline.tracks[0]
    first.markers.append(marker("m", 12, 1))
    second.effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    third.enabled = False
    fourth.effects.append(otio.schema.Effect(effect_name="Blur"))
    wipe = dissolve(4, 4)
    wipe.transition_type = "Custom_Wipe"
    timeline.tracks[0].insert(1, wipe)

    assert losses(timeline) == {
        "markers": 1,
        "clip names, in AAF the file's": 12,
        "disabled clips left as gaps": 1,
        "clips of further sound streams left out": 4,
        "retimed clips played at normal speed": 1,
        "effects": 1,
        "wipes and other transitions made dissolves": 1,
    }
    picture = back(write(timeline, tmp_path))["Video"]
    assert picture == [
        ("Clip", 10, 20), ("dissolve", 4, 4), ("Clip", 100, 30), ("Gap", 0, 10), ("Clip", 300, 12),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "reference",
    [
        otio.schema.MissingReference(),
        otio.schema.GeneratorReference("g", "SolidColor"),
        otio.schema.ImageSequenceReference("file:///m/", "s.", ".exr", 1001, 1, 25.0, 4),
    ],
    ids=["missing", "generator", "sequence"],
)
def test_clips_without_a_file_stay_as_missing_media(
    tmp_path: Path, reference: otio.core.MediaReference
) -> None:
    timeline = edit([(10, 20), (100, 30)], sound=False)
    timeline.tracks[0][0].media_reference = reference

    assert back(write(timeline, tmp_path))["Video"] == [("Clip", 10, 20), ("Clip", 100, 30)]


def test_row_71_a_clip_without_a_range_plays_whole(tmp_path: Path) -> None:
    timeline = edit([(10, 20)], File(frames=120, start=90000), sound=False)
    timeline.tracks[0][0].source_range = None

    assert back(write(timeline, tmp_path))["Video"] == [("Clip", 90000, 120)]


def test_a_nest_is_laid_out_flat(tmp_path: Path) -> None:
    timeline = edit([(10, 20), (100, 30)], sound=False)
    nest = otio.schema.Stack("nest", source_range=span(5, 10, Fraction(25)))
    nest.append(otio.schema.Track("n", kind="Video"))
    nest[0].append(timeline.tracks[0][1].clone())
    timeline.tracks[0][1] = nest

    assert back(write(timeline, tmp_path))["Video"] == [("Clip", 10, 20), ("Clip", 105, 10)]
    assert losses(timeline)["nested compositions laid out flat"] == 1
