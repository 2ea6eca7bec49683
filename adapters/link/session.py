"""One conversion's linking: OTIO calls clip by clip and hands nothing over at the end.

The clips of a conversion share what was found out: folders walked, headers read, files watched.
OTIO gives no place to keep that: an empty argument map is a new one for every clip, and the map of
`read_from_string` is the caller's own. So it is kept here, one a thread, from the first clip until
the `post_media_linker` hook, and let go where the hook does not come.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import opentimelineio as otio

from otio_autoedit.adapters.link.clues import clues_of
from otio_autoedit.adapters.link.find import Finder, Found, NotFound, Wanted
from otio_autoedit.adapters.link.fit import fit
from otio_autoedit.adapters.link.media import Media
from otio_autoedit.adapters.link.relink import (
    is_cut_by_us,
    is_linked,
    is_there,
    relink,
    wanted_of,
)
from otio_autoedit.adapters.link.settings import read_settings
from otio_autoedit.adapters.link.shots import is_marked, mark
from otio_autoedit.adapters.link.stamping import stamp_linked
from otio_autoedit.adapters.link.summary import Tally
from otio_autoedit.errors import OptionError
from otio_autoedit.media.info import MediaInfo
from otio_autoedit.timeline.metadata import KEY as OURS

logger = logging.getLogger("otio_autoedit")

_IDLE_S = 30.0  # between two clips of one conversion lie microseconds, or a suspended machine
_current = threading.local()


def link(clip: otio.schema.Clip, arguments: Mapping[str, object]) -> Any:
    """The media reference that was found for the clip, None to keep what it has.

    Raises OptionError for wrong options; whatever else happens, the clip stays as it was.
    """
    session: Session | None = getattr(_current, "session", None)
    if session is None or not session.goes_on(arguments):
        session = _current.session = Session(arguments)
    return session.link(clip)


def finish(result: object) -> None:
    """Ends the conversion that ``result`` came out of: stamps its timelines as ours, tells once
    what was found. Does nothing for a result that the linker did not work on."""
    session: Session | None = getattr(_current, "session", None)
    if session is not None and session.made(result):
        _current.session = None
        session.finish(result)


class Session:
    """What the clips of one conversion share."""

    def __init__(self, arguments: Mapping[str, object]) -> None:
        self._arguments = dict(arguments)
        self._settings = read_settings(arguments)
        self._media = Media(self._settings)
        self._finder = Finder(self._settings.folders, self._media.info, self._settings.ways)
        self._tally = Tally()
        self._clips: dict[int, otio.schema.Clip] = {}  # by id, held so that the ids stay theirs
        self._linked: dict[int, MediaInfo] = {}
        self._used = time.monotonic()

    def goes_on(self, arguments: Mapping[str, object]) -> bool:
        """True where a clip with these arguments belongs to this conversion."""
        return dict(arguments) == self._arguments and time.monotonic() - self._used < _IDLE_S

    def made(self, result: object) -> bool:
        """True where clips of this conversion are in ``result``."""
        clips = list(_clips_of(result))
        if any(id(clip) in self._clips for clip in clips):
            return True
        # Another hook may have handed on a copy.
        urls = {clip.media_reference.target_url for clip in self._linked_clips()}
        return any(
            is_linked(clip) and getattr(clip.media_reference, "target_url", "") in urls
            for clip in clips
        )

    def link(self, clip: otio.schema.Clip) -> Any:
        """As the function of the same name."""
        if is_cut_by_us(clip) or not _takes_a_file(clip):
            return None
        self._clips[id(clip)] = clip
        before = _Snapshot.of(clip)
        try:
            return self._link(clip)
        except OptionError:
            before.restore(clip)
            raise
        except Exception as error:  # one odd clip must not cost the timeline
            before.restore(clip)
            self._tally.failed.append(f"{_name(clip)} ({error or type(error).__name__})")
            return None
        finally:
            self._used = time.monotonic()

    def finish(self, result: object) -> None:
        """As the function of the same name."""
        self._tally.unwatched = self._media.unwatched
        by_url = {
            clip.media_reference.target_url: self._linked[id(clip)] for clip in self._linked_clips()
        }
        for timeline in _timelines_of(result) if by_url else ():
            try:
                stamp_linked(timeline, by_url, self._tally.facts())
            except Exception as error:  # the clips are linked all the same
                logger.warning("otio-autoedit: %s not marked as linked: %s", timeline.name, error)
        tally = self._tally
        asked = bool(self._arguments) or tally.linked or tally.missed or tally.failed
        logger.log(logging.WARNING if asked else logging.INFO, "%s", tally.text())

    def _link(self, clip: otio.schema.Clip) -> Any:
        wanted = wanted_of(clip, clues_of(clip))
        watch = self._settings.shots and wanted.kind != "audio"
        before = is_linked(clip) and is_there(clip)
        self._tally.before += before
        if before and (is_marked(clip) or not watch):
            return None
        found = self._finder.at_url(wanted) if before else self._finder.find(wanted)
        if isinstance(found, NotFound):
            if not before:
                reason = f" ({found.reason})" if found.reason else ""
                self._tally.not_found.append(_name(clip) + reason)
            return None
        found, analysis = self._watched(found, wanted, watch)
        if not before:
            clip.media_reference = relink(clip, found)
            self._tally.count(_name(clip), found)
            self._linked[id(clip)] = found.info
        if analysis is not None:
            marked = mark(clip, analysis, found.fit, retimed=wanted.retimed)
            self._tally.changes += marked.changes
            self._tally.retimed += wanted.retimed
            if marked.missed:
                self._tally.missed.append(_name(clip))
        return clip.media_reference

    def _watched(self, found: Found, wanted: Wanted, watch: bool) -> tuple[Found, Any]:
        """The found media with all that is known of it, and what was seen in it, if watched."""
        analysis = None
        if watch and found.info.kind == "video":
            analysis = self._media.analysis(found.path)
        info = self._media.info(found.path)
        if info is None or info is found.info:
            return found, analysis
        lies = fit(wanted.span, info, wanted.old, clip_rate=wanted.rate, retimed=wanted.retimed)
        return Found(found.path, info, found.way, lies), analysis

    def _linked_clips(self) -> Iterator[otio.schema.Clip]:
        return (self._clips[number] for number in self._linked)


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """A clip as it was, for the case that something goes wrong half-way."""

    reference: Any
    source_range: Any
    metadata: dict[str, Any]
    markers: list[Any]

    @classmethod
    def of(cls, clip: otio.schema.Clip) -> _Snapshot:
        markers = [deepcopy(marker) for marker in clip.markers]
        ours = {OURS: deepcopy(clip.metadata[OURS])} if OURS in clip.metadata else {}
        return cls(clip.media_reference, clip.source_range, ours, markers)

    def restore(self, clip: otio.schema.Clip) -> None:
        clip.media_reference = self.reference
        clip.source_range = self.source_range
        clip.markers[:] = self.markers
        clip.metadata.pop(OURS, None)
        clip.metadata.update(self.metadata)


def _takes_a_file(clip: otio.schema.Clip) -> bool:
    """False for what is generated, and for image sequences, which are not searched for."""
    schema = otio.schema
    return not isinstance(
        clip.media_reference, schema.GeneratorReference | schema.ImageSequenceReference
    )


def _name(clip: otio.schema.Clip) -> str:
    """What a person knows the clip by."""
    clues = clues_of(clip)
    reel = f" of reel {clues.reels[0]}" if clues.reels else ""
    return f"{clip.name or (clues.files or ('a clip without a name',))[0]}{reel}"


def _clips_of(result: object) -> Iterator[otio.schema.Clip]:
    if isinstance(result, otio.schema.Clip):
        yield result
    elif (find := getattr(result, "find_clips", None)) is not None:
        yield from find()


def _timelines_of(result: object) -> Iterator[otio.schema.Timeline]:
    if isinstance(result, otio.schema.Timeline):
        yield result
    elif isinstance(result, otio.schema.SerializableCollection):
        for child in result:
            yield from _timelines_of(child)
