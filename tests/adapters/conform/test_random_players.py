"""Whatever the timeline, the formats that programs play and log get a whole file, cuts in place."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import opentimelineio as otio
import pytest
from hypothesis import HealthCheck, given, settings

from otio_autoedit.errors import ExportError
from tests.adapters.conform.random_edits import cuts, timelines
from tests.adapters.conform.test_random import kept, written

MANY = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def own_rate(timeline: otio.schema.Timeline) -> Fraction:
    return Fraction(timeline.metadata["autoedit"]["rate"]).limit_denominator(1001)


@given(timelines())
@MANY
def test_mlt(timeline: otio.schema.Timeline) -> None:
    rate = own_rate(timeline)
    root = ElementTree.parse(written(timeline, "mlt")).getroot()
    ids = [e.get("id") for tag in ("producer", "playlist", "tractor") for e in root.iterfind(tag)]
    assert len(ids) == len(set(ids))
    playlists = [p for p in root.iterfind("playlist") if p.get("id") != "background"]
    for track, playlist in zip(kept_in_order(timeline), playlists, strict=True):
        plays = played(playlist)
        assert all(first >= 0 for _, _, first in plays)
        for cut in cuts(track, rate) or []:
            if cut.enabled and track.enabled and cut.first is not None and cut.first >= 0:
                assert (cut.start, cut.stop, cut.first) in plays


def played(playlist: ElementTree.Element) -> list[tuple[int, int, int]]:
    """(record start, record stop, in-point) of every entry."""
    rows, at = [], 0
    for item in playlist:
        if item.tag == "blank":
            assert int(item.attrib["length"]) > 0
            at += int(item.attrib["length"])
        elif item.tag == "entry":
            first, last = int(item.attrib["in"]), int(item.attrib["out"])
            assert first <= last
            rows.append((at, at + last - first + 1, first))
            at = rows[-1][1]
    return rows


@pytest.mark.parametrize(
    ("suffix", "examples"), [("kdenlive", 50), ("ale", 50), ("xges", 50), ("svg", 12), ("aaf", 10)]
)
def test_the_file_is_whole_and_read_back(suffix: str, examples: int) -> None:
    @given(timelines())
    @settings(MANY, max_examples=examples)
    def one(timeline: otio.schema.Timeline) -> None:
        if suffix == "svg" and not list(timeline.find_clips()):
            with pytest.raises(ExportError, match="nothing to draw"):
                written(timeline, suffix)
        else:
            check(written(timeline, suffix), suffix)

    one()


def check(path: Path, suffix: str) -> None:
    if suffix == "svg":
        ElementTree.parse(path)
    else:
        back = otio.adapters.read_from_file(str(path))
        assert back is not None


def kept_in_order(timeline: otio.schema.Timeline) -> list[otio.schema.Track]:
    """The tracks that hold anything, as they lie in the stack."""
    holding = [t for kind in ("Video", "Audio") for t in kept(timeline, kind)]
    return [t for t in timeline.tracks if any(t is h for h in holding)]
