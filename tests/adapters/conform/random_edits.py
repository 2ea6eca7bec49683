"""Any timeline a person may hand us, drawn by hypothesis: odd rates, names, references, nests."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio
from hypothesis import strategies as st

from tests.support.edits import at, span

S = otio.schema
RATES = [
    Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(30),
    Fraction(50), Fraction(60000, 1001), Fraction(60),
]  # fmt: skip
ODD_RATES = [Fraction(25, 2), Fraction(120), Fraction(10), Fraction(15), Fraction(12345, 1000)]
names = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@st.composite
def timelines(draw: st.DrawFn) -> otio.schema.Timeline:
    """A timeline of ours of up to three picture and two sound tracks."""
    rate = draw(st.sampled_from(RATES + ODD_RATES))
    timeline = S.Timeline(draw(names))
    start = draw(st.sampled_from([None, 0, round(3600 * rate)]))
    timeline.global_start_time = None if start is None else at(start, rate)
    kinds = ["Video"] * draw(st.integers(0, 3)) + ["Audio"] * draw(st.integers(0, 2))
    for kind in kinds:
        timeline.tracks.append(draw(tracks(rate, kind)))
    timeline.tracks.markers.extend(draw(st.lists(markers(0, 200, rate), max_size=2)))
    sources = [
        {
            "path": "/media/A001.mov",
            "rate": str(rate),
            "size": [1920, 1080],
            "start_timecode": draw(st.sampled_from(["", "01:00:00:00", "01:00:00;00"])),
            "audio": draw(st.sampled_from([[], [{"channels": 2, "sample_rate": 48000}]])),
        }
    ]
    timeline.metadata["autoedit"] = {"schema": 1, "rate": str(rate), "sources": sources}
    return timeline


@st.composite
def tracks(draw: st.DrawFn, rate: Fraction, kind: str, deep: bool = False) -> otio.schema.Track:
    track = S.Track(draw(names), kind=kind)
    for _ in range(draw(st.integers(0, 5))):
        what = draw(st.sampled_from(["clip"] * 6 + ["gap", "dissolve", "nest"]))
        if what == "gap":
            track.append(S.Gap(source_range=span(0, draw(st.integers(0, 40)), rate)))
        elif what == "dissolve" and not (len(track) and isinstance(track[-1], S.Transition)):
            lead, trail = draw(st.integers(0, 15)), draw(st.integers(0, 15))
            track.append(S.Transition("d", "SMPTE_Dissolve", at(lead, rate), at(trail, rate)))
        elif what == "nest" and not deep:
            track.append(draw(nests(rate, kind)))
        else:
            track.append(draw(clips(rate)))
    track.enabled = draw(st.sampled_from([True, True, True, False]))
    track.markers.extend(draw(st.lists(markers(0, 100, rate), max_size=1)))
    return track


@st.composite
def nests(draw: st.DrawFn, rate: Fraction, kind: str) -> otio.core.Composition:
    inner = draw(tracks(rate, kind, deep=True))
    nest = S.Stack("nest", [inner, draw(tracks(rate, "Video", deep=True))])
    if draw(st.booleans()):
        nest.source_range = span(draw(st.integers(0, 5)), draw(st.integers(1, 30)), rate)
    return draw(st.sampled_from([nest, inner.deepcopy()]))


@st.composite
def clips(draw: st.DrawFn, rate: Fraction) -> otio.schema.Clip:
    own = draw(st.sampled_from([rate, rate, rate, *RATES[:4]]))
    zero = draw(st.sampled_from([0, round(3600 * own)]))
    first, length = draw(st.integers(0, 300)), draw(st.integers(1, 60))
    half = draw(st.sampled_from([0, 0, 0, 0.5]))
    where = otio.opentime.TimeRange(
        otio.opentime.RationalTime(zero + first + half, float(own)),
        otio.opentime.RationalTime(length + half, float(own)),
    )
    there = draw(st.sampled_from([span(zero, 1000, own), span(zero, 1000, own), None]))
    file = f"{'late' if zero else 'early'}{'' if there else '_unknown'}_{float(own):.0f}"
    clip = S.Clip(draw(names), draw(references(file, there, own)), where)
    if there is not None and draw(st.integers(0, 9)) == 0:
        clip.source_range = None
    clip.enabled = draw(st.sampled_from([True, True, True, False]))
    clip.markers.extend(draw(st.lists(markers(zero + first, length, own), max_size=2)))
    clip.effects.extend(draw(st.lists(effects, max_size=2)))
    clip.metadata["autoedit"] = {"source": 0, "link": draw(st.integers(1, 4)), "stream": 0}
    return clip


def references(
    name: str, there: otio.opentime.TimeRange | None, rate: Fraction
) -> st.SearchStrategy[otio.core.MediaReference]:
    # Clips of one file agree about its range: the name says what it is.
    urls = [f"file:///media/{name}.mov", f"file:///m/{name}'s%20%23.mov", f"/m/{name} b.wav", name]
    file = st.sampled_from(urls).map(lambda url: S.ExternalReference(url, there))
    sequence = st.builds(
        S.ImageSequenceReference,
        st.just("file:///seq/"), st.just("a."), st.just(".exr"), st.just(1001), st.just(1),
        st.just(float(rate)), st.just(4), available_range=st.just(there or span(0, 100, rate)),
    )  # fmt: skip
    generator = st.just(there).map(lambda t: S.GeneratorReference("g", "SolidColor", t, {}))
    missing = st.just(there).map(lambda t: S.MissingReference(available_range=t))
    return st.one_of(file, file, file, sequence, generator, missing)


def markers(first: int, length: int, rate: Fraction) -> st.SearchStrategy[otio.schema.Marker]:
    return st.builds(
        lambda name, where, long, color, comment: S.Marker(
            name, span(first + where, long, rate), color, comment=comment
        ),
        names, st.integers(0, length), st.integers(0, 9),
        st.sampled_from(["RED", "GREEN", "PINK", "BLACK", ""]), names,
    )  # fmt: skip


effects = st.one_of(
    st.sampled_from([2.0, 0.5, -1.0, -2.0, 1.0, 1.7]).map(
        lambda speed: S.LinearTimeWarp("s", time_scalar=speed)
    ),
    st.builds(S.FreezeFrame),
    st.builds(S.TimeEffect, st.just("ramp")),
    st.builds(S.Effect, st.just("blur")),
)


@dataclass(frozen=True)
class Cut:
    """Where a clip plays, in record frames, and the first frame of its file that does: counted in
    the file's timecode and from its first frame; None where a retime or another rate bends it."""

    start: int
    stop: int
    source: int | None
    first: int | None
    enabled: bool


def cuts(track: otio.schema.Track, rate: Fraction) -> list[Cut] | None:
    """The clips of a track at ``rate``; None where a nest or a dissolve shifts them."""
    exact, found = Fraction(0), []
    for item in track:
        if not isinstance(item, (S.Clip, S.Gap)):
            return None
        length = item.trimmed_range().duration
        own = Fraction(length.rate).limit_denominator(1001)
        start = math.floor(exact + Fraction(1, 2))
        exact += Fraction(length.value) * rate / own
        stop = math.floor(exact + Fraction(1, 2))
        if isinstance(item, S.Clip) and stop > start:
            found.append(Cut(start, stop, *_source(item, own, rate), item.enabled))
    return found


def _source(clip: otio.schema.Clip, own: Fraction, rate: Fraction) -> tuple[int | None, int | None]:
    at_start = clip.trimmed_range().start_time.value
    there = clip.media_reference.available_range
    bent = own != rate or not at_start.is_integer()
    if bent or any(isinstance(e, S.TimeEffect) for e in clip.effects):
        return None, None
    file = isinstance(clip.media_reference, S.ExternalReference)
    first = int(at_start - there.start_time.value) if there is not None and file else None
    return int(at_start), first
