"""How pieces pass into one another: dissolves with true handles, crossfades, J and L cuts, fades.

    picture   this piece ....|<-- head --|-- tail -->|.... next piece        "|": the cut
    sound     this piece ............|<- sound head -|- sound tail ->|...    cut sound_offset later

As editors do it: a transition lies evenly over its cut, and where a clip has too little beside the
cut it moves to the side that has more; only then is it shortened. Sound crossfades as long as the
picture dissolves. In a J cut the next piece's sound is heard before its picture, in an L cut this
piece's after its own; where both are asked for, both sound at once around the cut. Where a file
simply plays on over a cut there is nothing to hide, and it stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from otio_autoedit.edit.believed import Believed
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.handles import (
    ShotEnds,
    picture_handles,
    sound_handles,
    streams_across,
)
from otio_autoedit.edit.plan import Join, Piece

_SHORTEST = 2  # a dissolve of one frame shows the frame that the cut would
_NAMED = 4  # cuts that a note names


@dataclass(frozen=True, slots=True)
class JoinStyle:
    """How pieces are to be joined; lengths are frames of the timeline's rate, 0 for none.

    Attributes:
        dissolve: over every cut of the picture.
        fade: from black at the head and to black at the end, sound too.
        crossfade: of the sound at every cut, at the least.
        j_cut: how much earlier than its picture the next piece's sound begins.
        l_cut: how much longer than its picture this piece's sound goes on.
        sound: whether the pieces carry their own sound.
        repeat: whether a dissolve may show frames of a file twice, where what was left out between
            two pieces of it is shorter than the dissolve.
    """

    dissolve: int = 0
    fade: int = 0
    crossfade: int = 2
    j_cut: int = 0
    l_cut: int = 0
    sound: bool = True
    repeat: bool = False


def lay_joins(
    pieces: Sequence[Piece],
    clocks: Sequence[Clock],
    believed: Sequence[Iterable[Believed]],
    style: JoinStyle,
) -> tuple[tuple[Join, ...], tuple[str, ...]]:
    """How each piece passes into the next, and notes for people on what could not be as asked.

    Args:
        pieces: in the order of the timeline, each at least a frame long.
        clocks: of each source of the plan, at the timeline's rate.
        believed: the transitions baked into each source; handles never reach into one, nor into
            the shot behind it.
        style: what is asked for.

    A join that is a plain cut of picture and sound is left out. No transition is longer than half
    of a piece beside it, so that a frame of every piece stands alone.
    """
    if not pieces:
        return (), ()
    bench = _Bench(tuple(pieces), tuple(clocks), tuple(map(ShotEnds.of, believed)), style)
    found = [bench.fade_in(), *map(bench.join, range(len(pieces) - 1)), bench.fade_out()]
    plain = {Join(join.before) for join in found}
    return tuple(join for join in found if join not in plain), bench.notes()


@dataclass(frozen=True, slots=True, eq=False)
class _Bench:
    """The pieces at work, and a list of cuts for each thing that could not be as asked."""

    pieces: tuple[Piece, ...]
    clocks: tuple[Clock, ...]
    shots: tuple[ShotEnds, ...]
    style: JoinStyle
    short: dict[str, list[str]] = field(default_factory=dict)

    def fade_in(self) -> Join:
        length = min(self.style.fade, self._half(0))
        picture = length if self._has_picture(0) else 0
        sound = length if self.style.sound and self._streams(None, 0) else 0
        return Join(-1, "dissolve" if picture else "cut", tail=picture, sound_tail=sound)

    def fade_out(self) -> Join:
        last = len(self.pieces) - 1
        length = min(self.style.fade, self._half(last))
        picture = length if self._has_picture(last) else 0
        sound = length if self.style.sound and self._streams(last, None) else 0
        return Join(last, "dissolve" if picture else "cut", head=picture, sound_head=sound)

    def join(self, at: int) -> Join:
        before, after = self.pieces[at], self.pieces[at + 1]
        if before.source == after.source and before.stop == after.start:
            return Join(at)
        head, tail = self._dissolve(at)
        offset, sound_head, sound_tail = self._sound(at, head + tail)
        kind: Literal["cut", "dissolve"] = "dissolve" if head + tail else "cut"
        return Join(at, kind, head, tail, sound_head, sound_tail, offset)

    def notes(self) -> tuple[str, ...]:
        return tuple(f"{what}: {_listed(cuts)}" for what, cuts in self.short.items())

    def _dissolve(self, at: int) -> tuple[int, int]:
        """Head and tail of the picture's dissolve after a piece."""
        asked = self.style.dissolve
        if asked < _SHORTEST or not (self._has_picture(at) and self._has_picture(at + 1)):
            return 0, 0
        room_tail = self._picture_handles(at)[1]
        room_head = self._picture_handles(at + 1)[0]
        most = min(asked, self._half(at), self._half(at + 1), self._left_out(at))
        head, tail = _split(most, room_head, room_tail)
        if head + tail < _SHORTEST:
            self._note("no frames for a dissolve, cut instead", at)
            return 0, 0
        if head + tail < asked:
            self._note(f"dissolve shorter than {asked} frames", at, f"{head + tail}")
        return head, tail

    def _sound(self, at: int, dissolve: int) -> tuple[int, int, int]:
        """How much later than the picture the sound cuts after a piece, and the crossfade's head
        and tail around that."""
        streams = self._streams(at, at + 1) if self.style.sound else ()
        if not streams:
            return 0, 0, 0
        handles = [(self._sound_handles(at + 1, n)[0], self._sound_handles(at, n)[1])
                   for n in streams]  # fmt: skip
        room_head, room_tail = (min(rooms) for rooms in zip(*handles, strict=True))
        half_before, half_after = self._half(at), self._half(at + 1)
        lead = self._reach(at, self.style.j_cut, room_head, self._picture_handles(at + 1)[0])
        lag = self._reach(at, self.style.l_cut, room_tail, self._picture_handles(at)[1])
        lead, lag = min(lead, half_before), min(lag, half_after)
        self._note_reach(at, lead, lag)
        if lead and lag:
            return 0, lead, lag
        asked = max(self.style.crossfade, dissolve)
        offset = lag - lead
        head, tail = _split(
            asked,
            min(room_head + offset, half_before + offset),
            min(room_tail - offset, half_after - offset),
        )
        if head + tail < min(asked, self.style.crossfade):
            self._note("no sound beyond the cut for a whole crossfade", at)
        return offset, head, tail

    def _reach(self, at: int, asked: int, sound: int, shot: int) -> int:
        """How far a J or L cut goes: within the sound there is, and, where a file is cut into
        shots, within the shot, as what is heard behind it may be another scene."""
        pictures = self._has_picture(at) and self._has_picture(at + 1)
        return max(0, min(asked, sound, shot if pictures else sound))

    def _note_reach(self, at: int, lead: int, lag: int) -> None:
        if lead < self.style.j_cut:
            self._note(f"J cut shorter than {self.style.j_cut} frames", at, f"{lead}")
        if lag < self.style.l_cut:
            self._note(f"L cut shorter than {self.style.l_cut} frames", at, f"{lag}")

    def _left_out(self, at: int) -> int:
        """The frames between two pieces of a file in its own order; else no bound."""
        before, after = self.pieces[at], self.pieces[at + 1]
        if self.style.repeat or before.source != after.source or after.start < before.stop:
            return self.style.dissolve
        clock = self.clocks[before.source]
        return clock.frame(after.start) - clock.frame(before.stop)

    def _half(self, at: int) -> int:
        """Half of a piece, less so much that a frame is left between two halves."""
        piece = self.pieces[at]
        clock = self.clocks[piece.source]
        return max(0, (clock.frame(piece.stop) - clock.frame(piece.start) - 1) // 2)

    def _has_picture(self, at: int) -> bool:
        return self.clocks[self.pieces[at].source].source.media.kind != "audio"

    def _picture_handles(self, at: int) -> tuple[int, int]:
        piece = self.pieces[at]
        return picture_handles(self.clocks[piece.source], piece, self.shots[piece.source])

    def _sound_handles(self, at: int, stream: int) -> tuple[int, int]:
        piece = self.pieces[at]
        return sound_handles(self.clocks[piece.source], piece, stream)

    def _streams(self, before: int | None, after: int | None) -> tuple[int, ...]:
        return streams_across(
            *(
                None if at is None else (self.clocks[self.pieces[at].source], self.pieces[at])
                for at in (before, after)
            )
        )

    def _note(self, what: str, at: int, figure: str = "") -> None:
        name = self.pieces[at].name or f"piece {at + 1}"
        self.short.setdefault(what, []).append(
            f"after {name} ({figure})" if figure else f"after {name}"
        )


def _split(length: int, head: int, tail: int) -> tuple[int, int]:
    """A transition's frames before and after its cut, evenly where there are so many, else where
    there are."""
    head, tail = max(head, 0), max(tail, 0)
    before = min(length // 2, head)
    after = min(length - before, tail)
    return min(length - after, head), after


def _listed(cuts: Sequence[str]) -> str:
    more = len(cuts) - _NAMED
    return ", ".join(cuts[:_NAMED]) + (f" and {more} more" if more > 0 else "")
