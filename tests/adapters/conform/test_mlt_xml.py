"""MLT files: what the stock adapter gets wrong, row by row, read back by a parser of our own."""

from __future__ import annotations

import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import opentimelineio as otio
import pytest

from otio_autoedit.adapters.conform import conform
from otio_autoedit.errors import AutoEditLossWarning
from tests.support.edits import File, at, clip, dissolve, edit, marker, span

R23, R29 = Fraction(24000, 1001), Fraction(30000, 1001)
Row = tuple[str, str, str, str]


def write(timeline: otio.schema.Timeline, folder: Path, **arguments: Any) -> ElementTree.Element:
    """The root of the .mlt that the stock adapter writes, our hook around it."""
    path = folder / "out.mlt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", AutoEditLossWarning)
        otio.adapters.write_to_file(timeline, str(path), **arguments)
    return ElementTree.parse(path).getroot()


def entries(root: ElementTree.Element, playlist: str) -> list[tuple[str, ...]]:
    """("entry", file, in, out) or ("blank", length), in order; the file is the resource's name."""
    rows: list[tuple[str, ...]] = []
    for item in root.iterfind(f"playlist[@id='{playlist}']/*"):
        if item.tag == "blank":
            rows.append(("blank", item.attrib["length"]))
        else:
            name = Path(resource(root, item.attrib["producer"])).name
            rows.append(("entry", name, item.attrib["in"], item.attrib["out"]))
    return rows


def resource(root: ElementTree.Element, producer: str) -> str:
    found = root.findall(f"producer[@id='{producer}']")
    if not found:
        return producer
    assert len(found) == 1, f"{producer} is written {len(found)} times"
    text = found[0].findtext("property[@name='resource']")
    assert text
    return text


def losses(timeline: otio.schema.Timeline) -> dict[str, int]:
    return {loss.what: loss.count for loss in conform(timeline, "mlt_xml")[1]}


@pytest.mark.parametrize(
    ("rate", "said"),
    [(R23, ("24000", "1001")), (Fraction(25), ("25", "1")), (R29, ("30000", "1001")),
     (Fraction(25, 2), ("25", "2")), (Fraction(120), ("120", "1"))],
)  # fmt: skip
def test_the_profile_is_whole(tmp_path: Path, rate: Fraction, said: tuple[str, str]) -> None:
    timeline = edit([(10, 20)], File(rate=rate, size=(1280, 720)))

    profile = write(timeline, tmp_path).find("profile")

    assert profile is not None
    assert profile.attrib == {
        "description": f"1280x720 {float(rate):.5g} fps",
        "width": "1280", "height": "720", "progressive": "1", "colorspace": "709",
        "sample_aspect_num": "1", "sample_aspect_den": "1",
        "display_aspect_num": "16", "display_aspect_den": "9",
        "frame_rate_num": said[0], "frame_rate_den": said[1],
    }  # fmt: skip


def test_a_size_asked_for_stays(tmp_path: Path) -> None:
    root = write(edit([(10, 20)]), tmp_path, width="1440", height="1080")

    profile = root.find("profile")
    assert profile is not None
    assert (profile.get("width"), profile.get("height")) == ("1440", "1080")
    assert (profile.get("display_aspect_num"), profile.get("display_aspect_den")) == ("4", "3")


def test_row_44_frames_count_from_the_files_first(tmp_path: Path) -> None:
    timecode = File(start=90000, start_timecode="01:00:00:00", frames=200)

    root = write(edit([(10, 20), (-1, 5), (100, 30)], timecode), tmp_path)

    expected = [
        ("entry", "A001.mov", "10", "29"),
        ("blank", "5"),
        ("entry", "A001.mov", "100", "129"),
    ]
    assert entries(root, "V_track0") == expected
    assert entries(root, "A_track1") == expected
    producer = root.find("producer[@id='file0']")
    assert producer is not None
    assert (producer.get("in"), producer.get("out")) == ("0", "199")


@pytest.mark.parametrize(
    "name", ["a b.mov", "50%.mov", "a%20b.mov", "#1.mov", "it's ä.mov", "what?.mov"]
)
def test_row_45_resources_are_bare_paths(tmp_path: Path, name: str) -> None:
    root = write(edit([(10, 20)], File(path=Path("/media") / name)), tmp_path)

    assert resource(root, "file0") == f"/media/{name}"
    assert resource(root, "file0_sound0") == f"/media/{name}"


@pytest.mark.parametrize(
    ("speed", "written"),
    [(2.0, ("20", "39")), (0.5, ("80", "99")), (-1.0, ("140", "159")), (-2.0, ("60", "79"))],
)
def test_rows_46_to_48_retimed_clips_count_as_they_play(
    tmp_path: Path, speed: float, written: tuple[str, str]
) -> None:
    # 40..59 of 200 frames; reversed it starts at 59 (at 79 and by two), which is 140 from the end.
    timeline = edit([(40, 20)], File(frames=200), sound=False)
    timeline.tracks[0][0].effects.append(otio.schema.LinearTimeWarp("s", time_scalar=speed))

    root = write(timeline, tmp_path)

    entry = root.find("playlist[@id='V_track0']/entry")
    assert entry is not None
    assert (entry.get("in"), entry.get("out")) == written
    producer = root.find(f"producer[@id='{entry.get('producer')}']")
    assert producer is not None
    assert producer.findtext("property[@name='mlt_service']") == "timewarp"
    assert producer.findtext("property[@name='resource']") == f"{speed}:/media/A001.mov"
    assert producer.get("out") is None  # the length as it plays is melt's to know


def test_a_freeze_holds_its_frame(tmp_path: Path) -> None:
    timeline = edit([(40, 20)], File(start=90000), sound=False)
    timeline.tracks[0][0].effects.append(otio.schema.FreezeFrame("f"))

    root = write(timeline, tmp_path)

    held = root.find("producer[@id='file0_freeze40.0']")
    assert held is not None
    assert held.findtext("property[@name='frame']") == "40"


def test_row_49_two_files_of_one_name_are_two_producers(tmp_path: Path) -> None:
    files = File(path=Path("/one/A.mov")), File(path=Path("/two/A.mov"))
    timeline = edit([(0, 10, 0), (0, 10, 1), (50, 10, 0)], *files)

    root = write(timeline, tmp_path)

    playing = [e.get("producer") for e in root.iterfind("playlist[@id='V_track0']/entry")]
    assert [resource(root, p or "") for p in playing] == ["/one/A.mov", "/two/A.mov", "/one/A.mov"]
    ids = [p.get("id") for p in root.iterfind("producer")]
    assert len(ids) == len(set(ids))


def test_row_50_media_of_another_rate_is_counted_in_the_timelines_frames(tmp_path: Path) -> None:
    fast = File(rate=Fraction(50), frames=400, start=180000)
    timeline = edit([(0, 20)], fast, rate=Fraction(25))
    item = timeline.tracks[0][0]
    item.source_range = span(180020, 40, Fraction(50))  # 20..59 at 50
    item.media_reference.available_range = span(180000, 400, Fraction(50))

    root = write(timeline, tmp_path)

    assert entries(root, "V_track0") == [("entry", "A001.mov", "10", "29")]


def test_an_in_point_between_two_frames_moves_forward_and_is_said(tmp_path: Path) -> None:
    timeline = edit([(0, 20)], File(rate=Fraction(50), frames=400), rate=Fraction(25), sound=False)
    item = timeline.tracks[0][0]
    item.source_range = span(21, 40, Fraction(50))
    item.media_reference.available_range = span(0, 400, Fraction(50))

    assert losses(timeline)["clips between two frames of the timeline, moved by less than one"] == 1
    root = write(timeline, tmp_path)
    # Frame 11 of the timeline shows 22; 10 would show 20, which the shot before it ends with.
    assert entries(root, "V_track0") == [("entry", "A001.mov", "11", "30")]


def test_row_51_no_start_time_still_gives_a_rate(tmp_path: Path) -> None:
    timeline = edit([(0, 20)], File(rate=R29))
    timeline.global_start_time = None

    profile = write(timeline, tmp_path).find("profile")

    assert profile is not None
    assert (profile.get("frame_rate_num"), profile.get("frame_rate_den")) == ("30000", "1001")


def test_row_52_every_track_has_a_playlist_of_its_own(tmp_path: Path) -> None:
    timeline = edit([(0, 20)], sound=False)
    second = otio.schema.Track("V1", kind="Video")
    second.append(clip(File(path=Path("/media/B.mov")), 5, 10, Fraction(25), "b"))
    nest = otio.schema.Stack("V1", source_range=span(2, 6, Fraction(25)))
    nest.append(otio.schema.Track("V1", kind="Video"))
    nest[0].append(clip(File(path=Path("/media/C.mov")), 50, 10, Fraction(25), "c"))
    second.append(nest)
    timeline.tracks.append(second)

    root = write(timeline, tmp_path)

    ids = [p.get("id") for p in root.iterfind("playlist")]
    assert ids == ["background", "V_track0", "V_track1"]
    # The nest plays frames 2..7 of what it holds, which begins at 50.
    assert entries(root, "V_track1") == [
        ("entry", "B.mov", "5", "14"),
        ("entry", "C.mov", "52", "57"),
    ]
    assert losses(timeline)["nested compositions laid out flat"] == 1


@pytest.mark.parametrize("what", ["clip", "track"])
def test_row_53_what_is_off_leaves_a_gap(tmp_path: Path, what: str) -> None:
    timeline = edit([(0, 20), (50, 10)], sound=False)
    off = timeline.tracks[0][0] if what == "clip" else timeline.tracks[0]
    off.enabled = False

    rows = entries(write(timeline, tmp_path), "V_track0")

    played = [("blank", "20"), ("entry", "A001.mov", "50", "59")]
    assert rows == (played if what == "clip" else [("blank", "20"), ("blank", "10")])
    assert losses(timeline)["disabled clips left as gaps"] == (1 if what == "clip" else 2)


def test_row_70_control_characters_do_not_break_the_file(tmp_path: Path) -> None:
    timeline = edit([(0, 20)])
    for item in timeline.find_clips():
        item.name = "bell\x07"
        item.media_reference.name = "tab\x0b"

    assert entries(write(timeline, tmp_path), "V_track0") == [("entry", "A001.mov", "0", "19")]


def test_row_71_a_clip_without_a_range_plays_whole(tmp_path: Path) -> None:
    timeline = edit([(0, 20)], File(frames=120, start=90000))
    timeline.tracks[0][0].source_range = None

    assert entries(write(timeline, tmp_path), "V_track0") == [("entry", "A001.mov", "0", "119")]


def test_picture_tracks_show_and_sound_tracks_sound(tmp_path: Path) -> None:
    root = write(edit([(0, 20)], File(streams=2)), tmp_path)

    tracks = root.findall("tractor[@id='tractor0']/multitrack/track")
    hidden = {t.get("producer"): t.get("hide") for t in tracks}
    assert hidden == {
        "background": None,
        "V_track0": "audio",
        "A_track1": "video",
        "A_track2": "video",
    }
    mixes = root.findall("tractor[@id='tractor0']/transition")
    names = [t.get("producer") for t in tracks]
    mixed = {names[int(m.findtext("property[@name='b_track']") or 0)] for m in mixes}
    assert mixed == {"A_track1", "A_track2"}
    assert all(m.findtext("property[@name='mlt_service']") == "mix" for m in mixes)
    assert all(m.findtext("property[@name='sum']") == "1" for m in mixes)
    # The first stream is what melt takes unless told; the next stands third in the file.
    places = {
        name: root.findtext(f"producer[@id='{name}']/property[@name='audio_index']")
        for name in ("file0", "file0_sound0", "file0_sound1")
    }
    assert places == {"file0": None, "file0_sound0": None, "file0_sound1": "2"}


@pytest.mark.parametrize(
    ("name", "start", "said"),
    [("late.mp4", "-7/25", 2), ("late.mkv", "-7/25", 0), ("even.mp4", "0", 0),
     ("later.mp4", "7/25", 0)],
)  # fmt: skip
def test_sound_that_mlt_plays_early_is_said(name: str, start: str, said: int) -> None:
    timeline = edit([(0, 20), (50, 20)], File(Path("/media") / name))
    timeline.metadata["autoedit"]["sources"][0]["audio"][0]["start"] = start

    what = "sound clips of files whose picture starts late, which MLT plays early"
    assert losses(timeline).get(what, 0) == said


def test_a_dissolve_overlaps_what_both_clips_hold(tmp_path: Path) -> None:
    timeline = edit([(40, 20), (100, 20)])
    for track in timeline.tracks:
        track.insert(1, dissolve(5, 7))

    root = write(timeline, tmp_path)

    for number, playlist in enumerate(["V_track0", "A_track1"]):
        rows = entries(root, playlist)
        assert rows[0] == ("entry", "A001.mov", "40", "54")
        assert rows[1][2:] == ("0", "11")
        assert rows[2] == ("entry", "A001.mov", "107", "119")
        tractor = root.find(f"tractor[@id='transition_tractor{number}']")
        assert tractor is not None
        overlap = [(t.get("in"), t.get("out")) for t in tractor.iterfind("track")]
        assert overlap == [("55", "66"), ("95", "106")]
        service = tractor.findtext("transition/property[@name='mlt_service']")
        ramp = [tractor.findtext(f"transition/property[@name='{n}']") for n in ("start", "end")]
        # melt ends at (n-1)/n of the way to the end it is given.
        crossfade = "mix", ["0", f"{12 / 11:.9g}"]
        assert (service, ramp) == (("luma", [None, None]) if number == 0 else crossfade)
        # A file that is read at two places at once is two producers.
        assert len({t.get("producer") for t in tractor.iterfind("track")}) == 2


def test_a_dissolve_beyond_the_media_is_shortened_and_said(tmp_path: Path) -> None:
    timeline = edit([(40, 20), (2, 20)], sound=False)
    timeline.tracks[0].insert(1, dissolve(5, 7))

    assert losses(timeline)["dissolves shortened to the picture there is"] == 1
    tractor = write(timeline, tmp_path).find("tractor[@id='transition_tractor0']")
    assert tractor is not None
    assert [(t.get("in"), t.get("out")) for t in tractor.iterfind("track")] == [
        ("58", "66"),
        ("0", "8"),
    ]


def test_a_dissolve_never_uses_up_a_clip(tmp_path: Path) -> None:
    timeline = edit([(40, 20), (100, 7), (200, 20)], sound=False)
    timeline.tracks[0].insert(1, dissolve(5, 7))

    root = write(timeline, tmp_path)

    rows = [row[2:] for row in entries(root, "V_track0")]
    assert rows == [("40", "54"), ("0", "10"), ("106", "106"), ("200", "219")]
    assert losses(timeline)["dissolves shortened to the picture there is"] == 1


@pytest.mark.parametrize("place", ["head", "tail"])
def test_a_fade_at_an_end_is_written_or_said(tmp_path: Path, place: str) -> None:
    timeline = edit([(40, 20), (100, 20)], sound=False)
    track = timeline.tracks[0]
    if place == "head":
        track.insert(0, dissolve(0, 8))
    else:
        track.append(dissolve(8, 0))

    root = write(timeline, tmp_path)

    total = 0
    for item in root.iterfind("playlist[@id='V_track0']/*"):
        if item.tag == "blank":
            total += int(item.attrib["length"])
        else:
            total += int(item.attrib["out"]) - int(item.attrib["in"]) + 1
    assert total == 40


def test_clips_without_a_file_leave_gaps_and_are_said(tmp_path: Path) -> None:
    timeline = edit([(0, 20), (50, 10), (70, 5)], sound=False)
    timeline.tracks[0][0].media_reference = otio.schema.MissingReference()
    timeline.tracks[0][2].media_reference = otio.schema.GeneratorReference("g", "Noise")

    rows = entries(write(timeline, tmp_path), "V_track0")

    assert rows == [("blank", "20"), ("entry", "A001.mov", "50", "59"), ("blank", "5")]
    assert losses(timeline)["clips without a media file left as gaps"] == 2


def test_everything_lost_is_said_and_counted(tmp_path: Path) -> None:
    timeline = edit([(40, 20), (100, 20)], File(variable_rate=True), sound=False)
    first, second = timeline.tracks[0]
    first.markers.append(marker("dissolve", 45, 5))
    timeline.tracks.markers.append(marker("note", 3, 1))
    timeline.global_start_time = at(90000, Fraction(25))
    first.effects.append(otio.schema.Effect(effect_name="Blur"))
    second.effects.append(otio.schema.LinearTimeWarp(time_scalar=2.0))
    timeline.tracks[0].insert(1, dissolve(5, 5))

    with pytest.warns(AutoEditLossWarning) as said:
        otio.adapters.write_to_file(timeline, str(tmp_path / "out.mlt"))

    texts = sorted(str(w.message) for w in said)
    assert texts == sorted(
        f"out.mlt: {text}"
        for text in (
            "markers (2); write .otio to keep them",
            "clip names (2); write .otio to keep them",
            "start timecode of the timeline (1); write .otio to keep them",
            "effects (1); write .otio to keep them",
            "dissolves beside a retimed clip made cuts (1); write .otio to keep them",
            "clips of a variable frame rate, which MLT finds by time, one frame beside "
            "now and then (2); make the file the timeline's constant rate first",
        )
    )


def test_other_peoples_timelines_are_left_alone(tmp_path: Path) -> None:
    timeline = edit([(10, 20)], File(start=90000))
    del timeline.metadata["autoedit"]

    with warnings.catch_warnings():
        warnings.simplefilter("error", AutoEditLossWarning)
        otio.adapters.write_to_file(timeline, str(tmp_path / "out.mlt"))

    text = (tmp_path / "out.mlt").read_text("utf-8")
    assert 'in="90010.0"' in text
    assert "file:///media/A001.mov" in text


def test_the_given_timeline_is_not_changed(tmp_path: Path) -> None:
    timeline = edit([(10, 20), (-1, 5), (60, 9)], File(start=90000))
    before = timeline.to_json_string()

    write(timeline, tmp_path)

    assert timeline.to_json_string() == before


def test_a_conformed_copy_written_as_text_plays_right_too() -> None:
    copy, _ = conform(edit([(10, 20)], File(start=90000)), "mlt_xml")

    root = ElementTree.fromstring(otio.adapters.write_to_string(copy, "mlt_xml"))

    entry = root.find("playlist[@id='V_track0']/entry")
    assert entry is not None
    assert (float(entry.attrib["in"]), float(entry.attrib["out"])) == (10, 29)
    assert resource(root, "file0") == "/media/A001.mov"
