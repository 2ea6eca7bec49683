"""A file as rules look at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.record import Analysis
from otio_autoedit.edit.believed import Believed
from otio_autoedit.edit.clock import Clock
from otio_autoedit.edit.expressions import Expression, evaluate
from otio_autoedit.edit.signal import Call, Values
from otio_autoedit.edit.signals import measure
from otio_autoedit.edit.signals.view import View
from otio_autoedit.edit.transcript import Transcript
from otio_autoedit.edit.zones import Zone

_NO_ZONES: Mapping[str, Zone] = MappingProxyType({})


class FileScope:
    """One analysed file from its head, as a `signal.Scope`; each signal is worked out once.

    ``believed`` are the transitions in force: what shots are is read off them. Without a
    ``transcript`` nothing is known of what is said.
    """

    def __init__(
        self,
        analysis: Analysis,
        clock: Clock,
        believed: Sequence[Believed] = (),
        transcript: Transcript | None = None,
        zones: Mapping[str, Zone] = _NO_ZONES,
    ) -> None:
        self._view = View(analysis, clock, believed, transcript, zones)
        self._held: dict[Call, Values] = {}
        self._hold: dict[str, npt.NDArray[np.bool_]] = {}

    @property
    def rate(self) -> Fraction:
        """Frames a second, of the timeline."""
        return self._view.rate

    @property
    def length(self) -> int:
        """The file's length in frames of the timeline."""
        return self._view.length

    def values(self, call: Call) -> Values:
        """The signal at each frame, float32 ``[length]``, read-only; not a number where nothing is
        known.

        Raises:
            OptionError: no such signal, label or zone, or brackets that do not fit it.
        """
        if call not in self._held:
            values = measure(self._view, call)
            values.flags.writeable = False
            self._held[call] = values
        return self._held[call]

    def holds(self, condition: Expression) -> npt.NDArray[np.bool_]:
        """Where a condition holds, bool ``[length]``, read-only; worked out once, however many
        pieces ask."""
        if condition.text not in self._hold:
            flags = evaluate(condition, self)
            flags.flags.writeable = False
            self._hold[condition.text] = flags
        return self._hold[condition.text]
