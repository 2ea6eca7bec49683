"""FCP 7 XML: what the stock adapter gets wrong, row by row, read by a parser of our own."""

from __future__ import annotations

import warnings
from fractions import Fraction
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import opentimelineio as otio
import pytest

from otio_autoedit.adapters.conform import conform
from tests.support.edits import File, at, dissolve, edit, marker, span

S = otio.schema
R25, R23, R29, R59 = (Fraction(25), *(Fraction(n * 1000, 1001) for n in (24, 30, 60)))
STEREO = [{"channels": 2, "sample_rate": 48000, "layout": "stereo"}]


def write(timeline: otio.schema.Timeline, folder: Path, **arguments: Any) -> Element:
    """The root of the .xml that the stock adapter writes, our hook around it; and it reads back."""
    path = folder / "out.xml"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        otio.adapters.write_to_file(timeline, str(path), **arguments)
    otio.adapters.read_from_file(str(path))
    return ElementTree.parse(path).getroot()


def read(timeline: otio.schema.Timeline, folder: Path) -> otio.schema.Timeline:
    write(timeline, folder)
    return otio.adapters.read_from_file(str(folder / "out.xml"))


def losses(timeline: otio.schema.Timeline) -> dict[str, int]:
    return {loss.what: loss.count for loss in conform(timeline, "fcp_xml")[1]}


def texts(element: Element, *paths: str) -> list[str | None]:
    return [element.findtext(path) for path in paths]


def places(root: Element, kind: str = "video", track: int = 1) -> list[tuple[int, ...]]:
    """start, end, in, out of the clips of a track."""
    items = root.findall(f".//sequence/media/{kind}/track[{track}]/clipitem")
    return [tuple(int(i.findtext(n, "")) for n in ("start", "end", "in", "out")) for i in items]


def stereo(timeline: otio.schema.Timeline, **more: Any) -> otio.schema.Timeline:
    data = dict(timeline.metadata["autoedit"])
    data["sources"] = [{**dict(s), "audio": STEREO, **more} for s in data["sources"]]
    timeline.metadata["autoedit"] = data
    return timeline


def test_sound_and_picture_of_one_source_are_clips_of_their_own(tmp_path: Path) -> None:
    """Rows 1 and 3: no empty clipitem; every member of a link names all, with its place."""
    root = write(stereo(edit([(10, 40), (100, 20)])), tmp_path)
    items = {i.get("id"): i for i in root.iter("clipitem")}
    assert len(items) == 6
    assert places(root) == [(0, 40, 10, 50), (40, 60, 100, 120)]
    assert places(root, "audio", 1) == places(root, "audio", 2) == places(root)
    for number, expected in ((0, ["1", "3", "5"]), (1, ["2", "4", "6"])):
        for name in expected:
            links = items[f"clipitem-{name}"].findall("link")
            assert [link.findtext("linkclipref") for link in links] == [
                f"clipitem-{n}" for n in expected
            ]
            assert [
                texts(x, "mediatype", "trackindex", "clipindex", "groupindex") for x in links
            ] == [
                ["video", "1", str(number + 1), None],
                ["audio", "1", str(number + 1), "1"],
                ["audio", "2", str(number + 1), "1"],
            ]
    assert {i.findtext("masterclipid") for i in items.values()} == {"masterclip-1"}
    assert all(len(i.findall("rate")) == 1 for i in items.values())


def test_a_stereo_track_is_two_channels_that_read_back_as_one(tmp_path: Path) -> None:
    timeline = stereo(edit([(10, 40)]))
    root = write(timeline, tmp_path)
    tracks = root.findall(".//sequence/media/audio/track")
    said = [(t.get("currentExplodedTrackIndex"), t.get("totalExplodedTrackCount")) for t in tracks]
    assert said == [("0", "2"), ("1", "2")]
    assert [t.get("premiereTrackType") for t in tracks] == ["Stereo", "Stereo"]
    assert [t.findtext("clipitem/sourcetrack/trackindex") for t in tracks] == ["1", "2"]
    assert [t.findtext("outputchannelindex") for t in tracks] == ["1", "2"]
    back = otio.adapters.read_from_file(str(tmp_path / "out.xml"))
    assert [t.kind for t in back.tracks] == ["Video", "Audio"]


def test_each_stream_of_a_file_takes_its_own_channels(tmp_path: Path) -> None:
    timeline = edit([(10, 40)], File(streams=2))
    data = dict(timeline.metadata["autoedit"])
    sounds = [{"channels": 2, "sample_rate": 48000}, {"channels": 1, "sample_rate": 44100}]
    data["sources"] = [{**dict(data["sources"][0]), "audio": sounds}]
    timeline.metadata["autoedit"] = data
    root = write(timeline, tmp_path)
    tracks = root.findall(".//sequence/media/audio/track")
    assert [t.findtext("clipitem/sourcetrack/trackindex") for t in tracks] == ["1", "2", "3"]
    described = root.findall(".//file/media/audio")
    assert [texts(a, "channelcount", "samplecharacteristics/samplerate") for a in described] == [
        ["2", "48000"], ["1", "44100"],
    ]  # fmt: skip


def test_one_clip_pasted_twice_is_written_twice(tmp_path: Path) -> None:
    """Row 2."""
    timeline = edit([(10, 40), (500, 8), (10, 40)], sound=False)
    for clip in timeline.find_clips():
        clip.name = "same"
        clip.metadata.clear()
    root = write(timeline, tmp_path)
    assert places(root) == [(0, 40, 10, 50), (40, 48, 500, 508), (48, 88, 10, 50)]


@pytest.mark.parametrize(
    ("rate", "start", "label", "said"),
    [
        (R29, 107892, "01:00:00;00", ("30", "TRUE", "01:00:00;00", "107892", "DF")),
        (R29, 108000, "01:00:00:00", ("30", "TRUE", "01:00:00:00", "108000", "NDF")),
        (R23, 86400, "01:00:00:00", ("24", "TRUE", "01:00:00:00", "86400", "NDF")),
        (R25, 90000, "01:00:00:00", ("25", "FALSE", "01:00:00:00", "90000", "NDF")),
        (R59, 215784, "01:00:00;00", ("60", "TRUE", "01:00:00;00", "215784", "DF")),
    ],
)  # fmt: skip
def test_timecode_of_file_and_sequence(
    rate: Fraction, start: int, label: str, said: tuple[str, ...], tmp_path: Path
) -> None:
    """Rows 4 and 5: drop-frame where the file counts so; in and out from the file's first frame."""
    timeline = edit([(100, 48)], File(rate=rate, start=start, start_timecode=label), sound=False)
    timeline.global_start_time = at(start, rate)
    root = write(timeline, tmp_path)
    tags = ("rate/timebase", "rate/ntsc", "string", "frame", "displayformat")
    for place in (".//file/timecode", ".//sequence/timecode"):
        assert tuple(root.findtext(f"{place}/{tag}") for tag in tags) == said
    assert places(root) == [(0, 48, 100, 148)]
    back = otio.adapters.read_from_file(str(tmp_path / "out.xml"))
    clip = next(iter(back.find_clips()))
    assert clip.source_range == span(start + 100, 48, rate)
    assert clip.media_reference.available_range == span(start, 3000, rate)
    assert back.global_start_time == at(start, rate)


def test_markers_count_from_the_file_and_keep_comment_and_colour(tmp_path: Path) -> None:
    """Rows 6 and 7; markers of tracks and gaps become the sequence's."""
    timeline = edit([(20, 60), (-1, 10), (100, 5)], File(start=90000), sound=False)
    clip = timeline.tracks[0][0]
    clip.markers.append(marker("cut?", 90070, 0, color="RED", comment="why"))
    clip.markers.append(marker("blend", 90030, 8, color="GREEN"))
    timeline.tracks[0].markers.append(marker("track", 5, 0))
    timeline.tracks[0][1].markers.append(marker("gap", 3, 0))
    timeline.tracks.markers.append(marker("seq", 7, 3, color="BLUE", comment="hello"))
    root = write(timeline, tmp_path)
    written = [
        texts(m, "name", "comment", "in", "out", "pproColor")
        for m in root.findall(".//clipitem/marker")
    ]
    assert written == [
        ["cut?", "why", "70", "-1", "4281740498"],
        ["blend", "", "30", "38", str(0xFF378671)],
    ]
    color = root.find(".//clipitem/marker/color")
    assert color is not None
    assert texts(color, "red", "green", "blue") == ["210", "44", "54"]
    sequence = [texts(m, "name", "in", "out") for m in root.findall(".//sequence/marker")]
    assert sequence == [["seq", "7", "10"], ["track", "5", "-1"], ["gap", "63", "-1"]]


@pytest.mark.parametrize(
    ("scalar", "speed", "reverse", "first"),
    [(2.0, "200", "FALSE", 50), (0.5, "50", "FALSE", 200), (-1.0, "-100", "TRUE", 3000 - 148)],
)
def test_retimes_are_a_time_remap(
    scalar: float, speed: str, reverse: str, first: int, tmp_path: Path
) -> None:
    """Row 8: the filter, and in and out in frames as the clip plays them."""
    timeline = edit([(100, 48)], sound=False)
    timeline.tracks[0][0].effects.append(S.LinearTimeWarp(time_scalar=scalar))
    root = write(timeline, tmp_path)
    effect = root.find(".//clipitem/filter/effect")
    assert effect is not None
    assert texts(effect, "effectid", "effecttype", "mediatype") == ["timeremap", "motion", "video"]
    values = {p.findtext("parameterid"): p.findtext("value") for p in effect.findall("parameter")}
    assert values == {
        "variablespeed": "0", "speed": speed, "reverse": reverse, "frameblending": "FALSE",
    }  # fmt: skip
    assert places(root) == [(0, 48, first, first + 48)]


def test_a_freeze_is_written_and_said(tmp_path: Path) -> None:
    timeline = edit([(100, 48)], sound=False)
    timeline.tracks[0][0].effects.append(S.FreezeFrame())
    root = write(timeline, tmp_path)
    values = [p.findtext("value") for p in root.findall(".//filter/effect/parameter")]
    assert values == ["0", "0", "FALSE", "FALSE"]
    assert places(root) == [(0, 48, 100, 148)]
    assert losses(timeline) == {
        "freeze frames written as speed 0, which not every program takes": 1
    }


@pytest.mark.parametrize(
    ("lead", "trail", "extent", "cut", "left"),
    [
        (6, 6, (42, 54), 48, 0),
        (5, 7, (43, 55), 49, 0),  # the same twelve frames, centred where readers look for the cut
        (7, 5, (41, 53), 47, 0),
        (0, 12, (48, 60), 54, 0),
        (5, 8, (43, 55), 49, 1),
        (8, 5, (41, 53), 47, 1),
    ],
)
def test_dissolves_keep_their_frames(
    lead: int, trail: int, extent: tuple[int, int], cut: int, left: int, tmp_path: Path
) -> None:
    """Row 9: what plays at each frame stays; the cut in its middle, as readers take it."""
    timeline = edit([(100, 48), (200, 48)], sound=False)
    timeline.tracks[0].insert(1, dissolve(lead, trail))
    root = write(timeline, tmp_path)
    item = root.find(".//transitionitem")
    assert item is not None
    assert texts(item, "start", "end", "alignment") == [*map(str, extent), "center"]
    # Before and after: A shows 100 + frame, B 200 + frame - 48.
    start, end = extent
    assert places(root) == [(0, -1, 100, 100 + end), (-1, 96, 200 + start - 48, 248)]
    if not left:
        assert losses(timeline) == {}
    else:
        assert losses(timeline) == {"dissolves of an odd length made a frame shorter": 1}
    back = otio.adapters.read_from_file(str(tmp_path / "out.xml")).tracks[0]
    assert [i.source_range for i in (back[0], back[2])] == [
        span(100, cut, R25), span(200 + cut - 48, 96 - cut, R25),
    ]  # fmt: skip
    assert back[1].in_offset == back[1].out_offset == at((end - start) // 2, R25)


def test_a_dissolve_without_picture_before_the_incoming_clip_is_shortened(tmp_path: Path) -> None:
    """Row 10: no in before the file's first frame."""
    timeline = edit([(100, 48), (3, 48)], sound=False)
    timeline.tracks[0].insert(1, dissolve(8, 8))
    root = write(timeline, tmp_path)
    assert min(place[2] for place in places(root)) >= 0
    assert losses(timeline)["dissolves shortened to the picture there is"] == 1
    timeline = edit([(100, 48), (0, 48)], File(frames=148), sound=False)
    timeline.tracks[0].insert(1, dissolve(8, 8))
    root = write(timeline, tmp_path)
    assert places(root) == [(0, 48, 100, 148), (48, 96, 0, 48)]
    assert root.find(".//transitionitem") is None
    assert losses(timeline) == {"dissolves without picture on either side made cuts": 1}


def test_fades_from_and_to_black(tmp_path: Path) -> None:
    timeline = edit([(100, 48), (-1, 24), (200, 48)], sound=False)
    track = timeline.tracks[0]
    track.insert(0, dissolve(0, 12))
    track.insert(2, dissolve(12, 0))
    track.insert(4, dissolve(4, 8))
    root = write(timeline, tmp_path)
    items = [texts(t, "start", "end", "alignment") for t in root.findall(".//transitionitem")]
    assert items == [
        ["0", "12", "start-black"], ["36", "48", "end-black"], ["68", "80", "start-black"],
    ]  # fmt: skip
    assert places(root)[0][2:] == (100, 148)
    assert places(root)[1][2:] == (196, 248)


def test_a_dissolve_of_sound_is_a_crossfade(tmp_path: Path) -> None:
    """Row 11."""
    timeline = edit([(100, 48), (200, 48)])
    timeline.tracks[1].insert(1, dissolve(6, 6))
    root = write(timeline, tmp_path)
    effect = root.find(".//audio/track/transitionitem/effect")
    assert effect is not None
    assert texts(effect, "mediatype", "effectid") == ["audio", "KGAudioTransCrossFade3dB"]
    assert places(root, "audio") == [(0, -1, 100, 154), (-1, 96, 194, 248)]


def test_disabled_clips_and_tracks_say_so(tmp_path: Path) -> None:
    """Row 12."""
    timeline = edit([(0, 10), (50, 10)])
    timeline.tracks[0][0].enabled = False
    timeline.tracks[1].enabled = False
    root = write(timeline, tmp_path)
    assert [i.findtext("enabled") for i in root.findall(".//video/track/clipitem")] == [
        "FALSE",
        "TRUE",
    ]
    assert [t.findtext("enabled") for t in root.findall(".//track")] == ["TRUE", "FALSE"]


def test_every_reference_and_nest_is_written(tmp_path: Path) -> None:
    """Rows 13 and 71: nothing here may crash the stock adapter."""
    timeline = edit([(0, 10)], sound=False)
    track = timeline.tracks[0]
    there = span(0, 99, R25)
    sequence = S.ImageSequenceReference(
        "file:///s/", "a.", ".exr", 1001, 1, 25, 4, available_range=there
    )
    generator = S.GeneratorReference("g", "SolidColor", there)
    references = [S.ExternalReference("file:///m/a.mov"), S.MissingReference(), generator, sequence]
    for reference in references:
        track.append(S.Clip("c", reference, span(3, 10, R25)))
    track.append(S.Clip("whole", S.ExternalReference("file:///m/w.mov", there)))
    inner = S.Track(
        "inner", [S.Clip("n", S.ExternalReference("file:///m/n.mov", there), span(5, 7, R25))]
    )
    track.append(S.Stack("nest", [inner.deepcopy()]))
    track.append(inner)
    root = write(timeline, tmp_path)
    starts = [place[:2] for place in places(root)]
    assert starts == [
        (0, 10), (10, 20), (20, 30), (30, 40), (40, 50), (50, 149), (149, 156), (156, 163),
    ]  # fmt: skip
    assert places(root)[-1][2:] == (5, 12)
    urls = [f.findtext("pathurl") for f in root.iter("file") if len(f)]
    assert "file://localhost/s/a.1001.exr" in urls
    said = losses(timeline)
    assert said["nested sequences laid out flat"] == 2
    assert said["generators written as missing media"] == 1
    assert said["image sequences written as their first picture"] == 1


@pytest.mark.parametrize(
    ("rate", "legal"),
    [(Fraction(120), 60), (Fraction(25, 2), 25), (Fraction(10), 30), (Fraction(15), 30)],
)
def test_rates_that_fcp_has_not_are_put_on_one_it_has(
    rate: Fraction, legal: int, tmp_path: Path
) -> None:
    """Row 14; each cut at the same moment."""
    timeline = edit([(10, 40), (100, 24)], File(rate=rate), sound=False)
    root = write(timeline, tmp_path)
    assert root.findtext(".//sequence/rate/timebase") == str(legal)
    factor = Fraction(legal) / rate
    assert places(root) == [
        tuple(int(n * factor) for n in place) for place in [(0, 40, 10, 50), (40, 64, 100, 124)]
    ]
    what = f"clips at {float(rate):g} fps, which FCP 7 XML has not, put on {legal}"
    assert losses(timeline) == {what: 2}


def test_sound_counted_in_samples_is_put_on_frames(tmp_path: Path) -> None:
    """Row 14: an audio clip at 48000."""
    timeline = edit([(10, 50)])
    clip = timeline.tracks[1][0]
    clip.source_range = span(48000, 96000, Fraction(48000))
    clip.media_reference = S.ExternalReference("file:///m/a.wav", span(0, 480000, Fraction(48000)))
    clip.metadata.clear()
    root = write(timeline, tmp_path)
    assert places(root, "audio") == [(0, 50, 25, 75)]
    media = next(f for f in root.iter("file") if f.findtext("name") == "a.wav")
    assert texts(media, "rate/timebase", "duration") == ["25", "250"]
    assert media.find("media/video") is None


def test_half_frames_become_whole_ones_without_drift(tmp_path: Path) -> None:
    """Row 15."""
    timeline = edit([(10, 47), (11, 47), (12, 47)], sound=False)
    for clip in timeline.find_clips():
        start = clip.source_range.start_time.value
        clip.source_range = otio.opentime.TimeRange(
            otio.opentime.RationalTime(start + 0.5, 25), otio.opentime.RationalTime(47.5, 25)
        )
    root = write(timeline, tmp_path)
    assert places(root) == [(0, 48, 11, 59), (48, 95, 12, 59), (95, 143, 13, 61)]


def test_clips_of_one_file_share_its_range(tmp_path: Path) -> None:
    """Row 16."""
    timeline = edit([(10, 40), (500, 40)], File(start=90000), sound=False)
    one, two = timeline.tracks[0]
    one.media_reference.available_range = span(90000, 100, R25)
    two.media_reference.available_range = span(90400, 200, R25)
    root = write(timeline, tmp_path)
    assert texts(root, ".//file/duration", ".//file/timecode/frame") == ["600", "90000"]
    assert places(root) == [(0, 40, 10, 50), (40, 80, 500, 540)]


def test_the_picture_format(tmp_path: Path) -> None:
    """Row 17; and the file's own, with its pixel shape and field order."""
    timeline = stereo(
        edit([(0, 40)], File(rate=R29, size=(720, 480)), sound=False),
        sample_aspect="10/11",
        field_order="bottom",
    )
    timeline.metadata["autoedit"]["size"] = [654, 480]
    root = write(timeline, tmp_path)
    tags = ("rate/timebase", "rate/ntsc", "width", "height", "pixelaspectratio", "fielddominance")
    place = ".//sequence/media/video/format/samplecharacteristics"
    assert [root.findtext(f"{place}/{t}") for t in tags] == [
        "30",
        "TRUE",
        "654",
        "480",
        "square",
        "lower",
    ]
    place = ".//file/media/video/samplecharacteristics"
    assert [root.findtext(f"{place}/{t}") for t in tags] == [
        "30",
        "TRUE",
        "720",
        "480",
        "NTSC-601",
        "lower",
    ]
    assert root.findtext(".//file/media/audio/channelcount") == "2"
    assert root.findtext(".//file/media/audio/samplecharacteristics/samplerate") == "48000"


def test_media_of_another_rate_counts_in_the_sequence(tmp_path: Path) -> None:
    files = File(rate=R25), File(Path("/media/b.mov"), rate=Fraction(50), start=180000)
    timeline = edit([(10, 40, 0), (100, 20, 1)], *files, sound=False)
    root = write(timeline, tmp_path)
    assert places(root) == [(0, 40, 10, 50), (40, 60, 100, 120)]
    other = next(f for f in root.iter("file") if f.findtext("name") == "b.mov")
    assert other.findtext("rate/timebase") == "25"  # as `edit` gives it: at the timeline's rate


@pytest.mark.parametrize(
    "name", ["a & b <c>.mov", 'it\'s "q".mov', "100%#?.mov", "日本 é.mov", "n\new.mov"]
)
def test_names_and_urls(name: str, tmp_path: Path) -> None:
    """Row 70 and names that XML or a URL must escape."""
    from urllib.parse import unquote

    timeline = edit([(0, 10)], File(Path("/media") / name), sound=False)
    timeline.tracks[0][0].name = f"{name}\x0b\x00"
    root = write(timeline, tmp_path)
    url = root.findtext(".//pathurl") or ""
    assert url.startswith("file://localhost/media/")
    assert unquote(url.removeprefix("file://localhost")) == f"/media/{name}"
    assert url.isascii()
    assert not set(url) & set(" #?<>\"'&\n")
    assert root.findtext(".//clipitem/name") == name.replace("\n", " ")


def test_the_document_is_one_premiere_and_resolve_know(tmp_path: Path) -> None:
    write(stereo(edit([(0, 10)])), tmp_path)
    text = (tmp_path / "out.xml").read_text("utf-8")
    assert text.startswith(
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n<xmeml version="4">'
    )


def test_a_second_medium_is_said(tmp_path: Path) -> None:
    timeline = edit([(0, 10)], sound=False)
    clip = timeline.tracks[0][0]
    mask = S.ExternalReference("file:///mask.mov", span(0, 99, R25))
    clip.set_media_references(
        {"DEFAULT_MEDIA": clip.media_reference, "mask": mask}, "DEFAULT_MEDIA"
    )
    assert losses(timeline) == {"second media of clips left out": 1}
    write(timeline, tmp_path)


def test_an_empty_timeline_is_written(tmp_path: Path) -> None:
    timeline = S.Timeline("nothing")
    timeline.metadata["autoedit"] = {"schema": 1}
    root = write(timeline, tmp_path)
    assert root.findtext(".//sequence/name") == "nothing"


def test_what_came_from_fcp_xml_goes_back(tmp_path: Path) -> None:
    """Links, effects and labels of a file read from Premiere, once it is ours by the linker."""
    source = stereo(edit([(10, 40), (100, 20)]))
    source.tracks[0][0].effects.append(S.LinearTimeWarp(time_scalar=2.0))
    first = write(source, tmp_path)
    back = otio.adapters.read_from_file(str(tmp_path / "out.xml"))
    back.metadata["autoedit"] = {"schema": 1}
    for clip in back.find_clips():
        clip.metadata["fcp_xml"]["labels"] = {"label2": "Iris"}
    again = write(back, tmp_path)
    assert places(again) == places(first)
    assert places(again, "audio", 2) == places(first, "audio", 2)
    assert [i.findtext("labels/label2") for i in again.iter("clipitem")] == ["Iris"] * 6
    for root in (first, again):
        links = [
            [x.findtext("linkclipref") for x in i.findall("link")] for i in root.iter("clipitem")
        ]
        assert links == [[f"clipitem-{n}" for n in (k, k + 2, k + 4)] for k in (1, 2) * 3]
        assert len(root.findall(".//filter/effect")) == 1
    assert losses(back) == {}


def test_wipes_are_said(tmp_path: Path) -> None:
    timeline = edit([(100, 48), (200, 48)], sound=False)
    timeline.tracks[0].insert(1, dissolve(6, 6))
    timeline.tracks[0][1].transition_type = "Custom_Transition"
    write(timeline, tmp_path)
    assert losses(timeline) == {"transitions other than dissolves written as dissolves": 1}
