"""melt plays joins as planned: every frame, every mix, sound where it should be and no click."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
import opentimelineio as otio
import pytest

from otio_autoedit.analysis.pipeline import analyze
from otio_autoedit.analysis.record import Analysis
from otio_autoedit.edit.plan import EditPlan
from otio_autoedit.timeline.build import build_timeline
from tests.support import coded
from tests.support.consumers import play_in_melt
from tests.support.movies import read_lumas, read_samples, read_tones, shots_movie
from tests.support.plans import Shown, plan_of, said
from tests.support.sounds import sound_file

pytestmark = [
    pytest.mark.consumer,
    pytest.mark.filterwarnings("ignore::otio_autoedit.errors.AutoEditLossWarning"),
]

R25, R29 = Fraction(25), Fraction(30000, 1001)
FIRST = {"one.mov": (0, 1), "two.mov": (1000, 2)}  # each file's first number, and its tag
# No two frames that meet in a dissolve have one picture's code, or their share could not be seen.
PIECES = [(0, 10, 50), (1, 20, 60), (0, 70, 110), (1, 5, 20)]
QUIET = 0.02  # a step between two samples that is heard as no click


def footage(folder: Path, rate: Fraction) -> list[Analysis]:
    """Two films of 120 numbered frames."""
    for name, (first, tag) in FIRST.items():
        shots_movie(folder / name, [(tag, first, 120)], rate=rate, size=(320, 180),
                    timecode="01:00:00:00")  # fmt: skip
    return [replace(analyze(folder / name, needs=(), store=None), transitions=()) for name in FIRST]


def render(plan: EditPlan, folder: Path) -> Path:
    timeline = build_timeline(plan)
    project = folder / "edit.mlt"
    otio.adapters.write_to_file(timeline, str(project))
    frames = round(timeline.duration().value)
    return play_in_melt(project, folder / "render.mkv", frames=frames)


def code(name: str, frame: int) -> tuple[int, int]:
    first, tag = FIRST[name]
    return first + frame, tag


@pytest.mark.parametrize("rate", [R25, R29])
def test_every_frame_and_every_mix_is_as_planned(tmp_path: Path, rate: Fraction) -> None:
    plan = plan_of(footage(tmp_path, rate), PIECES, rate=rate, dissolve=12)
    lumas = list(read_lumas(render(plan, tmp_path)))
    planned = list(said(plan, "Video"))
    assert len(lumas) == len(planned) == 135
    mixed = 0
    for frame, (luma, shown) in enumerate(zip(lumas, planned, strict=True)):
        if len(shown) == 1:
            assert coded.read_code(luma) == code(*next(iter(shown))), frame
            continue
        (before, _), (after, share) = shown.items()
        assert coded.share(luma, code(*before), code(*after)) == pytest.approx(
            float(share), abs=0.04
        ), frame
        mixed += 1
    # Of a dissolve over n frames n-1 are mixed. The last piece is too short for a whole one, and
    # has five frames before it.
    assert [join.head + join.tail for join in plan.joins] == [12, 12, 7]
    assert mixed == 11 + 11 + 6


@pytest.mark.parametrize(
    "style", [{"j_cut": 8}, {"l_cut": 8}, {"j_cut": 5, "l_cut": 5}, {"dissolve": 10}, {}]
)
def test_the_sound_cuts_where_it_should(tmp_path: Path, style: dict[str, int]) -> None:
    plan = plan_of(footage(tmp_path, R25), PIECES[:3], **style)
    result = render(plan, tmp_path)
    numbers = [coded.read_code(luma) for luma in read_lumas(result)]
    if not style.get("dissolve"):  # the picture cuts where it did
        assert numbers == [code(*next(iter(shown))) for shown in said(plan, "Video")]
    planned = list(said(plan, "Audio"))
    tones = read_tones(result, R25, len(planned))
    alone = {n: shown for n, shown in enumerate(planned) if len(shown) == 1}
    assert len(alone) >= len(planned) - 20
    wrong = [n for n, shown in alone.items() if tones[n] not in _near(planned, n, shown)]
    assert wrong == []


def _near(planned: list[Shown], frame: int, shown: Shown) -> set[int]:
    """The tones that may be heard: a frame's own; at a cut of sound a frame late, as a coder's
    block is, that of the frame before."""
    around = [shown, *planned[max(frame - 1, 0) : frame]]
    return {code(*one)[0] % 64 for said_ in around for one in said_}


@pytest.mark.parametrize("style", [{}, {"j_cut": 8}, {"dissolve": 10}])
def test_nothing_clicks(tmp_path: Path, style: dict[str, int]) -> None:
    path = tmp_path / "tone.wav"
    spans = [(0, 3, 40), (0, 61, 100), (0, 104, 140), (0, 2, 30)]
    sound_file(path, seconds=6)
    talk = analyze(path, needs=(), store=None)

    smooth = steps(render(plan_of([talk], spans, rate=R25, **style), tmp_path))
    hard = steps(render(plan_of([talk], spans, rate=R25, crossfade=0), tmp_path))

    # A tone of 440 Hz at 0.1 itself goes 0.0058 from one sample to the next.
    assert max(hard) > QUIET
    assert max(smooth) < 0.0065


def steps(path: Path) -> npt.NDArray[np.float32]:
    """How far each sample is from the one before, without the ends of the file."""
    samples, _ = read_samples(path)
    inside = samples[4800:-4800]
    return np.abs(np.diff(inside))


def test_fades_come_from_black_and_go_to_black(tmp_path: Path) -> None:
    plan = plan_of(footage(tmp_path, R25), PIECES[:2], fade=10)
    result = render(plan, tmp_path)
    brightest = [float(luma.max()) for luma in read_lumas(result)]
    assert brightest[0] < 30
    assert_rises(brightest[:11])
    assert brightest[10] > 200
    assert_rises(reversed(brightest[-10:]))
    assert brightest[-1] < 60
    samples, _ = read_samples(result)
    loud = [float(np.abs(samples[n * 1920 : (n + 1) * 1920]).max()) for n in (12, 30)]
    assert float(np.abs(samples[:960]).max()) < 0.2 * min(loud)


def assert_rises(values: Iterable[float]) -> None:
    listed = list(values)
    assert listed == sorted(listed)
