"""melt plays what we write, frame for frame: the stock MLT adapter, our hook around it."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from tests.consumers.films import Film, film, played, recut, shots_timeline, shown, sound_errors
from tests.support import coded
from tests.support.consumers import play_in_melt
from tests.support.edits import dissolve
from tests.support.movies import read_lumas, read_samples

pytestmark = [
    pytest.mark.consumer,
    pytest.mark.filterwarnings("ignore::otio_autoedit.errors.AutoEditLossWarning"),
]

R23, R29 = Fraction(24000, 1001), Fraction(30000, 1001)
ORDER = (2, 0, -1, 1, 0)
FILMS = [
    ("plain.mp4", R23, None),
    ("two words.mov", R23, "01:00:00:00"),
    ("Schnitt ä ß 編集.mp4", Fraction(24), None),
    ("it's 50% #1?.mov", Fraction(24), "23:59:58:00"),
    ("a%20b+c&d.mp4", Fraction(25), None),
    ("tape.mov", Fraction(25), "10:00:00:00"),
    ("-dash;semi.mkv", R29, None),
    ("drop.mov", R29, "01:00:00;00"),
    ("non drop.mov", R29, "01:00:00:00"),
]


def render(timeline: otio.schema.Timeline, folder: Path, suffix: str = ".mlt") -> Path:
    project = folder / f"edit{suffix}"
    otio.adapters.write_to_file(timeline, str(project))
    frames = round(timeline.duration().value)
    return play_in_melt(project, folder / "render.mkv", frames=frames)


@pytest.mark.parametrize(("name", "rate", "timecode"), FILMS, ids=[f[0] for f in FILMS])
def test_every_frame_of_every_shot_is_the_right_one(
    tmp_path: Path, name: str, rate: Fraction, timecode: str | None
) -> None:
    made = film(tmp_path / name, rate, timecode=timecode)
    timeline = recut(shots_timeline(made), ORDER)

    result = render(timeline, tmp_path)

    expected = played(made, ORDER)
    assert shown(result) == expected
    assert sound_errors(result, rate, expected) == []


def test_as_cut_it_plays_as_the_footage_does(tmp_path: Path) -> None:
    made = film(tmp_path / "film.mov", R29, timecode="00:59:58;00")

    result = render(shots_timeline(made), tmp_path)

    assert shown(result) == list(made.numbers)
    assert sound_errors(result, R29, made.numbers) == []


def test_the_whole_way_from_the_command_line(tmp_path: Path) -> None:
    made = film(tmp_path / "film.mov", Fraction(25), timecode="01:00:00:00")
    project = tmp_path / "cut.mlt"

    command = [sys.executable, "-m", "opentimelineio.console.otioconvert"]
    command += ["-i", str(made.path), "-o", str(project)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stderr
    result = play_in_melt(project, tmp_path / "render.mkv")
    assert shown(result) == list(made.numbers)
    assert sound_errors(result, made.rate, made.numbers) == []
    assert project.read_text("utf-8").count("<entry") >= 3 * 2  # three shots, picture and sound


def test_50_frames_a_second_in_a_timeline_of_25(tmp_path: Path) -> None:
    made = film(tmp_path / "fast.mov", Fraction(50), timecode="01:00:00:00")
    timeline = shots_timeline(made, rate="25")
    starts = [0, 20, 38]  # source frames 40 and 75 are first on screen at 20 and, for 37.5, at 38
    lengths = [20, 18, 22]
    recut(timeline, (2, 0, 1))

    result = render(timeline, tmp_path)

    frames = [2 * (starts[n] + i) for n in (2, 0, 1) for i in range(lengths[n])]
    assert shown(result) == [made.numbers[frame] for frame in frames]
    heard = [made.numbers[min(frame + half, 119)] for frame in frames for half in (0, 1)]
    assert sound_errors(result, made.rate, heard, within=2) == []  # one frame of the timeline


def test_another_rate_is_within_a_frame_and_never_black(tmp_path: Path) -> None:
    made = film(tmp_path / "ntsc.mov", R29, timecode="01:00:00;00")
    timeline = shots_timeline(made, rate="25")
    lengths = [round(item.duration().value) for item in timeline.tracks[0]]
    assert sum(lengths) == 101  # 120 frames of 29.97 last 100.1 of 25
    recut(timeline, (2, 0, 1))

    numbers = shown(render(timeline, tmp_path))

    starts = [0, lengths[0], lengths[0] + lengths[1]]
    frames = [starts[n] + i for n in (2, 0, 1) for i in range(lengths[n])]
    on_screen = [int(frame * R29 / 25) for frame in frames]
    seen = [made.numbers.index(number) if number is not None else -99 for number in numbers]
    assert max(abs(a - b) for a, b in zip(seen, on_screen, strict=True)) <= 1


def test_a_variable_rate_is_within_a_frame_and_in_sync(tmp_path: Path) -> None:
    # A phone: 30 a second that now and then becomes 24 or 20, in units of 1/600 s.
    steps = [20] * 50 + [25] * 20 + [20] * 30 + [30] * 20
    pts = [sum(steps[:n]) for n in range(len(steps))]
    made = film(tmp_path / "phone.mp4", Fraction(30), pts=pts, time_base=Fraction(1, 600))
    timeline = shots_timeline(made)
    rate = Fraction(timeline.metadata["autoedit"]["rate"])

    result = render(timeline, tmp_path)

    numbers = shown(result)
    on_screen = [sum(p * rate <= 600 * n for p in pts) - 1 for n in range(len(numbers))]
    places = [made.numbers.index(number) if number is not None else None for number in numbers]
    away = [abs(a - b) if a is not None else 99 for a, b in zip(places, on_screen, strict=True)]
    assert max(away) <= 1
    assert abs(len(numbers) - float(sum(steps) / Fraction(600) * rate)) <= 1
    heard = [made.numbers[frame] for frame in on_screen]
    assert len(sound_errors(result, rate, heard)) <= 3


def test_pixels_that_are_not_square_are_shown_as_they_should_be(tmp_path: Path) -> None:
    # 320 wide with pixels of 16:11 is 465 wide on the screen, an odd number that melt would skew.
    made = film(tmp_path / "wide.mov", Fraction(25), sample_aspect=Fraction(16, 11))

    result = render(shots_timeline(made), tmp_path)

    assert shown(result) == list(made.numbers)
    assert next(read_lumas(result)).shape == (180, 466)


def test_kdenlive_projects_play_right_too(tmp_path: Path) -> None:
    made = film(tmp_path / "tape ä.mov", R29, timecode="01:00:00;00")
    timeline = recut(shots_timeline(made), ORDER)

    result = render(timeline, tmp_path, ".kdenlive")

    expected = played(made, ORDER)
    assert shown(result) == expected
    assert sound_errors(result, R29, expected) == []


def test_a_dissolve_goes_evenly_from_shot_to_shot(tmp_path: Path) -> None:
    made = film(tmp_path / "film.mov", Fraction(25), timecode="01:00:00:00")
    timeline = recut(shots_timeline(made), (0, 1))
    for track in timeline.tracks:
        first, second = track
        shorten(first, tail=6)
        shorten(second, head=6)
        track.insert(1, dissolve(6, 6))

    result = render(timeline, tmp_path)

    # 34 frames of the first shot, 29 of the second, cut at 34; the dissolve lies over 28..39.
    numbers = shown(result)
    assert numbers[:28] == list(range(28))
    assert numbers[40:] == list(range(512, 535))
    lumas = list(read_lumas(result))
    for n in range(12):
        share = coded.share(lumas[28 + n], (28 + n, 1), (500 + n, 2))
        assert share == pytest.approx(n / 12, abs=0.04)
    heard = list(range(34)) + list(range(506, 535))
    outside = [n for n in range(len(heard)) if not 27 <= n <= 40]
    assert sound_errors(result, made.rate, heard, frames=outside) == []
    samples, _ = read_samples(result)
    loudness = [abs(samples[n * 1920 : (n + 1) * 1920]).max() for n in range(26, 42)]
    assert min(loudness) > 0.4 * max(loudness[0], loudness[-1])  # it dips, it does not stop


def test_retimed_clips_play_the_frames_they_should(tmp_path: Path) -> None:
    made = film(tmp_path / "film.mov", Fraction(25), timecode="01:00:00:00")
    timeline = recut(shots_timeline(made), (0, 2, 0, 2))
    fast, back, slow, still = timeline.tracks[0]
    for item, first, length in ((fast, 0, 20), (back, 75, 20), (slow, 10, 20), (still, 80, 5)):
        place(item, first, length)
    for item, speed in ((fast, 2.0), (back, -1.0), (slow, 0.5)):
        item.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed))
    still.effects.append(otio.schema.FreezeFrame())
    del timeline.tracks[1]

    numbers = shown(render(timeline, tmp_path))

    assert numbers[:20] == list(range(0, 40, 2))
    assert numbers[20:40] == list(range(919, 899, -1))
    # Half speed lands on halves, which melt rounds either way: one source frame, never more.
    half = [10 + n / 2 for n in range(20)]
    assert all(abs((a or 0) - b) <= 0.5 for a, b in zip(numbers[40:60], half, strict=True))
    assert numbers[60:] == [905] * 5


def test_a_second_sound_stream_is_heard_from_its_own_track(tmp_path: Path) -> None:
    made = two_streams(tmp_path)
    timeline = shots_timeline(made)
    assert [track.name for track in timeline.tracks] == ["V1", "A1", "A2"]
    del timeline.tracks[1]

    result = render(timeline, tmp_path)

    assert shown(result) == list(made.numbers)
    assert sound_errors(result, made.rate, [*made.numbers[20:], *[None] * 20]) == []


def test_a_gap_above_sound_shows_black(tmp_path: Path) -> None:
    made = film(tmp_path / "film.mov", Fraction(25))
    timeline = recut(shots_timeline(made), (0, 1))
    recut_picture = timeline.tracks[0]
    recut_picture[0] = otio.schema.Gap(source_range=recut_picture[0].source_range)

    result = render(timeline, tmp_path)

    assert shown(result) == [None] * 40 + made.shot(1)
    assert max(luma.max() for luma, _ in zip(read_lumas(result), range(40), strict=False)) < 24
    assert sound_errors(result, made.rate, made.shot(0) + made.shot(1)) == []


def two_streams(folder: Path) -> Film:
    """A film whose second sound stream carries the tones of frames twenty later."""
    import av

    made = film(folder / "one.mov", Fraction(25))
    other = film(folder / "other.mov", Fraction(25))
    target = folder / "two.mov"
    with (
        av.open(str(made.path)) as one,
        av.open(str(other.path)) as two,
        av.open(str(target), "w") as box,
    ):
        inputs = [one.streams.video[0], one.streams.audio[0], two.streams.audio[0]]
        outputs = [box.add_stream_from_template(stream) for stream in inputs]
        shift = 20 * 48000 // 25
        for source, stream, out in zip((one, one, two), inputs, outputs, strict=True):
            source.seek(0)
            for packet in source.demux(stream):
                if packet.dts is None:
                    continue
                if out is outputs[2]:
                    if packet.pts < shift:
                        continue
                    packet.pts -= shift
                    packet.dts -= shift
                packet.stream = out
                box.mux(packet)
    return Film(target, made.rate, made.numbers)


def shorten(item: otio.schema.Clip, *, head: int = 0, tail: int = 0) -> None:
    rate = item.source_range.duration.rate
    item.source_range = otio.opentime.TimeRange(
        item.source_range.start_time + otio.opentime.RationalTime(head, rate),
        item.source_range.duration - otio.opentime.RationalTime(head + tail, rate),
    )


def place(item: otio.schema.Clip, first: int, length: int) -> None:
    """The file's frames ``first``.. for ``length``."""
    rate = item.source_range.duration.rate
    start = item.media_reference.available_range.start_time
    item.source_range = otio.opentime.TimeRange(
        start + otio.opentime.RationalTime(first, rate), otio.opentime.RationalTime(length, rate)
    )
