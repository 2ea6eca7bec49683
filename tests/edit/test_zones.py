"""Zones as text and as files, and what is none."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from otio_autoedit.edit.zones import Zone, read_zones
from otio_autoedit.errors import OptionError

SQUARE = ((0.1, 0.2), (0.5, 0.2), (0.5, 0.9), (0.1, 0.9))


def test_four_numbers_are_a_rectangle_and_more_are_corners() -> None:
    zones = read_zones("door=0.1,0.2,0.5,0.9; line = 0.1,0.9, 0.5,0.2 0.9,0.9;")
    assert zones["door"] == Zone("door", SQUARE)
    assert zones["line"].points == ((0.1, 0.9), (0.5, 0.2), (0.9, 0.9))


@pytest.mark.parametrize("held", [{"door": [0.1, 0.2, 0.5, 0.9]}, {"zones": {"door": SQUARE}}])
def test_files(tmp_path: Path, held: dict[str, object]) -> None:
    path = tmp_path / "zones.json"
    path.write_text(json.dumps(held))
    assert read_zones(str(path))["door"].points == SQUARE
    path = tmp_path / "zones.toml"
    path.write_text("\ufeffdoor = [[0.1, 0.2], [0.5, 0.2], [0.5, 0.9], [0.1, 0.9]]\n")
    assert read_zones(str(path))["door"].points == SQUARE


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "zones is empty"),
        ("door", "write door="),
        ("door=1,2,3,4", "leaves the picture"),
        ("door=0,0,nan,1", "leaves the picture"),
        ("door=0,0,1", "has 3 numbers"),
        ("door=0,0,1,1,0.5", "has 5 numbers"),
        ("door=a,b,c,d", "must be numbers"),
        ("door=0.5,0.5,0.5,0.9", "has no area"),
        ("door=0,0,1,1;door=0,0,1,1", "is there twice"),
        ("my door=0,0,1,1", "is no name"),
        ("=0,0,1,1", "is no name"),
        ("missing.toml", "No such file"),
        (";".join(f"z{n}=0,0,1,1" for n in range(300)), "256 at most"),
    ],
)
def test_what_is_no_zone_is_said_in_one_line(text: str, says: str) -> None:
    with pytest.raises(OptionError) as error:
        read_zones(text)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "text", ["door = ", "[door", "door = 5", 'door = ["a"]', "a = [[0, 0], [1]]", "door = [true]"]
)
def test_files_of_something_else(tmp_path: Path, text: str) -> None:
    path = tmp_path / "zones.toml"
    path.write_text(text)
    with pytest.raises(OptionError, match="zone"):
        read_zones(str(path))


@given(st.floats(0, 1), st.floats(0, 1))
def test_two_halves_of_the_picture_share_no_point_and_miss_none(x: float, y: float) -> None:
    halves = read_zones("a=0,0,1,0,0,1; b=1,0,1,1,0,1")
    at = np.array([min(x, 0.999999)]), np.array([min(y, 0.999999)])
    assert int(halves["a"].holds(*at)[0]) + int(halves["b"].holds(*at)[0]) == 1
