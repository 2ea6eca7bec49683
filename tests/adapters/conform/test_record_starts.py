"""Tracks as the EDL reader leaves them: conformed, they play, at the record times they had."""

from __future__ import annotations

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime

from otio_autoedit.adapters.conform import conform

EDL = """TITLE: t
FCM: NON-DROP FRAME

001  A001     V     C        00:00:01:00 00:00:03:00 01:00:00:00 01:00:02:00
002  A002     V     C        00:00:01:00 00:00:03:00 01:00:02:00 01:00:04:00
003  A003     A     C        00:00:01:00 00:00:02:00 01:00:03:00 01:00:04:00
"""


def edl() -> otio.schema.Timeline:
    timeline = otio.adapters.read_from_string(EDL, "cmx_3600", rate=24)
    for clip in timeline.find_clips():
        whole = otio.opentime.TimeRange(RationalTime(0, 24), RationalTime(240, 24))
        clip.media_reference = otio.schema.ExternalReference(f"file:///x/{clip.name}.mov", whole)
    return timeline


@pytest.mark.parametrize("format", ["fcp_xml", "fcpx_xml", "mlt_xml", "cmx_3600", "AAF"])
def test_no_clip_is_lost(format: str) -> None:
    copy, _ = conform(edl(), format)
    clips = [c for t in copy.tracks if t.kind == "Video" for c in t.find_clips()]
    assert len(clips) == 2


def test_tracks_keep_their_places_to_one_another() -> None:
    copy, _ = conform(edl(), "fcp_xml")
    picture, sound = copy.tracks[0], copy.tracks[-1]
    assert copy.global_start_time == RationalTime(86400, 24)
    assert picture.range_of_child_at_index(0).start_time == RationalTime(0, 24)
    (clip,) = sound.find_clips()
    assert clip.range_in_parent().start_time == RationalTime(72, 24)


def test_an_edl_again_has_its_record_times() -> None:
    copy, _ = conform(edl(), "cmx_3600")
    text = otio.adapters.write_to_string(copy, "cmx_3600")
    assert "01:00:00:00 01:00:02:00" in text
    assert "01:00:02:00 01:00:04:00" in text


def test_a_range_that_trims_a_track_is_left_to_trim_it() -> None:
    timeline = edl()
    timeline.tracks[0].source_range = otio.opentime.TimeRange(
        RationalTime(48, 24), RationalTime(48, 24)
    )
    copy, _ = conform(timeline, "fcp_xml")
    assert len(list(copy.tracks[0].find_clips())) == 1
