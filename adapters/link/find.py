"""Which file a clip comes from: by its URL, by name, by reel, by timecode, in that order.

A clue may speak for several files. Those that hold what the clip plays win, among them those that
the clip's own words fit best; where two different files are left, neither is taken. A file that is
found by a sure clue but lies at another time is not taken either, and the reason is kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from otio_autoedit.adapters.link.clues import Clues, local_path, path_parts
from otio_autoedit.adapters.link.fit import Cover, Fit, Span, fit
from otio_autoedit.adapters.link.tree import Entry, Tree, plain, read_tree
from otio_autoedit.media.info import MediaInfo

Way = Literal["url", "name", "reel", "timecode"]
WAYS: tuple[Way, ...] = ("url", "name", "reel", "timecode")
REEL_LENGTH = 8  # what CMX 3600 has room for; longer reels are cut there


@dataclass(frozen=True, slots=True)
class Wanted:
    """A clip to find media for: its clues, what it plays, how its old reference counted."""

    clues: Clues
    span: Span | None
    old: Span | None
    rate: Fraction | None
    kind: Literal["video", "audio", ""]
    retimed: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The media of a clip, the way it was found, and how the clip's time lies on it."""

    path: Path
    info: MediaInfo
    way: Way
    fit: Fit


@dataclass(frozen=True, slots=True)
class NotFound:
    """Why a clip has no media: "" where nothing has its name, reel or timecode."""

    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    found: Found
    folder: int
    rank: tuple[int, ...]


class Finder:
    """Looks for media at the clips' own URLs and under ``folders``, the preferred first.

    ``info`` gives what is known of a file, or None where it is no readable media; it is asked
    often, so it should remember. Folders are walked, and files opened, only when a clip needs it.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        info: Callable[[Path], MediaInfo | None],
        ways: Iterable[Way] = WAYS,
    ) -> None:
        self._folders = tuple(folders)
        self._info = info
        self._ways = frozenset(ways)

    def find(self, wanted: Wanted) -> Found | NotFound:
        """The one file that the clues agree on, or why there is none."""
        reason = ""
        for way, least, entries in self._suggestions(wanted):
            judged = [self._judge(entry, way, wanted) for entry in entries]
            candidates = [one for one in judged if one is not None]
            best = _best([one for one in candidates if one.found.fit.cover >= least])
            if isinstance(best, Found):
                return best
            if not best and candidates and way in ("url", "name"):
                best = _misfit(candidates[0].found)
            reason = reason or best
        return NotFound(reason)

    def at_url(self, wanted: Wanted) -> Found | NotFound:
        """The file that the clip's reference points at."""
        judged = [self._judge(entry, "url", wanted) for entry in self._there(wanted.clues.url)]
        return judged[0].found if judged and judged[0] else NotFound()

    def _suggestions(self, wanted: Wanted) -> Iterator[tuple[Way, Cover, Sequence[Entry]]]:
        """Lists of files, the surest clue first, and how well such a file must hold the clip."""
        clues = wanted.clues
        if "url" in self._ways:
            yield "url", Cover.PART, self._there(clues.url)
        if "name" in self._ways:
            for text in clues.files:
                yield "name", Cover.PART, self._named(text)
            for text in (*clues.files, *clues.names):
                yield "name", Cover.PART, self._with_stem(text)
        if "reel" in self._ways:
            for reel in clues.reels:
                yield "reel", Cover.PART, self._with_stem(reel)
            for reel in map(_as_reel, clues.reels):
                if len(reel) == REEL_LENGTH:
                    yield "reel", Cover.COUNTED_FROM_ZERO, self._by_short_name.get(reel, [])
                yield "reel", Cover.TIMECODE, self._by_reel.get(reel, [])
        if "timecode" in self._ways and wanted.span is not None and not wanted.retimed:
            yield "timecode", Cover.TIMECODE, self._at_timecode(wanted)

    @cached_property
    def tree(self) -> Tree:
        """What lies under the folders."""
        return read_tree(self._folders)

    def _there(self, url: str) -> list[Entry]:
        """The file that a reference points at, if it is there. A path without a root is taken from
        the current folder, but only if no folder was named: there its name is looked up."""
        path = local_path(url)
        if path is None or not _is_file(path) or (self._folders and not path.is_absolute()):
            return []
        return [Entry(path.absolute(), 0)]

    def _named(self, text: str) -> Sequence[Entry]:
        parts = path_parts(text)
        return _looked_up(self.tree.by_name, parts[-1]) if parts else ()

    def _with_stem(self, text: str) -> Sequence[Entry]:
        parts = path_parts(text)
        if not parts:
            return ()
        name = Path(parts[-1])
        return _looked_up(self.tree.by_stem, name.name) or _looked_up(self.tree.by_stem, name.stem)

    @cached_property
    def _by_short_name(self) -> Mapping[str, list[Entry]]:
        """Files by their name, spelled as a reel and cut to a reel's length."""
        return _grouped((_as_reel(one.path.stem)[:REEL_LENGTH], one) for one in self.tree.entries)

    @cached_property
    def _by_reel(self) -> Mapping[str, list[Entry]]:
        """Files by the reel that they carry inside, whole and cut, and by the folders they lie in
        (a camera's card)."""
        pairs: list[tuple[str, Entry]] = []
        for one in self.tree.entries:
            inside = self._reel_of(one)
            reels = {inside, inside[:REEL_LENGTH], *map(_as_reel, one.inside[-4:])}
            pairs.extend((reel, one) for reel in sorted(reels - {""}))
        return _grouped(pairs)

    @cached_property
    def _timed(self) -> Sequence[tuple[float, float, str, Entry]]:
        """Files with timecode: first and last second by the label, reel."""
        timed = []
        for one in self.tree.entries:
            info = self._info(one.path)
            if info is not None and info.start_timecode:
                rate = round(info.edit_rate)
                stop = info.start_frame + info.duration_frames
                timed.append((info.start_frame / rate, stop / rate, _as_reel(info.reel), one))
        return timed

    def _at_timecode(self, wanted: Wanted) -> list[Entry]:
        """Files that may hold the clip's timecode, less those that say they are of another reel."""
        assert wanted.span is not None
        reels = {_as_reel(reel) for reel in wanted.clues.reels}
        at = float(wanted.span.start) / round(wanted.span.rate)
        slack = 2 + at / 500  # labels and clocks differ by a thousandth at NTSC rates
        return [
            one
            for start, stop, reel, one in self._timed
            if start - slack <= at <= stop + slack and (not reels or not reel or reel in reels)
        ]

    def _reel_of(self, entry: Entry) -> str:
        info = self._info(entry.path)
        return _as_reel(info.reel) if info else ""

    def _judge(self, entry: Entry, way: Way, wanted: Wanted) -> _Candidate | None:
        """The file as a candidate, or None where it cannot be this clip's media at all."""
        info = self._info(entry.path)
        if info is None or not _has(info, wanted.kind):
            return None
        if info.kind == "still" and way not in ("url", "name"):
            return None
        lies = fit(wanted.span, info, wanted.old, clip_rate=wanted.rate, retimed=wanted.retimed)
        reels = {_as_reel(reel) for reel in wanted.clues.reels}
        rank = (
            int(lies.cover),
            _shared_tail(wanted.clues.url, entry.path),
            int(_as_reel(info.reel) in reels),
            int(info.kind == (wanted.kind or "video")),
        )
        return _Candidate(Found(entry.path, info, way, lies), entry.folder, rank)


def _best(candidates: list[_Candidate]) -> Found | str:
    """The best candidate; a text where two different files are equally good; "" for none."""
    if not candidates:
        return ""
    top = max(one.rank for one in candidates)
    ranked = [one for one in candidates if one.rank == top]
    if ranked[0].found.way != "timecode":
        first = min(one.folder for one in ranked)  # folders are named in order of preference
        ranked = [one for one in ranked if one.folder == first]
    if len({one.found.info.fingerprint for one in ranked}) > 1:
        names = ", ".join(sorted(str(one.found.path) for one in ranked)[:3])
        return f"{len(ranked)} files fit equally well: {names}"
    return min((one.found for one in ranked), key=lambda found: str(found.path))


def _misfit(found: Found) -> str:
    start = found.info.start_timecode or "0 (it has no timecode)"
    return f"{found.path.name} starts at {start} and holds none of the frames"


def _grouped(pairs: Iterable[tuple[str, Entry]]) -> Mapping[str, list[Entry]]:
    groups: dict[str, list[Entry]] = {}
    for key, entry in pairs:
        groups.setdefault(key, []).append(entry)
    return groups


def _looked_up(index: dict[str, list[Entry]], name: str) -> list[Entry]:
    for key in dict.fromkeys((name.strip().casefold(), plain(name))):
        if key in index:
            return index[key]
    return []


def _has(info: MediaInfo, kind: str) -> bool:
    if kind == "audio":
        return bool(info.audio)
    return info.kind != "audio" or kind == ""


def _shared_tail(url: str, path: Path) -> int:
    """How many of the last folders and the name are the same in both."""
    shared = 0
    for a, b in zip(reversed(path_parts(url)), reversed(path.parts), strict=False):
        if plain(a) != plain(b):
            break
        shared += 1
    return shared


@lru_cache(maxsize=4096)
def _as_reel(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", text).upper()


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
