"""How loud the sound is over time, as people hear it: EBU R 128 momentary loudness.

FFmpeg's ``ebur128`` measures; this module feeds it, and lays its values on a grid of tenths of a
second that stays in step with the pictures where a recording has holes.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
import numpy.typing as npt
from av.filter import Graph

from otio_autoedit.analysis.record import Curve

RATE = 10
"""Values a second."""

FLOOR_LUFS = -70.0
"""Silence, and anything quieter: the gate below which EBU R 128 hears nothing."""

_LEAD_S = 0.2  # half of the 400 ms that a value covers: so a value stands in its own middle
_EVEN_HZ = 48000  # for rates that do not divide into tenths of a second
_FIRST_WHOLE = 3  # ebur128 says nothing before it has heard 400 ms
_JUMP_S = 0.1  # a hole or an overlap longer than this is real, not a rounded time stamp
_LONGEST_JUMP_S = 24 * 3600.0  # a time stamp further off is broken, and is not believed
_MOST_SEGMENTS = 10_000


class LoudnessMeter:
    """Takes the frames of one sound stream in order; gives its loudness.

    A value covers the 400 ms around its own time. Rates, layouts and sample formats may be any, and
    may change on the way.
    """

    def __init__(self) -> None:
        self._segment: _Segment | None = None
        self._segments = 0
        self._first: float | None = None
        self._values: npt.NDArray[np.float32] = np.zeros(0, np.float32)

    def push(self, frame: av.AudioFrame) -> None:
        """Hears one frame."""
        time = _time(frame)
        if self._first is None:
            self._first = time if time is not None else 0.0
        at = self._first if time is None else time
        if self._segment is None or not self._segment.continues(frame, time):
            if self._segment is not None:
                if time is None or abs(time - self._segment.end) > _LONGEST_JUMP_S:
                    at = self._segment.end
                self._keep(self._segment)
            self._segments += 1
            self._segment = _Segment(frame, at)
        if self._segments > _MOST_SEGMENTS:  # a clock gone wild: what is heard is all there is
            self._segment.trust_clock = False
        self._segment.push(frame)

    def finish(self, start: Fraction | float = 0) -> Curve | None:
        """Returns the curve, or None if nothing was heard.

        ``start`` is when the stream's first sample sounds, in seconds after the first picture.
        """
        if self._segment is not None:
            self._keep(self._segment)
            self._segment = None
        if not len(self._values):
            return None
        values = np.nan_to_num(self._values, nan=FLOOR_LUFS, neginf=FLOOR_LUFS)
        return Curve("LUFS", float(RATE), float(start), np.maximum(values, np.float32(FLOOR_LUFS)))

    def _keep(self, segment: _Segment) -> None:
        values = segment.finish()
        at = max(0, round((segment.start - (self._first or 0.0)) * RATE))
        missing = at + len(values) - len(self._values)
        if missing > 0:
            silence = np.full(missing, FLOOR_LUFS, np.float32)
            self._values = np.concatenate([self._values, silence])
        self._values[at : at + len(values)] = values


def integrated_loudness(curve: Curve) -> float:
    """Returns the loudness of the whole in LUFS, gated as ITU-R BS.1770-4 (annex 1, 2.8) says.

    A momentary value ten times a second is the gating block of 400 ms at 75 % overlap.
    """
    power = np.power(10.0, (curve.values.astype(np.float64) + 0.691) / 10)
    heard = power[curve.values > FLOOR_LUFS]
    if not len(heard):
        return FLOOR_LUFS
    loud = heard[heard > heard.mean() / 10]  # the relative gate: 10 LU below
    return float(-0.691 + 10 * np.log10(loud.mean()))


class _Segment:
    """A stretch of sound without a hole and of one format."""

    def __init__(self, first: av.AudioFrame, start: float) -> None:
        self.start = start
        self.trust_clock = True
        self._format = _format(first)
        self._samples = 0
        self._meter = _Ebur128(first)

    @property
    def end(self) -> float:
        return self.start + self._samples / self._format[0]

    def continues(self, frame: av.AudioFrame, time: float | None) -> bool:
        """True where ``frame`` follows what was heard so far."""
        if _format(frame) != self._format:
            return False
        return time is None or not self.trust_clock or abs(time - self.end) <= _JUMP_S

    def push(self, frame: av.AudioFrame) -> None:
        frame.pts = self._samples
        frame.time_base = Fraction(1, self._format[0])
        self._samples += frame.samples
        self._meter.push(frame)

    def finish(self) -> npt.NDArray[np.float32]:
        """Returns one value for each tenth of a second that was heard."""
        count = int(self._samples / self._format[0] * RATE) + 1
        return np.array(self._meter.finish()[_FIRST_WHOLE : _FIRST_WHOLE + count], np.float32)


class _Ebur128:
    """FFmpeg's filter, in silence before and after, so that the first and last values are whole."""

    _KEY = "lavfi.r128.M"

    def __init__(self, first: av.AudioFrame) -> None:
        rate, layout, sample_format = _format(first)
        self._values: list[float] = []
        self._printed = None if hasattr(av.AudioFrame, "metadata") else _Printed(self._KEY)
        self._graph = graph = Graph()
        nodes = [
            graph.add_abuffer(
                sample_rate=rate, format=sample_format, layout=layout, time_base=Fraction(1, rate)
            ),
            graph.add("aresample", str(rate if rate % RATE == 0 else _EVEN_HZ)),
            *_placed(graph, first),
            graph.add("adelay", delays=str(round(_LEAD_S * 1000)), all="1"),
            graph.add("apad", pad_dur=str(2 * _LEAD_S)),
            graph.add("ebur128", metadata="1"),
        ]
        if self._printed is not None:
            nodes.append(graph.add("ametadata", **self._printed.options))
        nodes.append(graph.add("abuffersink"))
        for before, after in pairwise(nodes):
            before.link_to(after)
        graph.configure()

    def push(self, frame: av.AudioFrame | None) -> None:
        self._graph.push(frame)
        with suppress(BlockingIOError, av.EOFError):
            while True:
                measured = self._graph.pull()
                if self._printed is None and self._KEY in measured.metadata:
                    self._values.append(float(measured.metadata[self._KEY]))

    def finish(self) -> list[float]:
        self.push(None)
        if self._printed is not None:
            del self._graph  # closes the file
            self._values = self._printed.values()
        return self._values


class _Printed:
    """Where the filter writes what it measured: frames of older PyAV do not carry it."""

    def __init__(self, key: str) -> None:
        self._key = key
        self._folder = TemporaryDirectory(prefix="otio-autoedit-")  # goes with this object
        self._file = Path(self._folder.name) / "loudness.txt"
        self.options = {"mode": "print", "key": key, "file": str(self._file), "direct": "1"}

    def values(self) -> list[float]:
        lines = self._file.read_text().splitlines()
        self._folder.cleanup()
        return [float(line.partition("=")[2]) for line in lines if line.startswith(self._key)]


def _placed(graph: Graph, first: av.AudioFrame) -> list[av.filter.context.FilterContext]:
    """Returns what gives channels that stand nowhere a place: the odd ones left, the even right."""
    if not first.layout.name.endswith("channels"):
        return []
    numbers = range(first.layout.nb_channels)
    left, right = ("+".join(f"c{n}" for n in numbers if n % 2 == side) for side in (0, 1))
    return [graph.add("pan", f"stereo|c0={left}|c1={right or left}")]


def _format(frame: av.AudioFrame) -> tuple[int, str, str]:
    return frame.sample_rate, frame.layout.name, frame.format.name


def _time(frame: av.AudioFrame) -> float | None:
    if frame.pts is None or not frame.time_base:
        return None
    return float(frame.pts * frame.time_base)
