"""Timelines of many adapters, linked through OTIO to real movies."""

from __future__ import annotations

import copy
import logging
import subprocess
import sys
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from otio_autoedit.adapters.link import media, session
from otio_autoedit.analysis.record import Transition
from otio_autoedit.errors import OptionError
from tests.support.movies import coded_movie

EDL = """TITLE: cut
FCM: NON-DROP FRAME

001  A001     V     C        01:00:01:00 01:00:03:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: a001.MOV
002  AX       V     C        00:00:02:00 00:00:04:00 01:00:02:00 01:00:04:00
* FROM CLIP NAME: CAFÉ 100%2525 B.mov
003  cameraA0 V     C        10:00:02:00 10:00:04:00 01:00:04:00 01:00:06:00
004  AX       V     C        10:00:00:00 10:00:02:00 01:00:06:00 01:00:08:00
005  Z007     V     C        05:00:01:00 05:00:03:00 01:00:08:00 01:00:10:00
* FROM CLIP NAME: lost
"""

Read = Callable[..., Any]


@pytest.fixture
def read(tmp_path: Path, rushes: Path) -> Read:
    """``read(text or object, suffix, **adapter arguments)``: written to a file and read through the
    linker, told ``rushes`` and what ``M`` holds."""

    def read_through(
        source: Any, suffix: str = "edl", M: dict[str, Any] | None = None, **a: Any
    ) -> Any:
        path = tmp_path / f"cut.{suffix}"
        if isinstance(source, str):
            path.write_text(source, "utf-8")
        else:
            otio.adapters.write_to_file(source, str(path))
        arguments = {"media_dir": str(rushes), "shots": False} if M is None else M
        return otio.adapters.read_from_file(
            str(path), media_linker_name="autoedit", media_linker_argument_map=arguments, **a
        )

    return read_through


def frames(start: float, length: float, rate: float = 24) -> TimeRange:
    return TimeRange(RationalTime(start, rate), RationalTime(length, rate))


def timeline(*clips: Any, kind: str = "Video") -> otio.schema.Timeline:
    result = otio.schema.Timeline("t")
    result.tracks.append(otio.schema.Track("T1", kind=kind))
    result.tracks[0].extend(clips)
    return result


def clip(name: str, start: float, length: float, rate: float = 24, **more: Any) -> otio.schema.Clip:
    return otio.schema.Clip(name, source_range=frames(start, length, rate), **more)


def one(result: Any) -> otio.schema.Clip:
    (found,) = result.find_clips()
    return found


def linked_to(item: otio.schema.Clip) -> str:
    return Path(str(item.media_reference.target_url)).name


class TestAnEdl:
    def test_every_clip_that_can_be_found_has_its_media(self, read: Read, rushes: Path) -> None:
        a001, cafe, camera, by_timecode, lost = read(EDL, rate=24).find_clips()
        assert a001.media_reference.target_url == (rushes / "day1" / "A001.mov").as_uri()
        assert a001.media_reference.available_range == frames(86400, 200)
        assert a001.media_reference.name == "A001.mov"
        assert linked_to(cafe) == "Caf%C3%A9%20100%2525%20B.mov"
        assert cafe.media_reference.available_range == frames(0, 120)
        assert linked_to(camera) == linked_to(by_timecode) == "camera_A_001.mov"
        assert [c.metadata["autoedit"]["linked"] for c in (a001, cafe, camera, by_timecode)] == [
            "name", "name", "reel", "timecode",
        ]  # fmt: skip
        assert isinstance(lost.media_reference, otio.schema.MissingReference)
        assert "autoedit" not in lost.metadata

    def test_source_ranges_stay_and_lie_in_the_media(self, read: Read, tmp_path: Path) -> None:
        result = read(EDL, rate=24)
        plain = otio.adapters.read_from_file(str(tmp_path / "cut.edl"), rate=24)
        before, after = list(plain.find_clips()), list(result.find_clips())
        assert [c.source_range for c in after] == [c.source_range for c in before]
        for item in after[:4]:
            whole, played = item.media_reference.available_range, item.source_range
            assert whole.start_time <= played.start_time
            assert played.end_time_exclusive() <= whole.end_time_exclusive()

    def test_the_timeline_is_ours_and_carries_its_sources(self, read: Read) -> None:
        result = read(EDL, rate=24)
        ours = result.metadata["autoedit"]
        assert ours["schema"] == 1
        names = [Path(source["path"]).name for source in ours["sources"]]
        assert names == ["A001.mov", "Café 100%25 B.mov", "camera_A_001.mov"]
        assert [c.metadata["autoedit"]["source"] for c in list(result.find_clips())[:4]] == [
            0,
            1,
            2,
            2,
        ]
        assert ours["sources"][0]["size"][0] == 160
        assert ours["linker"]["linked"] == 4
        assert ours["linker"]["not_found"] == 1

    def test_it_begins_at_the_record_time_and_plays(self, read: Read) -> None:
        """The EDL reader gives the track a range an hour before its first clip."""
        result = read(EDL, rate=24)
        assert result.global_start_time == RationalTime(86400, 24)
        assert result.tracks[0].source_range is None

    def test_one_summary_says_what_was_found_and_what_not(
        self, read: Read, caplog: pytest.LogCaptureFixture
    ) -> None:
        read(EDL, rate=24)
        (record,) = caplog.records
        assert record.levelno == logging.WARNING
        assert record.getMessage() == (
            "otio-autoedit: linked 4 of 5 clips to 3 files (2 by name, 1 by reel, 1 by timecode)\n"
            "  not found, left as they were: 1: lost of reel Z007"
        )

    def test_a_reel_inside_the_file(self, read: Read, rushes: Path) -> None:
        for number, reel in enumerate(("B007", "C007")):
            coded_movie(
                rushes / f"clip{number}.mkv", rate=Fraction(24), frames=48, size=(160, 96),
                timecode="04:00:00:00", metadata={"reel_name": reel},
            )  # fmt: skip
        edl = "TITLE: t\n001  C007 V C 04:00:00:12 04:00:01:00 01:00:00:00 01:00:00:12\n"
        item = one(read(edl, rate=24))
        assert linked_to(item) == "clip1.mkv"
        assert item.metadata["autoedit"]["linked"] == "reel"

    def test_read_at_24_over_footage_at_23_976(
        self, read: Read, caplog: pytest.LogCaptureFixture
    ) -> None:
        edl = "TITLE: t\n001  slow V C 02:00:01:00 02:00:03:00 01:00:00:00 01:00:02:00\n"
        item = one(read(edl, rate=24))
        assert item.source_range == frames(172824, 48)
        assert item.media_reference.available_range == frames(172800, 96)
        assert "-a rate=23.976023976023978" in caplog.text

    def test_at_its_true_rate(self, read: Read) -> None:
        edl = "TITLE: t\n001  slow V C 02:00:01:00 02:00:03:00 01:00:00:00 01:00:02:00\n"
        rate = 24000 / 1001
        item = one(read(edl, rate=rate))
        assert item.media_reference.available_range == frames(172800, 96, rate)

    def test_drop_frame(self, read: Read) -> None:
        rate = 30000 / 1001
        edl = "TITLE: t\n001  AX V C 03:00:01;00 03:00:02;00 01:00:00;00 01:00:01;00\n"
        item = one(read(edl, rate=rate))
        assert linked_to(item) == "drop.mov"
        assert item.media_reference.available_range == frames(323676, 90, rate)


class TestOtherAdapters:
    def test_fcp_xml_with_media_that_moved(self, read: Read, tmp_path: Path) -> None:
        source = timeline(clip("shot", 86424, 48))
        source.tracks[0][0].media_reference = otio.schema.ExternalReference(
            "file://localhost/Volumes/Old%20Disk/A001.mov", frames(86400, 200)
        )
        item = one(read(source, "xml"))
        assert linked_to(item) == "A001.mov"
        assert item.source_range == frames(86424, 48)
        assert item.media_reference.available_range == frames(86400, 200)

    def test_fcp_xml_whose_media_lost_its_timecode(self, read: Read) -> None:
        source = timeline(clip("shot", 36010, 20, 25))
        source.tracks[0][0].media_reference = otio.schema.ExternalReference(
            "file:///Volumes/Old/pal.mp4", frames(36000, 100, 25)
        )
        item = one(read(source, "xml"))
        assert item.source_range == frames(10, 20, 25)
        assert item.media_reference.available_range == frames(0, 100, 25)

    def test_fcpxml(self, read: Read) -> None:
        source = timeline(clip("shot", 86424, 48))
        source.global_start_time = RationalTime(0, 24)
        source.tracks[0][0].media_reference = otio.schema.ExternalReference(
            "file:///Volumes/Old/A001.mov", frames(86400, 200)
        )
        item = one(read(source, "fcpxml"))
        assert linked_to(item) == "A001.mov"
        assert item.media_reference.available_range == frames(86400, 200)

    def test_aaf(self, read: Read, tmp_path: Path) -> None:
        source = timeline(clip("shot", 86424, 48))
        source.tracks[0][0].media_reference = otio.schema.ExternalReference(
            "file:///Volumes/Old/A001.mov", frames(86400, 200)
        )
        path = tmp_path / "made.aaf"
        otio.adapters.write_to_file(source, str(path), use_empty_mob_ids=True)
        made = otio.adapters.read_from_file(str(path))
        item = one(read(made, "otio"))
        assert linked_to(item) == "A001.mov"
        assert item.source_range == frames(86424, 48)

    def test_an_ale_gives_clips_without_a_track(
        self, read: Read, caplog: pytest.LogCaptureFixture
    ) -> None:
        ale = (
            "Heading\nFIELD_DELIM\tTABS\nVIDEO_FORMAT\t1080\nFPS\t24\n\nColumn\n"
            "Name\tTape\tStart\tEnd\tTracks\n\nData\n"
            "one\tA001\t01:00:01:00\t01:00:02:00\tV\n"
            "two\tcamera_A_001\t10:00:01:00\t10:00:02:00\tV\n"
        )
        result = read(ale, "ale")
        assert isinstance(result, otio.schema.SerializableCollection)
        assert [linked_to(item) for item in result] == ["A001.mov", "camera_A_001.mov"]
        assert "linked 2 of 2 clips to 2 files (2 by reel)" in caplog.text
        assert len(caplog.records) == 1

    def test_audio_clips_are_linked_too(self, read: Read) -> None:
        item = one(read(timeline(clip("A001", 86424, 48), kind="Audio"), "otio"))
        assert linked_to(item) == "A001.mov"
        assert item.media_reference.available_range == frames(86400, 200)

    def test_sound_alone(self, read: Read, rushes: Path) -> None:
        with wave.open(str(rushes / "voice.wav"), "wb") as file:
            file.setparams((1, 2, 48000, 0, "NONE", ""))
            file.writeframes(bytes(2 * 48000 * 3))
        item = one(read(timeline(clip("voice", 24, 24), kind="Audio"), "otio"))
        assert linked_to(item) == "voice.wav"
        assert item.media_reference.available_range == frames(0, 72)
        assert not item.markers

    def test_a_nested_stack(self, read: Read) -> None:
        inner = otio.schema.Stack("inner")
        inner.append(otio.schema.Track("V1"))
        inner[0].append(clip("A001", 86424, 48))
        result = read(timeline(inner), "otio")
        assert linked_to(one(result)) == "A001.mov"
        assert one(result).metadata["autoedit"]["source"] == 0

    def test_a_collection_of_timelines_is_stamped_one_by_one(self, read: Read) -> None:
        both = otio.schema.SerializableCollection(
            "bin", [timeline(clip("A001", 86424, 48)), timeline(clip("lost", 0, 48))]
        )
        found, lost = read(both, "otio")
        assert found.metadata["autoedit"]["sources"][0]["start_timecode"] == "01:00:00:00"
        assert "autoedit" not in lost.metadata

    def test_a_bare_clip(self, read: Read, caplog: pytest.LogCaptureFixture) -> None:
        result = read(clip("A001", 86424, 48), "otio")
        assert linked_to(result) == "A001.mov"
        assert len(caplog.records) == 1

    def test_from_a_text(self, rushes: Path, caplog: pytest.LogCaptureFixture) -> None:
        """OTIO hands the hook a copy of the arguments then, and the linker the caller's own."""
        arguments = {"media_dir": str(rushes), "shots": False}
        for _ in range(2):
            result = otio.adapters.read_from_string(
                EDL, "cmx_3600", rate=24,
                media_linker_name="autoedit", media_linker_argument_map=arguments,
            )  # fmt: skip
            assert len(result.metadata["autoedit"]["sources"]) == 3
        assert arguments == {"media_dir": str(rushes), "shots": False}
        assert len(caplog.records) == 2


class TestTime:
    def test_a_clip_counted_from_zero_moves_into_the_timecode_with_its_markers(
        self, read: Read, caplog: pytest.LogCaptureFixture
    ) -> None:
        item = clip("A001.mov", 24, 48)
        item.markers.append(otio.schema.Marker("mine", frames(30, 1)))
        item = one(read(timeline(item), "otio"))
        assert item.source_range == frames(86424, 48)
        assert item.markers[0].marked_range == frames(86430, 1)
        assert "moved into the media's timecode" in caplog.text

    def test_at_another_rate_than_the_media(self, read: Read) -> None:
        item = one(read(timeline(clip("pal", 24, 48)), "otio"))
        assert item.source_range == frames(24, 48)
        assert item.media_reference.available_range == frames(0, 100, 25)

    def test_a_clip_without_a_range_keeps_its_length(self, read: Read) -> None:
        item = otio.schema.Clip(
            "x", otio.schema.ExternalReference("file:///gone/A001.mov", frames(0, 100))
        )
        item = one(read(timeline(item), "otio"))
        assert item.duration() == RationalTime(100, 24)
        assert item.source_range == frames(86400, 100)

    def test_a_clip_without_any_range_plays_the_whole_file(self, read: Read) -> None:
        item = otio.schema.Clip("x", otio.schema.ExternalReference("file:///gone/A001.mov"))
        item = one(read(timeline(item), "otio"))
        assert item.source_range is None
        assert item.trimmed_range() == frames(86400, 200)

    def test_a_file_of_that_name_at_another_time_is_not_taken(
        self, read: Read, caplog: pytest.LogCaptureFixture
    ) -> None:
        item = one(read(timeline(clip("A001.mov", 500_000, 48)), "otio"))
        assert item.media_reference.is_missing_reference
        assert "A001.mov starts at 01:00:00:00 and holds none of the frames" in caplog.text


class TestItLeavesAlone:
    def test_what_is_generated_or_a_sequence_of_images(self, read: Read) -> None:
        bars = clip("A001", 0, 48, media_reference=otio.schema.GeneratorReference("bars"))
        images = clip("A001", 0, 48)
        images.media_reference = otio.schema.ImageSequenceReference("file:///x/", "A001.", ".exr")
        source = timeline(bars, images)
        assert read(source, "otio").is_equivalent_to(source)

    def test_a_timeline_of_which_nothing_is_found(self, read: Read) -> None:
        source = timeline(clip("lost", 0, 48))
        assert read(source, "otio").is_equivalent_to(source)

    def test_clips_that_we_cut(self, read: Read, caplog: pytest.LogCaptureFixture) -> None:
        source = timeline(clip("A001", 86424, 48, metadata={"autoedit": {"source": 0}}))
        source.metadata["autoedit"] = {"schema": 1, "sources": []}
        assert read(source, "otio").is_equivalent_to(source)
        assert not caplog.records

    def test_what_others_wrote_on_clip_and_reference(self, read: Read) -> None:
        item = clip("A001", 86424, 48, metadata={"theirs": {"a": 1}})
        reference = otio.schema.ExternalReference("file:///gone/A001.mov")
        reference.metadata["fcp_xml"] = {"@id": "file-1"}
        item.set_media_references(
            {"low": otio.schema.MissingReference(), "high": reference}, "high"
        )
        item = one(read(timeline(item), "otio"))
        assert dict(item.metadata["theirs"]) == {"a": 1}
        assert dict(item.media_reference.metadata["fcp_xml"]) == {"@id": "file-1"}
        assert item.active_media_reference_key == "high"
        assert isinstance(item.media_references()["low"], otio.schema.MissingReference)

    def test_a_clip_that_breaks_us(
        self, read: Read, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        relink = session.relink

        def break_on_second(item: otio.schema.Clip, found: Any) -> Any:
            reference = relink(item, found)
            if item.name == "A001":
                raise RuntimeError("out of luck")
            return reference

        monkeypatch.setattr(session, "relink", break_on_second)
        source = timeline(clip("pal", 0, 24), clip("A001", 24, 48), clip("pal.mp4", 0, 48))
        before = copy.deepcopy(source.tracks[0][1])
        result = read(source, "otio")
        first, broken, last = result.find_clips()
        assert linked_to(first) == linked_to(last) == "pal.mp4"
        assert broken.is_equivalent_to(before)
        assert "failed, left as they were: 1: A001 (out of luck)" in caplog.text


class TestASecondTime:
    def test_adds_nothing(self, read: Read, keep: Any, rushes: Path) -> None:
        for path in rushes.rglob("*.mov"):
            keep(path, Transition(49, 50, "cut", 0.9))
        arguments = {"media_dir": str(rushes)}
        first = read(EDL, rate=24, M=arguments)
        assert sum(len(item.markers) for item in first.find_clips()) > 0
        second = read(first, "otio", M=arguments)
        assert second.is_equivalent_to(first)

    def test_a_clip_that_was_trimmed_since_is_marked_anew(
        self, read: Read, keep: Any, rushes: Path
    ) -> None:
        keep(rushes / "day1" / "A001.mov", Transition(49, 50, "cut", 0.9))
        arguments = {"media_dir": str(rushes)}
        first = read(timeline(clip("A001", 86424, 48)), "otio", M=arguments)
        item = one(first)
        assert [m.name for m in item.markers] == ["shot change"]
        item.markers.append(otio.schema.Marker("mine", frames(86425, 1)))
        item.source_range = frames(86452, 20)
        item = one(read(first, "otio", M=arguments))
        assert [m.name for m in item.markers] == ["mine", "cut 2 frames late"]

    def test_relinks_only_what_is_gone(self, read: Read, rushes: Path) -> None:
        first = read(timeline(clip("A001", 86424, 48), clip("pal", 0, 24)), "otio")
        moved = rushes / "moved" / "A001.mov"
        moved.parent.mkdir()
        (rushes / "day1" / "A001.mov").rename(moved)
        item, _ = read(first, "otio").find_clips()
        assert item.media_reference.target_url == moved.as_uri()


class TestOptions:
    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"medai_dir": "x"}, "-M medai_dir=x: no such option (did you mean 'media_dir'?)"),
            ({"match": "nmae"}, "-M match=nmae: no such way to find media (did you mean 'name'?)"),
            ({"shots": "perhaps"}, "-M shots=perhaps: 'perhaps' is neither yes nor no"),
        ],
    )
    def test_a_wrong_one_is_said(self, read: Read, arguments: dict[str, Any], message: str) -> None:
        with pytest.raises(OptionError) as caught:
            read(EDL, rate=24, M=arguments)
        assert str(caught.value) == message

    def test_a_folder_that_is_not_there(self, read: Read, tmp_path: Path) -> None:
        with pytest.raises(OptionError, match=r"media_dir=.*gone: does not exist"):
            read(EDL, rate=24, M={"media_dir": str(tmp_path / "gone")})

    @pytest.mark.parametrize(
        "write",
        [
            lambda a, b: [str(a), str(b)],
            lambda a, b: (str(a), b),
            lambda a, b: f"{a}:{b}",
        ],
    )
    def test_several_folders(self, read: Read, rushes: Path, write: Any) -> None:
        arguments = {"media_dir": write(rushes / "day1", rushes / "day 2"), "shots": False}
        result = read(EDL, rate=24, M=arguments)
        assert [item.media_reference.is_missing_reference for item in result.find_clips()] == [
            False, False, True, True, True,
        ]  # fmt: skip

    def test_a_folder_called_2024(
        self, read: Read, rushes: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(rushes)
        (rushes / "day1").rename(rushes / "2024")
        item = one(
            read(timeline(clip("A001", 86424, 48)), "otio", M={"media_dir": 2024, "shots": 0})
        )
        assert linked_to(item) == "A001.mov"

    def test_none_is_not_given(self, read: Read) -> None:
        item = one(read(timeline(clip("A001", 86424, 48)), "otio", M={"media_dir": None}))
        assert item.media_reference.is_missing_reference

    def test_only_some_ways(self, read: Read, rushes: Path) -> None:
        arguments = {"media_dir": str(rushes), "shots": False, "match": ("reel", "timecode")}
        found = [
            item.metadata.get("autoedit", {}).get("linked")
            for item in read(EDL, rate=24, M=arguments).find_clips()
        ]
        assert found == ["reel", None, "reel", "timecode", None]


class TestAsTheDefaultLinker:
    """OTIO_DEFAULT_MEDIA_LINKER=autoedit: every read of every program, with an empty argument map,
    which OTIO makes anew for each clip."""

    @pytest.fixture(autouse=True)
    def default(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("OTIO_DEFAULT_MEDIA_LINKER", "autoedit")

    def test_media_that_lies_where_the_timeline_says_is_read_once(
        self, tmp_path: Path, rushes: Path, keep: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = rushes / "day1" / "A001.mov"
        keep(path, Transition(49, 50, "cut", 0.9))
        clips = [clip("a", 86400 + n, 24) for n in range(30)]
        for item in clips:
            item.media_reference = otio.schema.ExternalReference(path.as_uri())
        otio.adapters.write_to_file(timeline(*clips), str(tmp_path / "t.otio"))
        probed = []
        monkeypatch.setattr(media, "_bar", lambda path: probed.append(path))
        result = otio.adapters.read_from_file(str(tmp_path / "t.otio"))
        assert probed == [path]
        assert len(result.metadata["autoedit"]["sources"]) == 1
        marked = [n for n, item in enumerate(result.find_clips()) if item.markers]
        assert marked == [23, 24, 25, 27, 28, 29]  # 1 to 3 frames before and behind the cut at 50

    def test_says_nothing_where_there_is_nothing_to_say(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        otio.adapters.write_to_file(timeline(clip("lost", 0, 24)), str(tmp_path / "t.otio"))
        otio.adapters.read_from_file(str(tmp_path / "t.otio"))
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING]

    def test_can_be_switched_off(self, tmp_path: Path, rushes: Path) -> None:
        item = clip("A001", 86424, 48)
        item.media_reference = otio.schema.ExternalReference(
            (rushes / "day1" / "A001.mov").as_uri()
        )
        otio.adapters.write_to_file(timeline(item), str(tmp_path / "t.otio"))
        result = otio.adapters.read_from_file(
            str(tmp_path / "t.otio"),
            media_linker_name=otio.media_linker.MediaLinkingPolicy.DoNotLinkMedia,
        )
        assert "autoedit" not in result.metadata


def test_a_later_conversion_sees_new_files(read: Read, rushes: Path) -> None:
    source = timeline(clip("new", 0, 24))
    assert one(read(source, "otio")).media_reference.is_missing_reference
    (rushes / "new.mp4").hardlink_to(rushes / "pal.mp4")
    assert linked_to(one(read(source, "otio"))) == "new.mp4"


def test_a_read_inside_a_read_does_not_end_it(
    read: Read, rushes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some other plugin's hook may read a timeline before ours has its turn."""
    other = tmp_path / "other.otio"
    otio.adapters.write_to_file(timeline(clip("x", 0, 24)), str(other))
    link = session.Session.link

    def link_and_read(self: session.Session, item: otio.schema.Clip) -> Any:
        otio.adapters.read_from_file(str(other), media_linker_name=None)
        return link(self, item)

    monkeypatch.setattr(session.Session, "link", link_and_read)
    result = read(EDL, rate=24)
    assert result.metadata["autoedit"]["linker"]["linked"] == 4


def test_linking_without_watching_loads_no_network_and_opens_no_movie_before_it_must() -> None:
    code = (
        "import sys, otio_autoedit.adapters.link.session;"
        "print(sorted({'torch', 'av'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
