"""Footage in, timeline out: real files, the real network, one call."""

from __future__ import annotations

import wave
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import opentimelineio as otio
import pytest
from PIL import Image

from otio_autoedit import analyze, cut
from otio_autoedit.cutting import cut_options, read_cut_options
from otio_autoedit.edit.recipes import recipe as find_recipe
from otio_autoedit.errors import Cancelled, MediaError, OptionError, RecipeError
from otio_autoedit.media import timing
from otio_autoedit.media.info import FrameIndex
from otio_autoedit.progress import Progress
from otio_autoedit.timeline import metadata
from otio_autoedit.timeline.flat import flatten, playing
from tests.support.coded import Code
from tests.support.movies import read_numbers, shots_movie

SHOTS = [(1, 0, 40), (5, 66, 50), (9, 130, 30)]
CODES = [(first + n, tag) for tag, first, count in SHOTS for n in range(count)]


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shots_movie(tmp_path_factory.mktemp("films") / "match.mp4", SHOTS)


def test_networks_are_chosen_where_a_recipe_has_use_for_them(film: Path) -> None:
    plain = find_recipe("shots")
    names = {option.name for option in cut_options(plain)}
    assert not {"detector", "segmenter"} & names
    busy = replace(plain, values={**plain.values, "keep": "count(person) > 0"})
    assert {option.name for option in cut_options(busy)} - names == {"detector"}
    with pytest.raises(OptionError, match="did you mean 'yolox_nano'"):
        cut(film, busy, detector="yolox_nan", store=None)
    with pytest.raises(OptionError, match="has no use"):
        cut(film, busy, segmenter="yolox_s", store=None)
    with pytest.raises(OptionError, match="detector"):
        cut(film, plain, detector="yolox_nano", store=None)


def spans(track: otio.schema.Track) -> list[tuple[int, int]]:
    """Start and length of each clip, from the media's first frame."""
    return [
        (
            int((clip.source_range.start_time - clip.available_range().start_time).value),
            int(clip.source_range.duration.value),
        )
        for clip in track.find_clips()
    ]


def played(
    timeline: otio.schema.Timeline, codes: list[Code | None], index: FrameIndex
) -> list[Code | None]:
    """The code of the picture that each frame of the timeline shows."""
    pictures = flatten(timeline)
    result = []
    for frame in range(pictures[-1].stop):
        at = playing(pictures, frame)
        assert at is not None
        result.append(codes[timing.source_frame(index, at.media_frame(at.layers[0], frame))])
    return result


@pytest.mark.parametrize(
    ("rate", "timecode", "start"),
    [
        (Fraction(24000, 1001), None, 0),
        (Fraction(24), "10:00:00:00", 864_000),
        (Fraction(25), "01:00:00:00", 90_000),
        (Fraction(30000, 1001), "01:00:00;00", 107_892),
        (Fraction(30000, 1001), "01:00:00:00", 108_000),
        (Fraction(60), None, 0),
    ],
)
def test_shots_are_found_and_play_frame_for_frame(
    tmp_path: Path, rate: Fraction, timecode: str | None, start: int
) -> None:
    media = shots_movie(tmp_path / "a film é.mov", SHOTS, rate=rate, timecode=timecode)
    timeline = cut(media)
    video, audio = timeline.tracks
    assert spans(video) == spans(audio) == [(0, 40), (40, 50), (90, 30)]
    assert video[0].source_range.start_time == otio.opentime.RationalTime(start, float(rate))
    assert played(timeline, read_numbers(media), analyze(media).index) == CODES
    assert metadata.read(timeline)["sources"][0]["start_timecode"] == (timecode or "")


def test_a_film_of_varying_rate_plays_what_is_on_screen(tmp_path: Path) -> None:
    # 40 ms a frame, then 20 ms, then 80 ms: shots that begin at edit frames 0, 40 and 65.
    pts = [
        *(40 * n for n in range(40)),
        *(1600 + 20 * n for n in range(50)),
        *(2600 + 80 * n for n in range(30)),
    ]
    media = shots_movie(tmp_path / "phone.mp4", SHOTS, pts=pts, time_base=Fraction(1, 1000))
    timeline = cut(media, rate=25)
    video = timeline.tracks[0]
    assert spans(video)[:2] == [(0, 40), (40, 25)]
    assert metadata.read(timeline)["sources"][0]["variable_rate"] is True
    index = replace(analyze(media).index, edit_rate=Fraction(25))
    assert played(timeline, read_numbers(media), index) == [
        *CODES[:40], *CODES[40:90:2], *(code for code in CODES[90:-1] for _ in (0, 1)), CODES[-1],
    ]  # fmt: skip


def test_sound_that_comes_late_leaves_a_gap(tmp_path: Path) -> None:
    whole = shots_movie(tmp_path / "whole.mov", SHOTS, audio=("mono", "5.1"))
    timeline = cut(late_sound(whole, tmp_path / "late.mov", seconds=2))
    assert [track.name for track in timeline.tracks] == ["V1", "A1", "A2"]
    video, mono, surround = timeline.tracks
    assert spans(video) == [(0, 40), (40, 50), (90, 30)]
    for track in (mono, surround):
        assert isinstance(track[0], otio.schema.Gap)
        assert track[0].source_range.duration.value == 50
        assert spans(track) == [(50, 40), (90, 30)]
    assert surround[1].metadata["autoedit"]["layout"].startswith("5.1")
    assert [clip.metadata["autoedit"].get("link") for clip in video] == [None, 1, 2]


def late_sound(source: Path, target: Path, seconds: int) -> Path:
    """The same film, its sound so much later."""
    with av.open(str(source)) as film, av.open(str(target), "w") as box:
        streams = [box.add_stream_from_template(stream) for stream in film.streams]
        for packet in film.demux():
            if packet.dts is None:
                continue
            if packet.stream.type == "audio":
                shift = round(seconds / packet.time_base)
                packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
            packet.stream = streams[packet.stream.index]
            box.mux(packet)
    return target


def test_files_join_at_the_rate_of_the_first(film: Path, tmp_path: Path) -> None:
    second = shots_movie(tmp_path / "b.mp4", [(3, 0, 60), (7, 0, 60)], rate=Fraction(50))
    timeline = cut([film, second])
    assert timeline.duration() == otio.opentime.RationalTime(120 + 60, 25)
    assert spans(timeline.tracks[0]) == [(0, 40), (40, 50), (90, 30), (0, 30), (30, 30)]
    assert "conformed" in metadata.read(timeline)["sources"][1]["notes"][-1]


def test_sound_alone_and_stills_make_timelines_too(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "talk.wav"), "wb") as box:
        box.setparams((2, 2, 48000, 0, "NONE", ""))
        box.writeframes(bytes(4 * 48000 * 3))
    Image.new("RGB", (320, 180), "navy").save(tmp_path / "title.png")
    talk = cut(tmp_path / "talk.wav")
    assert [track.kind for track in talk.tracks] == ["Audio"]
    assert talk.duration().to_seconds() == pytest.approx(3, abs=0.05)
    title = cut(tmp_path / "title.png", still="2s", rate=24)
    assert title.duration() == otio.opentime.RationalTime(48, 24)
    both = cut([tmp_path / "talk.wav", tmp_path / "title.png"])
    assert both.duration().to_seconds() == pytest.approx(8, abs=0.05)


def test_the_same_film_gives_the_same_bytes(film: Path) -> None:
    texts = {cut(film, cache=cache).to_json_string() for cache in ("yes", "yes", "no")}
    assert len(texts) == 1


def test_options_are_read_as_written(film: Path) -> None:
    assert len(list(cut(film, min_clip="38f", audio=None).find_clips())) == 2
    assert spans(cut(film, start="20f", end=3).tracks[0]) == [(20, 20), (40, 35)]
    assert cut(film, name="Reel 1").name == "Reel 1"
    assert not cut(film, threshold=0.99).tracks[0][1:]


def test_a_recipe_of_ones_own(film: Path, tmp_path: Path) -> None:
    mine = tmp_path / "calm.toml"
    mine.write_text('name="calm"\nsummary="C."\nextends="shots"\n[set]\nmin_clip="45f"\n')
    timeline = cut(film, mine)
    assert all(length >= 45 for _, length in spans(timeline.tracks[0]))
    assert metadata.read(timeline)["recipe"] == "calm"


def test_what_is_wrong_is_said_before_the_film_is_watched(film: Path, tmp_path: Path) -> None:
    nowhere = tmp_path / "none.mp4"
    with pytest.raises(OptionError, match="did you mean 'recipe'"):
        cut(nowhere, recipie="shots")
    with pytest.raises(RecipeError, match="did you mean 'shots'"):
        cut(nowhere, "shotts")
    with pytest.raises(OptionError, match="min_clip=soon"):
        cut(nowhere, min_clip="soon")
    with pytest.raises(OptionError, match="nothing to cut"):
        cut([])
    with pytest.raises(MediaError, match=r"none\.mp4"):
        cut(nowhere)


def test_progress_is_told_and_may_cancel(film: Path) -> None:
    told: list[Progress] = []
    cut(film, progress=told.append, cache=False)
    assert told[-1].done == len(CODES)

    def stop(progress: Progress) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        cut(film, progress=stop, cache=False)


def test_what_was_read_reads_again() -> None:
    recipe, given = read_cut_options({"Recipe": "shots", "min-clip": "12f", "audio": None})
    again, same = read_cut_options({"recipe": recipe, **given}, where="-a")
    assert (again, same) == (recipe, given)
    assert given["audio"] == "none"
    assert cut_options()[0].name == "recipe"
