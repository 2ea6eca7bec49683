"""What of ours stands in a timeline, now and in later versions."""

from __future__ import annotations

import opentimelineio as otio
import pytest

import otio_autoedit
from otio_autoedit.errors import AutoEditError
from otio_autoedit.timeline import metadata


def test_only_a_timeline_with_our_schema_is_ours() -> None:
    timeline = otio.schema.Timeline()
    assert not metadata.is_ours(timeline)
    timeline.metadata["autoedit"] = "a note of somebody else's"
    assert not metadata.is_ours(timeline)
    timeline.metadata["autoedit"] = {}
    assert not metadata.is_ours(timeline)
    timeline.metadata["autoedit"] = {"schema": 1}
    assert metadata.is_ours(timeline)
    assert not metadata.is_ours(None)


def test_a_stamp_keeps_what_is_there() -> None:
    timeline = otio.schema.Timeline()
    timeline.metadata["other"] = {"key": 1}
    metadata.stamp(timeline, {"recipe": "shots"})
    metadata.stamp(timeline, {"linked": True})
    assert metadata.read(timeline) == {
        "schema": 1, "version": otio_autoedit.__version__, "recipe": "shots", "linked": True,
    }  # fmt: skip
    assert timeline.metadata["other"] == {"key": 1}


def test_what_is_read_is_plain_and_a_copy() -> None:
    timeline = otio.schema.Timeline()
    metadata.stamp(timeline, {"sources": [{"audio": [{"channels": 2}]}]})
    facts = metadata.read(timeline)
    assert type(facts["sources"]) is list
    facts["sources"][0]["audio"].clear()
    assert metadata.read(timeline)["sources"] == [{"audio": [{"channels": 2}]}]


def test_a_timeline_of_nobodys_says_nothing() -> None:
    assert metadata.read(otio.schema.Timeline()) == {}


@pytest.mark.parametrize("schema", [0, 2, "1", None])
def test_a_schema_of_a_later_version_is_refused_with_the_way_out(schema: object) -> None:
    with pytest.raises(AutoEditError, match="update otio-autoedit"):
        metadata.upgrade({"schema": schema})


def test_each_older_schema_has_its_way_up(monkeypatch: pytest.MonkeyPatch) -> None:
    assert set(metadata._UPGRADES) == set(range(1, metadata.SCHEMA))
    monkeypatch.setattr(metadata, "SCHEMA", 3)
    steps = {1: lambda old: {"b": old["a"]}, 2: lambda old: {"c": old["b"]}}
    monkeypatch.setattr(metadata, "_UPGRADES", steps)
    assert metadata.upgrade({"schema": 1, "a": 7}) == {"schema": 3, "c": 7}
