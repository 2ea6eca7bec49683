"""Retimes that simple formats can hold: at most one constant speed, or a freeze, on a clip."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio

from otio_autoedit.adapters.conform.losses import Loss, lost


def one_retime(timeline: otio.schema.Timeline, instead: str) -> list[Loss]:
    """Leave each clip one LinearTimeWarp or FreezeFrame, named as adapters look for it."""
    effects = ramps = 0
    for clip in timeline.find_clips():
        speed = speed_of(clip)
        ramps += sum(
            isinstance(e, otio.schema.TimeEffect) and not isinstance(e, otio.schema.LinearTimeWarp)
            for e in clip.effects
        )
        effects += sum(not isinstance(e, otio.schema.TimeEffect) for e in clip.effects)
        clip.effects[:] = []
        if speed == 0:
            clip.effects.append(otio.schema.FreezeFrame())
        elif speed != 1:
            clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(speed)))
            clip.effects[0].effect_name = "LinearTimeWarp"
    return lost("effects", effects, instead) + lost(
        "speed ramps played at normal speed", ramps, instead
    )


def drop_retimes(timeline: otio.schema.Timeline) -> tuple[int, int]:
    """Take every effect off every clip; (retimes, other effects)."""
    retimes = others = 0
    for clip in timeline.find_clips():
        retimes += sum(isinstance(e, otio.schema.TimeEffect) for e in clip.effects)
        others += sum(not isinstance(e, otio.schema.TimeEffect) for e in clip.effects)
        clip.effects[:] = []
    return retimes, others


def speed_of(clip: otio.schema.Clip) -> Fraction:
    """How fast a clip's source runs: 2 is double speed, -1 backwards, 0 a freeze."""
    speed = Fraction(1)
    for effect in clip.effects:
        if isinstance(effect, otio.schema.FreezeFrame):
            return Fraction(0)
        if isinstance(effect, otio.schema.LinearTimeWarp):
            speed *= Fraction(effect.time_scalar).limit_denominator(1_000_000)
    return speed


def without_neighbours(timeline: otio.schema.Timeline) -> int:
    """Take out the transitions beside a retimed clip; how many."""
    dropped = 0
    for track in timeline.tracks:
        for index in reversed(range(len(track))):
            if isinstance(track[index], otio.schema.Transition):
                sides = [track[n] for n in (index - 1, index + 1) if 0 <= n < len(track)]
                if any(isinstance(s, otio.schema.Clip) and speed_of(s) != 1 for s in sides):
                    del track[index]
                    dropped += 1
    return dropped
