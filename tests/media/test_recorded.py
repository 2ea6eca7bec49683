"""When a file was recorded: what cameras and recorders write, and what their clocks make up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_autoedit.media.footage import open_footage
from otio_autoedit.media.probe import probe
from otio_autoedit.media.recorded import recorded, recording_time
from tests.support.movies import coded_movie

MOMENT = "2026-07-01T10:00:00.000Z"
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
def test_the_containers_time_is_read(tmp_path: Path, suffix: str) -> None:
    tags = {"creation_time": "2026-07-01T10:00:00.000000Z"}
    path = coded_movie(tmp_path / f"m.{suffix}", frames=5, size=(160, 90), metadata=tags)
    assert probe(path).recorded == MOMENT
    with open_footage(path) as footage:
        for _ in footage.read():
            pass
        assert footage.info.recorded == MOMENT


def test_a_telephones_own_time_with_its_zone_goes_first(tmp_path: Path) -> None:
    tags = {
        "creation_time": "2026-07-09T10:00:00Z",  # when it was copied, say
        "com.apple.quicktime.creationdate": "2026-07-01T12:00:00+0200",
    }
    path = coded_movie(
        tmp_path / "m.mov", frames=5, size=(160, 90), metadata=tags,
        container_options={"movflags": "use_metadata_tags"},
    )  # fmt: skip
    assert probe(path).recorded == MOMENT


@pytest.mark.parametrize("tags", [{}, {"creation_time": "1970-01-01T00:00:00Z"}])
def test_a_file_that_does_not_know_has_none(tmp_path: Path, tags: dict[str, str]) -> None:
    path = coded_movie(tmp_path / "m.mp4", frames=5, size=(160, 90), metadata=tags)
    assert probe(path).recorded == ""


def test_a_streams_time_stands_in_for_one_that_the_file_lacks_or_makes_up() -> None:
    stream = {"creation_time": MOMENT}
    assert recorded([{}, stream]) == MOMENT
    assert recorded([{"creation_time": "1904-01-01T00:00:00Z"}, stream]) == MOMENT
    assert recorded([{"creation_time": "2026-06-30T10:00:00Z"}, stream]) < MOMENT


@pytest.mark.parametrize(
    "text",
    [
        "", "yesterday", "10:20:30", "2026-07-01", "2026-13-01T00:00:00Z",
        "2026-07-01T10:00:00",  # whose ten o'clock?
        "1904-01-01T00:00:00Z", "1970-01-01T00:00:00.000000Z", "1980-01-01T00:00:00Z",
        "1989-12-31T23:59:59Z", "2101-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00",
    ],
)  # fmt: skip
def test_nonsense_is_none(text: str) -> None:
    assert recording_time(text) == ""


def moments() -> st.SearchStrategy[datetime]:
    return st.datetimes(datetime(1990, 1, 2), datetime(2100, 12, 30), timezones=ZONES)


@given(moments(), moments())
def test_times_sort_as_texts_wherever_they_were_taken(one: datetime, other: datetime) -> None:
    first, second = recording_time(one.isoformat()), recording_time(other.isoformat())
    assert recording_time(first) == first
    assert abs(datetime.fromisoformat(first) - one.astimezone(UTC)) < timedelta(milliseconds=1)
    if abs(one - other) >= timedelta(milliseconds=1):
        assert (first < second) == (one < other)
