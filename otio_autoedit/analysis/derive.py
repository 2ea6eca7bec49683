"""Stages that are made of other stages; no picture is looked at again for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from otio_autoedit.analysis.results import Tracks
from otio_autoedit.analysis.stages import TRACKS

Results = Mapping[str, object]
T = TypeVar("T")


def derived(stage: str, results: Results) -> object:
    """Returns a stage made of those that `MADE_OF` names, which are among ``results``."""
    return _MAKERS[stage](results)


def _tracks(results: Results) -> Tracks:
    raise NotImplementedError


def _of(results: Results, stage: str, kind: type[T]) -> T:
    result = results[stage]
    assert isinstance(result, kind)
    return result


_MAKERS: Mapping[str, Callable[[Results], object]] = {TRACKS: _tracks}
