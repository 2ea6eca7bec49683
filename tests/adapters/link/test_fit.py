"""How a clip's time lies on a file's frames."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime, TimeRange

from otio_autoedit.adapters.link.fit import Cover, Fit, Span, exact_rate, fit
from otio_autoedit.media.info import MediaInfo
from otio_autoedit.media.timecode import frames_from_timecode

FILM = Fraction(24000, 1001)
NTSC = Fraction(30000, 1001)


def film(rate: Fraction | int = 24, frames: int = 200, timecode: str = "") -> MediaInfo:
    rate = Fraction(rate)
    return MediaInfo(
        path="/a.mov",
        fingerprint="f",
        kind="video",
        container="mov",
        codec="h264",
        edit_rate=rate,
        frame_count=frames,
        duration_frames=frames,
        start_timecode=timecode,
        start_frame=frames_from_timecode(timecode, rate) if timecode else 0,
    )


def lie(
    start: int, length: int, info: MediaInfo, rate: Fraction | int = 24, old: Span | None = None
) -> Fit:
    rate = Fraction(rate)
    span = Span(rate, Fraction(start), Fraction(start + length))
    return fit(span, info, old, clip_rate=rate, retimed=False)


def span(start: int, stop: int, rate: Fraction | int = 24) -> Span:
    return Span(Fraction(rate), Fraction(start), Fraction(stop))


def test_source_timecode_stays() -> None:
    found = lie(86424, 48, film(timecode="01:00:00:00"))
    assert (found.cover, found.move, found.zero) == (Cover.TIMECODE, 0, 86400)


def test_a_clip_counted_from_zero_is_moved_into_the_timecode() -> None:
    found = lie(24, 48, film(timecode="01:00:00:00"))
    assert (found.cover, found.move) == (Cover.COUNTED_FROM_ZERO, 86400)


def test_timecode_wins_where_both_would_do() -> None:
    ten_seconds_in = film(frames=1000, timecode="00:00:10:00")
    assert lie(300, 48, ten_seconds_in).move == 0


def test_but_not_against_a_reference_to_the_same_file_that_counts_from_zero() -> None:
    ten_seconds_in = film(frames=1000, timecode="00:00:10:00")
    assert lie(300, 48, ten_seconds_in, old=span(0, 1000)).move == 240


def test_the_old_reference_tells_how_a_file_that_lost_its_timecode_was_counted() -> None:
    found = lie(86424, 48, film(), old=span(86400, 86600))
    assert (found.cover, found.move) == (Cover.WHOLE, -86400)


def test_media_without_timecode_holds_what_is_counted_from_zero_only() -> None:
    assert lie(10, 48, film()).cover == Cover.WHOLE
    assert lie(86424, 48, film()).cover == Cover.NONE


def test_a_clip_that_reaches_past_the_file_is_covered_in_part() -> None:
    assert lie(86500, 200, film(timecode="01:00:00:00")).cover == Cover.PART
    assert lie(86600, 20, film(timecode="01:00:00:00")).cover == Cover.NONE


def test_neighbouring_clocks_are_compared_by_frames_not_by_time() -> None:
    """An EDL read at 24 over footage at 23.976 from two hours on: seven seconds by the clock."""
    slow = film(FILM, 96, "02:00:00:00")
    found = lie(172810, 48, slow)
    assert (found.cover, found.move, found.per_frame, found.relabelled) == (
        Cover.TIMECODE,
        0,
        1,
        True,
    )
    assert found.available_range(slow) == TimeRange(RationalTime(172800, 24), RationalTime(96, 24))


def test_drop_frame_timecode_is_where_its_label_says() -> None:
    drop = film(NTSC, 90, "03:00:00;00")
    found = lie(frames_from_timecode("03:00:01;00", NTSC), 30, drop, NTSC)
    assert found.cover == Cover.TIMECODE
    assert found.available_range(drop).start_time == RationalTime(323676, float(NTSC))


def test_other_rates_are_compared_by_time() -> None:
    pal = film(25, 100)
    found = lie(48, 24, pal)  # from 2 s to 3 s
    assert found.cover == Cover.WHOLE
    assert found.available_range(pal) == TimeRange(RationalTime(0, 25), RationalTime(100, 25))
    assert found.clip_frame(50) == 48
    assert found.clip_frame(51) == 49  # 2.04 s, which the clip first shows at 49/24 s


def test_a_retimed_clip_needs_only_its_start() -> None:
    retimed = fit(span(100, 300), film(), None, clip_rate=Fraction(24), retimed=True)
    assert retimed.cover == Cover.WHOLE


def test_a_clip_without_a_range_plays_all() -> None:
    info = film(25, 100, "01:00:00:00")
    found = fit(None, info, None, clip_rate=None, retimed=False)
    assert found.available_range(info) == TimeRange(RationalTime(90000, 25), RationalTime(100, 25))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (23.976, FILM),
        (23.98, FILM),
        (23.976023976023978, FILM),
        (29.97, NTSC),
        (29.97002997002997, NTSC),
        (59.94, Fraction(60000, 1001)),
        (24.0, Fraction(24)),
        (25.0, Fraction(25)),
        (12.5, Fraction(25, 2)),
        (48000.0, Fraction(48000)),
    ],
)
def test_a_float_means_an_exact_rate(written: float, meant: Fraction) -> None:
    assert exact_rate(written) == meant


@given(
    rate=st.sampled_from([FILM, NTSC, *map(Fraction, (24, 25, 30, 50))]),
    clip_rate=st.sampled_from([FILM, NTSC, *map(Fraction, (24, 25, 30, 50))]),
    frame=st.integers(0, 199),
)
def test_the_clip_frame_of_a_media_frame_is_the_first_that_shows_it(
    rate: Fraction, clip_rate: Fraction, frame: int
) -> None:
    found = lie(0, 1, film(rate), clip_rate)
    shown = found.clip_frame(frame)
    assert (shown - found.zero) * found.per_frame >= frame
    assert (shown - 1 - found.zero) * found.per_frame < frame
