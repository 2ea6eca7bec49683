"""The way in: what is kept is taken, what is missing is made in one pass and kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, TypeVar

from otio_autoedit.analysis.entry import Entry
from otio_autoedit.analysis.identity import Stamp, identify, remember, stamp
from otio_autoedit.analysis.progress import Reporter
from otio_autoedit.analysis.record import Analysis
from otio_autoedit.analysis.shot_network import ShotNetwork
from otio_autoedit.analysis.stages import (
    INDEX,
    LOUDNESS,
    SHOTS,
    Index,
    Loudness,
    Shots,
    checked_needs,
    index_from,
    loudness_from,
    shots_from,
    stage_key,
    to_entry,
)
from otio_autoedit.analysis.store import Store
from otio_autoedit.errors import AutoEditError, MediaError, OptionError
from otio_autoedit.progress import ProgressCallback

T = TypeVar("T")


class _Default(Enum):
    STORE = "the user's cache folder"


DEFAULT: Final = _Default.STORE
"""The store in the user's cache folder, or where ``OTIO_AUTOEDIT_CACHE`` says."""


def analyze(
    path: str | os.PathLike[str],
    needs: Iterable[str] = ("shots",),
    *,
    device: str = "auto",
    threshold: float | None = None,
    shot_network: str | None = None,
    store: Store | Literal[_Default.STORE] | None = DEFAULT,
    progress: ProgressCallback | None = None,
) -> Analysis:
    """Watches a file once and returns what was seen; what the store has is not looked at again.

    Args:
        path: a film, a sound or a still.
        needs: any of "shots" and "loudness".
        device: "auto", "cpu", "cuda", "cuda:1" or "mps", for the networks.
        threshold: how sure the network must be of a transition, 0 to 1; None for its own.
        shot_network: "autoedit" or "transnetv2"; None for the first.
        store: where results are kept; None keeps nothing.
        progress: called some ten times a second; may raise `Cancelled`.

    Raises:
        MediaError: the file cannot be read.
        OptionError: an option is none of those above.
        MissingExtraError: ``shot_network`` comes in a package that is not installed.
        WeightsError: the network's weights are missing or damaged.
    """
    file = Path(path)
    wanted = checked_needs(needs)
    _check_threshold(threshold)
    network = ShotNetwork(shot_network, device, threshold)
    report = Reporter(progress, str(file))
    now = _stamp(file)
    kept = Store() if isinstance(store, _Default) else store
    keys = {each: network.key() if each == SHOTS else stage_key(each) for each in (INDEX, *wanted)}
    job = _Job(file, now, keys, network, report)
    if kept is None:
        return _analysis(job.make(set(keys)), wanted)
    fingerprint = identify(file, now, kept)
    parts = job.kept(kept, fingerprint)
    if missing := parts.missing(keys):
        # The index alone is not worth waiting for: another may hold it for a stage not wanted here.
        alone = [(stage, keys[stage]) for stage in missing if stage != INDEX or len(missing) == 1]
        with kept.alone(fingerprint, alone, report.wait):
            parts = job.kept(kept, fingerprint)
            if missing := parts.missing(keys):
                parts = job.make_and_keep(missing, parts, kept, fingerprint)
    remember(file, now, fingerprint, kept)
    return _analysis(parts, wanted)


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """The stages of one file, as far as they are there."""

    index: Index | None = None
    shots: Shots | None = None
    loudness: Loudness | None = None

    def missing(self, stages: Iterable[str]) -> set[str]:
        have = {INDEX: self.index, SHOTS: self.shots, LOUDNESS: self.loudness}
        return {stage for stage in stages if have[stage] is None}


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """One file and what is wanted of it."""

    path: Path
    stamp: Stamp
    keys: Mapping[str, str]
    network: ShotNetwork
    report: Reporter

    def kept(self, store: Store, fingerprint: str) -> _Parts:
        """Returns what the store has; what is damaged there is not there."""

        def load(stage: str) -> Entry | None:
            if stage not in self.keys:
                return None
            return store.load(fingerprint, stage, self.keys[stage])

        index = _read(load(INDEX), lambda entry: index_from(entry, str(self.path), fingerprint))
        if index is None:
            return _Parts()
        frames = index.media.frame_count
        return _Parts(
            index,
            _read(load(SHOTS), lambda entry: shots_from(entry, frames)),
            _read(load(LOUDNESS), loudness_from),
        )

    def make(self, stages: set[str]) -> _Parts:
        """Watches the file for ``stages``; on the processor if the device that was found fails."""
        from otio_autoedit.analysis.watch import watch

        try:
            try:
                found = watch(self.path, stages, self.network.detector, self.report)
            except RuntimeError as error:
                if error is self.report.raised or not self.network.fall_back(error):
                    raise
                found = watch(self.path, stages, self.network.detector, self.report)
        except (AutoEditError, KeyboardInterrupt):
            raise
        except Exception as error:
            if error is self.report.raised:
                raise
            raise AutoEditError(f"{self.path}: the analysis failed ({_line(error)})") from error
        shots = None if found.shots is None else self.network.stage(found.shots)
        return _Parts(found.index, shots, found.loudness)

    def make_and_keep(
        self, missing: set[str], parts: _Parts, store: Store, fingerprint: str
    ) -> _Parts:
        """Makes what is missing, keeps it, and returns it with the ``parts`` that were there."""
        made = self.make(missing)
        if made.index is not None:
            media = replace(made.index.media, path=str(self.path), fingerprint=fingerprint)
            made = replace(made, index=replace(made.index, media=media))
        if stamp(self.path) == self.stamp:  # a file still being written is another one tomorrow
            for stage, result in (
                (INDEX, made.index),
                (SHOTS, made.shots),
                (LOUDNESS, made.loudness),
            ):
                if stage in missing and result is not None:
                    store.save(fingerprint, stage, self.keys[stage], to_entry(result))
        return _Parts(
            made.index or parts.index, made.shots or parts.shots, made.loudness or parts.loudness
        )


def _stamp(path: Path) -> Stamp:
    now = stamp(path)
    if now is None:
        from otio_autoedit.media.footage import open_footage

        with open_footage(path):  # says what is wrong with it
            raise MediaError(f"{path}: the file cannot be read")
    return now


def _analysis(parts: _Parts, wanted: tuple[str, ...]) -> Analysis:
    assert parts.index is not None  # a missing one is made
    made_by = {}
    curves = {}
    if parts.shots is not None:
        made_by[SHOTS] = parts.shots.made_by
    if parts.loudness is not None:
        made_by[LOUDNESS] = parts.loudness.made_by
        if parts.loudness.curve is not None:
            curves[LOUDNESS] = parts.loudness.curve
    return Analysis(
        media=parts.index.media,
        index=parts.index.frames,
        transitions=parts.shots.transitions if parts.shots is not None else None,
        jump_cuts=parts.shots.jump_cuts if parts.shots is not None else None,
        curves=MappingProxyType(curves),
        made_by=MappingProxyType(made_by),
    )


def _read(entry: Entry | None, decode: Callable[[Entry], T]) -> T | None:
    if entry is None:
        return None
    try:
        return decode(entry)
    except ValueError:
        return None


def _check_threshold(threshold: float | None) -> None:
    if threshold is not None and not 0.0 < threshold < 1.0:
        raise OptionError(f"threshold={threshold!r}: a number between 0 and 1 is asked for")


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
