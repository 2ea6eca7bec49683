"""The networks and measures that are asked for, by what they make."""

from __future__ import annotations

from otio_autoedit.analysis.choices import OURS
from otio_autoedit.analysis.motion_source import MotionSource
from otio_autoedit.analysis.named_networks import NamedDetector, NamedSegmenter
from otio_autoedit.analysis.picture_source import DetailSource, LightSource
from otio_autoedit.analysis.scene_network import STAGES, SceneNetwork
from otio_autoedit.analysis.shot_network import ShotNetwork
from otio_autoedit.analysis.sound_source import SoundSource
from otio_autoedit.analysis.source import SoundMaker, Source
from otio_autoedit.analysis.stages import MASKS, OBJECTS
from otio_autoedit.progress import ProgressCallback


def find_sources(
    *,
    device: str,
    threshold: float | None,
    shot_network: str | None,
    detector: str | None,
    segmenter: str | None,
    speech_detector: str | None,
    progress: ProgressCallback | None,
) -> tuple[Source | SoundMaker, ...]:
    """Returns what makes each stage of the pass; nothing is loaded yet. None is the default.

    Raises:
        OptionError: there is no network of that name.
    """
    sources: list[Source | SoundMaker] = [
        ShotNetwork(shot_network, device, threshold),
        *(MotionSource(), LightSource(), DetailSource()),
        SoundSource(speech_detector),
    ]
    ours = set(STAGES)
    if detector not in (None, OURS):
        sources.append(NamedDetector(str(detector), device, progress))
        ours.discard(OBJECTS)
    if segmenter not in (None, OURS):
        sources.append(NamedSegmenter(str(segmenter), device, progress))
        ours.discard(MASKS)
    sources.append(SceneNetwork(device, [stage for stage in STAGES if stage in ours]))
    return tuple(sources)
