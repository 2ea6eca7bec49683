"""The way in: what is kept is taken, what is missing is made in one pass and kept."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path
from typing import Final, Literal

from otio_autoedit.analysis.assemble import assembled
from otio_autoedit.analysis.derive import derived
from otio_autoedit.analysis.identity import Stamp, identify, remember, remembered, stamp
from otio_autoedit.analysis.progress import Reporter
from otio_autoedit.analysis.record import Analysis
from otio_autoedit.analysis.results import Index
from otio_autoedit.analysis.source import SoundMaker, Source
from otio_autoedit.analysis.sources import find_sources
from otio_autoedit.analysis.stage_entries import About, from_entry, to_entry
from otio_autoedit.analysis.stages import INDEX, MADE_OF, SHOWN, checked_needs, stage_key
from otio_autoedit.analysis.store import Store
from otio_autoedit.errors import AutoEditError, MediaError, OptionError
from otio_autoedit.progress import ProgressCallback

Results = dict[str, object]


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
    detector: str | None = None,
    segmenter: str | None = None,
    speech_detector: str | None = None,
    store: Store | Literal[_Default.STORE] | None = DEFAULT,
    progress: ProgressCallback | None = None,
) -> Analysis:
    """Watches a file once and returns what was seen; what the store has is not looked at again.

    Args:
        path: a film, a sound or a still.
        needs: any of `NEEDS`: "shots", "loudness", "objects", "masks", "score", "novelty",
            "motion", "scene", "picture", "features", "sound".
        device: "auto", "cpu", "cuda", "cuda:1" or "mps", for the networks.
        threshold: how sure the network must be of a transition, 0 to 1; None for its own.
        shot_network: "autoedit" or "transnetv2"; None for the first.
        detector: what finds objects: "autoedit", a name of the zoo, an .onnx file; None for the
            first.
        segmenter: what draws masks, likewise.
        speech_detector: what tells speech in the sound: "autoedit" or "silero"; None for the first.
        store: where results are kept; None keeps nothing.
        progress: called some ten times a second; may raise `Cancelled`.

    A file that is not there is not needed if the store has seen it and has all that is asked for.

    Raises:
        MediaError: the file cannot be read.
        OptionError: an option is none of those above.
        MissingExtraError: a network comes in a package that is not installed.
        WeightsError: a network's weights are missing or damaged.
    """
    file = Path(path)
    wanted = checked_needs(needs)
    _check_threshold(threshold)
    sources = find_sources(
        device=device, threshold=threshold, shot_network=shot_network,
        detector=detector, segmenter=segmenter, speech_detector=speech_detector, progress=progress,
    )  # fmt: skip
    report = Reporter(progress, str(file))
    kept = Store() if isinstance(store, _Default) else store
    stages = (INDEX, *(SHOWN[need] for need in wanted))
    if kept is not None and (name := remembered(file, kept)) is not None:
        job = _Job(file, Stamp(0, 0), stages, sources, report)
        return assembled(_without_media(job, wanted, kept, name), wanted)
    now = _stamp(file)
    job = _Job(file, now, stages, sources, report)
    if kept is None:
        return assembled(job.make({}), wanted)
    fingerprint = identify(file, now, kept)
    results = job.kept(kept, fingerprint)
    if missing := job.missing(results):
        # The index alone is not worth waiting for: another may hold it for a stage not wanted here.
        alone = [(each, job.key(each)) for each in missing if each != INDEX or len(missing) == 1]
        with kept.alone(fingerprint, alone, report.wait):
            results = job.kept(kept, fingerprint)
            if missing := job.missing(results):
                results = job.make_and_keep(results, kept, fingerprint)
    remember(file, now, fingerprint, kept)
    return assembled(results, wanted)


@dataclass(frozen=True, slots=True, eq=False)
class _Job:
    """One file, the stages that are wanted of it, and what can make them."""

    path: Path
    stamp: Stamp
    wanted: tuple[str, ...]
    sources: Sequence[Source | SoundMaker]
    report: Reporter
    _keys: dict[str, str] = field(default_factory=dict)

    def key(self, stage: str) -> str:
        """Returns the key of ``stage``, of all that it depends on."""
        if stage not in self._keys:
            source = next((source for source in self.sources if stage in source.makes), None)
            made_of = {each: self.key(each) for each in MADE_OF.get(stage, ())}
            self._keys[stage] = source.key(stage) if source else stage_key(stage, **made_of)
        return self._keys[stage]

    def kept(self, store: Store, fingerprint: str) -> Results:
        """Returns what the store has of the wanted stages, and of what those that it lacks are made
        of; what is damaged there is not there."""
        results: Results = {}
        about = About(str(self.path), fingerprint)

        def load(stage: str) -> None:
            entry = store.load(fingerprint, stage, self.key(stage))
            try:
                if entry is not None:
                    results[stage] = from_entry(stage, entry, about)
                    return
            except ValueError:
                pass
            for each in MADE_OF.get(stage, ()):
                load(each)

        load(INDEX)
        index = results.get(INDEX)
        if isinstance(index, Index):
            about = replace(about, frames=index.media.frame_count)
            for stage in self.wanted[1:]:
                load(stage)
        return results

    def missing(self, results: Results) -> tuple[str, ...]:
        """Returns the stages to make, those of others last."""
        to_make: dict[str, None] = {}

        def look(stage: str) -> None:
            if stage not in results:
                for each in MADE_OF.get(stage, ()):
                    look(each)
                to_make[stage] = None

        for stage in self.wanted:
            look(stage)
        return tuple(sorted(to_make, key=lambda stage: stage in MADE_OF))

    def make(self, results: Results) -> Results:
        """Returns ``results`` and what they lack: seen in one pass, then made of what is there. On
        the processor if the device that was found fails."""
        missing = self.missing(results)
        try:
            made = self._watched([stage for stage in missing if stage not in MADE_OF])
            for stage in missing:
                if stage in MADE_OF:
                    made[stage] = derived(stage, {**results, **made})
        except (AutoEditError, KeyboardInterrupt):
            raise
        except Exception as error:
            if error is self.report.raised:
                raise
            raise AutoEditError(f"{self.path}: the analysis failed ({_line(error)})") from error
        return {**results, **made}

    def make_and_keep(self, results: Results, store: Store, fingerprint: str) -> Results:
        """As `make`; what was made is kept."""
        made = self.make(results)
        index = made[INDEX]
        assert isinstance(index, Index)
        media = replace(index.media, path=str(self.path), fingerprint=fingerprint)
        made[INDEX] = replace(index, media=media)
        if stamp(self.path) == self.stamp:  # a file still being written is another one tomorrow
            for stage, result in made.items():
                if stage not in results:
                    store.save(fingerprint, stage, self.key(stage), to_entry(result))
        return made

    def _watched(self, stages: Sequence[str]) -> Results:
        """Returns what one pass gives of ``stages``, and what came along with it."""
        from otio_autoedit.analysis.watch import watch

        if not stages:
            return {}
        try:
            return dict(watch(self.path, stages, self.sources, self.report))
        except RuntimeError as error:
            again = [source.fall_back(error) for source in self.sources]
            if error is self.report.raised or not any(again):
                raise
        return dict(watch(self.path, stages, self.sources, self.report))


def _without_media(job: _Job, wanted: Sequence[str], store: Store, fingerprint: str) -> Results:
    """Returns what is kept of a file that is not there, and what can be made of that; MediaError
    where it is not all that is ``wanted``."""
    results = job.kept(store, fingerprint)
    missing = job.missing(results)
    if all(stage in MADE_OF for stage in missing):
        return job.make(results) if missing else results
    lacking = [need for need in wanted if SHOWN[need] not in results] or list(wanted)
    try:
        _stamp(job.path)
    except MediaError as error:
        raise MediaError(
            f"{error}; what is kept of it lacks {', '.join(lacking) or INDEX}: bring it back, or "
            "ask for what was analysed, with the same networks and options"
        ) from error
    raise MediaError(f"{job.path}: the file came back while it was looked for: try again")


def _stamp(path: Path) -> Stamp:
    now = stamp(path)
    if now is None:
        from otio_autoedit.media.footage import open_footage

        with open_footage(path):  # says what is wrong with it
            raise MediaError(f"{path}: the file cannot be read")
    return now


def _check_threshold(threshold: float | None) -> None:
    if threshold is not None and not 0.0 < threshold < 1.0:
        raise OptionError(f"threshold={threshold!r}: a number between 0 and 1 is asked for")


def _line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200] or type(error).__name__
