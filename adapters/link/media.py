"""What is known of each file, asked for once: its header, and what was seen in it."""

from __future__ import annotations

import sys
from pathlib import Path

from otio_autoedit.adapters.link.settings import Settings
from otio_autoedit.analysis.record import Analysis
from otio_autoedit.errors import OptionError
from otio_autoedit.media.info import MediaInfo
from otio_autoedit.progress import Progress, ProgressCallback


class Media:
    """Files of one conversion. ``unwatched`` says why a file's shots are not known."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._infos: dict[Path, MediaInfo | None] = {}
        self._analyses: dict[Path, Analysis | None] = {}
        self.unreadable: dict[Path, str] = {}
        self.unwatched: dict[Path, str] = {}

    def info(self, path: Path) -> MediaInfo | None:
        """What the file's header says (all that is known, once it was watched); None where it is no
        readable media."""
        if (seen := self._analyses.get(path)) is not None:
            return seen.media
        if path not in self._infos:
            from otio_autoedit.media.probe import probe

            try:
                self._infos[path] = probe(path)
            except Exception as error:  # any decoder may fail in any way on a damaged file
                self._infos[path] = None
                self.unreadable[path] = str(error)
        return self._infos[path]

    def analysis(self, path: Path) -> Analysis | None:
        """What was seen in the file, watched now if it was not before; None where that failed."""
        if path not in self._analyses:
            from otio_autoedit.analysis.pipeline import DEFAULT, analyze

            settings = self._settings
            try:
                self._analyses[path] = analyze(
                    path,
                    ("shots",),
                    device=settings.device,
                    threshold=settings.threshold,
                    shot_network=settings.shot_network,
                    store=DEFAULT if settings.cache else None,
                    progress=_bar(path),
                )
            except OptionError:
                raise
            except Exception as error:  # a clip can be linked though its media was not watched
                self._analyses[path] = None
                self.unwatched[path] = str(error)
            finally:
                _clear_bar()
        return self._analyses[path]


def _bar(path: Path) -> ProgressCallback | None:
    """Shows on a terminal how far the watching is."""
    if not _on_terminal():
        return None

    def show(progress: Progress) -> None:
        share = f" {progress.done / progress.total:4.0%}" if progress.total else ""
        left = f", {progress.eta:.0f} s left" if progress.eta is not None else ""
        text = f"otio-autoedit: watching {path.name}{share} ({progress.fps:.0f} fps{left})"
        sys.stderr.write(f"\r\x1b[K{text[:150]}")
        sys.stderr.flush()

    return show


def _clear_bar() -> None:
    if _on_terminal():
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


def _on_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()
