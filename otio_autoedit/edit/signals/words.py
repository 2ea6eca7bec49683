"""What is said, as signals."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from otio_autoedit.edit.signal import Values
from otio_autoedit.edit.signals.view import View
from otio_autoedit.edit.transcript import filler_words, plain_words, spoken
from otio_autoedit.errors import OptionError


def said(view: View, phrase: str) -> Values:
    """1 from the first of the words to the end of the last, wherever they follow each other.

    Raises:
        OptionError: the brackets hold no word.
    """
    wanted = plain_words(phrase)
    if not wanted:
        raise OptionError(f"said({phrase!r}) names no word")
    if view.transcript is None:
        return view.unknown()
    return _during(view, spoken(view.transcript, wanted))


def filler(view: View) -> Values:
    """1 while a filler word of the transcript's language is said; of any, where that is unknown."""
    if view.transcript is None:
        return view.unknown()
    return _during(view, filler_words(view.transcript))


def _during(view: View, spans: Iterable[tuple[float, float]]) -> Values:
    """1 in frames whose middle lies in one of the spans of seconds; the shortest has a frame."""
    values = np.zeros(view.length, np.float32)
    rate = float(view.rate)
    for start, stop in spans:
        first = max(math.ceil(start * rate - 0.5), 0)
        last = math.ceil(stop * rate - 0.5)
        if last <= first:
            first = max(math.floor(start * rate), 0)
            last = first + 1
        values[first:last] = 1
    return values
