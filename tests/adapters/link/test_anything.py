"""Timelines drawn at random, odd and broken ones among them: the linker breaks none."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from opentimelineio.opentime import RationalTime, TimeRange

schema = otio.schema
RATES = [24, 25, 23.976, 24000 / 1001, 30000 / 1001, 1, 48000, 0.5, 1000]
WORDS = ["A001", "A001.mov", "pal", "", "x", "camera_A_001", "\0", "AX", "* SOURCE FILE: pal.mp4"]

times = st.builds(
    RationalTime,
    st.sampled_from([0, 1, 24, 86400, 90000, -5, 10.5, 1e9]) | st.integers(0, 200_000),
    st.sampled_from(RATES),
)
ranges = st.none() | st.builds(TimeRange, times, times)
metadata = st.dictionaries(
    st.sampled_from(["reel", "Tape", "SourceFile", "cmx_3600", "comments", "autoedit", "linked"]),
    st.recursive(
        st.none() | st.booleans() | st.integers(-9, 9) | st.sampled_from(WORDS),
        lambda inner: st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["name", "reel", "watched"]), inner, max_size=2),
        max_leaves=4,
    ),
    max_size=3,
)  # fmt: skip


def references(folder: Path) -> st.SearchStrategy[Any]:
    real = [str(folder / "pal.mp4"), (folder / "day1" / "A001.mov").as_uri()]
    urls = [*real, "A001.mov", "http://x/a", "file:///", "/dev/zero", str(folder), "\0", "%ff%",
            "file:///%ff%fe.mov", "C:\\x\\A001.mov", "x" * 5000]  # fmt: skip
    return st.one_of(
        st.none(),
        st.builds(schema.MissingReference, available_range=ranges),
        st.just(schema.GeneratorReference()).map(lambda one: one.clone()),
        st.builds(schema.ExternalReference, st.sampled_from(urls), ranges, metadata),
    )


def clips(folder: Path) -> st.SearchStrategy[Any]:
    effects = st.builds(
        schema.LinearTimeWarp, time_scalar=st.sampled_from([1.0, 2.0, -1.0, 0.0])
    ) | st.builds(schema.FreezeFrame)
    return st.builds(
        schema.Clip,
        name=st.sampled_from(WORDS),
        media_reference=references(folder),
        source_range=ranges,
        metadata=metadata,
        effects=st.lists(effects, max_size=1),
    )


def timelines(folder: Path) -> st.SearchStrategy[Any]:
    def built(kind: str, items: list[Any], facts: dict[str, Any], bare: bool) -> Any:
        timeline = schema.Timeline("t", metadata=facts)
        timeline.tracks.append(schema.Track("T", children=items, kind=kind))
        return schema.SerializableCollection("c", [timeline]) if bare else timeline

    kinds = st.sampled_from(["Video", "Audio", "Data", ""])
    return st.builds(built, kinds, st.lists(clips(folder), max_size=4), metadata, st.booleans())


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_timeline_breaks_and_no_length_changes(library: Path, data: st.DataObject) -> None:
    source = data.draw(timelines(library))
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "t.otio")
        otio.adapters.write_to_file(source, path)
        first = linked(path, library)
        for before, after in zip(lengths(source), lengths(first), strict=True):
            # 23.976 is taken for 24000/1001
            assert before is None or after == pytest.approx(before, rel=1e-5)
        otio.adapters.write_to_file(first, path)
        assert text(linked(path, library)) == text(first)


def linked(path: str, library: Path) -> Any:
    return otio.adapters.read_from_file(
        path,
        media_linker_name="autoedit",
        media_linker_argument_map={"media_dir": str(library), "shots": False},
    )


def lengths(thing: Any) -> list[float | None]:
    """Of each clip, in seconds; None for one that plays all of its media, whatever that is."""
    return [
        round(clip.duration().to_seconds(), 3)
        if clip.source_range or (clip.media_reference and clip.media_reference.available_range)
        else None
        for clip in thing.find_clips()
    ]


def text(thing: Any) -> str:
    """As JSON; OTIO's own digits of a float are not the same after every reading."""
    json = otio.adapters.write_to_string(thing, "otio_json")
    return re.sub(r"\d+\.\d{6,}", lambda found: f"{float(found[0]):.6f}", json)
