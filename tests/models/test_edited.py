"""Real edited films: what is read of a folder, and that labels stay true through every change."""

from __future__ import annotations

import json
import random
from pathlib import Path

import av
import numpy as np
import pytest

from otio_autoedit.models.train.edited import EditedFilm, load_edited, pick_window, whole
from otio_autoedit.models.train.footage import single_shots
from otio_autoedit.models.train.targets import targets
from otio_autoedit.models.train.validate import validate
from otio_autoedit.models.transition import Transition


def write_film(path: Path, levels: list[int]) -> None:
    """Writes a film whose frames are of one grey each."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", 25, options={"qp": "0"})
        stream.width, stream.height, stream.pix_fmt = 96, 54, "yuv420p"
        for level in levels:
            frame = av.VideoFrame.from_ndarray(np.full((54, 96, 3), level, np.uint8), "rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


@pytest.fixture
def gathered(tmp_path: Path) -> Path:
    for name, split in (("one", "train"), ("two", "validation")):
        write_film(tmp_path / "edited" / f"{name}.mp4", [40] * 30 + [200] * 30)
        labels = {
            "frames": 60,
            "split": split,
            "transitions": [{"last_before": 29, "first_after": 30, "type": "cut", "by": "looked"}],
            "unsure": [[50, 53]],
        }
        (tmp_path / "edited" / f"{name}.json").write_text(json.dumps(labels), "utf-8")
    for name in "abcdefghijkl":
        write_film(tmp_path / "single" / f"{name}.mp4", [90] * 12)
    return tmp_path


def test_films_and_single_shots_are_kept_apart_by_their_split(gathered: Path) -> None:
    assert [film.name for film in load_edited(gathered, validation=False)] == ["one"]
    training = single_shots(gathered, held_out=False)
    held_out = single_shots(gathered, held_out=True)
    assert held_out
    assert len(training) + len(held_out) == 12
    validation = load_edited(gathered, validation=True)
    assert [film.name for film in validation] == ["two", *(path.stem for path in held_out)]
    assert load_edited(None, validation=False) == ()


def test_a_cut_stays_where_the_picture_changes_in_every_piece(gathered: Path) -> None:
    films = load_edited(gathered, validation=False)
    seen_cut = seen_short = 0
    for seed in range(60):
        rng = random.Random(seed)
        length = rng.choice((20, 45, 90))
        window = pick_window(films, length, rng)
        assert window.frames.shape == (length, 27, 48, 3)
        seen_short += length == 90
        level = window.frames.mean(axis=(1, 2, 3))
        changes = np.flatnonzero(np.abs(np.diff(level)) > 25).tolist()
        cuts = [t.last_before for t in window.transitions if 0 <= t.last_before < length - 1]
        assert changes == cuts
        seen_cut += len(cuts)
    assert seen_cut > 10
    assert seen_short


def test_nothing_is_asked_where_nobody_can_say(gathered: Path) -> None:
    window = whole(load_edited(gathered, validation=False)[0])
    wanted = targets(window.transitions, len(window.frames), window.jumps, window.unsure)
    assert np.flatnonzero(wanted.inside_weight == 0).tolist() == [48, 49, 50, 51, 52, 53, 59]
    assert np.flatnonzero(wanted.middle_weight == 0).tolist() == [48, 49, 50, 51, 52, 53, 59]
    assert not wanted.jump_weight.any()
    assert wanted.middle[29] == 1


def test_what_is_found_where_nobody_can_say_counts_for_nothing() -> None:
    from otio_autoedit.models.shots import ShotNet, ShotNetConfig
    from otio_autoedit.models.train import validate as module

    frames = np.zeros((80, 54, 96, 3), np.uint8)
    film = EditedFilm("x", frames, (Transition(20, 21, "cut", 1.0),), ((50, 56),))
    found = [Transition(a, a + 1, "cut", 1.0) for a in (20, 40, 53)]
    kept = module._that_count(found, whole(film))
    assert [t.last_before for t in kept] == [20, 40]
    net = ShotNet(ShotNetConfig(width=4, features=8, cell_features=4, inputs=16, hidden=8, head=8))
    result = validate(net.eval(), [], [whole(film)])
    assert result.real.found + result.real.missed == 1
    assert result.generated.found + result.generated.missed == 0
