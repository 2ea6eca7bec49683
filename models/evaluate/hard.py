"""False alarms on single shots: drawn disturbances over held-out footage, and real clips.

Whatever is found here is wrong: nothing shown has a transition. The disturbances are those of
training (`train.disturb`, `train.camera`) over footage and by seeds that training never saw, one
kind at a time, larger than thumbnails so that people can look at them (`sheets`). Captions are
drawn twice: as training draws them, and in real letters.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from otio_autoedit.errors import OptionError
from otio_autoedit.models.evaluate.detectors import Detector
from otio_autoedit.models.evaluate.films import Film
from otio_autoedit.models.evaluate.lettering import with_captions
from otio_autoedit.models.train.camera import shaken, there_and_back, whip_pans
from otio_autoedit.models.train.disturb import disturb_with
from otio_autoedit.models.train.footage import Footage, single_shots
from otio_autoedit.models.train.synth import as_pixels

LENGTH = 250  # frames of a drawn film
FPS = 25.0  # at which minutes are counted
_EVENTS = 4  # of the disturbance in each

_Draw = Callable[[Tensor, Footage, random.Random], Tensor]


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """What one detector found where there was nothing.

    Attributes:
        kind: of disturbance, or the name of a folder of clips.
        alarms: how many transitions it found.
        minutes: of film, at 25 frames a second.
        films, films_clean: looked at, and those of them in which it found nothing.
    """

    detector: str
    kind: str
    alarms: int
    minutes: float
    films: int
    films_clean: int

    @property
    def a_minute(self) -> float:
        """False alarms a minute."""
        return self.alarms / max(1e-9, self.minutes)


def hard_films(footage: Footage, count: int, seed: str = "hard") -> Iterator[tuple[str, Film]]:
    """Yields `count` films of each kind with its name; film `i` of a seed is always the same.

    The first kind is the footage itself, undisturbed: what is found there is no disturbance's
    fault.
    """
    for kind, draw in KINDS.items():
        for number in range(count):
            rng = random.Random(f"{seed} {number}")  # noqa: S311
            shot = _single_shot(footage, rng)
            drawn = draw(shot, footage, random.Random(f"{seed} {kind} {number}"))  # noqa: S311
            yield kind, Film(f"{kind} {number}", frames=as_pixels(drawn))


def clip_films(folder: Path) -> Iterator[tuple[str, Film]]:
    """Yields the clips of a folder of real single shots, `NAME.mp4`.

    Raises:
        OptionError: there are none.
    """
    paths = sorted(folder.glob("*.mp4"))
    if not paths:
        raise OptionError(f"--footage {folder}: no clips (NAME.mp4) there")
    for path in paths:
        yield folder.name, Film(path.stem, path)


def gathered_films(extra: Path) -> Iterator[tuple[str, Film]]:
    """Yields the gathered real single shots that training holds out to choose thresholds by."""
    for path in single_shots(extra, held_out=True):
        yield "real clips, held out", Film(path.stem, path)


def count_alarms(
    films: Iterable[tuple[str, Film]],
    detectors: Mapping[str, Detector],
    say: Callable[[str], None] | None = None,
) -> list[FalseAlarms]:
    """Returns the false alarms by kind and, in each, by detector."""
    alarms: dict[tuple[str, str], list[int]] = {}
    frames: dict[str, int] = {}
    for kind, film in films:
        if say:
            say(f"single shots, {film.name}")
        frames[kind] = frames.get(kind, 0) + len(film.thumbnails())
        for name, detect in detectors.items():
            alarms.setdefault((kind, name), []).append(len(detect(film).transitions))
    return [
        FalseAlarms(
            name,
            kind,
            sum(found),
            frames[kind] / FPS / 60,
            len(found),
            sum(number == 0 for number in found),
        )
        for (kind, name), found in alarms.items()
    ]


def _single_shot(footage: Footage, rng: random.Random) -> Tensor:
    """Returns `(250, 3, 54, 96)` of a real clip at its own speed; a short one goes back and forth.

    Clips are taken as they are, so that a shot is as calm or as lively as somebody filmed it.
    """
    clip = rng.choice(footage.clips)
    start = rng.randrange(max(1, len(clip) - LENGTH + 1))
    index = there_and_back(torch.arange(start, start + LENGTH), len(clip))
    return torch.from_numpy(clip[index.numpy()]).permute(0, 3, 1, 2).float()


def _often(kind: str, events: int = _EVENTS) -> _Draw:
    def draw(frames: Tensor, footage: Footage, rng: random.Random) -> Tensor:
        for _ in range(events):
            frames = disturb_with(kind, frames, footage, rng)
        return frames

    return draw


KINDS: dict[str, _Draw] = {
    "undisturbed": lambda frames, _, __: frames,
    "flashes": _often("flash"),
    "strobe": _often("strobe", 2),
    "whip pans": lambda frames, _, rng: whip_pans(frames, _EVENTS, rng),
    "shaken camera": lambda frames, _, rng: shaken(frames, rng),
    "zooms": _often("zoom"),
    "captions": _often("caption"),
    "captions in letters": lambda frames, _, rng: with_captions(frames, _EVENTS, rng),
    "pop-ups": _often("block"),
    "picture in picture": _often("picture in picture"),
    "fast objects": _often("crosser"),
}
