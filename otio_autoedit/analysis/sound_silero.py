"""Speech as the network of others hears it: silero-vad, the extra `speech`."""

from __future__ import annotations

import warnings
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from otio_autoedit.analysis.sound_frames import RATE
from otio_autoedit.errors import MissingExtraError

if TYPE_CHECKING:
    import av

_HZ = 16000
_PIECE = 512  # samples that it hears at once
_PACKAGE = "silero-vad"


def silero_version() -> str:
    """Returns the version of the package, whose weights come with it.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        return version(_PACKAGE)
    except PackageNotFoundError as error:
        raise MissingExtraError(
            "speech_detector=silero: silero-vad is not installed: "
            "pip install 'otio-autoedit[speech]', or leave speech_detector to autoedit"
        ) from error


class Silero:
    """The network, loaded once; makes meters, one in use at a time."""

    def __init__(self) -> None:
        import torch

        silero_version()
        threads = torch.get_num_threads()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # how its file is made is its own matter
            from silero_vad import load_silero_vad

            self._network = load_silero_vad(onnx=False)
        torch.set_num_threads(threads)  # its import sets them to one, for everyone

    def __call__(self, rate: int) -> SileroMeter:
        """Returns a meter for a stretch of sound of ``rate`` samples a second."""
        self._network.reset_states()
        return SileroMeter(self._network, rate)


class SileroMeter:
    """One stretch of sound before the network, which remembers what it heard."""

    def __init__(self, network: Any, rate: int) -> None:
        import av

        self._network = network
        self._rate = rate
        self._resampler = av.AudioResampler(format="fltp", layout="mono", rate=_HZ)
        self._waiting = np.zeros(0, np.float32)
        self._found: list[float] = []

    def push(self, samples: npt.NDArray[np.float32]) -> None:
        """Takes the next samples in -1..1, float32 ``[channels, n]``."""
        import av

        mono = np.ascontiguousarray(samples.mean(axis=0, keepdims=True), np.float32)
        frame = av.AudioFrame.from_ndarray(mono, format="fltp", layout="mono")
        frame.sample_rate = self._rate
        self._hear(self._resampler.resample(frame))

    def finish(self, count: int) -> npt.NDArray[np.float32]:
        """Returns the probability of speech in each of ``count`` frames, read off the line between
        the middles of the pieces that the network heard."""
        self._hear(self._resampler.resample(None))
        self._pieces(np.pad(self._waiting, (0, -len(self._waiting) % _PIECE)))
        if not self._found:
            return np.zeros(count, np.float32)
        middles = (np.arange(len(self._found)) + 0.5) * _PIECE / _HZ
        times = (np.arange(count) + 0.5) / RATE
        return np.interp(times, middles, self._found).astype(np.float32)

    def _hear(self, frames: list[av.AudioFrame]) -> None:
        parts = [frame.to_ndarray()[0] for frame in frames]
        self._waiting = np.concatenate([self._waiting, *parts])
        whole = len(self._waiting) // _PIECE * _PIECE
        self._pieces(self._waiting[:whole])
        self._waiting = self._waiting[whole:]

    def _pieces(self, samples: npt.NDArray[np.float32]) -> None:
        import torch

        with torch.inference_mode():
            for piece in torch.from_numpy(samples.copy()).reshape(-1, _PIECE):
                self._found.append(float(self._network(piece, _HZ)))
