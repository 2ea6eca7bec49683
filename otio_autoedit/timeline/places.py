"""A plan's pieces as places in their files, and the clips that play them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.plan import EditPlan, Piece
from otio_autoedit.timeline import metadata
from otio_autoedit.timeline.facts import safe_text


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A piece, and the frames of the file that it shows, from its head at the plan's rate."""

    clock: Clock
    reference: otio.schema.ExternalReference
    piece: Piece

    @property
    def start(self) -> int:
        return self.clock.frame(self.piece.start)

    @property
    def stop(self) -> int:
        return self.clock.frame(self.piece.stop)

    @property
    def length(self) -> int:
        return self.stop - self.start

    def clip(self, start: int, stop: int, facts: dict[str, object], link: int) -> otio.schema.Clip:
        """The clip that plays the file's frames ``[start, stop)``."""
        clip = otio.schema.Clip(
            name=safe_text(self.piece.name),
            media_reference=self.reference.clone(),
            source_range=frames_range(self.clock.start + start, stop - start, self.clock.rate),
        )
        ours: dict[str, object] = {"source": self.piece.source, **facts}
        if link:
            ours["link"] = link
            clip.metadata["Resolve_OTIO"] = {"Link Group ID": link}
        clip.metadata[metadata.KEY] = ours
        return clip


def places_of(plan: EditPlan) -> tuple[list[Place], list[Place]]:
    """The places of a plan's pieces and of its alternates."""
    clocks = [Clock(source, plan.rate) for source in plan.sources]
    references = _references(plan, clocks)

    def places(pieces: Iterable[Piece]) -> list[Place]:
        return [Place(clocks[piece.source], references[piece.source], piece) for piece in pieces]

    return places(plan.pieces), places(plan.alternates)


def dissolve(head: int, tail: int, rate: Fraction) -> otio.schema.Transition:
    """A dissolve of so many frames before and after its cut; of sound, a crossfade."""
    return otio.schema.Transition(
        transition_type=otio.schema.TransitionTypes.SMPTE_Dissolve,
        in_offset=frames_time(head, rate),
        out_offset=frames_time(tail, rate),
    )


def append_gap(track: otio.schema.Track, frames: int, rate: Fraction) -> None:
    """A gap so long at the track's end; none of no length."""
    if frames > 0:
        track.append(otio.schema.Gap(source_range=frames_range(0, frames, rate)))


def frames_time(frames: int, rate: Fraction) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, float(rate))


def frames_range(start: int, frames: int, rate: Fraction) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(frames_time(start, rate), frames_time(frames, rate))


def _references(plan: EditPlan, clocks: Sequence[Clock]) -> list[otio.schema.ExternalReference]:
    """One reference a source; no two files have one name there, since some formats tell media apart
    by name alone."""
    result: list[otio.schema.ExternalReference] = []
    names: dict[str, Path] = {}
    for source, clock in zip(plan.sources, clocks, strict=True):
        path = Path(source.media.path).absolute()
        name, again = safe_text(path.name), 2
        while names.setdefault(name, path) != path:
            name, again = safe_text(f"{path.stem} ({again}){path.suffix}"), again + 1
        reference = otio.schema.ExternalReference(
            target_url=path.as_uri(),
            available_range=frames_range(clock.start, clock.length, plan.rate),
        )
        reference.name = name
        result.append(reference)
    return result
