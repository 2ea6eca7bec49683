"""Importance learnt from marks: a hidden curve is found again in films that were not trained on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from otio_autoedit.errors import AutoEditError, WeightsError
from otio_autoedit.models.evaluate.importance import OURS as UNLABELLED
from otio_autoedit.models.evaluate.importance import agreement
from otio_autoedit.models.importance_net import (
    GRID,
    ImportanceNet,
    ImportanceNetConfig,
    film_scores,
    network_from,
)
from otio_autoedit.models.train.importance import (
    OURS,
    ImportanceTrainOptions,
    Progress,
    random_splits,
    target_of,
    train_importance,
    train_net,
)
from otio_autoedit.models.weight_files import load_weights, save_weights
from tests.support.marked_films import FEATURES, hidden_curve, marked_film

SHORT = ImportanceTrainOptions(
    steps=60, batch=4, length=40, learning_rate=5e-3, shape={"inputs": 16, "states": 12}
)
N = 100
FILMS = [marked_film(f"film {i}", 10 + i, n=N, r=0.8) for i in range(10)]


def test_a_hidden_curve_is_found_in_films_that_were_not_seen(tmp_path: Path) -> None:
    trained = train_importance(
        FILMS, tmp_path, seeds=1, splits=random_splits(NAMES, 2), options=SHORT
    )
    rows = {row.scorer: row for row in trained.rows}
    # What scoring by the curve itself would give is the most that can be had.
    known = [hidden_curve(N, np.random.default_rng(10 + i)) for i in range(10)]
    most = np.mean([agreement(f, curve).tau for f, curve in zip(FILMS, known, strict=True)])
    assert most == pytest.approx(0.6, abs=0.05)
    assert 0.75 * most < rows[OURS].mean.tau <= most + 0.05
    assert abs(rows["random"].mean.tau) < 0.05
    assert rows[OURS].mean.f1 > rows["random"].mean.f1 + 0.1
    assert rows[UNLABELLED].mean.tau < rows[OURS].mean.tau
    assert rows[OURS].count == 2
    assert rows[OURS].mean.tau == pytest.approx(np.mean([run.tau for run in trained.runs]))


NAMES = [film.name for film in FILMS]


def test_marks_without_a_cause_are_not_learnt(tmp_path: Path) -> None:
    """A control: marks of another film teach nothing, so that no score leaks to the test part."""
    others = [marked_film("", 50 + i, n=N).marks for i in range(10)]
    mixed = [replace(film, marks=marks) for film, marks in zip(FILMS, others, strict=True)]
    trained = train_importance(
        mixed, tmp_path, seeds=1, splits=random_splits(NAMES, 2), options=SHORT
    )
    assert abs(trained.rows[0].mean.tau) < 0.12


def test_the_same_seed_gives_the_same_weights() -> None:
    few = replace(SHORT, steps=6)
    one, same, other = (train_net(FILMS[:3], seed, few).state_dict() for seed in (1, 1, 2))
    assert all(torch.equal(one[name], same[name]) for name in one)
    assert not torch.equal(one["head.score.0.weight"], other["head.score.0.weight"])


def test_what_is_written(tmp_path: Path) -> None:
    seen: list[Progress] = []
    few = replace(SHORT, steps=2)
    trained = train_importance(FILMS[:5], tmp_path, seeds=2, options=few, progress=seen.append)
    assert len(trained.runs) == 10  # five splits, two seeds
    assert {p.run for p in seen} == set(range(11))
    report = json.loads(trained.report.read_text())
    assert len(report["splits"]) == 5
    assert report["rows"][0]["count"] == 10
    loaded = load_weights("importance", trained.weights)
    assert loaded.config["made_on"]["films"] == sorted(film.identity for film in FILMS[:5])
    net = network_from(loaded)
    vectors = FILMS[0].film.vectors
    with torch.inference_mode():
        whole = net(torch.from_numpy(vectors)[None])[0].sigmoid().numpy()
    assert np.allclose(film_scores(net, vectors), whole, atol=1e-5)  # shorter than a window


def test_a_long_film_is_scored_in_windows_a_part_as_the_whole() -> None:
    torch.manual_seed(0)
    net = ImportanceNet(ImportanceNetConfig(FEATURES)).eval()
    n = 2 * GRID.centre + 100
    vectors = np.random.default_rng(0).normal(size=(n, FEATURES)).astype(np.float32)
    found = film_scores(net, vectors)
    assert found.shape == (n,)
    assert ((found > 0) & (found < 1)).all()
    part = film_scores(net, vectors[: GRID.centre + GRID.warm_up])[: GRID.centre]
    assert np.allclose(part, found[: GRID.centre], atol=1e-5)
    assert film_scores(net, vectors[:0]).shape == (0,)


def test_vectors_are_standardised_by_what_was_trained_on() -> None:
    far = [replace(f, film=replace(f.film, vectors=f.film.vectors * 40 + 300)) for f in FILMS[:3]]
    few = replace(SHORT, steps=30)
    near, moved = train_net(FILMS[:3], 0, few), train_net(far, 0, few)
    one = film_scores(near, FILMS[5].film.vectors)
    other = film_scores(moved, FILMS[5].film.vectors * 40 + 300)
    assert np.allclose(one, other, atol=0.02)


def test_targets_are_stretched_to_each_film() -> None:
    target = target_of(FILMS[0])
    assert (target.min(), target.max()) == (0, 1)
    mean = FILMS[0].at_samples.mean(0)
    assert np.array_equal(np.argsort(target, kind="stable"), np.argsort(mean, kind="stable"))
    flat = replace(FILMS[0], marks=np.ones_like(FILMS[0].marks))
    assert (target_of(flat) == 0.5).all()


def test_splits_test_a_fifth_that_is_not_trained_on() -> None:
    splits = random_splits([str(i) for i in range(50)])
    assert len(splits) == 5
    for train, test in splits:
        assert len(test) == 10
        assert sorted([*train, *test]) == sorted(str(i) for i in range(50))
    assert splits == random_splits([str(i) for i in range(50)])
    assert splits != random_splits([str(i) for i in range(50)], seed=1)


def test_a_split_may_use_the_keys_of_the_features(tmp_path: Path) -> None:
    keyed = [replace(film, key=f"video_{i + 1}") for i, film in enumerate(FILMS[:3])]
    few = replace(SHORT, steps=1)
    split = (["video_1", "film 1"], ["video_3"])
    trained = train_importance(keyed, tmp_path, splits=[split], seeds=1, options=few)
    assert len(trained.runs) == 1
    with pytest.raises(AutoEditError, match="video_9"):
        train_importance(keyed, tmp_path, splits=[(["video_1"], ["video_9"])], options=few)


def test_films_that_cannot_be_trained_on(tmp_path: Path) -> None:
    with pytest.raises(AutoEditError, match="1 film"):
        train_importance(FILMS[:1], tmp_path)
    wide = replace(FILMS[1].film, vectors=np.zeros((N, 3), np.float32))
    with pytest.raises(AutoEditError, match=r"\[3, 24\]"):
        train_importance([FILMS[0], replace(FILMS[1], film=wide)], tmp_path)


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    net = ImportanceNet(ImportanceNetConfig(FEATURES))
    path = tmp_path / "importance.safetensors"
    save_weights(path, "importance", {"features": 7}, dict(net.state_dict()))
    with pytest.raises(WeightsError, match="importance network"):
        network_from(load_weights("importance", path))
