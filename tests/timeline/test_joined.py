"""Joins laid out: what the timeline plays is what the plan says, at every frame."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from otio_autoedit.edit.plan import CropKey, Framing, Piece
from otio_autoedit.timeline import metadata
from otio_autoedit.timeline.build import build_timeline
from otio_autoedit.timeline.flat import flatten, playing
from tests.support.analyses import film
from tests.support.plans import Shown, plan_of, said

OTHER = "/rushes/other.mp4"


def items(track: otio.schema.Track) -> list[str]:
    """Each item with its media frames; a transition with its offsets."""
    texts = []
    for item in track:
        if isinstance(item, otio.schema.Transition):
            texts.append(f"x {item.in_offset.value:.0f}+{item.out_offset.value:.0f}")
            continue
        span = item.source_range
        first, stop = span.start_time.value, span.end_time_exclusive().value
        texts.append(f"{item.name or '-'} {first:.0f}..{stop:.0f}")
    return texts


def test_dissolves_lie_on_picture_and_sound() -> None:
    plan = plan_of([film()], [(0, 20, 80), (0, 150, 200)], dissolve=12)
    picture, sound = build_timeline(plan).tracks
    assert items(picture) == items(sound) == ["a 20..80", "x 6+6", "b 150..200"]
    assert picture[1].transition_type == sound[1].transition_type == "SMPTE_Dissolve"


def test_the_sound_of_a_j_cut_begins_before_its_picture_and_stays_linked() -> None:
    plan = plan_of([film()], [(0, 20, 80), (0, 150, 200)], j_cut=10)
    picture, sound = build_timeline(plan).tracks
    assert items(picture) == ["a 20..80", "b 150..200"]
    assert items(sound) == ["a 20..70", "x 1+1", "b 140..200"]
    links = [
        [clip.metadata["autoedit"]["link"] for clip in t.find_clips()] for t in (picture, sound)
    ]
    assert links == [[1, 2], [1, 2]]


def test_the_sound_of_an_l_cut_goes_on_under_the_next_picture() -> None:
    plan = plan_of([film()], [(0, 20, 80), (0, 150, 200)], l_cut=10)
    assert items(build_timeline(plan).tracks[1]) == ["a 20..90", "x 1+1", "b 160..200"]


def test_fades_stand_at_the_ends_of_picture_and_sound() -> None:
    for track in build_timeline(plan_of([film()], [(0, 20, 80)], fade=10)).tracks:
        assert items(track) == ["x 0+10", "a 20..80", "x 10+0"]


def test_alternates_lie_on_switched_off_tracks_no_longer_than_the_edit() -> None:
    left_out = [(100, 140), (200, 235), (0, 90), (50, 70)]
    alternates = tuple(Piece(0, *span, name=f"alt {n}", reason="close") for n, span in
                       enumerate(left_out))  # fmt: skip
    plan = plan_of([film()], [(0, 20, 80)], more={"alternates": alternates})
    timeline = build_timeline(plan)
    assert [track.name for track in timeline.tracks] == [
        "V1", "Alternates", "Alternates 2", "A1",
    ]  # fmt: skip
    first, second = timeline.tracks[1:3]
    assert not first.enabled
    assert not second.enabled
    assert items(first) == ["alt 0 100..140", "alt 3 50..70"]
    assert items(second) == ["alt 1 200..235"]
    assert first[0].metadata["autoedit"]["reason"] == "close"
    assert timeline.duration().value == 60
    assert metadata.read(timeline)["notes"] == [
        "alternate longer than the whole edit left out: alt 2"
    ]
    assert {layer.clip.name for one in flatten(timeline) for layer in one.layers} == {"a"}


def test_camera_paths_and_notes_stand_in_the_metadata() -> None:
    path = Framing(0, (CropKey(0, 0.5, 0.5, 0.25), CropKey(30, 0.75, 0.5, 0.25)), "person 3")
    plan = plan_of([film()], [(0, 20, 80), (0, 247, 250)], dissolve=12, more={"framing": (path,)})
    timeline = build_timeline(plan)
    first, second = timeline.tracks[0].find_clips()
    facts = metadata.read(timeline)
    assert facts["notes"] == list(plan.notes) != []
    framing = first.metadata["autoedit"]["framing"]
    assert framing["follows"] == "person 3"
    assert [list(key) for key in framing["keys"]] == [[0, 0.5, 0.5, 0.25], [30, 0.75, 0.5, 0.25]]
    assert "framing" not in second.metadata["autoedit"]


pieces = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 59), st.integers(1, 60)), min_size=1, max_size=8
).map(lambda spans: [(s, a, min(a + n, 60)) for s, a, n in spans])
lengths = st.integers(0, 30)
rates = st.sampled_from([Fraction(25), Fraction(24000, 1001), Fraction(50)])


@pytest.mark.parametrize("kind", ["Video", "Audio"])
@settings(max_examples=100, deadline=None)
@given(pieces, rates, rates, lengths, lengths, lengths, lengths, lengths)
def test_every_frame_plays_what_the_plan_says(
    kind: str, spans: list[tuple[int, int, int]], one: Fraction, two: Fraction,
    dissolve: int, fade: int, crossfade: int, j_cut: int, l_cut: int,
) -> None:  # fmt: skip
    footage = [film(frames=60, rate=one), film(frames=60, rate=two, path=OTHER)]
    plan = plan_of(footage, spans, dissolve=dissolve, fade=fade, crossfade=crossfade, j_cut=j_cut,
                   l_cut=l_cut, repeat=True)  # fmt: skip
    timeline = build_timeline(plan)
    assert len({track.duration().value for track in timeline.tracks}) <= 1
    for clip in timeline.find_clips():
        available, used = clip.available_range(), clip.trimmed_range()
        with_handles = clip.visible_range()
        for span in (used, with_handles):
            assert available.start_time <= span.start_time
            assert span.end_time_exclusive() <= available.end_time_exclusive()
        assert clip.trimmed_range_in_parent() == clip.range_in_parent()
    for track in timeline.tracks:
        otio.algorithms.track_with_expanded_transitions(track)
    spans_ = flatten(timeline, kind)  # type: ignore[arg-type]
    for frame, expected in enumerate(said(plan, kind)):
        at = playing(spans_, frame)
        assert at is not None
        layers = [(one_, at.opacity(one_, frame)) for one_ in at.layers]
        # The flat view lays the next clip over the last: what shows of that is what is left.
        found: Shown = {}
        left = Fraction(1)
        for layer, share in reversed(layers):
            name = layer.clip.media_reference.name, at.media_frame(layer, frame)
            found[name] = found.get(name, Fraction(0)) + left * share
            left *= 1 - share
        assert {k: v for k, v in found.items() if v} == expected
