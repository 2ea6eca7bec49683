"""What people write for an option, and what is taken from it."""

from __future__ import annotations

from ast import literal_eval
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.errors import OptionError
from otio_autoedit.options import Duration, Option, Position, options_table, read_options

NTSC = Fraction(30000, 1001)
MIN_SHOT = Option("min_shot", "duration", 0, "Shorter shots join a neighbour.")
START = Option("start", "position", None, "Begin here.")
THRESHOLD = Option("threshold", "number", None, "Confidence.", minimum=0, maximum=1)
AUDIO = Option("audio", "choice", "linked", "Sound.", choices=("linked", "none"))
MARKERS = Option("markers", "flag", True, "Mark dissolves.")
FOLDER = Option("media_dir", "path", None, "Where media lies.")
RATE = Option("rate", "rate", None, "Edit rate.")
ALL = (MIN_SHOT, START, THRESHOLD, AUDIO, MARKERS, FOLDER, RATE)


def as_otio_sends(text: str) -> object:
    """`-a key=TEXT` as OTIO's console programs pass it on."""
    try:
        return literal_eval(text)
    except (ValueError, SyntaxError):
        return text


@pytest.mark.parametrize(
    ("written", "at_25", "at_2997"),
    [
        ("60", 1500, 1798),
        ("1_000", 25000, 29970),
        ("1.5", 38, 45),
        ("60s", 1500, 1798),
        ("1,5s", 38, 45),
        ("500ms", 13, 15),
        ("12f", 12, 12),
        ("12 frames", 12, 12),
        ("1m30s", 2250, 2697),
        ("1h", 90000, 107892),
        ("1s12f", 37, 42),
        ("0:30", 750, 899),
        ("1:00:00.5", 90013, 107907),
        ("060", 1500, 1798),
        ("08", 200, 240),
        ("00:00:30:00", 750, 900),
        ("00:00:30:12", 762, 912),
        ("00:01:00;02", 1502, 1800),  # drop-frame: the first label after 00:00:59;29
        ("'60'", 1500, 1798),
        ("1001/24000s", 1, 1),
        ("0", 0, 0),
        ("None", 0, 0),
    ],
)
def test_lengths_are_taken_as_meant(written: str, at_25: int, at_2997: int) -> None:
    length = MIN_SHOT.read(as_otio_sends(written))
    assert isinstance(length, Duration)
    assert (length.frames(Fraction(25)), length.frames(NTSC)) == (at_25, at_2997)


@pytest.mark.parametrize(
    "written",
    ["", "soon", "-5s", "-5", "5x", "1:99", "00:61:00:00", "nan", "1e999", "True", "1,5", "[1]",
     "...", "1/0s", "1.5f", "99999h", "9" * 50, "b'1'", "{'a': 1}", "1+2j"],
)  # fmt: skip
def test_what_is_no_length_is_refused_in_one_line(written: str) -> None:
    with pytest.raises(OptionError, match="min_shot") as error:
        read_options({"min_shot": as_otio_sends(written)}, ALL)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("written", "start_frame", "frame"),
    [
        ("10s", 0, 250),
        ("-10s", 0, 750),
        ("-10", 0, 750),
        ("00:00:10:00", 0, 250),
        ("01:00:10:00", 90000, 250),  # the file's own timecode
        ("00:00:10:00", 90000, 250),  # not in it: from the head
        ("00:00:30:00", 500, 250),  # in it, though it would do from the head too
    ],
)
def test_places_are_taken_as_meant(written: str, start_frame: int, frame: int) -> None:
    place = START.read(as_otio_sends(written))
    assert isinstance(place, Position)
    assert place.frame(Fraction(25), 1000, start_frame) == frame


@pytest.mark.parametrize(
    ("option", "written", "value"),
    [
        (THRESHOLD, "0.5", 0.5),
        (THRESHOLD, "50%", 0.5),
        (THRESHOLD, "0,5 ", None),
        (THRESHOLD, "1", 1.0),
        (AUDIO, "None", "none"),
        (AUDIO, "none", "none"),
        (AUDIO, "Linked", "linked"),
        (AUDIO, "off", "none"),
        (AUDIO, "False", "none"),
        (AUDIO, "True", "linked"),
        (MARKERS, "no", False),
        (MARKERS, "0", False),
        (MARKERS, "None", False),
        (MARKERS, "true", True),
        (FOLDER, "2024", "2024"),
        (FOLDER, "rushes/day 1", "rushes/day 1"),
        (FOLDER, "None", None),
        (RATE, "25", Fraction(25)),
        (RATE, "23.976", Fraction(24000, 1001)),
        (RATE, "23.98", Fraction(24000, 1001)),
        (RATE, "29.97", NTSC),
        (RATE, "29.97002997002997", NTSC),
        (RATE, "30000/1001", NTSC),
        (RATE, "59.94", Fraction(60000, 1001)),
        (RATE, "24", Fraction(24)),
        (RATE, "24.0", Fraction(24)),
        (RATE, "12.5", Fraction(25, 2)),
    ],
)
def test_values_are_taken_as_meant(option: Option, written: str, value: object) -> None:
    if value is None and written != "None":
        with pytest.raises(ValueError, match="no number"):
            option.read(as_otio_sends(written))
    else:
        assert option.read(as_otio_sends(written)) == value


def test_a_wrong_name_gets_the_nearest_right_one() -> None:
    with pytest.raises(OptionError, match=r"^-a min_shots=3: no such option .*'min_shot'"):
        read_options({"min_shots": 3}, ALL)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(OptionError) as error:
        read_options({"threshold": 7, "audio": "loud\nly", "rat": 24}, ALL)
    text = str(error.value)
    assert all(word in text for word in ("threshold", "loud", "'rate'"))
    assert "\n" not in text


def test_names_may_have_dashes_and_capitals() -> None:
    assert str(read_options({"Min-Shot": "12f"}, ALL)["min_shot"]) == "12f"


def test_what_was_read_reads_again() -> None:
    once = read_options(
        {"min_shot": "1s", "start": "-3", "rate": 23.976, "markers": None, "audio": None}, ALL
    )
    assert read_options(once, ALL) == once


@settings(deadline=None)
@given(st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.binary(),
    lambda inner: st.lists(inner, max_size=2) | st.tuples(inner, inner),
    max_leaves=3,
))  # fmt: skip
def test_any_value_is_read_or_refused_in_one_line(value: object) -> None:
    for option in ALL:
        try:
            read_options({option.name: value}, ALL)
        except OptionError as error:
            assert len(str(error).splitlines()) == 1  # noqa: PT017


@pytest.mark.parametrize("name", ["filepath", "adapter_name", "hook_function_argument_map", "A-b"])
def test_names_that_otio_keeps_for_itself_cannot_be_declared(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be called"):
        Option(name, "text", None, "")


def test_the_table_has_a_row_for_each_option() -> None:
    rows = options_table(ALL).splitlines()
    assert len(rows) == len(ALL) + 2
    assert "| `audio` | `linked` or `none` | `linked` | Sound. |" in rows
