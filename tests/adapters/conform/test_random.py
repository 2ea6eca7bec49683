"""Whatever the timeline: no traceback, and the cuts stand in the file where they stood."""

from __future__ import annotations

import itertools
import tempfile
import warnings
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings

from otio_autoedit.adapters.conform.cmx_3600 import LEGAL as EDL_RATES
from otio_autoedit.adapters.conform.fcp_xml import LEGAL as FCP_RATES
from otio_autoedit.adapters.conform.fcpx_xml import LEGAL as FCPX_RATES
from otio_autoedit.adapters.conform.steps import legal_rate
from tests.adapters.conform.random_edits import cuts, timelines
from tests.support import edl

MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def written(timeline: otio.schema.Timeline, suffix: str) -> Path:
    path = Path(tempfile.mkdtemp(prefix="otio-autoedit-test-")) / f"out.{suffix}"
    before = timeline.to_json_string()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        otio.adapters.write_to_file(timeline, str(path))
    assert timeline.to_json_string() == before, "the hook changed the caller's timeline"
    return path


def kept(timeline: otio.schema.Timeline, kind: str) -> list[otio.schema.Track]:
    tracks = [t for t in timeline.tracks if t.kind == kind]
    return [
        t for t in tracks if any(i.duration().value > 0 for i in t if isinstance(i, otio.core.Item))
    ]


def rate_of(timeline: otio.schema.Timeline, legal: tuple[Fraction, ...]) -> Fraction:
    return legal_rate(
        Fraction(timeline.metadata["autoedit"]["rate"]).limit_denominator(1001), legal
    )


def frame(element: ElementTree.Element, name: str, rate: Fraction) -> Fraction:
    """A time of an FCPXML in frames."""
    return Fraction(element.get(name, "0s").rstrip("s")) * rate


@given(timelines())
@MANY
def test_fcp_xml(timeline: otio.schema.Timeline) -> None:
    rate = rate_of(timeline, FCP_RATES)
    path = written(timeline, "xml")
    root = ElementTree.parse(path).getroot()
    tracks = root.findall(".//sequence/media/video/track")
    for track, element in zip(kept(timeline, "Video"), tracks, strict=False):
        expected = cuts(track, rate)
        if expected is not None:
            tags = ("start", "end", "in")
            items = [[int(i.findtext(t, "")) for t in tags] for i in element.findall("clipitem")]
            assert [item[:2] for item in items] == [[cut.start, cut.stop] for cut in expected]
            for (_, _, first), cut in zip(items, expected, strict=True):
                assert cut.first is None or first == cut.first
    for item in root.iter("clipitem"):
        start, stop, first, last = (
            int(item.findtext(t, "")) for t in ("start", "end", "in", "out")
        )
        if start >= 0 and stop >= 0:
            assert stop - start == last - first
    assert otio.adapters.read_from_file(str(path)) is not None


@given(timelines())
@MANY
def test_cmx_3600(timeline: otio.schema.Timeline) -> None:
    rate = rate_of(timeline, EDL_RATES)
    path = written(timeline, "edl")
    events = edl.parse(path.read_text("utf-8"), rate)
    for one, two in itertools.pairwise(events):
        assert one.record_out <= two.record_in
    pictures = [t for t in kept(timeline, "Video") if t.enabled]
    start = timeline.global_start_time
    if len(pictures) == 1 and start is not None and (found := cuts(pictures[0], rate)) is not None:
        zero = edl.record_start(start, rate)
        playing = [c for c in found if c.enabled]
        expected = [(zero + c.start, zero + c.stop) for c in playing]
        assert [(e.record_in, e.record_out) for e in events] == expected
        for event, cut in zip(events, playing, strict=True):
            assert cut.source is None or event.source_in == cut.source


@given(timelines())
@MANY
def test_fcpx_xml(timeline: otio.schema.Timeline) -> None:
    rate = rate_of(timeline, FCPX_RATES)
    root = ElementTree.parse(written(timeline, "fcpxml")).getroot()
    spine = root.find("project/sequence/spine")
    assert spine is not None
    tracks = kept(timeline, "Video")
    clips = {frame(e, "offset", rate): e for e in spine.findall("clip")}
    for cut in (cuts(tracks[0], rate) if tracks else None) or []:
        if cut.first is not None:
            element = clips[cut.start]
            assert frame(element, "duration", rate) == cut.stop - cut.start
            assert frame(element, "start", rate) == cut.source
            assert element.get("enabled", "1") == str(int(cut.enabled and tracks[0].enabled))
    for element in root.iter():
        for name in ("offset", "start", "duration"):
            if name in element.attrib and element.tag not in ("asset", "asset-clip", "gap"):
                assert frame(element, name, rate).denominator == 1, (element.tag, name)


@pytest.mark.parametrize("suffix", ["otioz", "otiod"])
@given(timeline=timelines())
@settings(MANY, max_examples=30)
def test_bundles(timeline: otio.schema.Timeline, suffix: str) -> None:
    path = written(timeline, suffix)
    back = otio.adapters.read_from_file(str(path))
    assert [c.name for c in back.find_clips()] == [c.name for c in timeline.find_clips()]
    assert "prepared" not in back.metadata["autoedit"]
