"""A plan laid out: tracks, clips, sound, links, markers, and the promise that no frame is lost."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.analysis.record import Analysis, JumpCut, Transition
from otio_autoedit.edit.decide import make_plan
from otio_autoedit.edit.recipes import recipe
from otio_autoedit.media import timing
from otio_autoedit.media.info import AudioStream
from otio_autoedit.timeline import metadata
from otio_autoedit.timeline.build import build_timeline
from otio_autoedit.timeline.flat import flatten, playing
from tests.support.analyses import change, film, sound, sound_file, still

HOUR = "01:00:00:00"


def built(*analyses: Analysis, **options: object) -> otio.schema.Timeline:
    return build_timeline(make_plan(analyses, recipe("shots"), options))


def layout(track: otio.schema.Track) -> list[tuple[str, int, int]]:
    """Name, start and length of each item; gaps are called "-"."""
    return [
        (
            "-" if isinstance(item, otio.schema.Gap) else item.name,
            int(item.source_range.start_time.value),
            int(item.source_range.duration.value),
        )
        for item in track
    ]


def test_a_shot_is_a_clip_with_its_linked_sound() -> None:
    timeline = built(film([change(99, 100)], start_timecode=HOUR))
    video, audio = timeline.tracks
    assert (video.name, video.kind, audio.name, audio.kind) == ("V1", "Video", "A1", "Audio")
    assert layout(video) == [("match 001", 90000, 100), ("match 002", 90100, 150)]
    assert layout(audio) == layout(video)
    for clip in timeline.find_clips():
        assert clip.media_reference.target_url == "file:///rushes/match.mp4"
        assert clip.media_reference.name == "match.mp4"
        assert clip.available_range() == otio.opentime.TimeRange(
            otio.opentime.RationalTime(90000, 25), otio.opentime.RationalTime(250, 25)
        )
    for number in (0, 1):
        for track in (video, audio):
            ours, resolve = (track[number].metadata[key] for key in ("autoedit", "Resolve_OTIO"))
            assert ours["link"] == resolve["Link Group ID"] == number + 1
    assert dict(audio[0].metadata["autoedit"]) == {
        "source": 0, "stream": 0, "link": 1, "channels": 2, "sample_rate": 48000,
        "layout": "stereo",
    }  # fmt: skip
    assert list(video[1].metadata["autoedit"]["clean"]) == [90100, 90250]


def test_rates_are_exact() -> None:
    timeline = built(film(rate=Fraction(24000, 1001), start_timecode=HOUR))
    rates = {
        time.rate
        for clip in timeline.find_clips()
        for range_ in (clip.source_range, clip.available_range())
        for time in (range_.start_time, range_.duration)
    }
    assert rates == {24000 / 1001}
    assert timeline.global_start_time == otio.opentime.RationalTime(0, 24000 / 1001)
    assert metadata.read(timeline)["rate"] == "24000/1001"


def test_a_dissolve_in_the_footage_is_a_range_marker_where_it_begins() -> None:
    timeline = built(film([change(99, 124, confidence=0.75)], start_timecode=HOUR))
    first, second = timeline.tracks[0]
    (marker,) = first.markers
    assert not second.markers
    assert marker.name == "dissolve, 24 frames"
    assert marker.marked_range.start_time.value == 90100
    assert marker.marked_range.duration.value == 24
    assert marker.color == "PURPLE"
    assert marker.comment == marker.metadata["Resolve_OTIO"]["Note"]
    assert marker.comment.startswith("Dissolve baked into the footage: 01:00:04:00 to 01:00:04:23")
    facts = marker.metadata["autoedit"]
    assert (facts["kind"], facts["confidence"], facts["frames"]) == ("dissolve", 0.75, 24)
    assert list(facts["span"]) == [90100, 90124]
    assert not any(isinstance(item, otio.schema.Transition) for item in timeline.tracks[0])
    assert [list(clip.metadata["autoedit"]["clean"]) for clip in (first, second)] == [
        [90000, 90100], [90124, 90250],
    ]  # fmt: skip


def test_a_jump_cut_is_a_marker_on_the_first_frame_after_it() -> None:
    timeline = built(film([change(99, 100)], jump_cuts=[JumpCut(149, 0.75)], start_timecode=HOUR))
    first, second = timeline.tracks[0]
    (marker,) = second.markers
    assert not first.markers
    assert marker.name == "jump cut"
    assert ends(marker.marked_range) == (90150, 90151)
    assert "before 01:00:06:00, 75% sure" in marker.comment
    facts = marker.metadata["autoedit"]
    assert (facts["kind"], facts["confidence"]) == ("jump_cut", 0.75)


def test_a_marker_begins_inside_its_clip_even_where_its_transition_does_not() -> None:
    timeline = built(film([change(99, 124)]), start="00:00:04:15")
    (clip,) = timeline.tracks[0]
    (marker,) = clip.markers
    assert marker.marked_range.start_time.value == clip.source_range.start_time.value == 115
    assert marker.marked_range.duration.value == 9
    assert list(marker.metadata["autoedit"]["span"]) == [100, 124]


def test_a_marker_is_on_every_clip_that_shows_its_transition_anew() -> None:
    plan = make_plan([film([change(99, 124)])], recipe("shots"), {})
    spans = [(115, 200), (0, 110), (110, 120), (130, 250)]
    pieces = tuple(replace(plan.pieces[0], start=start, stop=stop) for start, stop in spans)
    timeline = build_timeline(replace(plan, pieces=pieces))
    marked = [[ends(marker.marked_range) for marker in clip.markers] for clip in timeline.tracks[0]]
    assert marked == [[(115, 124)], [(100, 124)], [], []]


def test_sound_can_be_left_out() -> None:
    timeline = built(film([change(99, 100)]), audio="none")
    assert [track.name for track in timeline.tracks] == ["V1"]
    assert all("link" not in clip.metadata["autoedit"] for clip in timeline.find_clips())
    assert all("Resolve_OTIO" not in clip.metadata for clip in timeline.find_clips())


def test_a_film_without_sound_has_a_picture_track_alone() -> None:
    timeline = built(film([change(99, 100)], audio=()))
    assert [track.name for track in timeline.tracks] == ["V1"]
    assert all("link" not in clip.metadata["autoedit"] for clip in timeline.find_clips())


def test_a_stream_is_a_track_with_its_channels_said() -> None:
    streams = [sound(0, channels=6), sound(1, channels=1), sound(2, channels=2)]
    timeline = built(film([change(99, 100)], audio=streams))
    assert [track.name for track in timeline.tracks] == ["V1", "A1", "A2", "A3"]
    facts = [track[0].metadata["autoedit"] for track in timeline.tracks[1:]]
    assert [(one["stream"], one["channels"], one["layout"]) for one in facts] == [
        (0, 6, "5.1"), (1, 1, "mono"), (2, 2, "stereo"),
    ]  # fmt: skip
    assert {track[1].metadata["autoedit"]["link"] for track in timeline.tracks} == {2}


@pytest.mark.parametrize(
    ("stream", "sounds"),
    [
        (
            sound(start=2, duration=8),
            [("-", 0, 50), ("match 001", 50, 50), ("match 002", 100, 150)],
        ),
        (sound(start=5, duration=5), [("-", 0, 125), ("match 002", 125, 125)]),
        (sound(duration=2), [("match 001", 0, 50)]),
        (sound(duration=5), [("match 001", 0, 100), ("match 002", 100, 25)]),
        (sound(start=1, duration=2), [("-", 0, 25), ("match 001", 25, 50)]),
        (sound(start=3, duration=2), [("-", 0, 75), ("match 001", 75, 25), ("match 002", 100, 25)]),
        (sound(duration=60), [("match 001", 0, 100), ("match 002", 100, 150)]),
        (sound(start=-1, duration=12), [("match 001", 0, 100), ("match 002", 100, 150)]),
        # Encoders miss the ends by parts of a frame; nobody wants a gap of one frame for that.
        (sound(start="0.021", duration="9.95"), [("match 001", 0, 100), ("match 002", 100, 150)]),
        (sound(duration=0), []),
        (sound(start=60, duration=5), []),
    ],
)
def test_sound_that_comes_late_or_ends_early_leaves_gaps(
    stream: AudioStream, sounds: Sequence[tuple[str, int, int]]
) -> None:
    timeline = built(film([change(99, 100)], audio=[stream]))
    assert [layout(track) for track in timeline.tracks if track.kind == "Audio"] == (
        [list(sounds)] if sounds else []
    )
    for clip in timeline.find_clips():
        linked = [one for one in timeline.find_clips() if one.name == clip.name]
        assert ("link" in clip.metadata["autoedit"]) == (len(linked) > 1)


def test_sound_alone_is_one_clip_a_stream() -> None:
    timeline = built(sound_file(sound(0), sound(1, duration=4)))
    assert [track.name for track in timeline.tracks] == ["A1", "A2"]
    assert [layout(track) for track in timeline.tracks] == [[("talk", 0, 250)], [("talk", 0, 100)]]
    assert {clip.metadata["autoedit"]["link"] for clip in timeline.find_clips()} == {1}
    (alone,) = built(sound_file()).tracks
    assert "link" not in alone[0].metadata["autoedit"]


def test_a_still_stands_for_five_seconds() -> None:
    timeline = built(still())
    (clip,) = timeline.find_clips()
    assert layout(timeline.tracks[0]) == [("title", 0, 125)]
    assert clip.source_range == clip.available_range()


def test_several_files_share_one_timeline() -> None:
    timeline = built(
        film([change(99, 100)]),
        sound_file(),
        still(),
        film(path="/b/match.mp4", rate=Fraction(50), frames=500),
    )
    video, audio = timeline.tracks
    assert layout(video) == [
        ("match 001", 0, 100), ("match 002", 0 + 100, 150), ("-", 0, 250), ("title", 0, 125),
        ("match (2) 001", 0, 250),
    ]  # fmt: skip
    assert layout(audio) == [
        ("match 001", 0, 100), ("match 002", 100, 150), ("talk", 0, 250), ("-", 0, 125),
        ("match (2) 001", 0, 250),
    ]  # fmt: skip
    names = {clip.media_reference.name for clip in timeline.find_clips()}
    assert names == {"match.mp4", "talk.wav", "title.png", "match (2).mp4"}
    sources = metadata.read(timeline)["sources"]
    assert sources[3]["notes"] == ["conformed by time from 50 to 25 fps"]
    assert [source["rate"] for source in sources] == ["25", "25", "25", "50"]


def test_media_of_one_name_are_told_apart_and_one_file_keeps_its_name() -> None:
    timeline = built(film(), film(path="/other/match.mp4"), film())
    references = [clip.media_reference for clip in timeline.tracks[0]]
    assert [one.name for one in references] == ["match.mp4", "match (2).mp4", "match.mp4"]
    assert [clip.name for clip in timeline.tracks[0]] == [
        "match 001", "match (2) 001", "match (3) 001",
    ]  # fmt: skip


def test_the_timeline_may_start_anywhere() -> None:
    assert built(film(), start_timecode="10:00:00:00").global_start_time.value == 900_000
    ntsc = built(film(rate=Fraction(30000, 1001)), start_timecode="01:00:00;00")
    assert ntsc.global_start_time.value == 107_892


def test_the_sources_facts_stand_in_the_metadata() -> None:
    timeline = built(film(start_timecode=HOUR))
    assert metadata.is_ours(timeline)
    facts = metadata.read(timeline)
    assert facts["schema"] == 1
    assert facts["recipe"] == "shots"
    assert facts["options"]["min_clip"] == "0"
    assert facts["size"] == [640, 360]
    (source,) = facts["sources"]
    assert source["path"] == "/rushes/match.mp4"
    assert source["audio"] == [
        {"channels": 2, "sample_rate": 48000, "layout": "stereo", "start": "0"}
    ]
    assert source["start_timecode"] == "01:00:00:00"


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/r/a b.mp4", "file:///r/a%20b.mp4"),
        ("/r/50%#?.mp4", "file:///r/50%25%23%3F.mp4"),
        ("/r/'\"é漢.mp4", "file:///r/%27%22%C3%A9%E6%BC%A2.mp4"),
        ("/r/-x.mp4", "file:///r/-x.mp4"),
        ("/r/\udcff.mp4", "file:///r/%FF.mp4"),
    ],
)
def test_any_file_name_makes_a_timeline(path: str, url: str) -> None:
    timeline = built(film([change(9, 10)], path=path))
    assert {clip.media_reference.target_url for clip in timeline.find_clips()} == {url}
    assert otio.adapters.read_from_string(timeline.to_json_string()).is_equivalent_to(timeline)


def test_the_same_plan_gives_the_same_bytes() -> None:
    texts = {built(film([change(99, 124)]), sound_file()).to_json_string() for _ in range(3)}
    assert len(texts) == 1


transitions = st.lists(
    st.builds(
        Transition, st.integers(-2, 90), st.integers(-2, 90),
        st.sampled_from(["cut", "dissolve", "fade", "wipe"]), st.floats(0, 1),
    ),
    max_size=10,
)  # fmt: skip
steps = st.lists(st.integers(1, 120), min_size=1, max_size=60)
rates = st.sampled_from([Fraction(25), Fraction(24000, 1001), Fraction(60000, 1001), Fraction(10)])


@settings(max_examples=60, deadline=None)
@given(transitions, st.integers(1, 80), rates, st.sampled_from(["", HOUR]))
def test_a_film_plays_frame_for_frame(
    found: list[Transition], frames: int, rate: Fraction, start: str
) -> None:
    timeline = built(film(found, frames=frames, rate=rate, start_timecode=start))
    assert shown(timeline) == list(range(frames))
    assert shown(timeline, "Audio") == list(range(frames))
    assert_inside_the_media(timeline)


@settings(max_examples=60, deadline=None)
@given(transitions, steps, rates)
def test_a_varying_film_plays_what_is_on_screen_at_each_time(
    found: list[Transition], gaps: list[int], rate: Fraction
) -> None:
    pts = list(itertools.accumulate(gaps, initial=0))
    analysis = film(found, rate=rate, pts=pts, time_base=Fraction(1, 1000))
    timeline = built(analysis)
    # The timeline counts the media's edit frames one by one, and all that a clip shows on them is
    # of its own shot.
    assert shown(timeline) == list(range(analysis.media.duration_frames))
    assert_inside_the_media(timeline)
    pieces = make_plan([analysis], recipe("shots"), {}).pieces
    for clip, piece in zip(timeline.tracks[0], pieces, strict=True):
        for frame in range(*ends(clip.source_range)):
            assert piece.start <= timing.source_frame(analysis.index, frame) < piece.stop


@settings(max_examples=60, deadline=None)
@given(transitions, st.integers(1, 80), rates, rates)
def test_a_film_at_another_rate_plays_what_is_on_screen_at_each_time(
    found: list[Transition], frames: int, media_rate: Fraction, rate: Fraction
) -> None:
    analysis = film(found, frames=frames, rate=media_rate)
    timeline = built(analysis, rate=rate)
    length = math.ceil(frames * rate / media_rate)
    assert shown(timeline) == list(range(length))
    assert_inside_the_media(timeline)
    cuts = {piece.start for piece in make_plan([analysis], recipe("shots"), {"rate": rate}).pieces}
    for clip in timeline.tracks[0]:
        first = int(clip.source_range.start_time.value)
        on_screen = math.floor(first / rate * media_rate)
        before = math.floor((first - 1) / rate * media_rate)
        assert any(before < cut <= on_screen for cut in cuts)


def shown(timeline: otio.schema.Timeline, kind: str = "Video") -> list[int]:
    """The media frame of every frame of the timeline; one layer each."""
    spans = flatten(timeline, kind)  # type: ignore[arg-type]
    result = []
    for frame in range(spans[-1].stop):
        at = playing(spans, frame)
        assert at is not None
        (layer,) = at.layers
        result.append(at.media_frame(layer, frame))
    return result


def assert_inside_the_media(timeline: otio.schema.Timeline) -> None:
    for clip in timeline.find_clips():
        (start, stop), whole = ends(clip.source_range), ends(clip.available_range())
        assert whole[0] <= start < stop <= whole[1]
        for marker in clip.markers:
            first, last = ends(marker.marked_range)
            assert start <= first < min(stop, last)
            assert last <= whole[1]
        if clean := clip.metadata["autoedit"].get("clean"):
            assert start <= clean[0] <= clean[1] <= stop


def ends(range_: otio.opentime.TimeRange) -> tuple[int, int]:
    assert range_.start_time.rate == range_.duration.rate
    assert float(range_.start_time.value).is_integer()
    assert float(range_.duration.value).is_integer()
    return int(range_.start_time.value), int(range_.start_time.value + range_.duration.value)
