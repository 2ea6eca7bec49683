"""The sound stage: what is measured of the first sound stream besides its loudness."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import TYPE_CHECKING

from otio_autoedit.analysis.choices import SPEECH_DETECTOR
from otio_autoedit.analysis.record import Curve
from otio_autoedit.analysis.results import Curves, MadeBy
from otio_autoedit.analysis.sound_cheer import cheer
from otio_autoedit.analysis.sound_curves import ramp
from otio_autoedit.analysis.sound_frames import RATE, Floats
from otio_autoedit.analysis.sound_meter import SoundMeter, start_of
from otio_autoedit.analysis.sound_onset import onset
from otio_autoedit.analysis.sound_silero import Silero, silero_version
from otio_autoedit.analysis.sound_speech import speech
from otio_autoedit.analysis.stages import SOUND, stage_key
from otio_autoedit.options import read_options

if TYPE_CHECKING:
    import av

_MEASURE = "level, spectral flux, modulation and pitch of speech, bed of noise"


class SoundSource:
    """Level, onsets, speech and cheers; speech by a network of others where that is asked for."""

    makes: tuple[str, ...] = (SOUND,)

    def __init__(self, speech_detector: str | None = None) -> None:
        """Args: ``SPEECH_DETECTOR``'s value, or None for its default.

        Raises:
            OptionError: there is nothing of that name that tells speech.
        """
        asked = {SPEECH_DETECTOR.name: speech_detector}
        name = read_options(asked, [SPEECH_DETECTOR], where="")[SPEECH_DETECTOR.name]
        self._silero = name == "silero"

    def key(self, stage: str = SOUND) -> str:
        """Returns the key of the stage: by what tells speech.

        Raises:
            MissingExtraError: that comes in a package that is not here.
        """
        return stage_key(stage, silero=silero_version()) if self._silero else stage_key(stage)

    def listener(self) -> SoundListener:
        """Returns the measures, ready for a film."""
        made_by = {"measure": _MEASURE, "stream": 0, "speech": "autoedit"}
        if not self._silero:
            return SoundListener(SoundMeter(), made_by)
        made_by["speech"] = f"silero-vad {silero_version()}"
        return SoundListener(SoundMeter(Silero()), made_by)

    def fall_back(self, error: RuntimeError) -> bool:
        """It runs on the processor as it is."""
        return False


class SoundListener:
    """One film's sound before the measures."""

    def __init__(self, meter: SoundMeter, made_by: MadeBy) -> None:
        self._meter = meter
        self._made_by = MappingProxyType(dict(made_by))

    def push(self, frame: av.AudioFrame) -> None:
        """Hears the next frame, and leaves it as it is."""
        self._meter.push(frame)

    def finish(self, start: Fraction | float) -> Mapping[str, object]:
        """Returns the curves, none if nothing was heard. ``start`` is when the first sample sounds,
        in seconds after the first picture."""
        frames = self._meter.finish()
        if not len(frames.level):
            return {SOUND: Curves({}, self._made_by)}
        ours = self._made_by["speech"] == "autoedit"
        spoken = speech(frames.bands, frames.pitch) if ours else ramp(frames.spoken, 0, 255)

        def curve(unit: str, values: Floats) -> Curve:
            return Curve(unit, float(RATE), start_of(start), values)

        curves = {
            "level": curve("dBFS", frames.level),
            "onset": curve("0 to 1", onset(frames)),
            "speech": curve("probability", spoken),
            "cheer": curve("0 to 1", cheer(frames)),
        }
        return {SOUND: Curves(curves, self._made_by)}
