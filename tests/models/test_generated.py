"""Figures on generated edits and single shots, by detectors whose answers are known."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from otio_autoedit.errors import OptionError
from otio_autoedit.models.evaluate.detectors import OURS, Found
from otio_autoedit.models.evaluate.films import Film
from otio_autoedit.models.evaluate.generated import (
    OfType,
    OnGenerated,
    labels_of,
    make_windows,
    measure_generated,
    on_generated,
)
from otio_autoedit.models.evaluate.hard import (
    KINDS,
    clip_films,
    count_alarms,
    gathered_films,
    hard_films,
)
from otio_autoedit.models.train.camera import shaken, whip_pans
from otio_autoedit.models.train.disturb import KINDS as DISTURBANCES
from otio_autoedit.models.train.disturb import disturb_with
from otio_autoedit.models.train.drawn import draw_picture
from otio_autoedit.models.train.footage import Footage, single_shots
from otio_autoedit.models.train.synth import Window
from otio_autoedit.models.transition import JumpCut, Transition


@pytest.fixture(scope="module")
def footage() -> Footage:
    """Two clips in which a picture moves a little, three stills."""
    rng = np.random.default_rng(0)
    pictures = [draw_picture((120, 60), rng) for _ in range(2)]
    clips = tuple(
        np.stack([picture[3:57, i // 4 : i // 4 + 96] for i in range(90)]) for picture in pictures
    )
    return Footage(clips, tuple(draw_picture((192, 108), rng) for _ in range(3)))


def window(*transitions: Transition, jumps: tuple[int, ...] = ()) -> Window:
    return Window(np.zeros((100, 27, 48, 3), np.uint8), transitions, jumps)


def of(measured: OnGenerated, type_: str) -> OfType:
    return next(each for each in measured.of_type if each.type == type_)


def test_types_and_ends_are_counted_over_what_was_found() -> None:
    edit = window(
        Transition(9, 10, "cut", 1.0),
        Transition(20, 41, "dissolve", 1.0),
        Transition(60, 71, "wipe", 1.0),
        jumps=(80,),
    )
    said = Found(
        (
            Transition(9, 10, "cut", 0.9),
            Transition(22, 40, "fade", 0.9),
            Transition(90, 91, "cut", 0.9),
        ),
        (JumpCut(81, 0.9), JumpCut(50, 0.9)),
    )
    measured = on_generated(OURS, [edit], [said])
    assert (measured.counts.found, measured.counts.false_alarms, measured.counts.missed) == (
        2,
        1,
        1,
    )
    gradual, every = of(measured, "gradual"), of(measured, "all")
    assert (gradual.labels, gradual.found, gradual.recall) == (2, 1, 0.5)
    assert gradual.end_error == pytest.approx(1.5)
    assert gradual.end_error_90 == pytest.approx(1.9)  # of 2 and 1 frames
    assert gradual.iou == pytest.approx((18 / 21) / 2)
    assert (gradual.types_right, every.types_right) == (0.0, 0.5)
    assert of(measured, "fade") == OfType("fade", 0, 0, 0.0, None, None, None)
    assert measured.jumps is not None
    assert (measured.jumps.found, measured.jumps.false_alarms) == (1, 1)


def test_who_knows_no_types_is_not_judged_by_them() -> None:
    measured = on_generated("another", [window(Transition(9, 10, "cut", 1.0))], [Found(())])
    assert measured.jumps is None
    assert of(measured, "all").types_right is None


def test_what_the_windows_ends_cut_off_counts_for_nothing() -> None:
    edit = Window(
        np.zeros((100, 27, 48, 3), np.uint8),
        (Transition(-3, 9, "wipe", 1.0), Transition(90, 104, "dissolve", 1.0)),
        (),
        unsure=((50, 51),),
    )
    assert not any(label.sure for label in labels_of(edit))
    found = (Transition(1, 9, "wipe", 0.9), Transition(50, 51, "cut", 0.9))
    assert on_generated(OURS, [edit], [Found(found)]).counts.false_alarms == 0


def test_windows_are_the_same_each_time_and_detectors_see_them(footage: Footage) -> None:
    first, again = (list(make_windows(footage, 2)) for _ in range(2))
    assert np.array_equal(first[1].frames, again[1].frames)
    assert first[1].transitions == again[1].transitions
    assert not np.array_equal(first[0].frames, first[1].frames)

    def all_knowing(film: Film) -> Found:
        number = int(film.name.split()[-1]) - 1
        assert np.array_equal(film.thumbnails(), first[number].frames)
        return Found(first[number].transitions)

    (measured,) = measure_generated(first, {OURS: all_knowing})
    assert (measured.windows, measured.frames) == (2, 480)
    assert measured.counts.f1 == pytest.approx(1)
    assert of(measured, "all").iou == pytest.approx(1)
    assert of(measured, "all").types_right == 1


def test_each_kind_changes_the_same_single_shot(footage: Footage) -> None:
    films = dict(hard_films(footage, 1))
    assert list(films) == list(KINDS)
    again = dict(hard_films(footage, 1))
    calm = films["undisturbed"].frames
    assert calm is not None
    for kind, film in films.items():
        assert film.frames is not None
        assert film.frames.shape == (250, 54, 96, 3)
        assert film.thumbnails().shape == (250, 27, 48, 3)
        assert np.array_equal(film.frames, again[kind].frames)
        assert np.array_equal(film.frames, calm) == (kind == "undisturbed")


@pytest.mark.parametrize("kind", list(DISTURBANCES))
def test_a_disturbance_by_name_changes_frames(footage: Footage, kind: str) -> None:
    shot = torch.from_numpy(footage.clips[0]).permute(0, 3, 1, 2).float()
    drawn = disturb_with(kind, shot.clone(), footage, random.Random(1))
    assert drawn.shape == shot.shape
    assert not torch.equal(drawn, shot)


def test_a_whip_pan_is_faster_than_the_shot_it_is_in(footage: Footage) -> None:
    still = torch.from_numpy(footage.clips[0][:1]).permute(0, 3, 1, 2).float()
    shot = still.expand(60, -1, -1, -1)
    panned, shook = whip_pans(shot, 1, random.Random(3)), shaken(shot, random.Random(3))
    for moved in (panned, shook):
        assert moved.shape == shot.shape
    steps = (panned[1:] - panned[:-1]).abs().mean((1, 2, 3))
    assert int((steps > 0.5).sum()) in range(1, 32)  # it moves for a while, then stands still
    assert float((shook[1:] - shook[:-1]).abs().mean()) > 0


def test_alarms_are_counted_a_minute_and_by_kind(footage: Footage) -> None:
    def nervous(film: Film) -> Found:
        number = 3 if film.name == "zooms 1" else 0
        return Found(tuple(Transition(i, i + 1, "cut", 1.0) for i in range(number)))

    films = [each for each in hard_films(footage, 2) if each[0] in ("zooms", "strobe")]
    by_kind = {each.kind: each for each in count_alarms(films, {"nervous": nervous})}
    assert by_kind["strobe"].alarms == 0
    assert (by_kind["zooms"].alarms, by_kind["zooms"].films_clean) == (3, 1)
    assert by_kind["zooms"].a_minute == pytest.approx(3 / (500 / 25 / 60))


def test_a_folder_without_clips_is_told(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="no clips"):
        list(clip_films(tmp_path))


def test_gathered_clips_that_training_holds_out_are_shown_as_they_are(tmp_path: Path) -> None:
    (tmp_path / "single").mkdir()
    for number in range(60):
        (tmp_path / "single" / f"clip{number}.mp4").touch()
    shown = {film.path for _, film in gathered_films(tmp_path)}
    assert 3 < len(shown) < 20
    assert not shown & set(single_shots(tmp_path, held_out=False))
