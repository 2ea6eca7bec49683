from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_autoedit.errors import OptionError
from otio_autoedit.media.rates import SMPTE_RATES, nominal
from otio_autoedit.media.timecode import (
    frames_from_timecode,
    is_drop_frame,
    timecode_from_frames,
)

DROP_RATES = [Fraction(30000, 1001), Fraction(60000, 1001), Fraction(120000, 1001)]
NTSC = DROP_RATES[0]
DAY = 24 * 3600


def slow_drop_frame(rate: Fraction) -> list[str]:
    """Every drop-frame timecode of the first 21 minutes, counted out one by one."""
    count = nominal(rate)
    width = len(str(count - 1))
    skipped = count // 15
    return [
        f"00:{minute:02d}:{second:02d};{frame:0{width}d}"
        for minute in range(21)
        for second in range(60)
        for frame in range(count)
        if not (minute % 10 and second == 0 and frame < skipped)
    ]


@pytest.mark.parametrize("rate", DROP_RATES)
def test_drop_frame_is_what_counting_gives(rate: Fraction) -> None:
    counted = slow_drop_frame(rate)
    assert [timecode_from_frames(n, rate, drop=True) for n in range(len(counted))] == counted
    assert [frames_from_timecode(text, rate) for text in counted] == list(range(len(counted)))


@given(
    rate=st.sampled_from([*SMPTE_RATES, Fraction(25, 2), Fraction(10), Fraction(120)]),
    number=st.integers(0, DAY * 10 - 1),
)
def test_text_and_frame_agree_both_ways(rate: Fraction, number: int) -> None:
    assert frames_from_timecode(timecode_from_frames(number, rate), rate) == number


@given(rate=st.sampled_from(DROP_RATES), number=st.integers(0, 2_589_406))
def test_drop_frame_text_and_frame_agree_both_ways(rate: Fraction, number: int) -> None:
    text = timecode_from_frames(number, rate, drop=True)
    assert is_drop_frame(text)
    assert frames_from_timecode(text, rate) == number
    assert (
        frames_from_timecode(timecode_from_frames(number + 1, rate, drop=True), rate) == number + 1
    )


@given(number=st.integers(0, 2_589_407))
def test_drop_frame_keeps_up_with_the_clock(number: int) -> None:
    hours, minutes, rest = timecode_from_frames(number, NTSC, drop=True).split(":")
    seconds, frames = rest.split(";")
    shown = int(hours) * 3600 + int(minutes) * 60 + int(seconds) + Fraction(int(frames), 30)
    # A day ends 86 ms behind; within ten minutes it strays by two frames more.
    assert abs(shown - number / NTSC) < Fraction(1, 6)


@given(number=st.integers(0, 2_589_407), drop=st.booleans())
def test_it_counts_as_opentimelineio_does(number: int, drop: bool) -> None:
    theirs = otio.opentime.RationalTime(number, float(NTSC)).to_timecode(float(NTSC), drop)
    assert timecode_from_frames(number, NTSC, drop) == theirs


def test_after_midnight_it_begins_again() -> None:
    assert timecode_from_frames(DAY * 25, Fraction(25)) == "00:00:00:00"
    assert timecode_from_frames(2_589_408, NTSC, drop=True) == "00:00:00;00"


@pytest.mark.parametrize(
    ("text", "rate", "says"),
    [
        ("1:2:3", Fraction(25), "is not a timecode"),
        ("01:00:00:25", Fraction(25), "frames at 24"),
        ("01:60:00:00", Fraction(25), "end at 59"),
        ("00:01:00;00", NTSC, "00:01:00;02"),
        ("00:01:00;03", DROP_RATES[1], "00:01:00;04"),
        ("01:00:00;00", Fraction(25), "no drop-frame timecode at 25"),
        ("", Fraction(25), "is not a timecode"),
        ("٠١:00:00:00", Fraction(25), "is not a timecode"),
    ],
)
def test_what_is_no_timecode_is_refused_in_one_line(text: str, rate: Fraction, says: str) -> None:
    with pytest.raises(OptionError, match=says) as caught:
        frames_from_timecode(text, rate)
    assert "\n" not in str(caught.value)


def test_there_is_no_timecode_before_zero_or_drop_frame_at_24() -> None:
    with pytest.raises(OptionError, match="before"):
        timecode_from_frames(-1, Fraction(25))
    with pytest.raises(OptionError, match="no drop-frame"):
        timecode_from_frames(0, Fraction(24), drop=True)
