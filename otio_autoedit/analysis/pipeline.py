"""The way in: what is kept is taken, what is missing is made in one pass and kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeVar

from otio_autoedit.analysis.entry import Entry
from otio_autoedit.analysis.identity import Stamp, identify, remember, stamp
from otio_autoedit.analysis.progress import Reporter
from otio_autoedit.analysis.record import Analysis
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

if TYPE_CHECKING:
    from otio_autoedit.models.shots import ShotDetector

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
    store: Store | Literal[_Default.STORE] | None = DEFAULT,
    progress: ProgressCallback | None = None,
) -> Analysis:
    """Watches a file once and returns what was seen; what the store has is not looked at again.

    Args:
        path: a film, a sound or a still.
        needs: any of "shots" and "loudness".
        device: "auto", "cpu", "cuda", "cuda:1" or "mps", for the networks.
        threshold: how sure the network must be of a transition, 0 to 1; None for its own.
        store: where results are kept; None keeps nothing.
        progress: called some ten times a second; may raise `Cancelled`.

    Raises:
        MediaError: the file cannot be read.
        OptionError: an option is none of those above.
        WeightsError: the network's weights are missing or damaged.
    """
    file = Path(path)
    wanted = checked_needs(needs)
    _check_threshold(threshold)
    report = Reporter(progress, str(file))
    now = _stamp(file)
    kept = Store() if isinstance(store, _Default) else store
    keys = {INDEX: stage_key(INDEX), **{each: _key(each, threshold) for each in wanted}}
    job = _Job(file, now, keys, device, threshold, report)
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
    device: str
    threshold: float | None
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

        network = _Network(self.device, self.threshold)
        try:
            try:
                found = watch(self.path, stages, network.detector, self.report)
            except RuntimeError as error:
                if error is self.report.raised or not network.fall_back(error):
                    raise
                found = watch(self.path, stages, network.detector, self.report)
        except (AutoEditError, KeyboardInterrupt):
            raise
        except Exception as error:
            if error is self.report.raised:
                raise
            raise AutoEditError(f"{self.path}: the analysis failed ({_line(error)})") from error
        shots = None
        if found.transitions is not None:
            shots = Shots(found.transitions, network.made_by())
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


class _Network:
    """The shot detector of a job: made when it is needed, and known afterwards."""

    def __init__(self, wanted: str, threshold: float | None) -> None:
        self._wanted = wanted
        self._threshold = threshold
        self._made_by: dict[str, object] = {}
        self._device = ""
        self._failed = ""

    def detector(self) -> ShotDetector:
        from otio_autoedit.analysis.device import choose_device
        from otio_autoedit.models.shots import ShotDetector

        device = choose_device("cpu" if self._failed else self._wanted)
        self._device = device.name
        detector = ShotDetector(device=device.name, threshold=self._threshold)
        why = self._failed or device.why
        self._made_by = {**detector.made_by, "device": device.name, "device_why": why}
        return detector

    def fall_back(self, error: RuntimeError) -> bool:
        """Returns whether to try the processor: where nobody asked for a device by name."""
        if self._wanted != "auto" or self._device in ("", "cpu"):
            return False
        self._failed = f"{self._device} failed: {_line(error)}"
        return True

    def made_by(self) -> Mapping[str, object]:
        return MappingProxyType(self._made_by or {"network": None, "why": "no moving pictures"})


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
        curves=MappingProxyType(curves),
        made_by=MappingProxyType(made_by),
    )


def _key(stage: str, threshold: float | None) -> str:
    if stage != SHOTS:
        return stage_key(stage)
    from otio_autoedit.models.weight_files import find_weights

    weights = hashlib.sha256(find_weights("shots").read_bytes()).hexdigest()
    return stage_key(stage, weights=weights, threshold=threshold)


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
