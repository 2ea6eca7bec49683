"""A generated football broadcast with known events, as a film with sound.

Pitch, 22 players, ball, a crowd with cheers at goals and shots (and chants at nothing), close-ups,
the crowd, replays in slow motion between wipes. The script says when everything happens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from otio_autoedit.models.train.scene.compose import Piece
from otio_autoedit.models.train.scene.cutouts import load_cutouts
from tests.support.broadcast_pictures import film_pictures, open_studio
from tests.support.broadcast_play import RATE, play_match
from tests.support.broadcast_script import Event, Script, Shot, Swell, pick_script
from tests.support.broadcast_sound import SAMPLE_RATE, Samples, film_sound

__all__ = ["RATE", "Broadcast", "Event", "Script", "Shot", "Swell", "make_broadcast", "people_of"]

_CODING = {"preset": "veryfast", "crf": "21", "threads": "1"}


@dataclass(frozen=True, slots=True)
class Broadcast:
    """The film at `path`, and all that happens in it."""

    path: Path
    script: Script

    @property
    def events(self) -> tuple[Event, ...]:
        """What an editor would keep."""
        return self.script.events


def make_broadcast(
    path: Path,
    seconds: float = 300.0,
    *,
    seed: int = 3,
    size: tuple[int, int] = (480, 270),
    people: Sequence[Piece] = (),
) -> Broadcast:
    """Writes the film (25 fps, H.264 and AAC) where there is none yet, and tells its events.

    Args:
        path: where to; its folder is there.
        seconds: 40 at least, so that there is an event.
        seed: of everything in it.
        size: width and height.
        people: cut out of photographs, for close-ups; without them they are drawn.
    """
    script = pick_script(seconds, seed)
    if path.exists():
        return Broadcast(path, script)
    studio = open_studio(seed, size, script, play_match(script, seed), people)
    partial = path.with_suffix(f".partial{path.suffix}")
    with av.open(str(partial), "w") as box:
        video = box.add_stream("libx264", rate=RATE, options=_CODING)
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        audio = box.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
        for number, picture in enumerate(film_pictures(studio)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, RATE)
            box.mux(video.encode(frame))
        box.mux(video.encode())
        _write_sound(box, audio, film_sound(script, seed))
    partial.rename(path)
    return Broadcast(path, script)


def people_of(data: Path) -> tuple[Piece, ...]:
    """Returns people seen from head to foot, cut out of the trainable photographs of `data`."""
    standing = [one.piece for one in load_cutouts(data) if one.standing]
    return tuple(sorted(standing, key=lambda piece: -piece.alpha.shape[0])[:40])


def _write_sound(
    box: av.container.OutputContainer, stream: av.AudioStream, samples: Samples
) -> None:
    for start in range(0, len(samples), 1024):
        piece = np.ascontiguousarray(samples[None, start : start + 1024])
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
        frame.sample_rate, frame.pts = SAMPLE_RATE, start
        frame.time_base = Fraction(1, SAMPLE_RATE)
        box.mux(stream.encode(frame))
    box.mux(stream.encode())
