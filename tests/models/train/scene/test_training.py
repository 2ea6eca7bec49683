"""Training the scene network for a few steps: it learns, stops, goes on, begins with weights."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from otio_autoedit.errors import AutoEditError
from otio_autoedit.models.scene import SceneNetConfig, trainable_from
from otio_autoedit.models.train.scene.batches import FilmBatches, PictureBatches
from otio_autoedit.models.train.scene.lessons import Lessons, load_lessons
from otio_autoedit.models.train.scene.training import (
    Progress,
    TermWeights,
    TrainOptions,
    features_weight,
    train_scene,
)
from otio_autoedit.models.weight_files import load_weights
from tests.support.taught_sets import drawn_set

SMALL = SceneNetConfig(
    widths=(8, 8, 16, 16, 24), depths=(1, 1, 1, 1), states=8, hidden=8, decoder=8
)
SHORT = TrainOptions(batch=4, films=1, frames=3, workers=0, threads=1)


@pytest.fixture(scope="module")
def sets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sets")
    drawn_set(folder / "stills", 40)
    drawn_set(folder / "films", 16, clips=True, seed=1)
    drawn_set(folder / "untaught", 6, taught=False, seed=2)
    return folder


def train(sets: Path, out: Path, steps: int, **more: object) -> Path:
    given = {"config": SMALL, "options": SHORT} | more
    return train_scene([sets], out, steps=steps, **given)  # type: ignore[arg-type]


def test_twelve_steps_make_the_loss_fall(sets: Path, tmp_path: Path) -> None:
    options = replace(SHORT, batch=8, films_share=0.0, validation_pictures=0, warm_up=4)
    means = {}
    for steps in (1, 11, 12):  # each from the checkpoint of the one before
        train(sets, tmp_path, steps, options=options)
        means[steps] = json.loads((tmp_path / "checkpoint.json").read_text("utf-8"))["loss"]
    last = (means[12] - 0.99 * means[11]) / 0.01  # a hundredth of each step's loss is taken
    assert last < 0.8 * means[1]
    assert last > 0


def test_a_stopped_run_gives_the_same_weights(sets: Path, tmp_path: Path) -> None:
    """Stopped among pictures, and again in the last part, among films."""
    torch.manual_seed(0)
    whole = load_file(train(sets, tmp_path / "whole", 15))
    with pytest.raises(KeyboardInterrupt):
        stopped_at(sets, tmp_path / "parts", 5)
    with pytest.raises(KeyboardInterrupt):
        stopped_at(sets, tmp_path / "parts", 14)
    parts = load_file(train(sets, tmp_path / "parts", 15))
    assert whole.keys() == parts.keys()
    assert all(torch.equal(whole[name], parts[name]) for name in whole)
    state = json.loads((tmp_path / "parts" / "checkpoint.json").read_text("utf-8"))
    assert state["step"] == 15
    assert state["taken"]["films"] == 2


def stopped_at(sets: Path, out: Path, step: int) -> None:
    """Trains as for 15 steps, with a checkpoint at each, until `step` is reached."""

    def stop(progress: Progress) -> None:
        if progress.step == step:
            raise KeyboardInterrupt

    options = replace(SHORT, checkpoint_s=0.0)
    train(sets, out, 15, options=options, progress=stop)


def test_what_is_saved_is_the_network_in_half_floats(sets: Path, tmp_path: Path) -> None:
    path = train(sets, tmp_path, 3)
    stored = load_weights("scene", path)
    assert {t.dtype for t in stored.tensors.values()} == {torch.float16, torch.int64}
    assert not any(name.startswith("adapters") for name in stored.tensors)
    net = trainable_from(stored)
    assert net.config == SMALL
    assert next(net.parameters()).dtype == torch.float32
    history = json.loads((tmp_path / "scene-history.json").read_text("utf-8"))
    assert history[-1]["step"] == 3
    assert {"loss", "ap50", "ap50_person", "miou", "foreground_iou", "scene"} <= history[-1].keys()


def test_a_run_begins_with_the_weights_of_another(sets: Path, tmp_path: Path) -> None:
    first = train(sets, tmp_path / "first", 3)
    same = train(sets, tmp_path / "same", 0, begin=first, config=None)
    further = train(sets, tmp_path / "further", 2, begin=first, config=None)
    before, after, trained = (load_file(path) for path in (first, same, further))
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert not all(torch.equal(before[name], trained[name]) for name in before)
    with pytest.raises(AutoEditError, match="cannot read"):
        train(sets, tmp_path / "wrong", 1, begin=tmp_path / "nothing")


def test_the_rnn_rests_until_films_come(sets: Path, tmp_path: Path) -> None:
    still = load_file(train(sets, tmp_path / "a", 4, options=replace(SHORT, films_share=0.0)))
    moved = load_file(train(sets, tmp_path / "b", 4, options=replace(SHORT, films_share=1.0)))
    assert not still["temporal.gate"].any()
    assert moved["temporal.gate"].any()
    # In that part the normalisation stays as it was: that of an untrained network.
    assert not moved["backbone.stem.norm.running_mean"].any()
    assert still["backbone.stem.norm.running_mean"].any()


def test_a_batch_is_the_same_whoever_makes_it(sets: Path) -> None:
    lessons = load_lessons([sets])
    second = PictureBatches(lessons, 4, seed=1, first=0)[1]
    resumed = PictureBatches(load_lessons([sets]), 4, seed=1, first=1)[0]
    assert second.keys() == resumed.keys() >= {"frames", "classes", "masks", "p3", "logits"}
    assert all(torch.equal(second[name], resumed[name]) for name in second)
    other = PictureBatches(lessons, 4, seed=2, first=1)[0]
    assert other["frames"].shape != second["frames"].shape or not torch.equal(
        other["frames"], second["frames"]
    )


def test_films_show_their_boxes_move_steadily(sets: Path) -> None:
    films = FilmBatches(load_lessons([sets]), films=2, frames=6, seed=0, first=0)
    for index in range(3):
        batch = films[index]
        height, width = batch["frames"].shape[-2:]
        assert batch["frames"].shape[:3] == (2, 6, 3)
        assert batch["masks"].shape == (2, 6, -(-height // 4), -(-width // 4))
        assert batch["classes"].shape == (2, 6, -(-height // 8), -(-width // 8))
        assert "p3" not in batch


def test_held_out_pictures_are_never_trained_on(sets: Path, tmp_path: Path) -> None:
    drawn_set(tmp_path / "many", 150, size=(32, 32), taught=False)
    lessons = Lessons(tmp_path / "many")
    assert 0 < len(lessons.held_out) < 15
    assert not set(lessons.held_out) & set(lessons.training)
    assert Lessons(tmp_path / "many").held_out == lessons.held_out
    films = Lessons(sets / "films")
    for clip in films.clips + films.held_out_clips:
        inside = [number in films.held_out for number in clip]
        assert all(inside) or not any(inside)


def test_teachers_weigh_less_as_time_goes_by() -> None:
    weights = TermWeights(features=(1.0, 0.2))
    given = [features_weight(weights, done, 1 / 3) for done in (0, 1 / 6, 1 / 3, 0.9)]
    assert given == pytest.approx([1.0, 0.6, 0.2, 0.2])


def test_what_cannot_be_trained_on_is_named(sets: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(AutoEditError, match=r"empty: no set of pictures"):
        train(tmp_path / "empty", tmp_path / "out", 1)
    drawn_set(tmp_path / "set", 3)
    (tmp_path / "set" / "taught.jsonl").write_text('{"picture": "other.jpg", "boxes": []}\n')
    with pytest.raises(AutoEditError, match=r"taught\.jsonl: of other pictures"):
        train(tmp_path / "set", tmp_path / "out", 1)
    np.save(tmp_path / "set" / "taught_logits.npy", np.zeros((2, 1001), np.float16))
    (tmp_path / "set" / "taught.jsonl").unlink()
    with pytest.raises(AutoEditError, match=r"taught_logits\.npy: shape"):
        train(tmp_path / "set", tmp_path / "out", 1)
