"""Every detector that is measured, ours and others', as a function of a film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from otio_autoedit.models.evaluate.films import Film
from otio_autoedit.models.evaluate.peers import (
    TransNet,
    scenedetect_detector,
    transnet_transitions,
)
from otio_autoedit.models.shots import ShotDetector, film_scores, network_from
from otio_autoedit.models.transition import (
    BoundaryScores,
    JumpCut,
    Thresholds,
    Transition,
    shots_from,
)
from otio_autoedit.models.weight_files import load_weights

OURS = "otio-autoedit"
OURS_ONCE = "otio-autoedit, asked once"
TRANSNET = "TransNetV2"
TRANSNET_BOTH = "TransNetV2, both heads"
ADAPTIVE = "PySceneDetect Adaptive"
CONTENT = "PySceneDetect Content"
CUTS_ONLY = (ADAPTIVE, CONTENT)  # they know no other type


@dataclass(frozen=True, slots=True)
class Found:
    """What a detector says of a film; only ours says `jumps` and `scores`."""

    transitions: tuple[Transition, ...]
    jumps: tuple[JumpCut, ...] = ()
    scores: BoundaryScores | None = None


Detector = Callable[[Film], Found]


@dataclass(frozen=True, slots=True)
class DetectorOptions:
    """Which detectors are measured, and how.

    Attributes:
        weights: other weights than the package's.
        peers: PySceneDetect's two as well.
        transnet: TransNetV2 as well.
        once: ours as well without its second guise; see `guises`.
        kept: the folder where TransNetV2's answers are kept; None: nowhere.
        fresh: run it even where they are known.
    """

    weights: Path | None = None
    peers: bool = True
    transnet: bool = True
    once: bool = False
    kept: Path | None = None
    fresh: bool = False


def detectors_of(options: DetectorOptions) -> dict[str, Detector]:
    """Returns the detectors by name, in the order of the tables.

    Raises:
        MissingExtraError: one that is asked for is not installed.
        WeightsError: our weights cannot be used.
    """
    found: dict[str, Detector] = {OURS: our_detector(options.weights)}
    if options.once:
        found[OURS_ONCE] = once_detector(options.weights)
    if options.transnet:
        network = TransNet(options.kept, fresh=options.fresh)
        found[TRANSNET] = _transnet(network, spread=False)
        found[TRANSNET_BOTH] = _transnet(network, spread=True)
    if options.peers:
        found[ADAPTIVE] = _without_scores(scenedetect_detector("AdaptiveDetector"))
        found[CONTENT] = _without_scores(scenedetect_detector("ContentDetector"))
    return found


def our_detector(weights: Path | None = None) -> Detector:
    """Returns the shot network as it ships, fed as an analysis feeds it."""
    detector = ShotDetector(weights)

    def detect(film: Film) -> Found:
        detector.push(film.thumbnails(rough=True))
        return _ours(detector.finish_scores(), detector.thresholds)

    return detect


def once_detector(weights: Path | None = None) -> Detector:
    """Returns the shot network shown each film as it is, and not from the other side as well."""
    net, thresholds = network_from(load_weights("shots", weights))

    def detect(film: Film) -> Found:
        return _ours(film_scores(net, film.thumbnails(rough=True), once=True), thresholds)

    return detect


def _ours(scores: BoundaryScores, thresholds: Thresholds) -> Found:
    shots = shots_from(scores, thresholds)
    return Found(shots.transitions, shots.jump_cuts, scores)


def _transnet(network: TransNet, *, spread: bool) -> Detector:
    def detect(film: Film) -> Found:
        scores = network.scores(film.thumbnails())
        return Found(tuple(transnet_transitions(scores, spread=spread)))

    return detect


def _without_scores(detect: Callable[[Film], list[Transition]]) -> Detector:
    def found(film: Film) -> Found:
        return Found(tuple(detect(film)))

    return found
