"""The one declaration of all signals, each with the function that reads it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from otio_autoedit.edit.signal import Signal, Values
from otio_autoedit.edit.signals import curves, pictures, shots, sounds, things, words
from otio_autoedit.edit.signals.replay import replay
from otio_autoedit.edit.signals.view import View
from otio_autoedit.models.scene_labels import SCENES

Measure = Callable[..., Values]  # (view, *arguments)

_SCENE_NETWORK = "the scene network"
_TRACKS = "tracks of the scene network or your detector"
_SHOTS = "transitions of the shot network"


def _curve(name: str) -> Callable[[View], Values]:
    return partial(curves.curve, name=name)


DECLARED: tuple[tuple[Signal, Measure], ...] = (
    (
        Signal(
            "score", "number", "how much the moment matters",
            "0 to 1", "importance: vectors, objects, motion and loudness together", ("score",),
        ),
        _curve("score"),
    ),
    (
        Signal(
            "novelty", "number", "how far the picture is from what was to be expected",
            "distance, 0 up", f"{_SCENE_NETWORK}'s vectors", ("novelty",),
        ),
        _curve("novelty"),
    ),
    (
        Signal(
            "motion", "number", "how fast the camera moves",
            "picture diagonals a second, 0 up", "measured: alignment of pictures", ("motion",),
        ),
        _curve("motion"),
    ),
    (
        Signal(
            "subject_motion", "number", "what moves by itself, the camera's motion taken out",
            "share of the picture, 0 to 1", "measured: what the alignment leaves", ("motion",),
        ),
        _curve("subject_motion"),
    ),
    (
        Signal(
            "loudness", "number", "how loud it is, as EBU R 128 short-term loudness",
            "LUFS, -70 to 0", "measured: ITU-R BS.1770", ("loudness",),
        ),
        _curve("loudness"),
    ),
    (
        Signal(
            "level", "number", "the sound's level at once",
            "dBFS, -100 to 0", "measured", ("sound",),
        ),
        _curve("level"),
    ),
    (
        Signal(
            "onset", "number", "a beat, a hit, a word's beginning; the strongest in the frame",
            "0 to 1", "measured: rise of the spectrum", ("sound",),
        ),
        partial(curves.loudest, name="onset"),
    ),
    (
        Signal(
            "cheer", "condition", "a crowd is loud, against the file's own baseline",
            "0 to 1", "measured: lasting broadband energy", ("sound",),
        ),
        _curve("cheer"),
    ),
    (
        Signal(
            "speech", "condition", "somebody speaks",
            "probability, 0 to 1", "our own measure, or silero-vad by `speech_detector`",
            ("sound",),
        ),
        _curve("speech"),
    ),
    (
        Signal(
            "silence", "condition",
            "nobody speaks: the level is 15.9 dB below the file's speech, or in the lower third "
            "between the room's noise and the speech",
            "0 or 1", "`level`, `speech`", ("sound",),
        ),
        sounds.silence,
    ),
    (
        Signal(
            "black", "condition",
            "the picture is black: mean brightness up to .02 and contrast up to .03 (0 from .06 "
            "and .07)",
            "0 to 1", "`brightness`, contrast", ("picture",),
        ),
        pictures.black,
    ),
    (
        Signal(
            "frozen", "condition", "the same picture for two seconds or more",
            "0 or 1", "measured: change from frame to frame", ("picture",),
        ),
        pictures.frozen,
    ),
    (
        Signal(
            "brightness", "number", "how bright the picture is on average",
            "0 to 1", "measured", ("picture",),
        ),
        _curve("brightness"),
    ),
    (
        Signal(
            "sharpness", "number", "how much fine detail the picture has",
            "0 to 1", "measured", ("picture",),
        ),
        _curve("sharpness"),
    ),
    (
        Signal(
            "shake", "number", "how much the camera trembles",
            "picture diagonals a second, 0 up", "measured", ("picture",),
        ),
        _curve("shake"),
    ),
    (
        Signal(
            "dominant_field", "number", "how much of the picture is its ground: pitch, ice, court",
            "share of the picture, 0 to 1", "measured: the dominant ground colour", ("picture",),
        ),
        _curve("field"),
    ),
    (
        Signal(
            "count", "number", "how many there are: `count(person)`",
            "0 up", _TRACKS, ("objects",), ("label",),
        ),
        things.count,
    ),
    (
        Signal(
            "area", "number", "how much of the picture they cover together: `area(person)`",
            "share of the picture, 0 to 1", _TRACKS, ("objects",), ("label",),
        ),
        things.area,
    ),
    (
        Signal(
            "closeup", "condition",
            "a face or a person is the picture: a face's height from .15 (0) to .35 (1) of the "
            "picture's, or a person's box from .2 (0) to .5 (1) of its area",
            "0 to 1", _TRACKS, ("objects",),
        ),
        things.closeup,
    ),
    (
        Signal(
            "near", "condition",
            "two things are near: 1 where their boxes touch, 0 from a quarter of the picture's "
            "diagonal apart: `near(ball, person)`",
            "0 to 1", _TRACKS, ("objects",), ("label", "label"),
        ),
        things.near,
    ),
    (
        Signal(
            "speed", "number",
            "how fast the fastest goes across the picture, over half a second: `speed(car)`",
            "picture widths a second, 0 up", _TRACKS, ("objects",), ("label",),
        ),
        things.speed,
    ),
    (
        Signal(
            "inside", "condition",
            "one stands in a zone of yours, by the middle of its lower edge: "
            "`inside(person, door)`",
            "0 or 1", f"{_TRACKS}; `zones`", ("objects",), ("label", "zone"),
        ),
        things.inside,
    ),
    (
        Signal(
            "shot_length", "number", "how long the shot is", "s, 0 up", _SHOTS, ("shots",),
        ),
        shots.shot_length,
    ),
    (
        Signal(
            "time_in_shot", "number", "how long since the shot began", "s, 0 up", _SHOTS,
            ("shots",),
        ),
        shots.time_in_shot,
    ),
    (
        Signal(
            "said", "condition",
            "while these words are said; case and accents do not matter: `said(\"in the end\")`",
            "0 or 1", "your `transcript`", (), ("words",),
        ),
        words.said,
    ),
    (
        Signal(
            "filler", "condition", "while a filler word is said: um, uh, äh, euh",
            "0 or 1", "your `transcript`",
        ),
        words.filler,
    ),
    (
        Signal(
            "replay", "condition",
            "shots between two wipes (.6) or two dissolves (.5) 1 to 20 s apart; up to .3 more for "
            "slow motion's steady beat of repeated frames, up to .1 where the pictures were seen "
            "before",
            "0 to 1", f"{_SHOTS}; change from frame to frame; vectors",
            ("shots", "picture", "features"),
        ),
        replay,
    ),
    (
        Signal(
            "scene", "condition",
            "where it is: `scene(sport)`; " + ", ".join(SCENES),
            "probability, 0 to 1", _SCENE_NETWORK, ("scene",), ("label",),
        ),
        curves.scene,
    ),
)  # fmt: skip
