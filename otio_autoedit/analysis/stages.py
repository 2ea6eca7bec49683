"""The stages an analysis is made of: what each is called, and what it depends on.

A stage's key is a hash of everything that its result depends on besides the file; a stage stored
under another key is another result. Most are made in the one pass over a file; the rest are made of
other stages, and no picture is looked at again for them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from types import MappingProxyType

from otio_autoedit.errors import OptionError, did_you_mean

INDEX, SHOTS, LOUDNESS = "index", "shots", "loudness"
OBJECTS, MASKS, SCENE, VECTORS = "objects", "masks", "scene", "vectors"
CAMERA, MOTION, TRACKS, SCORE = "camera", "motion", "tracks", "score"
LIGHT, DETAIL, PICTURE = "light", "detail", "picture"
SOUND = "sound"

SHOWN = MappingProxyType(
    {
        "shots": SHOTS,
        "loudness": LOUDNESS,
        "sound": SOUND,
        "objects": TRACKS,
        "masks": MASKS,
        "score": SCORE,
        "novelty": VECTORS,
        "motion": MOTION,
        "scene": SCENE,
        "picture": PICTURE,
        "features": VECTORS,
    }
)
"""What may be asked for, and the stage that tells it. The index is always made."""

NEEDS = tuple(SHOWN)

MADE_OF = MappingProxyType(
    {
        MOTION: (CAMERA, SHOTS),
        PICTURE: (LIGHT, DETAIL),
        TRACKS: (OBJECTS, CAMERA, SHOTS),
        SCORE: (VECTORS, OBJECTS, CAMERA, SHOTS, LOUDNESS),
    }
)
"""Stages that are made of others."""

# Counted up when a stage's code comes to give another result for the same file.
_VERSIONS = {
    **{INDEX: 1, SHOTS: 2, LOUDNESS: 1},
    **{OBJECTS: 1, MASKS: 1, SCENE: 1, VECTORS: 1, CAMERA: 1, MOTION: 1, TRACKS: 1, SCORE: 1},
    **{LIGHT: 1, DETAIL: 1, PICTURE: 1, SOUND: 1},
}


def checked_needs(needs: Iterable[str]) -> tuple[str, ...]:
    """Returns ``needs`` in the order of `NEEDS`; OptionError for one that does not exist."""
    asked = {needs} if isinstance(needs, str) else set(needs)
    for name in sorted(asked, key=str):
        if name not in NEEDS:
            raise OptionError(f"needs={name!r} is unknown{did_you_mean(str(name), NEEDS)}")
    return tuple(name for name in NEEDS if name in asked)


def stage_key(stage: str, **depends: object) -> str:
    """Returns the key of ``stage`` with what it ``depends`` on: JSON values."""
    text = json.dumps({"version": _VERSIONS[stage], **depends}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]
